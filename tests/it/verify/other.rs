//! A server that is the mock in all but one thing: what it is asked or what it answers is changed on the way.

use std::net::Ipv4Addr;
use std::sync::Arc;
use std::thread::JoinHandle;

use axum::Router;
use axum::body::{Body, to_bytes};
use axum::extract::{Request, State};
use axum::http::header::{AUTHORIZATION, CONTENT_LENGTH, CONTENT_TYPE};
use axum::http::{HeaderMap, HeaderName, HeaderValue, StatusCode};
use axum::response::{IntoResponse, Response};
use cortex_audit_mock::contract::{Query, query};
use cortex_audit_mock::fixture::EntrySource;
use cortex_audit_mock::{Config, Mock, World, http, server};
use percent_encoding::{NON_ALPHANUMERIC, percent_decode_str, utf8_percent_encode};
use serde_json::{Value, json};
use tokio::net::TcpListener;
use tokio::sync::oneshot;
use tower::ServiceExt;

use crate::support::{NOW, time};

/// What nothing is called.
pub const NOBODY: &str = "nobody-at-all";

/// One thing in which a server is not as the contract says.
#[derive(Clone, Copy)]
pub struct Difference {
    /// The rule that it breaks.
    pub rule: &'static str,
    pub name: &'static str,
    before: fn(&World, &mut Asked),
    after: fn(&World, &Asked, &mut Answer),
}

/// It understands a request otherwise.
pub const fn asked(rule: &'static str, name: &'static str, before: fn(&World, &mut Asked)) -> Difference {
    Difference { rule, name, before, after: |_, _, _| {} }
}

/// It answers otherwise.
pub const fn answered(rule: &'static str, name: &'static str, after: fn(&World, &Asked, &mut Answer)) -> Difference {
    Difference { rule, name, before: |_, _| {}, after }
}

/// It understands and answers otherwise.
pub const fn both(
    rule: &'static str,
    name: &'static str,
    before: fn(&World, &mut Asked),
    after: fn(&World, &Asked, &mut Answer),
) -> Difference {
    Difference { rule, name, before, after }
}

/// It is as the contract says.
pub const NO_DIFFERENCE: Difference = asked("", "none", |_, _| {});

/// A request for audit logs or the catalog.
#[derive(Debug, Clone)]
pub struct Asked {
    pub path: String,
    /// Names and values of the query string as they were sent.
    pub pairs: Vec<(String, String)>,
    /// The header `Authorization`.
    pub authorization: Option<String>,
    pub content_type: Option<String>,
}

/// What is answered.
#[derive(Debug)]
pub struct Answer {
    pub status: u16,
    pub headers: HeaderMap,
    pub body: Value,
    /// In place of the body.
    pub text: Option<String>,
}

fn decoded(value: &str) -> String {
    percent_decode_str(&value.replace('+', " ")).decode_utf8_lossy().into_owned()
}

impl Asked {
    fn of(request: &Request) -> Self {
        let header = |name| request.headers().get(name).map(|value| value.to_str().unwrap().to_owned());
        let pairs = request.uri().query().unwrap_or_default().split('&').filter(|pair| !pair.is_empty());
        Self {
            path: request.uri().path().to_owned(),
            pairs: pairs.map(|pair| pair.split_once('=').unwrap_or((pair, ""))).map(owned).collect(),
            authorization: header(AUTHORIZATION),
            content_type: header(CONTENT_TYPE),
        }
    }

    pub fn is_logs(&self) -> bool {
        self.path.starts_with("/api/v1/audit-logs")
    }

    /// Whether it is asked with this token.
    pub fn is_by(&self, token: &str) -> bool {
        self.authorization.as_deref() == Some(&format!("Bearer {token}"))
    }

    pub fn by(&mut self, token: &str) {
        self.authorization = Some(format!("Bearer {token}"));
    }

    /// The values of a parameter as they were sent.
    pub fn raw(&self, name: &str) -> Vec<String> {
        self.pairs.iter().filter(|(given, _)| given == name).map(|(_, value)| value.clone()).collect()
    }

    /// The decoded values of a list, split.
    pub fn list(&self, name: &str) -> Vec<String> {
        let values = self.raw(name);
        values.iter().flat_map(|value| decoded(value).split(',').map(String::from).collect::<Vec<_>>()).collect()
    }

    /// The decoded first value.
    pub fn first(&self, name: &str) -> Option<String> {
        self.raw(name).first().map(|value| decoded(value))
    }

    pub fn remove(&mut self, name: &str) {
        self.pairs.retain(|(given, _)| given != name);
    }

    /// Has this value alone.
    pub fn set(&mut self, name: &str, value: &str) {
        self.remove(name);
        self.pairs.push((name.to_owned(), utf8_percent_encode(value, NON_ALPHANUMERIC).to_string()));
    }

    /// Changes each value as it was sent.
    pub fn change(&mut self, names: &[&str], change: impl Fn(&str) -> String) {
        for (_, value) in self.pairs.iter_mut().filter(|(name, _)| names.contains(&name.as_str())) {
            *value = change(value);
        }
    }

    /// Whether a value as it was sent is like this.
    pub fn any(&self, names: &[&str], is: impl Fn(&str) -> bool) -> bool {
        self.pairs.iter().any(|(name, value)| names.contains(&name.as_str()) && is(value))
    }

    /// Becomes a request that is refused with a 400, as any wrong one.
    pub fn refuse(&mut self) {
        self.pairs = vec![("pageSize".to_owned(), "0".to_owned())];
    }

    pub fn refuse_if(&mut self, wrong: bool) {
        if wrong {
            self.refuse();
        }
    }

