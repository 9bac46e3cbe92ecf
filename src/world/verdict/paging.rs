//! How a client goes through the pages of a query.

use std::cmp::Ordering;
use std::collections::{BTreeMap, BTreeSet};

use serde::Serialize;

use super::abandonment;
use super::coverage::CoverageLedger;
use super::crawl::{Crawl, shown, told, without_page};
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
    /// Pages that were served again in the same crawl.
    pub repeated: usize,
    /// Pages that were left out before the last that was served.
    pub skipped: usize,
    /// The same for each of the first queries.
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
    queries: &[Vec<Crawl<'_>>],
    replay: &Replay,
    ledger: &CoverageLedger<'_>,
) -> (Paging, Vec<Finding>) {
    let mut paging = Paging {
        queries: queries.len(),
        crawls: 0,
        finished: 0,
        pages: 0,
        repeated: 0,
        skipped: 0,
        per_query: queries.iter().take(QUERIES).map(|crawls| of_query(crawls)).collect(),
        further_queries: queries.len().saturating_sub(QUERIES),
    };
    let mut findings = Vec::new();
    for crawls in queries {
        paging.crawls += crawls.len();
        for crawl in crawls {
            paging.finished += usize::from(crawl.finished());
            paging.pages += crawl.pages.len();
            paging.repeated += crawl.repeated.len();
            let skipped = crawl.count_skipped();
            paging.skipped += skipped;
            // Who begins anew has seen it.
            if !crawl.begun_anew {
                findings.extend(moved(crawl, replay, ledger));
            }
            findings.extend(resized(crawl));
            findings.extend(past_the_end(crawl));
            let Some((_, served)) = crawl.pages.last() else { continue };
            // What was left out here and read elsewhere is no loss.
            let lost = || ledger.misses(&served.query);
            if skipped > 0 && lost() {
                findings.extend(left_out(crawl, skipped));
            }
            if !crawl.finished() && lost() {
                findings.push(abandonment::mid_crawl(crawl, served));
            }
        }
    }
    findings.extend(abandonment::before_first_page(exchanges, queries, replay, ledger));
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
        let message = format!("left out {} of a crawl: {}", pages(numbers, others), told(crawl));
        Finding::new(Bug::SkippedPage, others, message, shown(crawl))
    });
    given_up.into_iter().chain(by_itself).collect()
}

