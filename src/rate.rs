//! Rates and rate limits, written as `1000/min`, `5/s` or `off`.

use std::fmt;
use std::num::NonZeroU32;
use std::str::FromStr;
use std::time::Duration;

use crate::text::word_enum;

/// A number of events per period.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct Rate {
    /// Number of events.
    pub count: NonZeroU32,
    /// The period.
    pub period: Period,
}

word_enum! {
    /// The period of a [`Rate`].
    pub enum Period {
        /// `/s`
        Second = "s",
        /// `/min`
        Minute = "min",
        /// `/h`
        Hour = "h",
        /// `/d`
        Day = "d",
    }
}

impl Period {
    /// Length of the period.
    pub const fn duration(self) -> Duration {
        Duration::from_secs(match self {
            Self::Second => 1,
            Self::Minute => 60,
            Self::Hour => 3600,
            Self::Day => 86_400,
        })
    }
}

/// A text that is not a rate; `Display` says what is accepted.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct RateError;

impl fmt::Display for RateError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(
            "expected COUNT/UNIT with a count from 1 to 1000000000 and a unit of s, min, h or d, such as 1000/min",
        )
    }
}

impl std::error::Error for RateError {}

impl FromStr for Rate {
    type Err = RateError;

    fn from_str(text: &str) -> Result<Self, RateError> {
        /// One event per nanosecond of the shortest period, the resolution of the limiter.
        const MAX_COUNT: u32 = 1_000_000_000;

        let (count, unit) = text.split_once('/').ok_or(RateError)?;
        let count = count.parse().ok().filter(|count: &NonZeroU32| count.get() <= MAX_COUNT).ok_or(RateError)?;
        let period = match unit {
            "sec" | "second" => Period::Second,
            "minute" => Period::Minute,
            "hour" => Period::Hour,
            "day" => Period::Day,
            word => word.parse().map_err(|_| RateError)?,
        };
        Ok(Self { count, period })
    }
}

impl fmt::Display for Rate {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}/{}", self.count, self.period)
    }
}

/// The limit on the requests of one client.
///
/// ```
/// use cortex_audit_mock::RateLimit;
///
/// assert_eq!("off".parse::<RateLimit>().unwrap(), RateLimit::Off);
/// assert_eq!(RateLimit::default().to_string(), "1000/min");
/// assert!("many".parse::<RateLimit>().is_err());
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum RateLimit {
    /// No limit.
    Off,
    /// This rate; a client that was idle may use the count of a whole period at once.
    At(Rate),
}

impl RateLimit {
    /// The stricter of two limits: the lower rate, or of equal rates the smaller burst.
    ///
    /// ```
    /// use cortex_audit_mock::RateLimit;
    ///
    /// let limit = |text: &str| text.parse::<RateLimit>().unwrap();
    /// assert_eq!(limit("2/min").stricter(limit("1000/min")), limit("2/min"));
    /// assert_eq!(limit("2/min").stricter(limit("100/h")), limit("100/h"));
    /// assert_eq!(limit("60/min").stricter(limit("1/s")), limit("1/s"));
    /// assert_eq!(limit("off").stricter(limit("1/s")), limit("1/s"));
    /// ```
    #[must_use]
    pub fn stricter(self, other: Self) -> Self {
        match (self, other) {
            (Self::Off, limit) | (limit, Self::Off) => limit,
            (Self::At(one), Self::At(two)) => {
                // Events in the product of the two periods.
                let admits = |rate: Rate, other: Rate| u64::from(rate.count.get()) * other.period.duration().as_secs();
                let stricter = (admits(one, two), one.count) <= (admits(two, one), two.count);
                Self::At(if stricter { one } else { two })
            }
        }
    }
}

/// 1000 requests per minute, the limit of the real API (REQ-RATE).
impl Default for RateLimit {
    fn default() -> Self {
        Self::At(Rate { count: NonZeroU32::MIN.saturating_add(999), period: Period::Minute })
    }
}

impl FromStr for RateLimit {
    type Err = RateLimitError;

    fn from_str(text: &str) -> Result<Self, RateLimitError> {
        match text {
            "off" => Ok(Self::Off),
            _ => text.parse().map(Self::At).map_err(|RateError| RateLimitError),
        }
    }
}

impl fmt::Display for RateLimit {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Off => f.write_str("off"),
            Self::At(rate) => rate.fmt(f),
        }
    }
}

/// A text that is not a rate limit; `Display` says what is accepted.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct RateLimitError;

impl fmt::Display for RateLimitError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{RateError}, or off")
    }
}

impl std::error::Error for RateLimitError {}
