//! How the client did: every request for audit logs is kept, and judged when somebody asks.
//!
//! Nothing is counted while requests are answered: each leaves an observation. A page is known by its query and by how many
//! entries had been added when it was served; from that its entries are found again (see [`crate::store::History`]). So judging
//! costs when a verdict is asked for, and an entry that is served takes no memory.

mod abandonment;
mod busy_polling;
mod contract;
mod coverage;
mod crawl;
mod delivered;
mod exchange;
mod expectation;
mod finding;
mod frontier;
mod observation;
mod paging;
mod politeness;
mod replay;
mod rereads;
mod scope;
mod text;
mod windows;

use std::collections::BTreeMap;
use std::io::Read;
use std::sync::Arc;

use parking_lot::Mutex;
use roaring::RoaringBitmap;
use serde::Serialize;

use super::memory::SharedMemory;
use crate::contract::Timestamp;
use crate::keys::{Key, VIEW_AUDIT_LOGS};
use crate::store::Store;
use crate::text::{counted, plural};

pub use coverage::{Coverage, Example};
pub use delivered::{Altered, Delivered, DeliveredError, Discrepancy, Record};
pub use expectation::Expectation;
pub use finding::{Bug, Finding};
pub use observation::{Delivery, Issue, Observation, ObservationDetails, PageSummary};
pub use paging::{Paging, PagingOfQuery};
pub use politeness::Politeness;
pub use rereads::{LargestOverlap, Rereads};
pub use scope::Scope;
pub use windows::{Gap, Windows};

use coverage::{CoverageLedger, OtherKeys};
use crawl::Crawls;
use exchange::Exchange;
use replay::Replay;

/// The requests of a world, as far as they are judged.
#[derive(Debug, Default)]
pub struct Observations {
    inner: Mutex<Inner>,
    memory: SharedMemory,
}

/// The memory of an observation without its texts; shared, it has two counts and a pointer.
const OBSERVATION_BYTES: usize = size_of::<Observation>() + 3 * size_of::<usize>();

#[derive(Debug, Default)]
struct Inner {
    /// Shared with the judgements in progress.
    observations: Vec<Arc<Observation>>,
    /// How many bytes of these differ in length from request to request.
    bytes: usize,
    not_judged: u64,
    unknown_key: UnknownKey,
    /// The sink that was compared last.
    delivered: Option<Delivered>,
}

/// Requests without a token that a valid key has: how many, and when the last one came.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct UnknownKey {
    /// How many.
    #[serde(rename = "unknownKey")]
    pub count: u64,
    /// When the last one came, by the world's clock.
    #[serde(rename = "unknownKeyLast", skip_serializing_if = "Option::is_none")]
    pub last: Option<Timestamp>,
}

/// What there is to say of a world's clients.
#[derive(Debug, Clone, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Judgement {
    /// Over which entries coverage is judged.
    pub scope: Scope,
    /// How many requests were too many to keep, and are not judged.
    pub not_judged: u64,
    /// The requests without a token of a valid key: no client is known, so they are not judged.
    #[serde(flatten)]
    pub unknown_key: UnknownKey,
    /// How many entries there are outside the scope.
    pub outside: usize,
    /// Whether each expectation is kept by all clients. Rereads are expected of nobody unless the scope has an overlap.
    pub expectations: BTreeMap<Expectation, ExpectationVerdict>,
    /// The sink that was compared last.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub delivered: Option<Delivered>,
    /// Each key that asked, in the order in which they first did.
    pub clients: Vec<ClientVerdict>,
}

/// Whether an expectation is kept.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct ExpectationVerdict {
    /// Whether it is.
    pub kept: bool,
    /// Why not: a sentence for each reason; empty when it is.
    pub reasons: Vec<String>,
}

