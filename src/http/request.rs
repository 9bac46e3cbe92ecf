//! The frame around every request: its identifier, the body of its problem if it ended in one, a line in the log.

use std::convert::Infallible;
use std::fmt;
use std::time::Instant;

use axum::extract::{FromRequestParts, Request};
use axum::http::request::Parts;
use axum::http::{HeaderName, HeaderValue, Method};
use axum::middleware::Next;
use axum::response::Response;
use uuid::Uuid;

use super::problem;

const X_REQUEST_ID: HeaderName = HeaderName::from_static("x-request-id");

/// The identifier of a request: in the header `X-Request-Id`, in an error's `requestId`, and in the log.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct RequestId(Uuid);

impl fmt::Display for RequestId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

impl<S: Sync> FromRequestParts<S> for RequestId {
    type Rejection = Infallible;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, Infallible> {
        Ok(parts.extensions.get().copied().unwrap_or(Self(Uuid::nil())))
    }
}

/// Wraps every request, those that no route knows included.
pub async fn track(mut request: Request, next: Next) -> Response {
    let started = Instant::now();
    let id = RequestId(Uuid::new_v4());
    request.extensions_mut().insert(id);
    let (method, uri) = (request.method().clone(), request.uri().clone());

    let response = next.run(request).await;
    let mut response = problem::with_body(response, id, method == Method::HEAD);
    let text = HeaderValue::from_str(&id.to_string()).unwrap_or(HeaderValue::from_static(""));
    response.headers_mut().insert(X_REQUEST_ID, text);
    tracing::debug!(
        status = response.status().as_u16(),
        microseconds = u64::try_from(started.elapsed().as_micros()).unwrap_or(u64::MAX),
        request = %id,
        "{method} {uri}",
    );
    response
}
