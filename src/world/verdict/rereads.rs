//! What a client is served again by another crawl: counted, and right as far as the scope says that it is meant.

use std::collections::HashMap;
use std::time::Duration;

use serde::Serialize;

use super::crawl::{Crawl, CrawlId, Crawls};
use super::exchange::Exchange;
use super::replay::Replay;
use crate::contract::{Filters, Timestamp};
use crate::store::EntryRef;

/// Entries that were served again by another crawl of the same client.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Rereads {
    /// How many entries.
    pub entries: usize,
    /// Which share of the entries that were served, from 0 to 1.
    pub share: f64,
    /// How many of them are older than the overlap that the scope allows; `None` when it does not say.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub beyond_overlap: Option<usize>,
    /// The two requests that share the most entries.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub largest: Option<LargestOverlap>,
}

/// Two requests of different crawls that were served the same entries.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct LargestOverlap {
    /// How many entries.
    pub entries: usize,
    /// `X-Request-Id` of both, the earlier first.
    pub requests: [String; 2],
}

/// Collects rereads page by page, in the order of answers.
#[derive(Default)]
pub struct RereadsLedger {
    overlap: Option<Duration>,
    /// The newest timestamp that was served, with each set of filters and with any.
    newest: HashMap<Filters, Timestamp>,
    newest_of_all: Option<Timestamp>,
    /// The newest timestamp that had been served when a crawl got its first page.
    known_before: HashMap<CrawlId, Option<Timestamp>>,
    /// Entries, and the places of both exchanges.
    largest: Option<(usize, [usize; 2])>,
}

/// An entry of a page that another crawl was served before.
pub struct Reread {
    pub entry: EntryRef,
    /// The crawl, and the place of the exchange that served it.
    pub before: CrawlId,
    pub place: usize,
}

impl RereadsLedger {
    pub fn new(overlap: Option<Duration>) -> Self {
        Self { overlap, ..Self::default() }
    }

    /// Adds what a page of a crawl shares with earlier ones. Returns the entries beyond what is meant to be read again: older
    /// than the overlap back from the newest entry that the client had when this crawl began.
    pub fn add_page(
        &mut self,
        (id, place): (CrawlId, usize),
        again: Vec<Reread>,
        newest: Option<Timestamp>,
        crawls: &Crawls<'_>,
        replay: &Replay,
    ) -> Vec<EntryRef> {
        let filters = crawls.get(id).query.filters.sorted();
        let newest_before = self.newest.get(&filters).copied().or(self.newest_of_all);
        let known_before = *self.known_before.entry(id).or_insert(newest_before);
        let mut shared: HashMap<usize, usize> = HashMap::new();
        for reread in &again {
            *shared.entry(reread.place).or_default() += 1;
        }
        if let Some((before, entries)) =
            shared.into_iter().max_by_key(|(before, entries)| (*entries, usize::MAX - before))
            && self.largest.is_none_or(|(known, _)| known < entries)
        {
            self.largest = Some((entries, [before, place]));
        }
        if let Some(newest) = newest {
            let known = self.newest.entry(filters).or_insert(newest);
            *known = newest.max(*known);
            self.newest_of_all = self.newest_of_all.max(Some(newest));
        }
        let Some(overlap) = self.overlap else { return Vec::new() };
        let mut is_allowed: HashMap<CrawlId, bool> = HashMap::new();
        let mut is_beyond = |reread: &Reread| {
            let is_recent = known_before.is_none_or(|newest| newest.since(reread.entry.timestamp) <= overlap);
            !is_recent
                && !*is_allowed.entry(reread.before).or_insert_with(|| {
                    let (before, crawl) = (crawls.get(reread.before), crawls.get(id));
                    shared_time(before, crawl).is_some_and(|shared| shared <= overlap)
                        || begins_anew(before, crawl, replay)
                })
        };
        again.into_iter().filter(|reread| is_beyond(reread)).map(|reread| reread.entry).collect()
    }

    /// What the scope says is meant to be read again.
    pub fn overlap(&self) -> Option<Duration> {
        self.overlap
    }

    pub fn summary(&self, exchanges: &[&Exchange], served: usize, entries: usize, beyond: usize) -> Rereads {
        let largest = self.largest.map(|(entries, places)| LargestOverlap {
            entries,
            requests: places.map(|place| exchanges[place].observation.id.to_string()),
        });
        #[expect(clippy::cast_precision_loss, reason = "no world has so many entries")]
        let share = if served == 0 { 0.0 } else { (entries as f64 / served as f64 * 1000.0).round() / 1000.0 };
        Rereads { entries, share, beyond_overlap: self.overlap.map(|_| beyond), largest }
    }
}

/// How long the time is that the ranges of two crawls share; `None` when it has no beginning.
fn shared_time(one: &Crawl<'_>, other: &Crawl<'_>) -> Option<Duration> {
    let end = one.end()?.min(other.end()?);
    Some(end.since(one.query.start_time.max(other.query.start_time)?))
}

/// Whether a crawl begins another one anew that did not come to its end, or into which entries came.
fn begins_anew(before: &Crawl<'_>, crawl: &Crawl<'_>, replay: &Replay) -> bool {
    let is_same = before.query.start_time == crawl.query.start_time
        && before.query.filters.sorted() == crawl.query.filters.sorted();
    is_same && (!before.finished() || before.broke_off() || before.moved(replay))
}
