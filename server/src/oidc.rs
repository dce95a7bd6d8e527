//! OpenID Connect: the protocol between this program and an institution's sign-in provider. Authorization code with PKCE,
//! state and nonce; what comes out are claims that were verified, for the desk.

mod config;

pub use config::Config;

use assessments::desk::{Begun, Claims};
use assessments::failure::Failure;
use assessments::store::ProviderStep;
use base64::Engine;
use openidconnect::core::{CoreAuthenticationFlow, CoreClient, CoreIdToken};
use openidconnect::{
    AccessToken, AuthorizationCode, ClientId, ClientSecret, CsrfToken, EndpointMaybeSet, EndpointNotSet, EndpointSet,
    IssuerUrl, Nonce, OAuth2TokenResponse, PkceCodeChallenge, PkceCodeVerifier, ProviderMetadataWithLogout,
    RedirectUrl, Scope, TokenResponse,
};
use serde_json::{Map, Value};
use std::collections::BTreeSet;
use std::time::Duration;

/// Longest wait for an answer of the provider.
const PATIENCE: Duration = Duration::from_secs(10);

type Client =
    CoreClient<EndpointSet, EndpointNotSet, EndpointNotSet, EndpointNotSet, EndpointMaybeSet, EndpointMaybeSet>;

/// A sign-in provider.
#[derive(Debug)]
pub struct Provider {
    config: Config,
    /// Where the provider sends people back to.
    callback: RedirectUrl,
    /// Our own address.
    base: String,
    http: reqwest::Client,
}

fn unreachable(error: impl std::error::Error) -> Failure {
    Failure::provider("unreachable", whole(&error))
}

fn strange(error: impl std::error::Error) -> Failure {
    Failure::provider("answer", whole(&error))
}

/// An error with its causes.
fn whole(error: &dyn std::error::Error) -> String {
    let mut text = error.to_string();
    let mut cause = error.source();
    while let Some(inner) = cause {
        text = format!("{text}: {inner}");
        cause = inner.source();
    }
    tracing::warn!(%text, "sign-in provider");
    text
}

impl Provider {
    /// A provider for the program that is reached at `base`.
    ///
    /// # Errors
    /// [`Failure::Invalid`] for an address that is none.
    pub fn new(config: Config, base: &str) -> Result<Provider, Failure> {
        let base = base.trim_end_matches('/').to_owned();
        let callback = RedirectUrl::new(format!("{base}/sign-in/provider/back"))
            .map_err(|e| Failure::invalid("public-url", &e.to_string()))?;
        // A provider that led elsewhere, or to an unencrypted address, would be asked in its place.
        let mut http = reqwest::Client::builder().redirect(reqwest::redirect::Policy::none()).timeout(PATIENCE);
        http = if config.is_loopback() { http.no_proxy() } else { http.https_only(true) };
        let http = http.build().map_err(|e| Failure::invalid("oidc", &e.to_string()))?;
        Ok(Provider { config, callback, base, http })
    }

    /// How it was set up.
    pub fn config(&self) -> &Config {
        &self.config
    }

    /// Asks the provider who it is, each time: signing in is rare, and keys change.
    async fn discover(&self) -> Result<ProviderMetadataWithLogout, Failure> {
        let issuer = IssuerUrl::new(self.config.issuer.clone()).map_err(strange)?;
        ProviderMetadataWithLogout::discover_async(issuer, &self.http).await.map_err(unreachable)
    }

    fn client(&self, metadata: ProviderMetadataWithLogout) -> Client {
        let secret = self.config.secret.clone().map(ClientSecret::new);
        CoreClient::from_provider_metadata(metadata, ClientId::new(self.config.client_id.clone()), secret)
            .set_redirect_uri(self.callback.clone())
    }

    /// Where somebody goes to sign in.
    ///
    /// # Errors
    /// [`Failure::Provider`] where the provider cannot be reached.
    pub async fn address(&self, begun: &Begun) -> Result<String, Failure> {
        let client = self.client(self.discover().await?);
        let challenge = PkceCodeChallenge::from_code_verifier_sha256(&PkceCodeVerifier::new(begun.verifier.clone()));
        let (state, nonce) = (begun.state.clone(), begun.nonce.clone());
        let request = client.authorize_url(
            CoreAuthenticationFlow::AuthorizationCode,
            move || CsrfToken::new(state),
            move || Nonce::new(nonce),
        );
        let scopes = self.config.scopes.iter().cloned().map(Scope::new);
        Ok(request.add_scopes(scopes).set_pkce_challenge(challenge).url().0.to_string())
    }

