//! The frame around every request: its identifier, the body of its problem if it ended in one, a line in the log.

use std::time::Instant;

use axum::extract::Request;
use axum::http::Method;
use axum::middleware::Next;
use axum::response::Response;

use super::request_id::RequestId;
use super::{effect, problem};
use crate::contract::query::without_secrets;

/// Wraps every request, those that no route knows included.
pub async fn track(mut request: Request, next: Next) -> Response {
    let started = Instant::now();
    let id = RequestId::new();
    request.extensions_mut().insert(id);
    let (method, uri) = (request.method().clone(), request.uri().clone());

    let head = method == Method::HEAD;
    let response = next.run(request).await;
    let mut response = effect::apply(problem::with_body(response, id, head), head).await;
    id.add_header(response.headers_mut());
    tracing::debug!(
        status = response.status().as_u16(),
        microseconds = u64::try_from(started.elapsed().as_micros()).unwrap_or(u64::MAX),
        request = %id,
        "{method} {}?{}",
        uri.path(),
        without_secrets(uri.query().unwrap_or_default()),
    );
    response
}
