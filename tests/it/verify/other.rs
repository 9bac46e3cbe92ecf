//! A server that is the mock in all but one thing: what it is asked or what it answers is changed on the way.

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

use super::exchange::{Answer, Asked};
use crate::support::{NOW, time};

/// One thing in which a server is not as the contract says.
#[derive(Clone, Copy)]
pub struct Difference {
    /// The rule that it breaks.
    pub rule: &'static str,
    pub name: &'static str,
    before: fn(&World, &mut Asked),
    /// Without one, answers pass as they are.
    after: Option<fn(&World, &Asked, &mut Answer)>,
}

/// It understands a request otherwise.
pub const fn asked(rule: &'static str, name: &'static str, before: fn(&World, &mut Asked)) -> Difference {
    Difference { rule, name, before, after: None }
}

/// It answers otherwise.
pub const fn answered(rule: &'static str, name: &'static str, after: fn(&World, &Asked, &mut Answer)) -> Difference {
    Difference { rule, name, before: |_, _| {}, after: Some(after) }
}

/// It understands and answers otherwise.
pub const fn both(
    rule: &'static str,
    name: &'static str,
    before: fn(&World, &mut Asked),
    after: fn(&World, &Asked, &mut Answer),
) -> Difference {
    Difference { rule, name, before, after: Some(after) }
}

/// It is as the contract says.
pub const NO_DIFFERENCE: Difference = asked("", "none", |_, _| {});

/// The server, until it is dropped.
pub struct Other {
    pub mock: AppState,
    pub uri: String,
    stop: Option<oneshot::Sender<()>>,
    thread: Option<JoinHandle<()>>,
}

struct Inner {
    mock: AppState,
    router: http::App,
    difference: Difference,
}

impl Other {
    /// Over entries in which everything can be told, at [`NOW`].
    pub fn start(difference: Difference, rate_limit: &str) -> Self {
        Self::over(&super::data::telling(), difference, rate_limit)
    }

    pub fn over(entries: &Value, difference: Difference, rate_limit: &str) -> Self {
        let config = Config {
            now: Some(time(NOW)),
            entries: vec![EntrySource::Text(entries.to_string())],
            rate_limit: rate_limit.parse().unwrap(),
            ..Config::default()
        };
        let mock = AppState::load(&config).unwrap();
        let inner = Arc::new(Inner { mock: mock.clone(), router: http::app(mock.clone()), difference });
        let listener = std::net::TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).unwrap();
        listener.set_nonblocking(true).unwrap();
        let uri = format!("http://{}", listener.local_addr().unwrap());
        let (stop, stopped) = oneshot::channel();
        let thread = std::thread::spawn(move || {
            let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
            runtime.block_on(async {
                let app = move |request, _| answer(Arc::clone(&inner), request);
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

impl Drop for Other {
    fn drop(&mut self) {
        let _ = self.stop.take().map(|stop| stop.send(()));
        let _ = self.thread.take().map(JoinHandle::join);
    }
}

async fn answer(inner: Arc<Inner>, request: Request) -> Response {
    let asked = Asked::of(&request);
    drop(request);
    let world = inner.mock.world();
    let mut understood = asked.clone();
    (inner.difference.before)(&world, &mut understood);
    let response = inner.router.clone().oneshot(understood.request()).await.unwrap();
    let Some(after) = inner.difference.after else { return response };
    let (mut head, body) = response.into_parts();
    head.headers.remove(CONTENT_LENGTH);
    let body = to_bytes(body, usize::MAX).await.unwrap();
    let body = std::str::from_utf8(&body).unwrap().parse().unwrap();
    let mut answer = Answer { status: head.status.as_u16(), headers: head.headers, body, text: None };
    after(&world, &asked, &mut answer);
    let body = answer.text.unwrap_or_else(|| answer.body.to_string());
    (StatusCode::from_u16(answer.status).unwrap(), answer.headers, body).into_response()
}
