//! A mock in the process of the tests, whose client checks the conventions of each response, and sizes of test runs.

pub mod control_plane_document;
pub mod external_tools;
pub mod h2_client;
pub mod json_schema;
pub mod process;
pub mod strategies;

use std::convert::Infallible;
use std::io;
use std::net::Ipv4Addr;
use std::sync::{Arc, LazyLock, Mutex};
use std::time::Duration;

use axum::body::{Body, to_bytes};
use axum::http::header::{
    ACCESS_CONTROL_ALLOW_ORIGIN, ACCESS_CONTROL_EXPOSE_HEADERS, ALLOW, CONTENT_LENGTH, CONTENT_TYPE, RETRY_AFTER, VARY,
    WWW_AUTHENTICATE,
};
use axum::http::{HeaderMap, HeaderName, Method, Request, StatusCode};
use axum::response::Response;
use cortex_audit_mock::Config;
use cortex_audit_mock::EntrySource;
use cortex_audit_mock::contract::Timestamp;
use cortex_audit_mock::internal::{AppState, http};
use cortex_audit_mock::world::{JournalFilter, JournalRecord, RequestHead, RequestOutcome};
use proptest::test_runner::Config as ProptestConfig;
use serde_json::Value;
use tower::{Service, ServiceExt};
use tracing::Dispatch;
use tracing::subscriber::DefaultGuard;
use uuid::Uuid;

/// Whether the environment variable `FULL_TESTS` is set: every seed of every matrix.
pub fn full_tests() -> bool {
    std::env::var_os("FULL_TESTS").is_some()
}

/// The configuration of a property test with this many cases in a full run, and an eighth of them otherwise.
pub fn cases(full: u32) -> ProptestConfig {
    ProptestConfig::with_cases(if full_tests() { full } else { full.div_ceil(8) })
}

/// All elements in a full run, otherwise about this many, evenly spread.
pub fn sample<I: Iterator + Clone>(all: I, about: usize) -> impl Iterator<Item = I::Item> {
    let step = if full_tests() { 1 } else { all.clone().count().div_ceil(about) };
    all.step_by(step)
}

/// The first size in a full run, the second otherwise.
pub fn size<T>(full: T, quick: T) -> T {
    if full_tests() { full } else { quick }
}

/// The time of the clock of a test, unless the test sets another.
pub const NOW: &str = "2025-05-20T12:00:00Z";

/// Parses a valid time.
pub fn time(text: &str) -> Timestamp {
    text.parse().unwrap_or_else(|error| panic!("{text}: {error}"))
}

/// A mock and its router, with a frozen clock.
pub struct TestMock {
    pub mock: AppState,
    router: http::App,
}

impl Default for TestMock {
    fn default() -> Self {
        Self::with_config(Config::default())
    }
}

impl TestMock {
    /// Starts with the clock at [`NOW`], unless the configuration has another time.
    pub fn with_config(config: Config) -> Self {
        let config = Config { now: config.now.or(Some(time(NOW))), ..config };
        let mock = AppState::load(&config).unwrap_or_else(|errors| panic!("{errors}"));
        Self { router: http::app(mock.clone()), mock }
    }

    /// Starts with these entries, in the format of a fixture.
    pub fn with_entries(entries: &Value) -> Self {
        Self::with_config(Config { entries: vec![EntrySource::Text(entries.to_string())], ..Config::default() })
    }

    /// Gets a path with the key `mock-admin`.
    pub async fn get(&self, path: &str) -> TestResponse {
        self.get_as("mock-admin", path).await
    }

    /// Gets a path with a token.
    pub async fn get_as(&self, token: &str, path: &str) -> TestResponse {
        self.send(Request::get(path).header("Authorization", format!("Bearer {token}"))).await
    }

    /// Gets audit logs by a query string, with the key `mock-admin`.
    pub async fn logs(&self, query: &str) -> TestResponse {
        self.get(&format!("/api/v1/audit-logs?{query}")).await
    }

