//! HTTP: every URL and every layer on one screen.

mod admin;
mod audit_logs;
mod caller;
mod catalog;
mod effect;
mod gate;
mod limits;
mod openapi;
mod problem;
mod record;
mod request;
mod request_id;
mod visit;

use axum::extract::OriginalUri;
use axum::http::Method;
use axum::middleware::{from_fn, from_fn_with_state};
use axum::routing::{MethodRouter, delete, get, post};
use axum::{Extension, Router};
use tower_http::catch_panic::CatchPanicLayer;

use crate::mock::Mock;
use problem::Problem;
use visit::Visit;

pub use effect::Abort;

/// The service, ready to be served or called in-process.
///
/// A client's network address is taken from axum's `ConnectInfo<SocketAddr>` extension; without one (in-process) every
/// caller is at `127.0.0.1`.
pub fn router(mock: Mock) -> Router {
    let api = Router::new()
        .merge(with_trailing_slash("/api/v1/audit-logs", get(audit_logs::get)))
        .merge(with_trailing_slash("/api/v1/catalog", get(catalog::get)))
        .method_not_allowed_fallback(method_not_allowed)
        .route_layer(from_fn(gate::pass))
        .fallback(not_found)
        .layer(from_fn(limits::guard))
        .layer(CatchPanicLayer::custom(problem::from_panic))
        .layer(from_fn_with_state(mock.clone(), record::keep));

    let document =
        Router::new().route("/openapi.json", get(openapi::get)).method_not_allowed_fallback(method_not_allowed);

    let control_plane = Router::new()
        .route("/version", get(admin::version))
        .route("/requests", get(admin::requests::list).delete(admin::requests::clear))
        .route("/requests/count", get(admin::requests::count))
        .route("/clock", get(admin::clock::get).put(admin::clock::set).delete(admin::clock::follow_system))
        .route("/clock/advance", post(admin::clock::advance))
        .route("/faults", get(admin::faults::list).post(admin::faults::add).delete(admin::faults::clear))
        .route("/faults/{id}", delete(admin::faults::remove))
        .route("/audit-logs", post(admin::entries::add).delete(admin::entries::clear))
        .route("/live", get(admin::live::get).put(admin::live::set).delete(admin::live::stop))
        .route("/scenario", get(admin::scenario::get).put(admin::scenario::set).delete(admin::scenario::stop))
        .route("/verdict", get(admin::verdict::get))
        .route("/settings", get(admin::settings::get).patch(admin::settings::change))
        .route("/sessions", get(admin::sessions::list))
        .route("/sessions/{name}", delete(admin::sessions::remove))
        .route("/reset", post(admin::sessions::reset))
        .fallback(not_found)
        .method_not_allowed_fallback(method_not_allowed)
        .layer(from_fn_with_state(mock.clone(), admin::guard::check))
        .route("/health", get(admin::health))
        .method_not_allowed_fallback(method_not_allowed);

    framed(api.merge(document).nest("/__admin", control_plane).with_state(mock))
}

/// Routes in the frame that every request passes: identifier, body of a problem, log; panics caught.
pub fn framed(routes: Router) -> Router {
    routes.layer(CatchPanicLayer::custom(problem::from_panic)).layer(from_fn(request::frame))
}

/// Clients before 1.0 of the official one send the slash (REQ-LENIENT).
fn with_trailing_slash(path: &str, methods: MethodRouter<Mock>) -> Router<Mock> {
    Router::new().route(path, methods.clone()).route(&format!("{path}/"), methods)
}

/// The path is told without what may be a secret in it, where a visit knows.
async fn not_found(visit: Option<Extension<Visit>>, OriginalUri(uri): OriginalUri) -> Problem {
    Problem::NotFound { path: visit.map_or_else(|| uri.path().to_owned(), |visit| visit.path.to_string()) }
}

async fn method_not_allowed(method: Method, OriginalUri(uri): OriginalUri) -> Problem {
    Problem::MethodNotAllowed { method: method.to_string(), path: uri.path().to_owned() }
}
