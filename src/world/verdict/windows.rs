//! How the ranges of time that a client asks for fit together.

use std::collections::HashMap;
use std::time::Duration;

use serde::Serialize;

use super::coverage::CoverageLedger;
use super::crawl::{Crawls, ProbeReason};
use super::exchange::{Exchange, Served};
use super::finding::{Bug, Finding};
use super::replay::Replay;
use crate::contract::{Filters, Query, Selection, Timestamp};
use crate::duration;
use crate::store::EntryRef;
use crate::text::counted;

/// The ranges of a client's queries with a `startTime`, and the one before these that has none, if there is one; one
/// without an `endTime` ends when it was asked for.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Windows {
    /// How many distinct ranges.
    pub count: usize,
    /// How many times lie between them that nobody asked for.
    pub gap_count: usize,
    /// The first of these.
    pub gaps: Vec<Gap>,
    /// How many requests asked for a range that had not begun, and were given nothing.
    pub future: usize,
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

/// A range, and the first exchange that asked for it.
struct Window<'a> {
    start: Timestamp,
    end: Timestamp,
    query: &'a Query,
    exchange: &'a Exchange,
    /// How many entries had been added when it was last looked at.
    arrivals: usize,
    /// When that was, by the world's clock.
    asked: Timestamp,
}

/// The most gaps that are listed.
const GAPS: usize = 10;

pub fn judge(
    exchanges: &[&Exchange],
    crawls: &Crawls<'_>,
    replay: &Replay,
    ledger: &CoverageLedger<'_>,
) -> (Windows, Vec<Finding>) {
    let is_probe =
        |place: usize| crawls.of(place).is_some_and(|(_, crawl)| crawl.probe == Some(ProbeReason::SmallerPage));
    let read: Vec<&Exchange> =
        (0..).zip(exchanges).filter(|(place, _)| !is_probe(*place)).map(|(_, exchange)| *exchange).collect();
    let future: Vec<&Exchange> = read.iter().copied().filter(|exchange| asks_for_the_future(exchange)).collect();
    let all = collected(&read);
    let mut windows = Windows {
        count: all.iter().map(Vec::len).sum(),
        gap_count: 0,
        gaps: Vec::new(),
        future: future.len(),
        late_arrivals_missed: 0,
    };
    let mut findings: Vec<Finding> = future.first().map(|first| in_the_future(first, &future)).into_iter().collect();
    for mut theirs in all {
        theirs.sort_by_key(|window| (window.start, window.end));
        findings.extend(behind_the_cursor(&theirs, replay, ledger, &mut windows));
        findings.extend(between(&theirs, replay, &mut windows));
    }
    (windows, findings)
}

/// Whether a range had not begun when it was asked for, so nothing was in it.
fn asks_for_the_future(exchange: &Exchange) -> bool {
    let Some(served) = exchange.served.as_ref().filter(|served| served.total_pages == 0) else { return false };
    let Query { start_time, end_time, .. } = &served.query;
    start_time.is_some_and(|start| start > exchange.observation.time && end_time.is_none_or(|end| start <= end))
}

fn in_the_future(first: &Exchange, all: &[&Exchange]) -> Finding {
    let start = first.served_query().and_then(|query| query.start_time).unwrap_or(first.observation.time);
    let message = format!(
        "{} for a range that had not begun: it was {}, and startTime is {} later; a time without an offset is UTC: ?{}",
        counted(all.len(), "request asked", "requests asked"),
        first.observation.time,
        duration::format(start.since(first.observation.time)),
        first.observation.query
    );
    Finding::new(Bug::FutureRange, all.len(), message, all.iter().copied())
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
        // A query for everything is no range.
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
            window.asked = exchange.observation.time;
            // The later pages of a range without an end do not make it longer, a later crawl does.
            if query.end_time.is_none() && query.page == 0 {
                window.end = window.end.max(exchange.observation.time);
            }
        } else {
            let end = query.end_time.unwrap_or(exchange.observation.time);
            all[place].push(Window {
                start,
                end,
                query,
                exchange,
                arrivals: served.arrivals,
                asked: exchange.observation.time,
            });
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
        Some(window) if window.end == end => {
            (window.arrivals, window.asked) = (window.arrivals.max(arrivals), exchange.observation.time);
        }
        _ => {
            let start = end.saturating_sub(Duration::MAX);
            *known =
                Some(Window { start, end, query: &served.query, exchange, arrivals, asked: exchange.observation.time });
        }
    }
}

