//! Whether a client takes a failure for the end.

use std::collections::HashMap;

use super::coverage::CoverageLedger;
use super::crawl::{Crawl, Crawls};
use super::exchange::{Exchange, Served};
use super::finding::{Bug, Finding};
use super::replay::Replay;
use crate::contract::{Filters, Query, Selection, Timestamp};
use crate::store::EntryRef;

/// In the middle of a crawl, of which `served` is the last page.
pub fn mid_crawl(crawl: &Crawl<'_>, served: &Served) -> Finding {
    let (bug, why) = match crawl.failed {
        Some(failed) => (bug_of(failed), format!(" after {}", failure(failed))),
        None => (Bug::StoppedEarly, String::new()),
    };
    let message = format!(
        "stopped after page {} of {}{why}, and what was left was never read: {}",
        served.query.page,
        served.total_pages,
        crawl.shown()
    );
    Finding::new(bug, 1, message, crawl.failed.into_iter().chain(crawl.last().map(|page| page.exchange)))
}

/// The pages in the middle of a crawl that failed and were not asked for again.
pub fn within(crawl: &Crawl<'_>) -> Vec<Finding> {
    let left_out = crawl.failed_pages.iter().filter(|(page, _)| crawl.leaves_out(**page));
    let finding = |(page, failed): (&u32, &&Exchange)| {
        let message =
            format!("left out page {page} of a crawl after {}: ?{}", failure(failed), failed.observation.query);
        Finding::new(bug_of(failed), 1, message, [*failed])
    };
    left_out.map(finding).collect()
}

/// Before the first page of a query. Either it asked for nothing else since, or never again for a time of that query.
pub fn before_first_page(
    exchanges: &[&Exchange],
    crawls: &Crawls<'_>,
    replay: &Replay,
    ledger: &CoverageLedger<'_>,
) -> Vec<Finding> {
    let without_a_page = crawls.iter().filter(|crawl| crawl.pages.is_empty());
    let failed: Vec<&Exchange> = without_a_page.filter_map(|crawl| crawl.failed).collect();
    if failed.is_empty() || ledger.all_missed().next().is_none() {
        return Vec::new();
    }
    let lost = Lost::new(exchanges, replay, ledger);
    let is_last = |failed: &Exchange| exchanges.last().is_some_and(|last| last.observation.id == failed.observation.id);
    let mut known: HashMap<Selection, bool> = HashMap::new();
    let mut forgotten = |failed: &Exchange| {
        let Some(query) = &failed.retryable else { return false };
        *known.entry(query.selection()).or_insert_with(|| lost.any(query, replay))
    };
    let given_up = failed.into_iter().filter(|failed| is_last(failed) || forgotten(failed));
    let finding = |failed| {
        let message =
            format!("gave up after {}, and entries were never read: ?{}", failure(failed), failed.observation.query);
        Finding::new(bug_of(failed), 1, message, [failed])
    };
    given_up.map(finding).collect()
}

/// The entries that were missed, and that no query asks for of which a page was given: newest first.
struct Lost<'a>(Vec<&'a EntryRef>);

impl<'a> Lost<'a> {
    fn new(exchanges: &[&Exchange], replay: &Replay, ledger: &'a CoverageLedger<'_>) -> Self {
        let mut asked: Vec<(&Filters, Vec<Range>)> = Vec::new();
        let mut places: HashMap<Filters, usize> = HashMap::new();
        for query in exchanges.iter().filter_map(|exchange| exchange.served_query()) {
            let place = *places.entry(query.filters.sorted()).or_insert(asked.len());
            if place == asked.len() {
                asked.push((&query.filters, Vec::new()));
            }
            asked[place].1.push((query.start_time, query.end_time));
        }
        for (_, ranges) in &mut asked {
            *ranges = joined(std::mem::take(ranges));
        }
        let was_asked = |there: &EntryRef| {
            asked.iter().any(|(filters, ranges)| holds(ranges, there.timestamp) && replay.matches(there, filters))
        };
        Self(ledger.all_missed().filter(|there| !was_asked(there)).collect())
    }

    /// Whether a query asks for any of them.
    fn any(&self, query: &Query, replay: &Replay) -> bool {
        let from = self.0.partition_point(|there| query.end_time.is_some_and(|end| there.timestamp > end));
        let in_range = |there: &&&EntryRef| query.start_time.is_none_or(|start| there.timestamp >= start);
        self.0[from..].iter().take_while(in_range).any(|there| replay.matches(there, &query.filters))
    }
}

/// Both ends inclusive; `None` has no start, or no end.
type Range = (Option<Timestamp>, Option<Timestamp>);

/// Ranges in the order of time, those that touch each other as one.
fn joined(mut ranges: Vec<Range>) -> Vec<Range> {
    ranges.sort_unstable();
    let mut joined: Vec<Range> = Vec::new();
    for (start, end) in ranges {
        match joined.last_mut() {
            Some((_, reached)) if reached.is_none_or(|reached| start <= Some(reached)) => {
                *reached = reached.and_then(|reached| end.map(|end| end.max(reached)));
            }
            _ => joined.push((start, end)),
        }
    }
    joined
}

fn holds(joined: &[Range], at: Timestamp) -> bool {
    let begun = joined.partition_point(|(start, _)| *start <= Some(at));
    joined[..begun].last().is_some_and(|(_, end)| end.is_none_or(|end| at <= end))
}

fn bug_of(failed: &Exchange) -> Bug {
    if failed.observation.status == 429 { Bug::GaveUpAfter429 } else { Bug::GaveUpAfterFailure }
}

fn failure(failed: &Exchange) -> String {
    match failed.observation.status {
        0 => "a broken connection".to_owned(),
        429 => "a 429 that it did not wait for".to_owned(),
        200 => "a page that did not arrive whole".to_owned(),
        status => format!("a {status}"),
    }
}
