//! How the client did: every request for audit logs is kept, and judged when somebody asks.
//!
//! Nothing is counted while requests are answered: each leaves a observation. A page is known by its query and by how many entries had been added
//! when it was served; from that, what was on it is found again (see [`crate::store::History`]). So judging costs
//! those who ask for it, and an entry that is served costs nothing to remember.

mod abandonment;
mod busy_polling;
mod contract;
mod coverage;
mod crawl;
mod exchange;
mod expectation;
mod finding;
mod frontier;
mod observation;
mod paging;
mod politeness;
mod ranges;
mod replay;
mod scope;
mod text;
mod windows;

use std::sync::Arc;
use std::time::Instant;

use parking_lot::Mutex;
use serde::Serialize;

use crate::contract::Timestamp;
use crate::keys::Key;
use crate::store::Store;

pub use coverage::{Coverage, Example};
pub use expectation::Expectation;
pub use finding::{Bug, Finding};
pub use observation::{Delivery, Observation, ObservationDetails, PageSummary};
pub use paging::{Paging, PagingOfQuery};
pub use politeness::Politeness;
pub use scope::Scope;
pub use windows::{Gap, Overlap, Windows};

use exchange::{Exchange, Numbered};
use replay::Replay;

/// The requests of a world, as far as they are judged.
#[derive(Debug, Default)]
pub struct Observations {
    inner: Mutex<Inner>,
}

#[derive(Debug, Default)]
struct Inner {
    observations: Vec<Observation>,
    /// When the last of them were answered, by the machine's own time: all since one was told to wait.
    answered: Vec<Instant>,
    not_judged: u64,
}

/// What there is to say of a world's clients.
#[derive(Debug, Clone, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Judgement {
    /// Over which entries coverage is judged.
    pub scope: Scope,
    /// How many requests were too many to keep, and are not judged.
    pub not_judged: u64,
    /// How many requests came without a token that a key has: nobody's, so they are not judged.
    pub unknown_key: usize,
    /// How many entries there are outside the scope.
    pub outside: usize,
    /// Each key that asked, in the order in which they first did.
    pub clients: Vec<ClientVerdict>,
}

/// What there is to say of the requests with one key.
#[derive(Debug, Clone, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct ClientVerdict {
    /// The key's name.
    pub key: String,
    /// How many requests it sent.
    pub requests: usize,
    /// Which entries it was given.
    pub coverage: Coverage,
    /// How it went through pages.
    pub paging: Paging,
    /// How its ranges of time fit together.
    pub windows: Windows,
    /// How it behaved.
    #[serde(rename = "manners")]
    pub politeness: Politeness,
    /// What is wrong, the worst first.
    pub findings: Vec<Finding>,
}

impl Observations {
    /// The most requests that are kept. Those beyond are counted, and not judged.
    pub const CAPACITY: usize = 100_000;

    /// Keeps a request and what became of it.
    pub fn add(&self, observation: Observation) {
        let mut inner = self.inner.lock();
        if inner.observations.len() < Self::CAPACITY {
            if observation.details.as_ref().is_some_and(|details| details.retry_after.is_some())
                || !inner.answered.is_empty()
            {
                inner.answered.push(Instant::now());
            }
            inner.observations.push(observation);
        } else {
            inner.not_judged += 1;
        }
    }

    /// How many requests are kept.
    #[must_use]
    pub fn count(&self) -> usize {
        self.inner.lock().observations.len()
    }

    /// Forgets every request.
    pub fn clear(&self) {
        *self.inner.lock() = Inner::default();
    }

    /// Judges what was kept against the entries of the same world, when its clock shows `now`.
    #[must_use]
    pub fn judge(&self, store: &Store, scope: &Scope, now: Timestamp) -> Judgement {
        let (observations, answered, not_judged) = {
            let inner = self.inner.lock();
            (inner.observations.clone(), inner.answered.clone(), inner.not_judged)
        };
        let untimed = observations.len() - answered.len();
        let unknown_key = observations.iter().filter(|observation| observation.key.is_none()).count();
        let mut keys: Vec<(Arc<Key>, Vec<Numbered>)> = Vec::new();
        for (number, observation) in observations.into_iter().enumerate() {
            let Some(key) = observation.key.clone() else { continue };
            let answered = number.checked_sub(untimed).map(|place| answered[place]);
            let numbered = Numbered { number, exchange: observation.into(), answered };
            match keys.iter_mut().find(|(known, _)| known.name == key.name) {
                Some((_, theirs)) => theirs.push(numbered),
                None => keys.push((key, vec![numbered])),
            }
        }
        let replay = Replay::new(store);
        let clients = keys.iter().map(|(key, theirs)| client(key, theirs, &replay, scope, now)).collect();
        let outside = replay.len().saturating_sub(replay.count(&scope.everything(), usize::MAX));
        Judgement { scope: scope.clone(), not_judged, unknown_key, outside, clients }
    }
}

