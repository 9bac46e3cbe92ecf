//! The running scenario of a world: its counters, and what it does around each request.
//!
//! Stopping it undoes nothing and needs to undo nothing: its rate limit, failures and pending entries are its own and
//! end with it; entries that it added are ordinary entries.

use std::collections::{BTreeSet, HashMap, HashSet};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use parking_lot::Mutex;

use super::Scenario;
use super::budget::Budget;
use crate::contract::{Entry, Query, Timestamp};
use crate::fault::Effect;
use crate::rate::RateLimit;
use crate::seed::{Purpose, SeededRng};
use crate::store::Store;
use crate::world::clock::{Clock, ClockReading};
use crate::world::live_feed::{Activity, LiveFeed};
use crate::world::live_source::LiveSource;

/// The counters of a scenario.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ScenarioStats {
    /// The scenario.
    pub scenario: Scenario,
    /// The random seed.
    pub seed: u64,
    /// Pages that were served.
    pub pages: u64,
    /// Entries that it has added.
    pub added: u64,
    /// Requests that its rate limit rejected.
    pub refused: u64,
    /// Requests that it made fail.
    pub failed: u64,
}

/// Runs the scenario of a world, if there is one.
#[derive(Debug)]
pub struct ScenarioRunner {
    live_source: Arc<LiveSource>,
    max_entries: usize,
    /// The seed of scenarios that are started without one.
    seed: u64,
    state: Mutex<Option<State>>,
    /// Whether a scenario is running: a request takes no lock when there is none.
    on: AtomicBool,
}

#[derive(Debug)]
struct State {
    stats: ScenarioStats,
    /// Generates its entries, those over time and those around pages.
    entries: LiveFeed,
    budget: Budget,
    /// The world's age at the last burst.
    burst: Option<Duration>,
    /// The number of requests of each key that could fail.
    turns: HashMap<String, u64>,
}

/// Changes the seed, so that its entries differ from those of a live feed with the same seed.
const ENTRIES: u64 = 1 << 55;

impl ScenarioRunner {
    pub(in crate::world) fn new(live_source: Arc<LiveSource>, seed: u64, max_entries: usize) -> Self {
        Self { live_source, max_entries, seed, state: Mutex::default(), on: AtomicBool::default() }
    }

    pub(in crate::world) fn stats(&self) -> Option<ScenarioStats> {
        self.state.lock().as_ref().map(|state| state.stats)
    }

    /// Starts a scenario in place of a running one; without a seed, with the seed of the world.
    pub(in crate::world) fn start(&self, scenario: Scenario, seed: Option<u64>, clock: &ClockReading) {
        let seed = seed.unwrap_or(self.seed);
        let entries = LiveFeed::new(Arc::clone(&self.live_source), seed ^ ENTRIES, self.max_entries);
        let late = Activity { rate: Scenario::LATE_ENTRY_RATE, lateness: Scenario::MAX_LATENESS, burst: 1 };
        entries.set((scenario == Scenario::LateArrivals).then_some(late), clock);
        let stats = ScenarioStats { scenario, seed, pages: 0, added: 0, refused: 0, failed: 0 };
        let (budget, turns) = (Budget::default(), HashMap::new());
        let mut state = self.state.lock();
        *state = Some(State { stats, entries, budget, burst: None, turns });
        self.on.store(true, Ordering::Release);
    }

    pub(in crate::world) fn stop(&self) {
        let mut state = self.state.lock();
        *state = None;
        self.on.store(false, Ordering::Release);
    }

    /// Whether a scenario is running.
    pub(crate) fn is_on(&self) -> bool {
        self.on.load(Ordering::Acquire)
    }

    /// Appends the entries that became due since the last delivery.
    pub(in crate::world) fn deliver_due(&self, clock: &ClockReading, store: &Store) {
        if let Some(state) = &mut *self.state.lock() {
            state.deliver_due(clock, store);
        }
    }

    /// Delivers the entries that are due at the old time, then changes the clock before anyone else can deliver.
    pub(in crate::world) fn with_clock_change(&self, clock: &Clock, store: &Store, change: impl FnOnce()) {
        let mut state = self.state.lock();
        if let Some(state) = &mut *state {
            state.deliver_due(&clock.read(), store);
        }
        change();
    }

    /// Appends the entries that arrive just before a page is looked up.
    pub(crate) fn before_page(&self, query: &Query, clock: &Clock, store: &Store) {
        if !self.is_on() {
            return;
        }
        let clock = clock.read();
        let Some(state) = &mut *self.state.lock() else { return };
        // Otherwise every served entry is too old for another one with its timestamp.
        let prepares = state.stats.scenario == Scenario::SameMillisecond && query.page == 0;
        let now = clock.now.trunc_to_millis();
        if prepares
            && newest(store, now).is_none_or(|newest| newest < now)
            && state.budget.allows(query, clock.world_age)
        {
            state.add(&[now], store);
        }
    }

    /// Appends the entries that arrive after a page; `last` says that no page follows it.
    pub(crate) fn after_page(&self, query: &Query, last: bool, clock: &Clock, store: &Store) {
        if !self.is_on() {
            return;
        }
        let clock = clock.read();
        let Some(state) = &mut *self.state.lock() else { return };
        let come = state.after_page(query, last, &clock, store);
        state.add(&come, store);
    }

