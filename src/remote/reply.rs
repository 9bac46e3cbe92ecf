//! The response of a server.

use std::time::Duration;

use chrono::{DateTime, Utc};
use ureq::http::header::{CONTENT_TYPE, DATE, HeaderName, RETRY_AFTER};
use ureq::http::{HeaderMap, StatusCode};

/// Response of a server.
#[derive(Debug, Clone)]
pub struct Reply {
    /// Status code.
    pub status: StatusCode,
    /// Headers.
    pub headers: HeaderMap,
    /// Whole body of a success; empty for an error whose body is too long.
    pub body: Vec<u8>,
}

impl Reply {
    /// Text of a header.
    pub fn header(&self, name: HeaderName) -> Option<&str> {
        self.headers.get(name)?.to_str().ok()
    }

    /// Whether the content type is JSON of any kind.
    pub fn is_json(&self) -> bool {
        self.header(CONTENT_TYPE).is_some_and(|kind| kind.contains("json"))
    }

    /// Length of the header `Retry-After`: whole seconds, or a date, which counts from the date of the response.
    pub fn retry_after(&self) -> Option<Duration> {
        let value = self.header(RETRY_AFTER)?.trim();
        if !value.is_empty() && value.bytes().all(|byte| byte.is_ascii_digit()) {
            // A number too large for `u64` is a long time too.
            return Some(Duration::from_secs(value.parse().unwrap_or(u64::MAX)));
        }
        let until = DateTime::parse_from_rfc2822(value).ok()?;
        let now = self.header(DATE).and_then(|date| DateTime::parse_from_rfc2822(date).ok());
        let length = until.to_utc() - now.map_or_else(Utc::now, |now| now.to_utc());
        // The date of the response has no fraction of a second: it may be almost a second early.
        Some(length.to_std().unwrap_or_default() + Duration::from_secs(1))
    }
}
