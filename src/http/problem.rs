//! Error responses: [`Problem`] is the only type that makes one with a JSON body. Two error responses have no JSON
//! body: the 409 of `admin/verdict.rs` whose body is the verdict as text or XML, and the empty 500 of a `ConnectionFault`,
//! which only a caller in-process receives.
//!
//! A handler returns a problem. Its body is added late, by `middleware::complete_response`, because the body repeats the
//! request id. A new problem is a variant: the compiler then asks for its status and its message.

mod message;

use std::collections::BTreeMap;
use std::fmt;
use std::time::{Duration, SystemTime};

use axum::body::Body;
use axum::http::header::{ALLOW, CONTENT_LENGTH, CONTENT_TYPE, RETRY_AFTER, WWW_AUTHENTICATE};
use axum::http::{HeaderMap, HeaderValue, StatusCode};
use axum::response::{IntoResponse, Response};
use chrono::{DateTime, Utc};
use serde::Serialize;

use super::auth::Unauthorized;
use super::redact::Secrets;
use super::request_id::RequestId;
use super::target::HostError;
use crate::app_state::ReloadError;
use crate::config::{BasePath, CorsOrigin};
use crate::contract::QueryIssue;
use crate::fault::RawBody;
use crate::json_file::FileErrors;
use crate::text::{elide_middle, escape_control, excerpt};
use crate::world::limiter::RetryAfter;
use crate::world::verdict::{Expectation, ExpectationVerdict};
use message::{numbered, numbered_errors, strip_markup};

/// Every error that a request can end in.
#[derive(Debug, Clone)]
pub enum Problem {
    /// 400: the query string is invalid.
    BadRequest {
        /// Everything that is wrong with it.
        issues: Vec<QueryIssue>,
    },
    /// 400: an invalid body for the control plane.
    BadBody(FileErrors),
    /// 400: anything else that is wrong with a call of the control plane.
    BadControlRequest { details: String },
    /// 400: `Prefer: code=…` with a status that cannot be forced.
    BadPreference { code: String },
    /// 400: the body is shorter than announced, or framed incorrectly.
    BrokenBody,
    /// 400: plain HTTP on a TLS port.
    PlainHttp,
    /// 400: `Host` is missing, repeated, invalid, or contradicts `:authority`.
    BadHost(HostError),
    /// 401: the control plane asks for its token; `sent` is whether the request carries any.
    ControlToken { sent: bool },
    /// 401: no valid key (ERR-401).
    Unauthorized(Unauthorized),
    /// 403: a valid key without the permission (ERR-403).
    Forbidden { key: String, permission: &'static str },
    /// 403: a web page of another site sends the request. `origin` is its origin, unless `Sec-Fetch-Site` alone tells of it,
    /// `server` that under which it was sent.
    CrossSite { origin: Option<String>, server: String, part: ServerPart },
    /// 403: the request is addressed to a host name that anybody could have pointed at this machine.
    ForeignHost { host: String, part: ServerPart },
    /// 404: the control plane is disabled.
    ControlOff { base_path: BasePath },
    /// 404: the route exists, but not the session or fault rule that the path names.
    ItemNotFound { details: String },
    /// 404: the path is not below the base path.
    OutsideBasePath { base_path: String },
    /// 404: no route has this path, which only a request with a valid key is told.
    NotFound { path: Option<String>, base_path: BasePath },
    /// 405: the preflight of a web page whose origin the flag `--cors` does not allow.
    OriginNotAllowed { origin: String },
    /// 405: the route has other methods; the router adds `Allow`.
    MethodNotAllowed { method: String, route: String },
    /// 408: the body did not arrive in time.
    SlowBody { seconds: u64 },
    /// 409: the clients did not meet an expectation.
    ExpectationsNotMet { reasons: Vec<String>, expectations: BTreeMap<Expectation, ExpectationVerdict> },
    /// 409: the files of the server cannot be read again; nothing was changed.
    Reload(ReloadError),
    /// 413: a body of more than `max` bytes (REQ-BODY).
    BodyTooLarge { max: usize },
    /// 414: path and query of more than `max` bytes.
    UriTooLong { max: usize },
    /// 415: a compressed body for the control plane.
    EncodedBody { encoding: String },
    /// 421: the target is on another server, as if this one were a proxy.
    NotAProxy { host: String },
    /// 429: over the rate limit (ERR-429). `instance` is the path.
    TooManyRequests { wait: RetryAfter, instance: String },
    /// 431: more than `bytes` bytes of headers, or more than `fields` fields.
    HeadersTooLarge { bytes: usize, fields: usize },
    /// 500: a handler panicked.
    Internal,
    /// 503: the bodies that are being received take `max` bytes already.
    BodyMemoryFull { max: usize },
    /// The response that a fault rule or the header `Prefer` asks for.
    Forced(Box<ForcedResponse>),
}

/// A response in place of the operation.
#[derive(Debug, Clone)]
pub struct ForcedResponse {
    pub status: u16,
    /// Seconds for `Retry-After`.
    pub retry_after: Option<u64>,
    /// Whether `Retry-After` is a date.
    pub retry_after_date: bool,
    /// The `message` of the body, as it is.
    pub message: Option<String>,
    /// The body in place of that of the API.
    pub body: Option<RawBody>,
    /// What asks for it, such as `fault 3`.
    pub by: String,
    /// The path.
    pub instance: String,
}

/// What is guarded against web pages of other sites.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ServerPart {
    Api,
    ControlPlane,
}

