//! Scenarios: data that changes while a client reads it. Each one exposes one kind of client bug.

mod budget;
mod runner;

use std::num::NonZeroU32;
use std::time::Duration;

use crate::fault::Effect;
use crate::rate::{Period, Rate, RateLimit};
use crate::text::word_enum;

pub use runner::{ScenarioRunner, ScenarioStats};

word_enum! {
    /// A scenario, by name.
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
        /// New entries arrive after a page that is not the last, and push older ones over the page boundary.
        InsertBetweenPages = "insert-between-pages",
        /// Entries arrive up to half a minute late, over time and after a page: older than what the client has read.
        LateArrivals = "late-arrivals",
        /// Entries arrive with the newest timestamp that has been served, to the millisecond.
        SameMillisecond = "same-millisecond",
        /// Two and a half pages of entries arrive at once, whatever the page size.
        Burst = "burst",
        /// Only two requests a minute are admitted.
        QuotaSqueeze = "quota-squeeze",
        /// One in three requests of a key fails: a 503, malformed JSON, a reset or a truncated body.
        Flaky = "flaky",
    }
}

impl Scenario {
    /// Whether it adds entries.
    pub(crate) const fn adds_entries(self) -> bool {
        match self {
            Self::InsertBetweenPages | Self::LateArrivals | Self::SameMillisecond | Self::Burst => true,
            Self::QuotaSqueeze | Self::Flaky => false,
        }
    }

    /// The longest lateness of an entry. A client that waits longer before it regards a time range as complete, or
    /// rereads it later, loses none.
    pub const MAX_LATENESS: Duration = Duration::from_secs(30);

    /// The rate of late entries over time.
    pub const LATE_ENTRY_RATE: Rate = per_minute(6);

    /// The rate limit of [`Scenario::QuotaSqueeze`], unless the configured one is stricter.
    pub const SQUEEZED_LIMIT: RateLimit = RateLimit::At(per_minute(2));

    /// The number of times per [`Scenario::MOVES_PERIOD`] that entries arrive around the pages of one query. The bound lets
    /// a client finish that restarts its crawl whenever an entry arrives, also while the clock is frozen.
    pub const MAX_MOVES_PER_QUERY: u32 = 5;

    /// The time by the world's clock after which entries can arrive around a query again, and another burst can come.
    pub const MOVES_PERIOD: Duration = Duration::from_secs(60);

    /// The number of requests of which one fails in [`Scenario::Flaky`]; so at most two fail in a row.
    pub const FAILURE_CYCLE: u64 = 3;

    /// The failures of [`Scenario::Flaky`], in turn.
    const FAILURES: [Effect; 4] = [
        Effect::status(503, Some(1)),
        Effect::Malformed,
        Effect::Reset,
        // Fewer bytes than the shortest page.
        Effect::Truncate { bytes: 20 },
    ];
}

const fn per_minute(count: u32) -> Rate {
    Rate { count: NonZeroU32::MIN.saturating_add(count - 1), period: Period::Minute }
}
