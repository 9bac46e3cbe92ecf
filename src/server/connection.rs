//! One connection, from its first byte to its last.

use std::io;
use std::net::SocketAddr;
use std::pin::pin;
use std::sync::Arc;
use std::time::Duration;

use axum::extract::Request;
use axum::http::{HeaderValue, Version, header};
use axum::response::Response;
use hyper::body::{Body as _, Incoming};
use hyper_util::rt::{TokioExecutor, TokioIo};
use hyper_util::server::conn::auto;
use tokio::net::TcpStream;
use tokio::sync::watch;
use tokio::time::{Instant, sleep_until, timeout_at};

use super::limits::{
    self, ENDING_TIMEOUT, IDLE_TIMEOUT, IDLE_TIMEOUT_WHEN_FULL, KEEP_ALIVE, KEEP_ALIVE_HINT, OPENING_TIMEOUT,
    OPENING_TIMEOUT_WHEN_FULL, UNREAD_TIMEOUT,
};
use super::request_body::discard_unread_body;
use super::stats::{ConnectionStats, OpenRequest, ResponseBody, Waiting};
use super::stream::{HttpStream, Transport};
use super::tls::Tls;
use crate::http::ConnectionFault;

type Error = Box<dyn std::error::Error + Send + Sync>;

/// Serves connections; each has a clone.
#[derive(Clone)]
pub struct ConnectionHandler<R> {
    respond: R,
    tls: Option<Tls>,
    protocol: auto::Builder<TokioExecutor>,
}

/// What the server tells its connections.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ServerSignal {
    Running,
    /// There is no file descriptor for another connection.
    Full,
    Stopping,
}

impl ServerSignal {
    /// How long a connection may wait; `None` if it waits for the server itself.
    fn timeout(self, waiting: Waiting) -> Option<Duration> {
        match (waiting, self) {
            (Waiting::FirstRequest, Self::Running) => Some(OPENING_TIMEOUT),
            (Waiting::FirstRequest, Self::Full) => Some(OPENING_TIMEOUT_WHEN_FULL),
            (Waiting::NextRequest, Self::Running) => Some(IDLE_TIMEOUT),
            (Waiting::NextRequest, Self::Full) => Some(IDLE_TIMEOUT_WHEN_FULL),
            (Waiting::FirstRequest, Self::Stopping) => Some(ENDING_TIMEOUT),
            // The shutdown, which is GOAWAY over HTTP/2, comes between.
            (Waiting::NextRequest, Self::Stopping) => Some(2 * ENDING_TIMEOUT),
            (Waiting::Reading, Self::Running | Self::Full | Self::Stopping) => Some(UNREAD_TIMEOUT),
            (Waiting::Response, Self::Running | Self::Full | Self::Stopping) => None,
        }
    }

    /// The shortest of these: after it the connection may wait for something else, and be beyond its limit.
    fn check_interval(self) -> Duration {
        match self {
            Self::Running => UNREAD_TIMEOUT,
            Self::Full => OPENING_TIMEOUT_WHEN_FULL,
            Self::Stopping => ENDING_TIMEOUT,
        }
    }
}

