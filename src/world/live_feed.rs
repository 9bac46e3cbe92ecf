//! The live feed: new entries over time, generated on access, exactly those that are due by the world's clock.
//!
//! Nothing runs in the background. While the clock is frozen, no entry becomes due; advancing it makes the entries of
//! that time due.

use std::fmt;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use parking_lot::Mutex;

use super::clock::{Clock, ClockReading};
use super::live_source::LiveSource;
use crate::contract::{Entry, Timestamp};
use crate::generate::ContinuationState;
use crate::rate::{Rate, RateError};
use crate::seed::{Purpose, SeededRng};
use crate::store::Store;

/// The rate and shape of a live feed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Activity {
    /// The number of entries per period.
    pub rate: Rate,
    /// The most by which an entry's timestamp may precede its arrival; late entries arrive after younger ones.
    pub lateness: Duration,
    /// The number of entries that arrive together; the rate stays the same.
    pub burst: u32,
}

/// A text that is not the rate of a live feed; `Display` says what is accepted.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum LiveRateError {
    /// It is no rate.
    Rate(RateError),
    /// It is above [`LiveFeed::MAX_PER_SECOND`].
    TooHigh,
}

/// The message follows the text: `"1000000/s" is above …`.
impl fmt::Display for LiveRateError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Rate(error) => write!(f, "is not a rate; {error}"),
            Self::TooHigh => {
                let most = LiveFeed::MAX_PER_SECOND;
                write!(
                    f,
                    "is above {most}/s, the most that live activity adds; --generate N makes many entries at once"
                )
            }
        }
    }
}

impl std::error::Error for LiveRateError {}

impl From<Rate> for Activity {
    /// One entry at a time, with the timestamp of its arrival.
    fn from(rate: Rate) -> Self {
        Self { rate, lateness: Duration::ZERO, burst: 1 }
    }
}

/// The live feed of a world.
#[derive(Debug)]
pub struct LiveFeed {
    seed: u64,
    /// The number of entries that can be added to the store, from whatever source.
    max_entries: usize,
    live_source: Arc<LiveSource>,
    state: Mutex<State>,
    /// Whether an activity is running: a request takes no lock when there is none.
    on: AtomicBool,
}

#[derive(Debug, Default)]
struct State {
    going: Option<Going>,
    /// The objects of generated entries; kept when the activity changes or ends, because the entries stay.
    progress: ContinuationState,
    /// The number of bursts of earlier activities: random streams are not reused.
    before: u128,
    /// The number of entries made by [`LiveFeed::generate`].
    invented: u64,
    /// Whether the store was full at the last delivery.
    full: bool,
}

#[derive(Debug, Clone, Copy)]
struct Going {
    activity: Activity,
    /// The world's age when the activity started.
    since: Duration,
    /// The number of bursts that were delivered.
    arrived: u128,
}

impl LiveFeed {
    /// The longest lateness that is accepted: a week.
    pub const MAX_LATENESS: Duration = Duration::from_secs(7 * 86_400);

    /// The most entries per second: as many as one delivery has. Of more, the most would be left out.
    pub const MAX_PER_SECOND: u64 = Self::MAX_ENTRIES_PER_DELIVERY;

    /// The most entries of one delivery. Older due entries are skipped, so that a clock set years ahead does not fill
    /// the memory.
    pub const MAX_ENTRIES_PER_DELIVERY: u64 = 100_000;

    /// Reads a rate that a live feed can keep.
    ///
    /// # Errors
    /// When the text is no rate, or the rate is above [`LiveFeed::MAX_PER_SECOND`].
    pub fn parse_rate(text: &str) -> Result<Rate, LiveRateError> {
        let rate: Rate = text.parse().map_err(LiveRateError::Rate)?;
        let most = Self::MAX_PER_SECOND * rate.period.duration().as_secs();
        if u64::from(rate.count.get()) <= most { Ok(rate) } else { Err(LiveRateError::TooHigh) }
    }

    /// No activity yet; entries will go on from this source.
    pub fn new(live_source: Arc<LiveSource>, seed: u64, max_entries: usize) -> Self {
        Self { seed, max_entries, live_source, state: Mutex::default(), on: AtomicBool::default() }
    }

    /// Starts an activity at the world's current age in place of a running one; `None` stops it.
    pub fn set(&self, activity: Option<Activity>, clock: &ClockReading) {
        let mut state = self.state.lock();
        state.before += state.going.map_or(0, |going| going.arrived);
        state.going = activity.map(|activity| Going { activity, since: clock.world_age, arrived: 0 });
        self.on.store(activity.is_some(), Ordering::Release);
    }

