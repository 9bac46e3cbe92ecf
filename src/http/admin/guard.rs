//! Guard of the control plane: refuses web pages of other sites, and requests without the control token if there is one.
//!
//! It stands in front of every route of the control plane but the health check.

use axum::extract::{MatchedPath, Request, State};
use axum::http::HeaderMap;
use axum::http::header::AUTHORIZATION;
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};
use sha2::{Digest, Sha256};
use subtle::ConstantTimeEq;

use crate::app_state::AppState;
use crate::config::Admin;
use crate::http::auth::bearer_token;
use crate::http::problem::{Problem, ServerPart};
use crate::http::redact::Secrets;
use crate::http::site_guard;

/// Middleware: refuses a request and logs it, or passes it on.
pub async fn check(State(state): State<AppState>, request: Request, next: Next) -> Response {
    // The pattern of the route: a parameter of the path itself may be a secret.
    let path = request.extensions().get::<MatchedPath>().map_or("/__admin", MatchedPath::as_str);
    let secrets = Secrets::new(&state, request.headers());
    let method = secrets.redact(request.method().as_str()).into_owned();
    let Err(mut problem) = admit(&state, request.headers()) else {
        tracing::debug!("{method} {path}");
        return next.run(request).await;
    };
    problem.redact(&secrets);
    tracing::info!("{method} {path} refused: {problem}");
    if matches!(problem, Problem::ControlToken { sent: true }) {
        state.wrong_tokens().pace().await;
    }
    problem.into_response()
}

fn admit(state: &AppState, headers: &HeaderMap) -> Result<(), Problem> {
    match state.admin() {
        Admin::Off => Err(Problem::ControlOff { base_path: state.base_path().clone() }),
        Admin::Open => {
            site_guard::check_host(state, headers, ServerPart::ControlPlane)?;
            site_guard::check_origin(state, headers, ServerPart::ControlPlane)
        }
        // Any host name: the page of another site does not know the token.
        Admin::Token(token) => {
            site_guard::check_origin(state, headers, ServerPart::ControlPlane)?;
            let is_right = bearer_token(headers).is_ok_and(|given| is_same(given, token));
            is_right.then_some(()).ok_or_else(|| Problem::ControlToken { sent: headers.contains_key(AUTHORIZATION) })
        }
    }
}

/// Compares in constant time, so that the duration reveals nothing about the token.
fn is_same(given: &str, token: &str) -> bool {
    Sha256::digest(given).ct_eq(&Sha256::digest(token)).into()
}
