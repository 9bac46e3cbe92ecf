//! The guard against web pages of other sites: those of another origin, and those whose host name was pointed at this machine
//! (DNS rebinding), which a browser takes for pages of this server.
//!
//! `Host` decides, whatever the method: every browser sends it. A `GET` of the same site has no `Origin`, and over plain HTTP a
//! browser sends `Sec-Fetch-Site` to loopback alone. Programs send neither of these two.

use std::net::Ipv4Addr;

use axum::http::header::{HOST, ORIGIN};
use axum::http::{HeaderMap, HeaderName, HeaderValue};

use super::cors;
use super::problem::{Problem, ServerPart};
use crate::app_state::AppState;
use crate::config::{HostPattern, Origin};

/// Domains below which nobody can register a name: reserved (RFC 6761, RFC 6762, and `internal` by ICANN), or that of services
/// in a cluster, whose long form is below `local`.
const PRIVATE_DOMAINS: [&str; 4] = [".localhost", ".local", ".internal", ".svc"];

/// The host of the real API, for those who point its name at this machine.
const REAL_API_HOST: &str = "api.getcortexapp.com";

/// Refuses a request to the API from a page of another site, unless the flag `--cors` allows its origin.
pub fn check_api(state: &AppState, headers: &HeaderMap) -> Result<(), Problem> {
    check_host(state, headers, ServerPart::Api)?;
    if cors::allowed_origin(state, headers).is_some() {
        return Ok(());
    }
    check_origin(state, headers, ServerPart::Api)
}

/// Refuses a request by a host name that anybody could have pointed at this machine. One without `Host` is of HTTP/1.0, or
/// in-process.
pub fn check_host(state: &AppState, headers: &HeaderMap, part: ServerPart) -> Result<(), Problem> {
    let Some(host) = headers.get(HOST) else { return Ok(()) };
    if host.to_str().is_ok_and(|host| is_accepted(host, state.allowed_hosts(), part)) {
        return Ok(());
    }
    Err(Problem::ForeignHost { host: text(host), part })
}

fn is_accepted(host: &str, allowed: &[HostPattern], part: ServerPart) -> bool {
    // An IPv6 address.
    if host.starts_with('[') {
        return true;
    }
    let name = host.split(':').next().unwrap_or_default().to_ascii_lowercase();
    let name = name.strip_suffix('.').unwrap_or(&name);
    let is_private = match name.split_once('.') {
        // Only the names of a local network and of containers have a single label.
        None => true,
        // Rebinding takes a name.
        Some(_) if name.parse::<Ipv4Addr>().is_ok() => true,
        Some(_) => PRIVATE_DOMAINS.iter().any(|domain| name.ends_with(domain)),
    };
    is_private
        || allowed.iter().any(|pattern| pattern.matches(name))
        || (part == ServerPart::Api && name == REAL_API_HOST)
}

/// Refuses a request from a web page of another origin than that under which the server was asked.
pub fn check_origin(state: &AppState, headers: &HeaderMap, part: ServerPart) -> Result<(), Problem> {
    const SEC_FETCH_SITE: HeaderName = HeaderName::from_static("sec-fetch-site");

    let own = own_origin(state, headers);
    if let Some(origin) = headers.get(ORIGIN) {
        let is_own = |origin: &str| origin.parse::<Origin>().is_ok_and(|origin| own.parse() == Ok(origin));
        if !origin.to_str().is_ok_and(is_own) {
            return Err(Problem::CrossSite { origin: Some(text(origin)), server: own, part });
        }
    }
    match headers.get(SEC_FETCH_SITE) {
        Some(site) if site != "same-origin" && site != "none" => {
            Err(Problem::CrossSite { origin: None, server: own, part })
        }
        Some(_) | None => Ok(()),
    }
}

/// The origin under which a browser has asked. A proxy that ends TLS says so in `X-Forwarded-Proto`; a page of another site
/// cannot send that header without a preflight.
fn own_origin(state: &AppState, headers: &HeaderMap) -> String {
    const X_FORWARDED_PROTO: HeaderName = HeaderName::from_static("x-forwarded-proto");

    let host = headers.get(HOST).map(text).unwrap_or_default();
    let schemes = headers.get(X_FORWARDED_PROTO).map(text).unwrap_or_default();
    // Of several proxies, the first one.
    match schemes.split(',').next().map(str::trim) {
        None | Some("") => format!("{}://{host}", state.scheme()),
        Some(scheme) => format!("{scheme}://{host}"),
    }
}

fn text(value: &HeaderValue) -> String {
    String::from_utf8_lossy(value.as_bytes()).into_owned()
}
