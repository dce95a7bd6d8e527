//! `kyohyo serve`.

use super::{Place, open};
use crate::web::router;
use assessments::desk::Desk;
use assessments::failure::Failure;
use clap::Args;
use std::net::SocketAddr;
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
}

impl Serve {
    /// Serves until it is told to stop.
    ///
    /// # Errors
    /// [`Failure::Invalid`] where the address cannot be listened on; [`Failure::Internal`].
    pub async fn run(self, place: &Place) -> Result<u8, Failure> {
        let start = Instant::now();
        let desk = open::seeded(place).await?;
        let refused = |e: std::io::Error| Failure::Invalid { place: self.listen.to_string(), read: e.to_string() };
        let listener = TcpListener::bind(self.listen).await.map_err(refused)?;
        let bound = listener.local_addr().map_err(refused)?;
        let base = self.public_url.clone().unwrap_or_else(|| format!("http://{bound}"));
        greet(&desk, &base, self.demo).await?;
        eprintln!("kyohyo: serving on {base} ({} ms)", start.elapsed().as_millis());
        tokio::spawn(desk.clone().keep_index());
        let app = router(desk, base.starts_with("https://")).into_make_service_with_connect_info::<SocketAddr>();
        axum::serve(listener, app)
            .with_graceful_shutdown(stop())
            .await
            .map_err(|e| Failure::Internal { operation: format!("serve {e}") })?;
        Ok(0)
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

async fn stop() {
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
    // Open event streams would hold the program for ever.
    tokio::spawn(async {
        tokio::time::sleep(std::time::Duration::from_secs(2)).await;
        std::process::exit(0);
    });
}
