//! Data that moves on demand: each scenario shows one kind of mistake of a client.

mod budget;
mod runner;

use std::num::NonZeroU32;
use std::time::Duration;

use crate::fault::Effect;
use crate::rate::{Period, Rate, RateLimit};
use crate::text::word_enum;

pub use runner::{ScenarioRunner, ScenarioStats};

word_enum! {
    /// What moves, by name.
    ///
    /// ```
    /// use cortex_audit_mock::MockServer;
    /// use cortex_audit_mock::world::Scenario;
    ///
    /// let server = MockServer::start_blocking();
    /// let world = server.session("nightly");
    /// world.set_scenario(Scenario::Burst);
    /// // … let the client poll with server.token_for("nightly") …
    /// assert_eq!(world.scenario_stats().unwrap().added, 0, "nobody has asked yet");
    /// world.set_scenario(None);
    /// ```
    pub enum Scenario {
        /// New entries come after a page that is not the last: they push others over the border of the next.
        InsertBetweenPages = "insert-between-pages",
        /// Entries come up to half a minute late, by the clock and after a page: behind what the client has read.
        LateArrivals = "late-arrivals",
        /// Entries come of the newest millisecond that has been served.
        SameMillisecond = "same-millisecond",
        /// Two and a half pages come at once, whatever the size of a page.
        Burst = "burst",
        /// Only two requests a minute are admitted.
        QuotaSqueeze = "quota-squeeze",
        /// One of each three requests of a key fails: a 503, a reset, half a page, a page that breaks off.
        Flaky = "flaky",
    }
}

impl Scenario {
    /// An entry comes at most this late: a client that waits longer before it takes a time as complete, or reads it again
    /// later, loses none.
    pub const MAX_LATENESS: Duration = Duration::from_secs(30);

    /// How often entries come late by the clock.
    pub const LATE_ENTRY_RATE: Rate = per_minute(6);

    /// What is admitted of each client while the quota is squeezed, unless less is admitted anyway.
    pub const SQUEEZED_LIMIT: RateLimit = RateLimit::At(per_minute(2));

    /// How often within [`Scenario::MOVES_PERIOD`] something comes around the pages of one query: so a client that begins
    /// anew whenever something came comes to an end, on a clock that stands still too.
    pub const MAX_MOVES_PER_QUERY: u32 = 5;

    /// After so much time of the world's clock a query can be moved under again, and a burst can come again.
    pub const MOVES_PERIOD: Duration = Duration::from_secs(60);

    /// One request of so many fails in [`Scenario::Flaky`], so never more than two in a row.
    pub const FAILURE_CYCLE: u64 = 3;

    /// How requests fail in turn.
    const FAILURES: [Effect; 4] = [
        Effect::Status { status: 503, retry_after: Some(1) },
        Effect::Malformed,
        Effect::Reset,
        // Less than the shortest page has.
        Effect::Truncate { bytes: 20 },
    ];
}

const fn per_minute(count: u32) -> Rate {
    Rate { count: NonZeroU32::MIN.saturating_add(count - 1), period: Period::Minute }
}
