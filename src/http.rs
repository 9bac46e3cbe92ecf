//! HTTP: every URL and every layer on one screen.

mod admin;
mod audit_logs;
mod caller;
mod catalog;
mod limits;
mod openapi;
mod problem;
mod request;
mod request_id;

use axum::Router;
use axum::http::Method;
use axum::http::Uri;
use axum::middleware::from_fn;
use axum::routing::{MethodRouter, get};
use tower_http::catch_panic::CatchPanicLayer;

use crate::mock::Mock;
use problem::Problem;

/// The service, ready to be served or called in-process.
///
/// A client's network address is taken from axum's `ConnectInfo<SocketAddr>` extension; without one (in-process) every
/// caller is at `127.0.0.1`.
pub fn router(mock: Mock) -> Router {
    let routes = Router::new()
        .merge(with_trailing_slash("/api/v1/audit-logs", get(audit_logs::get)))
        .merge(with_trailing_slash("/api/v1/catalog", get(catalog::get)))
        .route("/openapi.json", get(openapi::get))
        .route("/__admin/health", get(admin::health))
        .route("/__admin/version", get(admin::version))
        .fallback(not_found)
        .method_not_allowed_fallback(method_not_allowed)
        .with_state(mock);
    framed(routes)
}

/// Routes in the frame that every request passes: identifier and log, limits of size, panics caught.
///
/// The last layer is the outermost: what `limits` refuses and what panics gets its body and identifier from `request`.
pub fn framed(routes: Router) -> Router {
    routes
        .layer(CatchPanicLayer::custom(problem::from_panic))
        .layer(from_fn(limits::guard))
        .layer(from_fn(request::track))
}

/// Clients before 1.0 of the official one send the slash (REQ-LENIENT).
fn with_trailing_slash(path: &str, methods: MethodRouter<Mock>) -> Router<Mock> {
    Router::new().route(path, methods.clone()).route(&format!("{path}/"), methods)
}

async fn not_found(uri: Uri) -> Problem {
    Problem::NotFound { path: uri.path().to_owned() }
}

async fn method_not_allowed(method: Method, uri: Uri) -> Problem {
    Problem::MethodNotAllowed { method: method.to_string(), path: uri.path().to_owned() }
}
