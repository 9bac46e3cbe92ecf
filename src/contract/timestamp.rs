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
/// A leap second, which there is only as the last of a day in UTC (`23:59:60Z`), is the instant that follows it, as on every
/// POSIX clock.
impl FromStr for Timestamp {
    type Err = TimestampError;

    fn from_str(text: &str) -> Result<Self, TimestampError> {
        Self::parse_with_offset(text).map(|(timestamp, _)| timestamp)
    }
}

impl Timestamp {
    /// Parses like [`FromStr`]; returns the seconds east of UTC, too, if the text has an offset other than `Z`.
    pub(crate) fn parse_with_offset(text: &str) -> Result<(Self, Option<i64>), TimestampError> {
        use TimestampError::{DateOnly, Empty, OutOfRange, Unreadable};

        if text.is_empty() {
            return Err(Empty);
        }
        let rest = &mut text.as_bytes();
        let [year, month, day] = numbers(rest, "0000-00-00")?;
        let date = i32::try_from(year).ok().and_then(|year| NaiveDate::from_ymd_opt(year, month, day));
        let midnight = date.and_then(|date| date.and_hms_opt(0, 0, 0)).ok_or(OutOfRange)?;
        match rest.split_off_first() {
            Some(b'T' | b't') => {}
            None => return Err(DateOnly),
            Some(_) => return Err(Unreadable),
        }
        let [hour, minute] = numbers(rest, "00:00")?;
        let (mut second, mut nanos) = (0, 0);
        if rest.starts_with(b":") {
            [second] = numbers(rest, ":00")?;
            if rest.starts_with(b".") {
                nanos = fraction(rest)?;
            }
        }
        if hour > 23 || minute > 59 || second > 60 {
            return Err(OutOfRange);
        }
        let offset = offset(rest)?;
        if !rest.is_empty() {
            return Err(Unreadable);
        }
        let seconds = i64::from(hour * 3600 + minute * 60 + second) - offset.unwrap_or(0);
        if second == 60 && seconds % 86_400 != 0 {
            return Err(OutOfRange);
        }
        let distance = TimeDelta::seconds(seconds) + TimeDelta::nanoseconds(nanos);
        // An offset can lead out of the years that four digits write.
        let instant = Self(midnight.and_utc()).checked_add(distance).ok_or(OutOfRange)?;
        Ok((instant, offset))
    }
}

/// Reads numbers of at most nine digits from the start of a text, in a shape such as `0000-00-00`.
fn numbers<const N: usize>(rest: &mut &[u8], shape: &str) -> Result<[u32; N], TimestampError> {
    let text = rest.split_off(..shape.len()).ok_or(TimestampError::Unreadable)?;
    let (mut numbers, mut number) = ([0; N], 0);
    for (at, (byte, expected)) in text.iter().zip(shape.bytes()).enumerate() {
        if expected == b'0' && byte.is_ascii_digit() {
            numbers[number] = numbers[number] * 10 + u32::from(byte - b'0');
        } else if *byte == expected && expected != b'0' {
            number += usize::from(at > 0);
        } else {
            return Err(TimestampError::Unreadable);
        }
    }
    Ok(numbers)
}

/// Reads `.` and 1 to 9 digits of a second, as nanoseconds.
fn fraction(rest: &mut &[u8]) -> Result<i64, TimestampError> {
    const SHAPE: &str = ".000000000";

    let length = 1 + rest[1..].iter().take_while(|byte| byte.is_ascii_digit()).count();
    match SHAPE.get(..length) {
        None => Err(TimestampError::FractionTooLong),
        Some(".") => Err(TimestampError::Unreadable),
        Some(shape) => {
            let [value] = numbers(rest, shape)?;
            Ok((length..SHAPE.len()).fold(value.into(), |value, _| value * 10))
        }
    }
}

/// Reads the seconds east of UTC: `+05:30`, `+0530` or `+05`; `None` for `Z`, `z` and nothing, which mean UTC.
fn offset(rest: &mut &[u8]) -> Result<Option<i64>, TimestampError> {
    let sign = match rest.split_off_first() {
        None | Some(b'Z' | b'z') => return Ok(None),
        Some(b'+') => 1,
        Some(b'-') => -1,
        Some(_) => return Err(TimestampError::Unreadable),
    };
    let [hours] = numbers(rest, "00")?;
    let [minutes] = match rest {
        [] => [0],
        [b':', ..] => numbers(rest, ":00")?,
        _ => numbers(rest, "00")?,
    };
    if hours > 23 || minutes > 59 {
        Err(TimestampError::OutOfRange)
    } else {
        Ok(Some(sign * i64::from(hours * 3600 + minutes * 60)))
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
