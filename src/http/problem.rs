//! The only place that makes error responses.
//!
//! A handler returns a [`Problem`]; the frame around every request turns it into a body, because only the frame knows
//! the request's identifier.

use std::fmt;
use std::net::SocketAddr;
use std::panic::AssertUnwindSafe;

use axum::body::Body;
use axum::http::header::{ALLOW, CONTENT_LENGTH, CONTENT_TYPE, RETRY_AFTER, WWW_AUTHENTICATE};
use axum::http::{HeaderMap, HeaderValue, StatusCode};
use axum::response::{IntoResponse, Response};
use futures_util::FutureExt;
use serde::Serialize;

use super::limits;
use super::request_id::RequestId;
use crate::contract::QueryIssue;
use crate::json_file::FileErrors;
use crate::keys::Refusal;
use crate::text::{elide_middle, is_control};
use crate::world::{RetryAfter, SessionNameError};

/// Every way in which a request can end without its answer.
#[derive(Debug, Clone)]
pub enum Problem {
    /// 400: the query string cannot be understood.
    BadRequest {
        /// All that is wrong with it.
        problems: Vec<QueryIssue>,
    },
    /// 400: a body of the control plane that cannot be understood.
    BadBody(FileErrors),
    /// 400: anything else about a request to the control plane.
    BadControl { details: String },
    /// 400: `Prefer: code=…` with a status that cannot be forced.
    BadPreference { code: String },
    /// 400: the body ended before its end, or was framed wrongly.
    BrokenBody,
    /// 400: the head of the request cannot be read.
    Unreadable,
    /// 400: HTTP where only TLS is spoken.
    InClearText,
    /// 401: the control plane is guarded by a token; whether one was sent.
    ControlToken { sent: bool },
    /// 401: no valid key (ERR-401).
    Unauthorized(Unauthorized),
    /// 403: a valid key without the permission (ERR-403).
    Forbidden { key: String, permission: &'static str },
    /// 403: a page of another site asks for the control plane.
    CrossSite,
    /// 404: the control plane is left out.
    ControlOff,
    /// 404: the control plane has no such thing.
    Absent { details: String },
    /// 404: no such path.
    NotFound { path: String },
    /// 405: the path has other methods; the router adds `Allow`.
    MethodNotAllowed { method: String, path: String },
    /// 408: the body did not arrive in time.
    SlowBody { seconds: u64 },
    /// 409: the clients did not do what is expected of them.
    Unmet { reasons: Vec<String> },
    /// 413: more than 2 MB of body (REQ-BODY).
    BodyTooLarge { most: usize },
    /// 414: a path and query longer than any gateway takes.
    UriTooLong { most: usize },
    /// 429: the limiter refused (ERR-429).
    TooManyRequests { wait: RetryAfter, instance: String },
    /// 431: too many or too long headers.
    HeadersTooLarge { bytes: usize, fields: usize },
    /// 500: a handler panicked; the server lives on.
    Internal,
    /// The status that a fault or the request itself asks for.
    Forced { status: u16, retry_after: Option<u64>, by: String, instance: String },
}

/// Why a request has no valid key (ERR-401).
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Unauthorized {
    /// No `Authorization` header.
    Missing,
    /// More than one `Authorization` header.
    Repeated,
    /// Another scheme than `Bearer`, or none.
    Scheme,
    /// A valid key, and behind its `~` what cannot be a session.
    Session(SessionNameError),
    /// `Bearer` with nothing behind it.
    NoToken,
    /// `Bearer` with what cannot be a token behind it.
    Malformed,
    /// A token that was looked up and refused.
    Refused(Refusal),
}

/// What it says to the client, which is also what the log says.
impl fmt::Display for Problem {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&plain(&self.details()))
    }
}

