//! How often each client may ask, on the world's clock (REQ-RATE, ERR-429).

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

/// Whom a request counts for.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub enum RateLimitKey {
    /// The holder of a valid key, by the key's place in the list of keys.
    Key(usize),
    /// Anybody without one, by network address.
    Address(IpAddr),
}

impl RateLimitKey {
    /// The client at an address. An IPv6 network of one customer (a /64) counts as one client: it has
    /// more addresses than any memory.
    #[must_use]
    pub fn for_address(address: IpAddr) -> Self {
        // A socket for both families shows an IPv4 client as ::ffff:a.b.c.d.
        Self::Address(match address.to_canonical() {
            v4 @ IpAddr::V4(_) => v4,
            IpAddr::V6(v6) => {
                let [a, b, c, d, ..] = v6.segments();
                IpAddr::V6(Ipv6Addr::new(a, b, c, d, 0, 0, 0, 0))
            }
        })
    }
}

/// A refusal: whole seconds after which exactly this client is admitted again, at least 1 (ERR-RETRY-AFTER).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct RetryAfter {
    /// How long to wait.
    pub seconds: u64,
    /// The rate that was exceeded.
    pub rate: Rate,
}

type Buckets = RateLimiter<RateLimitKey, HashMapStateStore<RateLimitKey>, Clock, NoOpMiddleware<std::time::Duration>>;

/// The limiter of a world.
#[derive(Debug)]
pub struct Limiter {
    clock: Clock,
    /// A set of buckets for each rate in use: the default one, and those that keys carry of their own.
    by_rate: Mutex<HashMap<Rate, Arc<Buckets>>>,
    /// When the buckets are next swept; bounds memory without a sweep at each request.
    sweep_at: AtomicUsize,
}

impl Limiter {
    /// Buckets below this number are not worth a sweep: about a megabyte.
    const SWEEP_THRESHOLD: usize = 10_000;

    /// A limiter that has admitted nobody yet.
    #[must_use]
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
            self.sweep(&buckets);
        }
        admitted.map_err(|refusal| {
            let wait = refusal.wait_time_from(governor::clock::Clock::now(&self.clock));
            let seconds = wait.as_secs() + u64::from(wait.subsec_nanos() > 0);
            RetryAfter { seconds: seconds.max(1), rate }
        })
    }

    /// How many clients are remembered.
    #[must_use]
    pub fn remembered(&self) -> usize {
        self.by_rate.lock().values().map(|buckets| buckets.len()).sum()
    }

    fn buckets(&self, rate: Rate) -> Arc<Buckets> {
        let mut by_rate = self.by_rate.lock();
        let buckets = by_rate.entry(rate).or_insert_with(|| {
            Arc::new(RateLimiter::new(quota(rate), HashMapStateStore::default(), self.clock.clone()))
        });
        Arc::clone(buckets)
    }

    /// Forgets clients whose bucket is full again, once there are many.
    fn sweep(&self, buckets: &Buckets) {
        if buckets.len() < self.sweep_at.load(Ordering::Relaxed) {
            return;
        }
        buckets.retain_recent();
        buckets.shrink_to_fit();
        self.sweep_at.store((2 * buckets.len()).max(Self::SWEEP_THRESHOLD), Ordering::Relaxed);
    }
}

/// A whole period's count at once, then one each `period / count`.
fn quota(rate: Rate) -> Quota {
    let one_each = rate.period.duration() / rate.count.get();
    Quota::with_period(one_each).expect("a rate has at most one event a nanosecond").allow_burst(rate.count)
}