impl<R, F> ConnectionHandler<R>
where
    R: Fn(Request, SocketAddr) -> F + Clone + Send + Sync + 'static,
    F: Future<Output = Response> + Send + 'static,
{
    pub fn new(respond: R, tls: Option<Tls>) -> Self {
        Self { respond, tls, protocol: limits::protocol() }
    }

    /// Serves a connection until either side ends it.
    pub async fn serve(self, tcp: TcpStream, peer: SocketAddr, mut signals: watch::Receiver<ServerSignal>) {
        let opened_at = Instant::now();
        if let Err(error) = tcp.set_nodelay(true) {
            tracing::debug!("cannot set TCP_NODELAY for {peer}: {error}");
        }
        let opened = tokio::select! {
            // Bytes that have arrived are handled before a signal.
            biased;
            opened = self.open(tcp, peer) => opened,
            () = opening_deadline(&mut signals, opened_at) => return,
        };
        let is_tls = self.tls.is_some();
        let served = match opened {
            Ok(Some(transport)) => self.serve_http(transport, peer, signals, opened_at).await,
            Ok(None) => Ok(()),
            Err(error) => Err(error.into()),
        };
        match served {
            Err(error) if error.downcast_ref().is_some_and(hyper::Error::is_parse) => {
                let hint = " If its URL starts with https://, start the server with --tls-self-signed, or use http://.";
                let hint = if is_tls { "" } else { hint };
                tracing::info!("{peer} sent bytes that are not a valid HTTP request ({error}).{hint}");
            }
            Err(error) => tracing::debug!("connection of {peer} ended: {error}"),
            Ok(()) => {}
        }
    }

    /// Waits for the first byte, and does the TLS handshake; `None` if there is nothing to serve.
    async fn open(&self, tcp: TcpStream, peer: SocketAddr) -> io::Result<Option<Box<dyn Transport>>> {
        let mut first = [0];
        if tcp.peek(&mut first).await? == 0 {
            return Ok(None);
        }
        Ok(match &self.tls {
            Some(tls) => tls.accept(tcp, first[0], peer).await?.map(|stream| Box::new(stream) as _),
            None => Some(Box::new(tcp)),
        })
    }

    /// Serves HTTP/2 if the client begins with its preface, else HTTP/1.
    async fn serve_http(
        self,
        transport: Box<dyn Transport>,
        peer: SocketAddr,
        mut signals: watch::Receiver<ServerSignal>,
        opened_at: Instant,
    ) -> Result<(), Error> {
        let stats = Arc::new(ConnectionStats::new(opened_at));
        let service = hyper::service::service_fn({
            let stats = Arc::clone(&stats);
            let respond = self.respond;
            move |request: Request<Incoming>| {
                let stats = Arc::clone(&stats);
                let open = OpenRequest::new(Arc::clone(&stats));
                let is_persistent = is_persistent(&request);
                let response = respond(normalize(request), peer);
                async move {
                    let mut response = response.await;
                    if let Some(&fault) = response.extensions().get::<ConnectionFault>() {
                        match fault {
                            ConnectionFault::Reset => stats.reset(),
                            ConnectionFault::Empty => stats.abort(),
                        }
                        return Err(fault);
                    }
                    if is_persistent {
                        // Without `Connection: keep-alive`, beside which hyper might write `Connection: close`.
                        response.headers_mut().insert(KEEP_ALIVE, KEEP_ALIVE_HINT);
                    }
                    Ok(response.map(|body| ResponseBody::new(body, open)))
                }
            }
        });
        let stream = HttpStream::new(transport, Arc::clone(&stats));
        let mut connection = pin!(self.protocol.serve_connection(TokioIo::new(stream), service));

        let mut ending_since = None;
        loop {
            let now = Instant::now();
            let signal = match *signals.borrow_and_update() {
                ServerSignal::Running | ServerSignal::Full if ending_since.is_some() => ServerSignal::Stopping,
                signal => signal,
            };
            if signal == ServerSignal::Stopping {
                ending_since.get_or_insert(now);
            }
            let (waiting, since) = stats.waiting();
            let since = ending_since.map_or(since, |ending_since| since.max(ending_since));
            let deadline = signal.timeout(waiting).map(|timeout| since + timeout);
            if deadline.is_some_and(|deadline| deadline <= now) {
                match (waiting, signal) {
                    (Waiting::Reading, _) => return Err("the client reads nothing of a response".into()),
                    (Waiting::FirstRequest, ServerSignal::Running | ServerSignal::Full) => return Ok(()),
                    (Waiting::NextRequest, ServerSignal::Running | ServerSignal::Full) => {
                        ending_since = Some(now);
                        continue;
                    }
                    // Over HTTP/2, hyper's own graceful shutdown would wait for the client to answer a ping.
                    (Waiting::FirstRequest | Waiting::NextRequest, ServerSignal::Stopping) => stats.end_input(),
                    (Waiting::Response, _) => {}
                }
            }
            // An idle connection of HTTP/1 is closed by this at once, and a request may have arrived that is not read yet.
            let is_idle = matches!(waiting, Waiting::FirstRequest | Waiting::NextRequest);
            if ending_since.is_some_and(|ending_since| !is_idle || ending_since + ENDING_TIMEOUT <= now) {
                connection.as_mut().graceful_shutdown();
            }
            let next_check = now + signal.check_interval();
            let wake_at = deadline.filter(|deadline| *deadline > now).map_or(next_check, |at| at.min(next_check));
            tokio::select! {
                // Bytes that have arrived are handled before a signal.
                biased;
                ended = connection.as_mut() => return ended,
                () = stats.aborted() => return Ok(()),
                Ok(()) = signals.changed() => {}
                () = sleep_until(wake_at) => {}
            }
        }
    }
}

/// Completes when a connection whose first byte has not arrived is to be closed.
async fn opening_deadline(signals: &mut watch::Receiver<ServerSignal>, opened_at: Instant) {
    loop {
        let signal = *signals.borrow_and_update();
        let since = if signal == ServerSignal::Stopping { Instant::now() } else { opened_at };
        let Some(timeout) = signal.timeout(Waiting::FirstRequest) else { return };
        if timeout_at(since + timeout, signals.changed()).await.is_err() {
            return;
        }
    }
}

/// Whether the connection stays open after the response, as far as the request decides. With a body it is uncertain: a body that
/// the app does not read must end in time.
fn is_persistent(request: &Request<Incoming>) -> bool {
    let has_close = |value: &HeaderValue| {
        value.to_str().is_ok_and(|options| options.split(',').any(|option| option.trim().eq_ignore_ascii_case("close")))
    };
    request.version() == Version::HTTP_11
        && request.body().is_end_stream()
        && !request.headers().get_all(header::CONNECTION).iter().any(has_close)
}

/// The request as HTTP/1 has it, with `Host` from the `:authority` of HTTP/2 (RFC 9113, section 8.3.1).
fn normalize(mut request: Request<Incoming>) -> Request {
    if request.version() == Version::HTTP_2
        && let Some(host) = request.uri().authority().and_then(|host| HeaderValue::from_str(host.as_str()).ok())
    {
        request.headers_mut().entry(header::HOST).or_insert(host);
    }
    discard_unread_body(request)
}