impl Problem {
    fn status(&self) -> StatusCode {
        match self {
            Self::BadRequest { .. }
            | Self::BadBody(_)
            | Self::BadControl { .. }
            | Self::BadPreference { .. }
            | Self::BrokenBody
            | Self::Unreadable
            | Self::InClearText => StatusCode::BAD_REQUEST,
            Self::SlowBody { .. } => StatusCode::REQUEST_TIMEOUT,
            Self::Unauthorized(_) | Self::ControlToken { .. } => StatusCode::UNAUTHORIZED,
            Self::Forbidden { .. } | Self::CrossSite => StatusCode::FORBIDDEN,
            Self::NotFound { .. } | Self::ControlOff | Self::Absent { .. } => StatusCode::NOT_FOUND,
            Self::MethodNotAllowed { .. } => StatusCode::METHOD_NOT_ALLOWED,
            Self::Unmet { .. } => StatusCode::CONFLICT,
            Self::BodyTooLarge { .. } => StatusCode::PAYLOAD_TOO_LARGE,
            Self::UriTooLong { .. } => StatusCode::URI_TOO_LONG,
            Self::TooManyRequests { .. } => StatusCode::TOO_MANY_REQUESTS,
            Self::HeadersTooLarge { .. } => StatusCode::REQUEST_HEADER_FIELDS_TOO_LARGE,
            Self::Internal => StatusCode::INTERNAL_SERVER_ERROR,
            // Rules and `Prefer` take 400 to 599 alone.
            Self::Forced { status, .. } => StatusCode::from_u16(*status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR),
        }
    }

