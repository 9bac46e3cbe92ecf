//! What the verdict costs: those who are served, in memory and time, and those who ask for it.
//!
//! `cargo bench --bench judge` prints the figures and fails when one is above its limit.

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

/// How much of a processor's time judging may take, whatever the client did.
const PATIENCE: Duration = Duration::from_secs(10);
/// What may be kept for an entry and session that was touched.
const BYTES_AN_ENTRY: f64 = 8.0;

const SECOND: Duration = Duration::from_secs(1);
/// When the first entry happened.
const FIRST: Timestamp = Timestamp::EPOCH;

/// Entries, one a second, and a client that asks for them.
struct Stage {
    store: Store,
    observations: Observations,
    key: Arc<Key>,
    entries: u32,
    asked: u32,
}

fn main() -> ExitCode {
    // `cargo test --benches` only wants to know that it runs.
    let judged = std::env::args().any(|argument| argument == "--bench");
    let (entries, requests) = if judged { (1_000_000, 100_000) } else { (1000, 100) };
    let base =
        Arc::new(BaseSegment::new((0..entries).map(|number| entry(FIRST.saturating_add(SECOND * number), number))));
    let stage = || Stage::over(&base, entries);
    let within = [
        memory(stage()),
        judging("one crawl of everything", stage(), requests, |stage, number| {
            stage.ask(&Query { page: number, page_size: stage.entries / requests, ..Query::default() });
        }),
        judging("the first page up to now, while entries come", stage(), requests, |stage, number| {
            let now = stage.comes(number);
            stage.ask(&Query { end_time: Some(now), ..Query::default() });
        }),
        judging("crawls without an end, while entries come", stage(), requests, |stage, number| {
            stage.comes(number);
            stage.ask(&Query { page: number % (stage.entries / 250), ..Query::default() });
        }),
        judging("ranges with a second between them", stage(), requests, |stage, number| {
            let length = stage.entries / requests;
            let start = FIRST.saturating_add(SECOND * number * length);
            let end = start.saturating_add(SECOND * (length - 1));
            stage.ask(&Query { start_time: Some(start), end_time: Some(end), page_size: 1000, ..Query::default() });
        }),
        judging("ranges that all begin with the first entry", stage(), requests, |stage, number| {
            let end = FIRST.saturating_add(SECOND * number * (stage.entries / requests));
            stage.ask(&Query { start_time: Some(FIRST), end_time: Some(end), ..Query::default() });
        }),
        judging(
            "short ranges of which most is never read, while entries come late",
            stage(),
            requests,
            |stage, number| {
                let start = FIRST.saturating_add(SECOND * number * (stage.entries / requests));
                stage.ask(&Query {
                    start_time: Some(start),
                    end_time: Some(start.saturating_add(SECOND)),
                    ..Query::default()
                });
                stage.store.append([entry(start, stage.entries + number)]);
            },
        ),
        judging("failures, and a range given up after each", stage(), requests, |stage, number| {
            let start = FIRST.saturating_add(SECOND * number);
            let query = Query { start_time: Some(start), page_size: 10, ..Query::default() };
            if number % 2 == 0 { stage.ask(&query) } else { stage.fails(&Query { page: 1, ..query }) }
        }),
        judging("every other request of a crawl fails", stage(), requests, |stage, number| {
            let query = Query { page: number / 2, page_size: 10, ..Query::default() };
            if number % 2 == 0 { stage.fails(&query) } else { stage.ask(&query) }
        }),
    ];
    if judged && within.contains(&false) { ExitCode::FAILURE } else { ExitCode::SUCCESS }
}

/// What serving every entry once leaves behind, and how long it takes to leave it.
fn memory(mut stage: Stage) -> bool {
    let pages = || (0..stage.entries.div_ceil(250)).map(|page| Query { page, ..Query::default() });
    // What the store makes ready for whoever reads it is no coverage.
    for query in pages() {
        black_box(stage.store.render_page(&query));
    }
    let before = resident_bytes();
    for query in pages().collect::<Vec<_>>() {
        stage.ask(&query);
    }
    let kept = resident_bytes().saturating_sub(before);
    let bytes = f64::from(u32::try_from(kept).unwrap_or(u32::MAX)) / f64::from(stage.entries);
    println!("kept of {} entries that were served at pageSize=250: {bytes:.2} bytes each", stage.entries);
    println!("  limit: {BYTES_AN_ENTRY}");
    bytes <= BYTES_AN_ENTRY
}

