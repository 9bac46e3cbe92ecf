//! The memory that observations of requests take, and the time to judge them.
//!
//! `cargo bench --bench verdict` prints the figures of `docs/verdict.md` and fails if one is above its limit. Run as a test,
//! it uses few requests and compares nothing with a limit.

#[path = "common/memory.rs"]
mod memory;

use std::hint::black_box;
use std::process::ExitCode;
use std::sync::Arc;
use std::time::{Duration, Instant};

use cortex_audit_mock::Config;
use cortex_audit_mock::Key;
use cortex_audit_mock::contract::{Action, Entry, Query, Timestamp};
use cortex_audit_mock::internal::AppState;
use cortex_audit_mock::internal::store::{BaseSegment, Store};
use cortex_audit_mock::world::verdict::{Observation, Observations, PageSummary, Scope};

/// The limit of CPU time to judge all requests.
const MAX_TIME: Duration = Duration::from_secs(10);
/// The limit of memory per entry that a session has served.
const MAX_BYTES_PER_ENTRY: f64 = 8.0;

const SECOND: Duration = Duration::from_secs(1);
/// The time of the first entry.
const FIRST: Timestamp = Timestamp::EPOCH;

/// A store with an entry a second, and the observations of a client that reads them.
struct Case {
    store: Store,
    observations: Observations,
    key: Arc<Key>,
    entries: u32,
    requests: u32,
}

fn main() -> ExitCode {
    // Cargo passes `--bench` to a bench, nothing to a test.
    let judged = std::env::args().any(|argument| argument == "--bench");
    let (entries, requests) = if judged { (1_000_000, 100_000) } else { (1000, 100) };
    let base =
        Arc::new(BaseSegment::new((0..entries).map(|number| entry(FIRST.saturating_add(SECOND * number), number))));
    let case = || Case::over(&base, entries);
    let within = [
        crawl_memory(case()),
        judging("one crawl of everything", case(), requests, |case, number| {
            case.succeed(&Query { page: number, page_size: case.entries / requests, ..Query::default() });
        }),
        judging("the first page up to now, while entries come", case(), requests, |case, number| {
            let now = case.append(number);
            case.succeed(&Query { end_time: Some(now), ..Query::default() });
        }),
        judging("crawls without an end, while entries come", case(), requests, |case, number| {
            case.append(number);
            case.succeed(&Query { page: number % (case.entries / 250), ..Query::default() });
        }),
        judging("ranges with a second between them", case(), requests, |case, number| {
            let length = case.entries / requests;
            let start = FIRST.saturating_add(SECOND * number * length);
            let end = start.saturating_add(SECOND * (length - 1));
            case.succeed(&Query { start_time: Some(start), end_time: Some(end), page_size: 1000, ..Query::default() });
        }),
        judging("ranges that all begin with the first entry", case(), requests, |case, number| {
            let end = FIRST.saturating_add(SECOND * number * (case.entries / requests));
            case.succeed(&Query { start_time: Some(FIRST), end_time: Some(end), ..Query::default() });
        }),
        judging(
            "short ranges of which most is never read, while entries come late",
            case(),
            requests,
            |case, number| {
                let start = FIRST.saturating_add(SECOND * number * (case.entries / requests));
                case.succeed(&Query {
                    start_time: Some(start),
                    end_time: Some(start.saturating_add(SECOND)),
                    ..Query::default()
                });
                case.store.append([entry(start, case.entries + number)]);
            },
        ),
        judging("failures, and a range given up after each", case(), requests, |case, number| {
            let start = FIRST.saturating_add(SECOND * number);
            let query = Query { start_time: Some(start), page_size: 10, ..Query::default() };
            if number % 2 == 0 { case.succeed(&query) } else { case.fail(&Query { page: 1, ..query }) }
        }),
        judging("every other request of a crawl fails", case(), requests, |case, number| {
            let query = Query { page: number / 2, page_size: 10, ..Query::default() };
            if number % 2 == 0 { case.fail(&query) } else { case.succeed(&query) }
        }),
    ];
    if judged && within.contains(&false) { ExitCode::FAILURE } else { ExitCode::SUCCESS }
}