    /// The `type` of the published enum; it has none for most statuses.
    fn kind(&self) -> &'static str {
        match self.status().as_u16() {
            400 => "BAD_REQUEST",
            403 => "FORBIDDEN",
            404 => "NOT_FOUND",
            408 => "REQUEST_TIMEOUT",
            409 => "CONFLICT",
            500 => "UNHANDLED_EXCEPTION",
            _ => "UNCATEGORIZED",
        }
    }

    /// What happened and what to change, in words.
    pub fn details(&self) -> String {
        match self {
            Self::BadRequest { problems } => list(problems),
            Self::BadBody(errors) => list(&errors.0),
            Self::BadControl { details } | Self::Absent { details } => elide_middle(details),
            Self::BadPreference { code } => {
                // A longer one is no status with a slip in it, and may be anything.
                let code = if code.len() <= 5 { code } else { "…" };
                format!("Prefer: code={code} cannot be forced; accepted: 200, or 400 to 599, such as code=429.")
            }
            Self::Unmet { reasons } => list(reasons),
            Self::BrokenBody => "The request body broke off, or its framing is wrong; a GET needs none.".to_owned(),
            Self::Unreadable => "This cannot be read as HTTP. Path and query hold no space, no quotation mark, no < or >, \
                                 and nothing but UTF-8: send a space as %20, a quotation mark as %22. Or the client was \
                                 given https://, which is not spoken here: start the mock with --tls-self-signed, or give the \
                                 client http://."
                .to_owned(),
            Self::InClearText => "Only TLS is spoken here, as the mock was told: give the client https:// in place of \
                                  http://."
                .to_owned(),
            Self::SlowBody { seconds } => {
                format!("The request body did not arrive within {seconds} s; a GET needs none.")
            }
            Self::ControlToken { .. } => {
                "The control plane is guarded: send the header \"Authorization: Bearer TOKEN\" with \
                                   the token that the server was started with (--admin-token)."
                    .to_owned()
            }
            Self::CrossSite => {
                "The control plane does not answer pages of other sites, nor, without --admin-token, any \
                                page under another name than localhost or an address; use it from a program."
                    .to_owned()
            }
            Self::ControlOff => {
                "The control plane is left out of this server (--no-admin); only /__admin/health answers.".to_owned()
            }
            Self::Forced { status, by, .. } => format!("This {status} was asked for by {by}."),
            Self::Unauthorized(why) => unauthorized(why),
            Self::Forbidden { key, permission } => format!(
                "The key {key} is valid, but none of its roles grants the permission \"{permission}\". \
                 Ask with a key whose role grants it."
            ),
            Self::NotFound { path } => format!(
                "There is nothing at {path}. This server stands in for GET /api/v1/audit-logs; \
                 /openapi.json describes it."
            ),
            Self::MethodNotAllowed { method, path } => {
                format!("{path} does not take {method}; the header Allow lists the methods that it takes.")
            }
            Self::BodyTooLarge { most } => format!("The request body is larger than {} MB ({most} bytes).", most >> 20),
            Self::UriTooLong { most } => format!(
                "Path and query are longer than {most} bytes; split long lists of identifiers over several requests."
            ),
            Self::TooManyRequests { wait, .. } => {
                format!("Over the limit of {}: the next request is admitted in {} s.", wait.rate, wait.seconds)
            }
            Self::HeadersTooLarge { bytes, fields } => {
                format!("The request headers are more than {fields} fields, or larger than {bytes} bytes.")
            }
            Self::Internal => "The mock failed on this request; its log says where. This is a bug of the mock, \
                               not of the client."
                .to_owned(),
        }
    }

    fn body(&self, id: RequestId) -> Vec<u8> {
        let status = self.status();
        let message = status.canonical_reason().unwrap_or("Error");
        let details = self.to_string();
        let body = match self.waiting() {
            Some((seconds, instance)) => serde_json::to_vec(&ProblemDetail {
                kind: "about:blank",
                title: message,
                status: status.as_u16(),
                detail: &details,
                instance,
                retry_after: seconds,
            }),
            None => serde_json::to_vec(&ErrorResponse {
                kind: self.kind(),
                message,
                details: &details,
                request_id: &id.to_string(),
                http_status: status.as_u16(),
            }),
        };
        // Strings and integers always serialise.
        body.unwrap_or_default()
    }

    /// Of a 429, the seconds to wait and the path that was asked for.
    fn waiting(&self) -> Option<(u64, &str)> {
        match self {
            Self::TooManyRequests { wait, instance } => Some((wait.seconds, instance)),
            Self::Forced { status: 429, retry_after, instance, .. } => {
                Some((retry_after.unwrap_or(1).max(1), instance))
            }
            _ => None,
        }
    }

    fn content_type(&self) -> HeaderValue {
        HeaderValue::from_static(match self.waiting() {
            Some(_) => "application/problem+json",
            None => "application/json",
        })
    }

    fn add_headers(&self, headers: &mut HeaderMap) {
        match self {
            Self::Unauthorized(Unauthorized::Missing | Unauthorized::Scheme | Unauthorized::NoToken)
            | Self::ControlToken { sent: false } => {
                headers.insert(WWW_AUTHENTICATE, HeaderValue::from_static("Bearer"));
            }
            Self::Unauthorized(_) | Self::ControlToken { .. } | Self::Forced { status: 401, .. } => {
                headers.insert(WWW_AUTHENTICATE, HeaderValue::from_static("Bearer error=\"invalid_token\""));
            }
            Self::Forced { status: 405, .. } => {
                headers.insert(ALLOW, HeaderValue::from_static("GET,HEAD"));
            }
            _ => {}
        }
        if let Self::Forced { retry_after: Some(seconds), .. } = self {
            headers.insert(RETRY_AFTER, HeaderValue::from(*seconds));
        }
        if let Some((seconds, _)) = self.waiting() {
            headers.insert(RETRY_AFTER, HeaderValue::from(seconds));
        }
    }
}

/// The published `ErrorResponse` (ERR-SHAPE).
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct ErrorResponse<'a> {
    #[serde(rename = "type")]
    kind: &'a str,
    message: &'a str,
    details: &'a str,
    request_id: &'a str,
    http_status: u16,
}

/// The published `TooManyRequestsProblemDetail` (ERR-429, RFC 9457).
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct ProblemDetail<'a> {
    #[serde(rename = "type")]
    kind: &'a str,
    title: &'a str,
    status: u16,
    detail: &'a str,
    instance: &'a str,
    retry_after: u64,
}

/// A response without a body, which [`with_body`] gives it.
impl IntoResponse for Problem {
    fn into_response(self) -> Response {
        let mut response = self.status().into_response();
        self.add_headers(response.headers_mut());
        response.extensions_mut().insert(self);
        response
    }
}