    /// Whether an activity is running.
    pub fn is_on(&self) -> bool {
        self.on.load(Ordering::Acquire)
    }

    /// The running activity.
    pub fn activity(&self) -> Option<Activity> {
        self.state.lock().going.map(|going| going.activity)
    }

    /// Appends the entries that became due since the last delivery, in order of arrival, and returns their number.
    /// Concurrent callers wait for each other.
    pub fn deliver_due(&self, clock: &ClockReading, store: &Store) -> u64 {
        self.append_due(&mut self.state.lock(), clock, store)
    }

    /// An entry with this timestamp, which continues the objects of earlier live entries.
    pub fn generate(&self, at: Timestamp) -> Entry {
        let state = &mut *self.state.lock();
        state.invented += 1;
        let mut rng = SeededRng::stream(self.seed, Purpose::LiveEntryAt, state.invented);
        self.live_source.continuation().next(&mut state.progress, at, &mut rng)
    }

    /// Delivers the entries that are due at the old time, then changes the clock before anyone else can deliver.
    pub fn with_clock_change(&self, clock: &Clock, store: &Store, change: impl FnOnce()) {
        let mut state = self.state.lock();
        self.append_due(&mut state, &clock.read(), store);
        change();
    }

    /// The number of entries that can still be added to the store.
    pub fn room(&self, store: &Store) -> usize {
        let (_, added) = store.counts();
        self.max_entries.saturating_sub(added)
    }

    fn append_due(&self, state: &mut State, clock: &ClockReading, store: &Store) -> u64 {
        let State { going, progress, before, full, .. } = state;
        let Some(Going { activity, since, arrived }) = going else {
            return 0;
        };
        let period = activity.period();
        let age = clock.world_age.saturating_sub(*since);
        let most = u128::from(Self::MAX_ENTRIES_PER_DELIVERY) / u128::from(activity.burst);
        let slots = age.as_nanos() / period.as_nanos();
        let (room, burst) = (self.room(store), activity.burst as usize);
        let was_full = std::mem::replace(full, room < burst);
        if *full {
            // They are left out for good.
            *arrived = slots.max(*arrived);
            *arrived += u128::from(self.arrival(*arrived, period) <= age);
            if !was_full {
                tracing::warn!(
                    "live activity adds no more: {} entries have been added to the session; --max-entries raises the limit",
                    self.max_entries - room
                );
            }
            return 0;
        }
        if slots.saturating_sub(*arrived) > most {
            tracing::warn!(
                "live activity left out what was due before the last {} entries",
                Self::MAX_ENTRIES_PER_DELIVERY
            );
            *arrived = slots - most;
        }
        let mut due = Vec::new();
        while due.len() + burst <= room
            && let Some(ago) = age.checked_sub(self.arrival(*arrived, period))
        {
            let mut rng = SeededRng::stream(self.seed, Purpose::LiveEntry, stream(*before + *arrived));
            for _ in 0..activity.burst {
                let late = activity.lateness.mul_f64(1.0 - rng.fraction());
                let at = clock.now.saturating_sub(ago).saturating_sub(late).trunc_to_millis();
                due.push(self.live_source.continuation().next(progress, at, &mut rng));
            }
            *arrived += 1;
        }
        let count = due.len() as u64;
        store.append(due);
        count
    }

    /// The time of a burst since the start of the activity: one burst in each slot, so that the rate is exact, at a
    /// random time within it, so that it looks natural.
    fn arrival(&self, number: u128, period: Duration) -> Duration {
        const SECOND: u128 = 1_000_000_000;

        let slot = number * period.as_nanos();
        let seconds = u64::try_from(slot / SECOND).unwrap_or(u64::MAX);
        let slot = Duration::new(seconds, u32::try_from(slot % SECOND).unwrap_or_default());
        let within = period.mul_f64(SeededRng::stream(self.seed, Purpose::LiveBurst, stream(number)).fraction());
        slot.saturating_add(within)
    }
}

/// Truncates the burst number to the 64-bit id of a random stream; wraps after 2^64 bursts.
fn stream(number: u128) -> u64 {
    u64::try_from(number & u128::from(u64::MAX)).unwrap_or_default()
}

impl Activity {
    /// The time between two bursts.
    fn period(&self) -> Duration {
        let each = self.rate.period.duration() / self.rate.count.get();
        each.saturating_mul(self.burst).max(Duration::from_nanos(1))
    }
}
