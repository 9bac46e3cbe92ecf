//! The door in front of the routes: what clients ask for all the time goes straight to its handler.
//!
//! A route of axum costs as much as all that the operation does: it is looked up, boxed, and told about in extensions.
//! Everything but a plain `GET` of the operation still takes that way, and both pass the same on theirs.

use std::convert::Infallible;
use std::net::{IpAddr, Ipv4Addr, SocketAddr};
use std::pin::Pin;
use std::task::{Context, Poll};

use axum::body::{Body, Bytes, HttpBody};
use axum::extract::{ConnectInfo, Request};
use axum::http::{self, Method};
use axum::response::Response;
use axum::{BoxError, Router};
use tower::Service;

use super::{Goal, passage};
use crate::app_state::AppState;
use crate::contract::AUDIT_LOGS;

/// The service: a door and the routes behind it; clones share them.
#[derive(Debug, Clone)]
pub struct App {
    mock: AppState,
    routes: Router,
}

type ResponseFuture = Pin<Box<dyn Future<Output = Response> + Send>>;

impl App {
    pub(super) fn new(routes: Router, mock: AppState) -> Self {
        Self { mock, routes }
    }

    /// Answers a request that came from an address.
    pub fn respond(&self, mut request: Request, peer: SocketAddr) -> ResponseFuture {
        if is_plain(&request) {
            return self.audit_logs(request, peer.ip());
        }
        // In a route only what travels with the request is known of it.
        request.extensions_mut().insert(ConnectInfo(peer));
        self.routed(request)
    }

    fn audit_logs(&self, request: Request, address: IpAddr) -> ResponseFuture {
        Box::pin(passage(self.mock.clone(), request, address, Goal::AuditLogs))
    }

    fn routed(&self, request: Request) -> ResponseFuture {
        let answer = self.routes.clone().call(request);
        Box::pin(async { answer.await.unwrap_or_else(|never| match never {}) })
    }
}

fn is_plain(request: &Request) -> bool {
    request.method() == Method::GET && request.uri().path() == AUDIT_LOGS
}

/// Where a request came from, as its `ConnectInfo` has it; in-process there may be none.
pub(super) fn address(request: &Request) -> IpAddr {
    let peer = request.extensions().get::<ConnectInfo<SocketAddr>>();
    peer.map_or(IpAddr::V4(Ipv4Addr::LOCALHOST), |ConnectInfo(peer)| peer.ip())
}

impl<B> Service<http::Request<B>> for App
where
    B: HttpBody<Data = Bytes> + Send + 'static,
    B::Error: Into<BoxError>,
{
    type Response = Response;
    type Error = Infallible;
    type Future = Pin<Box<dyn Future<Output = Result<Response, Infallible>> + Send>>;

    fn poll_ready(&mut self, _: &mut Context<'_>) -> Poll<Result<(), Infallible>> {
        Poll::Ready(Ok(()))
    }

    fn call(&mut self, request: http::Request<B>) -> Self::Future {
        let request = request.map(Body::new);
        let answer = if is_plain(&request) {
            let address = address(&request);
            self.audit_logs(request, address)
        } else {
            self.routed(request)
        };
        Box::pin(async { Ok(answer.await) })
    }
}
