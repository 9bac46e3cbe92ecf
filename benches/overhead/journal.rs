//! The CPU time of a journal record, compared with a request over a socket.
//!
//! There is no server without a journal to compare with. So half of the rounds record each request twice: the difference is
//! the cost of a record, with the processor's caches as a request leaves them. The rounds alternate, so that other work on
//! the machine affects both.

use std::fs;
use std::net::Ipv4Addr;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread;
use std::time::{Duration, Instant};

use cortex_audit_mock::contract::Timestamp;
use cortex_audit_mock::internal::{AppState, http};
use cortex_audit_mock::world::{Journal, JournalRecord, RecordedHeader, RequestHead, RequestOutcome};
use cortex_audit_mock::{Config, RateLimit, server};
use rustix::thread::gettid;
use tokio::net::TcpListener;

use crate::Result;
use crate::client::{self, Client};
use crate::quantile::quantile;

/// The largest ratio of a request to one without the journal.
const MAX_RATIO: f64 = 1.05;
/// Measurements before the ratio counts as above the limit.
const ATTEMPTS: usize = 3;
/// Keep-alive connections, which are never idle.
const CONNECTIONS: u32 = 8;
/// The kernel updates the CPU time of a thread when it goes to sleep: time for the thread to do so.
const SETTLE_TIME: Duration = Duration::from_millis(5);

/// Prints the ratio, and returns whether it is within the limit.
pub fn is_within_limit(query: &'static str, judged: bool) -> Result<bool> {
    let (rounds, each) = if judged { (41, 250) } else { (1, 2) };
    let mut load = Load::new(query)?;
    load.send(each)?;
    for _ in 0..if judged { ATTEMPTS } else { 1 } {
        let (mut requests, mut records) = (Vec::new(), Vec::new());
        for _ in 0..rounds {
            let (once, twice) = (load.cpu(each, Records::One)?, load.cpu(each, Records::Two)?);
            requests.push(once);
            records.push(twice - once);
        }
        let (request, record) = (quantile(&requests, 0.5), quantile(&records, 0.5));
        let ratio = request / (request - record);
        println!(
            "{query} over a socket: a request {request:.2} µs of CPU, of which the journal {record:.3} µs: \
             ratio {ratio:.3} (at most {MAX_RATIO})"
        );
        if ratio <= MAX_RATIO {
            return Ok(true);
        }
    }
    Ok(false)
}

/// Records per request.
#[derive(Clone, Copy)]
enum Records {
    One,
    Two,
}

/// A server in a thread of this process, and the connections to it.
struct Load {
    /// The file in `/proc` with the CPU time of its thread.
    schedstat: String,
    record_twice: Arc<AtomicBool>,
    request: Vec<u8>,
    clients: Vec<Client>,
}

impl Load {
    fn new(query: &'static str) -> Result<Self> {
        let mock = AppState::load(&Config { rate_limit: RateLimit::Off, ..Config::default() })?;
        let record_twice = Arc::new(AtomicBool::new(false));
        let (second, twice) = (Arc::new(Journal::default()), Arc::clone(&record_twice));
        let app = http::app(mock);
        let app = move |request, peer| {
            let (response, second, twice) = (app.respond(request, peer), Arc::clone(&second), Arc::clone(&twice));
            async move {
                let started = Instant::now();
                let response = response.await;
                if twice.load(Ordering::Relaxed) {
                    second.add(record(query, started));
                }
                response
            }
        };
        let listener = std::net::TcpListener::bind("127.0.0.1:0")?;
        listener.set_nonblocking(true)?;
        let address = listener.local_addr()?.to_string();
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
        let (id_sender, id_receiver) = std::sync::mpsc::channel();
        // The thread ends with the process.
        thread::spawn(move || {
            let _ = id_sender.send(gettid());
            runtime.block_on(async {
                let listener = TcpListener::from_std(listener).expect("a listening socket of this process");
                server::serve(listener, None, app, std::future::pending()).await
            })
        });
        let request = client::get(&address, &format!("/api/v1/audit-logs?{query}"), "mock-admin");
        let mut clients = (0..CONNECTIONS).map(|_| Client::connect(&address)).collect::<Result<Vec<_>>>()?;
        for client in &mut clients {
            client.request(&request)?;
        }
        Ok(Self {
            schedstat: format!("/proc/self/task/{}/schedstat", id_receiver.recv()?.as_raw_nonzero()),
            record_twice,
            request,
            clients,
        })
    }

    /// The average CPU time of a request in microseconds, recording each once or twice.
    fn cpu(&mut self, each: u32, records: Records) -> Result<f64> {
        self.record_twice.store(matches!(records, Records::Two), Ordering::Relaxed);
        thread::sleep(SETTLE_TIME);
        let before = self.cpu_time()?;
        self.send(each)?;
        thread::sleep(SETTLE_TIME);
        let spent = self.cpu_time()?.saturating_sub(before);
        Ok(spent.as_secs_f64() * 1e6 / f64::from(each * CONNECTIONS))
    }

    /// Sends `each` requests over each connection.
    fn send(&mut self, each: u32) -> Result<()> {
        for round in 0..=each {
            for client in &mut self.clients {
                if round > 0 {
                    client.receive()?;
                }
                if round < each {
                    client.send(&self.request)?;
                }
            }
        }
        Ok(())
    }

    /// The CPU time of the server's thread, from Linux's `schedstat` in nanoseconds.
    fn cpu_time(&self) -> Result<Duration> {
        let text = fs::read_to_string(&self.schedstat).map_err(|error| format!("{}: {error}", self.schedstat))?;
        Ok(Duration::from_nanos(text.split(' ').next().unwrap_or_default().parse()?))
    }
}

/// A record of a request with the headers that most clients send.
fn record(query: &str, started: Instant) -> JournalRecord {
    let mut head = RequestHead::new(Ipv4Addr::LOCALHOST.into(), "HTTP/1.1");
    head.add(RecordedHeader::UserAgent, "python-requests/2.32.5");
    head.add(RecordedHeader::Accept, "*/*");
    head.add(RecordedHeader::AcceptEncoding, "gzip, deflate");
    JournalRecord {
        id: uuid::Uuid::from_u128(7),
        time: Timestamp::EPOCH,
        method: "GET".into(),
        path: "/api/v1/audit-logs".into(),
        query: query.into(),
        query_truncated: false,
        head: Box::new(head),
        key: None,
        outcome: RequestOutcome::Status(200),
        duration: started.elapsed(),
        details: None,
        response_bytes: Some(1000),
        from_ui: false,
    }
}
