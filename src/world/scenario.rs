//! Data that moves on demand: each scenario shows one kind of mistake of a client.

mod budget;
mod stage;

use std::fmt;
use std::num::NonZeroU32;
use std::str::FromStr;
use std::time::Duration;

use crate::fault::Effect;
use crate::rate::{Period, Rate, RateLimit};

pub use stage::{Stage, Staged};

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
/// assert_eq!(world.staged().unwrap().added, 0, "nobody has asked yet");
/// world.set_scenario(None);
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Scenario {
    /// New entries come after a page that is not the last: they push others over the border of the next.
    InsertBetweenPages,
    /// Entries come up to half a minute late, by the clock and after a page: behind what the client has read.
    LateArrivals,
    /// Entries come of the newest millisecond that has been served.
    SameMillisecond,
    /// Two and a half pages come at once, whatever the size of a page.
    Burst,
    /// Only two requests a minute are admitted.
    QuotaSqueeze,
    /// One of each three requests of a key fails: a 503, a reset, half a page, a page that breaks off.
    Flaky,
}

impl Scenario {
    /// All, in the order in which they are told.
    pub const ALL: [Self; 6] = [
        Self::InsertBetweenPages,
        Self::LateArrivals,
        Self::SameMillisecond,
        Self::Burst,
        Self::QuotaSqueeze,
        Self::Flaky,
    ];

    /// An entry comes at most this late: a client that waits longer before it takes a time as complete, or reads it again
    /// later, loses none.
    pub const LATEST: Duration = Duration::from_secs(30);

    /// How often entries come late by the clock.
    pub const LATE: Rate = per_minute(6);

    /// What is admitted of each client while the quota is squeezed, unless less is admitted anyway.
    pub const SQUEEZED: RateLimit = RateLimit::At(per_minute(2));

    /// How often within [`Scenario::RENEWED`] something comes around the pages of one query: so a client that begins
    /// anew whenever something came comes to an end, on a clock that stands still too.
    pub const MOVES: u32 = 5;

    /// After so much time of the world's clock a query can be moved under again, and a burst can come again.
    pub const RENEWED: Duration = Duration::from_secs(60);

    /// One request of so many fails in [`Scenario::Flaky`], so never more than two in a row.
    pub const ONE_FAILS_OF: u64 = 3;

    /// How requests fail in turn.
    const FAILURES: [Effect; 4] = [
        Effect::Status { status: 503, retry_after: Some(1) },
        Effect::Malformed,
        Effect::Reset,
        // Less than the shortest page has.
        Effect::Truncate { bytes: 20 },
    ];

    /// Its name.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::InsertBetweenPages => "insert-between-pages",
            Self::LateArrivals => "late-arrivals",
            Self::SameMillisecond => "same-millisecond",
            Self::Burst => "burst",
            Self::QuotaSqueeze => "quota-squeeze",
            Self::Flaky => "flaky",
        }
    }
}

const fn per_minute(count: u32) -> Rate {
    Rate { count: NonZeroU32::MIN.saturating_add(count - 1), period: Period::Minute }
}

impl fmt::Display for Scenario {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

impl FromStr for Scenario {
    type Err = ();

    fn from_str(text: &str) -> Result<Self, ()> {
        Self::ALL.into_iter().find(|scenario| scenario.as_str() == text).ok_or(())
    }
}
