//! The frame around every request: its identifier, and the body of its problem if it ended in one.

use axum::extract::Request;
use axum::http::Method;
use axum::response::Response;

use super::request_id::RequestId;
use super::{effect, problem};

/// Wraps every request, those that no route knows included.
pub async fn frame<F: Future<Output = Response>>(
    request: Request,
    go_on: impl FnOnce(RequestId, Request) -> F,
) -> Response {
    let id = RequestId::new();
    let head = request.method() == Method::HEAD;

    let response = problem::caught(go_on(id, request)).await;
    let mut response = effect::apply(problem::with_body(response, id, head), head).await;
    id.add_header(response.headers_mut());
    response
}