/// Measures the memory of observations of a crawl of all entries.
fn crawl_memory(mut case: Case) -> bool {
    let pages = || (0..case.entries.div_ceil(250)).map(|page| Query { page, ..Query::default() });
    // Fills the caches of the store, whose memory is not that of observations.
    for query in pages() {
        black_box(case.store.render_page(&query));
    }
    let before = resident_bytes();
    for query in pages().collect::<Vec<_>>() {
        case.succeed(&query);
    }
    let kept = resident_bytes().saturating_sub(before);
    let bytes = f64::from(u32::try_from(kept).unwrap_or(u32::MAX)) / f64::from(case.entries);
    println!("kept of {} entries that were served at pageSize=250: {bytes:.2} bytes each", case.entries);
    println!("  limit: {MAX_BYTES_PER_ENTRY}");
    bytes <= MAX_BYTES_PER_ENTRY
}

/// Measures the time to judge the requests that `send` makes.
fn judging(what: &str, mut case: Case, requests: u32, send: impl Fn(&mut Case, u32)) -> bool {
    for number in 0..requests {
        send(&mut case, number);
    }
    let started = Instant::now();
    let before = cpu_time(started);
    let now = FIRST.saturating_add(SECOND * (case.entries + requests));
    let judgement = black_box(case.observations.judge(&case.store, &Scope::default(), now));
    let time = cpu_time(started).saturating_sub(before);
    println!("judging {} requests over {} entries: {what}: {time:.2?}", case.requests, case.store.len());
    let found: Vec<String> =
        judgement.clients[0].findings.iter().map(|found| format!("{} ({})", found.bug.as_str(), found.count)).collect();
    println!("  found: {}", found.join(", "));
    time <= MAX_TIME
}

impl Case {
    fn over(base: &Arc<BaseSegment>, entries: u32) -> Self {
        let mock = AppState::load(&Config::default()).expect("the built-in story");
        let key = Arc::clone(&mock.keys().list()[0]);
        Self { store: Store::new(Arc::clone(base)), observations: Observations::default(), key, entries, requests: 0 }
    }

    /// Observes a page.
    fn succeed(&mut self, query: &Query) {
        let answer = self.store.render_page(query);
        let page = PageSummary::new(answer.arrivals, answer.entries, answer.total_pages);
        self.observe(query, 200, Some(page));
    }

    /// Observes a 503.
    fn fail(&mut self, query: &Query) {
        self.observe(query, 503, None);
    }

    /// Appends an entry with the current time, which it returns.
    fn append(&self, number: u32) -> Timestamp {
        let now = FIRST.saturating_add(SECOND * (self.entries + number));
        self.store.append([entry(now, self.entries + number)]);
        now
    }

    fn observe(&mut self, query: &Query, status: u16, page: Option<PageSummary>) {
        let times = [("startTime", query.start_time), ("endTime", query.end_time)];
        let times: String = times.iter().filter_map(|(name, at)| Some(format!("&{name}={}", (*at)?))).collect();
        self.observations.add(Observation {
            id: uuid::Uuid::from_u128(u128::from(self.requests)),
            time: FIRST.saturating_add(SECOND * (self.entries + self.requests)),
            elapsed: SECOND * self.requests,
            received_at: Instant::now(),
            answered_at: Instant::now(),
            connection: None,
            key: Arc::clone(&self.key),
            query: format!("page={}&pageSize={}{times}", query.page, query.page_size).into(),
            status,
            is_head: false,
            answered_before: self.requests as usize,
            page,
            details: None,
        });
        self.requests += 1;
    }
}

fn entry(timestamp: Timestamp, number: u32) -> Entry {
    let actor = format!("person-{}@brightwave.example", number % 50);
    let entry =
        Entry::new(Action::Update, "SERVICE", format!("service-{}", number % 5000), timestamp).with_actor(&actor);
    Entry { ip_address: Some("192.0.2.1".to_owned()), ..entry }
}

/// The CPU time of this process; without `/proc`, the elapsed time.
fn cpu_time(started: Instant) -> Duration {
    let text = std::fs::read_to_string("/proc/self/schedstat").unwrap_or_default();
    let nanoseconds = text.split_whitespace().next().and_then(|first| first.parse().ok());
    nanoseconds.map_or_else(|| started.elapsed(), Duration::from_nanos)
}

/// Resident memory of this process; 0 without `/proc`.
fn resident_bytes() -> u64 {
    memory::kib(std::process::id(), "VmRSS").unwrap_or_default() * 1024
}
