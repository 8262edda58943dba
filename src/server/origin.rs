//! Under which address people see this server (the configured one, or the one that they asked for), and who asks.

use std::net::{IpAddr, SocketAddr};

use axum::http::{HeaderMap, header::HOST, uri::Authority};
use ipnet::IpNet;
use url::Url;

use crate::config::ClientHeader;

/// The other end of a connection, put beside each request by `serve`.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Peer(pub(crate) SocketAddr);

/// `https://events.example.org`, without a trailing slash.
///
/// `network.url` decides when it is set. Without it the `Host` header does, since the reader has just shown that
/// this name leads here; `X-Forwarded-*` count only from a proxy that the operator named.
pub(crate) fn base(
    url: Option<&Url>,
    (headers, authority): (&HeaderMap, Option<&Authority>),
    peer: Option<IpAddr>,
    trusted: &[IpNet],
    listen: Option<SocketAddr>,
) -> String {
    if let Some(url) = url {
        return url.as_str().trim_end_matches('/').to_owned();
    }
    let said = |name: &str| headers.get(name).and_then(|value| value.to_str().ok());
    let peer = peer.map(|peer| peer.to_canonical());
    let behind_proxy = peer.is_some_and(|peer| trusted.iter().any(|net| net.contains(&peer)));
    let last = |text: &str| text.rsplit(',').next().unwrap_or_default().trim().to_owned();
    let (forwarded_host, https) = if behind_proxy {
        let https = said("x-forwarded-proto").is_some_and(|proto| last(proto) == "https");
        (said("x-forwarded-host").map(last).filter(|host| is_host(host)), https)
    } else {
        (None, false)
    };
    // HTTP/2 says it in the address (RFC 9113, section 8.3.1).
    let asked = said(HOST.as_str()).or(authority.map(Authority::as_str));
    let asked = asked.map(str::to_owned).filter(|host| is_host(host));
    let host = forwarded_host
        .or(asked)
        .or_else(|| listen.map(|address| address.to_string()))
        .unwrap_or_else(|| "localhost".to_owned());
    let scheme = if https { "https" } else { "http" };
    format!("{scheme}://{}", host.to_ascii_lowercase())
}

/// The address that asks: the peer's, or, where that is a trusted proxy, the last one in the header that is none.
///
/// What stands before that in the header was written by whoever asked, and counts for nothing.
pub(crate) fn client(
    headers: &HeaderMap,
    peer: IpAddr,
    trusted: &[IpNet],
    header: ClientHeader,
) -> IpAddr {
    let is_proxy = |address: &IpAddr| trusted.iter().any(|net| net.contains(address));
    let mut client = peer.to_canonical();
    let name = match header {
        ClientHeader::XForwardedFor => "x-forwarded-for",
        ClientHeader::Forwarded => "forwarded",
    };
    let lines: Vec<&str> =
        headers.get_all(name).iter().filter_map(|value| value.to_str().ok()).collect();
    for element in lines.iter().rev().flat_map(|line| line.rsplit(',')) {
        if !is_proxy(&client) {
            break;
        }
        let said = match header {
            ClientHeader::XForwardedFor => Some(element),
            ClientHeader::Forwarded => element.split(';').find_map(|pair| {
                let (name, value) = pair.split_once('=')?;
                name.trim().eq_ignore_ascii_case("for").then_some(value)
            }),
        };
        // Something like `unknown`: the nearest address that is known has to answer for it.
        let Some(address) = said.and_then(address) else { break };
        client = address;
    }
    client
}

/// An address in a proxy's header: bare, quoted, in brackets, with a port.
fn address(text: &str) -> Option<IpAddr> {
    let text = text.trim().trim_matches('"');
    let bare = || text.trim_start_matches('[').trim_end_matches(']').parse::<IpAddr>();
    let address = bare().or_else(|_| text.parse::<SocketAddr>().map(|both| both.ip()));
    address.ok().map(|address| address.to_canonical())
}

