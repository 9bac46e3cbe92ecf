//! From a listener to answers: accepts connections, serves each, and stops without cutting a request off.

mod refusal;
mod stream;

use std::convert::Infallible;
use std::future::Future;
use std::io;
use std::net::SocketAddr;
use std::pin::pin;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use axum::body::Body;
use axum::extract::{ConnectInfo, Request};
use axum::response::Response;
use hyper::body::Incoming;
use hyper::server::conn::http1;
use hyper_util::rt::{TokioIo, TokioTimer};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::watch;
use tokio::task::JoinSet;
use tokio::time::timeout;
use tower::{Service, ServiceExt};

use crate::http::Abort;
use refusal::TellingStream;
use stream::ResettableStream;

/// How long requests in flight may take to finish once the server is asked to stop.
const GRACE: Duration = Duration::from_secs(8);
/// How long a client may take to send its request line and headers.
const HEADER_TIMEOUT: Duration = Duration::from_secs(30);
/// What hyper keeps of a request's head; above the limits that the service itself reports.
const HEAD_BUFFER: usize = 1024 * 1024;
/// More header fields than this are refused by hyper itself.
const MAX_HEADER_FIELDS: usize = 2000;

/// How long a client that has sent no request yet is listened to once the server is asked to stop.
const LAST_CALL: Duration = Duration::from_millis(100);

/// Serves until `shutdown` completes, then lets the requests in flight finish.
///
/// A request is in flight once its head has arrived whole. A connection that waits for its next request is closed; so
/// is one whose first request has not arrived a moment later.
///
/// # Errors
/// None today; a failed accept is logged and does not end the server.
pub async fn serve<S>(listener: TcpListener, app: S, shutdown: impl Future<Output = ()>) -> io::Result<()>
where
    S: Service<Request, Response = Response, Error = Infallible> + Clone + Send + Sync + 'static,
    S::Future: Send,
{
    let stop = watch::Sender::new(());
    let mut connections = JoinSet::new();
    let mut shutdown = pin!(shutdown);
    loop {
        tokio::select! {
            accepted = listener.accept() => match accepted {
                Ok((stream, peer)) => {
                    connections.spawn(connection(stream, peer, app.clone(), stop.subscribe()));
                }
                Err(error) => {
                    // Most often too many open files: nothing to do but let some close.
                    tracing::warn!("cannot accept a connection: {error}");
                    tokio::time::sleep(Duration::from_millis(50)).await;
                }
            },
            Some(_) = connections.join_next() => {}
            () = &mut shutdown => break,
        }
    }
    // Those that the system has accepted for us may have sent their request already.
    while let Ok(Ok((stream, peer))) = timeout(Duration::ZERO, listener.accept()).await {
        connections.spawn(connection(stream, peer, app.clone(), stop.subscribe()));
    }
    drop(listener);
    stop.send_replace(());
    let all_ended = async { while connections.join_next().await.is_some() {} };
    if timeout(GRACE, all_ended).await.is_err() {
        tracing::warn!("stopped with requests unfinished after {} s", GRACE.as_secs());
    }
    Ok(())
}

async fn connection<S>(stream: TcpStream, peer: SocketAddr, app: S, mut stop: watch::Receiver<()>)
where
    S: Service<Request, Response = Response, Error = Infallible> + Clone + Send + Sync + 'static,
    S::Future: Send,
{
    if let Err(error) = stream.set_nodelay(true) {
        tracing::debug!("cannot set TCP_NODELAY for {peer}: {error}");
    }
    let asked = AtomicBool::new(false);
    let (stream, reset) = ResettableStream::new(stream);
    let service = hyper::service::service_fn(|mut request: Request<Incoming>| {
        asked.store(true, Ordering::Relaxed);
        request.extensions_mut().insert(ConnectInfo(peer));
        let answer = app.clone().oneshot(request.map(Body::new));
        let reset = reset.clone();
        async move {
            let Ok(response) = answer.await;
            match response.extensions().get::<Abort>() {
                None => Ok(response),
                Some(abort) => {
                    reset.set(*abort == Abort::Reset);
                    Err(*abort)
                }
            }
        }
    });
    let mut connection = pin!(
        http1::Builder::new()
            .timer(TokioTimer::new())
            .header_read_timeout(HEADER_TIMEOUT)
            .max_buf_size(HEAD_BUFFER)
            .max_headers(MAX_HEADER_FIELDS)
            .serve_connection(TokioIo::new(TellingStream::new(stream, peer)), service)
    );
    let served = async {
        tokio::select! {
            // What has been read is dealt with before the news.
            biased;
            ended = connection.as_mut() => return ended,
            _ = stop.changed() => {}
        }
        if !asked.load(Ordering::Relaxed)
            && let Ok(ended) = timeout(LAST_CALL, connection.as_mut()).await
        {
            return ended;
        }
        connection.as_mut().graceful_shutdown();
        if asked.load(Ordering::Relaxed) { connection.await } else { Ok(()) }
    };
    if let Err(error) = served.await {
        tracing::debug!("connection of {peer} ended: {error}");
    }
}
