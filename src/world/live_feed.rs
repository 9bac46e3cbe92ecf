//! New entries over time, made when somebody looks: exactly those that were due by the world's clock.
//!
//! Nothing runs in the background. A frozen clock makes no entry due; advancing it makes due what fell into that time.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use parking_lot::Mutex;

use super::clock::{Clock, ClockReading};
use super::live_source::LiveSource;
use crate::contract::{Entry, Timestamp};
use crate::generate::Progress;
use crate::rate::Rate;
use crate::seed::Chance;
use crate::store::Store;

/// How new entries come.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Activity {
    /// How many in a time.
    pub rate: Rate,
    /// An entry may be stamped up to this much earlier than it arrives, and so come after younger ones.
    pub lateness: Duration,
    /// So many arrive together; the rate stays the same.
    pub burst: u32,
}

impl From<Rate> for Activity {
    /// One at a time, stamped when it arrives.
    fn from(rate: Rate) -> Self {
        Self { rate, lateness: Duration::ZERO, burst: 1 }
    }
}

/// The live activity of a world.
#[derive(Debug)]
pub struct LiveFeed {
    seed: u64,
    live_source: Arc<LiveSource>,
    state: Mutex<State>,
    /// Whether anything is going on, so that a request asks no lock when there is none.
    on: AtomicBool,
}

#[derive(Debug, Default)]
struct State {
    going: Option<Going>,
    /// Kept when the activity changes or ends: what was made is still there.
    progress: Progress,
    /// How many bursts arrived in activities before this one: chance does not begin anew.
    before: u128,
    /// How many entries were made at somebody's wish.
    invented: u64,
}

#[derive(Debug, Clone, Copy)]
struct Going {
    activity: Activity,
    /// The world's age when it began.
    since: Duration,
    /// How many bursts have arrived.
    arrived: u128,
}

impl LiveFeed {
    /// The longest lateness: a week.
    pub const MAX_LATENESS: Duration = Duration::from_secs(7 * 86_400);

    /// The most entries that are made at one look. What was due before those is left out, so that a clock set years
    /// ahead does not fill the memory.
    pub const MAX_ENTRIES_PER_DELIVERY: u64 = 100_000;

    /// No activity yet; entries will go on from this source.
    #[must_use]
    pub fn new(live_source: Arc<LiveSource>, seed: u64) -> Self {
        Self { seed, live_source, state: Mutex::default(), on: AtomicBool::default() }
    }

    /// Begins at the clock's present age, in place of any activity before; `None` ends it.
    pub fn set(&self, activity: Option<Activity>, clock: &ClockReading) {
        let mut state = self.state.lock();
        state.before += state.going.map_or(0, |going| going.arrived);
        state.going = activity.map(|activity| Going { activity, since: clock.elapsed, arrived: 0 });
        self.on.store(activity.is_some(), Ordering::Release);
    }

    /// Whether anything is going on.
    #[must_use]
    pub fn is_on(&self) -> bool {
        self.on.load(Ordering::Acquire)
    }

    /// What is going on.
    #[must_use]
    pub fn activity(&self) -> Option<Activity> {
        self.state.lock().going.map(|going| going.activity)
    }

    /// Adds to a store what became due since the last look, in the order of its arrival; whoever looks meanwhile waits.
    /// Tells how many entries.
    pub fn deliver_due(&self, clock: &ClockReading, store: &Store) -> u64 {
        self.append_due(&mut self.state.lock(), clock, store)
    }

    /// Entries of these instants, which go on from what the activity has made, as it does from them.
    pub fn generate(&self, instants: &[Timestamp]) -> Vec<Entry> {
        let state = &mut *self.state.lock();
        let each = instants.iter().map(|at| {
            state.invented += 1;
            let mut chance = Chance::of(self.seed, INVENTED, state.invented);
            self.live_source.sequel().next(&mut state.progress, *at, &mut chance)
        });
        each.collect()
    }

    /// Adds what is due by the time before a clock is moved, and moves it before anybody looks again.
    pub fn with_clock_change(&self, clock: &Clock, store: &Store, go: impl FnOnce()) {
        let mut state = self.state.lock();
        self.append_due(&mut state, &clock.read(), store);
        go();
    }

    fn append_due(&self, state: &mut State, clock: &ClockReading, store: &Store) -> u64 {
        let State { going, progress, before, .. } = state;
        let Some(Going { activity, since, arrived }) = going else {
            return 0;
        };
        let period = activity.period();
        let age = clock.elapsed.saturating_sub(*since);
        let most = u128::from(Self::MAX_ENTRIES_PER_DELIVERY) / u128::from(activity.burst);
        let slots = age.as_nanos() / period.as_nanos();
        if slots.saturating_sub(*arrived) > most {
            tracing::warn!(
                "live activity left out what was due before the last {} entries",
                Self::MAX_ENTRIES_PER_DELIVERY
            );
            *arrived = slots - most;
        }
        let mut due = Vec::new();
        while let Some(ago) = age.checked_sub(self.arrival(*arrived, period)) {
            for place in 0..activity.burst {
                let mut chance = Chance::of(self.seed, ENTRY + u64::from(place), stream(*before + *arrived));
                let late = activity.lateness.mul_f64(1.0 - chance.fraction());
                let at = clock.now.saturating_sub(ago).saturating_sub(late).trunc_to_millis();
                due.push(self.live_source.sequel().next(progress, at, &mut chance));
            }
            *arrived += 1;
        }
        let count = due.len() as u64;
        store.append(due);
        count
    }

    /// When a burst arrives, counted from the beginning: somewhere in its slot, so that it looks alive, one in each, so
    /// that the rate is exact.
    fn arrival(&self, number: u128, period: Duration) -> Duration {
        const SECOND: u128 = 1_000_000_000;

        let slot = number * period.as_nanos();
        let seconds = u64::try_from(slot / SECOND).unwrap_or(u64::MAX);
        let slot = Duration::new(seconds, u32::try_from(slot % SECOND).unwrap_or_default());
        let within = period.mul_f64(Chance::of(self.seed, ARRIVAL, stream(number)).fraction());
        slot.saturating_add(within)
    }
}

/// The number of a burst for chance, which counts in 64 bits: thousands of years of a burst a nanosecond go round.
fn stream(number: u128) -> u64 {
    u64::try_from(number & u128::from(u64::MAX)).unwrap_or_default()
}

/// What chance is asked for: when a burst arrives.
const ARRIVAL: u64 = 1 << 40;
/// What chance is asked for: an entry that somebody wishes.
const INVENTED: u64 = 1 << 51;
/// What chance is asked for: an entry of a burst; its place is added.
const ENTRY: u64 = 1 << 41;

impl Activity {
    /// The time between two bursts.
    fn period(&self) -> Duration {
        let each = self.rate.period.duration() / self.rate.count.get();
        each.saturating_mul(self.burst).max(Duration::from_nanos(1))
    }
}
