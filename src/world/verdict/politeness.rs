//! How a client behaves: whether it waits when it is told to, and asks for nothing in vain.

use std::collections::HashMap;
use std::time::{Duration, Instant};

use serde::Serialize;

use super::busy_polling;
use super::coverage::CoverageLedger;
use super::crawl::without_page;
use super::exchange::{Exchange, Numbered};
use super::finding::{Bug, Finding};

/// Counts of a client's behaviour.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Politeness {
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

pub fn judge(numbered: &[Numbered], ledger: &CoverageLedger<'_>) -> (Politeness, Vec<Finding>) {
    let exchanges: Vec<&Exchange> = numbered.iter().map(|numbered| &numbered.exchange).collect();
    let early = too_early(numbered);
    let again = refused_again(numbered);
    let mut findings = Vec::new();
    if let Some((exchange, wait, left)) = early.first() {
        let message = format!(
            "{} sent before Retry-After had passed: it said {} s, {:.1} s were left at ?{}",
            requests(early.len()),
            wait.as_secs(),
            left.as_secs_f64(),
            exchange.query
        );
        findings.push(Finding::new(Bug::RetriedTooEarly, early.len(), message, early.iter().map(|(early, ..)| *early)));
    }
    if let Some(exchange) = again.first() {
        let message = format!(
            "{} sent again after a {}, which is no passing trouble: ?{}",
            requests(again.len()),
            exchange.status,
            exchange.query
        );
        findings.push(Finding::new(Bug::RetriedRefused, again.len(), message, again.iter().copied()));
    }
    let hurried = busy_polling::of(ledger);
    findings.extend(hurried.finding());
    let politeness = Politeness {
        throttled: exchanges.iter().filter(|exchange| exchange.status == 429).count(),
        too_early: early.len(),
        refused_again: again.len(),
        nothing_new: ledger.pages().filter(|(_, new)| !new).count(),
        in_a_hurry: hurried.count,
        peak_per_minute: peak(&exchanges),
    };
    (politeness, findings)
}

/// The requests that came before the wait was over that an earlier answer had told, with that wait and what was left.
fn too_early(numbered: &[Numbered]) -> Vec<(&Exchange, Duration, Duration)> {
    let mut early = Vec::new();
    // After each answer that told to wait: its number, and which wait is the longest since.
    let mut told: Vec<(usize, Wait)> = Vec::new();
    for Numbered { number, exchange, answered } in numbered {
        let known = told.partition_point(|(number, _)| *number < exchange.answered_before);
        if let Some((_, wait)) = told[..known].last()
            && exchange.elapsed < wait.end()
            && !wait.is_over_on_a_clock_that_stands_still(exchange, *answered)
        {
            early.push((exchange, wait.length, wait.end().saturating_sub(exchange.elapsed)));
        }
        if let Some(length) = exchange.retry_after {
            let wait = Wait { length, began: exchange.elapsed, answered: *answered };
            let longer = told.last().map(|(_, wait)| *wait).filter(|known| known.end() >= wait.end());
            told.push((*number, longer.unwrap_or(wait)));
        }
    }
    early
}

/// What an answer told.
#[derive(Clone, Copy)]
struct Wait {
    length: Duration,
    /// The world's age then, and the machine's own time.
    began: Duration,
    answered: Option<Instant>,
}

impl Wait {
    fn end(&self) -> Duration {
        self.began + self.length
    }

    /// On such a clock nobody can wait but by the time that passes outside. Only when an answer went out is known of
    /// that, which is a little later than its request came.
    fn is_over_on_a_clock_that_stands_still(&self, exchange: &Exchange, answered: Option<Instant>) -> bool {
        let (Some(told), Some(answered)) = (self.answered, answered) else { return false };
        exchange.elapsed == self.began && answered.saturating_duration_since(told) >= self.length
    }
}

/// The requests that had been refused before, for whatever page, and not been answered with one since.
fn refused_again(numbered: &[Numbered]) -> Vec<&Exchange> {
    let mut again = Vec::new();
    // Of each query that was refused: by which request, and with which status.
    let mut refused: HashMap<String, (usize, u16)> = HashMap::new();
    for Numbered { number, exchange, .. } in numbered {
        let words = without_page(&exchange.query);
        match exchange.status {
            200 => {
                refused.remove(&words);
            }
            400 | 401 | 403 | 404 | 405 => {
                let (first, status) = *refused.entry(words).or_insert((*number, exchange.status));
                if exchange.status == status && exchange.answered_before > first {
                    again.push(exchange);
                }
            }
            _ => {}
        }
    }
    again
}

fn peak(exchanges: &[&Exchange]) -> usize {
    let mut first = 0;
    let mut peak = 0;
    for (last, exchange) in exchanges.iter().enumerate() {
        while exchange.elapsed.saturating_sub(exchanges[first].elapsed) >= Duration::from_secs(60) {
            first += 1;
        }
        peak = peak.max(last + 1 - first);
    }
    peak
}

fn requests(count: usize) -> String {
    if count == 1 { "a request was".to_owned() } else { format!("{count} requests were") }
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use uuid::Uuid;

    use super::*;

    const SECOND: Duration = Duration::from_secs(1);

    /// How many are too early of requests at so many seconds of the world and of the machine, the first of which was told
    /// to wait for five.
    fn early(requests: &[(u32, u32)]) -> usize {
        let start = Instant::now();
        let numbered = |(number, (elapsed, outside)): (usize, &(u32, u32))| Numbered {
            number,
            exchange: Exchange {
                truncated: false,
                id: Uuid::nil(),
                time: "2025-05-20T12:00:00Z".parse().unwrap(),
                elapsed: SECOND * *elapsed,
                query: Arc::from("page=0&pageSize=10"),
                status: if number == 0 { 503 } else { 200 },
                retry_after: (number == 0).then_some(SECOND * 5),
                issues: Vec::new(),
                is_head: false,
                answered_before: number,
                served: None,
            },
            answered: Some(start + SECOND * *outside),
        };
        too_early(&requests.iter().enumerate().map(numbered).collect::<Vec<_>>()).len()
    }

    #[test]
    fn who_waits_on_a_clock_that_stands_still_waits_by_the_machines_own_time() {
        assert_eq!(early(&[(0, 0), (0, 4), (0, 5), (0, 60)]), 1);
        // On one that goes, or is moved, that counts alone.
        assert_eq!(early(&[(0, 0), (4, 60), (5, 60)]), 1);
        assert_eq!(early(&[(0, 0), (5, 0)]), 0);
    }
}