/// What lies between the ranges, in the order of time.
fn between(sorted: &[Window<'_>], replay: &Replay, windows: &mut Windows) -> Option<Finding> {
    let mut gaps = 0;
    let mut shown = None;
    // An empty range covers nothing.
    let mut sorted = sorted.iter().filter(|window| window.start <= window.end);
    let mut reached = sorted.next()?.end;
    for window in sorted {
        if window.start > reached {
            let entries = replay.between(reached, window.start, window.query).len();
            // Ranges that differ by a millisecond join each other: that is how precise timestamps are.
            if entries > 0 || window.start.since(reached) > Duration::from_millis(1) {
                gaps += 1;
                shown = shown.or(Some((window, reached, entries)));
                if windows.gaps.len() < GAPS {
                    windows.gaps.push(Gap { after: reached, before: window.start, entries });
                }
            }
        }
        reached = reached.max(window.end);
    }
    windows.gap_count += gaps;
    let (window, reached, entries) = shown?;
    let message = format!(
        "{} between ranges: one ends at {reached}, the next begins at {}; {} between the two",
        counted(gaps, "gap", "gaps"),
        window.start,
        if entries == 1 { "an entry lies".to_owned() } else { format!("{entries} entries lie") }
    );
    Some(Finding::new(Bug::Gap, gaps, message, [window.exchange]))
}

/// Entries that nobody read because the client had gone on: it had read the range before they came, or it began anew
/// right behind an instant that has more of them.
fn behind_the_cursor(
    sorted: &[Window<'_>],
    replay: &Replay,
    ledger: &CoverageLedger<'_>,
    windows: &mut Windows,
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
    let (mut late, mut equal, mut future) = (Vec::new(), Vec::new(), Vec::new());
    // What was there from the start did not come late.
    for missed in ledger.all_missed().filter(|missed| missed.arrival > 0 && replay.matches(missed, filters)) {
        let EntryRef { timestamp: at, arrival, .. } = *missed;
        let begun = sorted.partition_point(|window| window.start <= at);
        let may_cover = (0..begun).rev().take_while(|place| reached[*place] >= Some(at)).map(|place| &sorted[place]);
        let mut readers = may_cover.filter(|window| at <= window.end && window.arrivals < arrival);
        let Some(reader) = readers.next() else { continue };
        if at > reader.asked {
            future.push((missed, reader));
            continue;
        }
        // A client that goes on within a range that it has read goes on from the newest entry of that.
        let is_newest = ledger.newest_served_by(reader.query) == Some(at);
        let is_open = reader.query.end_time.is_none();
        let goes_on = |window: &&Window<'_>| is_newest && (is_open || window.start <= reader.end);
        match sorted[begun..].iter().take_while(goes_on).find(|window| window.arrivals >= arrival) {
            Some(next) => equal.push((missed, next)),
            None => late.push((missed, reader)),
        }
    }
    windows.late_arrivals_missed += late.len();
    windows.future += future.len();
    let mut findings = Vec::new();
    if let Some((missed, reader)) = future.first() {
        let message = format!(
            "{} came in a range that was read before it had passed, and were never read: at {} it ended {} later, and {} came then: ?{}",
            future.len(),
            reader.asked,
            duration::format(reader.end.since(reader.asked)),
            replay.describe(missed),
            reader.exchange.observation.query
        );
        findings.push(Finding::new(Bug::FutureRange, future.len(), message, [reader.exchange]));
    }
    if let Some((missed, reader)) = late.first() {
        let message = format!(
            "{} came late, behind the end of a range that had been read, and were never read: {} came after ?{}",
            late.len(),
            replay.describe(missed),
            reader.exchange.observation.query
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
