//! Keeps feeds from reaching into private networks: addresses are checked when they are dialled, not when named.
//!
//! A resolver that refuses private addresses is not asked for hosts that are written as numbers, so those are
//! checked in [`check_url`], before the first request and after each redirect.

use std::{
    net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr},
    sync::Arc,
};

use reqwest::dns::{Addrs, Name, Resolve, Resolving};
use url::{Host, Url};

use super::{Failure, FailureKind};

/// Networks that are nobody's public site, with the standard that says so.
const PRIVATE_V4: [(Ipv4Addr, u8); 17] = [
    (Ipv4Addr::new(0, 0, 0, 0), 8),          // RFC 1122 "this network"
    (Ipv4Addr::new(10, 0, 0, 0), 8),         // RFC 1918
    (Ipv4Addr::new(100, 64, 0, 0), 10),      // RFC 6598 carrier-grade NAT
    (Ipv4Addr::new(127, 0, 0, 0), 8),        // RFC 1122 loopback
    (Ipv4Addr::new(169, 254, 0, 0), 16),     // RFC 3927 link-local, cloud metadata
    (Ipv4Addr::new(172, 16, 0, 0), 12),      // RFC 1918
    (Ipv4Addr::new(192, 0, 0, 0), 24),       // RFC 6890
    (Ipv4Addr::new(192, 0, 2, 0), 24),       // RFC 5737 documentation
    (Ipv4Addr::new(192, 88, 99, 0), 24),     // RFC 7526 6to4 relays
    (Ipv4Addr::new(192, 168, 0, 0), 16),     // RFC 1918
    (Ipv4Addr::new(198, 18, 0, 0), 15),      // RFC 2544 benchmarks
    (Ipv4Addr::new(198, 51, 100, 0), 24),    // RFC 5737 documentation
    (Ipv4Addr::new(203, 0, 113, 0), 24),     // RFC 5737 documentation
    (Ipv4Addr::new(168, 63, 129, 16), 32),   // a cloud's metadata service
    (Ipv4Addr::new(224, 0, 0, 0), 4),        // RFC 5771 multicast
    (Ipv4Addr::new(240, 0, 0, 0), 4),        // RFC 1112 reserved
    (Ipv4Addr::new(255, 255, 255, 255), 32), // RFC 919 broadcast
];

/// Whether an address may not be dialled for a feed of the public web.
#[must_use]
pub fn is_private(address: IpAddr) -> bool {
    match address {
        IpAddr::V4(v4) => is_private_v4(v4),
        IpAddr::V6(v6) => is_private_v6(v6),
    }
}

fn is_private_v4(address: Ipv4Addr) -> bool {
    PRIVATE_V4.iter().any(|(network, bits)| {
        ipnet::Ipv4Net::new(*network, *bits).is_ok_and(|net| net.contains(&address))
    })
}

/// Only 2000::/3 is public (RFC 4291), less what is set apart in it; addresses that carry an IPv4 one are as that is.
fn is_private_v6(address: Ipv6Addr) -> bool {
    let [a, b, c, _, _, _, g, h] = address.segments();
    let embedded = |high: u16, low: u16| {
        let [w, x] = high.to_be_bytes();
        let [y, z] = low.to_be_bytes();
        Ipv4Addr::new(w, x, y, z)
    };
    match (a, b) {
        (0x64, 0xff9b) => c != 0 || is_private_v4(embedded(g, h)), // RFC 6052 NAT64, RFC 8215
        (0x2002, _) => is_private_v4(embedded(b, c)),              // RFC 3056 6to4
        (0x2001, 0..=0x01ff) => true, // RFC 2928 Teredo, ORCHID and the like
        (0x2001, 0x0db8) => true,     // RFC 3849 documentation
        (0x3fff, 0..=0x0fff) => true, // RFC 9637 documentation
        (0x2000..=0x3fff, _) => false,
        _ => address.to_ipv4_mapped().is_none_or(is_private_v4), // RFC 4291 mapped; all else is not public
    }
}

/// A name whose addresses are all private.
#[derive(Debug, thiserror::Error)]
#[error("{0} is on a private network")]
pub struct Refused(pub String);

/// Resolves names with the system's resolver and gives back only addresses that may be dialled.
#[derive(Debug)]
pub(super) struct Resolver {
    allow_private: bool,
}

