//! HTTP: every URL and every layer on one screen.

mod admin;
mod admission;
mod app;
mod audit_logs;
mod caller;
mod catalog;
mod chunked_body;
mod context;
mod fault_injection;
mod journal_entry;
mod limits;
mod openapi;
mod page;
mod problem;
mod redact;
mod request_id;
mod response_finisher;

use std::mem::take;
use std::net::IpAddr;
use std::pin::pin;

use axum::extract::{MatchedPath, OriginalUri, Request, State};
use axum::http::Method;
use axum::middleware::{Next, from_fn, from_fn_with_state};
use axum::response::{IntoResponse, Response};
use axum::routing::{MethodRouter, delete, get, post};
use axum::{Extension, Router};

use crate::app_state::AppState;
use crate::contract::AUDIT_LOGS;
use caller::Caller;
use context::RequestContext;
use journal_entry::Opened;
use problem::Problem;
use request_id::RequestId;
use response_finisher::ResponseFinisher;

pub use app::App;
pub use fault_injection::ConnectionFault;
pub use problem::{in_clear_text, refusal};

/// The service, ready to be served or called in-process. A plain `GET` of the audit logs takes the [`App`].
///
/// As a service it takes a client's network address from axum's `ConnectInfo<SocketAddr>` extension; without one
/// (in-process) every caller is at `127.0.0.1`.
pub fn app(mock: AppState) -> App {
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

    App::new(api.merge(others).with_state(mock.clone()), mock)
}

/// Routes in the frame that every request passes: identifier, body of a problem; panics caught.
pub fn framed(routes: Router) -> Router {
    routes.layer(from_fn(frame))
}

async fn frame(request: Request, next: Next) -> Response {
    ResponseFinisher::for_request(&request).close(next.run(request)).await
}

async fn to_routes(State(mock): State<AppState>, request: Request, next: Next) -> Response {
    let address = app::address(&request);
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
async fn passage(mock: AppState, mut request: Request, address: IpAddr, goal: Goal) -> Response {
    let frame = ResponseFinisher::for_request(&request);
    let answer = pin!(async {
        let context = RequestContext::from_request(&mock, &request, address);
        let opened = Opened::of(frame.id, &request, &context);
        let answer = pin!(gated(frame.id, &mut request, context, goal));
        let mut response = problem::caught(answer).await;
        opened.close(&mut response);
        response
    });
    frame.close(answer).await
}

async fn gated(id: RequestId, request: &mut Request, context: RequestContext, goal: Goal) -> Response {
    if let Err(problem) = limits::guard(request).await {
        return problem.into_response();
    }
    match goal {
        Goal::Routes(next) if request.extensions().get::<MatchedPath>().is_none() => {
            request.extensions_mut().insert(context);
            next.run(take(request)).await
        }
        goal => match admission::check(id, request, context) {
            Ok((caller, fault)) => fault.apply(request, |request| arrive(request, caller, goal)).await,
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
fn with_trailing_slash(path: &str, methods: MethodRouter<AppState>) -> Router<AppState> {
    Router::new().route(path, methods.clone()).route(&format!("{path}/"), methods)
}

/// The path is told without what may be a secret in it.
async fn not_found(
    State(mock): State<AppState>,
    context: Option<Extension<RequestContext>>,
    OriginalUri(uri): OriginalUri,
) -> Problem {
    let path = context.map_or_else(|| shown(&mock, uri.path()), |context| context.path.to_string());
    Problem::NotFound { path }
}

async fn method_not_allowed(State(mock): State<AppState>, method: Method, OriginalUri(uri): OriginalUri) -> Problem {
    let method = if redact::contains_own_token(&mock, method.as_str()) {
        redact::REDACTED.to_owned()
    } else {
        method.to_string()
    };
    Problem::MethodNotAllowed { method, path: shown(&mock, uri.path()) }
}

fn shown(mock: &AppState, path: &str) -> String {
    redact::redact_path(path, |text| mock.is_token(text)).into_owned()
}