fn client(key: &Key, numbered: &[Numbered], replay: &Replay, scope: &Scope, now: Timestamp) -> ClientVerdict {
    let exchanges: Vec<&Exchange> = numbered.iter().map(|numbered| &numbered.exchange).collect();
    // Who asks for the head alone asks for no page.
    let for_pages: Vec<&Exchange> = exchanges.iter().copied().filter(|exchange| !exchange.is_head).collect();
    let crawls = crawl::of_each_query(&for_pages, replay);
    let ledger = coverage::CoverageLedger::of(&for_pages, &crawls, replay, scope, now);
    let (paging, of_paging) = paging::judge(&for_pages, &crawls, replay, &ledger);
    let (windows, of_windows) = windows::judge(&for_pages, replay, &ledger);
    let (politeness, of_manners) = politeness::judge(numbered, &ledger);
    let of_contract = contract::judge(&exchanges);
    let mut findings = [ledger.findings(), of_paging, of_windows, of_manners, of_contract].concat();
    findings.sort_by_key(|finding| finding.bug);
    ClientVerdict {
        key: key.to_string(),
        requests: exchanges.len(),
        coverage: ledger.coverage(),
        paging,
        windows,
        politeness,
        findings,
    }
}

impl ClientVerdict {
    /// Why it does not meet an expectation: a sentence for each reason; empty when it does.
    #[must_use]
    pub fn violations(&self, expectation: Expectation) -> Vec<String> {
        let broken = self.findings.iter().filter(|finding| finding.bug.breaks().contains(&expectation));
        broken.map(|finding| finding.message.clone()).collect()
    }
}

impl Judgement {
    /// Why an expectation is not met: a sentence for each reason; empty when it is met.
    #[must_use]
    pub fn violations(&self, expectation: Expectation) -> Vec<String> {
        let of_client = |client: &ClientVerdict| {
            let named = |reason| format!("{}: {reason}", client.key);
            client.violations(expectation).into_iter().map(named).collect::<Vec<_>>()
        };
        let in_vain = self.nothing_to_judge().filter(|_| expectation == Expectation::Complete);
        in_vain.into_iter().chain(self.clients.iter().flat_map(of_client)).collect()
    }

    /// Why there is nothing that could be complete.
    fn nothing_to_judge(&self) -> Option<String> {
        if self.clients.is_empty() {
            let unknown_clients = self.unknown_clients().map(|told| format!("; {told}")).unwrap_or_default();
            return Some(format!("nobody has asked for audit logs{unknown_clients}"));
        }
        // A scope that was meant otherwise is not to pass; where there is nothing at all, there was nothing to read.
        let empty = self.outside > 0 && self.clients.iter().all(|client| client.coverage.entries == 0);
        empty.then(|| format!("the scope holds no entries; {} are outside it", self.outside))
    }

    /// The requests that are nobody's.
    fn unknown_clients(&self) -> Option<String> {
        match self.unknown_key {
            0 => None,
            1 => Some("a request came without a token that a key has".to_owned()),
            count => Some(format!("{count} requests came without a token that a key has")),
        }
    }

    /// Why an expectation is not met, in one sentence; `None` when it is.
    #[must_use]
    pub fn failure_message(&self, expectation: Expectation) -> Option<String> {
        let reasons = self.violations(expectation);
        (!reasons.is_empty()).then(|| format!("not {expectation}: {}", reasons.join("; ")))
    }

    /// The bugs that were found, each once.
    #[must_use]
    pub fn bugs(&self) -> Vec<Bug> {
        let mut bugs: Vec<Bug> =
            self.clients.iter().flat_map(|client| &client.findings).map(|found| found.bug).collect();
        bugs.sort_unstable();
        bugs.dedup();
        bugs
    }
}
