//! The one clock of a world: entry times, key expiry and the limiter all read it, so moving it moves them together.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use crate::contract::Timestamp;

/// A clock that follows the system, or stands still until it is moved. Clones show the same time.
///
/// ```
/// use std::time::Duration;
/// use cortex_audit_mock::Clock;
///
/// let clock = Clock::frozen("2025-05-20T06:00:00Z".parse().unwrap());
/// clock.advance(Duration::from_secs(90));
/// assert_eq!(clock.now().to_string(), "2025-05-20T06:01:30Z");
/// ```
#[derive(Debug, Clone)]
pub struct Clock {
    state: Arc<Mutex<State>>,
}

#[derive(Debug)]
struct State {
    mode: Mode,
    /// Time that has passed for the limiter until `since`; only ever grows.
    elapsed: Duration,
    /// Since when real time counts as well; `None` while the clock stands still.
    since: Option<Instant>,
}

#[derive(Debug)]
enum Mode {
    System,
    Frozen(Timestamp),
}

impl Clock {
    /// Follows the system's clock.
    #[must_use]
    pub fn system() -> Self {
        Self::starting(Mode::System, Some(Instant::now()))
    }

    /// Stands still at an instant until it is advanced.
    #[must_use]
    pub fn frozen(at: Timestamp) -> Self {
        Self::starting(Mode::Frozen(at), None)
    }

    /// The time of this world.
    #[must_use]
    pub fn now(&self) -> Timestamp {
        match self.state().mode {
            Mode::System => Timestamp::system(),
            Mode::Frozen(at) => at,
        }
    }

    /// How long this world has existed by its own time; never runs backwards.
    #[must_use]
    pub fn elapsed(&self) -> Duration {
        self.state().elapsed()
    }

    /// Moves the clock later by `by`. A clock that followed the system stands still from then on.
    pub fn advance(&self, by: Duration) {
        let now = self.now();
        let mut state = self.state();
        state.elapsed = state.elapsed().saturating_add(by);
        state.since = None;
        state.mode = Mode::Frozen(now.saturating_add(by));
    }

    fn starting(mode: Mode, since: Option<Instant>) -> Self {
        Self { state: Arc::new(Mutex::new(State { mode, elapsed: Duration::ZERO, since })) }
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl State {
    fn elapsed(&self) -> Duration {
        self.elapsed.saturating_add(self.since.map_or(Duration::ZERO, |since| since.elapsed()))
    }
}

/// The limiter's view of the clock.
impl governor::clock::Clock for Clock {
    type Instant = Duration;

    fn now(&self) -> Duration {
        self.elapsed()
    }
}
