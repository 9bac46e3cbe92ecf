//! How a client goes through the pages of a query.

use std::collections::{BTreeSet, HashMap};

use serde::Serialize;

use super::coverage::Ledger;
use super::exchange::{Exchange, Served};
use super::finding::{Bug, Finding};
use super::replay::Replay;
use crate::contract::Query;

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
}

/// A run through the pages of a query.
#[derive(Default)]
struct Crawl<'a> {
    pages: Vec<(&'a Exchange, &'a Served)>,
    /// The last request, if it was not answered with a page.
    failed: Option<&'a Exchange>,
    repeated: usize,
}

impl Crawl<'_> {
    fn last(&self) -> Option<&Served> {
        self.pages.last().map(|(_, served)| *served)
    }

    fn finished(&self) -> bool {
        self.last().is_some_and(|served| served.entries == 0 || served.query.page as usize + 1 >= served.total_pages)
    }

    /// Pages before the last one that were never served.
    fn skipped(&self) -> Vec<u32> {
        let pages: BTreeSet<u32> = self.pages.iter().map(|(_, served)| served.query.page).collect();
        let last = pages.last().copied().unwrap_or_default();
        (0..last).filter(|page| !pages.contains(page)).collect()
    }
}

pub fn judge(exchanges: &[&Exchange], replay: &Replay<'_>, held: &Ledger<'_>) -> (Paging, Vec<Finding>) {
    let queries = by_query(exchanges);
    let mut paging = Paging { queries: queries.len(), crawls: 0, finished: 0, pages: 0, repeated: 0, skipped: 0 };
    let mut findings = Vec::new();
    for theirs in &queries {
        let crawls = crawls(theirs);
        paging.crawls += crawls.len();
        for crawl in &crawls {
            paging.finished += usize::from(crawl.finished());
            paging.pages += crawl.pages.len();
            paging.repeated += crawl.repeated;
            let skipped = crawl.skipped();
            paging.skipped += skipped.len();
            findings.extend(moved(crawl, replay));
            findings.extend(resized(crawl));
            findings.extend(past_the_end(crawl));
            let Some((_, served)) = crawl.pages.last() else { continue };
            // What was left out here and read elsewhere is no loss.
            let lost = || replay.all(&served.query).iter().any(|held_now| held.is_missed(&held_now.entry));
            if !skipped.is_empty() && lost() {
                let message = format!("left out {} of a crawl: {}", pages(&skipped), told(crawl));
                findings.push(Finding::new(Bug::SkippedPage, skipped.len(), message, shown(crawl)));
            }
            if !crawl.finished() && lost() {
                findings.push(unfinished(crawl, served));
            }
        }
        findings.extend(crawls.iter().filter(|crawl| crawl.pages.is_empty()).filter_map(never_began(held, exchanges)));
    }
    (paging, merged(findings))
}

/// The exchanges of each distinct query, in the order of their first; those that failed go with the query that has the
/// same raw text but for the page.
fn by_query<'a>(exchanges: &[&'a Exchange]) -> Vec<Vec<&'a Exchange>> {
    let understood =
        exchanges.iter().filter_map(|exchange| Some((without_page(&exchange.query), exchange.asked()?.subject())));
    let meanings: HashMap<String, String> = understood.collect();
    let mut places: HashMap<String, usize> = HashMap::new();
    let mut queries: Vec<Vec<&Exchange>> = Vec::new();
    for exchange in exchanges {
        let words = without_page(&exchange.query);
        let about = exchange.asked().map(Query::subject).or_else(|| meanings.get(&words).cloned()).unwrap_or(words);
        let place = *places.entry(about).or_insert(queries.len());
        if place == queries.len() {
            queries.push(Vec::new());
        }
        queries[place].push(exchange);
    }
    queries
}

fn without_page(raw: &str) -> String {
    raw.split('&').filter(|pair| !pair.starts_with("page=")).collect::<Vec<_>>().join("&")
}

fn crawls<'a>(exchanges: &[&'a Exchange]) -> Vec<Crawl<'a>> {
    let mut crawls: Vec<Crawl<'a>> = Vec::new();
    for exchange in exchanges {
        let Some(served) = &exchange.served else {
            match crawls.last_mut() {
                Some(crawl) if !crawl.finished() => crawl.failed = Some(exchange),
                _ => crawls.push(Crawl { failed: Some(exchange), ..Crawl::default() }),
            }
            continue;
        };
        let page = served.query.page;
        let goes_on = crawls.last().is_some_and(|crawl| {
            crawl.last().is_none_or(|last| page > last.query.page || (page == last.query.page && page > 0))
        });
        if !goes_on {
            crawls.push(Crawl::default());
        }
        let Some(crawl) = crawls.last_mut() else { continue };
        crawl.failed = None;
        crawl.repeated += usize::from(crawl.pages.iter().any(|(_, known)| known.query.page == page));
        crawl.pages.push((exchange, served));
    }
    crawls
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
            let message = format!(
                "{} came between page {} and page {} and pushed as many over the border, which were read twice; the first is {} {} {} of {}: fix endTime before the first page",
                entries(came.len()),
                before.query.page,
                after.query.page,
                held.entry.action,
                held.entry.object_type,
                held.entry.object_identifier,
                held.entry.timestamp,
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
        .filter(|pair| pair[1].1.query.page as usize >= pair[0].1.total_pages && pair[1].1.entries == 0)
        .map(|pair| pair[1].0)
        .collect();
    (!in_vain.is_empty()).then(|| {
        let message = "asked for a page behind the last one, which totalPages of the answer before had told".to_owned();
        Finding::new(Bug::IgnoredTotalPages, in_vain.len(), message, in_vain)
    })
}

fn unfinished(crawl: &Crawl<'_>, served: &Served) -> Finding {
    let (bug, why) = match crawl.failed {
        Some(failed) if failed.status == 429 => {
            (Bug::GaveUpAfter429, " after a 429 that it did not wait for".to_owned())
        }
        Some(failed) => (Bug::GaveUpAfterFailure, format!(" after {}", failure(failed))),
        None => (Bug::StoppedEarly, String::new()),
    };
    let message = format!(
        "stopped after page {} of {}{why}, and what was left was never read: {}",
        served.query.page,
        served.total_pages,
        told(crawl)
    );
    Finding::new(bug, 1, message, crawl.failed.into_iter().chain(shown(crawl)))
}

/// A query of which no page was ever given, and the entries that nobody read.
fn never_began<'a>(held: &'a Ledger<'_>, exchanges: &'a [&Exchange]) -> impl Fn(&Crawl<'a>) -> Option<Finding> {
    move |crawl| {
        let failed = crawl.failed?;
        let last = exchanges.last().is_some_and(|last| last.id == failed.id);
        let loss = held.all_missed().next().is_some();
        let bug = if failed.status == 429 { Bug::GaveUpAfter429 } else { Bug::GaveUpAfterFailure };
        let retryable = matches!(failed.status, 0 | 200 | 408 | 429 | 500..);
        (last && loss && retryable).then(|| {
            let message = format!("gave up after {}, and entries were never read", failure(failed));
            Finding::new(bug, 1, message, [failed])
        })
    }
}

fn failure(failed: &Exchange) -> String {
    match failed.status {
        0 => "a broken connection".to_owned(),
        200 => "a page that did not arrive whole".to_owned(),
        status => format!("a {status}"),
    }
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

fn shown<'a>(crawl: &Crawl<'a>) -> Vec<&'a Exchange> {
    crawl.pages.last().map(|(exchange, _)| *exchange).into_iter().collect()
}

fn told(crawl: &Crawl<'_>) -> String {
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