/// What there is to say of the requests with one key.
#[derive(Debug, Clone, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct ClientVerdict {
    /// The key's name.
    pub key: String,
    /// Whether the key has the permission `View audit logs`.
    #[serde(skip)]
    may_view: bool,
    /// How many requests it sent.
    pub requests: usize,
    /// Which entries it was given.
    pub coverage: Coverage,
    /// How it went through pages.
    pub paging: Paging,
    /// What it was served again by another crawl.
    pub rereads: Rereads,
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

    /// The most bytes of query strings and issues that are kept: of an ordinary request some fifty, of any request 40,000 at
    /// most. Requests beyond are counted, and not judged.
    pub const MAX_BYTES: usize = 32 << 20;

    /// No requests yet. There is less room when all sessions together take too much of the memory.
    pub(crate) fn new(memory: SharedMemory) -> Self {
        Self { inner: Mutex::default(), memory }
    }

    /// Keeps a request and what became of it.
    pub fn add(&self, mut observation: Observation) {
        let mut inner = self.inner.lock();
        let memory_before = inner.memory();
        let bytes = inner.bytes + observation.share_texts(inner.observations.last().map(|last| &**last));
        let memory = memory_before - inner.bytes + bytes + OBSERVATION_BYTES;
        let has_room = inner.observations.len() < Self::CAPACITY
            && bytes <= Self::MAX_BYTES
            && memory <= self.memory.limit(usize::MAX);
        if has_room {
            self.memory.resize(memory_before, memory);
            inner.bytes = bytes;
            inner.observations.push(Arc::new(observation));
        } else {
            inner.not_judged += 1;
        }
    }

    /// Counts requests without a token of a valid key; nothing else is kept of them.
    pub fn add_unknown_key(&self, requests: UnknownKey) {
        self.inner.lock().unknown_key.add(requests);
    }

    /// The bytes of query strings and issues that are kept.
    pub fn bytes(&self) -> usize {
        self.inner.lock().bytes
    }

    /// How many requests are kept.
    pub fn count(&self) -> usize {
        self.inner.lock().observations.len()
    }

    /// Whether there was no request.
    pub fn is_empty(&self) -> bool {
        let Inner { observations, bytes: _, not_judged, unknown_key, delivered: _ } = &*self.inner.lock();
        observations.is_empty() && *not_judged == 0 && unknown_key.count == 0
    }

    /// Forgets every request.
    pub fn clear(&self) {
        let cleared = std::mem::take(&mut *self.inner.lock());
        self.memory.resize(cleared.memory(), 0);
    }

    /// Judges what was kept against the entries of the same world, when its clock shows `now`.
    pub fn judge(&self, store: &Store, scope: &Scope, now: Timestamp) -> Judgement {
        let (observations, not_judged, unknown_key, delivered) = {
            let inner = self.inner.lock();
            (inner.observations.clone(), inner.not_judged, inner.unknown_key, inner.delivered.clone())
        };
        let clients = exchanges_of_clients(observations);
        let replay = Replay::new(store);
        let others = others_of_each(&clients, &replay);
        let clients: Vec<ClientVerdict> =
            clients.iter().zip(&others).map(|(client, others)| client.judge(&replay, scope, now, others)).collect();
        let outside = replay.len().saturating_sub(replay.count(&scope.everything(), usize::MAX));
        let mut judgement = Judgement {
            scope: scope.clone(),
            not_judged,
            unknown_key,
            outside,
            expectations: BTreeMap::new(),
            delivered,
            clients,
        };
        for expectation in Expectation::ALL {
            let is_judged = match expectation {
                Expectation::NoRereads => scope.overlap.is_some(),
                Expectation::Delivered => judgement.delivered.is_some(),
                Expectation::Complete
                | Expectation::NoDuplicates
                | Expectation::NoGaps
                | Expectation::Polite
                | Expectation::Contract => true,
            };
            if is_judged {
                let reasons = judgement.reasons(expectation);
                judgement.expectations.insert(expectation, ExpectationVerdict { kept: reasons.is_empty(), reasons });
            }
        }
        judgement
    }

    /// Compares what a client has in its sink with what was served to the session, and keeps the result for the verdict;
    /// `redact` takes secrets out of the records of the sink that it has.
    ///
    /// # Errors
    /// A sink that cannot be read, or has too many records.
    pub fn compare(
        &self,
        store: &Store,
        sink: impl Read,
        scope: &Scope,
        redact: impl Fn(&mut String),
    ) -> Result<Delivered, DeliveredError> {
        let observations = self.inner.lock().observations.clone();
        let replay = Replay::new(store);
        let exchanges = observations.into_iter().enumerate();
        let pages = exchanges.filter_map(|(number, observation)| Exchange::new(number, observation).served);
        let numbers = pages.flat_map(|served| replay.page(&served));
        let served = numbers.map(|entry| u32::try_from(entry.number).unwrap_or(u32::MAX)).collect();
        let mut delivered = Delivered::compare(sink, &replay, &served, scope)?;
        delivered.redact(redact);
        self.inner.lock().delivered = Some(delivered.clone());
        Ok(delivered)
    }
}