/// How long it takes to judge so many requests.
fn judging(what: &str, mut stage: Stage, requests: u32, ask: impl Fn(&mut Stage, u32)) -> bool {
    for number in 0..requests {
        ask(&mut stage, number);
    }
    let began = Instant::now();
    let before = worked(began);
    let now = FIRST.saturating_add(SECOND * (stage.entries + requests));
    let judgement = black_box(stage.observations.judge(&stage.store, &Scope::default(), now));
    let took = worked(began).saturating_sub(before);
    println!("judging {} requests over {} entries: {what}: {took:.2?}", stage.asked, stage.store.len());
    let found: Vec<String> =
        judgement.clients[0].findings.iter().map(|found| format!("{} ({})", found.bug.as_str(), found.count)).collect();
    println!("  found: {}", found.join(", "));
    took <= PATIENCE
}

impl Stage {
    fn over(base: &Arc<BaseSegment>, entries: u32) -> Self {
        let mock = AppState::load(&Config::default()).expect("the built-in story");
        let key = Arc::clone(&mock.keys().list()[0]);
        Self { store: Store::new(Arc::clone(base)), observations: Observations::default(), key, entries, asked: 0 }
    }

    /// A page is served.
    fn ask(&mut self, query: &Query) {
        let answer = self.store.render_page(query);
        let given = PageSummary::new(answer.arrivals, answer.entries, answer.total_pages);
        self.leave(query, 200, Some(given));
    }

    /// It is answered with a 503.
    fn fails(&mut self, query: &Query) {
        self.leave(query, 503, None);
    }

    /// An entry comes, of the time when it comes.
    fn comes(&self, number: u32) -> Timestamp {
        let now = FIRST.saturating_add(SECOND * (self.entries + number));
        self.store.append([entry(now, self.entries + number)]);
        now
    }

    fn leave(&mut self, query: &Query, status: u16, page: Option<PageSummary>) {
        let times = [("startTime", query.start_time), ("endTime", query.end_time)];
        let times: String = times.iter().filter_map(|(name, at)| Some(format!("&{name}={}", (*at)?))).collect();
        self.observations.add(Observation {
            id: uuid::Uuid::from_u128(u128::from(self.asked)),
            time: FIRST.saturating_add(SECOND * (self.entries + self.asked)),
            elapsed: SECOND * self.asked,
            key: Some(Arc::clone(&self.key)),
            query: format!("page={}&pageSize={}{times}", query.page, query.page_size).into(),
            status,
            is_head: false,
            answered_before: self.asked as usize,
            page,
            details: None,
        });
        self.asked += 1;
    }
}

fn entry(timestamp: Timestamp, number: u32) -> Entry {
    let actor = format!("person-{}@brightwave.example", number % 50);
    let entry =
        Entry::new(Action::Update, "SERVICE", format!("service-{}", number % 5000), timestamp).with_actor(&actor);
    Entry { ip_address: Some("192.0.2.1".to_owned()), ..entry }
}

/// How long this process has worked: what else the machine does takes none of it. Where Linux does not tell, how much time
/// has passed.
fn worked(began: Instant) -> Duration {
    let told = std::fs::read_to_string("/proc/self/schedstat").unwrap_or_default();
    let nanoseconds = told.split_whitespace().next().and_then(|first| first.parse().ok());
    nanoseconds.map_or_else(|| began.elapsed(), Duration::from_nanos)
}

/// Resident memory of this process, from `/proc`; 0 where there is none.
fn resident_bytes() -> usize {
    let status = std::fs::read_to_string("/proc/self/status").unwrap_or_default();
    let line = status.lines().find(|line| line.starts_with("VmRSS:"));
    let kilobytes =
        line.and_then(|line| line.split_whitespace().nth(1)).and_then(|number| number.parse::<usize>().ok());
    kilobytes.unwrap_or_default() * 1024
}
