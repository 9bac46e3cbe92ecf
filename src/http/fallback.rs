//! Fallbacks of the router: 404 for a path without a route, 405 for a method that its route does not have.

use std::sync::Arc;

use axum::Extension;
use axum::extract::{OriginalUri, State};
use axum::http::Method;

use super::context::RequestContext;
use super::problem::Problem;
use super::redact::{REDACTED, contains_own_token, redact_path};
use crate::app_state::AppState;

/// 404. The path of a recorded request is redacted already, also of an unknown token in it.
pub async fn not_found(
    State(state): State<AppState>,
    context: Option<Extension<Arc<RequestContext>>>,
    OriginalUri(uri): OriginalUri,
) -> Problem {
    let path = context.map_or_else(
        || redact_path(uri.path(), |text| state.is_token(text)),
        |Extension(context)| context.path.clone(),
    );
    Problem::NotFound { path: path.into_owned() }
}

/// 405. The router adds the header `Allow`.
pub async fn method_not_allowed(
    State(state): State<AppState>,
    method: Method,
    OriginalUri(uri): OriginalUri,
) -> Problem {
    let method = if contains_own_token(&state, method.as_str()) { REDACTED } else { method.as_str() };
    let path = redact_path(uri.path(), |text| state.is_token(text));
    Problem::MethodNotAllowed { method: method.to_owned(), path: path.into_owned() }
}
