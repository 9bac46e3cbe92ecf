//! The target of a request: the host that it is addressed to, which must be this server.

use std::fmt;
use std::net::IpAddr;

use axum::extract::Request;
use axum::http::header::HOST;
use axum::http::uri::Authority;
use axum::http::{HeaderValue, Method, Version};

/// Why the host of a request is refused, as every gateway refuses it (RFC 9112, section 3.2; RFC 9113, section 8.3.1).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum HostError {
    Missing,
    Repeated,
    /// No name or address with an optional port.
    Invalid,
    /// Another host than that of `:authority`.
    Contradiction,
}

/// The message of the 400. It does not repeat the value, which may be a secret.
impl fmt::Display for HostError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Missing => "The request has no header Host",
            Self::Repeated => "The request has more than one header Host",
            Self::Invalid => "The header Host is no host name or address with an optional port",
            Self::Contradiction => "The header Host names another host than :authority",
        })?;
        f.write_str("; send it once, such as \"Host: localhost:8080\".")
    }
}

/// Where a request is addressed to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Target {
    ThisServer,
    /// Another host: the client takes this server for a proxy.
    Elsewhere(Authority),
}

impl Target {
    /// The target of a request that has come over a network.
    ///
    /// A request to a proxy has the method `CONNECT`, or over HTTP/1 a whole URL in place of the path. A whole URL with the
    /// name `localhost` or an IP address may mean this server, which may not know its own names.
    pub fn of_request(request: &Request) -> Result<Self, HostError> {
        let (authority, version) = (request.uri().authority(), request.version());
        if let Some(authority) = authority
            && (request.method() == Method::CONNECT || (version < Version::HTTP_2 && !is_local(authority.host())))
        {
            return Ok(Self::Elsewhere(authority.clone()));
        }
        let mut hosts = request.headers().get_all(HOST).iter();
        match (hosts.next(), hosts.next()) {
            (None, _) if version < Version::HTTP_11 => Ok(Self::ThisServer),
            (None, _) => Err(HostError::Missing),
            (Some(_), Some(_)) => Err(HostError::Repeated),
            (Some(host), None) if !is_valid(host) => Err(HostError::Invalid),
            (Some(host), None) => match authority {
                Some(authority) if version >= Version::HTTP_2 && !is_same(authority, host) => {
                    Err(HostError::Contradiction)
                }
                Some(_) | None => Ok(Self::ThisServer),
            },
        }
    }
}

fn is_valid(host: &HeaderValue) -> bool {
    Authority::try_from(host.as_bytes()).is_ok_and(|authority| {
        let port = &authority.as_str()[authority.host().len()..];
        !authority.as_str().contains('@') && (port.is_empty() || port == ":" || authority.port().is_some())
    })
}

fn is_same(authority: &Authority, host: &HeaderValue) -> bool {
    host.to_str().is_ok_and(|host| authority == host)
}

fn is_local(host: &str) -> bool {
    let address = host.trim_start_matches('[').trim_end_matches(']');
    host.eq_ignore_ascii_case("localhost") || address.parse::<IpAddr>().is_ok()
}
