//! Politeness of a client: whether it waits for `Retry-After`, repeats refused requests, or polls too often.

use std::collections::{BTreeMap, HashMap};
use std::time::Duration;

use serde::Serialize;

use super::busy_polling;
use super::coverage::CoverageLedger;
use super::crawl::without_page;
use super::exchange::Exchange;
use super::finding::{Bug, Finding};
use crate::text::{counted, plural};

/// Counts of a client's behaviour.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Politeness {
    /// How many requests were answered with each status; 0 is none, of a connection that broke.
    pub statuses: BTreeMap<u16, usize>,
    /// Requests that were answered 429.
    pub throttled: usize,
    /// Requests that came before a `Retry-After` had passed.
    pub too_early: usize,
    /// Requests that had been refused for good and were sent again, whatever page they were for.
    pub refused_again: usize,
    /// Requests whose page held nothing that had not been served before.
    pub nothing_new: usize,
    /// Of the requests for a first page among these, those that came at such a pace as is called [`Bug::BusyPolling`].
    pub in_a_hurry: usize,
    /// The most requests within a minute.
    pub peak_per_minute: usize,
}

/// How long a request may have been on its way when a 429 was sent: its client may not have read that.
const IN_FLIGHT: Duration = Duration::from_secs(1);

pub fn judge(exchanges: &[Exchange], ledger: &CoverageLedger<'_>) -> (Politeness, Vec<Finding>) {
    let early = too_early(exchanges);
    let again = refused_again(exchanges);
    let busy = busy_polling::judge(ledger);
    let mut statuses = BTreeMap::new();
    for exchange in exchanges {
        *statuses.entry(exchange.observation.status).or_default() += 1;
    }
    let mut findings = Vec::new();
    if let Some(Early { exchange, told, left }) = early.first() {
        let message = format!(
            "{} sent before Retry-After had passed: {} was told to wait {} s, of which {:.1} s were left at ?{}",
            requests(early.len()),
            if is_same(exchange, told) { "it".to_owned() } else { format!("?{}", told.observation.query) },
            told.observation.retry_after().unwrap_or_default().as_secs(),
            left.as_secs_f64(),
            exchange.observation.query
        );
        let shown = early.iter().flat_map(|early| [early.exchange, early.told]);
        findings.push(Finding::new(Bug::RetriedTooEarly, early.len(), message, shown));
    }
    if let Some(exchange) = again.first() {
        // Of a 401 no query is kept.
        let mark = if exchange.observation.query.is_empty() { "" } else { ": ?" };
        let message = format!(
            "{} sent although one had been refused with {}, which lasts{mark}{}",
            requests(again.len()),
            exchange.observation.status,
            exchange.observation.query
        );
        findings.push(Finding::new(Bug::RetriedRefused, again.len(), message, again.iter().copied()));
    }
    findings.extend(busy.finding());
    let politeness = Politeness {
        throttled: statuses.get(&429).copied().unwrap_or_default(),
        statuses,
        too_early: early.len(),
        refused_again: again.len(),
        nothing_new: ledger.pages().filter(|(_, is_new)| !is_new).count(),
        in_a_hurry: busy.count,
        peak_per_minute: peak(exchanges),
    };
    (politeness, findings)
}

/// A request that came before a wait was over.
struct Early<'a> {
    exchange: &'a Exchange,
    /// The request that had been told to wait.
    told: &'a Exchange,
    /// How much of the wait was left.
    left: Duration,
}

fn too_early(exchanges: &[Exchange]) -> Vec<Early<'_>> {
    let mut early = Vec::new();
    // After each answer that told to wait: the one whose wait ends last.
    let mut told: Vec<(usize, &Exchange)> = Vec::new();
    for exchange in exchanges {
        let known = told.partition_point(|(number, _)| *number < exchange.observation.answered_before);
        if let Some((_, told)) = told[..known].last()
            && exchange.observation.elapsed < wait_end(told)
            && !was_in_flight(exchange, told)
            && !is_over_on_a_frozen_clock(exchange, told)
        {
            early.push(Early { exchange, told, left: wait_end(told).saturating_sub(exchange.observation.elapsed) });
        }
        if exchange.observation.retry_after().is_some() {
            let longer = told.last().map(|(_, told)| *told).filter(|known| wait_end(known) >= wait_end(exchange));
            told.push((exchange.number, longer.unwrap_or(exchange)));
        }
    }
    early
}

/// When the wait is over that an answer told, by the world's age.
fn wait_end(told: &Exchange) -> Duration {
    told.observation.elapsed + told.observation.retry_after().unwrap_or_default()
}

/// Whether a request may have been sent before the client had read an answer. It was not when it is the same request again
/// or comes on the same connection, or when the clock was moved in between.
fn was_in_flight(exchange: &Exchange, told: &Exchange) -> bool {
    let is_known = is_same(exchange, told)
        || exchange.observation.connection.is_some() && exchange.observation.connection == told.observation.connection
        || exchange.observation.elapsed.saturating_sub(told.observation.elapsed) >= IN_FLIGHT;
    !is_known && exchange.observation.received_at.saturating_duration_since(told.observation.answered_at) < IN_FLIGHT
}

/// Whether two requests ask the same.
fn is_same(one: &Exchange, other: &Exchange) -> bool {
    one.observation.query == other.observation.query
        && one.observation.parsed_query() == other.observation.parsed_query()
}

/// Whether a wait is over by the machine's clock: a client can wait by no other when the world's is frozen.
fn is_over_on_a_frozen_clock(exchange: &Exchange, told: &Exchange) -> bool {
    let waited = exchange.observation.received_at.saturating_duration_since(told.observation.answered_at);
    exchange.observation.elapsed == told.observation.elapsed
        && waited >= told.observation.retry_after().unwrap_or_default()
}

/// The requests that had been refused before, for whatever page, and not been answered with one since. A 401 and a 403 refuse
/// the key, whatever it asks for.
fn refused_again(exchanges: &[Exchange]) -> Vec<&Exchange> {
    let mut again = Vec::new();
    // Of each query that was refused, and of the key: by which request, and with which status.
    let mut refused: HashMap<Option<String>, (usize, u16)> = HashMap::new();
    for exchange in exchanges {
        let words = || Some(without_page(&exchange.observation.query));
        let subject = match exchange.observation.status {
            200 => {
                refused.remove(&None);
                refused.remove(&words());
                continue;
            }
            401 | 403 => None,
            400 | 404 | 405 => words(),
            _ => continue,
        };
        let (first, status) = *refused.entry(subject).or_insert((exchange.number, exchange.observation.status));
        if exchange.observation.status == status && exchange.observation.answered_before > first {
            again.push(exchange);
        }
    }
    again
}

fn peak(exchanges: &[Exchange]) -> usize {
    let mut first = 0;
    let mut peak = 0;
    for (last, exchange) in exchanges.iter().enumerate() {
        while exchange.observation.elapsed.saturating_sub(exchanges[first].observation.elapsed)
            >= Duration::from_secs(60)
        {
            first += 1;
        }
        peak = peak.max(last + 1 - first);
    }
    peak
}

fn requests(count: usize) -> String {
    format!("{} {}", counted(count, "request", "requests"), plural(count, "was", "were"))
}
