//! The duration of each step of a request and of a start: parse a query, find a page, append an entry, load a file.
//!
//! `cargo bench --bench micro` takes half a minute and prints the median and the slowest tenth of each step. It has no limits:
//! the bench `server` measures the documented figures from outside, this one shows where the time goes.

use std::env;
use std::hint::black_box;
use std::sync::Arc;
use std::time::{Duration, Instant};

use cortex_audit_mock::EntrySource;
use cortex_audit_mock::contract::query::Strictness;
use cortex_audit_mock::contract::{Entry, Query, Timestamp, Vocabulary, query};
use cortex_audit_mock::internal::fixture;
use cortex_audit_mock::internal::store::{BaseSegment, Store};

/// Duration of a batch: long compared with reading the clock.
const BATCH: Duration = Duration::from_millis(2);
/// Number of batches of each step.
const BATCHES: usize = 101;

fn main() {
    // `cargo test --benches` only checks that it runs.
    let measured = env::args().any(|argument| argument == "--bench");
    let (small, large, batches) = if measured { (10_000, 1_000_000, BATCHES) } else { (100, 200, 1) };
    let bench = Bench { batches, batch: if measured { BATCH } else { Duration::ZERO } };

    println!("{:<52} {:>12} {:>12}", "", "median", "slowest 10 %");
    bench.parsing();
    bench.loading(small);
    for count in [small, large] {
        bench.store(count);
    }
}

struct Bench {
    batches: usize,
    batch: Duration,
}

impl Bench {
    fn parsing(&self) {
        let known = Vocabulary::published();
        for raw in ["", "page=2&pageSize=250", "startTime=2025-05-20T06:00:00Z&actions=UPDATE&objectTypes=TEAM,SERVICE"]
        {
            self.time(&format!("parse {raw:?}").replace("startTime=2025-05-20T06:00:00Z", "…"), || {
                black_box(query::parse(black_box(raw), &known, Strictness::Lenient)).expect("a valid query");
            });
        }
    }

    fn loading(&self, count: u64) {
        let now = Timestamp::now();
        let entries = generated(count);
        let lines = entries.iter().map(|entry| serde_json::to_string(entry).expect("an entry"));
        let text = lines.collect::<Vec<_>>().join("\n");
        self.time(&format!("read {count} lines"), || {
            black_box(fixture::read("lines", &text, now)).expect("valid entries");
        });
        self.time(&format!("order and index {count} entries, with copying them"), || {
            black_box(BaseSegment::new(entries.iter().cloned()));
        });
    }

    fn store(&self, count: u64) {
        let entries = generated(count);
        let [newest, middle] = [entries.len() - 1, entries.len() / 2].map(|index| entries[index].clone());
        let store = Store::new(Arc::new(BaseSegment::new(entries)));
        for (what, query) in queries(&middle) {
            self.time(&format!("{what}, of {count}"), || {
                black_box(store.render_page(black_box(&query)));
            });
        }
        self.time(&format!("append the newest entry, to {count}"), || store.append([newest.clone()]));
        self.time(&format!("append one from the middle, to {count}"), || store.append([middle.clone()]));
        self.time(&format!("page of 250, of {count} and the appended ones"), || {
            black_box(store.render_page(&Query::default()));
        });
    }

    /// Prints the duration of a call.
    fn time(&self, what: &str, mut run: impl FnMut()) {
        let began = Instant::now();
        run();
        let once = began.elapsed().max(Duration::from_nanos(20));
        let calls = u32::try_from(self.batch.as_nanos() / once.as_nanos()).unwrap_or(u32::MAX).max(1);
        let mut times: Vec<Duration> = (0..self.batches)
            .map(|_| {
                let began = Instant::now();
                (0..calls).for_each(|_| run());
                began.elapsed() / calls
            })
            .collect();
        times.sort_unstable();
        let at = |tenths: usize| times[(times.len() - 1) * tenths / 10];
        println!("{what:<52} {:>12} {:>12}", format!("{:.2?}", at(5)), format!("{:.2?}", at(9)));
    }
}

/// Queries whose filters an entry of the store passes.
fn queries(passing: &Entry) -> Vec<(&'static str, Query)> {
    let known = Vocabulary::published();
    let parse = |text: String| query::parse(&text, &known, Strictness::Lenient).expect("a valid query").query;
    let (action, kind) = (passing.action.as_str(), passing.actor.kind.as_str());
    let object_type = &passing.object_type;
    vec![
        ("page of 250", parse(String::new())),
        ("page of 1", parse("pageSize=1".to_owned())),
        ("page of 250, one filter", parse(format!("objectTypes={object_type}"))),
        ("page of 250, three filters", parse(format!("objectTypes={object_type}&actions={action}&actorTypes={kind}"))),
        ("page of 250, a range and a filter", parse(format!("endTime={}&actions={action}", passing.timestamp))),
        ("page of a filter without a match", parse("objectIdentifiers=nowhere".to_owned())),
    ]
}

/// Generated entries, oldest first.
fn generated(count: u64) -> Vec<Entry> {
    let now = "2025-06-01T00:00:00Z".parse().expect("an instant");
    fixture::load(&[EntrySource::Generated { count, seed: 42 }], now).expect("valid settings").entries
}
