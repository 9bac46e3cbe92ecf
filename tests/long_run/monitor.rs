//! Measurements of the server's process during a run, and their limits.

use std::collections::VecDeque;
use std::thread;
use std::time::{Duration, Instant};

use cortex_audit_mock::world::Journal;

use crate::http::Connection;
use crate::server::Server;
use crate::statistics::Statistics;
use crate::{FULL_SESSION, Plan, Result};

/// The largest ratio of the memory at the end to that at the reference time.
const MAX_GROWTH: f64 = 1.05;
const MINUTE: Duration = Duration::from_secs(60);
/// Time between two samples of the memory.
const SAMPLE_INTERVAL: Duration = Duration::from_secs(1);
/// How long the server may take to close its ends of closed connections.
const CLOSE_TIMEOUT: Duration = Duration::from_secs(10);

pub struct Monitor<'a> {
    server: &'a Server,
    started: Instant,
    check_memory: bool,
    /// When the reference memory is taken: after a sixth of the run, and not in the first minute.
    reference_time: Duration,
    /// Memory is the median of this many samples: a single sample may catch a short peak.
    max_samples: usize,
    samples: VecDeque<u64>,
    reference_kib: Option<u64>,
    final_kib: u64,
    files_closed: bool,
    journal_bounded: bool,
}

impl<'a> Monitor<'a> {
    pub fn new(server: &'a Server, plan: &Plan) -> Self {
        let max_samples = usize::try_from((plan.duration / 10).min(MINUTE).as_secs()).unwrap_or(1).max(1);
        Self {
            server,
            started: Instant::now(),
            check_memory: plan.check_memory,
            reference_time: (plan.duration / 6).max(MINUTE).min(plan.duration / 2),
            max_samples,
            samples: VecDeque::new(),
            reference_kib: None,
            final_kib: 0,
            files_closed: false,
            journal_bounded: false,
        }
    }

    /// Samples the memory each second and prints a line a minute, until then or until the first failure.
    pub fn watch_until(&mut self, until: Instant, statistics: &Statistics) {
        println!("minute   requests   compared  expected errors  memory KiB   open files  threads");
        self.print(statistics);
        let mut minutes = 1;
        while Instant::now() < until && statistics.failure().is_none() {
            thread::sleep(SAMPLE_INTERVAL.min(until.saturating_duration_since(Instant::now())));
            if self.samples.len() == self.max_samples {
                self.samples.pop_front();
            }
            self.samples.push_back(self.server.resident_kib());
            if self.started.elapsed() >= self.reference_time {
                let median = self.median();
                self.reference_kib.get_or_insert(median);
            }
            if self.started.elapsed() >= MINUTE * minutes {
                minutes += 1;
                self.print(statistics);
            }
        }
        self.final_kib = self.median();
    }

    fn median(&self) -> u64 {
        let mut sorted: Vec<u64> = self.samples.iter().copied().collect();
        sorted.sort_unstable();
        sorted.get(sorted.len() / 2).copied().unwrap_or_default()
    }

    fn print(&self, statistics: &Statistics) {
        println!(
            "{:>6} {:>10} {:>10} {:>16} {:>11} {:>12} {:>8}",
            self.started.elapsed().as_secs() / 60,
            statistics.requests(),
            statistics.comparisons(),
            statistics.expected_errors(),
            self.server.resident_kib(),
            self.server.open_files(),
            self.server.threads(),
        );
    }

    /// Checks, after all workers have disconnected, that the server closed their sockets and bounded the fullest journal.
    pub fn check_limits(&mut self, statistics: &Statistics, files_before: usize, requests: u32) {
        let started = Instant::now();
        while self.server.open_files() > files_before && started.elapsed() < CLOSE_TIMEOUT {
            thread::sleep(Duration::from_millis(50));
        }
        let files_after = self.server.open_files();
        self.files_closed = files_after <= files_before;
        println!("open files: {files_before} before, {files_after} after");
        match journal_of_full_session(&self.server.address) {
            Ok((kept, dropped)) => {
                self.journal_bounded = kept <= Journal::CAPACITY as u64 && kept + dropped >= u64::from(requests);
                println!("the fullest journal: {kept} kept, {dropped} dropped");
            }
            Err(error) => statistics.fail(format!("the journal at the end: {error}")),
        }
    }

    /// Prints the memory, and returns whether the run passed.
    pub fn passed(&self, statistics: &Statistics) -> bool {
        let reference = self.reference_kib.unwrap_or(self.final_kib);
        #[expect(clippy::cast_precision_loss, reason = "no process holds 2^53 KiB")]
        let ratio = self.final_kib as f64 / reference.max(1) as f64;
        println!(
            "memory: {reference} KiB after {} s, {} KiB at the end: ratio {ratio:.3} (at most {MAX_GROWTH})",
            self.reference_time.as_secs(),
            self.final_kib,
        );
        statistics.failure().is_none()
            && self.files_closed
            && self.journal_bounded
            && (!self.check_memory || ratio <= MAX_GROWTH)
    }
}

/// The numbers of requests that the journal of [`FULL_SESSION`] keeps and has dropped.
fn journal_of_full_session(address: &str) -> Result<(u64, u64)> {
    let mut connection = Connection::open(address)?;
    connection.send("GET", &format!("/__admin/requests/count?session={FULL_SESSION}"), "", "")?;
    let count = connection.receive()?.ok_or("no answer")?.json()?;
    Ok((count["count"].as_u64().ok_or("no count")?, count["dropped"].as_u64().ok_or("no dropped")?))
}
