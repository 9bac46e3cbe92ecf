//! Which entries were served never, once, twice in one crawl, and again by another.

use std::cell::{OnceCell, RefCell};
use std::collections::{HashMap, HashSet};
use std::time::Duration;

use roaring::RoaringBitmap;
use serde::Serialize;
use uuid::Uuid;

use super::crawl::{CrawlId, Crawls};
use super::exchange::Exchange;
use super::finding::{Bug, Finding};
use super::frontier::ReadFrontier;
use super::replay::Replay;
use super::rereads::{Reread, Rereads, RereadsLedger};
use super::scope::Scope;
use crate::contract::{Entry, Query, Selection, Timestamp};
use crate::duration;
use crate::store::EntryRef;

/// How often the entries of a scope were served.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Coverage {
    /// How many entries there were to read.
    pub entries: usize,
    /// Served once, or again by a retry alone.
    pub once: usize,
    /// Served more than once, in one crawl or by several.
    pub several: usize,
    /// Of these, those that were served twice in one crawl.
    pub doubled: usize,
    /// Served never, although the client has asked since they came, and for times as new as theirs.
    pub never: usize,
    /// Came after the client's last request or above the first page of a crawl without an end, or are newer than any end
    /// that it has asked for, with filters that they pass: nobody can tell yet. In a scope with an end there are none of the
    /// latter: all of it was to be read.
    pub pending: usize,
    /// Older than all that the client has asked for, and served to another key of the session.
    pub other_keys: usize,
    /// How far behind the client at least stays: from the end of a range back from when it was asked for. `None` when it
    /// asked without an end, or for nothing.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub behind_seconds: Option<f64>,
    /// Some that were never served.
    pub never_examples: Vec<Example>,
    /// Some that were served twice in one crawl.
    pub doubled_examples: Vec<Example>,
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
    exchanges: &'a [&'a Exchange],
    /// Newest first.
    entries: Vec<EntryCoverage>,
    /// The place of each entry in `entries`, by its number; [`OUTSIDE`] of those that are not in the scope.
    places: Vec<u32>,
    frontier: ReadFrontier,
    rereads: RereadsLedger,
    /// The client asks no more.
    stopped: bool,
    /// Of each exchange that was answered with a page, in order.
    pages: Vec<PageCoverage>,
    /// Entries that were missed, newest first: found out when that is first needed.
    missed: OnceCell<Vec<EntryRef>>,
    /// Whether a query matches entries that were missed, as far as that was asked.
    misses: RefCell<HashMap<Selection, bool>>,
    /// The newest timestamp that each distinct query was served.
    newest: HashMap<Selection, Timestamp>,
}

struct EntryCoverage {
    entry: EntryRef,
    is_served: bool,
    /// The crawls that read it last, the latest first.
    crawls: [Option<CrawlId>; 2],
    /// It was served twice in one crawl.
    is_doubled: bool,
    /// It was served again by another crawl.
    is_reread: bool,
    /// It was, and is older than what the scope says is meant to be read again.
    is_beyond: bool,
    is_missed: bool,
    is_of_other_key: bool,
    /// Places of the first and the last exchange that served it.
    by: [usize; 2],
}

/// What was on a page.
struct PageCoverage {
    /// The place of its exchange.
    place: usize,
    /// Whether anything on it had not been served before.
    is_new: bool,
    /// How many entries on it were doubled by it: served for the second time in the same crawl.
    doubled: usize,
}

/// What the other keys of a session did.
#[derive(Default)]
pub struct OtherKeys {
    /// Whether one of them asked after the last request of this key.
    pub go_on: bool,
    /// The oldest instant that this key has asked for, and the numbers of the entries that the others were served; `None`
    /// when it has asked for everything, or there are no others.
    pub served: Option<(Timestamp, RoaringBitmap)>,
}

/// The most examples of a kind.
const EXAMPLES: usize = 5;
/// In place of a place.
const OUTSIDE: u32 = u32::MAX;

