//! What every test needs: a mock in this process, and a client that checks each answer before a test sees it.

pub mod json_schema;
pub mod process;
pub mod spoken;
pub mod tool;

use std::convert::Infallible;
use std::io;
use std::sync::{Arc, LazyLock, Mutex};

use axum::body::{Body, to_bytes};
use axum::http::header::{ALLOW, CONTENT_LENGTH, CONTENT_TYPE, RETRY_AFTER, WWW_AUTHENTICATE};
use axum::http::{HeaderMap, HeaderName, Method, Request, StatusCode};
use axum::response::Response;
use cortex_audit_mock::Config;
use cortex_audit_mock::EntrySource;
use cortex_audit_mock::contract::Timestamp;
use cortex_audit_mock::internal::{AppState, http};
use cortex_audit_mock::world::JournalFilter;
use proptest::test_runner::Config as ProptestConfig;
use serde_json::Value;
use tower::{Service, ServiceExt};
use tracing::Dispatch;
use tracing::subscriber::DefaultGuard;

/// Whether matrices of seeds run whole: with the environment variable `FULL_TESTS`.
pub fn full_tests() -> bool {
    std::env::var_os("FULL_TESTS").is_some()
}

/// A property test with this many cases in a full run, and an eighth of them otherwise, which takes about a second.
pub fn cases(full: u32) -> ProptestConfig {
    ProptestConfig::with_cases(if full_tests() { full } else { full.div_ceil(8) })
}

/// All elements in a full run, otherwise about this many of them, evenly spread.
pub fn sample<I: Iterator + Clone>(all: I, about: usize) -> impl Iterator<Item = I::Item> {
    let step = if full_tests() { 1 } else { all.clone().count().div_ceil(about) };
    all.step_by(step)
}

/// A size in a full run, and a smaller one otherwise.
pub fn size<T>(full: T, quick: T) -> T {
    if full_tests() { full } else { quick }
}

/// The instant at which tests start unless they say otherwise.
pub const NOW: &str = "2025-05-20T12:00:00Z";

/// A time that is known to be right.
pub fn time(text: &str) -> Timestamp {
    text.parse().unwrap_or_else(|error| panic!("{text}: {error}"))
}

/// A mock and its router, at a frozen clock.
pub struct TestMock {
    pub mock: AppState,
    router: http::App,
}

impl Default for TestMock {
    fn default() -> Self {
        Self::with(Config::default())
    }
}

impl TestMock {
    /// The clock stands at [`NOW`] unless the configuration says otherwise.
    pub fn with(config: Config) -> Self {
        let config = Config { now: config.now.or(Some(time(NOW))), ..config };
        let mock = AppState::load(&config).unwrap_or_else(|errors| panic!("{errors}"));
        Self { router: http::app(mock.clone()), mock }
    }

    /// Over these entries, as a fixture file would hold them.
    pub fn over(entries: &Value) -> Self {
        Self::with(Config { entries: vec![EntrySource::Text(entries.to_string())], ..Config::default() })
    }

    /// `GET` of a path with the key `mock-admin`.
    pub async fn get(&self, path: &str) -> Answer {
        self.get_as("mock-admin", path).await
    }

    /// `GET` of a path with a token.
    pub async fn get_as(&self, token: &str, path: &str) -> Answer {
        self.send(Request::get(path).header("Authorization", format!("Bearer {token}"))).await
    }

    /// The audit logs that a query string asks for, with the key `mock-admin`.
    pub async fn logs(&self, query: &str) -> Answer {
        self.get(&format!("/api/v1/audit-logs?{query}")).await
    }

    /// The rules of what the journal holds against a query that is answered.
    pub async fn noticed(&self, query: &str) -> Vec<&'static str> {
        self.logs(query).await.ok();
        let journal = self.mock.world().journal().list(&JournalFilter::default());
        journal[0].issues().iter().map(|finding| finding.rule).collect()
    }

    /// A call of the control plane: `admin("PUT", "/clock", json!({"now": NOW}))`; an empty body is none.
    pub async fn admin(&self, method: &str, path: &str, body: impl ToString) -> Answer {
        let request = Request::builder().method(method).uri(format!("/__admin{path}"));
        self.call(request.body(Body::from(body.to_string())).unwrap()).await
    }

    /// What the control plane shows at a path.
    pub async fn shown(&self, path: &str) -> Value {
        self.admin("GET", path, "").await.ok()
    }

    /// The answer as it comes from the router, for those that a fault broke: nothing is checked.
    pub async fn raw(&self, path: &str) -> Response {
        let request = Request::get(path).header("Authorization", "Bearer mock-admin").body(Body::empty()).unwrap();
        self.router.clone().oneshot(request).await.unwrap()
    }

    /// A request without a body, whose answer is not in the form of the API's: nothing is checked.
    pub async fn raw_call(&self, request: axum::http::request::Builder) -> Response {
        self.router.clone().oneshot(request.body(Body::empty()).unwrap()).await.unwrap()
    }

    /// A request without a body.
    pub async fn send(&self, request: axum::http::request::Builder) -> Answer {
        self.call(request.body(Body::empty()).unwrap()).await
    }

    /// Any request; the answer keeps the conventions of every answer, or the test fails here.
    pub async fn call(&self, request: Request<Body>) -> Answer {
        ask(self.router.clone(), request).await
    }
}

