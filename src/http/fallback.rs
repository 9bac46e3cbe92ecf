//! Fallbacks of the router: 404 for a path without a route, 405 for a method that its route does not have.

use std::sync::Arc;

use axum::Extension;
use axum::extract::{MatchedPath, State};
use axum::http::Method;

use super::auth::Authentication;
use super::context::RequestContext;
use super::problem::Problem;
use crate::app_state::AppState;

/// 404. Without a valid key the message does not repeat the path: it may contain a token that only the real API knows.
pub async fn not_found(State(state): State<AppState>, context: Option<Extension<Arc<RequestContext>>>) -> Problem {
    let path = context.and_then(|Extension(context)| match context.authentication {
        Authentication::Accepted { key: _ } => Some(context.path.to_string()),
        Authentication::Refused { .. } => None,
    });
    Problem::NotFound { path, base_path: state.base_path().clone() }
}

/// 405. The router adds the header `Allow`.
pub async fn method_not_allowed(method: Method, route: MatchedPath) -> Problem {
    Problem::MethodNotAllowed { method: method.to_string(), route: route.as_str().to_owned() }
}