/// The message for the client and the log.
impl fmt::Display for Problem {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let details = self.details();
        f.write_str(&if self.is_printed_with_markup() { strip_markup(&details) } else { escape_control(&details) })
    }
}

impl Problem {
    pub fn status(&self) -> StatusCode {
        match self {
            Self::BadRequest { .. }
            | Self::BadBody(_)
            | Self::BadControlRequest { .. }
            | Self::BadPreference { .. }
            | Self::BrokenBody
            | Self::PlainHttp
            | Self::BadHost(_) => StatusCode::BAD_REQUEST,
            Self::SlowBody { .. } => StatusCode::REQUEST_TIMEOUT,
            Self::Unauthorized(_) | Self::ControlToken { .. } => StatusCode::UNAUTHORIZED,
            Self::Forbidden { .. } | Self::CrossSite { .. } | Self::ForeignHost { .. } => StatusCode::FORBIDDEN,
            Self::NotFound { .. }
            | Self::OutsideBasePath { .. }
            | Self::ControlOff { .. }
            | Self::ItemNotFound { .. } => StatusCode::NOT_FOUND,
            Self::MethodNotAllowed { .. } | Self::OriginNotAllowed { .. } => StatusCode::METHOD_NOT_ALLOWED,
            Self::ExpectationsNotMet { .. } | Self::Reload(_) => StatusCode::CONFLICT,
            Self::BodyTooLarge { .. } => StatusCode::PAYLOAD_TOO_LARGE,
            Self::UriTooLong { .. } => StatusCode::URI_TOO_LONG,
            Self::EncodedBody { .. } => StatusCode::UNSUPPORTED_MEDIA_TYPE,
            Self::NotAProxy { .. } => StatusCode::MISDIRECTED_REQUEST,
            Self::TooManyRequests { .. } => StatusCode::TOO_MANY_REQUESTS,
            Self::HeadersTooLarge { .. } => StatusCode::REQUEST_HEADER_FIELDS_TOO_LARGE,
            Self::Internal => StatusCode::INTERNAL_SERVER_ERROR,
            Self::BodyMemoryFull { .. } => StatusCode::SERVICE_UNAVAILABLE,
            // Always valid: fault rules and `Prefer` are checked.
            Self::Forced(forced) => StatusCode::from_u16(forced.status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR),
        }
    }

    /// The `type` of the body, from the published enum; most statuses have none of their own there.
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

    /// Whether the official client, which prints messages through a markup, receives it: it is no web page and calls no control
    /// plane. In other messages, queries, JSON and addresses are to be copied as they are.
    fn is_printed_with_markup(&self) -> bool {
        !matches!(
            self,
            Self::BadBody(_)
                | Self::BadControlRequest { .. }
                | Self::ItemNotFound { .. }
                | Self::ExpectationsNotMet { .. }
                | Self::Reload(_)
                | Self::OriginNotAllowed { .. }
                | Self::CrossSite { .. }
                | Self::ForeignHost { part: ServerPart::ControlPlane, .. }
        )
    }

