//! Everything that one test may change, in one value: there is no other mutable state, and no global.

mod clock;
mod faults;
mod journal;
mod limiter;
mod live_feed;
mod live_source;
mod number;
mod scenario;
mod sessions;
pub mod verdict;

use std::sync::Arc;
use std::time::Duration;

use parking_lot::Mutex;

use crate::contract::{Entry, Page, Query, Timestamp};
use crate::fault::FaultRule;
use crate::fixture;
use crate::json_file::FileErrors;
use crate::rate::RateLimit;
use crate::store::{Base, Store, Summary};
use number::{Number, Numbers};
use verdict::{Judgement, Scope};

pub use clock::{Clock, ClockReading};
pub use faults::{FaultPlan, FaultStatus, Faults, RequestFacts};
pub use journal::{
    AnsweredBy, AnsweredByKind, Journal, JournalFilter, JournalRecord, RecordDetails, RequestOutcome, StatusFilter,
};
pub use limiter::{Limiter, RateLimitKey, RetryAfter};
pub use live_feed::{Activity, LiveFeed};
pub use live_source::LiveSource;
pub use scenario::{Scenario, ScenarioRunner, ScenarioStats};
pub use sessions::{SessionName, SessionNameError, Sessions};
pub use verdict::Verdict;

/// A world: one field a concern.
///
/// What touches two of them is a method here. Live activity is brought in when somebody looks, so entries and clock are
/// best reached through those methods: each begins with [`World::catch_up`].
#[derive(Debug)]
pub struct World {
    /// The audit log; without the live entries that are due and that nobody has looked for yet.
    pub store: Store,
    /// The one time that this world has.
    pub clock: Clock,
    /// How often each client may ask.
    pub limiter: Limiter,
    /// What goes wrong on purpose.
    pub faults: Faults,
    /// What was asked and answered.
    pub journal: Journal,
    /// New entries over time.
    pub live: LiveFeed,
    /// How the client did.
    pub verdict: Verdict,
    /// Data that moves on demand.
    pub scenario: ScenarioRunner,
    number: Number,
    settings: Mutex<Settings>,
}

/// What can be changed while a world is in use.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Settings {
    /// How often a client may ask, unless its key says otherwise.
    pub rate_limit: RateLimit,
    /// Whether what the contract does not list is refused instead of reported.
    pub strict: bool,
}

/// What every world of a server starts as.
#[derive(Debug)]
pub struct WorldTemplate {
    /// The entries, shared by all worlds.
    pub base: Arc<Base>,
    /// What live activity is modelled on.
    pub live_source: Arc<LiveSource>,
    /// Where the clock stands; `None` follows the system's.
    pub now: Option<Timestamp>,
    /// The settings.
    pub settings: Settings,
    /// New entries over time.
    pub live: Option<Activity>,
    /// Data that moves on demand.
    pub scenario: Option<Scenario>,
    /// The faults that keys carry.
    pub faults: Vec<FaultRule>,
    /// What decides everything that is left to chance.
    pub seed: u64,
}

impl World {
    /// A world as it is at the start. Costs no more over a million entries than over none.
    #[must_use]
    pub fn new(start: &WorldTemplate) -> Self {
        Self::numbered(start, &Numbers::default())
    }

    /// The same as one of several, which have other numbers.
    fn numbered(start: &WorldTemplate, numbers: &Numbers) -> Self {
        let clock = start.now.map_or_else(Clock::system, Clock::frozen);
        let live = LiveFeed::new(Arc::clone(&start.live_source), start.seed);
        live.set(start.live, &clock.read());
        let scenario = ScenarioRunner::new(Arc::clone(&start.live_source), start.seed);
        if let Some(name) = start.scenario {
            scenario.start(name, None, &clock.read());
        }
        Self {
            store: Store::over(Arc::clone(&start.base)),
            limiter: Limiter::new(clock.clone()),
            faults: Faults::new(start.faults.iter().cloned(), start.seed),
            journal: Journal::default(),
            live,
            verdict: Verdict::default(),
            scenario,
            number: Number::of(numbers),
            settings: Mutex::new(start.settings),
            clock,
        }
    }

    /// Brings in the entries that live activity and the scenario made due; every look at the entries begins with it.
    pub fn catch_up(&self) {
        if self.live.is_on() {
            self.live.deliver_due(&self.clock.read(), &self.store);
        }
        if self.scenario.is_on() {
            self.scenario.deliver_due(&self.clock.read(), &self.store);
        }
    }

    /// The page that a query asks for.
    #[must_use]
    pub fn page(&self, query: &Query) -> Page {
        self.catch_up();
        self.store.page(query)
    }

    /// What matches a query, counted, whatever page of it is asked for.
    #[must_use]
    pub fn summary(&self, query: &Query) -> Summary {
        self.catch_up();
        self.store.summary(query.start_time, query.end_time, &query.filters)
    }

    /// Another one whenever this or another world of the same server begins anew or loses all its entries: then whoever
    /// looks has to look at everything again.
    #[must_use]
    pub fn generation(&self) -> u64 {
        self.number.get()
    }

