//! The mutable state of the server: a [`World`] for each session, and [`Sessions`], the map from names to worlds. Nothing is
//! global.

pub(crate) mod clock;
pub(crate) mod ended_sessions;
pub(crate) mod faults;
mod journal;
pub(crate) mod limiter;
pub(crate) mod live_feed;
pub(crate) mod live_source;
pub(crate) mod memory;
mod scenario;
mod sessions;
mod settings;
pub(crate) mod template;
pub mod verdict;

use std::fmt;
use std::io::Read;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::time::Duration;

use parking_lot::Mutex;

use crate::contract::{Entry, Page, Query, Timestamp};
use crate::fixture;
use crate::json_file::FileErrors;
use crate::store::Store;
use crate::text::{counted, size};
use clock::Clock;
use limiter::Limiter;
use live_feed::LiveFeed;
use memory::SharedMemory;
use scenario::ScenarioRunner;
use template::WorldTemplate;
use verdict::{Delivered, DeliveredError, Judgement, Observations, Scope};

pub use crate::store::{Bucket, Counted, Summary, Timeline};
pub use clock::ClockReading;
pub use faults::{FaultRuleState, Faults};
pub use journal::{
    Intervention, InterventionKind, Journal, JournalFilter, JournalRecord, QueryFilter, RecordDetails, RecordedHeader,
    RequestHead, RequestOutcome, StatusFilter,
};
pub use live_feed::Activity;
pub use scenario::{Scenario, ScenarioStats};
pub use sessions::{SessionName, SessionNameError, Sessions};
pub use settings::Settings;

/// The state of one session: entries, clock, rate limits, faults, journal, live feed, verdict, scenario and settings.
///
/// Live entries are generated on access, not in the background. So every public method that reads or changes entries or
/// moves the clock first delivers what is due ([`World::catch_up`]), and the clock itself is read-only from outside. A
/// handler that reads `store` directly calls [`World::catch_up`] itself, as `audit_logs` does.
#[derive(Debug)]
pub struct World {
    /// Excludes live entries that are due but not delivered yet.
    pub(crate) store: Store,
    pub(crate) clock: Clock,
    pub(crate) limiter: Limiter,
    pub(crate) faults: Faults,
    pub(crate) journal: Journal,
    pub(crate) live: LiveFeed,
    pub(crate) observations: Observations,
    pub(crate) scenario: ScenarioRunner,
    generation: AtomicU64,
    totals: Arc<WorldTotals>,
    max_entries: usize,
    /// The length of the JSON from which clients have added entries, in bytes. Locked while they are added.
    received_bytes: Mutex<usize>,
    settings: Mutex<Settings>,
}

/// The limit of entries that can be added to a world, and how many have been. `Display` says what to do when it is reached.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct EntryLimit {
    added: usize,
    max: usize,
    /// The length of the JSON of those that clients have added.
    bytes: usize,
}

impl EntryLimit {
    /// The mean length of the JSON of the entries that clients can add. Most have a quarter of it.
    const MEAN_ENTRY_BYTES: usize = 1024;

    fn max_bytes(self) -> usize {
        self.max.saturating_mul(Self::MEAN_ENTRY_BYTES)
    }

    /// Whether no entry can be added.
    pub(crate) fn is_reached(self) -> bool {
        self.added >= self.max || self.bytes >= self.max_bytes()
    }

    /// Whether entries can be added whose JSON has this length.
    fn allows(self, entries: usize, bytes: usize) -> bool {
        self.added + entries <= self.max && self.bytes + bytes <= self.max_bytes()
    }
}

impl fmt::Display for EntryLimit {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (max, added) = (self.max, counted(self.added, "entry has", "entries have"));
        let [max_size, size] = [self.max_bytes(), self.bytes].map(size);
        write!(
            f,
            "at most {max} can be added to a session, from {max_size} of JSON, and {added} been, from {size}. \
             Raise the limit with --max-entries, or remove entries with DELETE /__admin/audit-logs."
        )
    }
}

/// Counters that all worlds of a server share.
#[derive(Debug, Default)]
pub(crate) struct WorldTotals {
    /// The newest generation of any world; each world takes its generations from it.
    newest_generation: AtomicU64,
    /// Whether a client or a test has added entries to any world.
    has_added_entries: AtomicBool,
    /// The memory of all journals and observations.
    memory: SharedMemory,
}