    /// The message: what is wrong and what to change.
    fn details(&self) -> String {
        match self {
            Self::BadRequest { issues } => numbered(issues),
            Self::BadBody(errors) => numbered_errors(errors),
            Self::BadControlRequest { details } | Self::ItemNotFound { details } => elide_middle(details),
            Self::BadPreference { code } => {
                // A longer one is no mistyped status and may be a secret.
                let code = if code.len() <= 5 { code } else { "…" };
                format!("Prefer: code={code} cannot be forced; accepted: 200, or 400 to 599, such as code=429.")
            }
            Self::ExpectationsNotMet { reasons, .. } => numbered(reasons),
            Self::BrokenBody => "The request body ended early or is framed incorrectly; a GET needs none.".to_owned(),
            Self::PlainHttp => "This port accepts TLS only: use https:// in place of http://.".to_owned(),
            Self::BadHost(error) => error.to_string(),
            Self::SlowBody { seconds } => {
                format!("The request body did not arrive within {seconds} s; a GET needs none.")
            }
            Self::ControlToken { .. } => {
                "The control plane requires a token: send the header \"Authorization: Bearer TOKEN\" with \
                 the value of CORTEX_MOCK_ADMIN_TOKEN or --admin-token."
                    .to_owned()
            }
            Self::CrossSite { origin, server, part } => {
                let server = excerpt(server);
                let page = match origin.as_deref() {
                    Some("") => "a page with an empty Origin".to_owned(),
                    Some(origin) => excerpt(origin),
                    None => "another site, as Sec-Fetch-Site says".to_owned(),
                };
                match part {
                    ServerPart::Api => format!(
                        "The API serves your entries under tokens of the built-in keys, so it refuses web pages of other \
                         sites: this request comes from {page}. {} (--keys FILE).",
                        match origin {
                            Some(origin) if origin.parse::<CorsOrigin>().is_ok() => {
                                format!("Allow it with --cors {page}, or serve keys with tokens of your own")
                            }
                            Some(_) => "Allow it with --cors '*', or serve keys with tokens of your own".to_owned(),
                            None => "Serve keys with tokens of your own".to_owned(),
                        }
                    ),
                    ServerPart::ControlPlane => format!(
                        "The control plane refuses web pages of other sites: this request to {server} comes from {page}. \
                         Call it from a program, or from the web UI. A proxy must pass on the header Host, and send \
                         X-Forwarded-Proto if it ends TLS."
                    ),
                }
            }
            Self::ForeignHost { host, part } => {
                let host = excerpt(host);
                let name = host.split(':').next().unwrap_or_default();
                let (refused, instead) = match part {
                    ServerPart::Api => (
                        "The API serves your entries under tokens of the built-in keys, so it refuses",
                        "serve keys with tokens of your own (--keys FILE)",
                    ),
                    ServerPart::ControlPlane => {
                        ("The control plane refuses", "require a token (CORTEX_MOCK_ADMIN_TOKEN)")
                    }
                };
                format!(
                    "{refused} the host name {host}, which anybody could point at this machine. Use localhost or an IP \
                     address, start the server with --allow-host {name}, or {instead}."
                )
            }
            Self::ControlOff { base_path } => format!(
                "The control plane is disabled (--no-admin); only {}/__admin/health responds.",
                base_path.as_str()
            ),
            Self::Forced(forced) => format!("{} injected by {}.", forced.status, forced.by),
            Self::Unauthorized(reason) => reason.to_string(),
            Self::Forbidden { key, permission } => format!(
                "The key {key} is valid, but none of its roles grants the permission \"{permission}\". \
                 Ask with a key whose role grants it."
            ),
            Self::NotFound { path, base_path } => {
                let base = base_path.as_str();
                let path = path.as_ref().map_or_else(|| "This path".to_owned(), |path| format!("{base}{path}"));
                format!(
                    "{path} does not exist. This server mocks GET {base}/api/v1/audit-logs; {base}/openapi.json describes it."
                )
            }
            Self::OutsideBasePath { base_path } => format!(
                "This server has all its URLs below {base_path} (--base-path), such as {base_path}/api/v1/audit-logs. If a \
                 proxy takes that off, start the server without --base-path."
            ),
            Self::OriginNotAllowed { origin } => {
                let origin = excerpt(origin);
                let page = if origin.is_empty() { "with an empty Origin" } else { &format!("of the origin {origin}") };
                // `null` stands for many pages, and cannot be allowed alone.
                let alone =
                    origin.parse::<CorsOrigin>().map(|_| format!("--cors {origin}, or with ")).unwrap_or_default();
                format!("Web pages {page} may not call this server; start it with {alone}--cors '*' for all origins.")
            }
            Self::MethodNotAllowed { method, route } => {
                format!("{route} does not accept {method}; the header Allow lists the methods that it accepts.")
            }
            Self::Reload(ReloadError::Files(errors)) => {
                format!("Nothing was read again, and all stays as it was: {}", numbered_errors(errors))
            }
            Self::Reload(error @ ReloadError::NoFiles) => error.to_string(),
            Self::BodyTooLarge { max } => format!("The request body is larger than {} MB ({max} bytes).", max >> 20),
            Self::EncodedBody { encoding } => format!(
                "Content-Encoding: {} is not accepted. Send the body uncompressed, without this header, such as: \
                 gunzip -c FILE | curl --data-binary @- URL",
                excerpt(encoding)
            ),
            Self::UriTooLong { max } => format!(
                "Path and query are longer than {max} bytes; split long lists of identifiers over several requests."
            ),
            Self::NotAProxy { host } => format!(
                "This server is no proxy, and was asked for a resource of {host}. Probably HTTPS_PROXY, HTTP_PROXY or ALL_PROXY \
                 of the client points here; put the URL of this server in place of the API's URL."
            ),
            Self::TooManyRequests { wait, .. } => {
                format!("Rate limit of {} exceeded: the next request is admitted in {} s.", wait.rate, wait.seconds)
            }
            Self::HeadersTooLarge { bytes, fields } => {
                format!("The request headers are more than {fields} fields, or larger than {bytes} bytes.")
            }
            Self::Internal => {
                "The mock failed on this request; see its log. This is a bug of the mock, not of the client.".to_owned()
            }
            Self::BodyMemoryFull { max } => format!(
                "The request bodies that are being received take {} MB, the limit of all together; try again.",
                max >> 20
            ),
        }
    }

