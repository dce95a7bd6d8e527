//! Sends what waits in the outbox through an SMTP server. Nothing else waits for it: a save has put its line into the outbox
//! and is done; a server that does not answer only makes the line older.

use app::pages::mail::{body, subject};
use assessments::desk::{Desk, Mail};
use assessments::failure::Failure;
use lettre::message::header::{ContentType, Header, HeaderName, HeaderValue};
use lettre::message::{Mailbox, Message};
use lettre::{Address, AsyncSmtpTransport, AsyncTransport, Tokio1Executor};
use std::time::Duration;

/// How often the outbox is looked into.
const LOOK: Duration = Duration::from_secs(15);
/// How long one mail may take.
const PATIENCE: Duration = Duration::from_secs(60);

/// Says that no person wrote this: other programs do not answer it (RFC 3834).
#[derive(Clone)]
struct AutoSubmitted;

impl Header for AutoSubmitted {
    fn name() -> HeaderName {
        HeaderName::new_from_ascii_str("Auto-Submitted")
    }

    fn parse(_: &str) -> Result<Self, Box<dyn std::error::Error + Send + Sync>> {
        Ok(AutoSubmitted)
    }

    fn display(&self) -> HeaderValue {
        HeaderValue::new(Self::name(), "auto-generated".to_owned())
    }
}

/// A way to send mail.
pub struct Mailer {
    transport: AsyncSmtpTransport<Tokio1Executor>,
    from: Mailbox,
    base: String,
}

impl Mailer {
    /// A mailer for a server (`smtps://user:password@host`, `smtp://host:25`, `smtp://host?tls=required`), a sender's
    /// address, and the address under which readers find the program.
    ///
    /// # Errors
    /// [`Failure::Invalid`] for what does not read. The server's address is not repeated: it can hold a password.
    pub fn new(url: &str, from: &str, base: &str) -> Result<Mailer, Failure> {
        let transport = AsyncSmtpTransport::<Tokio1Executor>::from_url(url)
            .map_err(|e| Failure::invalid("smtp", &e.to_string()))?
            .timeout(Some(PATIENCE))
            .build();
        let from = from.parse().map_err(|_| Failure::invalid("mail-from", from))?;
        Ok(Mailer { transport, from, base: base.trim_end_matches('/').to_owned() })
    }

    /// Sends everything that is due; gives back how many mails the server took.
    ///
    /// # Errors
    /// [`Failure::Internal`] where the database does not answer. What the mail server says is kept with its line.
    pub async fn send_due(&self, desk: &Desk) -> Result<usize, Failure> {
        let mut sent = 0;
        for mail in desk.take_mail().await? {
            match self.send(desk, &mail).await {
                Ok(()) => {
                    desk.mail_sent(&mail).await?;
                    sent += 1;
                }
                Err(error) => {
                    tracing::warn!(mail = %mail.id, %error, "mail not sent, tried again later");
                    desk.mail_failed(&mail, &error).await?;
                }
            }
        }
        Ok(sent)
    }

    async fn send(&self, desk: &Desk, mail: &Mail) -> Result<(), String> {
        let address: Address = mail.to.parse().map_err(|e| format!("address: {e}"))?;
        let host = self.from.email.domain();
        let message = Message::builder()
            .from(self.from.clone())
            .to(Mailbox::new(Some(mail.name.clone()), address))
            .subject(subject(mail))
            // The same for every try: a server that took it and then lost the line can tell the repetition.
            .message_id(Some(format!("<{}@{host}>", mail.id)))
            .header(AutoSubmitted)
            .header(ContentType::TEXT_PLAIN)
            .body(body(desk, mail, &self.base))
            .map_err(|e| e.to_string())?;
        match tokio::time::timeout(PATIENCE, self.transport.send(message)).await {
            Ok(answer) => answer.map(|_| ()).map_err(|e| e.to_string()),
            Err(_) => Err("no answer in time".to_owned()),
        }
    }

    /// Sends until the program ends.
    pub async fn keep_sending(self, desk: Desk) {
        loop {
            if let Err(error) = self.send_due(&desk).await {
                tracing::error!(%error, "outbox");
            }
            tokio::time::sleep(LOOK).await;
        }
    }
}