fn of_query(crawls: &[Crawl<'_>]) -> PagingOfQuery {
    let first = crawls.first().and_then(Crawl::first);
    let skipped: BTreeSet<u32> = crawls.iter().flat_map(|crawl| crawl.skipped().take(PAGES)).collect();
    let repeated: BTreeSet<u32> = crawls.iter().flat_map(|crawl| crawl.repeated.iter().copied()).collect();
    PagingOfQuery {
        query: first.map(|exchange| without_page(&exchange.query)).unwrap_or_default(),
        crawls: crawls.len(),
        finished: crawls.last().is_some_and(Crawl::finished),
        pages: crawls.iter().map(|crawl| crawl.pages.len()).sum(),
        skipped: skipped.into_iter().take(PAGES).collect(),
        repeated: repeated.into_iter().take(PAGES).collect(),
    }
}

/// Entries that came between two neighbouring pages and pushed others over the border: into the page that was read later,
/// or past the one that had been read before.
fn moved(crawl: &Crawl<'_>, replay: &Replay, ledger: &CoverageLedger<'_>) -> Vec<Finding> {
    let served = crawl.pages.iter().map(|page| (page.1.query.page, *page));
    let pages: Vec<(&Exchange, &Served)> = served.collect::<BTreeMap<_, _>>().into_values().collect();
    let neighbours = pages.windows(2).filter(|pair| {
        let (one, next) = (&pair[0].1.query, &pair[1].1.query);
        next.page == one.page + 1 && next.page_size == one.page_size
    });
    // What came first is told.
    let mut neighbours: Vec<_> = neighbours.collect();
    neighbours.sort_by_key(|pair| pair[0].1.arrivals.max(pair[1].1.arrivals));
    neighbours
        .into_iter()
        .filter_map(|pair| match pair[1].1.arrivals.cmp(&pair[0].1.arrivals) {
            Ordering::Equal => None,
            Ordering::Greater => read_twice(pair[0].1, pair[1], replay),
            Ordering::Less => lost(pair[0], pair[1].1, replay, ledger),
        })
        .collect()
}

fn read_twice(before: &Served, (exchange, after): (&Exchange, &Served), replay: &Replay) -> Option<Finding> {
    let page = replay.page(after);
    let came = in_front(&replay.came_between(before, after), page.first());
    // An empty page repeats nothing.
    let first = came.first().filter(|_| !page.is_empty())?;
    // An end of now does not keep out what comes late.
    let remedy = match after.query.end_time {
        Some(_) => "end the range further back than entries come late, or begin anew when total changes",
        None => "fix endTime before the first page",
    };
    let message = format!(
        "{} came between page {} and page {} and pushed as many over the border, which were read twice; the first is {}: {remedy}",
        entries(came.len()),
        before.query.page,
        after.query.page,
        replay.describe(first),
    );
    Some(Finding::new(Bug::MovedUnderOffset, came.len(), message, [exchange]))
}

/// The page behind the border was read first.
fn lost(
    (exchange, later): (&Exchange, &Served),
    first: &Served,
    replay: &Replay,
    ledger: &CoverageLedger<'_>,
) -> Option<Finding> {
    let behind = replay.page(&Served { arrivals: later.arrivals, ..first.clone() });
    let came = in_front(&replay.came_between(first, later), behind.first());
    let lost = behind.iter().take(came.len()).filter(|there| ledger.is_missed(there)).count();
    let which = came.first().filter(|_| lost > 0)?;
    let message = format!(
        "{} came between page {} and page {} and pushed {} over the border, never to be read; the first is {}: read from page 0 on, and fix endTime before",
        entries(came.len()),
        first.query.page,
        later.query.page,
        entries(lost),
        replay.describe(which),
    );
    Some(Finding::new(Bug::LostUnderOffset, lost, message, [exchange]))
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

/// Pages of several sizes, unless each begins where another one ends: who asks for smaller ones after a failure does.
fn resized(crawl: &Crawl<'_>) -> Option<Finding> {
    let sizes: BTreeSet<u32> = crawl.pages.iter().map(|(_, served)| served.query.page_size).collect();
    if sizes.len() == 1 {
        return None;
    }
    let stretch = |served: &Served| {
        let first = served.query.page as usize * served.query.page_size as usize;
        (first, first + served.entries)
    };
    let stretches: BTreeSet<(usize, usize)> =
        crawl.pages.iter().filter(|(_, served)| served.entries > 0).map(|(_, served)| stretch(served)).collect();
    let borders: Vec<(usize, usize)> = stretches.into_iter().collect();
    borders.windows(2).any(|pair| pair[0].1 != pair[1].0).then(|| {
        let sizes: Vec<String> = sizes.iter().map(u32::to_string).collect();
        let message = format!(
            "changed the size of the pages in the middle of a crawl ({}), so their borders do not fit: {}",
            sizes.join(", "),
            told(crawl)
        );
        Finding::new(Bug::PageSizeChanged, 1, message, shown(crawl))
    })
}

fn past_the_end(crawl: &Crawl<'_>) -> Option<Finding> {
    let in_vain: Vec<&Exchange> = crawl
        .pages
        .windows(2)
        .filter(|pair| pair[0].1.query.page_size == pair[1].1.query.page_size)
        // Who asks for several pages at a time cannot know yet.
        .filter(|pair| pair[1].0.answered_before > pair[0].0.answered_before)
        .filter(|pair| pair[1].1.query.page as usize >= pair[0].1.total_pages && pair[1].1.entries == 0)
        .map(|pair| pair[1].0)
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
