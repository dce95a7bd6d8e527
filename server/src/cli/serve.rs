//! `kyohyo serve`.

use super::{Place, open};
use crate::mail::Mailer;
use crate::oidc::{Config, Provider};
use crate::web::{API_RATE, Settings, router_with};
use assessments::desk::{Desk, SessionLimits};
use assessments::failure::Failure;
use clap::Args;
use std::net::SocketAddr;
use std::path::PathBuf;
use std::time::Instant;
use tokio::net::TcpListener;

/// Serve the web pages.
#[derive(Debug, Args)]
pub struct Serve {
    /// Address to listen on.
    #[arg(long, default_value = "127.0.0.1:3000")]
    listen: SocketAddr,
    /// Add two institutions with people and changes to look at.
    #[arg(long)]
    demo: bool,
    /// The address that readers use, where it is not the one listened on; with https, cookies are marked secure.
    #[arg(long)]
    public_url: Option<String>,
    /// Send mail about the inbox to those who want it through this server: smtps://user:password@host. Better given as
    /// KYOHYO_SMTP, where nobody who lists processes reads the password.
    #[arg(long, value_name = "URL")]
    smtp: Option<String>,
    /// The sender's address of that mail, or KYOHYO_MAIL_FROM.
    #[arg(long, value_name = "ADDRESS")]
    mail_from: Option<String>,
    /// Settings of a sign-in provider (OpenID Connect), as TOML.
    #[arg(long, value_name = "FILE")]
    oidc: Option<PathBuf>,
    /// Requests that each API token has a minute.
    #[arg(long, default_value_t = API_RATE)]
    api_rate: u32,
    /// A session ends after so many hours without a request.
    #[arg(long, default_value_t = 8)]
    session_idle_hours: i64,
    /// A session ends after so many days at the latest.
    #[arg(long, default_value_t = 7)]
    session_days: i64,
}

impl Serve {
    /// Serves until it is told to stop.
    ///
    /// # Errors
    /// [`Failure::Invalid`] where the address cannot be listened on; [`Failure::Internal`].
    pub async fn run(self, place: &Place) -> Result<u8, Failure> {
        let start = Instant::now();
        let limits = SessionLimits::new(self.session_idle_hours, self.session_days)?;
        let oidc = self.oidc.as_deref().map(Config::read).transpose()?;
        let desk = open::seeded(place).await?.with_session_limits(limits);
        let refused = |e: std::io::Error| Failure::Invalid { place: self.listen.to_string(), read: e.to_string() };
        let listener = TcpListener::bind(self.listen).await.map_err(refused)?;
        let bound = listener.local_addr().map_err(refused)?;
        let base = self.public_url.clone().unwrap_or_else(|| format!("http://{bound}"));
        greet(&desk, &base, self.demo).await?;
        if let Some(mailer) = self.mailer(&base)? {
            tokio::spawn(mailer.keep_sending(desk.clone()));
        }
        eprintln!("kyohyo: serving on {base} ({} ms)", start.elapsed().as_millis());
        tokio::spawn(desk.clone().keep_index());
        tokio::spawn(desk.clone().keep_anchored());
        let ending = desk.clone();
        tokio::spawn(desk.clone().keep_listening());
        let provider = oidc.map(|config| Provider::new(config, &base)).transpose()?;
        let settings = Settings { https: base.starts_with("https://"), api_rate: self.api_rate, provider };
        let app = router_with(desk, settings).into_make_service_with_connect_info::<SocketAddr>();
        axum::serve(listener, app)
            .with_graceful_shutdown(stop(ending))
            .await
            .map_err(|e| Failure::Internal { operation: format!("serve {e}") })?;
        Ok(0)
    }
}

impl Serve {
    /// The way to send mail, where one is set up.
    fn mailer(&self, base: &str) -> Result<Option<Mailer>, Failure> {
        let given = |option: &Option<String>, name: &str| {
            option.clone().or_else(|| std::env::var(name).ok()).filter(|text| !text.is_empty())
        };
        let Some(url) = given(&self.smtp, "KYOHYO_SMTP") else { return Ok(None) };
        let from = given(&self.mail_from, "KYOHYO_MAIL_FROM").unwrap_or_default();
        Mailer::new(&url, &from, base).map(Some)
    }
}

/// Prints the one-time links of a first start.
async fn greet(desk: &Desk, base: &str, demo: bool) -> Result<(), Failure> {
    if let Some(token) = desk.first_start().await? {
        println!("First start. Sign in once as the administrator and choose a password:");
        println!("  {base}/welcome/{token}");
    }
    if demo {
        let people = desk.demo().await?;
        if !people.is_empty() {
            println!("People of the demonstration, each with a one-time sign-in link:");
            for (email, token) in people {
                println!("  {email}  {base}/welcome/{token}");
            }
        }
    }
    Ok(())
}

async fn stop(desk: Desk) {
    let terminated = async {
        match tokio::signal::unix::signal(tokio::signal::unix::SignalKind::terminate()) {
            Ok(mut signal) => {
                signal.recv().await;
            }
            Err(_) => std::future::pending().await,
        }
    };
    tokio::select! {
        _ = tokio::signal::ctrl_c() => {}
        () = terminated => {}
    }
    // A clean end leaves nothing unanchored.
    if let Err(failure) = desk.anchor().await {
        tracing::error!(%failure, "the anchors of the audit cannot be written");
    }
    // Open event streams would hold the program for ever.
    tokio::spawn(async {
        tokio::time::sleep(std::time::Duration::from_secs(2)).await;
        std::process::exit(0);
    });
}