impl World {
    /// A world in its initial state. Takes constant time: the entries are shared, not copied.
    pub(crate) fn new(template: &WorldTemplate, totals: &Arc<WorldTotals>) -> Self {
        let clock = template.clock();
        let live = LiveFeed::new(Arc::clone(&template.live_source), template.seed, template.max_entries);
        live.set(template.live, &clock.read());
        let scenario = ScenarioRunner::new(Arc::clone(&template.live_source), template.seed, template.max_entries);
        if let Some(name) = template.scenario {
            scenario.start(name, None, &clock.read());
        }
        Self {
            store: Store::new(Arc::clone(&template.base)),
            limiter: Limiter::new(clock.clone()),
            faults: Faults::new(&template.key_faults, &template.faults, template.seed),
            journal: Journal::new(totals.memory.clone()),
            live,
            observations: Observations::new(totals.memory.clone()),
            scenario,
            generation: AtomicU64::new(totals.next_generation()),
            totals: Arc::clone(totals),
            max_entries: template.max_entries,
            received_bytes: Mutex::default(),
            settings: Mutex::new(template.settings),
            clock,
        }
    }

    /// The clock's time and state now. [`World::advance`], [`World::freeze_clock`], [`World::run_clock`] and
    /// [`World::follow_system_clock`] change it.
    pub fn clock(&self) -> ClockReading {
        self.clock.read()
    }

    /// The time of this world.
    pub fn now(&self) -> Timestamp {
        self.clock.now()
    }

    /// The fault rules.
    pub fn faults(&self) -> &Faults {
        &self.faults
    }

    /// The journal of requests and their outcomes.
    pub fn journal(&self) -> &Journal {
        &self.journal
    }

    /// The live feed's activity; `None` when it is off.
    pub fn live(&self) -> Option<Activity> {
        self.live.activity()
    }

    /// The number of entries, of which some may have a timestamp in the future.
    pub fn entry_count(&self) -> usize {
        self.catch_up();
        self.store.len()
    }

    /// Delivers the entries of live feed and scenario that are due.
    pub fn catch_up(&self) {
        if self.live.is_on() {
            self.live.deliver_due(&self.clock.read(), &self.store);
        }
        if self.scenario.is_on() {
            self.scenario.deliver_due(&self.clock.read(), &self.store);
        }
    }

    /// The page of entries that a query selects.
    pub fn page(&self, query: &Query) -> Page {
        self.catch_up();
        self.store.page(query)
    }

    /// The counts of all entries that match a query, whatever its page.
    pub fn summary(&self, query: &Query) -> Summary {
        self.catch_up();
        self.store.summary(query.start_time, query.end_time, &query.filters)
    }

    /// The counts of all entries that match a query, with only the values and actors that contain a text in any case, up to [`Summary::MAX_FOUND`] of each.
    pub fn summary_containing(&self, query: &Query, text: &str) -> Summary {
        self.catch_up();
        self.store.summary_containing(query.start_time, query.end_time, &query.filters, text)
    }

    /// The generation: unique within the server, and replaced whenever all entries are removed. A poller that sees a
    /// new one reloads everything.
    pub fn generation(&self) -> u64 {
        self.generation.load(Ordering::Acquire)
    }

    /// The limit of added entries, and how many there are.
    pub(crate) fn entry_limit(&self) -> EntryLimit {
        self.catch_up();
        self.limit_with(*self.received_bytes.lock())
    }

    fn limit_with(&self, bytes: usize) -> EntryLimit {
        let (_, added) = self.store.counts();
        EntryLimit { added, max: self.max_entries, bytes }
    }

    /// Adds the entries of a client, whose JSON has this length, and returns their number; none if they exceed the limit.
    pub(crate) fn append_within_limit(&self, entries: Vec<Entry>, bytes: usize) -> Result<usize, EntryLimit> {
        self.catch_up();
        let mut received_bytes = self.received_bytes.lock();
        let limit = self.limit_with(*received_bytes);
        if !limit.allows(entries.len(), bytes) {
            return Err(limit);
        }
        *received_bytes += bytes;
        let added = entries.len();
        self.add(entries);
        Ok(added)
    }

    /// Adds entries in any order, atomically: the next request sees all of them. They have no limit.
    pub fn append(&self, entries: impl IntoIterator<Item = Entry>) {
        self.catch_up();
        self.add(entries);
    }

    fn add(&self, entries: impl IntoIterator<Item = Entry>) {
        self.totals.has_added_entries.store(true, Ordering::Relaxed);
        self.store.append(entries);
    }

    /// Adds entries from JSON in any form of a fixture file and returns their number. Relative times are relative to
    /// the world's clock.
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
    /// All errors in the text; then no entry is added.
    pub fn append_json(&self, json: &str) -> Result<usize, FileErrors> {
        let entries = fixture::read("the given entries", json, self.clock.now())?.entries;
        let added = entries.len();
        self.append(entries);
        Ok(added)
    }

