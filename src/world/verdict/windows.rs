//! How the ranges of time that a client asks for fit together.

use std::collections::HashMap;
use std::time::Duration;

use serde::Serialize;

use super::coverage::CoverageLedger;
use super::exchange::{Exchange, Served};
use super::finding::{Bug, Finding};
use super::ranges::on_purpose;
use super::replay::Replay;
use crate::contract::{Filters, Query, Selection, Timestamp};
use crate::store::EntryRef;
use crate::text::{counted, plural};

/// The ranges of a client's queries with a `startTime`, and the one before these that has none, if there is one; one
/// without an `endTime` ends when it was asked for.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Windows {
    /// How many distinct ranges.
    pub count: usize,
    /// Times between them that nobody asked for.
    pub gaps: Vec<Gap>,
    /// Times that two of them share, with entries in them.
    pub overlaps: Vec<Overlap>,
    /// Entries that came behind the end of a range that had been read, and were never served.
    pub late_arrivals_missed: usize,
}

/// A time that no range covers, both ends exclusive.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Gap {
    /// Where the range before it ends.
    pub after: Timestamp,
    /// Where the next one begins.
    pub before: Timestamp,
    /// How many entries lie in it.
    pub entries: usize,
}

/// A time that two ranges share, both ends inclusive.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Overlap {
    /// The first shared instant.
    pub from: Timestamp,
    /// The last.
    pub to: Timestamp,
    /// How many entries lie in it.
    pub entries: usize,
}

/// A range, and the first exchange that asked for it.
struct Window<'a> {
    start: Timestamp,
    end: Timestamp,
    query: &'a Query,
    exchange: &'a Exchange,
    /// How many entries had been added when it was last looked at.
    arrivals: usize,
}

/// Gaps and overlaps that are listed.
const LISTED: usize = 10;

pub fn judge(exchanges: &[&Exchange], replay: &Replay, ledger: &CoverageLedger<'_>) -> (Windows, Vec<Finding>) {
    let mut findings = Vec::new();
    let mut windows = Windows { count: 0, gaps: Vec::new(), overlaps: Vec::new(), late_arrivals_missed: 0 };
    let all = collected(exchanges);
    windows.count = all.iter().map(Vec::len).sum();
    for mut theirs in all {
        theirs.sort_by_key(|window| (window.start, window.end));
        findings.extend(behind_the_cursor(&theirs, replay, ledger, &mut windows));
        findings.extend(between(&theirs, replay, &mut windows));
    }
    (windows, findings)
}

/// The ranges of each distinct set of filters, in the order in which they were asked for.
fn collected<'a>(exchanges: &[&'a Exchange]) -> Vec<Vec<Window<'a>>> {
    let mut all: Vec<Vec<Window<'a>>> = Vec::new();
    let mut places: HashMap<Filters, usize> = HashMap::new();
    let mut known: HashMap<Selection, (usize, usize)> = HashMap::new();
    let mut beginnings: Vec<Option<Window<'a>>> = Vec::new();
    for exchange in exchanges {
        let Some(served) = &exchange.served else { continue };
        let query = &served.query;
        // Who asks for everything asks for no range.
        if (query.start_time, query.end_time) == (None, None) {
            continue;
        }
        let place = *places.entry(query.filters.sorted()).or_insert(all.len());
        if place == all.len() {
            all.push(Vec::new());
            beginnings.push(None);
        }
        let Some(start) = query.start_time else {
            note_beginning(&mut beginnings[place], exchange, served);
            continue;
        };
        let (place, number) = *known.entry(query.selection()).or_insert((place, all[place].len()));
        if let Some(window) = all[place].get_mut(number) {
            window.arrivals = window.arrivals.max(served.arrivals);
            // The later pages of a range without an end do not make it longer, a later crawl does.
            if query.end_time.is_none() && query.page == 0 {
                window.end = window.end.max(exchange.time);
            }
        } else {
            let end = query.end_time.unwrap_or(exchange.time);
            all[place].push(Window { start, end, query, exchange, arrivals: served.arrivals });
        }
    }
    for (theirs, beginning) in all.iter_mut().zip(beginnings) {
        let first = theirs.iter().map(|window| window.start).min();
        theirs.extend(beginning.filter(|beginning| first.is_some_and(|first| beginning.end <= first)));
    }
    all
}

/// Of the ranges without a start, the one that goes furthest is where others can go on; one that held nothing may have
/// been a look whether the server is there.
fn note_beginning<'a>(known: &mut Option<Window<'a>>, exchange: &'a Exchange, served: &'a Served) {
    let Some(end) = served.query.end_time.filter(|_| served.entries > 0) else { return };
    let arrivals = served.arrivals;
    match known {
        Some(window) if window.end > end => {}
        Some(window) if window.end == end => window.arrivals = window.arrivals.max(arrivals),
        _ => {
            let start = end.saturating_sub(Duration::MAX);
            *known = Some(Window { start, end, query: &served.query, exchange, arrivals });
        }
    }
}

