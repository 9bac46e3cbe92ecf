//! The clock of a world. Entry times, key expiry and the rate limiter all read it, so moving it moves them together.

use std::sync::Arc;
use std::time::{Duration, Instant};

use parking_lot::Mutex;

use crate::contract::Timestamp;

/// A clock that follows the system, runs at an offset from it, or is frozen. Clones share one state.
///
/// ```
/// use std::time::Duration;
/// use cortex_audit_mock::internal::Clock;
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
    /// World time that had passed when the clock was last set; never shrinks.
    elapsed: Duration,
    /// Elapsed time as seen by the limiter; a forward jump counts for at most [`Self::MAX_LIMITER_STEP`].
    limiter_elapsed: Duration,
    /// The machine's monotonic time when the clock was last set.
    set: Instant,
}

/// How a clock runs.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Mode {
    /// With the system's clock.
    System,
    /// As fast as the system's clock, from the time to which it was set.
    Running(Timestamp),
    /// Not at all: it stays at this time.
    Frozen(Timestamp),
}

/// A clock's time and state at one moment.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ClockReading {
    /// The time of the world.
    pub now: Timestamp,
    /// The world's age by its own time; never runs backwards.
    pub world_age: Duration,
    /// Whether the clock is frozen.
    pub frozen: bool,
    /// Whether the clock follows the system's.
    pub system: bool,
}

impl Clock {
    /// A clock that follows the system's.
    pub fn system() -> Self {
        Self::starting(Mode::System)
    }

    /// A clock that is frozen at a time until it is moved.
    pub fn frozen(at: Timestamp) -> Self {
        Self::starting(Mode::Frozen(at))
    }

    /// The time of this world.
    pub fn now(&self) -> Timestamp {
        self.read().now
    }

    /// The time and state now.
    pub fn read(&self) -> ClockReading {
        self.read_at(Instant::now())
    }

    /// The time and state at a moment of the machine's monotonic clock.
    pub fn read_at(&self, now: Instant) -> ClockReading {
        self.state.lock().read(now)
    }

    /// Moves the clock forward. A frozen clock stays frozen at the new time; any other runs on from it.
    pub fn advance(&self, by: Duration) {
        let mut state = self.state.lock();
        let ClockReading { now, frozen, .. } = state.read(Instant::now());
        let now = now.saturating_add(by);
        state.change(if frozen { Mode::Frozen(now) } else { Mode::Running(now) }, by);
    }

    /// Freezes the clock at a time; `None` is its present time. Setting it back does not reduce the world's age: the
    /// limiter sees no time pass.
    pub fn freeze(&self, at: impl Into<Option<Timestamp>>) {
        self.set(at.into(), Mode::Frozen);
    }

    /// Runs the clock from a time on; `None` is its present time. Otherwise like [`Clock::freeze`].
    pub fn run(&self, from: impl Into<Option<Timestamp>>) {
        self.set(from.into(), Mode::Running);
    }

    fn set(&self, time: Option<Timestamp>, mode: impl FnOnce(Timestamp) -> Mode) {
        let mut state = self.state.lock();
        let now = state.read(Instant::now()).now;
        let time = time.unwrap_or(now);
        state.change(mode(time), time.since(now));
    }

    /// Follows the system's clock again.
    pub fn follow_system(&self) {
        let mut state = self.state.lock();
        let passed = Timestamp::now().since(state.read(Instant::now()).now);
        state.change(Mode::System, passed);
    }

    fn starting(mode: Mode) -> Self {
        let state = State { mode, elapsed: Duration::ZERO, limiter_elapsed: Duration::ZERO, set: Instant::now() };
        Self { state: Arc::new(Mutex::new(state)) }
    }
}

impl State {
    /// The limiter counts nanoseconds in 64 bits, which is 584 years. With [`Self::MAX_LIMITER_STEP`] a jump, a test
    /// can jump some ninety thousand times before the limiter's time stops.
    const MAX_LIMITER_ELAPSED: Duration = Duration::from_secs(500 * 365 * 86_400);
    /// Twice the longest period of a rate: after it every bucket is full.
    const MAX_LIMITER_STEP: Duration = Duration::from_secs(2 * 86_400);

    /// Time that has passed since the clock was last set.
    fn running(&self, now: Instant) -> Duration {
        match self.mode {
            Mode::Frozen(_) => Duration::ZERO,
            Mode::System | Mode::Running(_) => now.saturating_duration_since(self.set),
        }
    }

    fn limiter_elapsed(&self, now: Instant) -> Duration {
        self.limiter_elapsed.saturating_add(self.running(now)).min(Self::MAX_LIMITER_ELAPSED)
    }

    fn read(&self, now: Instant) -> ClockReading {
        let passed = self.running(now);
        let now = match self.mode {
            Mode::System => Timestamp::now(),
            Mode::Running(since) => since.saturating_add(passed),
            Mode::Frozen(at) => at,
        };
        ClockReading {
            now,
            world_age: self.elapsed.saturating_add(passed),
            frozen: matches!(self.mode, Mode::Frozen(_)),
            system: self.mode == Mode::System,
        }
    }

    fn change(&mut self, mode: Mode, passed: Duration) {
        let set = Instant::now();
        let elapsed = self.read(set).world_age.saturating_add(passed);
        let limiter_elapsed = self.limiter_elapsed(set).saturating_add(passed.min(Self::MAX_LIMITER_STEP));
        *self = Self { mode, elapsed, limiter_elapsed, set };
    }
}

/// The limiter's view of the clock.
impl governor::clock::Clock for Clock {
    type Instant = Duration;

    fn now(&self) -> Duration {
        self.state.lock().limiter_elapsed(Instant::now())
    }
}
