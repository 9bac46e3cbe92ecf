//! The door in front of the routes: what clients ask for all the time goes straight to its handler.
//!
//! A route of axum costs as much as all that the operation does: it is looked up, boxed, and told about in extensions.
//! Everything but a plain `GET` of the operation still takes that way, and both pass the same on theirs.

use std::convert::Infallible;
use std::pin::Pin;
use std::task::{Context, Poll};

use axum::body::{Body, Bytes, HttpBody};
use axum::extract::Request;
use axum::http::{self, Method};
use axum::response::Response;
use axum::{BoxError, Router};
use tower::Service;

use super::{AUDIT_LOGS, Goal, passage};
use crate::mock::Mock;

/// The service: a door and the routes behind it; clones share them.
#[derive(Debug, Clone)]
pub struct Door {
    mock: Mock,
    routes: Router,
}

type Answering = Pin<Box<dyn Future<Output = Result<Response, Infallible>> + Send>>;

impl Door {
    pub(super) fn before(routes: Router, mock: Mock) -> Self {
        Self { mock, routes }
    }

    fn open(&mut self, request: Request) -> Answering {
        if request.method() == Method::GET && request.uri().path() == AUDIT_LOGS {
            let mock = self.mock.clone();
            return Box::pin(async move { Ok(passage(&mock, request, Goal::AuditLogs).await) });
        }
        Box::pin(self.routes.call(request))
    }
}

impl<B> Service<http::Request<B>> for Door
where
    B: HttpBody<Data = Bytes> + Send + 'static,
    B::Error: Into<BoxError>,
{
    type Response = Response;
    type Error = Infallible;
    type Future = Answering;

    fn poll_ready(&mut self, _: &mut Context<'_>) -> Poll<Result<(), Infallible>> {
        Poll::Ready(Ok(()))
    }

    fn call(&mut self, request: http::Request<B>) -> Answering {
        self.open(request.map(Body::new))
    }
}
