//! Forwarding headers of a trusted proxy.
//!
//! A proxy adds itself at the end, as a further element or a further line, and what stands before it may have been
//! written by the client. So of each header the last element counts. `Forwarded` and `X-Forwarded-Proto` are not read:
//! a proxy that writes the others lets a client's own through, and nothing depends on them.

use std::net::{IpAddr, SocketAddr};

use axum::extract::ConnectInfo;
use axum::http::request::Parts;

use crate::settings::Settings;

/// Whether the other end of the connection is a proxy whose forwarded headers are believed.
pub(crate) fn is_trusted_proxy(parts: &Parts, settings: &Settings) -> bool {
    peer(parts).is_some_and(|peer| is_trusted(peer, settings))
}

/// The host that the last proxy was asked for; `None` where no trusted one says so.
pub(crate) fn host(parts: &Parts, settings: &Settings) -> Option<String> {
    elements(parts, "x-forwarded-host").next_back().filter(|_| is_trusted_proxy(parts, settings)).map(str::to_owned)
}

/// Where a request comes from: the last address before those of trusted proxies, the other end of the connection to
/// begin with.
pub(crate) fn address(parts: &Parts, settings: &Settings) -> Option<IpAddr> {
    let mut address = peer(parts)?;
    let mut hops = elements(parts, "x-forwarded-for");
    while is_trusted(address, settings) {
        match hops.next_back().and_then(without_port) {
            Some(before) => address = before,
            None => break,
        }
    }
    Some(address)
}

fn peer(parts: &Parts) -> Option<IpAddr> {
    parts.extensions.get::<ConnectInfo<SocketAddr>>().map(|peer| peer.0.ip())
}

fn is_trusted(address: IpAddr, settings: &Settings) -> bool {
    settings.trusted_proxies.iter().any(|network| network.contains(address))
}

/// The elements of all lines of a header, in order.
fn elements<'a>(parts: &'a Parts, name: &str) -> impl DoubleEndedIterator<Item = &'a str> {
    let lines = parts.headers.get_all(name).into_iter();
    // A line that is no text is an element that says nothing.
    lines.flat_map(|line| line.to_str().unwrap_or_default().split(',')).map(str::trim)
}

/// An address, in brackets or with a port perhaps.
fn without_port(text: &str) -> Option<IpAddr> {
    let bare = text.strip_prefix('[').and_then(|rest| rest.strip_suffix(']')).unwrap_or(text);
    bare.parse().ok().or_else(|| text.parse().ok().map(|address: SocketAddr| address.ip()))
}

#[cfg(test)]
mod tests {
    use axum::http::Request;

    use super::*;

    fn settings() -> Settings {
        let trusted_proxies = ["10.0.0.0/8", "127.0.0.1"].map(|network| network.parse().expect("a network")).into();
        Settings { trusted_proxies, ..Settings::default() }
    }

    fn parts(peer: &str, headers: &[(&str, &str)]) -> Parts {
        let request = headers.iter().fold(Request::builder(), |request, (name, value)| request.header(*name, *value));
        let (mut parts, ()) = request.body(()).expect("a request").into_parts();
        parts.extensions.insert(ConnectInfo(SocketAddr::new(peer.parse().expect("an address"), 1)));
        parts
    }

    fn address_of(peer: &str, headers: &[(&str, &str)]) -> String {
        address(&parts(peer, headers), &settings()).expect("an address").to_string()
    }

    #[test]
    fn of_several_lines_and_elements_the_last_hosts_counts() {
        let name = "x-forwarded-host";
        let host = |peer: &str, headers: &[(&str, &str)]| host(&parts(peer, headers), &settings());
        assert_eq!(host("10.0.0.1", &[(name, "evil"), (name, "good")]).as_deref(), Some("good"));
        assert_eq!(host("10.0.0.1", &[(name, "evil, good")]).as_deref(), Some("good"));
        assert_eq!(host("10.0.0.1", &[(name, "a"), (name, "b, evil"), (name, "c, good")]).as_deref(), Some("good"));
        assert_eq!(host("192.0.2.1", &[(name, "good")]), None, "not from a proxy");
        assert_eq!(host("10.0.0.1", &[]), None);
    }

    #[test]
    fn the_address_is_the_last_one_before_trusted_proxies() {
        let name = "x-forwarded-for";
        let forged = [(name, "1.1.1.1"), (name, "203.0.113.9")];
        assert_eq!(address_of("10.0.0.1", &forged), "203.0.113.9");
        assert_eq!(address_of("10.0.0.1", &[(name, "1.1.1.1, 203.0.113.9, 10.0.0.7")]), "203.0.113.9");
        assert_eq!(address_of("10.0.0.1", &[(name, "[2001:db8::1]:4711")]), "2001:db8::1");
        assert_eq!(address_of("10.0.0.1", &[(name, "203.0.113.9:80")]), "203.0.113.9");
        assert_eq!(address_of("192.0.2.1", &forged), "192.0.2.1", "not from a proxy");
        for odd in [&[][..], &[(name, "unknown")], &[(name, "")]] {
            assert_eq!(address_of("10.0.0.1", odd), "10.0.0.1", "{odd:?}");
        }
    }

    #[test]
    fn what_is_not_read_changes_nothing() {
        let headers = [("forwarded", "for=1.1.1.1;host=evil"), ("x-forwarded-proto", "https")];
        assert_eq!(address_of("10.0.0.1", &headers), "10.0.0.1");
        assert_eq!(host(&parts("10.0.0.1", &headers), &settings()), None);
    }
}