/// What a router answers; the answer keeps the conventions of every answer, or the test fails here.
pub async fn ask(
    router: impl Service<Request<Body>, Response = Response, Error = Infallible>,
    request: Request<Body>,
) -> Answer {
    let head = request.method() == Method::HEAD;
    let response = router.oneshot(request).await.unwrap();
    let (parts, body) = response.into_parts();
    let body = to_bytes(body, usize::MAX).await.unwrap();
    let answer = Answer { status: parts.status, headers: parts.headers, body: body.to_vec() };
    answer.keeps_conventions(head);
    answer
}

/// A whole answer.
#[derive(Debug, Clone)]
pub struct Answer {
    pub status: StatusCode,
    pub headers: HeaderMap,
    pub body: Vec<u8>,
}

impl Answer {
    pub fn json(&self) -> Value {
        serde_json::from_slice(&self.body).unwrap_or_else(|error| panic!("{error}: {}", self.text()))
    }

    pub fn text(&self) -> String {
        String::from_utf8(self.body.clone()).unwrap()
    }

    pub fn header(&self, name: &str) -> Option<&str> {
        self.headers.get(name).map(|value| value.to_str().unwrap())
    }

    /// The body of a 200.
    #[track_caller]
    pub fn ok(&self) -> Value {
        assert_eq!(self.status, StatusCode::OK, "{}", self.text());
        self.json()
    }

    /// The body of a 201.
    #[track_caller]
    pub fn created(&self) -> Value {
        assert_eq!(self.status, StatusCode::CREATED, "{}", self.text());
        self.json()
    }

    /// The `details` of an error of this status.
    #[track_caller]
    pub fn details(&self, status: u16) -> String {
        assert_eq!(self.status.as_u16(), status, "{}", self.text());
        self.json()["details"].as_str().unwrap().to_owned()
    }

    /// The `objectIdentifier` of each entry of a 200.
    #[track_caller]
    pub fn identifiers(&self) -> Vec<String> {
        let page = self.ok();
        let logs = page["logs"].as_array().unwrap();
        logs.iter().map(|entry| entry["objectIdentifier"].as_str().unwrap().to_owned()).collect()
    }

    fn keeps_conventions(&self, head: bool) {
        const KNOWN: [HeaderName; 5] = [CONTENT_TYPE, CONTENT_LENGTH, ALLOW, RETRY_AFTER, WWW_AUTHENTICATE];
        for name in self.headers.keys() {
            assert!(KNOWN.contains(name) || name == "x-request-id", "unexpected header {name}");
        }
        let id = self.header("x-request-id").expect("every answer has a request id");
        uuid::Uuid::parse_str(id).expect("the request id is a UUID");
        if let Some(length) = self.header("content-length") {
            let length: usize = length.parse().unwrap();
            assert!(head || length == self.body.len(), "content-length {length}, body {}", self.body.len());
        }
        let content_type = self.header("content-type").expect("every answer has a content type");
        let expected =
            if self.status == StatusCode::TOO_MANY_REQUESTS { "application/problem+json" } else { "application/json" };
        assert_eq!(content_type, expected);
        if head {
            assert!(self.body.is_empty(), "an answer to HEAD has no body");
            return;
        }
        if !self.status.is_success() && self.status != StatusCode::TOO_MANY_REQUESTS {
            let body = self.json();
            for field in ["type", "message", "details", "requestId"] {
                assert!(body[field].as_str().is_some_and(|text| !text.is_empty()), "{field} of {body}");
                assert!(!body[field].as_str().unwrap().contains(['[', ']']), "square brackets in {body}");
            }
            assert_eq!(body["requestId"], id);
            assert_eq!(body["httpStatus"], self.status.as_u16());
            assert_eq!(body["message"], self.status.canonical_reason().unwrap_or("Error"));
        }
    }
}

/// What the library logged on this thread since [`logged`].
#[derive(Clone, Default)]
pub struct Log(Arc<Mutex<Vec<u8>>>);

impl Log {
    pub fn text(&self) -> String {
        String::from_utf8(self.0.lock().unwrap().clone()).unwrap()
    }
}

impl io::Write for Log {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.0.lock().unwrap().extend_from_slice(bytes);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

/// Collects every line of the log of this thread, down to the finest level, while the guard lives.
pub fn logged() -> (Log, DefaultGuard) {
    /// With a single subscriber, tracing asks only the thread that first reaches a line whether it is wanted, which may
    /// be that of another test; with a second one it asks them all.
    static SECOND: LazyLock<Dispatch> = LazyLock::new(|| Dispatch::new(tracing_subscriber::registry()));

    LazyLock::force(&SECOND);
    let log = Log::default();
    let writer = log.clone();
    let lines = tracing_subscriber::fmt().with_max_level(tracing::Level::TRACE).with_ansi(false);
    let guard = tracing::subscriber::set_default(lines.with_writer(move || writer.clone()).finish());
    (log, guard)
}