/// Gives a response that stands for a [`Problem`] its body; leaves every other response alone.
pub fn with_body(mut response: Response, id: RequestId, head: bool) -> Response {
    let Some(problem) = response.extensions_mut().remove::<Problem>() else {
        return response;
    };
    let body = problem.body(id);
    response.headers_mut().insert(CONTENT_TYPE, problem.content_type());
    response.headers_mut().insert(CONTENT_LENGTH, HeaderValue::from(body.len()));
    *response.body_mut() = if head { Body::empty() } else { Body::from(body) };
    response
}

/// The headers and the body of what is refused with this status before it is a request, and a line in the log.
#[must_use]
pub fn refusal(status: u16, peer: SocketAddr) -> (HeaderMap, Vec<u8>) {
    let problem = match status {
        414 => limits::URI_TOO_LONG,
        431 => limits::HEADERS_TOO_LARGE,
        _ => Problem::Unreadable,
    };
    told(&problem, peer)
}

/// The same for a client that speaks HTTP where only TLS is spoken.
#[must_use]
pub fn in_clear_text(peer: SocketAddr) -> (HeaderMap, Vec<u8>) {
    told(&Problem::InClearText, peer)
}

fn told(problem: &Problem, peer: SocketAddr) -> (HeaderMap, Vec<u8>) {
    let id = RequestId::new();
    tracing::info!(client = %peer, request = %id, "{} {problem}", problem.status().as_u16());
    let body = problem.body(id);
    let mut headers = HeaderMap::new();
    headers.insert(CONTENT_TYPE, problem.content_type());
    headers.insert(CONTENT_LENGTH, HeaderValue::from(body.len()));
    id.add_header(&mut headers);
    (headers, body)
}

/// Makes a 500 of a panic; what panicked, and where, is in the log.
pub fn caught(answer: impl Future<Output = Response>) -> impl Future<Output = Response> {
    // Whatever the future held goes with it.
    let caught = AssertUnwindSafe(answer).catch_unwind();
    caught.map(|answer| answer.unwrap_or_else(|_| Problem::Internal.into_response()))
}

/// One problem as it is; several numbered, so that none is overlooked.
fn list<T: fmt::Display>(problems: &[T]) -> String {
    /// A request can hold thousands; nobody reads more than these.
    const MOST: usize = 20;

    if let [only] = problems {
        return only.to_string();
    }
    let told = (1..).zip(problems.iter().take(MOST)).map(|(number, problem)| format!(" {number}) {problem}"));
    let unread = problems.len().saturating_sub(MOST);
    let rest = if unread > 0 { format!(" And {unread} more.") } else { String::new() };
    format!("{} problems.{}{rest}", problems.len(), told.collect::<String>())
}

fn unauthorized(why: &Unauthorized) -> String {
    const SEND: &str = "Send the header \"Authorization: Bearer KEY\"";
    match why {
        Unauthorized::Missing => format!("No Authorization header. {SEND}."),
        Unauthorized::Repeated => format!("More than one Authorization header. {SEND} once."),
        Unauthorized::Scheme => format!("The Authorization header is not of the scheme Bearer. {SEND}."),
        Unauthorized::NoToken => format!("The Authorization header holds no token. {SEND}."),
        Unauthorized::Malformed => {
            format!("The Authorization header holds what is no token. {SEND}, KEY without spaces.")
        }
        Unauthorized::Session(error) => format!("The key is known, but {error}; a token is KEY or KEY~SESSION."),
        Unauthorized::Refused(Refusal::Unknown { built_in: true, .. }) => {
            "None of the built-in keys has this token. One that works is mock-admin.".to_owned()
        }
        Unauthorized::Refused(Refusal::Unknown { keys, .. }) => format!("No key of {keys} has this token."),
        Unauthorized::Refused(Refusal::Revoked { key }) => format!("The key {key} is revoked."),
        Unauthorized::Refused(Refusal::Expired { key, since }) => format!("The key {key} expired at {since}."),
    }
}

/// The official client prints through a markup in which square brackets vanish (ERR-PRINTED), to a terminal that obeys
/// control characters.
fn plain(text: &str) -> String {
    let mut plain = String::with_capacity(text.len());
    for c in text.chars() {
        match c {
            '[' => plain.push('('),
            ']' => plain.push(')'),
            _ if is_control(c) => plain.extend(c.escape_default()),
            _ => plain.push(c),
        }
    }
    plain
}