/// Letters, digits, dots, hyphens, a port, or an IPv6 address in brackets: nothing that could break out of a
/// header, a link or a calendar line.
fn is_host(host: &str) -> bool {
    !host.is_empty()
        && host.len() <= 255
        && host.bytes().all(|byte| byte.is_ascii_alphanumeric() || b".-:[]".contains(&byte))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn headers(pairs: &[(&'static str, &str)]) -> HeaderMap {
        pairs.iter().map(|(name, value)| (name.parse().unwrap(), value.parse().unwrap())).collect()
    }

    #[test]
    fn who_says_what_we_are_called() {
        let url: Url = "https://events.example.org/".parse().unwrap();
        let proxy: IpAddr = "10.0.0.1".parse().unwrap();
        let nets: Vec<IpNet> = vec!["10.0.0.0/8".parse().unwrap()];
        let listen = Some("127.0.0.1:8080".parse().unwrap());
        let lies = headers(&[
            ("host", "a.example"),
            ("x-forwarded-host", "b.example"),
            ("x-forwarded-proto", "https"),
        ]);
        assert_eq!(
            base(Some(&url), (&lies, None), None, &[], listen),
            "https://events.example.org"
        );
        assert_eq!(base(None, (&lies, None), None, &nets, listen), "http://a.example");
        assert_eq!(base(None, (&lies, None), Some(proxy), &nets, listen), "https://b.example");
        assert_eq!(base(None, (&lies, None), Some(proxy), &[], listen), "http://a.example");
        let mapped: IpAddr = "::ffff:10.0.0.1".parse().unwrap();
        assert_eq!(base(None, (&lies, None), Some(mapped), &nets, listen), "https://b.example");
        let second = Some(&"c.example".parse().unwrap());
        assert_eq!(base(None, (&headers(&[]), second), None, &[], listen), "http://c.example");
        let bad = headers(&[("host", "a.example/<script>")]);
        assert_eq!(base(None, (&bad, None), None, &[], listen), "http://127.0.0.1:8080");
    }

    #[test]
    fn only_what_a_proxy_added_is_believed() {
        let nets: Vec<IpNet> = vec!["127.0.0.1/32".parse().unwrap(), "10.0.0.0/8".parse().unwrap()];
        let (x, f) = (ClientHeader::XForwardedFor, ClientHeader::Forwarded);
        let cases = [
            ("127.0.0.1", x, vec![("x-forwarded-for", "192.0.2.7")], "192.0.2.7"),
            (
                "127.0.0.1",
                x,
                vec![("x-forwarded-for", "1.1.1.1, 192.0.2.7, 10.1.2.3")],
                "192.0.2.7",
            ),
            ("127.0.0.1", x, vec![("x-forwarded-for", "192.0.2.7:4711")], "192.0.2.7"),
            ("127.0.0.1", x, vec![("x-forwarded-for", "1.1.1.1, unknown")], "127.0.0.1"),
            ("127.0.0.1", x, vec![("forwarded", "for=192.0.2.7")], "127.0.0.1"),
            ("::ffff:127.0.0.1", x, vec![("x-forwarded-for", "2001:db8::7")], "2001:db8::7"),
            ("192.0.2.9", x, vec![("x-forwarded-for", "192.0.2.7")], "192.0.2.9"),
            ("127.0.0.1", x, vec![], "127.0.0.1"),
            (
                "127.0.0.1",
                f,
                vec![("forwarded", "for=1.1.1.1, FOR=\"[2001:db8::7]:80\";proto=https")],
                "2001:db8::7",
            ),
            ("127.0.0.1", f, vec![("forwarded", "proto=https;for=_hidden")], "127.0.0.1"),
        ];
        for (peer, header, given, expected) in cases {
            let seen = client(&headers(&given), peer.parse().unwrap(), &nets, header);
            assert_eq!(seen, expected.parse::<IpAddr>().unwrap(), "{peer} {given:?}");
        }
    }
}
