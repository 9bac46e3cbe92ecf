//! Which entries were served never, once, several times.

use std::cell::{OnceCell, RefCell};
use std::collections::{HashMap, HashSet};
use std::time::Duration;

use serde::Serialize;
use uuid::Uuid;

use super::crawl::Crawl;
use super::exchange::Exchange;
use super::finding::{Bug, Finding};
use super::frontier::ReadFrontier;
use super::ranges::Ranges;
use super::replay::{Replay, describe};
use super::scope::Scope;
use crate::contract::{Entry, Query, Selection, Timestamp};
use crate::store::EntryRef;

/// How often the entries of a scope were served.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Coverage {
    /// How many entries there were to read.
    pub entries: usize,
    /// Served once.
    pub once: usize,
    /// Served more than once.
    pub several: usize,
    /// Of these, those that the client reads again on purpose: in ranges that share more than a second, or because it
    /// began a crawl anew.
    pub on_purpose: usize,
    /// Served never, although the client has asked since they came, and for times as new as theirs.
    pub never: usize,
    /// Came after the client's last request, or are newer than any end that it has asked for, with filters that they pass:
    /// nobody can tell yet. In a scope with an end there are none of the latter: all of it was to be read.
    pub pending: usize,
    /// How far behind the client at least stays: from the end of a range back from when it was asked for. `None` when it
    /// asked without an end, or for nothing.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub behind_seconds: Option<f64>,
    /// Some that were never served.
    pub never_examples: Vec<Example>,
    /// Some that were served more than once, and not on purpose.
    pub several_examples: Vec<Example>,
}

/// An entry, and the requests that served it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Example {
    /// The entry.
    pub entry: Entry,
    /// `X-Request-Id` of the first requests that served it.
    pub requests: Vec<String>,
}

/// The entries of a scope and what is known of each.
pub struct CoverageLedger<'a> {
    replay: &'a Replay,
    /// Newest first.
    lines: Vec<EntryCoverage>,
    /// The line of each entry, by its number; [`OUTSIDE`] of those that are not in the scope.
    places: Vec<u32>,
    exchanges: Vec<&'a Exchange>,
    /// How far the client has asked.
    reach: ReadFrontier,
    /// It asks no more.
    stopped: bool,
    /// Of each exchange that was answered with a page, by its place, whether anything on it had not been served before.
    pages: Vec<(usize, bool)>,
    /// What was missed, newest first: found out when that is first needed.
    missed: OnceCell<Vec<EntryRef>>,
    /// Whether a query matches entries that were missed, as far as that was asked.
    misses: RefCell<HashMap<Selection, bool>>,
    /// The newest timestamp that each distinct query was served.
    newest: HashMap<Selection, Timestamp>,
}

struct EntryCoverage {
    held: EntryRef,
    times: usize,
    /// The range in which it was last served, other than in a crawl that was begun anew.
    range: Option<usize>,
    /// It was served again, and not on purpose.
    again: bool,
    /// It was there to be read, and never was.
    missed: bool,
    /// Places of the first two exchanges that served it.
    by: [Option<usize>; 2],
}

/// The most examples of a kind.
const EXAMPLES: usize = 5;
/// In place of a line.
const OUTSIDE: u32 = u32::MAX;

