//! What the journal costs a request that comes over a socket, as every request of a client does.
//!
//! There is no server without a journal to compare with. So each request of some is recorded once more: what that adds is
//! what a record costs, at its place among everything else that a request does and finds in the processor's caches.
//! It is the same server over the same connections, with and without in turn, so whatever else the machine does meets both.

use std::fs;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread;
use std::time::{Duration, Instant};

use cortex_audit_mock::internal::{AppState, http};
use cortex_audit_mock::world::Journal;
use cortex_audit_mock::{Config, RateLimit, server};
use rustix::thread::gettid;
use tokio::net::TcpListener;

use crate::client::{self, Client};
use crate::quantile::quantile;
use crate::{Result, record};

/// What a request may cost with the journal, in multiples of one without.
const LIMIT: f64 = 1.05;
/// How often it is measured before it counts as above: a journal that is really too slow is so each time.
const ATTEMPTS: usize = 3;
/// Keep-alive connections, none of them ever idle.
const CONNECTIONS: u32 = 8;
/// The kernel adds up the time of a thread when it goes to sleep; it has gone by then.
const SETTLING: Duration = Duration::from_millis(5);

/// Whether a request costs at most [`LIMIT`] times as much CPU time with the journal as without.
pub fn costs(query: &'static str, judged: bool) -> Result<bool> {
    let (rounds, each) = if judged { (41, 250) } else { (1, 2) };
    let mut load = Load::new(query)?;
    load.ask(each)?;
    for _ in 0..if judged { ATTEMPTS } else { 1 } {
        let (mut requests, mut records) = (Vec::new(), Vec::new());
        for _ in 0..rounds {
            let (once, twice) = (load.cpu(each, false)?, load.cpu(each, true)?);
            requests.push(once);
            records.push(twice - once);
        }
        let (request, record) = (quantile(&requests, 0.5), quantile(&records, 0.5));
        let ratio = request / (request - record);
        println!(
            "{query} over a socket: a request {request:.2} µs of CPU, of which the journal {record:.3} µs: \
             ratio {ratio:.3} (at most {LIMIT})"
        );
        if ratio <= LIMIT {
            return Ok(true);
        }
    }
    Ok(false)
}

/// A server with a thread of its own, and the connections to it.
struct Load {
    /// Where the system tells how much of a processor its thread has had.
    times: String,
    twice: Arc<AtomicBool>,
    request: Vec<u8>,
    clients: Vec<Client>,
}

impl Load {
    fn new(query: &'static str) -> Result<Self> {
        let mock = AppState::load(&Config { rate_limit: RateLimit::Off, ..Config::default() })?;
        let twice = Arc::new(AtomicBool::new(false));
        let (kept, again) = (Arc::new(Journal::default()), Arc::clone(&twice));
        let app = http::app(mock);
        let app = move |request, peer| {
            let (answer, kept, again) = (app.respond(request, peer), Arc::clone(&kept), Arc::clone(&again));
            async move {
                let arrived = Instant::now();
                let response = answer.await;
                if again.load(Ordering::Relaxed) {
                    kept.add(record(query, arrived));
                }
                response
            }
        };
        let listener = std::net::TcpListener::bind("127.0.0.1:0")?;
        listener.set_nonblocking(true)?;
        let address = listener.local_addr()?.to_string();
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
        let (tell, told) = std::sync::mpsc::channel();
        // It ends with the process.
        thread::spawn(move || {
            let _ = tell.send(gettid());
            runtime.block_on(async {
                let listener = TcpListener::from_std(listener).expect("a listening socket of this process");
                server::serve(listener, None, app, std::future::pending()).await
            })
        });
        let request = client::get(&address, &format!("/api/v1/audit-logs?{query}"), "mock-admin");
        let mut clients = (0..CONNECTIONS).map(|_| Client::connect(&address)).collect::<Result<Vec<_>>>()?;
        for client in &mut clients {
            client.ask(&request)?;
        }
        Ok(Self {
            times: format!("/proc/self/task/{}/schedstat", told.recv()?.as_raw_nonzero()),
            twice,
            request,
            clients,
        })
    }

    /// Microseconds of CPU that the server spends on a request, on average, recording each once or twice.
    fn cpu(&mut self, each: u32, twice: bool) -> Result<f64> {
        self.twice.store(twice, Ordering::Relaxed);
        thread::sleep(SETTLING);
        let before = self.cpu_time()?;
        self.ask(each)?;
        thread::sleep(SETTLING);
        let spent = self.cpu_time()?.saturating_sub(before);
        Ok(spent.as_secs_f64() * 1e6 / f64::from(each * CONNECTIONS))
    }

    /// Asks so often over each connection.
    fn ask(&mut self, each: u32) -> Result<()> {
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

    /// What the server's thread has had of the processors; only Linux tells so exactly.
    fn cpu_time(&self) -> Result<Duration> {
        let times = fs::read_to_string(&self.times).map_err(|error| format!("{}: {error}", self.times))?;
        Ok(Duration::from_nanos(times.split(' ').next().unwrap_or_default().parse()?))
    }
}
