//! Who is asking: the token's key, once the limiter has let the request in.

use std::fmt;
use std::net::{IpAddr, Ipv4Addr, SocketAddr};

use axum::extract::{ConnectInfo, FromRequestParts};
use axum::http::HeaderMap;
use axum::http::header::AUTHORIZATION;
use axum::http::request::Parts;

use super::problem::{Problem, Unauthorized};
use crate::keys::Key;
use crate::mock::Mock;
use crate::world::Client;

/// A caller with a valid key and a place in its rate.
#[derive(Debug)]
pub struct Caller {
    key: Key,
}

impl Caller {
    /// Goes on only with a permission (ERR-403).
    pub fn must_have(&self, permission: &'static str) -> Result<(), Problem> {
        if self.key.grants(permission) {
            return Ok(());
        }
        Err(Problem::Forbidden { key: self.key.to_string(), permission })
    }
}

impl fmt::Display for Caller {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.key.fmt(f)
    }
}

/// Token, then rate: a refused token counts for the client's address, a valid one for its key (REQ-ORDER).
impl FromRequestParts<Mock> for Caller {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, mock: &Mock) -> Result<Self, Problem> {
        let world = mock.world();
        let grant = bearer_token(&parts.headers)
            .and_then(|token| mock.keys().authenticate(token, world.clock.now()).map_err(Unauthorized::Refused));
        let (client, own_limit) = match &grant {
            Ok(grant) => (Client::Key(grant.index), grant.key.rate_limit),
            Err(_) => (Client::at(address(parts)), None),
        };
        if let Err(wait) = world.limiter.admit(&client, own_limit) {
            return Err(Problem::TooManyRequests { wait, instance: parts.uri.path().to_owned() });
        }
        grant.map(|grant| Self { key: grant.key.clone() }).map_err(Problem::Unauthorized)
    }
}

fn address(parts: &Parts) -> IpAddr {
    let peer = parts.extensions.get::<ConnectInfo<SocketAddr>>();
    peer.map_or(IpAddr::V4(Ipv4Addr::LOCALHOST), |ConnectInfo(peer)| peer.ip())
}

/// The token of `Authorization: Bearer <token>`, the scheme in any case (REQ-LENIENT, RFC 6750 section 2.1).
fn bearer_token(headers: &HeaderMap) -> Result<&str, Unauthorized> {
    let mut values = headers.get_all(AUTHORIZATION).iter();
    let value = values.next().ok_or(Unauthorized::Missing)?;
    if values.next().is_some() {
        return Err(Unauthorized::Repeated);
    }
    let value = value.to_str().map_err(|_| Unauthorized::Malformed)?.trim();
    let (scheme, token) = value.split_once(' ').unwrap_or((value, ""));
    if !scheme.eq_ignore_ascii_case("bearer") {
        return Err(Unauthorized::Scheme);
    }
    let token = token.trim_start();
    if token.is_empty() || token.contains(char::is_whitespace) {
        return Err(Unauthorized::Malformed);
    }
    Ok(token)
}
