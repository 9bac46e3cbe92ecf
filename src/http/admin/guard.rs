//! Who may use the control plane: no page of another site, and whoever has the token where there is one.

use axum::extract::{Request, State};
use axum::http::HeaderMap;
use axum::http::header::{AUTHORIZATION, HOST, ORIGIN};
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};
use sha2::{Digest, Sha256};
use subtle::ConstantTimeEq;

use crate::config::Admin;
use crate::http::problem::Problem;
use crate::http::visit::bearer_token;
use crate::mock::Mock;

/// Refuses what may not pass; the health check lies outside.
pub async fn check(State(mock): State<Mock>, request: Request, next: Next) -> Response {
    if *mock.admin() == Admin::Off {
        return Problem::ControlOff.into_response();
    }
    if is_cross_site(request.headers()) {
        return Problem::CrossSite.into_response();
    }
    if let Admin::Token(token) = mock.admin()
        && !bearer_token(request.headers()).is_ok_and(|given| same(given, token))
    {
        return Problem::ControlToken { sent: request.headers().contains_key(AUTHORIZATION) }.into_response();
    }
    next.run(request).await
}

/// A browser tells where a request comes from: in `Sec-Fetch-Site` (Fetch Metadata), and in `Origin` for whatever
/// changes something. Programs send neither.
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

/// In a time that tells nothing about either.
fn same(given: &str, token: &str) -> bool {
    Sha256::digest(given).ct_eq(&Sha256::digest(token)).into()
}