/// What lies between the ranges, in the order of time, and what they share.
fn between(sorted: &[Window<'_>], replay: &Replay, windows: &mut Windows) -> Vec<Finding> {
    let (mut gaps, mut overlaps) = (0, 0);
    let mut shown = (None, None);
    // An empty range covers nothing.
    let sorted: Vec<&Window<'_>> = sorted.iter().filter(|window| window.start <= window.end).collect();
    let Some(first) = sorted.first() else { return Vec::new() };
    let (mut reached, mut seen) = (first.end, first.arrivals);
    for window in &sorted[1..] {
        if window.start > reached {
            let entries = replay.between(reached, window.start, window.query).len();
            // Ranges that differ by a millisecond join each other: that is how precise timestamps are.
            if entries > 0 || window.start.since(reached) > Duration::from_millis(1) {
                gaps += 1;
                shown.0 = shown.0.or(Some((window, reached, entries)));
                if windows.gaps.len() < LISTED {
                    windows.gaps.push(Gap { after: reached, before: window.start, entries });
                }
            }
        } else {
            let to = reached.min(window.end);
            let shared = Query { start_time: Some(window.start), end_time: Some(to), ..window.query.clone() };
            // What came after either was read is in one of them at most.
            let both = window.arrivals.min(seen);
            let entries = replay.count(&shared, both);
            if entries > 0 {
                if !on_purpose(window.start, to) {
                    overlaps += 1;
                    shown.1 = shown.1.or(Some((window, to, entries)));
                }
                if windows.overlaps.len() < LISTED {
                    windows.overlaps.push(Overlap { from: window.start, to, entries });
                }
            }
        }
        if window.end >= reached {
            (reached, seen) = (window.end, window.arrivals);
        }
    }
    let mut findings = Vec::new();
    if let (Some((window, reached, entries)), _) = shown {
        let message = format!(
            "{} between ranges: one ends at {reached}, the next begins at {}; {} between the two",
            counted(gaps, "gap", "gaps"),
            window.start,
            if entries == 1 { "an entry lies".to_owned() } else { format!("{entries} entries lie") }
        );
        findings.push(Finding::new(Bug::Gap, gaps, message, [window.exchange]));
    }
    if let (_, Some((window, to, entries))) = shown {
        let message = format!(
            "{} of ranges: both ends are inclusive, so {} from {} to {to} {} in two",
            counted(overlaps, "overlap", "overlaps"),
            if entries == 1 { "the entry".to_owned() } else { format!("the {entries} entries") },
            window.start,
            plural(entries, "is", "are")
        );
        findings.push(Finding::new(Bug::Overlap, overlaps, message, [window.exchange]));
    }
    findings
}

/// Entries that nobody read because the client had gone on: it had read the range before they came, or it began anew
/// right behind an instant that has more of them.
fn behind_the_cursor(
    sorted: &[Window<'_>],
    replay: &Replay,
    ledger: &CoverageLedger<'_>,
    told: &mut Windows,
) -> Vec<Finding> {
    let Some(filters) = sorted.first().map(|window| &window.query.filters) else { return Vec::new() };
    // How far the ranges up to each one reach.
    let mut reach = None;
    let reached: Vec<Option<Timestamp>> = sorted
        .iter()
        .map(|window| {
            reach = reach.max(Some(window.end));
            reach
        })
        .collect();
    let mut late = Vec::new();
    let mut equal = Vec::new();
    // What was there from the start came behind nobody.
    for missed in ledger.all_missed().filter(|missed| missed.arrival > 0 && replay.matches(missed, filters)) {
        let EntryRef { timestamp: at, arrival, .. } = *missed;
        let begun = sorted.partition_point(|window| window.start <= at);
        let may_cover = (0..begun).rev().take_while(|place| reached[*place] >= Some(at)).map(|place| &sorted[place]);
        let mut readers = may_cover.filter(|window| at <= window.end && window.arrivals < arrival);
        let Some(reader) = readers.next() else { continue };
        let newest_read = ledger.newest_served_by(reader.query);
        let soon = sorted[begun..].iter().take_while(|window| window.start.since(at) <= Duration::from_secs(1));
        match soon.into_iter().find(|window| window.arrivals >= arrival).filter(|_| newest_read == Some(at)) {
            Some(next) => equal.push((missed, next)),
            None => late.push((missed, reader)),
        }
    }
    told.late_arrivals_missed += late.len();
    let mut findings = Vec::new();
    if let Some((missed, reader)) = late.first() {
        let message = format!(
            "{} came late, behind the end of a range that had been read, and were never read: {} came after ?{}",
            late.len(),
            replay.describe(missed),
            reader.exchange.query
        );
        findings.push(Finding::new(Bug::LateArrivalMissed, late.len(), message, [reader.exchange]));
    }
    if let Some((missed, next)) = equal.first() {
        let message = format!(
            "{} share the newest timestamp that was read and were never read themselves: {}, and the next range began at {}",
            equal.len(),
            replay.describe(missed),
            next.start
        );
        findings.push(Finding::new(Bug::EqualTimestampLost, equal.len(), message, [next.exchange]));
    }
    findings
}
