//! How often to ask: always below the 1000 requests a minute that the API allows (REQ-RATE).

use std::fmt;
use std::num::NonZeroU32;
use std::rc::Rc;
use std::thread;
use std::time::{Duration, Instant};

use governor::clock::Clock;
use governor::middleware::NoOpMiddleware;
use governor::state::{InMemoryState, NotKeyed};
use governor::{Quota, RateLimiter};

/// How time is told and let pass; a test moves a clock instead.
#[derive(Clone)]
pub struct TimeSource {
    now: Rc<dyn Fn() -> Duration>,
    sleep: Rc<dyn Fn(Duration)>,
}

impl TimeSource {
    /// The system's.
    #[must_use]
    pub fn system() -> Self {
        let start = Instant::now();
        Self::new(move || start.elapsed(), thread::sleep)
    }

    /// `now` is counted from any instant and never goes back; `sleep` returns when that much has passed.
    pub fn new(now: impl Fn() -> Duration + 'static, sleep: impl Fn(Duration) + 'static) -> Self {
        Self { now: Rc::new(now), sleep: Rc::new(sleep) }
    }

    pub(crate) fn sleep(&self, length: Duration) {
        (self.sleep)(length);
    }
}

impl fmt::Debug for TimeSource {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("TimeSource").finish_non_exhaustive()
    }
}

impl Clock for TimeSource {
    type Instant = Duration;

    fn now(&self) -> Duration {
        (self.now)()
    }
}

/// A few requests at once, then an even pace.
pub struct RequestPacer {
    limiter: RateLimiter<NotKeyed, InMemoryState, TimeSource, NoOpMiddleware<Duration>>,
    time: TimeSource,
}

impl RequestPacer {
    /// As the official client allows itself: a small recording waits for nothing.
    const BURST: NonZeroU32 = NonZeroU32::new(50).unwrap();
    /// Of any minute: 50 + 15 * 60 = 950 requests, which leaves some to whoever else uses the key.
    const A_SECOND: NonZeroU32 = NonZeroU32::new(15).unwrap();

    pub fn new(time: TimeSource) -> Self {
        let quota = Quota::per_second(Self::A_SECOND).allow_burst(Self::BURST);
        Self { limiter: RateLimiter::direct_with_clock(quota, time.clone()), time }
    }

    /// Returns when a request may go.
    pub fn wait(&self) {
        while let Err(early) = self.limiter.check() {
            self.time.sleep(early.wait_time_from(self.time.now()));
        }
    }
}

#[cfg(test)]
mod tests {
    use std::cell::{Cell, RefCell};

    use super::*;

    #[test]
    fn no_minute_has_a_thousand_requests() {
        const MINUTE: Duration = Duration::from_secs(60);

        // A clock that stands still but for the waits: no recorder can be faster.
        let now = Rc::new(Cell::new(Duration::ZERO));
        let (read, moved) = (Rc::clone(&now), Rc::clone(&now));
        let pace =
            RequestPacer::new(TimeSource::new(move || read.get(), move |length| moved.set(moved.get() + length)));
        let times = RefCell::new(Vec::new());
        for request in 0..5000 {
            // Idle for a while, it may hurry again.
            if request % 1700 == 0 {
                now.set(now.get() + MINUTE / 10);
            }
            pace.wait();
            times.borrow_mut().push(now.get());
        }
        let times = times.into_inner();
        let most = times.windows(951).map(|window| window[950].saturating_sub(window[0])).min().unwrap();
        assert!(most >= MINUTE, "951 requests in {most:?}");
        assert!(times[49] == times[0] && times[50] > times[0], "a burst of fifty");
        assert!(*times.last().unwrap() < Duration::from_secs(5000 / 15 + 60), "it is not slower than it must be");
    }
}
