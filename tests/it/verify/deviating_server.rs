//! A mock that deviates from the contract in one way: its requests or its responses are changed on the way.

use std::net::Ipv4Addr;
use std::sync::Arc;
use std::thread::JoinHandle;

use axum::body::to_bytes;
use axum::extract::Request;
use axum::http::StatusCode;
use axum::http::header::CONTENT_LENGTH;
use axum::response::{IntoResponse, Response};
use cortex_audit_mock::EntrySource;
use cortex_audit_mock::internal::{AppState, http};
use cortex_audit_mock::{Config, World, server};
use serde_json::Value;
use tokio::net::TcpListener;
use tokio::sync::oneshot;
use tower::ServiceExt;

use super::intercepted::{InterceptedRequest, InterceptedResponse};
use crate::support::{NOW, time};

/// One way in which a server deviates from the contract.
#[derive(Clone, Copy)]
pub struct Deviation {
    /// The rule that the server breaks.
    pub rule: &'static str,
    pub name: &'static str,
    change_request: fn(&World, &mut InterceptedRequest),
    /// Without it, responses pass unchanged.
    change_response: Option<fn(&World, &InterceptedRequest, &mut InterceptedResponse)>,
}

/// A server that reads requests differently.
pub const fn reads(
    rule: &'static str,
    name: &'static str,
    change_request: fn(&World, &mut InterceptedRequest),
) -> Deviation {
    Deviation { rule, name, change_request, change_response: None }
}

/// A server that responds differently.
pub const fn responds(
    rule: &'static str,
    name: &'static str,
    change_response: fn(&World, &InterceptedRequest, &mut InterceptedResponse),
) -> Deviation {
    Deviation { rule, name, change_request: |_, _| {}, change_response: Some(change_response) }
}

/// A server that reads requests and responds differently.
pub const fn reads_and_responds(
    rule: &'static str,
    name: &'static str,
    change_request: fn(&World, &mut InterceptedRequest),
    change_response: fn(&World, &InterceptedRequest, &mut InterceptedResponse),
) -> Deviation {
    Deviation { rule, name, change_request, change_response: Some(change_response) }
}

/// A server that keeps every rule.
pub const NO_DEVIATION: Deviation = reads("", "none", |_, _| {});

/// A running server, which stops when it is dropped.
pub struct DeviatingServer {
    pub mock: AppState,
    pub uri: String,
    stop: Option<oneshot::Sender<()>>,
    thread: Option<JoinHandle<()>>,
}

struct Inner {
    mock: AppState,
    router: http::App,
    deviation: Deviation,
}

impl DeviatingServer {
    /// A server with entries that show every rule, at [`NOW`].
    pub fn start(deviation: Deviation, rate_limit: &str) -> Self {
        Self::over(&super::entries::distinguishing(), deviation, rate_limit)
    }

    pub fn over(entries: &Value, deviation: Deviation, rate_limit: &str) -> Self {
        let config = Config {
            now: Some(time(NOW)),
            entries: vec![EntrySource::Text(entries.to_string())],
            rate_limit: rate_limit.parse().unwrap(),
            ..Config::default()
        };
        let mock = AppState::load(&config).unwrap();
        let inner = Arc::new(Inner { mock: mock.clone(), router: http::app(mock.clone()), deviation });
        let listener = std::net::TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).unwrap();
        listener.set_nonblocking(true).unwrap();
        let uri = format!("http://{}", listener.local_addr().unwrap());
        let (stop, stopped) = oneshot::channel();
        let thread = std::thread::spawn(move || {
            let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
            runtime.block_on(async {
                let app = move |request, _| respond(Arc::clone(&inner), request);
                let listener = TcpListener::from_std(listener).unwrap();
                tokio::select! {
                    _ = stopped => {}
                    _ = server::serve(listener, None, app, std::future::pending()) => {}
                }
            });
        });
        Self { mock, uri, stop: Some(stop), thread: Some(thread) }
    }
}

impl Drop for DeviatingServer {
    fn drop(&mut self) {
        let _ = self.stop.take().map(|stop| stop.send(()));
        let _ = self.thread.take().map(JoinHandle::join);
    }
}

async fn respond(inner: Arc<Inner>, request: Request) -> Response {
    let received = InterceptedRequest::new(&request);
    drop(request);
    let world = inner.mock.world();
    let mut changed = received.clone();
    (inner.deviation.change_request)(&world, &mut changed);
    let response = inner.router.clone().oneshot(changed.request()).await.unwrap();
    let Some(change_response) = inner.deviation.change_response else { return response };
    let (mut head, body) = response.into_parts();
    head.headers.remove(CONTENT_LENGTH);
    let body = to_bytes(body, usize::MAX).await.unwrap();
    let body = std::str::from_utf8(&body).unwrap().parse().unwrap();
    let mut response = InterceptedResponse { status: head.status.as_u16(), headers: head.headers, body, text: None };
    change_response(&world, &received, &mut response);
    let body = response.text.unwrap_or_else(|| response.body.to_string());
    (StatusCode::from_u16(response.status).unwrap(), response.headers, body).into_response()
}
