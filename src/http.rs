//! HTTP: every URL and every layer on one screen.

mod admin;
mod audit_logs;
mod caller;
mod catalog;
mod door;
mod effect;
mod gate;
mod lean;
mod limits;
mod openapi;
mod page;
mod pieces;
mod problem;
mod record;
mod request;
mod request_id;
mod visit;

use std::mem::take;
use std::net::IpAddr;
use std::pin::pin;

use axum::extract::{MatchedPath, OriginalUri, Request, State};
use axum::http::Method;
use axum::middleware::{Next, from_fn, from_fn_with_state};
use axum::response::{IntoResponse, Response};
use axum::routing::{MethodRouter, delete, get, post};
use axum::{Extension, Router};

use crate::mock::Mock;
use caller::Caller;
use problem::Problem;
use record::Opened;
use request::Frame;
use request_id::RequestId;
use visit::Visit;

pub use door::Door;
pub use effect::Abort;
pub use problem::{in_clear_text, refusal};

const AUDIT_LOGS: &str = "/api/v1/audit-logs";

/// The service, ready to be served or called in-process. A plain `GET` of the audit logs takes the [`Door`].
///
/// As a service it takes a client's network address from axum's `ConnectInfo<SocketAddr>` extension; without one
/// (in-process) every caller is at `127.0.0.1`.
pub fn router(mock: Mock) -> Door {
    let api = Router::new()
        .merge(with_trailing_slash(AUDIT_LOGS, get(audit_logs::get)))
        .merge(with_trailing_slash("/api/v1/catalog", get(catalog::get)))
        .method_not_allowed_fallback(method_not_allowed)
        .fallback(not_found)
        .layer(from_fn_with_state(mock.clone(), to_routes));

    let documents = Router::new()
        .route("/openapi.json", get(openapi::get))
        .route("/", get(page::html))
        .route("/page/{file}", get(page::asset))
        .method_not_allowed_fallback(method_not_allowed);

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
        .route("/summary", get(admin::summary::get))
        .route("/changes", get(admin::changes::get))
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

    let others = documents.nest("/__admin", control_plane).layer(from_fn(frame));

    Door::before(api.merge(others).with_state(mock.clone()), mock)
}

/// Routes in the frame that every request passes: identifier, body of a problem; panics caught.
pub fn framed(routes: Router) -> Router {
    routes.layer(from_fn(frame))
}

async fn frame(request: Request, next: Next) -> Response {
    Frame::around(&request).close(next.run(request)).await
}

async fn to_routes(State(mock): State<Mock>, request: Request, next: Next) -> Response {
    let address = door::address(&request);
    passage(mock, request, address, Goal::Routes(next)).await
}

/// Where a request goes that has passed.
enum Goal {
    /// `GET /api/v1/audit-logs`
    AuditLogs,
    Routes(Next),
}

/// What every request of a client passes, from the outside in: the frame, the journal, what catches a panic, the limits
/// of size, and the gate where there is a route. It is one function, and what it awaits stays where it is: each layer would
/// copy all that is below it, each time.
async fn passage(mock: Mock, mut request: Request, address: IpAddr, goal: Goal) -> Response {
    let frame = Frame::around(&request);
    let answer = pin!(async {
        let visit = Visit::of(&mock, &request, address);
        let opened = Opened::of(frame.id, &request, &visit);
        let answer = pin!(gated(frame.id, &mut request, visit, goal));
        let mut response = problem::caught(answer).await;
        opened.close(&mut response);
        response
    });
    frame.close(answer).await
}

async fn gated(id: RequestId, request: &mut Request, visit: Visit, goal: Goal) -> Response {
    if let Err(problem) = limits::guard(request).await {
        return problem.into_response();
    }
    match goal {
        Goal::Routes(next) if request.extensions().get::<MatchedPath>().is_none() => {
            request.extensions_mut().insert(visit);
            next.run(take(request)).await
        }
        goal => match gate::admit(id, request, visit) {
            Ok((caller, fate)) => fate.meet(request, |request| arrive(request, caller, goal)).await,
            Err(problem) => problem.into_response(),
        },
    }
}

async fn arrive(request: &mut Request, caller: Caller, goal: Goal) -> Response {
    match goal {
        Goal::AuditLogs => audit_logs::answer(&caller),
        Goal::Routes(next) => {
            request.extensions_mut().insert(caller);
            next.run(take(request)).await
        }
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
    visit::hidden_in_path(path, |text| mock.is_token(text)).into_owned()
}
