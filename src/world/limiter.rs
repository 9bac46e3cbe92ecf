//! The rate limiter of a world: one token bucket per client, on the world's clock (REQ-RATE, ERR-429).

use std::collections::HashMap;
use std::net::{IpAddr, Ipv6Addr};
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use governor::middleware::NoOpMiddleware;
use governor::state::keyed::HashMapStateStore;
use governor::{Quota, RateLimiter};
use parking_lot::Mutex;

use super::clock::Clock;
use crate::rate::{Rate, RateLimit};

/// The client whose bucket a request is counted against.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub enum RateLimitKey {
    /// The key of a valid token, by a number of its own.
    Key(u64),
    /// The network address of a request without a valid token.
    Address(IpAddr),
}

impl RateLimitKey {
    /// The key for an address. An IPv6 /64 network is one client: a single customer has all of its 2^64 addresses.
    pub fn for_address(address: IpAddr) -> Self {
        // A dual-stack socket reports an IPv4 client as ::ffff:a.b.c.d.
        Self::Address(match address.to_canonical() {
            v4 @ IpAddr::V4(_) => v4,
            IpAddr::V6(v6) => {
                let [a, b, c, d, ..] = v6.segments();
                IpAddr::V6(Ipv6Addr::new(a, b, c, d, 0, 0, 0, 0))
            }
        })
    }
}

/// A rejection: the whole seconds after which this client is admitted again, at least 1 (ERR-RETRY-AFTER).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct RetryAfter {
    /// The seconds to wait.
    pub seconds: u64,
    /// The rate that was exceeded.
    pub rate: Rate,
}

type Buckets = RateLimiter<RateLimitKey, HashMapStateStore<RateLimitKey>, Clock, NoOpMiddleware<std::time::Duration>>;

/// The rate limiter of a world.
#[derive(Debug)]
pub struct Limiter {
    clock: Clock,
    /// The buckets of each rate in use: the default rate, and the keys' own rates.
    by_rate: Mutex<HashMap<Rate, Arc<Buckets>>>,
    /// The number of buckets at which full ones are next removed: bounds memory without a scan per request.
    sweep_at: AtomicUsize,
}

impl Limiter {
    /// The least number of buckets worth a sweep: about a megabyte.
    const SWEEP_THRESHOLD: usize = 10_000;

    /// The most buckets of one rate: some ten megabytes. When more clients are within the period of their limit, all start
    /// again with a full bucket.
    pub const MAX_BUCKETS: usize = 100_000;

    /// The most rates with buckets; a further one removes the buckets of all others.
    pub const MAX_RATES: usize = 1000;

    /// A limiter without any buckets.
    pub fn new(clock: Clock) -> Self {
        Self { clock, by_rate: Mutex::default(), sweep_at: AtomicUsize::new(Self::SWEEP_THRESHOLD) }
    }

    /// Counts a request of a client against a limit.
    ///
    /// # Errors
    /// [`RetryAfter`] when the client has to wait.
    pub fn admit(&self, client: &RateLimitKey, limit: RateLimit) -> Result<(), RetryAfter> {
        let RateLimit::At(rate) = limit else {
            return Ok(());
        };
        let buckets = self.buckets(rate);
        let admitted = buckets.check_key(client);
        if matches!(client, RateLimitKey::Address(_)) {
            self.sweep(rate, &buckets);
        }
        admitted.map_err(|refusal| {
            let wait = refusal.wait_time_from(governor::clock::Clock::now(&self.clock));
            let seconds = wait.as_secs() + u64::from(wait.subsec_nanos() > 0);
            RetryAfter { seconds: seconds.max(1), rate }
        })
    }

    /// The number of buckets in memory.
    pub fn remembered(&self) -> usize {
        self.by_rate.lock().values().map(|buckets| buckets.len()).sum()
    }

    fn buckets(&self, rate: Rate) -> Arc<Buckets> {
        let mut by_rate = self.by_rate.lock();
        if by_rate.len() >= Self::MAX_RATES && !by_rate.contains_key(&rate) {
            by_rate.clear();
        }
        let buckets = by_rate.entry(rate).or_insert_with(|| {
            Arc::new(RateLimiter::new(quota(rate), HashMapStateStore::default(), self.clock.clone()))
        });
        Arc::clone(buckets)
    }

    /// Removes buckets that are full again, once there are many; all of this rate, when that leaves too many.
    fn sweep(&self, rate: Rate, buckets: &Buckets) {
        if buckets.len() < self.sweep_at.load(Ordering::Relaxed) {
            return;
        }
        buckets.retain_recent();
        buckets.shrink_to_fit();
        if buckets.len() >= Self::MAX_BUCKETS {
            self.by_rate.lock().remove(&rate);
        }
        let next = (2 * buckets.len()).clamp(Self::SWEEP_THRESHOLD, Self::MAX_BUCKETS);
        self.sweep_at.store(next, Ordering::Relaxed);
    }
}

/// A burst of the whole period's count, then one request per `period / count`.
fn quota(rate: Rate) -> Quota {
    let one_each = rate.period.duration() / rate.count.get();
    Quota::with_period(one_each).expect("a rate has at most one event a nanosecond").allow_burst(rate.count)
}
