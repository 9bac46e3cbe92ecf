//! Over many seeds of each scenario: a client that delivers every entry once is never told otherwise, and each loss and each
//! double inside a crawl is told.

use std::cell::RefCell;
use std::collections::HashSet;
use std::rc::Rc;
use std::time::Duration;

use cortex_audit_mock::contract::{Query, Timestamp};
use cortex_audit_mock::world::Scenario;
use cortex_audit_mock::world::verdict::{Expectation, Judgement, Scope};
use rand::rngs::ChaCha8Rng;
use rand::seq::SliceRandom;
use rand::{Rng, SeedableRng};
use serde_json::{Value, json};

use super::stage::{Stage, entry, unlimited};
use crate::support::{NOW, TestMock, sample, time};

const SECOND: Duration = Duration::from_secs(1);
const MILLISECOND: Duration = Duration::from_millis(1);
/// Longer than an entry of a scenario is late.
const LAG: Duration = Duration::from_secs(60);
const ROUNDS: u32 = 4;

/// How a client reads; each drops what it has already.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Style {
    /// All pages of a settled range in any order.
    ParallelPages,
    /// From the newest timestamp on, inclusive, without an end.
    Cursor,
    /// Ranges that end a minute ago and join each other.
    LaggedWindows,
    /// Ranges up to now that overlap by a minute.
    Overlap,
    /// Settled ranges from the newest to the oldest.
    Backwards,
    /// Lagged ranges, each of which it leaves in the middle, and takes up again at the page it was at.
    Resumes,
    /// Lagged ranges, read by two processes by turns.
    TwoProcesses,
    /// From right behind the newest timestamp on: wrong where several entries have one.
    ExclusiveCursor,
    /// The first page of lagged ranges: wrong where there are more.
    FirstPageOnly,
    /// Ranges up to now that join each other: wrong where entries come late.
    NoLag,
}

const RIGHT: [Style; 7] = [
    Style::ParallelPages,
    Style::Cursor,
    Style::LaggedWindows,
    Style::Overlap,
    Style::Backwards,
    Style::Resumes,
    Style::TwoProcesses,
];
const WRONG: [Style; 3] = [Style::ExclusiveCursor, Style::FirstPageOnly, Style::NoLag];

impl Style {
    /// Whether no entry comes into a range while it is read.
    fn is_settled(self) -> bool {
        !matches!(self, Self::Cursor | Self::Overlap | Self::ExclusiveCursor | Self::NoLag)
    }
}

/// A client and what it has.
struct Client<'a> {
    stage: &'a Stage,
    style: Style,
    random: RefCell<ChaCha8Rng>,
    sink: RefCell<Vec<Value>>,
    seen: RefCell<HashSet<String>>,
    /// Entries that one crawl was given more than once.
    doubled: RefCell<HashSet<String>>,
}

impl Client<'_> {
    /// Requests a page until it gets one; waits for `Retry-After`, or a second.
    fn page(&self, query: &str) -> Value {
        for _ in 0..20 {
            let reply = self.stage.ask(query);
            if let Some(body) = reply.body.filter(|_| reply.status == 200) {
                return body;
            }
            self.stage.world.advance(reply.retry_after.unwrap_or(SECOND));
        }
        panic!("{query} is never answered")
    }

    /// Reads the pages of a range in an order; returns the newest timestamp.
    fn crawl(&self, range: &str) -> Option<Timestamp> {
        let mut of_crawl = HashSet::new();
        let mut newest = None;
        let mut take = |page: u64| {
            let body = self.page(&format!("page={page}&pageSize=7&{range}"));
            for entry in body["logs"].as_array().unwrap() {
                let content = entry.to_string();
                if !of_crawl.insert(content.clone()) {
                    self.doubled.borrow_mut().insert(content.clone());
                }
                if self.seen.borrow_mut().insert(content) {
                    self.sink.borrow_mut().push(entry.clone());
                }
                newest = newest.max(Some(time(entry["timestamp"].as_str().unwrap())));
            }
            body["totalPages"].as_u64().unwrap()
        };
        let mut pages = take(0);
        match self.style {
            Style::FirstPageOnly => {}
            Style::ParallelPages => {
                let mut others: Vec<u64> = (1..pages).collect();
                others.shuffle(&mut *self.random.borrow_mut());
                for page in others {
                    take(page);
                }
            }
            _ => {
                let breaks_off = u64::from(self.random.borrow_mut().next_u32()) % pages.max(2);
                let mut page = 1;
                while page < pages {
                    pages = take(page);
                    if self.style == Style::Resumes && page == breaks_off {
                        // What it had of that page is gone with it, and comes again.
                        let mut again = self.doubled.borrow().clone();
                        pages = take(page);
                        std::mem::swap(&mut *self.doubled.borrow_mut(), &mut again);
                    }
                    page += 1;
                }
            }
        }
        newest
    }

    fn run(&self) {
        let world = &self.stage.world;
        let (mut start, mut newest) = (time(NOW), None);
        for round in 0..=ROUNDS {
            if round == ROUNDS {
                // What is late comes, and then everything is there.
                world.set_scenario(None);
            }
            world.advance(LAG + SECOND * 30);
            let up_to_now = matches!(self.style, Style::Overlap | Style::NoLag);
            let end = world.now().saturating_sub(if up_to_now { Duration::ZERO } else { LAG }).trunc_to_millis();
            let range = format!("startTime={start}&endTime={end}");
            match self.style {
                Style::Cursor | Style::ExclusiveCursor => {
                    let one = if self.style == Style::Cursor { Duration::ZERO } else { MILLISECOND };
                    let from = newest.map_or(start, |newest: Timestamp| newest.saturating_add(one));
                    newest = newest.max(self.crawl(&format!("startTime={from}")));
                }
                Style::Backwards if round < ROUNDS => {}
                Style::Backwards => {
                    let mut until = end;
                    while until > start {
                        let from = until.saturating_sub(LAG).max(start);
                        self.crawl(&format!("startTime={from}&endTime={until}"));
                        until = from.saturating_sub(MILLISECOND);
                    }
                }
                Style::TwoProcesses => {
                    // The other one has the second half, and counts first.
                    let half = start.saturating_add(end.since(start) / 2).trunc_to_millis();
                    self.crawl(&format!("startTime={start}&endTime={half}"));
                    let rest = format!("startTime={}&endTime={end}", half.saturating_add(MILLISECOND));
                    self.page(&format!("page=0&pageSize=1&{rest}"));
                    self.crawl(&rest);
                }
                _ => drop(self.crawl(&range)),
            }
            if self.style != Style::Backwards {
                start = if self.style == Style::Overlap {
                    end.saturating_sub(LAG)
                } else {
                    end.saturating_add(MILLISECOND)
                };
            }
        }
    }

    /// How many entries it has not, of those up to an instant.
    fn lost(&self, until: Timestamp) -> usize {
        let query = Query { start_time: Some(time(NOW)), end_time: Some(until), page_size: 1000, ..Query::default() };
        let pages = (0..).map(|page| self.stage.world.page(&Query { page, ..query.clone() }).logs);
        let there = pages.take_while(|page| !page.is_empty()).flatten();
        there.filter(|entry| !self.seen.borrow().contains(&json!(entry).to_string())).count()
    }
}