impl<'a> CoverageLedger<'a> {
    pub fn of(
        exchanges: &[&'a Exchange],
        crawls: &[Vec<Crawl<'_>>],
        replay: &'a Replay,
        scope: &Scope,
        now: Timestamp,
    ) -> Self {
        let line = |held: &EntryRef| EntryCoverage {
            held: *held,
            times: 0,
            range: None,
            again: false,
            missed: false,
            by: [None; 2],
        };
        let lines: Vec<EntryCoverage> = replay.all(&scope.everything()).iter().map(line).collect();
        let mut places = vec![OUTSIDE; replay.len()];
        for (place, line) in (0..).zip(&lines) {
            places[line.held.number] = place;
        }
        let mut ledger = Self {
            replay,
            lines,
            places,
            exchanges: exchanges.to_vec(),
            reach: ReadFrontier::of(exchanges),
            stopped: false,
            pages: Vec::new(),
            missed: OnceCell::new(),
            misses: RefCell::default(),
            newest: HashMap::new(),
        };
        let given_up: HashSet<Uuid> = pages_begun_anew(crawls).collect();
        let mut ranges = Ranges::default();
        // Whether a page is new to a client has nothing to do with the scope.
        let mut served_before = vec![false; replay.len()];
        for (number, exchange) in exchanges.iter().enumerate() {
            let Some(served) = &exchange.served else { continue };
            let page = replay.page(served);
            if let Some(first) = page.first() {
                let newest = ledger.newest.entry(served.query.selection()).or_insert(first.timestamp);
                *newest = first.timestamp.max(*newest);
            }
            let range = (!given_up.contains(&exchange.id)).then(|| ranges.place(&served.query, exchange));
            let mut anything_new = false;
            for held in page {
                anything_new |= !std::mem::replace(&mut served_before[held.number], true);
                let place = ledger.places[held.number];
                if let Some(line) = ledger.lines.get_mut(place as usize) {
                    line.times += 1;
                    if let (Some(before), Some(range)) = (line.range, range) {
                        line.again |= !ranges.overlap_on_purpose(before, range);
                    }
                    line.range = range.or(line.range);
                    if let Some(free) = line.by.iter_mut().find(|by| by.is_none()) {
                        *free = Some(number);
                    }
                }
            }
            ledger.pages.push((number, anything_new));
        }
        let came_since = |line: &EntryCoverage| line.held.arrival > ledger.reach.last_look();
        ledger.stopped = has_stopped(exchanges, now) && ledger.lines.iter().any(came_since);
        // A client that was never given a page is not to pass for one that has read all it wanted.
        let all = ledger.stopped || exchanges.iter().all(|exchange| exchange.served.is_none());
        // Up to the end of the scope it was to read whatever it asked for.
        let (to_the_end, reach) = (scope.to.is_some(), &ledger.reach);
        for line in ledger.lines.iter_mut().filter(|line| line.times == 0) {
            line.missed = all || if to_the_end { reach.saw(&line.held) } else { reach.holds(&line.held, replay) };
        }
        ledger
    }

    /// Whether an entry is in the scope, was there to be read, and never was.
    pub fn is_missed(&self, held: &EntryRef) -> bool {
        let line = self.places.get(held.number).and_then(|place| self.lines.get(*place as usize));
        line.is_some_and(|line| line.missed)
    }

    /// Whether a query matches entries that were missed.
    pub fn misses(&self, query: &Query) -> bool {
        let missed = || {
            let all = self.missed.get_or_init(|| self.all_missed().copied().collect());
            let from = all.partition_point(|held| query.end_time.is_some_and(|end| held.timestamp > end));
            let in_range = |held: &&EntryRef| query.start_time.is_none_or(|start| held.timestamp >= start);
            all[from..].iter().take_while(in_range).any(|held| self.replay.matches(held, &query.filters))
        };
        *self.misses.borrow_mut().entry(query.selection()).or_insert_with(missed)
    }

    /// The newest timestamp that a query was served.
    pub fn newest_served_by(&self, query: &Query) -> Option<Timestamp> {
        self.newest.get(&query.selection()).copied()
    }

    /// Each exchange that was answered with a page, and whether anything on that had not been served before.
    pub fn pages(&self) -> impl Iterator<Item = (&'a Exchange, bool)> {
        self.pages.iter().map(|(number, new)| (self.exchanges[*number], *new))
    }

    /// Entries that were never read, newest first.
    pub fn all_missed(&self) -> impl Iterator<Item = &EntryRef> {
        self.lines.iter().filter(|line| line.missed).map(|line| &line.held)
    }

    pub fn coverage(&self) -> Coverage {
        let count = |of: &dyn Fn(&EntryCoverage) -> bool| self.lines.iter().filter(|line| of(line)).count();
        let examples = |of: &dyn Fn(&EntryCoverage) -> bool| {
            self.lines.iter().filter(|line| of(line)).take(EXAMPLES).filter_map(|line| self.example(line)).collect()
        };
        Coverage {
            entries: self.lines.len(),
            once: count(&|line| line.times == 1),
            several: count(&|line| line.times > 1),
            on_purpose: count(&|line| line.times > 1 && !line.again),
            never: count(&|line| line.missed),
            pending: count(&|line| line.times == 0 && !line.missed),
            behind_seconds: self.reach.behind().map(to_millisecond),
            never_examples: examples(&|line| line.missed),
            several_examples: examples(&|line| line.again),
        }
    }

    fn example(&self, line: &EntryCoverage) -> Option<Example> {
        let requests = line.by.iter().flatten().map(|number| self.exchanges[*number].id.to_string()).collect();
        Some(Example { entry: self.replay.entry(&line.held)?, requests })
    }

    pub fn findings(&self) -> Vec<Finding> {
        let coverage = self.coverage();
        let mut findings = Vec::new();
        if let Some(Example { entry, .. }) = coverage.never_examples.first() {
            let message = format!(
                "{} of {} entries were never served, such as {}",
                coverage.never,
                coverage.entries,
                describe(entry)
            );
            findings.push(Finding::new(Bug::NeverRead, coverage.never, message, []));
        }
        if let Some(Example { entry, .. }) = coverage.several_examples.first() {
            let message = format!(
                "{} of {} entries were served more than once, such as {}",
                coverage.several - coverage.on_purpose,
                coverage.entries,
                describe(entry)
            );
            let twice = self.lines.iter().find(|line| line.again);
            let shown =
                twice.into_iter().flat_map(|line| line.by.iter().flatten().map(|number| self.exchanges[*number]));
            let count = coverage.several - coverage.on_purpose;
            findings.push(Finding::new(Bug::ReadTwice, count, message, shown));
        }
        if self.stopped {
            let message = "asked no more after an answer with nothing in it, although entries came later".to_owned();
            findings.push(Finding::new(Bug::StoppedPolling, 1, message, self.exchanges.last().copied()));
        }
        findings
    }
}

/// In seconds.
fn to_millisecond(length: Duration) -> f64 {
    (length.as_secs_f64() * 1000.0).round() / 1000.0
}

fn pages_begun_anew(crawls: &[Vec<Crawl<'_>>]) -> impl Iterator<Item = Uuid> {
    let given_up = crawls.iter().flatten().filter(|crawl| crawl.begun_anew);
    given_up.flat_map(|crawl| crawl.pages.iter().map(|(exchange, _)| exchange.id))
}

/// Whether a client that used to ask again and again has asked no more since an empty answer: for a minute at least, and
/// three times as long as it ever waited.
fn has_stopped(exchanges: &[&Exchange], now: Timestamp) -> bool {
    let Some(last) = exchanges.last() else { return false };
    let was_empty = last.served.as_ref().is_some_and(|served| served.entries == 0);
    let pauses = exchanges.windows(2).map(|pair| pair[1].time.since(pair[0].time));
    let longest = pauses.max().unwrap_or_default().max(Duration::from_secs(20));
    was_empty && rounds(exchanges, last) > 1 && now.since(last.time) >= longest * 3
}

/// How often the client began to read what its last request is about: the same filters, and ranges of which each goes
/// on where an earlier one ended. A job that asks once for each of several things does not poll, nor does one that reads
/// several ranges at a stretch: a round begins after a pause, or with the same question.
fn rounds(exchanges: &[&Exchange], last: &Exchange) -> usize {
    let Some(about) = last.asked() else { return 0 };
    let (filters, question) = (about.filters.sorted(), about.selection());
    let (mut before, mut asked): (Option<Timestamp>, bool) = (None, false);
    let mut begins = |exchange: &Exchange| {
        let Some(query) = exchange.asked() else { return false };
        let end = query.end_time.unwrap_or(exchange.time);
        let goes_on = about.start_time.is_none_or(|start| start.since(end) <= Duration::from_secs(1));
        if query.page > 0 || !goes_on || query.filters.sorted() != filters {
            return false;
        }
        let before = before.replace(exchange.time);
        let at_a_stretch = before.is_some_and(|before| exchange.time.since(before) < Duration::from_secs(1));
        let asked_again = query.selection() == question && std::mem::replace(&mut asked, true);
        !at_a_stretch || asked_again
    };
    exchanges.iter().filter(|exchange| begins(exchange)).count()
}