    /// Removes all entries and returns their number. The verdict forgets its requests, because the pages they were
    /// given cannot be looked up without the entries.
    pub fn remove_entries(&self) -> usize {
        self.catch_up();
        self.observations.clear();
        let mut received_bytes = self.received_bytes.lock();
        let removed = self.store.clear();
        *received_bytes = 0;
        drop(received_bytes);
        self.generation.store(self.totals.next_generation(), Ordering::Release);
        removed
    }

    /// Starts a scenario in place of a running one, with the seed of the world; `None` stops it. Its rate limit, its
    /// failures and its pending entries end with it; entries that it added stay.
    pub fn set_scenario(&self, scenario: impl Into<Option<Scenario>>) {
        self.catch_up();
        match scenario.into() {
            Some(scenario) => self.scenario.start(scenario, None, &self.clock.read()),
            None => self.scenario.stop(),
        }
    }

    /// Starts a scenario with its own seed: another seed adds other entries at other times.
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

    /// The counters of the running scenario; `None` when there is none.
    pub fn scenario_stats(&self) -> Option<ScenarioStats> {
        self.catch_up();
        self.scenario.stats()
    }

    /// Whether nobody has asked for audit logs.
    pub(crate) fn is_unused(&self) -> bool {
        self.observations.is_empty()
    }

    /// The verdict on the requests so far.
    pub fn verdict(&self, scope: &Scope) -> Judgement {
        self.catch_up();
        self.observations.judge(&self.store, scope, self.clock.now())
    }

    /// The bytes of query strings and issues that are kept of the requests that the verdict judges.
    #[doc(hidden)]
    #[must_use]
    pub fn observed_bytes(&self) -> usize {
        self.observations.bytes()
    }

    /// Compares what a client has in its sink with what was served: JSON or NDJSON of entries, or whole answers. The verdict
    /// has the last result too.
    ///
    /// # Errors
    /// A sink that cannot be read, or has more than a million records.
    pub fn delivered(&self, sink: impl Read, scope: &Scope) -> Result<Delivered, DeliveredError> {
        self.delivered_redacted(sink, scope, |_| {})
    }

    /// Like [`World::delivered`]; `redact` takes secrets out of the records of the sink that the result has.
    pub(crate) fn delivered_redacted(
        &self,
        sink: impl Read,
        scope: &Scope,
        redact: impl Fn(&mut String),
    ) -> Result<Delivered, DeliveredError> {
        self.catch_up();
        self.observations.compare(&self.store, sink, scope, redact)
    }

    /// Moves the clock forward. A frozen clock stays frozen at the new time.
    pub fn advance(&self, by: Duration) {
        self.move_clock(|| self.clock.advance(by));
    }

    /// Freezes the clock at a time; `None` is its present time. Live entries that are due before the change are delivered
    /// with timestamps of the old time. Setting the clock back gives no client a fresh rate limit.
    pub fn freeze_clock(&self, now: impl Into<Option<Timestamp>>) {
        self.move_clock(|| self.clock.freeze(now));
    }

    /// Runs the clock from a time on; `None` is its present time. Otherwise like [`World::freeze_clock`].
    pub fn run_clock(&self, now: impl Into<Option<Timestamp>>) {
        self.move_clock(|| self.clock.run(now));
    }

    /// Follows the system's clock again.
    pub fn follow_system_clock(&self) {
        self.move_clock(|| self.clock.follow_system());
    }

    fn move_clock(&self, change: impl FnOnce()) {
        let (clock, store) = (&self.clock, &self.store);
        self.live.with_clock_change(clock, store, || self.scenario.with_clock_change(clock, store, change));
    }

    /// Starts a live feed in place of a running one, whose due entries are delivered first; `None` stops it.
    pub fn set_live(&self, activity: Option<Activity>) {
        self.catch_up();
        self.live.set(activity, &self.clock.read());
    }

    /// The current settings.
    pub fn settings(&self) -> Settings {
        *self.settings.lock()
    }

    /// Changes the settings atomically and returns the result of `change`.
    pub fn change_settings<T>(&self, change: impl FnOnce(&mut Settings) -> T) -> T {
        change(&mut self.settings.lock())
    }
}

impl WorldTotals {
    /// The next generation, counted from 1.
    fn next_generation(&self) -> u64 {
        self.newest_generation.fetch_add(1, Ordering::Relaxed) + 1
    }
}