/// What is said of a client in a scenario, and what is true: how many entries it lost, and were doubled in a crawl.
fn run(mock: &Rc<TestMock>, scenario: Scenario, style: Style, seed: u64) -> (Judgement, usize, usize) {
    let stage = Stage::on(mock, "property", |_, _| {});
    stage.world.append((0..30).map(|number| entry(time(NOW).saturating_add(SECOND * number * 3), u64::from(number))));
    stage.world.set_scenario_with_seed(scenario, seed);
    let client = Client {
        stage: &stage,
        style,
        random: RefCell::new(ChaCha8Rng::seed_from_u64(seed)),
        sink: RefCell::default(),
        seen: RefCell::default(),
        doubled: RefCell::default(),
    };
    client.run();
    // One that reads up to a minute ago is not told what is newer.
    let until = stage.world.now().saturating_sub(LAG);
    let scope = Scope { from: Some(time(NOW)), ..Scope::default() };
    let sink = json!(*client.sink.borrow()).to_string();
    stage.world.delivered(sink.as_bytes(), &scope).unwrap();
    let truth = (client.lost(until), client.doubled.borrow().len());
    let judgement = stage.world.verdict(&scope);
    mock.mock.sessions().remove(&"property".parse().unwrap());
    (judgement, truth.0, truth.1)
}

#[test]
fn a_client_that_delivers_every_entry_once_is_never_told_otherwise() {
    let mock = Rc::new(unlimited());
    for seed in sample(0..200, 2) {
        for scenario in Scenario::ALL {
            for style in RIGHT {
                // A cursor is wrong where entries come late.
                if style == Style::Cursor && scenario == Scenario::LateArrivals {
                    continue;
                }
                let (judgement, lost, doubled) = run(&mock, scenario, style, seed);
                assert_eq!(lost, 0, "{scenario} {style:?} {seed}: {judgement}");
                for (expectation, verdict) in &judgement.expectations {
                    let may_break = *expectation == Expectation::NoDuplicates && !style.is_settled();
                    assert!(verdict.kept || may_break, "{scenario} {style:?} {seed}: {judgement}");
                }
                assert_eq!(judgement.clients[0].coverage.doubled, doubled, "{scenario} {style:?} {seed}: {judgement}");
            }
        }
    }
}

#[test]
fn each_loss_and_each_double_in_a_crawl_is_told() {
    let mock = Rc::new(unlimited());
    for seed in sample(0..200, 2) {
        for scenario in Scenario::ALL {
            for style in WRONG {
                let (judgement, lost, doubled) = run(&mock, scenario, style, seed);
                assert_eq!(judgement.clients[0].coverage.never, lost, "{scenario} {style:?} {seed}: {judgement}");
                assert_eq!(judgement.clients[0].coverage.doubled, doubled, "{scenario} {style:?} {seed}: {judgement}");
            }
        }
    }
}