    /// Adds entries, in any order; visible to the next request, all at once.
    pub fn append(&self, entries: impl IntoIterator<Item = Entry>) {
        self.catch_up();
        self.store.append(entries);
    }

    /// Adds entries from JSON in any form of a fixture file, relative times being relative to the clock; tells how many.
    ///
    /// ```
    /// use cortex_audit_mock::MockServer;
    ///
    /// let server = MockServer::builder().entries("[]").start_blocking();
    /// let entry = r#"{"action":"CREATE","objectType":"TEAM","objectIdentifier":"sre","timestamp":"now-5m"}"#;
    /// assert_eq!(server.world().append_json(entry).unwrap(), 1);
    /// assert_eq!(server.world().page(&Default::default()).total, 1);
    /// ```
    ///
    /// # Errors
    /// Everything that is wrong with the text; then nothing is added.
    pub fn append_json(&self, json: &str) -> Result<usize, FileErrors> {
        let entries = fixture::read("the given entries", json, self.clock.now())?.entries;
        let added = entries.len();
        self.append(entries);
        Ok(added)
    }

    /// Removes every entry; tells how many there were.
    pub fn remove_entries(&self) -> usize {
        self.catch_up();
        // What was served cannot be found again without them.
        self.verdict.clear();
        let removed = self.store.clear();
        self.number.renew();
        removed
    }

    /// Begins a scenario in place of any before, by the seed of the world; `None` ends it. Its limit, its failures and
    /// what was still to come end with it; what it added stays.
    pub fn set_scenario(&self, scenario: impl Into<Option<Scenario>>) {
        self.catch_up();
        match scenario.into() {
            Some(scenario) => self.scenario.start(scenario, None, &self.clock.read()),
            None => self.scenario.stop(),
        }
    }

    /// Begins a scenario by a seed of its own: another one moves other entries at other times.
    ///
    /// ```
    /// use cortex_audit_mock::MockServer;
    /// use cortex_audit_mock::world::Scenario;
    ///
    /// let server = MockServer::start_blocking();
    /// for seed in 0..3 {
    ///     let world = server.session(&format!("late-{seed}"));
    ///     world.set_scenario_with_seed(Scenario::LateArrivals, seed);
    ///     // … let a client poll that session, and judge it …
    ///     assert_eq!(world.scenario_stats().unwrap().seed, seed);
    /// }
    /// ```
    pub fn set_scenario_with_seed(&self, scenario: Scenario, seed: u64) {
        self.catch_up();
        self.scenario.start(scenario, Some(seed), &self.clock.read());
    }

    /// What the scenario has done so far; `None` when there is none.
    #[must_use]
    pub fn scenario_stats(&self) -> Option<ScenarioStats> {
        self.catch_up();
        self.scenario.stats()
    }

    /// Adds what the scenario brings before a page of a query is looked up.
    pub(crate) fn before_page(&self, query: &Query) {
        if self.scenario.is_on() {
            self.scenario.before_page(query, &self.clock.read(), &self.store);
        }
    }

    /// Adds what the scenario brings after a page, which may have been the last.
    pub(crate) fn after_page(&self, query: &Query, last: bool) {
        if self.scenario.is_on() {
            self.scenario.after_page(query, last, &self.clock.read(), &self.store);
        }
    }

    /// How the clients did until now.
    #[must_use]
    pub fn verdict(&self, scope: &Scope) -> Judgement {
        self.catch_up();
        self.verdict.judge(&self.store, scope, self.clock.now())
    }

    /// Moves the clock later, see [`Clock::advance`].
    pub fn advance(&self, by: Duration) {
        self.move_clock(|| self.clock.advance(by));
    }

    /// Sets the clock, see [`Clock::set`]. What was due before is stamped by the time before.
    pub fn set_clock(&self, now: impl Into<Option<Timestamp>>, frozen: bool) {
        self.move_clock(|| self.clock.set(now, frozen));
    }

    /// Follows the system's clock, see [`Clock::follow_system`].
    pub fn follow_system_clock(&self) {
        self.move_clock(|| self.clock.follow_system());
    }

    fn move_clock(&self, go: impl FnOnce()) {
        let (clock, store) = (&self.clock, &self.store);
        self.live.with_clock_change(clock, store, || self.scenario.with_clock_change(clock, store, go));
    }

    /// Begins live activity in place of any before, of which what was due is brought in; `None` ends it.
    pub fn set_live(&self, activity: Option<Activity>) {
        self.catch_up();
        self.live.set(activity, &self.clock.read());
    }

    /// The settings as they are.
    #[must_use]
    pub fn settings(&self) -> Settings {
        *self.settings.lock()
    }

    /// Changes settings, all at once; nobody else changes them between what `change` sees and what it leaves.
    pub fn change_settings<T>(&self, change: impl FnOnce(&mut Settings) -> T) -> T {
        change(&mut self.settings.lock())
    }
}
