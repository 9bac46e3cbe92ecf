//! Everything that one test may change, in one value: there is no other mutable state, and no global.

mod clock;
mod faults;
mod journal;
mod limiter;
mod live;
mod sessions;

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use crate::contract::Timestamp;
use crate::fault::Rule;
use crate::rate::RateLimit;
use crate::store::{Base, Store};

pub use clock::{Clock, Reading};
pub use faults::{Faults, Listed, Plan, Subject};
pub use journal::{AnsweredBy, Filter, Journal, Record};
pub use limiter::{Client, Limiter, RetryAfter};
pub use live::{Activity, Live};
pub use sessions::{SessionName, SessionNameError, Sessions};

/// A world: one field a concern.
#[derive(Debug)]
pub struct World {
    /// The audit log.
    pub store: Store,
    /// The one time that this world has.
    pub clock: Clock,
    /// How often each client may ask.
    pub limiter: Limiter,
    /// What goes wrong on purpose.
    pub faults: Faults,
    /// What was asked and answered.
    pub journal: Journal,
    /// New entries over time.
    pub live: Live,
    settings: Mutex<Settings>,
}

/// What can be changed while a world is in use.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Settings {
    /// How often a client may ask, unless its key says otherwise.
    pub rate_limit: RateLimit,
    /// Whether what the contract does not list is refused instead of reported.
    pub strict: bool,
}

/// What every world of a server starts as.
#[derive(Debug)]
pub struct Start {
    /// The entries, shared by all worlds.
    pub base: Arc<Base>,
    /// What live activity is modelled on.
    pub models: Arc<Base>,
    /// Where the clock stands; `None` follows the system's.
    pub now: Option<Timestamp>,
    /// The settings.
    pub settings: Settings,
    /// New entries over time.
    pub live: Option<Activity>,
    /// The faults that keys carry, each with the key's place in the list of keys.
    pub faults: Vec<(usize, Rule)>,
    /// What decides everything that is left to chance.
    pub seed: u64,
}

impl World {
    /// A world as it is at the start. Costs no more over a million entries than over none.
    #[must_use]
    pub fn new(start: &Start) -> Self {
        let clock = start.now.map_or_else(Clock::system, Clock::frozen);
        let live = Live::new(Arc::clone(&start.models), start.seed);
        live.set(start.live, &clock.read());
        Self {
            store: Store::over(Arc::clone(&start.base)),
            limiter: Limiter::new(clock.clone()),
            faults: Faults::new(start.faults.iter().cloned(), start.seed),
            journal: Journal::default(),
            live,
            settings: Mutex::new(start.settings),
            clock,
        }
    }

    /// Brings in the entries that live activity made due; every look at the entries begins with it.
    pub fn catch_up(&self) {
        self.live.deliver(&self.clock.read(), &self.store);
    }

    /// The settings as they are.
    #[must_use]
    pub fn settings(&self) -> Settings {
        *self.lock_settings()
    }

    /// Changes settings, all at once; nobody else changes them between what `change` sees and what it leaves.
    pub fn change_settings<T>(&self, change: impl FnOnce(&mut Settings) -> T) -> T {
        change(&mut self.lock_settings())
    }

    fn lock_settings(&self) -> MutexGuard<'_, Settings> {
        self.settings.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