    /// The rate limit for a client with this configured limit, and whether the scenario made it stricter.
    pub(crate) fn limit(&self, limit: RateLimit) -> (RateLimit, bool) {
        let squeezes = self.is_on()
            && self.state.lock().as_ref().is_some_and(|state| state.stats.scenario == Scenario::QuotaSqueeze);
        if squeezes {
            let stricter = limit.stricter(Scenario::SQUEEZED_LIMIT);
            (stricter, stricter != limit)
        } else {
            (limit, false)
        }
    }

    /// Counts a request that the scenario's rate limit rejected.
    pub(crate) fn count_refusal(&self) {
        if let Some(state) = &mut *self.state.lock() {
            state.stats.refused += 1;
        }
    }

    /// Counts a request of a key and returns its failure, if it fails. Each key sees the same sequence.
    pub(crate) fn failure(&self, key: &str) -> Option<Effect> {
        if !self.is_on() {
            return None;
        }
        let mut state = self.state.lock();
        let State { stats, turns, .. } = state.as_mut().filter(|state| state.stats.scenario == Scenario::Flaky)?;
        let turn = turns.entry(key.to_owned()).or_default();
        let (round, place) = (*turn / Scenario::FAILURE_CYCLE, *turn % Scenario::FAILURE_CYCLE);
        *turn += 1;
        if place != SeededRng::stream(stats.seed, Purpose::ScenarioFailure, round).below(Scenario::FAILURE_CYCLE) {
            return None;
        }
        stats.failed += 1;
        let kinds = Scenario::FAILURES.len();
        let first = SeededRng::stream(stats.seed, Purpose::ScenarioFirstFailure, 0).index(kinds);
        let passed = usize::try_from(round % kinds as u64).unwrap_or_default();
        Some(Scenario::FAILURES[(first + passed) % kinds].clone())
    }
}

impl State {
    fn deliver_due(&mut self, clock: &ClockReading, store: &Store) {
        self.stats.added += self.entries.deliver_due(clock, store);
    }

    /// Adds entries of these times, unless the session has as many as it may.
    fn add(&mut self, instants: &[Timestamp], store: &Store) {
        if instants.len() > self.entries.room(store) {
            return;
        }
        self.stats.added += instants.len() as u64;
        store.append(self.distinct_entries(instants, store));
    }

    /// Entries of which none is equal to another in every field: a client that drops doubles by content, because entries have
    /// no identifier, keeps all of them.
    fn distinct_entries(&self, instants: &[Timestamp], store: &Store) -> Vec<Entry> {
        const MAX_TRIES: usize = 3;

        let content = |entry: &Entry| serde_json::to_string(entry).unwrap_or_default();
        let of_instant = |at: &Timestamp| {
            let at = Some(*at);
            store.page(&Query { start_time: at, end_time: at, page_size: u32::MAX, ..Query::default() }).logs
        };
        let times: BTreeSet<Timestamp> = instants.iter().copied().collect();
        let there = times.iter().flat_map(of_instant);
        let mut known: HashSet<String> = there.map(|entry| content(&entry)).collect();
        let distinct = |at: &Timestamp| {
            let mut entry = self.entries.generate(*at);
            for _ in 0..MAX_TRIES {
                if known.insert(content(&entry)) {
                    return entry;
                }
                entry = self.entries.generate(*at);
            }
            // Where all that is generated is there already, a number tells them apart.
            if known.contains(&content(&entry)) {
                entry.object_identifier += &format!("-{}", known.len());
            }
            known.insert(content(&entry));
            entry
        };
        instants.iter().map(distinct).collect()
    }

    /// The timestamps of the entries that arrive after a page.
    fn after_page(&mut self, query: &Query, last: bool, clock: &ClockReading, store: &Store) -> Vec<Timestamp> {
        let mut rng = SeededRng::stream(self.stats.seed, Purpose::ScenarioPage, self.stats.pages);
        self.stats.pages += 1;
        let comes = match self.stats.scenario {
            Scenario::InsertBetweenPages => !last,
            Scenario::LateArrivals | Scenario::SameMillisecond => true,
            Scenario::Burst => {
                last && self.burst.is_none_or(|at| clock.world_age.saturating_sub(at) >= Scenario::MOVES_PERIOD)
            }
            Scenario::QuotaSqueeze | Scenario::Flaky => false,
        };
        if !comes || !self.budget.spend(query, clock.world_age) {
            return Vec::new();
        }
        let now = clock.now.trunc_to_millis();
        let few = 1 + rng.below(3);
        match self.stats.scenario {
            Scenario::LateArrivals => (0..few).map(|_| late(now, &mut rng)).collect(),
            Scenario::SameMillisecond => {
                let served = newest(store, now).filter(|newest| now.since(*newest) <= Scenario::MAX_LATENESS);
                (0..few + 2).map(|_| served.unwrap_or(now)).collect()
            }
            Scenario::Burst => {
                self.burst = Some(clock.world_age);
                let size = u64::from(query.page_size);
                (0..2 * size + size.div_ceil(2)).map(|_| now).collect()
            }
            _ => (0..few).map(|_| now).collect(),
        }
    }
}

fn late(now: Timestamp, rng: &mut SeededRng) -> Timestamp {
    now.saturating_sub(Scenario::MAX_LATENESS.mul_f64(1.0 - rng.fraction())).trunc_to_millis()
}

/// The newest timestamp that is not in the future.
fn newest(store: &Store, now: Timestamp) -> Option<Timestamp> {
    let query = Query { end_time: Some(now), page_size: 1, ..Query::default() };
    store.page(&query).logs.first().map(|entry| entry.timestamp)
}
