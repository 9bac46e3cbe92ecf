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

use axum::extract::{MatchedPath, OriginalUri, Request, State};
use axum::http::Method;
use axum::middleware::{Next, from_fn, from_fn_with_state};
use axum::response::Response;
use axum::routing::{MethodRouter, delete, get, post};
use axum::{Extension, Router};

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
        .fallback(not_found)
        .layer(from_fn_with_state(mock.clone(), passage));

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

    let others = document.nest("/__admin", control_plane).layer(from_fn(frame));

    api.merge(others).with_state(mock)
}

/// Routes in the frame that every request passes: identifier, body of a problem; panics caught.
pub fn framed(routes: Router) -> Router {
    routes.layer(from_fn(frame))
}

async fn frame(request: Request, next: Next) -> Response {
    request::frame(request, |request| next.run(request)).await
}

/// What every request of a client passes, from the outside in: the frame, the journal, what catches a panic, the limits
/// of size, and the gate where there is a route. It is one layer, for each further one copies all that is below it, each
/// time.
async fn passage(State(mock): State<Mock>, request: Request, next: Next) -> Response {
    // In a box each: a future is moved whole into the one around it.
    let guarded = |request| Box::pin(limits::guard(request, |request| Box::pin(gated(request, next))));
    let recorded = |request| record::keep(&mock, request, |request| problem::caught(guarded(request)));
    request::frame(request, recorded).await
}

async fn gated(request: Request, next: Next) -> Response {
    if request.extensions().get::<MatchedPath>().is_some() {
        gate::pass(request, next).await
    } else {
        next.run(request).await
    }
}

/// Clients before 1.0 of the official one send the slash (REQ-LENIENT).
fn with_trailing_slash(path: &str, methods: MethodRouter<Mock>) -> Router<Mock> {
    Router::new().route(path, methods.clone()).route(&format!("{path}/"), methods)
}

/// The path is told without what may be a secret in it.
async fn not_found(
    State(mock): State<Mock>,
    visit: Option<Extension<Visit>>,
    OriginalUri(uri): OriginalUri,
) -> Problem {
    let path = visit.map_or_else(|| shown(&mock, uri.path()), |visit| visit.path.to_string());
    Problem::NotFound { path }
}

async fn method_not_allowed(State(mock): State<Mock>, method: Method, OriginalUri(uri): OriginalUri) -> Problem {
    let method = if mock.knows_token(method.as_str()) { "(hidden)".to_owned() } else { method.to_string() };
    Problem::MethodNotAllowed { method, path: shown(&mock, uri.path()) }
}

fn shown(mock: &Mock, path: &str) -> String {
    visit::hidden_in_path(path, |text| mock.is_token(text))
}
