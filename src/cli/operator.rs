//! `folkmoot operator`: the operator's pages, on this machine alone.

use std::{
    net::{Ipv4Addr, Ipv6Addr, SocketAddr},
    sync::Arc,
};

use clap::Args;
use folkmoot::{
    clock,
    daemon::operator::{self, Office, Setup},
    feed::Network,
};
use tokio::net::TcpListener;

use super::{Done, Failed, Global, block_on, control, output::Output, plain};

/// Look after the feeds in a browser: what needs a look, what waits for a decision, what changed today.
///
/// The pages are served on this machine alone, for as long as this command runs, and do what the commands do. The
/// address that is printed works once. From another computer, open a tunnel first: ssh -L 8081:127.0.0.1:8081 SERVER.
#[derive(Debug, Args)]
pub(crate) struct Operator {
    /// Address and port of this machine.
    #[arg(long, value_name = "ADDRESS", default_value = "127.0.0.1:8081")]
    listen: SocketAddr,
}

/// The public pages as this machine reaches them: a listener on all addresses is on this one, too.
fn here(listen: Option<SocketAddr>) -> String {
    let mut address = listen.unwrap_or(SocketAddr::from((Ipv4Addr::LOCALHOST, 8080)));
    if address.ip().is_unspecified() {
        address.set_ip(match address {
            SocketAddr::V4(_) => Ipv4Addr::LOCALHOST.into(),
            SocketAddr::V6(_) => Ipv6Addr::LOCALHOST.into(),
        });
    }
    format!("http://{address}")
}

impl Operator {
    pub(crate) fn go(&self, global: &Global, output: &Output) -> Done {
        if !self.listen.ip().is_loopback() {
            return Err(Failed::Usage(format!(
                "{} can be reached from elsewhere; the operator's pages are for this machine alone\n  \
                 Choose a port of 127.0.0.1. From another computer: ssh -L 8081:127.0.0.1:8081 SERVER.",
                self.listen
            )));
        }
        // A faulty edit is among the things that the pages show.
        let network = global.load().map_or_else(|_| Network::default(), |all| all.config.network);
        block_on(self.serve(global, network, output))?
    }

    async fn serve(&self, global: &Global, network: Network, output: &Output) -> Done {
        let Some(daemon) = control::daemon(global).await? else {
            return Err(Failed::Other(format!(
                "no daemon is running on {}\n  Start one with `folkmoot run`; the pages show what it knows.",
                global.data_dir().display()
            )));
        };
        let public = match &network.url {
            Some(url) => url.as_str().trim_end_matches('/').to_owned(),
            None => here(daemon.status().await?.public),
        };
        let (zone, clock) = (network.time_zone, clock::now);
        let office = Office::new(Setup { daemon, network: network.name, zone, public, clock })?;
        let listener = TcpListener::bind(self.listen).await.map_err(|error| {
            Failed::Other(format!(
                "cannot listen on {}: {}\n  Choose another port, such as --listen 127.0.0.1:8082.",
                self.listen,
                plain(&error)
            ))
        })?;
        let address =
            format!("http://{}{}", listener.local_addr()?, office.door().unwrap_or_default());
        if output.json {
            output.value(&serde_json::json!({ "address": address }))?;
        }
        output.say(format!(
            "The operator's pages: {address}\n  The address works once, on this machine. Ctrl-C ends the pages."
        ))?;
        let stop = async { drop(tokio::signal::ctrl_c().await) };
        Ok(operator::serve(listener, Arc::new(office), stop).await?)
    }
}
