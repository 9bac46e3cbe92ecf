//! One connection, from its first byte to its last.

use std::io;
use std::net::SocketAddr;
use std::pin::pin;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Instant;

use axum::body::Body;
use axum::extract::Request;
use axum::http::{HeaderValue, Version, header};
use axum::response::Response;
use hyper::body::{Body as _, Incoming};
use hyper_util::rt::{TokioExecutor, TokioIo};
use hyper_util::server::conn::auto;
use tokio::net::TcpStream;
use tokio::sync::{Notify, watch};
use tokio::time::timeout;

use super::limits::{self, FIRST_WORD, IDLE, LAST_CALL, OPENING};
use super::refusal::TellingStream;
use super::stream::{ResetSwitch, ResettableStream};
use super::tls::{Opened, Tls};
use crate::http::ConnectionFault;

/// What every connection of a server shares.
#[derive(Clone)]
pub struct Hosting<A> {
    answer: A,
    tls: Option<Tls>,
    protocol: auto::Builder<TokioExecutor>,
}

/// What connections are told while they last.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum News {
    None,
    /// There is no room for another connection.
    Full,
    /// The server stops.
    Stopping,
}

/// What the requests of a connection tell it.
#[derive(Default)]
struct Asked {
    /// How many there were.
    requests: AtomicU64,
    /// One is answered by the end of the connection.
    abort: Notify,
}

/// The next that is told; that the server stops is told again and again.
async fn heard(news: &mut watch::Receiver<News>) -> News {
    if *news.borrow() != News::Stopping {
        // The sender is gone only when the server is.
        let _ = news.changed().await;
    }
    *news.borrow_and_update()
}

/// Completes when a client that asks nothing has been listened to for long enough.
async fn given_up(news: &mut watch::Receiver<News>, since: Instant) {
    loop {
        match heard(news).await {
            News::Stopping => return tokio::time::sleep(LAST_CALL).await,
            News::Full if since.elapsed() >= FIRST_WORD => return,
            News::Full | News::None => {}
        }
    }
}

impl<A, F> Hosting<A>
where
    A: Fn(Request, SocketAddr) -> F + Clone + Send + Sync + 'static,
    F: Future<Output = Response> + Send + 'static,
{
    pub fn new(answer: A, tls: Option<Tls>) -> Self {
        Self { answer, tls, protocol: limits::protocol() }
    }

    /// Answers what comes over a connection until either side ends it.
    pub async fn serve(self, stream: TcpStream, peer: SocketAddr, mut news: watch::Receiver<News>) {
        let since = Instant::now();
        if let Err(error) = stream.set_nodelay(true) {
            tracing::debug!("cannot set TCP_NODELAY for {peer}: {error}");
        }
        let opened = tokio::select! {
            // What has been read is dealt with before the news.
            biased;
            opened = timeout(OPENING, self.open(stream, peer)) => opened,
            () = given_up(&mut news, since) => return,
        };
        let served = match opened {
            Ok(Ok(Some((opened, reset)))) => self.converse(opened, reset, peer, news, since).await,
            Ok(Ok(None)) => Ok(()),
            Ok(Err(error)) => Err(error.into()),
            Err(_) => Err("nothing was asked".into()),
        };
        if let Err(error) = served {
            tracing::debug!("connection of {peer} ended: {error}");
        }
    }

    /// Finds out what is spoken; `None` has been told that it is the wrong thing, or has gone without a word.
    async fn open(&self, stream: TcpStream, peer: SocketAddr) -> io::Result<Option<(Opened, ResetSwitch)>> {
        let mut first = [0; 3];
        let length = stream.peek(&mut first).await?;
        if length == 0 {
            return Ok(None);
        }
        let (stream, reset) = ResettableStream::new(stream);
        let opened = match &self.tls {
            Some(tls) => tls.accept(stream, first[0], peer).await?,
            None => Some(Opened::clear(stream, &first[..length])),
        };
        Ok(opened.map(|opened| (opened, reset)))
    }

    async fn converse(
        self,
        opened: Opened,
        reset: ResetSwitch,
        peer: SocketAddr,
        mut news: watch::Receiver<News>,
        since: Instant,
    ) -> Result<(), Box<dyn std::error::Error + Send + Sync>> {
        let asked = Arc::new(Asked::default());
        let service = hyper::service::service_fn({
            let asked = asked.clone();
            let answer = self.answer;
            move |request: Request<Incoming>| {
                asked.requests.fetch_add(1, Ordering::Relaxed);
                let answer = answer(known(request), peer);
                let (asked, reset) = (asked.clone(), reset.clone());
                async move {
                    let response = answer.await;
                    match response.extensions().get::<ConnectionFault>() {
                        None => Ok(response),
                        Some(abort) => {
                            reset.set(*abort == ConnectionFault::Reset);
                            asked.abort.notify_one();
                            Err(*abort)
                        }
                    }
                }
            }
        });
        let protocol = if opened.http2 { self.protocol.http2_only() } else { self.protocol.http1_only() };
        let stream = TellingStream::new(opened.stream, peer, !opened.http2);
        let mut connection = pin!(protocol.serve_connection(TokioIo::new(stream), service));
        let requests = || asked.requests.load(Ordering::Relaxed);

        let mut seen = 0;
        loop {
            tokio::select! {
                // What has been read is dealt with before the news.
                biased;
                ended = connection.as_mut() => return ended,
                told = heard(&mut news) => match told {
                    News::Stopping => break,
                    News::Full if requests() == 0 && since.elapsed() >= FIRST_WORD => return Ok(()),
                    News::Full | News::None => {}
                },
                // hyper ends HTTP/1 by itself, and has a limit of its own for its idling.
                () = asked.abort.notified(), if opened.http2 => return Ok(()),
                () = tokio::time::sleep(IDLE), if opened.http2 => {
                    if requests() == seen {
                        break;
                    }
                    seen = requests();
                }
            }
        }
        if requests() == 0
            && let Ok(ended) = timeout(LAST_CALL, connection.as_mut()).await
        {
            return ended;
        }
        connection.as_mut().graceful_shutdown();
        if requests() > 0 { connection.await } else { Ok(()) }
    }
}

/// A request in the words of HTTP/1, whichever version it came in.
fn known(mut request: Request<Incoming>) -> Request {
    if request.version() == Version::HTTP_2
        && let Some(host) = request.uri().authority().and_then(|host| HeaderValue::from_str(host.as_str()).ok())
    {
        // RFC 9113, section 8.3.1: what HTTP/1 has in `Host`.
        request.headers_mut().entry(header::HOST).or_insert(host);
    }
    // Most have none, and an empty one takes no memory.
    request.map(|body| if body.is_end_stream() { Body::empty() } else { Body::new(body) })
}
