//! Data that moves on demand: each scenario shows one kind of mistake of a client.

use std::fmt;
use std::str::FromStr;
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use crate::contract::Timestamp;
use crate::fault::{Effect, Rule};
use crate::rate::RateLimit;
use crate::seed::Chance;

/// What moves, by name.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Scenario {
    /// New entries come after a page that is not the last: they push others over the border of the next.
    InsertBetweenPages,
    /// After a page entries come up to half a minute late: behind the newest that the client has seen.
    LateArrivals,
    /// Entries come of a millisecond that has been served already.
    SameMillisecond,
    /// Several pages of entries come at once.
    Burst,
    /// Only two requests a minute are admitted.
    QuotaSqueeze,
    /// Requests fail in turn: a 503, a reset, half a page, a page that breaks off.
    Flaky,
}

/// What a scenario has done so far.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Staged {
    /// Which.
    pub scenario: Scenario,
    /// Pages that it has seen.
    pub pages: u64,
    /// Entries that it has added.
    pub added: u64,
}

/// The scenario of a world.
#[derive(Debug)]
pub struct Stage {
    seed: u64,
    state: Mutex<Option<State>>,
}

#[derive(Debug)]
struct State {
    staged: Staged,
    /// What the end of the scenario puts back: the rate limit, and the numbers of its faults.
    before: Option<RateLimit>,
    faults: Vec<u64>,
}

/// What chance is asked for: what comes after a page.
const AFTER: u64 = 1 << 50;

impl Scenario {
    /// All, in the order in which they are told.
    pub const ALL: [Self; 6] = [
        Self::InsertBetweenPages,
        Self::LateArrivals,
        Self::SameMillisecond,
        Self::Burst,
        Self::QuotaSqueeze,
        Self::Flaky,
    ];

    /// An entry comes at most this late.
    pub const LATEST: Duration = Duration::from_secs(30);

    /// Its name.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::InsertBetweenPages => "insert-between-pages",
            Self::LateArrivals => "late-arrivals",
            Self::SameMillisecond => "same-millisecond",
            Self::Burst => "burst",
            Self::QuotaSqueeze => "quota-squeeze",
            Self::Flaky => "flaky",
        }
    }

    /// The limit that it sets.
    pub(super) fn limit(self) -> Option<RateLimit> {
        (self == Self::QuotaSqueeze).then(|| "2/min".parse().ok()).flatten()
    }

    /// The faults that it adds. Their turns are apart, so that one request in seven fails at most twice in a row.
    pub(super) fn faults(self) -> Vec<Rule> {
        let turn = |after: u64, effect: Effect| Rule { after, times: Some(1), cycle: Some(7 + after), ..effect.into() };
        match self {
            Self::Flaky => vec![
                turn(1, Effect::Status { status: 503, retry_after: Some(1) }),
                turn(2, Effect::Malformed),
                turn(4, Effect::Reset),
                turn(6, Effect::Truncate { bytes: 200 }),
            ],
            _ => Vec::new(),
        }
    }
}

impl Stage {
    pub(super) fn new(seed: u64) -> Self {
        Self { seed, state: Mutex::default() }
    }

    /// What is going on.
    #[must_use]
    pub fn staged(&self) -> Option<Staged> {
        self.state().as_ref().map(|state| state.staged)
    }

    /// Begins a scenario, or none; what the one before it leaves to be put back: a rate limit and faults.
    pub(super) fn set(
        &self,
        scenario: Option<Scenario>,
        before: Option<RateLimit>,
        faults: Vec<u64>,
    ) -> (Option<RateLimit>, Vec<u64>) {
        let new = scenario.map(|scenario| State { staged: Staged { scenario, pages: 0, added: 0 }, before, faults });
        let old = std::mem::replace(&mut *self.state(), new);
        old.map_or_else(Default::default, |old| (old.before, old.faults))
    }

    /// The instants of the entries that come after a page, when the clock shows `now`; `newest` is the newest entry.
    pub(super) fn after_page(&self, last: bool, now: Timestamp, newest: Option<Timestamp>) -> Vec<Timestamp> {
        let mut state = self.state();
        let Some(State { staged, .. }) = &mut *state else { return Vec::new() };
        let mut chance = Chance::of(self.seed, AFTER, staged.pages);
        staged.pages += 1;
        let now = now.to_millisecond();
        let count = 1 + chance.number(3);
        let late =
            |chance: &mut Chance| now.saturating_sub(Duration::from_millis(chance.number(30_000))).to_millisecond();
        let come: Vec<Timestamp> = match staged.scenario {
            Scenario::InsertBetweenPages if !last => (0..count).map(|_| now).collect(),
            Scenario::LateArrivals => (0..count).map(|_| late(&mut chance)).collect(),
            Scenario::SameMillisecond => {
                let served = newest.filter(|newest| now.since(*newest) <= Scenario::LATEST && *newest <= now);
                (0..count + 2).map(|_| served.unwrap_or(now)).collect()
            }
            Scenario::Burst if last && staged.pages % 2 == 1 => (0..600).map(|_| now).collect(),
            _ => Vec::new(),
        };
        staged.added += come.len() as u64;
        come
    }

    fn state(&self) -> MutexGuard<'_, Option<State>> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl fmt::Display for Scenario {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

impl FromStr for Scenario {
    type Err = ();

    fn from_str(text: &str) -> Result<Self, ()> {
        Self::ALL.into_iter().find(|scenario| scenario.as_str() == text).ok_or(())
    }
}
