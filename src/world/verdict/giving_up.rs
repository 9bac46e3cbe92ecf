//! Whether a client takes a failure for the end.

use std::collections::HashSet;

use super::coverage::Ledger;
use super::crawls::Crawl;
use super::exchange::{Exchange, Served};
use super::finding::{Bug, Finding};
use super::paging::{shown, told};
use super::replay::Replay;
use crate::contract::{Query, Vocabulary, query};

/// In the middle of a crawl, of which `served` is the last page.
pub fn midway(crawl: &Crawl<'_>, served: &Served) -> Finding {
    let (bug, why) = match crawl.failed {
        Some(failed) => (bug_of(failed), format!(" after {}", failure(failed))),
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

/// Before the first page of a query. Either it asked for nothing else since, or never again for a time of that query.
pub fn at_once(
    exchanges: &[&Exchange],
    queries: &[Vec<Crawl<'_>>],
    replay: &Replay<'_>,
    held: &Ledger<'_>,
) -> Vec<Finding> {
    let without_a_page = queries.iter().flatten().filter(|crawl| crawl.pages.is_empty());
    let failed: Vec<&Exchange> =
        without_a_page.filter_map(|crawl| crawl.failed).filter(|failed| may_pass(failed)).collect();
    if failed.is_empty() || held.all_missed().next().is_none() {
        return Vec::new();
    }
    let asked_for = asked_for(exchanges, replay);
    let is_last = |failed: &Exchange| exchanges.last().is_some_and(|last| last.id == failed.id);
    let forgotten = |failed: &Exchange| {
        let Some(query) = understood(failed) else { return false };
        let all = replay.all(&query);
        all.iter().any(|there| held.is_missed(there) && !asked_for.contains(&there.number))
    };
    let given_up = failed.into_iter().filter(|failed| is_last(failed) || forgotten(failed));
    let finding = |failed| {
        let message = format!("gave up after {}, and entries were never read: ?{}", failure(failed), failed.query);
        Finding::new(bug_of(failed), 1, message, [failed])
    };
    given_up.map(finding).collect()
}

/// The numbers of the entries of every query of which a page was given.
fn asked_for(exchanges: &[&Exchange], replay: &Replay<'_>) -> HashSet<usize> {
    let mut known = HashSet::new();
    let answered = exchanges.iter().filter_map(|exchange| exchange.asked());
    let distinct: Vec<&Query> = answered.filter(|query| known.insert(query.subject())).collect();
    distinct.iter().flat_map(|query| replay.all(query).iter().map(|there| there.number).collect::<Vec<_>>()).collect()
}

/// What was asked for by a request that failed and that a client does well to send again.
pub fn in_vain(failed: &Exchange) -> Option<Query> {
    may_pass(failed).then(|| understood(failed))?
}

fn understood(failed: &Exchange) -> Option<Query> {
    query::parse(&failed.query, &Vocabulary::published(), false).ok().map(|parsed| parsed.query)
}

/// What a client does well to try again; a page that did not arrive whole is a 200.
fn may_pass(failed: &Exchange) -> bool {
    matches!(failed.status, 0 | 200 | 408 | 429 | 500..)
}

fn bug_of(failed: &Exchange) -> Bug {
    if failed.status == 429 { Bug::GaveUpAfter429 } else { Bug::GaveUpAfterFailure }
}

fn failure(failed: &Exchange) -> String {
    match failed.status {
        0 => "a broken connection".to_owned(),
        429 => "a 429 that it did not wait for".to_owned(),
        200 => "a page that did not arrive whole".to_owned(),
        status => format!("a {status}"),
    }
}
