//! How a client goes through the pages of a query.

use std::collections::BTreeSet;

use serde::Serialize;

use super::coverage::Ledger;
use super::crawls::{Crawl, without_page};
use super::exchange::Exchange;
use super::finding::{Bug, Finding};
use super::giving_up;
use super::replay::Replay;

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
    replay: &Replay<'_>,
    held: &Ledger<'_>,
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
            let skipped = crawl.skipped();
            paging.skipped += skipped.len();
            // Who begins anew has seen it.
            if !crawl.begun_anew {
                findings.extend(moved(crawl, replay));
            }
            findings.extend(resized(crawl));
            findings.extend(past_the_end(crawl));
            let Some((_, served)) = crawl.pages.last() else { continue };
            // What was left out here and read elsewhere is no loss.
            let lost = || replay.all(&served.query).iter().any(|held_now| held.is_missed(held_now));
            if !skipped.is_empty() && lost() {
                let message = format!("left out {} of a crawl: {}", pages(&skipped), told(crawl));
                findings.push(Finding::new(Bug::SkippedPage, skipped.len(), message, shown(crawl)));
            }
            if !crawl.finished() && lost() {
                findings.push(giving_up::midway(crawl, served));
            }
        }
    }
    findings.extend(giving_up::at_once(exchanges, queries, replay, held));
    (paging, merged(findings))
}

fn of_query(crawls: &[Crawl<'_>]) -> PagingOfQuery {
    let first = crawls.first().and_then(Crawl::first);
    let skipped: BTreeSet<u32> = crawls.iter().flat_map(Crawl::skipped).collect();
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

/// Entries that came between two pages and pushed others over the border.
fn moved(crawl: &Crawl<'_>, replay: &Replay<'_>) -> Vec<Finding> {
    let mut findings = Vec::new();
    for pair in crawl.pages.windows(2) {
        let [(_, before), (exchange, after)] = pair else { continue };
        let follows = after.query.page == before.query.page + 1 && after.query.page_size == before.query.page_size;
        if !follows || after.arrivals == before.arrivals {
            continue;
        }
        let first = after.query.page as usize * after.query.page_size as usize;
        let all = replay.all(&after.query);
        let there = all.iter().filter(|held| held.arrival <= after.arrivals).take(first);
        let came: Vec<_> = there.filter(|held| held.arrival > before.arrivals).collect();
        if let Some(held) = came.first().filter(|_| after.entries > 0) {
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
                replay.told(held),
            );
            findings.push(Finding::new(Bug::MovedUnderOffset, came.len(), message, [*exchange]));
        }
    }
    findings
}

fn resized(crawl: &Crawl<'_>) -> Option<Finding> {
    let sizes: BTreeSet<u32> = crawl.pages.iter().map(|(_, served)| served.query.page_size).collect();
    (sizes.len() > 1).then(|| {
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
        .filter(|pair| pair[1].0.knows > pair[0].0.knows)
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

pub fn shown<'a>(crawl: &Crawl<'a>) -> Vec<&'a Exchange> {
    crawl.pages.last().map(|(exchange, _)| *exchange).into_iter().collect()
}

pub fn told(crawl: &Crawl<'_>) -> String {
    crawl.pages.last().map(|(exchange, _)| format!("?{}", exchange.query)).unwrap_or_default()
}

fn entries(count: usize) -> String {
    if count == 1 { "an entry".to_owned() } else { format!("{count} entries") }
}

fn pages(numbers: &[u32]) -> String {
    let shown: Vec<String> = numbers.iter().take(5).map(u32::to_string).collect();
    let more = if numbers.len() > 5 { ", …" } else { "" };
    format!("page{} {}{more}", if numbers.len() == 1 { "" } else { "s" }, shown.join(", "))
}
