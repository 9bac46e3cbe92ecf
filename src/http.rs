//! The routes: every URL of the server, in four groups, and the middleware around each group.
//!
//! `CONTRIBUTING.md` has the path of a request through these modules, and where a filter, a fault and an endpoint are added.
//! What the middleware does is in `middleware`; what a route does, in the file that its handler names.

mod admin;
mod admission;
mod admitted_request;
mod app;
mod audit_logs;
mod auth;
mod blocking;
mod catalog;
mod chunked_body;
mod context;
mod cors;
mod fallback;
mod fault_injection;
mod gzip;
mod header_values;
mod middleware;
mod openapi;
mod page;
mod pending_record;
mod plain_http;
mod prefix;
mod problem;
mod redact;
mod request_id;
mod site_guard;
mod size_limits;
mod target;

use axum::Router;
use axum::middleware::{from_fn, from_fn_with_state};
use axum::routing::{MethodRouter, delete, get, post};

use crate::app_state::AppState;
use crate::contract::AUDIT_LOGS;
use fallback::{method_not_allowed, not_found};

pub use app::App;
pub use fault_injection::ConnectionFault;
pub use plain_http::response_to_plain_http;

/// The service, ready to be served on a socket or called in-process.
///
/// As a service it takes a client's network address from axum's `ConnectInfo<SocketAddr>` extension; a request without one
/// (in-process) comes from `127.0.0.1`.
pub fn app(state: AppState) -> App {
    App::new(state.clone(), routes(state))
}

/// The four groups, each behind its middleware. Add a route to its group, never here: a layer wraps only the routes that were
/// added before it.
fn routes(state: AppState) -> Router {
    let api = api()
        .method_not_allowed_fallback(method_not_allowed)
        .route_layer(from_fn(middleware::admit_and_run_layer))
        .fallback(not_found)
        .layer(from_fn_with_state(state.clone(), middleware::identify_and_record_layer));

    let control_plane = control_plane()
        .fallback(admin::unknown_call)
        .method_not_allowed_fallback(method_not_allowed)
        .layer(from_fn_with_state(state.clone(), admin::guard::check))
        .merge(health().method_not_allowed_fallback(method_not_allowed));

    let unrecorded = documents()
        .method_not_allowed_fallback(method_not_allowed)
        .nest("/__admin", control_plane)
        .layer(from_fn_with_state(state.clone(), middleware::complete_response_layer));

    api.merge(unrecorded).with_state(state)
}

/// What clients call: in the journal, rate-limited, subject to faults.
fn api() -> Router<AppState> {
    Router::new()
        .merge(with_trailing_slash(AUDIT_LOGS, get(audit_logs::get)))
        .merge(with_trailing_slash("/api/v1/catalog", get(catalog::get)))
}

/// The web UI and the description of the API: open to everybody.
fn documents() -> Router<AppState> {
    Router::new()
        .route("/openapi.json", get(openapi::get))
        .route("/", get(page::html))
        .route("/page/{file}", get(page::asset))
}

/// The control plane under `/__admin`: guarded.
fn control_plane() -> Router<AppState> {
    Router::new()
        .route("/version", get(admin::version))
        .route("/openapi.json", get(admin::openapi::get))
        .route("/requests", get(admin::requests::list).delete(admin::requests::clear))
        .route("/requests/count", get(admin::requests::count))
        .route("/clock", get(admin::clock::get).put(admin::clock::set).delete(admin::clock::follow_system))
        .route("/clock/advance", post(admin::clock::advance))
        .route("/faults", get(admin::faults::list).post(admin::faults::add).delete(admin::faults::clear))
        .route("/faults/{id}", delete(admin::faults::remove))
        .route("/audit-logs", get(admin::export::get).post(admin::entries::add).delete(admin::entries::clear))
        .route("/live", get(admin::live::get).put(admin::live::set).delete(admin::live::stop))
        .route("/scenario", get(admin::scenario::get).put(admin::scenario::set).delete(admin::scenario::stop))
        .route("/summary", get(admin::summary::get))
        .route("/changes", get(admin::changes::get))
        .route("/verdict", get(admin::verdict::get))
        .route("/verdict/delivered", post(admin::verdict::delivered))
        .route("/settings", get(admin::settings::get).patch(admin::settings::change))
        .route("/sessions", get(admin::sessions::list))
        .route("/sessions/{name}", delete(admin::sessions::remove))
        .route("/reset", post(admin::sessions::reset))
}

/// The health check: part of the control plane, but open to everybody.
fn health() -> Router<AppState> {
    Router::new().route("/health", get(admin::health))
}

/// A route with and without a trailing slash: clients before 1.0 of the official one send it (REQ-LENIENT).
fn with_trailing_slash(path: &str, methods: MethodRouter<AppState>) -> Router<AppState> {
    Router::new().route(path, methods.clone()).route(&format!("{path}/"), methods)
}