impl Inner {
    /// The memory of what is kept of requests.
    fn memory(&self) -> usize {
        self.observations.len() * OBSERVATION_BYTES + self.bytes
    }
}

impl Drop for Observations {
    fn drop(&mut self) {
        self.clear();
    }
}

impl UnknownKey {
    /// One request.
    pub const fn new(time: Timestamp) -> Self {
        Self { count: 1, last: Some(time) }
    }

    /// Adds further requests.
    pub fn add(&mut self, other: Self) {
        self.count += other.count;
        self.last = self.last.max(other.last);
    }
}

/// The requests with one key, in the order of answers.
struct ClientExchanges {
    key: Arc<Key>,
    exchanges: Vec<Exchange>,
}

impl ClientExchanges {
    fn judge(&self, replay: &Replay, scope: &Scope, now: Timestamp, others: &OtherKeys) -> ClientVerdict {
        // A client that asks for the head alone asks for no page.
        let for_pages: Vec<&Exchange> =
            self.exchanges.iter().filter(|exchange| !exchange.observation.is_head).collect();
        let crawls = Crawls::new(&for_pages);
        let ledger = CoverageLedger::new(&for_pages, &crawls, replay, scope, now, others);
        let (coverage, rereads) = (ledger.coverage(), ledger.rereads());
        let (paging, of_paging) = paging::judge(&for_pages, &crawls, replay, &ledger);
        let (windows, of_windows) = windows::judge(&for_pages, &crawls, replay, &ledger);
        let (politeness, of_politeness) = politeness::judge(&self.exchanges, &ledger);
        let of_contract = contract::judge(&self.exchanges, replay);
        let mut findings =
            [ledger.findings(&coverage, &rereads), of_paging, of_windows, of_politeness, of_contract].concat();
        findings.sort_by_key(|finding| finding.bug);
        let mut client = ClientVerdict {
            key: self.key.to_string(),
            may_view: self.key.has_permission(VIEW_AUDIT_LOGS),
            requests: self.exchanges.len(),
            coverage,
            paging,
            rereads,
            windows,
            politeness,
            findings,
        };
        // A finding explains what is broken; where nothing is, there is nothing to explain.
        let broken: Vec<Expectation> =
            Expectation::ALL.into_iter().filter(|expectation| !client.keeps(*expectation)).collect();
        client.findings.retain(|finding| finding.bug.breaks().iter().any(|explained| broken.contains(explained)));
        client
    }

    fn served_queries(&self) -> impl Iterator<Item = &exchange::Served> {
        self.exchanges.iter().filter_map(|exchange| exchange.served.as_ref())
    }
}

/// The exchanges of each key, in the order in which the keys first asked.
fn exchanges_of_clients(observations: Vec<Arc<Observation>>) -> Vec<ClientExchanges> {
    type Numbered = (usize, Arc<Observation>);

    let mut clients: Vec<(Arc<Key>, Vec<Numbered>)> = Vec::new();
    for (number, observation) in observations.into_iter().enumerate() {
        match clients.iter_mut().find(|(key, _)| key.name == observation.key.name) {
            Some((_, theirs)) => theirs.push((number, observation)),
            None => clients.push((Arc::clone(&observation.key), vec![(number, observation)])),
        }
    }
    // The capacity of each vector is exact: while a vector of megabytes grows, the allocator keeps what it leaves behind.
    let exchanges = |(number, observation)| Exchange::new(number, observation);
    let client =
        |(key, theirs): (_, Vec<_>)| ClientExchanges { key, exchanges: theirs.into_iter().map(exchanges).collect() };
    clients.into_iter().map(client).collect()
}

/// What the other keys of the session did, for each client: a key may be rotated between two polls.
fn others_of_each(clients: &[ClientExchanges], replay: &Replay) -> Vec<OtherKeys> {
    let last = |client: &ClientExchanges| client.exchanges.last().map(|exchange| exchange.number);
    let last_of_all = clients.iter().filter_map(last).max();
    // The oldest instant that each asked for; `None` when it asked for everything.
    let start = |client: &ClientExchanges| {
        client.served_queries().map(|served| served.query.start_time).min().flatten().filter(|_| clients.len() > 1)
    };
    let served: Vec<RoaringBitmap> = if clients.iter().any(|client| start(client).is_some()) {
        let numbers = |client: &ClientExchanges| {
            let pages = client.served_queries().flat_map(|served| replay.page(served));
            pages.map(|entry| u32::try_from(entry.number).unwrap_or(u32::MAX)).collect()
        };
        clients.iter().map(numbers).collect()
    } else {
        Vec::new()
    };
    let others = |(place, client): (usize, &ClientExchanges)| {
        let by_others = |start| {
            let of_others = served.iter().enumerate().filter(|(other, _)| *other != place);
            (start, of_others.fold(RoaringBitmap::new(), |all, (_, served)| all | served))
        };
        OtherKeys { go_on: last(client) < last_of_all, served: start(client).map(by_others) }
    };
    clients.iter().enumerate().map(others).collect()
}

