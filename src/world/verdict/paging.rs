//! How a client goes through the pages of a query.

use std::collections::{BTreeMap, BTreeSet, HashMap};

use serde::Serialize;
use uuid::Uuid;

use super::abandonment;
use super::coverage::CoverageLedger;
use super::crawl::{Crawl, CrawledPage, Crawls, without_page};
use super::exchange::{Exchange, Served};
use super::finding::{Bug, Finding};
use super::replay::Replay;
use crate::store::EntryRef;
use crate::text::plural;

/// The crawls of a client: a crawl is a run through the pages of one query.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Paging {
    /// How many distinct queries there were, pages aside.
    pub queries: usize,
    /// How many runs through their pages.
    pub crawls: usize,
    /// How many of these came to the last page.
    pub finished: usize,
    /// Pages that were served.
    pub pages: usize,
    /// Pages that were served again later in the same crawl.
    pub repeated: usize,
    /// Pages that were served again because the client asked for the same one next: it may not have received them.
    pub retried: usize,
    /// Crawls that are a look at the first page, such as a connection test.
    pub probes: usize,
    /// Pages that were left out before the last that was served.
    pub skipped: usize,
    /// The paging of each of the first queries.
    pub per_query: Vec<PagingOfQuery>,
    /// How many queries are not among these.
    pub further_queries: usize,
}

/// How a client went through the pages of one query.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct PagingOfQuery {
    /// The query as it was first sent, without its page.
    pub query: String,
    /// How many runs through its pages.
    pub crawls: usize,
    /// Whether the last run came to the last page.
    pub finished: bool,
    /// How many pages were served.
    pub pages: usize,
    /// The first pages that a run left out.
    pub skipped: Vec<u32>,
    /// The first pages that were served again in the same run.
    pub repeated: Vec<u32>,
}

/// The most queries that are listed.
const QUERIES: usize = 20;
/// The most pages of a query that are listed as skipped or repeated.
const PAGES: usize = 10;

