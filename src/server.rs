//! From a listener to answers: accepts connections, serves each, and stops without cutting a request off.

mod connection;
mod limits;
mod refusal;
mod stream;
mod tls;

use std::future::Future;
use std::io;
use std::net::SocketAddr;
use std::pin::pin;
use std::time::Duration;

use axum::extract::Request;
use axum::response::Response;
use tokio::net::TcpListener;
use tokio::sync::watch;
use tokio::task::JoinSet;
use tokio::time::timeout;

use connection::{Hosting, News};

pub use tls::{Tls, TlsError};

/// How long requests in flight may take to finish once the server is asked to stop.
const GRACE: Duration = Duration::from_secs(8);
/// Between two attempts to accept a connection when the first has failed.
const BEFORE_THE_NEXT: Duration = Duration::from_millis(50);

/// Serves until `shutdown` completes, then lets the requests in flight finish. With `tls` only over TLS; HTTP/1.1 and
/// HTTP/2 either way (RFC 9112, RFC 9113). `answer` is given each request and the address that it came from.
///
/// A request is in flight once its head has arrived whole. A connection that waits for its next request is closed; so
/// is one whose first request has not arrived a moment later.
///
/// # Errors
/// None today; a failed accept is logged and does not end the server.
#[doc(hidden)]
pub async fn serve<A, F>(
    listener: TcpListener,
    tls: Option<Tls>,
    answer: A,
    shutdown: impl Future<Output = ()>,
) -> io::Result<()>
where
    A: Fn(Request, SocketAddr) -> F + Clone + Send + Sync + 'static,
    F: Future<Output = Response> + Send + 'static,
{
    let news = watch::Sender::new(News::None);
    let hosting = Hosting::new(answer, tls);
    let mut connections = JoinSet::new();
    let mut full = false;
    let mut shutdown = pin!(shutdown);
    loop {
        tokio::select! {
            accepted = listener.accept() => match accepted {
                Ok((stream, peer)) => {
                    full = false;
                    connections.spawn(hosting.clone().serve(stream, peer, news.subscribe()));
                }
                Err(error) => {
                    // Most often too many open files: whoever has one and asks nothing gives it up. Told once.
                    if !full {
                        tracing::warn!("cannot accept a connection: {error}; those that ask nothing are closed");
                    }
                    full = true;
                    news.send_replace(News::Full);
                    tokio::time::sleep(BEFORE_THE_NEXT).await;
                }
            },
            Some(_) = connections.join_next() => {}
            () = &mut shutdown => break,
        }
    }
    // Those that the system has accepted for us may have sent their request already.
    while let Ok(Ok((stream, peer))) = timeout(Duration::ZERO, listener.accept()).await {
        connections.spawn(hosting.clone().serve(stream, peer, news.subscribe()));
    }
    drop(listener);
    news.send_replace(News::Stopping);
    let all_ended = async { while connections.join_next().await.is_some() {} };
    if timeout(GRACE, all_ended).await.is_err() {
        tracing::warn!("stopped with requests unfinished after {} s", GRACE.as_secs());
    }
    Ok(())
}
