//! The rate of requests: always below the 1000 a minute that the API allows (REQ-RATE).

use std::num::NonZeroU32;
use std::rc::Rc;
use std::thread;
use std::time::{Duration, Instant};

use governor::clock::Clock;
use governor::middleware::NoOpMiddleware;
use governor::state::{InMemoryState, NotKeyed};
use governor::{Quota, RateLimiter};

/// Clock and sleep of a client; tests replace both.
#[derive(Clone)]
pub struct TimeSource {
    now: Rc<dyn Fn() -> Duration>,
    sleep: Rc<dyn Fn(Duration)>,
}

impl TimeSource {
    /// The system's clock and sleep.
    pub fn system() -> Self {
        let start = Instant::now();
        Self::new(move || start.elapsed(), thread::sleep)
    }

    /// A clock and a sleep: `now` counts from any instant and never goes back, `sleep` returns when that much has passed.
    pub fn new(now: impl Fn() -> Duration + 'static, sleep: impl Fn(Duration) + 'static) -> Self {
        Self { now: Rc::new(now), sleep: Rc::new(sleep) }
    }
}

impl Clock for TimeSource {
    type Instant = Duration;

    fn now(&self) -> Duration {
        (self.now)()
    }
}

/// Delays requests: a burst at first, then an even rate.
pub struct RequestPacer {
    limiter: RateLimiter<NotKeyed, InMemoryState, TimeSource, NoOpMiddleware<Duration>>,
    time: TimeSource,
}

impl RequestPacer {
    /// The burst of the official client: a short recording does not wait.
    const BURST: NonZeroU32 = NonZeroU32::new(50).unwrap();
    /// In any minute 50 + 15 * 60 = 950 requests; the rest is left to other users of the key.
    const REQUESTS_PER_SECOND: NonZeroU32 = NonZeroU32::new(15).unwrap();

    /// A pacer whose burst is not used yet.
    pub fn new(time: TimeSource) -> Self {
        let quota = Quota::per_second(Self::REQUESTS_PER_SECOND).allow_burst(Self::BURST);
        Self { limiter: RateLimiter::direct_with_clock(quota, time.clone()), time }
    }

    /// Returns when the next request may be sent.
    pub fn wait(&self) {
        while let Err(early) = self.limiter.check() {
            self.sleep(early.wait_time_from(self.time.now()));
        }
    }

    /// Returns when this much time has passed.
    pub fn sleep(&self, length: Duration) {
        (self.time.sleep)(length);
    }
}