    /// Sends a query that succeeds; returns the rules of the findings in its journal entry.
    pub async fn finding_rules(&self, query: &str) -> Vec<&'static str> {
        self.logs(query).await.ok();
        let journal = self.mock.world().journal().list(&JournalFilter::default());
        journal[0].issues().iter().map(|finding| finding.rule).collect()
    }

    /// Calls the control plane, such as `admin("PUT", "/clock", json!({"now": NOW}))`; an empty text sends no body.
    pub async fn admin(&self, method: &str, path: &str, body: impl ToString) -> TestResponse {
        let request = Request::builder().method(method).uri(format!("/__admin{path}"));
        self.call(request.body(Body::from(body.to_string())).unwrap()).await
    }

    /// Gets a path of the control plane; returns the body of the 200.
    pub async fn admin_get(&self, path: &str) -> Value {
        self.admin("GET", path, "").await.ok()
    }

    /// Adds this many requests to the journal of the default session, with the queries `number=0`, `number=1` ….
    pub fn fill_journal(&self, count: usize) {
        let world = self.mock.world();
        for number in 0..count {
            world.journal().add(JournalRecord {
                id: Uuid::from_u128(number as u128),
                time: time(NOW),
                method: "GET".into(),
                path: "/api/v1/audit-logs".into(),
                query: format!("number={number}").into(),
                query_truncated: false,
                head: Box::new(RequestHead::new(Ipv4Addr::LOCALHOST.into(), "HTTP/1.1")),
                key: None,
                outcome: RequestOutcome::Status(200),
                duration: Duration::ZERO,
                response_bytes: Some(1000),
                from_ui: false,
                details: None,
            });
        }
    }

    /// Gets a path whose response a fault breaks: without the check of the conventions.
    pub async fn get_unchecked(&self, path: &str) -> Response {
        let request = Request::get(path).header("Authorization", "Bearer mock-admin").body(Body::empty()).unwrap();
        self.router.clone().oneshot(request).await.unwrap()
    }

    /// Sends a request without a body whose response does not follow the API's conventions: without their check.
    pub async fn send_unchecked(&self, request: axum::http::request::Builder) -> Response {
        self.router.clone().oneshot(request.body(Body::empty()).unwrap()).await.unwrap()
    }

    /// Sends a request without a body.
    pub async fn send(&self, request: axum::http::request::Builder) -> TestResponse {
        self.call(request.body(Body::empty()).unwrap()).await
    }

    /// Sends a request, and checks that the response follows the conventions.
    pub async fn call(&self, request: Request<Body>) -> TestResponse {
        send(self.router.clone(), request).await
    }
}

/// Sends a request to a router, and checks that the response follows the conventions.
pub async fn send(
    router: impl Service<Request<Body>, Response = Response, Error = Infallible>,
    request: Request<Body>,
) -> TestResponse {
    let (method, path) = (request.method().clone(), request.uri().path().to_owned());
    let response = router.oneshot(request).await.unwrap();
    let (parts, body) = response.into_parts();
    let body = to_bytes(body, usize::MAX).await.unwrap();
    let response = TestResponse { status: parts.status, headers: parts.headers, body: body.to_vec() };
    response.assert_conventions(method == Method::HEAD);
    // ERR-PRINTED; the official client does not call the control plane.
    if !path.starts_with("/__admin") && method != Method::HEAD && response.status.is_client_error() {
        assert!(!response.json()["details"].to_string().contains(['[', ']']), "square brackets in {}", response.text());
    }
    control_plane_document::assert_documented(method.as_str(), &path, &response);
    response
}

/// A response with its whole body.
#[derive(Debug, Clone)]
pub struct TestResponse {
    pub status: StatusCode,
    pub headers: HeaderMap,
    pub body: Vec<u8>,
}

impl TestResponse {
    pub fn json(&self) -> Value {
        serde_json::from_slice(&self.body).unwrap_or_else(|error| panic!("{error}: {}", self.text()))
    }

    pub fn text(&self) -> String {
        String::from_utf8(self.body.clone()).unwrap()
    }

