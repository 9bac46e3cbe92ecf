//! Everything that one test may change, in one value: there is no other mutable state, and no global.

mod clock;
mod limiter;

pub use clock::Clock;
pub use limiter::{Client, Limiter, RetryAfter};

use crate::rate::RateLimit;
use crate::store::Store;

/// A world: one field a concern.
#[derive(Debug)]
pub struct World {
    /// The audit log.
    pub store: Store,
    /// The one time that this world has.
    pub clock: Clock,
    /// How often each client may ask.
    pub limiter: Limiter,
    /// Whether what the contract does not list is refused instead of reported.
    pub strict: bool,
}

impl World {
    /// A world over these entries, at this clock.
    #[must_use]
    pub fn new(store: Store, clock: Clock, rate_limit: RateLimit, strict: bool) -> Self {
        let limiter = Limiter::new(clock.clone(), rate_limit);
        Self { store, clock, limiter, strict }
    }
}
