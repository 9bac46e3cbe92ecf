//! The service: [`App`] sends a `GET` of the audit logs straight to its handler and every other request to the router.
//!
//! axum's routing (lookup, boxed futures, extensions) costs about as many instructions as the operation itself, so the
//! request that clients send all the time skips it. Both ways pass the same functions of `middleware`, in the same order.

use std::convert::Infallible;
use std::future::ready;
use std::net::SocketAddr;
use std::pin::Pin;
use std::task::{Context, Poll};

use axum::body::{Body, Bytes, HttpBody};
use axum::extract::{ConnectInfo, Request};
use axum::http::{self, Method};
use axum::response::{IntoResponse, Redirect, Response};
use axum::{BoxError, Router};
use tower::Service;

use super::cors::{self, CorsHeaders};
use super::middleware::{admit_and_run, complete_response, identify_and_record};
use super::prefix::without_base_path;
use super::problem::Problem;
use super::target::Target;
use super::{audit_logs, site_guard};
use crate::app_state::AppState;
use crate::contract::AUDIT_LOGS;

/// The service of the mock server. Clones share its state.
#[derive(Debug, Clone)]
pub struct App {
    state: AppState,
    router: Router,
}

type ResponseFuture = Pin<Box<dyn Future<Output = Response> + Send>>;

impl App {
    pub(super) fn new(state: AppState, router: Router) -> Self {
        Self { state, router }
    }

    /// Responds to a request that came over the network from this address.
    pub fn respond(&self, mut request: Request, peer: SocketAddr) -> ResponseFuture {
        request.extensions_mut().insert(ConnectInfo(peer));
        match Target::of_request(&request) {
            Ok(Target::ThisServer) => self.dispatch(request),
            Ok(Target::Elsewhere(authority)) => {
                self.refuse(request, Problem::NotAProxy { host: authority.host().to_owned() })
            }
            Err(error) => self.refuse(request, Problem::BadHost(error)),
        }
    }

    /// Responds with a problem, and records the request in the journal, whatever its path.
    fn refuse(&self, request: Request, problem: Problem) -> ResponseFuture {
        self.respond_without_admission(request, problem.into_response())
    }

    /// Responds, and records the request in the journal; it needs no key and counts for no rate limit.
    fn respond_without_admission(&self, request: Request, response: Response) -> ResponseFuture {
        let state = self.state.clone();
        Box::pin(async move { identify_and_record(&state, request, |_, _, _| ready(response)).await })
    }

    fn dispatch(&self, mut request: Request) -> ResponseFuture {
        let base_path = self.state.base_path();
        if !base_path.as_str().is_empty() {
            match without_base_path(request.uri(), base_path) {
                Some(uri) => *request.uri_mut() = uri,
                None if request.uri().path() == base_path.as_str() => return redirect_to_page(request),
                None => {
                    let base_path = base_path.as_str().to_owned();
                    return self.refuse(request, Problem::OutsideBasePath { base_path });
                }
            }
        }
        if request.uri().path().starts_with("/api/") { self.dispatch_api(request) } else { self.route(request) }
    }

    /// Responds to a request to the API: to the preflight of a browser, with a refusal of a web page, or with what is there.
    fn dispatch_api(&self, request: Request) -> ResponseFuture {
        let state = &self.state;
        let cors_headers = CorsHeaders::for_request(state, request.headers());
        let response = if cors::is_preflight(&request) {
            let response = cors::respond_to_preflight(state, &request);
            self.respond_without_admission(request, response)
        } else if state.guards_api()
            && let Err(problem) = site_guard::check_api(state, request.headers())
        {
            self.refuse(request, problem)
        } else if is_audit_logs_get(&request) {
            Box::pin(get_audit_logs(state.clone(), request))
        } else {
            self.route(request)
        };
        let Some(cors_headers) = cors_headers else { return response };
        Box::pin(async {
            let mut response = response.await;
            cors_headers.add_to(response.headers_mut());
            response
        })
    }

    fn route(&self, request: Request) -> ResponseFuture {
        let response = self.router.clone().call(request);
        Box::pin(async { response.await.unwrap_or_else(|never| match never {}) })
    }
}

/// Redirects from the base path to the page, whose address ends in a slash: its links are relative. So is the redirect, in case
/// a proxy takes a prefix off.
fn redirect_to_page(request: Request) -> ResponseFuture {
    let name = request.uri().path().rsplit('/').next().unwrap_or_default();
    let query = request.uri().query().map(|query| format!("?{query}")).unwrap_or_default();
    let response = Redirect::permanent(&format!("{name}/{query}")).into_response();
    Box::pin(complete_response(request, |_, _| ready(response)))
}

/// Whether a request is `GET` of exactly this path, without a trailing slash; the query does not matter.
fn is_audit_logs_get(request: &Request) -> bool {
    request.method() == Method::GET && request.uri().path() == AUDIT_LOGS
}

/// `GET /api/v1/audit-logs` without the router.
async fn get_audit_logs(state: AppState, request: Request) -> Response {
    let next = |request, context, record| {
        admit_and_run(request, context, record, |_, admitted| audit_logs::respond(&state, admitted))
    };
    identify_and_record(&state, request, next).await
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
        let response = self.dispatch(request.map(Body::new));
        Box::pin(async { Ok(response.await) })
    }
}