    /// Redacts what the message repeats of the request.
    pub fn redact(&mut self, secrets: &Secrets) {
        match self {
            Self::BadRequest { issues } => issues.iter_mut().for_each(|issue| secrets.redact_issue(issue)),
            Self::BadBody(errors) | Self::Reload(ReloadError::Files(errors)) => {
                errors.redact(|text| secrets.redact(text).into_owned());
            }
            Self::BadControlRequest { details: text }
            | Self::ItemNotFound { details: text }
            | Self::BadPreference { code: text }
            | Self::NotFound { path: Some(text), base_path: _ }
            | Self::MethodNotAllowed { method: text, route: _ }
            | Self::EncodedBody { encoding: text }
            | Self::OriginNotAllowed { origin: text }
            | Self::ForeignHost { host: text, part: _ }
            | Self::NotAProxy { host: text } => secrets.redact_string(text),
            Self::CrossSite { origin, server, part: _ } => {
                origin.iter_mut().chain([server]).for_each(|text| secrets.redact_string(text));
            }
            Self::ExpectationsNotMet { reasons, expectations } => {
                let each = expectations.values_mut().flat_map(|verdict| &mut verdict.reasons);
                reasons.iter_mut().chain(each).for_each(|text| secrets.redact_string(text));
            }
            // These repeat nothing of a request but its route.
            Self::BrokenBody
            | Self::PlainHttp
            | Self::BadHost(_)
            | Self::ControlToken { sent: _ }
            | Self::Unauthorized(_)
            | Self::Forbidden { key: _, permission: _ }
            | Self::ControlOff { base_path: _ }
            | Self::OutsideBasePath { base_path: _ }
            | Self::NotFound { path: None, base_path: _ }
            | Self::SlowBody { seconds: _ }
            | Self::Reload(ReloadError::NoFiles)
            | Self::BodyTooLarge { max: _ }
            | Self::UriTooLong { max: _ }
            | Self::TooManyRequests { wait: _, instance: _ }
            | Self::HeadersTooLarge { bytes: _, fields: _ }
            | Self::Internal
            | Self::BodyMemoryFull { max: _ }
            | Self::Forced(_) => {}
        }
    }