impl ClientVerdict {
    /// Whether it meets an expectation: by what it was served and how it asked.
    pub fn keeps(&self, expectation: Expectation) -> bool {
        let Self { coverage, rereads, windows, .. } = self;
        match expectation {
            Expectation::Complete => coverage.never == 0,
            Expectation::NoDuplicates => coverage.doubled == 0,
            Expectation::NoRereads => rereads.beyond_overlap.unwrap_or_default() == 0,
            // A sink is of all clients.
            Expectation::Delivered => true,
            Expectation::NoGaps => windows.gap_count + windows.future + windows.late_arrivals_missed == 0,
            Expectation::Polite | Expectation::Contract => {
                !self.findings.iter().any(|finding| finding.bug.breaks().contains(&expectation))
            }
        }
    }

    /// Why it does not meet an expectation: a sentence for each reason; empty when it does.
    pub fn violations(&self, expectation: Expectation) -> Vec<String> {
        if self.keeps(expectation) {
            return Vec::new();
        }
        let reasons = self.findings.iter().filter(|finding| finding.bug.breaks().contains(&expectation));
        reasons.map(|finding| finding.message.clone()).collect()
    }
}

impl Judgement {
    /// Why an expectation is not met: a sentence for each reason; empty when it is met. Of rereads nothing is expected unless
    /// the scope has an overlap.
    pub fn violations(&self, expectation: Expectation) -> &[String] {
        self.expectations.get(&expectation).map_or(&[], |verdict| &verdict.reasons)
    }

    fn reasons(&self, expectation: Expectation) -> Vec<String> {
        let of_client = |client: &ClientVerdict| {
            let named = |reason| format!("{}: {reason}", client.key);
            client.violations(expectation).into_iter().map(named).collect::<Vec<_>>()
        };
        let in_vain = self.nothing_to_judge().filter(|_| expectation == Expectation::Complete);
        let of_sink =
            self.delivered.iter().filter(|_| expectation == Expectation::Delivered).flat_map(Delivered::reasons);
        in_vain.into_iter().chain(of_sink).chain(self.clients.iter().flat_map(of_client)).collect()
    }

    /// Why there is nothing that could be complete.
    pub(crate) fn nothing_to_judge(&self) -> Option<String> {
        if self.clients.is_empty() {
            let unknown_clients = self.unknown_clients().map(|told| format!("; {told}")).unwrap_or_default();
            return Some(format!("nobody has asked for audit logs{unknown_clients}"));
        }
        let is_empty = self.clients.iter().all(|client| client.coverage.entries == 0);
        is_empty.then(|| match self.outside {
            0 => "there were no entries to read; start the server with some, or add them".to_owned(),
            outside => format!("the scope holds no entries; {outside} are outside it"),
        })
    }

    /// A sentence about the requests without a token of a valid key.
    fn unknown_clients(&self) -> Option<String> {
        let UnknownKey { count, last } = self.unknown_key;
        let last = last?;
        let (requests, were) = (counted(count, "request", "requests"), plural(count, "was", "were"));
        Some(format!(
            "{requests} {were} refused with 401, the last at {last}: no valid key has the token; send one of the server's keys"
        ))
    }

    /// Why an expectation is not met, in one sentence; `None` when it is.
    pub fn failure_message(&self, expectation: Expectation) -> Option<String> {
        let reasons = self.violations(expectation);
        (!reasons.is_empty()).then(|| format!("not {expectation}: {}", reasons.join("; ")))
    }

    /// The bugs that were found, each once.
    pub fn bugs(&self) -> Vec<Bug> {
        let mut bugs: Vec<Bug> =
            self.clients.iter().flat_map(|client| &client.findings).map(|found| found.bug).collect();
        bugs.sort_unstable();
        bugs.dedup();
        bugs
    }
}
