//! The server: accepts connections, serves each, and stops without cutting a response off.

mod certificate;
mod connection;
mod limits;
mod request_body;
mod stats;
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

use connection::{ConnectionHandler, ServerSignal};

pub use tls::{Tls, TlsError};

/// How long requests in progress may usually take to finish once the server is to stop.
pub(crate) const STOP_TIMEOUT: Duration = Duration::from_secs(8);
/// Between two attempts to accept a connection when the first has failed.
const ACCEPT_RETRY_DELAY: Duration = Duration::from_millis(50);

/// Serves until `shutdown` completes, then lets the requests in progress finish, for as long as its output says. With `tls`
/// only over TLS; HTTP/1.1 and HTTP/2 either way (RFC 9112, RFC 9113). `respond` is called with each request and the address
/// of its client.
///
/// A request is in progress once its head has arrived whole. A connection that waits for a request is closed a moment
/// later.
///
/// # Errors
/// None today; a failed accept is logged and does not end the server.
#[doc(hidden)]
pub async fn serve<R, F>(
    listener: TcpListener,
    tls: Option<Tls>,
    respond: R,
    shutdown: impl Future<Output = Duration>,
) -> io::Result<()>
where
    R: Fn(Request, SocketAddr) -> F + Clone + Send + Sync + 'static,
    F: Future<Output = Response> + Send + 'static,
{
    let signals = watch::Sender::new(ServerSignal::Running);
    let handler = ConnectionHandler::new(respond, tls);
    let mut connections = JoinSet::new();
    let mut shutdown = pin!(shutdown);
    let set_signal = |signal| signals.send_if_modified(|current| std::mem::replace(current, signal) != signal);
    let stop_timeout = loop {
        tokio::select! {
            accepted = listener.accept() => match accepted {
                Ok((tcp, peer)) => {
                    set_signal(ServerSignal::Running);
                    connections.spawn(handler.clone().serve(tcp, peer, signals.subscribe()));
                }
                Err(error) => {
                    // Mostly too many open files.
                    if set_signal(ServerSignal::Full) {
                        tracing::warn!("cannot accept a connection: {error}; connections without a request are closed");
                    }
                    tokio::time::sleep(ACCEPT_RETRY_DELAY).await;
                }
            },
            Some(_) = connections.join_next() => {}
            stop_timeout = &mut shutdown => break stop_timeout,
        }
    };
    // The system has accepted these already, and they may have sent their request.
    while let Ok(Ok((tcp, peer))) = timeout(Duration::ZERO, listener.accept()).await {
        connections.spawn(handler.clone().serve(tcp, peer, signals.subscribe()));
    }
    drop(listener);
    set_signal(ServerSignal::Stopping);
    let all_ended = async { while connections.join_next().await.is_some() {} };
    if timeout(stop_timeout, all_ended).await.is_err() {
        tracing::warn!("stopped with requests unfinished after {} s", stop_timeout.as_secs());
    }
    Ok(())
}
