//! The measure: an axum server with one route and one ready-made body, which does nothing else.
//!
//! It is served by hyper on the runtime that the stand-in has too, and lives in a process of its own, so that its time
//! and memory can be told from those of whoever asks.

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

/// With this argument and a length a bench is the bare server.
pub const FLAG: &str = "--bare";

/// Serves a body of so many bytes.
pub fn serve(length: &str) -> Result<()> {
    let body = Bytes::from(vec![b'x'; length.parse()?]);
    let app = Router::new().route(PATH, get(|| async move { ([(CONTENT_TYPE, "application/json")], body) }));
    serve_router(&app, "0")
}

/// Serves as `axum::serve` does, until killed; says where in the line that the stand-in prints with `--log json`.
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
