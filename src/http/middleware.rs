//! The middleware, as functions over `next`, the inner service:
//!
//! | request to | passes, outermost first |
//! | --- | --- |
//! | the API | [`complete_response`], [`identify_and_record`], [`admit_and_run`] |
//! | a path without a route, outside `/__admin` | [`complete_response`], [`identify_and_record`] |
//! | the control plane | [`complete_response`], `admin::guard` |
//! | the web UI, the OpenAPI document, `/__admin/health` | [`complete_response`] |
//!
//! `App` calls the functions directly; the routes of `http.rs` use the axum middleware of the same name with `_layer`. The
//! functions pass the request's context as an argument, the layers as an extension of the request. [`identify_and_record`]
//! calls [`complete_response`] itself, so that no route can have the one without the other.

use std::panic::AssertUnwindSafe;
use std::sync::Arc;

use axum::Extension;
use axum::extract::{Request, State};
use axum::http::Method;
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};
use futures_util::FutureExt;

use super::admitted_request::AdmittedRequest;
use super::context::RequestContext;
use super::pending_record::PendingRecord;
use super::problem::{self, Problem};
use super::redact::Secrets;
use super::request_id::RequestId;
use super::{admission, fault_injection, size_limits};
use crate::app_state::AppState;

/// Gives a request its id and completes its response: makes a 500 of a panic, adds the body of a [`Problem`], carries out a
/// fault in the body, adds the request id.
pub async fn complete_response<F>(request: Request, next: impl FnOnce(Request, RequestId) -> F) -> Response
where
    F: Future<Output = Response>,
{
    let id = RequestId::new();
    let is_head = request.method() == Method::HEAD;
    let response = problem::with_body(catch_panic(next(request, id)).await, id);
    // A response to HEAD has no body that a fault could change.
    let mut response = if is_head { response } else { fault_injection::apply_body_fault(response).await };
    id.add_header(response.headers_mut());
    response
}

/// Looks up the key and session of a request, refuses the request if it is too large, and records it with its outcome in
/// the journal. An unknown key is refused later, by [`admit_and_run`].
///
/// Calls [`complete_response`] around all of this.
pub async fn identify_and_record<F>(
    state: &AppState,
    request: Request,
    next: impl FnOnce(Request, Arc<RequestContext>, PendingRecord) -> F,
) -> Response
where
    F: Future<Output = Response>,
{
    complete_response(request, async |mut request, id| {
        let context = Arc::new(RequestContext::from_request(state, &request, id));
        let record = PendingRecord::open(&request, &context);
        let handle = record.clone();
        let mut response = catch_panic(async {
            match size_limits::check(&mut request).await {
                Ok(()) => next(request, context, handle).await,
                Err(problem) => problem.into_response(),
            }
        })
        .await;
        record.close(&mut response);
        response
    })
    .await
}

/// Checks the admission of a request and runs the operation, with the faults that the request meets. Responds with the
/// problem to a request that is not admitted.
pub async fn admit_and_run<F>(
    request: Request,
    context: Arc<RequestContext>,
    record: PendingRecord,
    next: impl FnOnce(Request, AdmittedRequest) -> F,
) -> Response
where
    F: Future<Output = Response>,
{
    match admission::check(&request, context, record) {
        Ok((admitted, fault)) => fault.apply(|| next(request, admitted)).await,
        Err(problem) => problem.into_response(),
    }
}

/// [`complete_response`] as axum middleware, for requests that are not recorded; redacts their problems.
pub async fn complete_response_layer(State(state): State<AppState>, request: Request, next: Next) -> Response {
    let secrets = Secrets::new(&state, request.headers());
    complete_response(request, async |request, _| {
        let mut response = next.run(request).await;
        problem::redact(&mut response, &secrets);
        response
    })
    .await
}

/// [`identify_and_record`] as axum middleware.
pub async fn identify_and_record_layer(State(state): State<AppState>, request: Request, next: Next) -> Response {
    identify_and_record(&state, request, |mut request, context, record| {
        request.extensions_mut().insert(context);
        request.extensions_mut().insert(record);
        next.run(request)
    })
    .await
}

/// [`admit_and_run`] as axum middleware.
pub async fn admit_and_run_layer(
    Extension(context): Extension<Arc<RequestContext>>,
    Extension(record): Extension<PendingRecord>,
    request: Request,
    next: Next,
) -> Response {
    admit_and_run(request, context, record, |mut request, admitted| {
        request.extensions_mut().insert(admitted);
        next.run(request)
    })
    .await
}

/// Makes a 500 of a panic. The panic hook has logged its message and place.
fn catch_panic(response: impl Future<Output = Response>) -> impl Future<Output = Response> {
    // Unwind safe: everything that the future owns is dropped with it.
    let response = AssertUnwindSafe(response).catch_unwind();
    response.map(|response| response.unwrap_or_else(|_| Problem::Internal.into_response()))
}

#[cfg(test)]
mod tests {
    use std::future::ready;

    use axum::body::to_bytes;
    use axum::http::StatusCode;

    use super::*;
    use crate::config::Config;
    use crate::world::{JournalFilter, RequestOutcome};

    async fn panics() -> Response {
        panic!("a bug")
    }

    #[tokio::test]
    async fn a_panic_in_a_handler_is_a_500_and_the_server_lives_on() {
        let response = complete_response(Request::default(), |_, _| panics()).await;
        assert_eq!(response.status(), StatusCode::INTERNAL_SERVER_ERROR);
        let id = response.headers()["x-request-id"].to_str().unwrap().to_owned();
        let body = to_bytes(response.into_body(), usize::MAX).await.unwrap();
        let body: serde_json::Value = serde_json::from_slice(&body).unwrap();
        assert_eq!(body["type"], "UNHANDLED_EXCEPTION");
        assert_eq!(body["requestId"], id);
        assert_eq!(
            body["details"],
            "The mock failed on this request; see its log. This is a bug of the mock, not of the client."
        );
        let after = complete_response(Request::default(), |_, _| ready(StatusCode::OK.into_response())).await;
        assert_eq!(after.status(), StatusCode::OK);
    }

    #[tokio::test]
    async fn a_panic_in_a_handler_is_in_the_journal() {
        let state = AppState::load(&Config::default()).unwrap();
        identify_and_record(&state, Request::default(), |_, _, _| panics()).await;
        let records = state.world().journal.list(&JournalFilter::default());
        assert_eq!((records.len(), records[0].outcome), (1, RequestOutcome::Status(500)));
    }
}
