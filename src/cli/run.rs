//! `folkmoot run`: the daemon.

use std::{net::SocketAddr, sync::Arc};

use clap::Args;
use folkmoot::{
    clock,
    daemon::{Daemon, Setup, client::Remote},
    fetch,
};
use listenfd::ListenFd;
use tokio::{
    net::TcpListener,
    signal::unix::{SignalKind, signal},
    sync::watch,
};
use tracing_subscriber::{EnvFilter, fmt};

use super::{Done, Failed, Global, block_on, plain};

const DEFAULT_ADDRESS: &str = "127.0.0.1:8080";

/// Run the daemon: check the feeds and serve the calendar, the API and the pages. Ctrl-C ends it.
#[derive(Debug, Args)]
pub(crate) struct Run {
    /// Address and port to listen on; 127.0.0.1:8080 unless said here or in feeds.toml. Port 0 takes a free one.
    #[arg(long, env = "FOLKMOOT_LISTEN", value_name = "ADDRESS")]
    listen: Option<SocketAddr>,
    /// Address and port for Prometheus (/metrics). It names every feed and asks for no password: keep it private.
    #[arg(long, env = "FOLKMOOT_METRICS_LISTEN", value_name = "ADDRESS")]
    metrics_listen: Option<SocketAddr>,
    /// Write the log as JSON lines.
    #[arg(long)]
    log_json: bool,
}

impl Run {
    pub(crate) fn go(self, global: &Global) -> Done {
        self.log(global);
        block_on(self.serve(global))?
    }

    fn log(&self, global: &Global) {
        let level = match (global.quiet, global.verbose) {
            (true, _) => "error",
            (false, 0) => "info",
            (false, 1) => "folkmoot=debug,info",
            (false, _) => "trace",
        };
        let filter =
            EnvFilter::try_from_env("FOLKMOOT_LOG").unwrap_or_else(|_| EnvFilter::new(level));
        // Where in the program a line comes from helps nobody but those who look for its faults.
        let lines = fmt()
            .with_env_filter(filter)
            .with_writer(std::io::stderr)
            .with_ansi(global.colored())
            .with_target(global.verbose > 0);
        if self.log_json {
            lines.json().init();
        } else if std::env::var_os("JOURNAL_STREAM").is_some() {
            // The journal adds the time itself.
            lines.without_time().init();
        } else {
            lines.init();
        }
    }

    async fn serve(self, global: &Global) -> Done {
        let loaded = global.load()?;
        for warning in &loaded.config.warnings {
            tracing::warn!("{}", warning.to_string().replace('\n', " "));
        }
        if Remote::find(&global.data_dir()).await.is_some() {
            return Err(Failed::Other(format!(
                "another folkmoot is using {}: a daemon runs there already\n  `folkmoot status` shows how it is. A second \
                 network needs another place (--data-dir DIR) and another port (--listen ADDRESS).",
                global.data_dir().display()
            )));
        }
        let listener = self.listener(loaded.config.listen.address.as_deref()).await?;
        let address = listener.local_addr()?;
        if loaded.config.network.url.is_none() && !address.ip().is_loopback() {
            tracing::warn!(
                "feeds.toml names no public address ([network] url): links use the address that was asked for"
            );
        }
        let client = fetch::Client::of(&loaded.config.network)
            .map_err(|error| Failed::Other(error.to_string()))?;
        let setup = Setup {
            config: global.config.clone(),
            data_dir: global.data_dir(),
            fetcher: Arc::new(client),
            clock: clock::now,
        };
        let daemon =
            Daemon::start(setup).await.map_err(|error| Failed::Other(format!("{error:#}")))?;
        super::output::line(&format!("Folkmoot is at http://{address}/ (Ctrl-C ends it)"))?;
        let figures = self.figures().await?;
        let (stop, stopped) = watch::channel(false);
        let ends = tokio::spawn(stop_on_signal(stop));
        let served = daemon.serve(listener, figures, until(stopped)).await;
        ends.abort();
        served.map_err(|error| Failed::Other(format!("{error:#}")))
    }

    /// The listener for Prometheus, if one is wanted.
    async fn figures(&self) -> Result<Option<TcpListener>, Failed> {
        let Some(address) = self.metrics_listen else { return Ok(None) };
        let listener = TcpListener::bind(address).await.map_err(|error| {
            Failed::Other(format!("cannot listen on {address}: {}", plain(&error)))
        })?;
        let address = listener.local_addr()?;
        super::output::line(&format!("Figures for Prometheus are at http://{address}/metrics"))?;
        Ok(Some(listener))
    }

    /// systemd's socket, or one of our own.
    async fn listener(&self, configured: Option<&str>) -> Result<TcpListener, Failed> {
        if let Some(listener) = ListenFd::from_env().take_tcp_listener(0)? {
            listener.set_nonblocking(true)?;
            return Ok(TcpListener::from_std(listener)?);
        }
        let configured = configured.unwrap_or(DEFAULT_ADDRESS).parse();
        let address = match (self.listen, configured) {
            (Some(address), _) | (None, Ok(address)) => address,
            (None, Err(_)) => {
                return Err(Failed::Usage("[listen] address is not an address and port".into()));
            }
        };
        TcpListener::bind(address).await.map_err(|error| {
            Failed::Other(format!(
                "cannot listen on {address}: {}\n  Stop the other program, or choose another port, such as --listen \
                 127.0.0.1:8090.",
                plain(&error)
            ))
        })
    }
}

async fn until(mut stopped: watch::Receiver<bool>) {
    // A sender that is gone means the end as well.
    let _ = stopped.wait_for(|stopped| *stopped).await;
}

/// Ctrl-C and SIGTERM end the daemon; the second one at once.
async fn stop_on_signal(stop: watch::Sender<bool>) {
    let (Ok(mut terminate), Ok(mut interrupt)) =
        (signal(SignalKind::terminate()), signal(SignalKind::interrupt()))
    else {
        return std::future::pending().await;
    };
    for second in [false, true] {
        tokio::select! {
            _ = terminate.recv() => {}
            _ = interrupt.recv() => {}
        }
        if second {
            tracing::warn!("stopping at once");
            std::process::exit(1);
        }
        tracing::info!("stopping");
        if stop.send(true).is_err() {
            return;
        }
    }
}