    /// The body: JSON in one of the two published forms, or that of a fault rule.
    pub fn body(&self, id: RequestId) -> Vec<u8> {
        let status = self.status();
        let forced = self.forced();
        if let Some(body) = forced.and_then(|forced| forced.body.as_ref()) {
            return body.text.clone().into_bytes();
        }
        let message =
            forced.and_then(|forced| forced.message.as_deref()).or(status.canonical_reason()).unwrap_or("Error");
        let details = self.to_string();
        let body = match self.retry_in() {
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
                expectations: match self {
                    Self::ExpectationsNotMet { expectations, .. } => Some(expectations),
                    _ => None,
                },
            }),
        };
        // Cannot fail: strings and integers always serialize.
        body.unwrap_or_default()
    }

    /// Of a 429: the seconds to wait, and the path.
    fn retry_in(&self) -> Option<(u64, &str)> {
        match self {
            Self::TooManyRequests { wait, instance } => Some((wait.seconds, instance)),
            Self::Forced(forced) if forced.status == 429 => {
                Some((forced.retry_after.unwrap_or(1).max(1), &forced.instance))
            }
            _ => None,
        }
    }

    fn forced(&self) -> Option<&ForcedResponse> {
        if let Self::Forced(forced) = self { Some(forced) } else { None }
    }

    /// The seconds of `Retry-After`, which may be in the response as a date.
    pub fn retry_after(&self) -> Option<u64> {
        match self {
            Self::BodyMemoryFull { .. } => Some(1),
            _ => {
                let forced = self.forced().and_then(|forced| forced.retry_after);
                self.retry_in().map(|(seconds, _)| seconds).or(forced)
            }
        }
    }

    pub fn content_type(&self) -> HeaderValue {
        if let Some(body) = self.forced().and_then(|forced| forced.body.as_ref())
            && let Ok(content_type) = HeaderValue::from_str(body.content_type())
        {
            return content_type;
        }
        HeaderValue::from_static(match self.retry_in() {
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
            // What a gateway answers has no headers of the API.
            Self::Forced(forced) if forced.body.is_some() => {}
            Self::Unauthorized(_) | Self::ControlToken { .. } => {
                headers.insert(WWW_AUTHENTICATE, HeaderValue::from_static("Bearer error=\"invalid_token\""));
            }
            Self::Forced(forced) if forced.status == 401 => {
                headers.insert(WWW_AUTHENTICATE, HeaderValue::from_static("Bearer error=\"invalid_token\""));
            }
            Self::OriginNotAllowed { .. } => {
                headers.insert(ALLOW, HeaderValue::from_static("GET,HEAD"));
            }
            Self::Forced(forced) if forced.status == 405 => {
                headers.insert(ALLOW, HeaderValue::from_static("GET,HEAD"));
            }
            _ => {}
        }
        if let Some(seconds) = self.retry_after() {
            let is_date = self.forced().is_some_and(|forced| forced.retry_after_date);
            headers.insert(RETRY_AFTER, if is_date { http_date_in(seconds) } else { HeaderValue::from(seconds) });
        }
    }
}

/// The date in this many seconds (RFC 9110, section 5.6.7). By the clock of the machine, as the header `Date`, which clients
/// compare it with.
fn http_date_in(seconds: u64) -> HeaderValue {
    let date = SystemTime::now() + Duration::from_secs(seconds);
    let text = DateTime::<Utc>::from(date).format("%a, %d %b %Y %H:%M:%S GMT").to_string();
    // Always valid: the date is ASCII.
    HeaderValue::from_str(&text).unwrap_or(HeaderValue::from(seconds))
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
    /// Of the 409 of a verdict, which the published form does not have.
    #[serde(skip_serializing_if = "Option::is_none")]
    expectations: Option<&'a BTreeMap<Expectation, ExpectationVerdict>>,
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

/// A response without its body, which [`with_body`] adds.
impl IntoResponse for Problem {
    fn into_response(self) -> Response {
        let mut response = self.status().into_response();
        self.add_headers(response.headers_mut());
        response.extensions_mut().insert(self);
        response
    }
}

/// Redacts the [`Problem`] of a response, if it has one.
pub fn redact(response: &mut Response, secrets: &Secrets) {
    if let Some(problem) = response.extensions_mut().get_mut::<Problem>() {
        problem.redact(secrets);
    }
}

/// Adds the body to the response of a [`Problem`]; returns any other response unchanged.
pub fn with_body(mut response: Response, id: RequestId) -> Response {
    let Some(problem) = response.extensions_mut().remove::<Problem>() else {
        return response;
    };
    let body = problem.body(id);
    response.headers_mut().insert(CONTENT_TYPE, problem.content_type());
    response.headers_mut().insert(CONTENT_LENGTH, HeaderValue::from(body.len()));
    *response.body_mut() = Body::from(body);
    response
}
