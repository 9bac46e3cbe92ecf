//! The timestamp of the API: parsed in every form that clients send, printed in one.

use std::fmt;
use std::str::FromStr;
use std::time::Duration;

use chrono::{DateTime, Datelike, NaiveDate, TimeDelta, Utc};

/// An instant in UTC with a precision of one nanosecond; in the years 0 to 9999 when it was parsed from text.
///
/// ```
/// use cortex_audit_mock::contract::Timestamp;
///
/// let offset: Timestamp = "2025-05-20T12:21:43.235+0530".parse().unwrap();
/// assert_eq!(offset.to_string(), "2025-05-20T06:51:43.235Z");
/// let zoneless: Timestamp = "2025-05-20T06:51".parse().unwrap();
/// assert_eq!(zoneless.to_string(), "2025-05-20T06:51:00Z");
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Timestamp(DateTime<Utc>);

/// Why a text is not a date-time.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum TimestampError {
    /// An empty text.
    Empty,
    /// `2025-05-20`: a day, not an instant.
    DateOnly,
    /// More than nine digits behind the point.
    FractionTooLong,
    /// A well-formed text whose day, time or offset does not exist: `2025-02-30T…`, `25:00`, `+24:00`.
    OutOfRange,
    /// Any other text.
    Unreadable,
}

impl Timestamp {
    /// The first instant of 1970.
    pub const EPOCH: Self = Self(DateTime::UNIX_EPOCH);

    /// The current time of the system.
    pub fn now() -> Self {
        Self(Utc::now())
    }

    /// The instant of a Unix time in milliseconds; `None` outside the years 0 to 9999.
    pub fn from_unix_millis(milliseconds: i64) -> Option<Self> {
        Self(DateTime::UNIX_EPOCH).checked_add(TimeDelta::try_milliseconds(milliseconds)?)
    }

    /// The Unix time in whole milliseconds, negative before 1970.
    pub fn unix_millis(self) -> i64 {
        self.0.timestamp_millis()
    }

    /// This instant moved by a signed distance; `None` outside the years 0 to 9999.
    #[must_use]
    pub fn checked_add(self, distance: TimeDelta) -> Option<Self> {
        self.0.checked_add_signed(distance).filter(|moved| (0..=9999).contains(&moved.year())).map(Self)
    }

    /// This instant moved later, at most to the last millisecond of the year 9999; within that millisecond it stays.
    #[must_use]
    pub fn saturating_add(self, by: Duration) -> Self {
        const LAST: Timestamp = Timestamp(DateTime::from_timestamp_millis(253_402_300_799_999).unwrap());

        let moved = TimeDelta::from_std(by).ok().and_then(|delta| self.checked_add(delta));
        moved.unwrap_or(LAST.max(self))
    }

    /// This instant moved earlier, at most to the first instant of the year 0.
    #[must_use]
    pub fn saturating_sub(self, by: Duration) -> Self {
        const FIRST: Timestamp = Timestamp(DateTime::from_timestamp_millis(-62_167_219_200_000).unwrap());

        let moved = TimeDelta::from_std(by).ok().and_then(|delta| self.checked_add(-delta));
        moved.unwrap_or(FIRST)
    }

    /// The time from an earlier instant to this one; zero when that is not earlier.
    pub fn since(self, earlier: Self) -> Duration {
        (self.0 - earlier.0).to_std().unwrap_or_default()
    }

    /// This instant truncated to a millisecond, the precision of the real service's clock.
    #[must_use]
    pub fn trunc_to_millis(self) -> Self {
        DateTime::from_timestamp_millis(self.unix_millis()).map_or(self, Self)
    }
}

/// RFC 3339 in UTC with `Z` and 0, 3, 6 or 9 digits of fraction, as the JVM prints an instant (RES-TIMESTAMP, RES-FRACTION).
impl fmt::Display for Timestamp {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:?}Z", self.0.naive_utc())
    }
}

impl serde::Serialize for Timestamp {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

/// Parses RFC 3339 and the other forms that clients are known to send (TIME-FORMAT, TIME-ZONELESS, TIME-FORMS).
///
/// A leap second (`23:59:60`) is the instant that follows it, as on every POSIX clock.
impl FromStr for Timestamp {
    type Err = TimestampError;