impl<'a> CoverageLedger<'a> {
    pub fn new(
        exchanges: &'a [&'a Exchange],
        crawls: &Crawls<'_>,
        replay: &'a Replay,
        scope: &Scope,
        now: Timestamp,
        others: &OtherKeys,
    ) -> Self {
        let entries: Vec<EntryCoverage> = replay.all(&scope.everything()).into_iter().map(EntryCoverage::new).collect();
        let mut places = vec![OUTSIDE; replay.len()];
        for (place, coverage) in (0..).zip(&entries) {
            places[coverage.entry.number] = place;
        }
        let mut ledger = Self {
            replay,
            exchanges,
            entries,
            places,
            frontier: ReadFrontier::default(),
            rereads: RereadsLedger::new(scope.overlap),
            stopped: false,
            pages: Vec::new(),
            missed: OnceCell::new(),
            misses: RefCell::default(),
            newest: HashMap::new(),
        };
        let newest = ledger.add_pages(crawls);
        ledger.frontier = ReadFrontier::new(exchanges, crawls, &newest);
        ledger.mark_missed(scope, now, others);
        ledger
    }

    /// Adds every page in the order of answers; returns the newest entry of each by the place of its exchange.
    fn add_pages(&mut self, crawls: &Crawls<'_>) -> Vec<Option<Timestamp>> {
        let mut newest = vec![None; self.exchanges.len()];
        // Whether a page is new to a client has nothing to do with the scope.
        let mut served_before = vec![false; self.replay.len()];
        let retried: HashSet<Uuid> = crawls.retried().collect();
        for (place, exchange) in self.exchanges.iter().enumerate() {
            let (Some(served), Some((id, crawl))) = (&exchange.served, crawls.of(place)) else { continue };
            // What a client may not have received, or did not ask for in earnest, is no reading.
            let is_read = crawl.probe.is_none() && !retried.contains(&exchange.observation.id);
            let page = self.replay.page(served);
            newest[place] = page.first().map(|entry| entry.timestamp);
            if let Some(first) = page.first() {
                let known = self.newest.entry(served.query.selection()).or_insert(first.timestamp);
                *known = first.timestamp.max(*known);
            }
            let (mut is_new, mut doubled) = (false, 0);
            let mut again = Vec::new();
            for entry in &page {
                is_new |= !std::mem::replace(&mut served_before[entry.number], true);
                let Some(coverage) = self.entries.get_mut(self.places[entry.number] as usize) else { continue };
                coverage.is_served = true;
                if !is_read {
                    continue;
                }
                if coverage.crawls.contains(&Some(id)) {
                    doubled += usize::from(!std::mem::replace(&mut coverage.is_doubled, true));
                } else {
                    if let [Some(before), _] = coverage.crawls {
                        coverage.is_reread = true;
                        again.push(Reread { entry: *entry, before, place: coverage.by[1] });
                    }
                    coverage.crawls = [Some(id), coverage.crawls[0]];
                }
                coverage.by = [coverage.by[0].min(place), place];
            }
            if is_read {
                for entry in self.rereads.add_page((id, place), again, newest[place], crawls, self.replay) {
                    self.entries[self.places[entry.number] as usize].is_beyond = true;
                }
            }
            self.pages.push(PageCoverage { place, is_new, doubled });
        }
        newest
    }

    fn mark_missed(&mut self, scope: &Scope, now: Timestamp, others: &OtherKeys) {
        let frontier = &self.frontier;
        let came_since = |coverage: &EntryCoverage| coverage.entry.arrival > frontier.last_look();
        self.stopped = !others.go_on && has_stopped(self.exchanges, now) && self.entries.iter().any(came_since);
        // A client that was never given a page is not to pass for one that has read all it wanted.
        let all = self.stopped || self.exchanges.iter().all(|exchange| exchange.served.is_none());
        for coverage in self.entries.iter_mut().filter(|coverage| !coverage.is_served) {
            let entry = &coverage.entry;
            coverage.is_of_other_key = others.have_read(entry);
            // Up to the end of the scope it was to read whatever it asked for.
            let was_asked =
                || if scope.to.is_some() { frontier.saw(entry) } else { frontier.holds(entry, self.replay) };
            coverage.is_missed = !coverage.is_of_other_key && (all || was_asked());
        }
    }

    /// Whether an entry is in the scope, was there to be read, and never was.
    pub fn is_missed(&self, entry: &EntryRef) -> bool {
        let coverage = self.places.get(entry.number).and_then(|place| self.entries.get(*place as usize));
        coverage.is_some_and(|coverage| coverage.is_missed)
    }

    /// Whether a query matches entries that were missed.
    pub fn misses(&self, query: &Query) -> bool {
        let missed = || {
            let all = self.missed.get_or_init(|| self.all_missed().copied().collect());
            let from = all.partition_point(|entry| query.end_time.is_some_and(|end| entry.timestamp > end));
            let in_range = |entry: &&EntryRef| query.start_time.is_none_or(|start| entry.timestamp >= start);
            all[from..].iter().take_while(in_range).any(|entry| self.replay.matches(entry, &query.filters))
        };
        *self.misses.borrow_mut().entry(query.selection()).or_insert_with(missed)
    }

    /// The newest timestamp that a query was served.
    pub fn newest_served_by(&self, query: &Query) -> Option<Timestamp> {
        self.newest.get(&query.selection()).copied()
    }

    /// Each exchange that was answered with a page, and whether anything on that had not been served before.
    pub fn pages(&self) -> impl Iterator<Item = (&'a Exchange, bool)> {
        self.pages.iter().map(|page| (self.exchanges[page.place], page.is_new))
    }

    /// The places of the exchanges whose pages had entries that were served before in the same crawl, and how many.
    pub fn doubled_pages(&self) -> HashMap<Uuid, usize> {
        let doubled = self.pages.iter().filter(|page| page.doubled > 0);
        doubled.map(|page| (self.exchanges[page.place].observation.id, page.doubled)).collect()
    }

    /// Entries that were missed, newest first.
    pub fn all_missed(&self) -> impl Iterator<Item = &EntryRef> {
        self.entries.iter().filter(|coverage| coverage.is_missed).map(|coverage| &coverage.entry)
    }

    pub fn coverage(&self) -> Coverage {
        let count = |of: fn(&EntryCoverage) -> bool| self.entries.iter().filter(|coverage| of(coverage)).count();
        Coverage {
            entries: self.entries.len(),
            once: count(|coverage| coverage.is_served && !coverage.is_several()),
            several: count(EntryCoverage::is_several),
            doubled: count(|coverage| coverage.is_doubled),
            never: count(|coverage| coverage.is_missed),
            pending: count(|coverage| !coverage.is_served && !coverage.is_missed && !coverage.is_of_other_key),
            other_keys: count(|coverage| coverage.is_of_other_key),
            behind_seconds: self.frontier.behind().map(to_millisecond),
            never_examples: self.examples(|coverage| coverage.is_missed),
            doubled_examples: self.examples(|coverage| coverage.is_doubled),
        }
    }

    fn examples(&self, of: fn(&EntryCoverage) -> bool) -> Vec<Example> {
        let some = self.entries.iter().filter(|coverage| of(coverage)).take(EXAMPLES);
        some.filter_map(|coverage| self.example(coverage)).collect()
    }

    fn example(&self, coverage: &EntryCoverage) -> Option<Example> {
        let requests = self.exchanges_of(coverage).map(|exchange| exchange.observation.id.to_string()).collect();
        Some(Example { entry: self.replay.entry(&coverage.entry)?, requests })
    }

    fn exchanges_of(&self, coverage: &EntryCoverage) -> impl Iterator<Item = &'a Exchange> {
        let [first, last] = coverage.by;
        let several = (first != last).then_some(last);
        [Some(first), several].into_iter().flatten().filter_map(|place| self.exchanges.get(place).copied())
    }

    pub fn rereads(&self) -> Rereads {
        let count = |of: fn(&EntryCoverage) -> bool| self.entries.iter().filter(|coverage| of(coverage)).count();
        let served = count(|coverage| coverage.is_served);
        let (entries, beyond) = (count(|coverage| coverage.is_reread), count(|coverage| coverage.is_beyond));
        self.rereads.summary(self.exchanges, served, entries, beyond)
    }

    pub fn findings(&self, coverage: &Coverage, rereads: &Rereads) -> Vec<Finding> {
        let mut findings = Vec::new();
        let first = |of: fn(&EntryCoverage) -> bool| self.entries.iter().find(|coverage| of(coverage));
        let mut add = |bug: Bug, count: usize, example: Option<&EntryCoverage>, what: &str| {
            let Some(example) = example else { return };
            let entry = self.replay.describe(&example.entry);
            let message = format!("{count} of {} entries were {what}, such as {entry}", coverage.entries);
            findings.push(Finding::new(bug, count, message, self.exchanges_of(example)));
        };
        add(Bug::NeverRead, coverage.never, first(|coverage| coverage.is_missed), "never served");
        add(
            Bug::ReadTwice,
            coverage.doubled,
            first(|coverage| coverage.is_doubled),
            "served more than once in the same crawl",
        );
        if let (Some(beyond @ 1..), Some(overlap)) = (rereads.beyond_overlap, self.rereads.overlap()) {
            let what = format!(
                "served again by another crawl, further back than the overlap of {}",
                duration::format(overlap)
            );
            add(Bug::ReadAgain, beyond, first(|coverage| coverage.is_beyond), &what);
        }
        if self.stopped {
            let message = "asked no more after an answer with nothing in it, although entries came later".to_owned();
            findings.push(Finding::new(Bug::StoppedPolling, 1, message, self.exchanges.last().copied()));
        }
        findings
    }
}