/// Judges the crawls of each distinct query.
pub fn judge(
    exchanges: &[&Exchange],
    crawls: &Crawls<'_>,
    replay: &Replay,
    ledger: &CoverageLedger<'_>,
) -> (Paging, Vec<Finding>) {
    let sum = |of: fn(&Crawl<'_>) -> usize| crawls.iter().map(of).sum();
    let paging = Paging {
        queries: crawls.by_query.len(),
        crawls: crawls.iter().count(),
        finished: sum(|crawl| usize::from(crawl.finished())),
        pages: sum(|crawl| crawl.pages.len()),
        repeated: sum(|crawl| crawl.repeated.len()),
        retried: sum(|crawl| crawl.retried),
        probes: sum(|crawl| usize::from(crawl.probe.is_some())),
        skipped: sum(|crawl| crawl.count_skipped()),
        per_query: crawls.by_query.iter().take(QUERIES).map(|crawls| of_query(crawls)).collect(),
        further_queries: crawls.by_query.len().saturating_sub(QUERIES),
    };
    let doubled = ledger.doubled_pages();
    let mut findings = Vec::new();
    for crawl in crawls.iter() {
        findings.extend(doubles(crawl, &doubled, replay));
        findings.extend(past_the_end(crawl));
        let Some(last) = crawl.last() else { continue };
        // What was not read here but elsewhere is no loss.
        let skipped = crawl.count_skipped();
        if (skipped > 0 || !crawl.finished() || crawl.pages.len() > 1) && ledger.misses(&last.served.query) {
            if skipped > 0 {
                findings.extend(left_out(crawl, skipped));
            }
            if !crawl.finished() {
                findings.push(abandonment::mid_crawl(crawl, last.served));
            }
            findings.extend(neighbours(crawl).filter_map(|(one, next)| lost(one, next, replay, ledger)));
            findings.extend(resized(crawl));
        }
    }
    findings.extend(abandonment::before_first_page(exchanges, crawls, replay, ledger));
    (paging, merged(findings))
}

/// Pages that were left out: those that failed, and those that were not asked for, unless a failure kept the client from
/// it.
fn left_out(crawl: &Crawl<'_>, skipped: usize) -> Vec<Finding> {
    let given_up = abandonment::within(crawl);
    let failed = given_up.len();
    let kept_from_them = failed > 0 && crawl.broke_off() && crawl.finished();
    let others = if kept_from_them { 0 } else { skipped.saturating_sub(failed) };
    let by_itself = (others > 0).then(|| {
        let numbers = crawl.skipped().filter(|page| !crawl.failed_pages.contains_key(page));
        let message = format!("left out {} of a crawl: {}", pages(numbers, others), crawl.shown());
        Finding::new(Bug::SkippedPage, others, message, crawl.last().map(|page| page.exchange))
    });
    given_up.into_iter().chain(by_itself).collect()
}

fn of_query(crawls: &[Crawl<'_>]) -> PagingOfQuery {
    let first = crawls.first().and_then(Crawl::first);
    let skipped: BTreeSet<u32> = crawls.iter().flat_map(|crawl| crawl.skipped().take(PAGES)).collect();
    let repeated: BTreeSet<u32> = crawls.iter().flat_map(|crawl| crawl.repeated.iter().copied()).collect();
    PagingOfQuery {
        query: first.map(|exchange| without_page(&exchange.observation.query)).unwrap_or_default(),
        crawls: crawls.len(),
        finished: crawls.last().is_some_and(Crawl::finished),
        pages: crawls.iter().map(|crawl| crawl.pages.len()).sum(),
        skipped: skipped.into_iter().take(PAGES).collect(),
        repeated: repeated.into_iter().take(PAGES).collect(),
    }
}

/// Why entries of a crawl were served twice.
fn doubles(crawl: &Crawl<'_>, doubled: &HashMap<Uuid, usize>, replay: &Replay) -> Vec<Finding> {
    if doubled.is_empty() || !crawl.pages.iter().any(|page| doubled.contains_key(&page.exchange.observation.id)) {
        return Vec::new();
    }
    let mut pairs = Vec::new();
    let mut count = 0;
    for (one, next) in neighbours(crawl).filter(|(one, next)| one.served.arrivals < next.served.arrivals) {
        if let Some(of_page) = doubled.get(&next.exchange.observation.id) {
            count += of_page;
            pairs.push((one, next, *of_page));
        }
    }
    // The first is told, and stands for the others.
    let mut told = pairs.into_iter().filter_map(|(one, next, of_page)| moved(one.served, next, of_page, replay));
    let moved = told.next().map(|finding| Finding { count, ..finding });
    moved.into_iter().chain(resized(crawl)).collect()
}

/// The pages of a crawl that follow each other in number and have one size, in the order in which entries came.
fn neighbours<'a, 'b>(crawl: &'b Crawl<'a>) -> impl Iterator<Item = (&'b CrawledPage<'a>, &'b CrawledPage<'a>)> {
    let by_number: BTreeMap<u32, _> = crawl.pages.iter().map(|page| (page.served.query.page, page)).collect();
    let pages: Vec<&CrawledPage<'_>> = by_number.into_values().collect();
    let follows = |pair: &&[&CrawledPage<'_>]| {
        let (one, next) = (&pair[0].served.query, &pair[1].served.query);
        next.page == one.page + 1 && next.page_size == one.page_size
    };
    let mut pairs: Vec<_> = pages.windows(2).filter(follows).map(|pair| (pair[0], pair[1])).collect();
    // The first of several findings is told.
    pairs.sort_by_key(|(one, next)| one.served.arrivals.max(next.served.arrivals));
    pairs.into_iter()
}

/// Entries that came between two pages and pushed others into the one that was read later.
fn moved(before: &Served, after: &CrawledPage<'_>, doubled: usize, replay: &Replay) -> Option<Finding> {
    let came = in_front(&replay.came_between(before, after.served), replay.page(after.served).first());
    let first = came.first()?;
    // An end of now does not keep out what comes late.
    let remedy = match after.served.query.end_time {
        Some(_) => "end the range further back than entries come late, or begin anew when total changes",
        None => "fix endTime before the first page",
    };
    let message = format!(
        "{} came between page {} and page {} and pushed {} over the border, which {} read twice; the first that came is {}: {remedy}",
        entries(came.len()),
        before.query.page,
        after.served.query.page,
        entries(doubled),
        plural(doubled, "was", "were"),
        replay.describe(first),
    );
    Some(Finding::new(Bug::MovedUnderOffset, doubled, message, [after.exchange]))
}

/// Entries that were pushed from a page into the one behind it, which had been read before.
fn lost(
    one: &CrawledPage<'_>,
    next: &CrawledPage<'_>,
    replay: &Replay,
    ledger: &CoverageLedger<'_>,
) -> Option<Finding> {
    if next.served.arrivals >= one.served.arrivals {
        return None;
    }
    let as_it_was = replay.page(&Served { arrivals: next.served.arrivals, ..one.served.clone() });
    let lost = as_it_was.iter().filter(|entry| ledger.is_missed(entry)).count();
    let came = in_front(&replay.came_between(next.served, one.served), as_it_was.last());
    let first = came.first().filter(|_| lost > 0)?;
    let message = format!(
        "{} came between page {} and page {} and pushed {} over the border, never to be read; the first that came is {}: read from page 0 on, and fix endTime before",
        entries(came.len()),
        next.served.query.page,
        one.served.query.page,
        entries(lost),
        replay.describe(first),
    );
    Some(Finding::new(Bug::LostUnderOffset, lost, message, [one.exchange]))
}

/// Those in front of an entry, in the order of answers; all of them if there is none.
fn in_front(came: &[EntryRef], border: Option<&EntryRef>) -> Vec<EntryRef> {
    let is_in_front = |held: &&EntryRef| {
        border.is_none_or(|border| {
            held.timestamp > border.timestamp || held.timestamp == border.timestamp && held.arrival < border.arrival
        })
    };
    came.iter().filter(is_in_front).copied().collect()
}

/// Pages of several sizes, unless each begins where another one ends, as when a client asks for smaller ones after a failure.
fn resized(crawl: &Crawl<'_>) -> Option<Finding> {
    let sizes: BTreeSet<u32> = crawl.pages.iter().map(|page| page.served.query.page_size).collect();
    if sizes.len() == 1 {
        return None;
    }
    let stretch = |served: &Served| {
        let first = served.query.page as usize * served.query.page_size as usize;
        (first, first + served.entries)
    };
    let stretches: BTreeSet<(usize, usize)> =
        crawl.pages.iter().filter(|page| page.served.entries > 0).map(|page| stretch(page.served)).collect();
    let borders: Vec<(usize, usize)> = stretches.into_iter().collect();
    borders.windows(2).any(|pair| pair[0].1 != pair[1].0).then(|| {
        let sizes: Vec<String> = sizes.iter().map(u32::to_string).collect();
        let message = format!(
            "changed the size of the pages in the middle of a crawl ({}), so their borders do not fit: {}",
            sizes.join(", "),
            crawl.shown()
        );
        Finding::new(Bug::PageSizeChanged, 1, message, crawl.last().map(|page| page.exchange))
    })
}

fn past_the_end(crawl: &Crawl<'_>) -> Option<Finding> {
    let in_vain: Vec<&Exchange> = crawl
        .pages
        .windows(2)
        .map(|pair| (&pair[0], &pair[1]))
        .filter(|(one, next)| one.served.query.page_size == next.served.query.page_size)
        // A client that asks for several pages at a time cannot know yet.
        .filter(|(one, next)| next.exchange.observation.answered_before > one.exchange.observation.answered_before)
        .filter(|(one, next)| next.served.query.page as usize >= one.served.total_pages && next.served.entries == 0)
        .map(|(_, next)| next.exchange)
        .collect();
    (!in_vain.is_empty()).then(|| {
        let message = "asked for a page behind the last one, which totalPages of the answer before had told".to_owned();
        Finding::new(Bug::IgnoredTotalPages, in_vain.len(), message, in_vain)
    })
}

/// Findings of the same kind as one: the first is told, all are counted.
fn merged(findings: Vec<Finding>) -> Vec<Finding> {
    let mut merged: Vec<Finding> = Vec::new();
    for finding in findings {
        match merged.iter_mut().find(|known| known.bug == finding.bug) {
            Some(known) => known.count += finding.count,
            None => merged.push(finding),
        }
    }
    merged
}

fn entries(count: usize) -> String {
    if count == 1 { "an entry".to_owned() } else { format!("{count} entries") }
}

fn pages(numbers: impl Iterator<Item = u32>, count: usize) -> String {
    let shown: Vec<String> = numbers.take(5).map(|number| number.to_string()).collect();
    let more = if count > 5 { ", …" } else { "" };
    format!("{} {}{more}", plural(count, "page", "pages"), shown.join(", "))
}