    /// Exchanges the code that somebody came back with for claims, and verifies them.
    ///
    /// # Errors
    /// [`Failure::Provider`]: `unreachable`, or `answer` where the token does not verify.
    pub async fn claims(&self, code: &str, step: &ProviderStep) -> Result<Claims, Failure> {
        let metadata = self.discover().await?;
        let userinfo = metadata.userinfo_endpoint().map(|e| e.url().clone());
        let client = self.client(metadata);
        let token = client
            .exchange_code(AuthorizationCode::new(code.to_owned()))
            .map_err(strange)?
            .set_pkce_verifier(PkceCodeVerifier::new(step.verifier.clone()))
            .request_async(&self.http)
            .await
            .map_err(strange)?;
        let id = token.id_token().ok_or_else(|| Failure::provider("answer", "id_token"))?;
        let verified = id.claims(&client.id_token_verifier(), &Nonce::new(step.nonce.clone())).map_err(strange)?;
        let (issuer, subject) = (verified.issuer().to_string(), verified.subject().to_string());
        let mut said = payload(id)?;
        let [email, _, _, groups] = &self.config.claims;
        if let Some(address) = userinfo.filter(|_| !said.contains_key(email) || !said.contains_key(groups)) {
            for (name, value) in self.userinfo(address.as_str(), token.access_token(), &subject).await? {
                // What the signed token says holds.
                said.entry(name).or_insert(value);
            }
        }
        Ok(self.read(issuer, subject, &said))
    }

    /// What the provider tells beside the token. About somebody else it is not taken.
    async fn userinfo(&self, address: &str, token: &AccessToken, subject: &str) -> Result<Map<String, Value>, Failure> {
        let answer = self.http.get(address).bearer_auth(token.secret()).send().await.map_err(unreachable)?;
        let text = answer.error_for_status().map_err(strange)?.text().await.map_err(strange)?;
        let said: Map<String, Value> = serde_json::from_str(&text).unwrap_or_default();
        Ok(if said.get("sub").and_then(Value::as_str) == Some(subject) { said } else { Map::new() })
    }

    fn read(&self, issuer: String, subject: String, said: &Map<String, Value>) -> Claims {
        let [email, verified, name, groups] = &self.config.claims;
        let text = |name: &str| said.get(name).and_then(Value::as_str).map(str::to_owned);
        // Some providers write the flag as a text.
        let is_verified = matches!(said.get(verified), Some(Value::Bool(true)))
            || said.get(verified).and_then(Value::as_str) == Some("true");
        let email = text(email).filter(|e| is_verified && e.contains('@'));
        let stronger = words(said.get("amr")).into_iter().chain(text("acr"));
        Claims {
            name: text(name).or_else(|| text("preferred_username")).unwrap_or_default(),
            email,
            roles: self.config.roles_of(&words(said.get(groups))),
            second_factor: stronger.into_iter().any(|word| self.config.mfa.contains(&word)),
            issuer,
            subject,
        }
    }

    /// Where somebody goes to sign out at the provider too; none where it offers nothing.
    pub async fn sign_out_address(&self) -> Option<String> {
        let metadata = self.discover().await.ok()?;
        let end = metadata.additional_metadata().end_session_endpoint.as_ref()?.url().to_string();
        let by = if end.contains('?') { '&' } else { '?' };
        let back = assessments::link::escape(&format!("{}/sign-in", self.base));
        let client = assessments::link::escape(&self.config.client_id);
        Some(format!("{end}{by}client_id={client}&post_logout_redirect_uri={back}"))
    }
}

/// A text, or a list of texts.
fn words(value: Option<&Value>) -> BTreeSet<String> {
    match value {
        Some(Value::String(one)) => BTreeSet::from([one.clone()]),
        Some(Value::Array(many)) => many.iter().filter_map(Value::as_str).map(str::to_owned).collect(),
        _ => BTreeSet::new(),
    }
}

/// Everything that a verified token says.
fn payload(id: &CoreIdToken) -> Result<Map<String, Value>, Failure> {
    let bad = || Failure::provider("answer", "id_token");
    let text = id.to_string();
    let part = text.split('.').nth(1).ok_or_else(bad)?;
    let bytes = base64::engine::general_purpose::URL_SAFE_NO_PAD.decode(part).map_err(|_| bad())?;
    serde_json::from_slice(&bytes).map_err(|_| bad())
}