impl EntryCoverage {
    fn new(entry: EntryRef) -> Self {
        Self {
            entry,
            is_served: false,
            crawls: [None; 2],
            is_doubled: false,
            is_reread: false,
            is_beyond: false,
            is_missed: false,
            is_of_other_key: false,
            by: [usize::MAX, 0],
        }
    }

    fn is_several(&self) -> bool {
        self.is_doubled || self.is_reread
    }
}

impl OtherKeys {
    /// Whether an entry is older than all that this key has asked for, and was served to another one.
    fn have_read(&self, entry: &EntryRef) -> bool {
        let Some((start, served)) = &self.served else { return false };
        entry.timestamp < *start && served.contains(u32::try_from(entry.number).unwrap_or(u32::MAX))
    }
}

fn to_millisecond(length: Duration) -> f64 {
    (length.as_secs_f64() * 1000.0).round() / 1000.0
}

/// Whether a client that used to ask again and again has asked no more since an empty answer: for a minute at least, and
/// three times as long as it ever waited.
fn has_stopped(exchanges: &[&Exchange], now: Timestamp) -> bool {
    let Some(last) = exchanges.last() else { return false };
    let was_empty = last.served.as_ref().is_some_and(|served| served.entries == 0);
    let pauses = exchanges.windows(2).map(|pair| pair[1].observation.time.since(pair[0].observation.time));
    let longest = pauses.max().unwrap_or_default().max(Duration::from_secs(20));
    was_empty && rounds(exchanges, last) > 1 && now.since(last.observation.time) >= longest * 3
}

/// How often the client began to read what its last request is about: the same filters, and ranges of which each goes
/// on where an earlier one ended. A job that asks once for each of several things does not poll, nor does one that reads
/// several ranges at a stretch: a round begins after a pause, or with the same question.
fn rounds(exchanges: &[&Exchange], last: &Exchange) -> usize {
    let Some(about) = last.served_query() else { return 0 };
    let (filters, question) = (about.filters.sorted(), about.selection());
    let (mut before, mut asked): (Option<Timestamp>, bool) = (None, false);
    let mut begins = |exchange: &Exchange| {
        let Some(query) = exchange.served_query() else { return false };
        let end = query.end_time.unwrap_or(exchange.observation.time);
        let goes_on = about.start_time.is_none_or(|start| start.since(end) <= Duration::from_secs(1));
        if query.page > 0 || !goes_on || query.filters.sorted() != filters {
            return false;
        }
        let before = before.replace(exchange.observation.time);
        let at_a_stretch =
            before.is_some_and(|before| exchange.observation.time.since(before) < Duration::from_secs(1));
        let asked_again = query.selection() == question && std::mem::replace(&mut asked, true);
        !at_a_stretch || asked_again
    };
    exchanges.iter().filter(|exchange| begins(exchange)).count()
}