    fn query(&self) -> String {
        self.pairs.iter().map(|(name, value)| format!("{name}={value}")).collect::<Vec<_>>().join("&")
    }

    /// What it asks for, as the mock reads it.
    pub fn read(&self, world: &World) -> Option<Query> {
        query::parse(&self.query(), &world.store.vocabulary(), false).ok().map(|parsed| parsed.query)
    }
}

impl Answer {
    /// The entries of a page, to be changed.
    pub fn logs(&mut self) -> &mut [Value] {
        self.body.get_mut("logs").and_then(Value::as_array_mut).map_or(&mut [], Vec::as_mut_slice)
    }

    pub fn is_page(&self) -> bool {
        self.status == 200 && self.body.get("logs").is_some()
    }

    pub fn is_error(&self) -> bool {
        self.status >= 400 && self.status != 429
    }

    pub fn set(&mut self, field: &str, value: impl Into<Value>) {
        self.body[field] = value.into();
    }

    pub fn remove(&mut self, field: &str) {
        self.body.as_object_mut().unwrap().remove(field);
    }

    pub fn header(&mut self, name: HeaderName, value: &str) {
        self.headers.insert(name, HeaderValue::from_str(value).unwrap());
    }

    /// Becomes an error of another status, in the form of all errors.
    pub fn becomes(&mut self, status: u16) {
        let phrase = StatusCode::from_u16(status).unwrap().canonical_reason().unwrap();
        self.status = status;
        self.body = json!({
            "type": phrase.to_uppercase().replace(' ', "_"), "message": phrase, "details": "As it is.",
            "requestId": "a1b2", "httpStatus": status,
        });
        self.header(CONTENT_TYPE, "application/json");
    }

    /// Becomes the page of another list, as it was asked for.
    pub fn becomes_page_of(&mut self, query: &Query, logs: &[Value]) {
        let (page, size) = (query.page as usize, query.page_size as usize);
        let shown: Vec<&Value> = logs.iter().skip(page.saturating_mul(size)).take(size).collect();
        self.body = json!({"logs": shown, "page": page, "total": logs.len(), "totalPages": logs.len().div_ceil(size)});
    }
}

/// Everything that a query chooses, on one page.
pub fn all(world: &World, query: &Query) -> Vec<Value> {
    let query = Query { page: 0, page_size: u32::MAX, ..query.clone() };
    world.page(&query).logs.iter().map(|entry| serde_json::to_value(entry.as_ref()).unwrap()).collect()
}

/// The server, until it is dropped.
pub struct Other {
    pub mock: Mock,
    pub uri: String,
    stop: Option<oneshot::Sender<()>>,
    thread: Option<JoinHandle<()>>,
}

struct Inner {
    mock: Mock,
    router: Router,
    difference: Difference,
}

impl Other {
    /// Over entries in which everything can be told, at [`NOW`].
    pub fn start(difference: Difference, rate_limit: &str) -> Self {
        let config = Config {
            now: Some(time(NOW)),
            entries: vec![EntrySource::Text(super::data::telling().to_string())],
            rate_limit: rate_limit.parse().unwrap(),
            ..Config::default()
        };
        let mock = Mock::start(&config).unwrap();
        let inner = Arc::new(Inner { mock: mock.clone(), router: http::router(mock.clone()), difference });
        let listener = std::net::TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).unwrap();
        listener.set_nonblocking(true).unwrap();
        let uri = format!("http://{}", listener.local_addr().unwrap());
        let (stop, stopped) = oneshot::channel();
        let thread = std::thread::spawn(move || {
            let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
            runtime.block_on(async {
                let app = Router::new().fallback(answer).with_state(inner);
                let listener = TcpListener::from_std(listener).unwrap();
                tokio::select! {
                    _ = stopped => {}
                    _ = server::serve(listener, app, std::future::pending()) => {}
                }
            });
        });
        Self { mock, uri, stop: Some(stop), thread: Some(thread) }
    }
}

impl Drop for Other {
    fn drop(&mut self) {
        let _ = self.stop.take().map(|stop| stop.send(()));
        let _ = self.thread.take().map(JoinHandle::join);
    }
}

async fn answer(State(inner): State<Arc<Inner>>, request: Request) -> Response {
    let asked = Asked::of(&request);
    drop(request);
    let world = inner.mock.world();
    let mut understood = asked.clone();
    (inner.difference.before)(&world, &mut understood);
    let mut answer = inner.ask(&understood).await;
    (inner.difference.after)(&world, &asked, &mut answer);
    let body = answer.text.unwrap_or_else(|| answer.body.to_string());
    (StatusCode::from_u16(answer.status).unwrap(), answer.headers, body).into_response()
}

fn owned((name, value): (&str, &str)) -> (String, String) {
    (name.to_owned(), value.to_owned())
}

impl Inner {
    async fn ask(&self, asked: &Asked) -> Answer {
        let mut request = Request::get(format!("{}?{}", asked.path, asked.query()));
        if let Some(authorization) = &asked.authorization {
            request = request.header(AUTHORIZATION, authorization);
        }
        if let Some(content_type) = &asked.content_type {
            request = request.header(CONTENT_TYPE, content_type);
        }
        let response = self.router.clone().oneshot(request.body(Body::empty()).unwrap()).await.unwrap();
        let (mut head, body) = response.into_parts();
        head.headers.remove(CONTENT_LENGTH);
        let body = serde_json::from_slice(&to_bytes(body, usize::MAX).await.unwrap()).unwrap();
        Answer { status: head.status.as_u16(), headers: head.headers, body, text: None }
    }
}
