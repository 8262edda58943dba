//! `[listen]`: where visitors come in, which proxies stand before that, and how often one address may ask.

use ipnet::IpNet;
use toml_edit::{Item, Table, Value};

use super::{Checker, Section};
use crate::config::{ClientHeader, Listen, RateLimit};

/// The headers by which proxies say who asked.
const HEADERS: [(&str, ClientHeader); 2] =
    [("x-forwarded-for", ClientHeader::XForwardedFor), ("forwarded", ClientHeader::Forwarded)];
/// The most that can be allowed: more is no limit.
const MOST: i32 = 1_000_000;

impl Checker<'_> {
    pub(super) fn listen(&mut self, table: &Table) -> Listen {
        let mut section = Section::new(self, table, "in [listen]".into());
        let address = section.string("address");
        let wrong = |a: &String| a.parse::<std::net::SocketAddr>().is_err();
        if address.as_ref().is_some_and(wrong) {
            section.fault_at(
                "address",
                "this is not an address and port",
                "Write one such as \"127.0.0.1:8080\".",
            );
        }
        let trusted_proxies = section.networks("trusted_proxies");
        let client_header = section.choice_of("client_header", &HEADERS).unwrap_or_default();
        let per_minute = section.count("requests_per_minute");
        let burst = section.count("burst");
        if burst.is_some() && per_minute.is_none() {
            section.fault_at(
                "burst",
                "burst means nothing without requests_per_minute",
                "Write requests_per_minute = 300 too, or take the line out.",
            );
        }
        section.finish();
        let limit = per_minute
            .map(|per_minute| RateLimit { per_minute, burst: burst.unwrap_or(per_minute) });
        let listen = Listen { address, trusted_proxies, client_header, limit };
        self.one_visitor(table, &listen);
        listen
    }

    /// Behind a web server that is not named, all visitors have one address.
    fn one_visitor(&mut self, table: &Table, listen: &Listen) {
        let local = listen.address.as_deref().unwrap_or("127.0.0.1:8080");
        let local = local.parse::<std::net::SocketAddr>().is_ok_and(|at| at.ip().is_loopback());
        if listen.limit.is_none() || !local || !listen.trusted_proxies.is_empty() {
            return;
        }
        let span = table.get("requests_per_minute").and_then(Item::span);
        let warning = self.make(
            span,
            "behind a web server on this machine all visitors share this limit".into(),
            "Name the web server: trusted_proxies = [\"127.0.0.1\"].".into(),
        );
        self.warnings.push(warning);
    }
}

impl Section<'_, '_, '_> {
    /// Addresses and networks of addresses.
    fn networks(&mut self, key: &'static str) -> Vec<IpNet> {
        let written = self.strings(key).unwrap_or_default();
        let spans = self.table.get(key).and_then(Item::as_array);
        let spans: Vec<_> =
            spans.map(|array| array.iter().map(Value::span).collect()).unwrap_or_default();
        let mut networks = Vec::new();
        for (text, span) in written.iter().zip(spans) {
            let address = || text.parse::<std::net::IpAddr>().map(IpNet::from).ok();
            match text.parse().ok().or_else(address) {
                Some(network) => networks.push(network),
                None => self.check.fault(
                    span,
                    format!("\"{text}\" is no IP address"),
                    "Write addresses or networks, such as [\"127.0.0.1\", \"10.0.0.0/8\"].",
                ),
            }
        }
        networks
    }

    /// A number of requests.
    fn count(&mut self, key: &'static str) -> Option<u32> {
        let number = self.integer(key)?;
        if (1..=MOST).contains(&number) {
            return u32::try_from(number).ok();
        }
        self.fault_at(
            key,
            format!("{key} must be 1 to {MOST}"),
            "Write a number of requests, such as 300; without the line there is no limit.",
        );
        None
    }
}
