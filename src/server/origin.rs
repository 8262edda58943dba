//! Under which address people see this server: the configured one, or the one that they asked for.

use std::net::{IpAddr, SocketAddr};

use axum::http::{HeaderMap, header::HOST};
use ipnet::IpNet;
use url::Url;

/// The other end of a connection, put beside each request by `serve`.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Peer(pub(crate) SocketAddr);

/// `https://events.example.org`, without a trailing slash.
///
/// `network.url` decides when it is set. Without it the `Host` header does, since the reader has just shown that
/// this name leads here; `X-Forwarded-*` count only from a proxy that the operator named.
pub(crate) fn base(
    url: Option<&Url>,
    headers: &HeaderMap,
    peer: Option<IpAddr>,
    trusted: &[IpNet],
    listen: Option<SocketAddr>,
) -> String {
    if let Some(url) = url {
        return url.as_str().trim_end_matches('/').to_owned();
    }
    let said = |name: &str| headers.get(name).and_then(|value| value.to_str().ok());
    let behind_proxy = peer.is_some_and(|peer| trusted.iter().any(|net| net.contains(&peer)));
    let last = |text: &str| text.rsplit(',').next().unwrap_or_default().trim().to_owned();
    let (forwarded_host, https) = if behind_proxy {
        let https = said("x-forwarded-proto").is_some_and(|proto| last(proto) == "https");
        (said("x-forwarded-host").map(last).filter(|host| is_host(host)), https)
    } else {
        (None, false)
    };
    let asked = said(HOST.as_str()).map(str::to_owned).filter(|host| is_host(host));
    let host = forwarded_host
        .or(asked)
        .or_else(|| listen.map(|address| address.to_string()))
        .unwrap_or_else(|| "localhost".to_owned());
    let scheme = if https { "https" } else { "http" };
    format!("{scheme}://{}", host.to_ascii_lowercase())
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
        assert_eq!(base(Some(&url), &lies, None, &[], listen), "https://events.example.org");
        assert_eq!(base(None, &lies, None, &nets, listen), "http://a.example");
        assert_eq!(base(None, &lies, Some(proxy), &nets, listen), "https://b.example");
        assert_eq!(base(None, &lies, Some(proxy), &[], listen), "http://a.example");
        let bad = headers(&[("host", "a.example/<script>")]);
        assert_eq!(base(None, &bad, None, &[], listen), "http://127.0.0.1:8080");
    }
}
