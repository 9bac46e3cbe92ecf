//! The frame around every request: its identifier, and the body of its problem if it ended in one.

use axum::extract::Request;
use axum::http::Method;
use axum::response::Response;

use super::request_id::RequestId;
use super::{fault_injection, problem};

/// Who asks, as far as every answer has to do with it.
#[derive(Debug, Clone, Copy)]
pub struct ResponseFinisher {
    pub id: RequestId,
    head: bool,
}

impl ResponseFinisher {
    /// Around every request, those that no route knows included.
    pub fn for_request(request: &Request) -> Self {
        Self { id: RequestId::new(), head: request.method() == Method::HEAD }
    }

    /// The answer as it is sent, a panic's included.
    pub async fn close(self, answer: impl Future<Output = Response>) -> Response {
        let response = problem::caught(answer).await;
        let response = problem::with_body(response, self.id, self.head);
        let mut response = fault_injection::apply(response, self.head).await;
        self.id.add_header(response.headers_mut());
        response
    }
}
