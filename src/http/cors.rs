//! Cross-origin requests of web pages to the API, which the flag `--cors` allows: preflights, and headers of responses (the
//! Fetch standard, section 3.3). The control plane has none of this.

use axum::extract::Request;
use axum::http::header::{
    ACCESS_CONTROL_ALLOW_HEADERS, ACCESS_CONTROL_ALLOW_METHODS, ACCESS_CONTROL_ALLOW_ORIGIN,
    ACCESS_CONTROL_EXPOSE_HEADERS, ACCESS_CONTROL_REQUEST_HEADERS, ACCESS_CONTROL_REQUEST_METHOD, ORIGIN, VARY,
};
use axum::http::{HeaderMap, HeaderValue, Method, StatusCode};
use axum::response::{IntoResponse, Response};

use super::problem::Problem;
use crate::app_state::AppState;
use crate::config::{CorsOrigin, Origin};

/// The headers that a browser needs to give a response of the API to a web page.
#[derive(Debug)]
pub struct CorsHeaders {
    allowed_origin: Option<HeaderValue>,
}

impl CorsHeaders {
    /// The headers for the response to a request with these headers; `None` without the flag `--cors`.
    pub fn for_request(state: &AppState, headers: &HeaderMap) -> Option<Self> {
        (!state.cors().is_empty()).then(|| Self { allowed_origin: allowed_origin(state, headers) })
    }

    /// Adds the headers to a response.
    pub fn add_to(self, headers: &mut HeaderMap) {
        const EXPOSED: HeaderValue = HeaderValue::from_static("Retry-After, X-Request-Id");

        // Another origin gets another response.
        headers.append(VARY, HeaderValue::from_static("Origin"));
        if let Some(origin) = self.allowed_origin {
            headers.insert(ACCESS_CONTROL_ALLOW_ORIGIN, origin);
            headers.insert(ACCESS_CONTROL_EXPOSE_HEADERS, EXPOSED);
        }
    }
}

/// The value of `Access-Control-Allow-Origin` for a request; `None` if its page may not call the API, or it comes from none.
pub fn allowed_origin(state: &AppState, headers: &HeaderMap) -> Option<HeaderValue> {
    let value = headers.get(ORIGIN)?;
    let origin = value.to_str().ok().and_then(|text| text.parse::<Origin>().ok());
    state.cors().iter().find_map(|allowed| match allowed {
        CorsOrigin::Any => Some(HeaderValue::from_static("*")),
        CorsOrigin::One(allowed) => (origin.as_ref() == Some(allowed)).then(|| value.clone()),
    })
}

/// Whether a browser asks in advance whether a page may send a request.
pub fn is_preflight(request: &Request) -> bool {
    *request.method() == Method::OPTIONS
        && request.headers().contains_key(ACCESS_CONTROL_REQUEST_METHOD)
        && request.headers().contains_key(ORIGIN)
}

/// The response to a preflight, without the headers of [`CorsHeaders`]. Allows all request headers that the page asks for.
pub fn respond_to_preflight(state: &AppState, request: &Request) -> Response {
    let headers = request.headers();
    if allowed_origin(state, headers).is_none() {
        let origin = headers.get(ORIGIN).map(|origin| String::from_utf8_lossy(origin.as_bytes()).into_owned());
        return Problem::OriginNotAllowed { origin: origin.unwrap_or_default() }.into_response();
    }
    let mut response = StatusCode::NO_CONTENT.into_response();
    let answer = response.headers_mut();
    answer.insert(ACCESS_CONTROL_ALLOW_METHODS, HeaderValue::from_static("GET, HEAD"));
    if let Some(asked) = headers.get(ACCESS_CONTROL_REQUEST_HEADERS) {
        answer.insert(ACCESS_CONTROL_ALLOW_HEADERS, asked.clone());
    }
    response
}