    fn from_str(text: &str) -> Result<Self, TimestampError> {
        if text.is_empty() {
            return Err(TimestampError::Empty);
        }
        let mut rest = Cursor(text.as_bytes());
        let date = rest.date()?;
        if rest.0.is_empty() {
            return Err(TimestampError::DateOnly);
        }
        rest.one_of(b"Tt")?;
        let (seconds, nanos) = rest.time_of_day()?;
        let offset = rest.offset()?;
        if !rest.0.is_empty() {
            return Err(TimestampError::Unreadable);
        }

        let midnight = date.and_hms_opt(0, 0, 0).ok_or(TimestampError::OutOfRange)?;
        let distance = TimeDelta::seconds(seconds - offset) + TimeDelta::nanoseconds(nanos);
        // An offset can lead out of the years that four digits write.
        Self(midnight.and_utc()).checked_add(distance).ok_or(TimestampError::OutOfRange)
    }
}

impl fmt::Display for TimestampError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Empty => "is empty",
            Self::DateOnly => "is a day without a time",
            Self::FractionTooLong => "has more than 9 digits of fraction",
            Self::OutOfRange => "names a day, time or offset that does not exist, or is outside the years 0 to 9999",
            Self::Unreadable => "is not a date-time",
        })
    }
}

impl std::error::Error for TimestampError {}

/// The rest of the text.
struct Cursor<'a>(&'a [u8]);

impl Cursor<'_> {
    fn date(&mut self) -> Result<NaiveDate, TimestampError> {
        let year = self.number(4)?;
        self.one_of(b"-")?;
        let month = self.number(2)?;
        self.one_of(b"-")?;
        let day = self.number(2)?;
        let year = i32::try_from(year).map_err(|_| TimestampError::OutOfRange)?;
        NaiveDate::from_ymd_opt(year, month, day).ok_or(TimestampError::OutOfRange)
    }

    /// `HH:MM`, `HH:MM:SS` or `HH:MM:SS.fraction`, as seconds and nanoseconds since midnight.
    fn time_of_day(&mut self) -> Result<(i64, i64), TimestampError> {
        let hour = self.number(2)?;
        self.one_of(b":")?;
        let minute = self.number(2)?;
        let (mut second, mut nanos) = (0, 0);
        if self.take(b":") {
            second = self.number(2)?;
            if self.take(b".") {
                nanos = self.fraction()?;
            }
        }
        if hour > 23 || minute > 59 || second > 60 {
            return Err(TimestampError::OutOfRange);
        }
        Ok((i64::from(hour * 3600 + minute * 60 + second), nanos))
    }

    fn fraction(&mut self) -> Result<i64, TimestampError> {
        let digits = self.0.iter().take_while(|b| b.is_ascii_digit()).count();
        if digits == 0 {
            return Err(TimestampError::Unreadable);
        }
        if digits > 9 {
            return Err(TimestampError::FractionTooLong);
        }
        let value = self.number(digits)?;
        let missing = u32::try_from(9 - digits).map_err(|_| TimestampError::Unreadable)?;
        Ok(i64::from(value) * 10_i64.pow(missing))
    }

    /// Seconds east of UTC: `Z`, `z`, `+05:30`, `+0530`, `+05`, or nothing, which means UTC.
    fn offset(&mut self) -> Result<i64, TimestampError> {
        if self.0.is_empty() || self.take(b"Zz") {
            return Ok(0);
        }
        let sign = if self.take(b"+") {
            1
        } else {
            self.one_of(b"-")?;
            -1
        };
        let hours = self.number(2)?;
        let minutes = if self.0.is_empty() {
            0
        } else {
            self.take(b":");
            self.number(2)?
        };
        if hours > 23 || minutes > 59 {
            return Err(TimestampError::OutOfRange);
        }
        Ok(sign * i64::from(hours * 3600 + minutes * 60))
    }

    /// Exactly `digits` (at most nine) decimal digits.
    fn number(&mut self, digits: usize) -> Result<u32, TimestampError> {
        let (head, rest) = self.0.split_at_checked(digits).ok_or(TimestampError::Unreadable)?;
        if !head.iter().all(u8::is_ascii_digit) {
            return Err(TimestampError::Unreadable);
        }
        self.0 = rest;
        Ok(head.iter().fold(0, |value, digit| value * 10 + u32::from(digit - b'0')))
    }

    fn one_of(&mut self, accepted: &[u8]) -> Result<(), TimestampError> {
        if self.take(accepted) { Ok(()) } else { Err(TimestampError::Unreadable) }
    }

    fn take(&mut self, accepted: &[u8]) -> bool {
        match self.0.split_first() {
            Some((first, rest)) if accepted.contains(first) => {
                self.0 = rest;
                true
            }
            _ => false,
        }
    }
}
