//! The identifier of a request: in the header `X-Request-Id`, in the `requestId` of an error, in the journal and the log.

use std::fmt;

use axum::http::{HeaderMap, HeaderName, HeaderValue};
use uuid::Uuid;

const X_REQUEST_ID: HeaderName = HeaderName::from_static("x-request-id");

/// A random UUID.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct RequestId(Uuid);

impl RequestId {
    pub fn new() -> Self {
        Self(Uuid::new_v4())
    }

    pub fn uuid(self) -> Uuid {
        self.0
    }

    pub fn add_header(self, headers: &mut HeaderMap) {
        let mut text = Uuid::encode_buffer();
        // Hexadecimal digits and hyphens are always a valid header value.
        if let Ok(value) = HeaderValue::from_str(self.0.hyphenated().encode_lower(&mut text)) {
            headers.insert(X_REQUEST_ID, value);
        }
    }
}

impl fmt::Display for RequestId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}
