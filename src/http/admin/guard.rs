//! Guard of the control plane: refuses web pages of other sites, and requests without the control token if there is one.
//!
//! It stands in front of every route of the control plane but the health check.

use std::net::IpAddr;

use axum::extract::{MatchedPath, Request, State};
use axum::http::HeaderMap;
use axum::http::header::{AUTHORIZATION, HOST, ORIGIN, USER_AGENT};
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};
use sha2::{Digest, Sha256};
use subtle::ConstantTimeEq;

use crate::app_state::AppState;
use crate::config::Admin;
use crate::http::auth::bearer_token;
use crate::http::problem::Problem;
use crate::http::redact::Secrets;

/// Middleware: refuses a request and logs it, or passes it on.
pub async fn check(State(state): State<AppState>, request: Request, next: Next) -> Response {
    // The pattern of the route: a parameter of the path itself may be a secret.
    let path = request.extensions().get::<MatchedPath>().map_or("/__admin", MatchedPath::as_str);
    let method = Secrets::new(&state, request.headers()).redact(request.method().as_str()).into_owned();
    if let Some(problem) = refusal(&state, request.headers()) {
        tracing::info!("{method} {path} refused: {problem}");
        return problem.into_response();
    }
    tracing::debug!("{method} {path}");
    next.run(request).await
}

fn refusal(state: &AppState, headers: &HeaderMap) -> Option<Problem> {
    if *state.admin() == Admin::Off {
        return Some(Problem::ControlOff);
    }
    if is_cross_site(headers) {
        return Some(Problem::CrossSite);
    }
    let Admin::Token(token) = state.admin() else {
        return is_rebound(headers).then_some(Problem::CrossSite);
    };
    let right = bearer_token(headers).is_ok_and(|given| same(given, token));
    (!right).then(|| Problem::ControlToken { sent: headers.contains_key(AUTHORIZATION) })
}

/// Whether a browser sends the request from another site: it says so in `Sec-Fetch-Site` (Fetch Metadata), and in `Origin`
/// for requests that change something. Programs send neither.
fn is_cross_site(headers: &HeaderMap) -> bool {
    let text = |name: &str| headers.get(name).map(|value| value.to_str().unwrap_or("unreadable"));
    let other_site = text("sec-fetch-site").is_some_and(|site| !["same-origin", "none"].contains(&site));
    let host = text(HOST.as_str()).unwrap_or_default();
    let other_origin = text(ORIGIN.as_str()).is_some_and(|origin| {
        let authority = origin.split_once("://").map_or(origin, |(_, authority)| authority);
        !authority.eq_ignore_ascii_case(host)
    });
    other_site || other_origin
}

/// Whether a browser uses a host name that anybody can point at this machine (DNS rebinding), which makes any site the same
/// origin. An address or `localhost` cannot be pointed elsewhere. A control token protects against this too.
///
/// With such a name browsers send neither of the two headers in a `GET` over plain HTTP; their `User-Agent` starts with
/// `Mozilla`.
fn is_rebound(headers: &HeaderMap) -> bool {
    let agent = headers.get(USER_AGENT).and_then(|agent| agent.to_str().ok()).unwrap_or_default();
    let browser =
        headers.contains_key("sec-fetch-site") || headers.contains_key(ORIGIN) || agent.starts_with("Mozilla/");
    let host = headers.get(HOST).map_or("", |host| host.to_str().unwrap_or("unreadable"));
    browser && !host.is_empty() && !is_address(host)
}

fn is_address(host: &str) -> bool {
    let name = host.rsplit_once(':').map_or(host, |(name, port)| if port.contains(']') { host } else { name });
    let name = name.trim_start_matches('[').trim_end_matches(']');
    name.eq_ignore_ascii_case("localhost") || name.parse::<IpAddr>().is_ok()
}

/// Compares in constant time, so that the duration reveals nothing about the token.
fn same(given: &str, token: &str) -> bool {
    Sha256::digest(given).ct_eq(&Sha256::digest(token)).into()
}