impl Resolver {
    pub(super) fn new(allow_private: bool) -> Arc<Self> {
        Arc::new(Self { allow_private })
    }
}

impl Resolve for Resolver {
    fn resolve(&self, name: Name) -> Resolving {
        let allow_private = self.allow_private;
        Box::pin(async move {
            let host = name.as_str().to_owned();
            let found: Vec<SocketAddr> =
                tokio::net::lookup_host((host.as_str(), 0)).await?.collect();
            let allowed: Vec<SocketAddr> = found
                .iter()
                .copied()
                .filter(|address| allow_private || !is_private(address.ip()))
                .collect();
            if allowed.is_empty() && !found.is_empty() {
                return Err(Box::new(Refused(host)) as Box<dyn std::error::Error + Send + Sync>);
            }
            Ok(Box::new(allowed.into_iter()) as Addrs)
        })
    }
}

/// Checks what can be checked before anything is sent: scheme, port, and hosts written as numbers.
///
/// `own_port` is the port besides 80 and 443 that may be dialled.
///
/// # Errors
/// The failure to report.
pub fn check_url(url: &Url, own_port: Option<u16>, allow_private: bool) -> Result<(), Failure> {
    if !matches!(url.scheme(), "http" | "https") {
        return Err(FailureKind::Scheme(url.scheme().to_owned()).into());
    }
    let port = url.port_or_known_default().unwrap_or(0);
    if !matches!(port, 80 | 443) && Some(port) != own_port {
        return Err(FailureKind::Port(port).into());
    }
    let address = match url.host() {
        Some(Host::Ipv4(v4)) => Some(IpAddr::V4(v4)),
        Some(Host::Ipv6(v6)) => Some(IpAddr::V6(v6)),
        _ => None,
    };
    match address {
        Some(address) if !allow_private && is_private(address) => {
            Err(FailureKind::PrivateAddress(address.to_string()).into())
        }
        _ => Ok(()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn private_addresses_in_every_form_are_refused() {
        let forms = [
            "http://127.0.0.1/",
            "http://127.1/",
            "http://2130706433/",
            "http://0x7f000001/",
            "http://0177.0.0.1/",
            "http://0.0.0.0/",
            "http://10.0.0.1/",
            "http://172.31.255.255/",
            "http://192.168.1.1/",
            "http://169.254.169.254/latest/meta-data",
            "http://100.64.0.1/",
            "http://198.18.0.1/",
            "http://224.0.0.1/",
            "http://255.255.255.255/",
            "http://[::1]/",
            "http://[::]/",
            "http://[::ffff:127.0.0.1]/",
            "http://[::ffff:10.0.0.1]/",
            "http://[fc00::1]/",
            "http://[fd12:3456::1]/",
            "http://[fe80::1]/",
            "http://[ff02::1]/",
            "http://[64:ff9b::7f00:1]/",
            "http://[64:ff9b:1::1]/",
            "http://[2002:7f00:1::]/",
            "http://[2002:c0a8:101::]/",
            "http://[2001:db8::1]/",
            "http://[2001::1]/",
            "http://[::127.0.0.1]/",
            "http://168.63.129.16/",
            "http://[100::1]/",
            "http://[3fff::1]/",
        ];
        for form in forms {
            let url = Url::parse(form).unwrap();
            let result = check_url(&url, None, false);
            assert!(
                matches!(result, Err(Failure { kind: FailureKind::PrivateAddress(_), .. })),
                "{form}: {result:?}"
            );
            assert!(check_url(&url, None, true).is_ok(), "{form}");
        }
        for public in [
            "http://8.8.8.8/",
            "http://[2606:4700::1111]/",
            "http://[64:ff9b::808:808]/",
            "http://[::ffff:8.8.8.8]/",
            "https://example.org/",
        ] {
            let url = Url::parse(public).unwrap();
            assert!(check_url(&url, None, false).is_ok(), "{public}");
        }
    }

    #[test]
    fn a_redirect_may_not_choose_a_port() {
        let same = Url::parse("http://other.example:8081/feed").unwrap();
        let other = Url::parse("http://example.org:6379/feed").unwrap();
        assert!(check_url(&same, Some(8081), false).is_ok());
        assert_eq!(check_url(&other, Some(8081), false).unwrap_err().kind, FailureKind::Port(6379));
    }
}
