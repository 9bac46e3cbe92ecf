//! The reference: an axum server with one route and one constant body.
//!
//! It uses hyper and tokio as the mock does, and runs in a process of its own, so that its CPU time and memory are apart
//! from those of the client.

use axum::Router;
use axum::body::Bytes;
use axum::http::header::CONTENT_TYPE;
use axum::routing::get;
use hyper::server::conn::http1;
use hyper::service::service_fn;
use hyper_util::rt::TokioIo;
use tokio::net::TcpListener;
use tower::ServiceExt;

use super::{PATH, Result};

/// The argument, followed by a body length, that makes a bench run as the bare server.
pub const FLAG: &str = "--bare";

/// Serves a body of this length.
pub fn serve(length: &str) -> Result<()> {
    let body = Bytes::from(vec![b'x'; length.parse()?]);
    let app = Router::new().route(PATH, get(|| async move { ([(CONTENT_TYPE, "application/json")], body) }));
    serve_router(&app, "0")
}

/// Serves as `axum::serve` does, until killed; prints its URL in the line that the mock prints with `--log json`.
pub fn serve_router(app: &Router, port: &str) -> Result<()> {
    tokio::runtime::Builder::new_multi_thread().enable_all().build()?.block_on(async {
        let listener = TcpListener::bind(format!("127.0.0.1:{port}")).await?;
        println!("{{\"event\":\"listening\",\"url\":\"http://{}\"}}", listener.local_addr()?);
        loop {
            let (stream, _) = listener.accept().await?;
            let app = app.clone();
            let service = service_fn(move |request| app.clone().oneshot(request));
            tokio::spawn(http1::Builder::new().serve_connection(TokioIo::new(stream), service));
        }
    })
}