    pub fn header(&self, name: &str) -> Option<&str> {
        self.headers.get(name).map(|value| value.to_str().unwrap())
    }

    /// Requires a 200; returns its body.
    #[track_caller]
    pub fn ok(&self) -> Value {
        assert_eq!(self.status, StatusCode::OK, "{}", self.text());
        self.json()
    }

    /// Requires a 201; returns its body.
    #[track_caller]
    pub fn created(&self) -> Value {
        assert_eq!(self.status, StatusCode::CREATED, "{}", self.text());
        self.json()
    }

    /// Requires an error of this status; returns its `details`.
    #[track_caller]
    pub fn details(&self, status: u16) -> String {
        assert_eq!(self.status.as_u16(), status, "{}", self.text());
        self.json()["details"].as_str().unwrap().to_owned()
    }

    /// Requires a page; returns the `objectIdentifier` of each entry.
    #[track_caller]
    pub fn identifiers(&self) -> Vec<String> {
        let page = self.ok();
        let logs = page["logs"].as_array().unwrap();
        logs.iter().map(|entry| entry["objectIdentifier"].as_str().unwrap().to_owned()).collect()
    }

    /// Checks what holds for every response: its headers, and the members of an error.
    fn assert_conventions(&self, head: bool) {
        const KNOWN: [HeaderName; 8] = [
            CONTENT_TYPE,
            CONTENT_LENGTH,
            ALLOW,
            RETRY_AFTER,
            WWW_AUTHENTICATE,
            VARY,
            ACCESS_CONTROL_ALLOW_ORIGIN,
            ACCESS_CONTROL_EXPOSE_HEADERS,
        ];
        for name in self.headers.keys() {
            assert!(KNOWN.contains(name) || name == "x-request-id", "unexpected header {name}");
        }
        let id = self.header("x-request-id").expect("every response has a request id");
        Uuid::parse_str(id).expect("the request id is a UUID");
        if let Some(length) = self.header("content-length") {
            let length: usize = length.parse().unwrap();
            assert!(head || length == self.body.len(), "content-length {length}, body {}", self.body.len());
        }
        let content_type = self.header("content-type").expect("every response has a content type");
        let expected =
            if self.status == StatusCode::TOO_MANY_REQUESTS { "application/problem+json" } else { "application/json" };
        assert_eq!(content_type, expected);
        if head {
            assert!(self.body.is_empty(), "a response to HEAD has no body");
            return;
        }
        if !self.status.is_success() && self.status != StatusCode::TOO_MANY_REQUESTS {
            let body = self.json();
            for field in ["type", "message", "details", "requestId"] {
                assert!(body[field].as_str().is_some_and(|text| !text.is_empty()), "{field} of {body}");
            }
            assert_eq!(body["requestId"], id);
            assert_eq!(body["httpStatus"], self.status.as_u16());
            assert_eq!(body["message"], self.status.canonical_reason().unwrap_or("Error"));
        }
    }
}

/// The log of this thread since [`capture_log`].
#[derive(Clone, Default)]
pub struct CapturedLog(Arc<Mutex<Vec<u8>>>);

impl CapturedLog {
    pub fn text(&self) -> String {
        String::from_utf8(self.0.lock().unwrap().clone()).unwrap()
    }
}

impl io::Write for CapturedLog {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.0.lock().unwrap().extend_from_slice(bytes);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

/// Captures the log of this thread at every level while the guard lives.
pub fn capture_log() -> (CapturedLog, DefaultGuard) {
    /// With a single subscriber, tracing caches the interest of the thread that reaches a line first, which may be that of
    /// another test; with a second one it asks each time.
    static SECOND: LazyLock<Dispatch> = LazyLock::new(|| Dispatch::new(tracing_subscriber::registry()));

    LazyLock::force(&SECOND);
    let log = CapturedLog::default();
    let writer = log.clone();
    let lines = tracing_subscriber::fmt().with_max_level(tracing::Level::TRACE).with_ansi(false);
    let guard = tracing::subscriber::set_default(lines.with_writer(move || writer.clone()).finish());
    (log, guard)
}
