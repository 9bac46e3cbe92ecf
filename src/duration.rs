//! Durations, written as `90s`, `2d3h`, or in ISO 8601 such as `PT1M30S`.

use std::fmt;
use std::time::Duration;

use serde::Serializer;

/// A text that is not a length of time; `Display` says what is accepted.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct DurationError;

impl fmt::Display for DurationError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(
            "expected a length of time such as 90s, 5m, 2d3h (units w, d, h, m, s, ms) or ISO 8601 such as PT1M30S",
        )
    }
}

impl std::error::Error for DurationError {}

/// Parses a sum of terms, or an ISO 8601 duration without years and months, whose lengths vary.
///
/// ```
/// use std::time::Duration;
/// use cortex_audit_mock::internal::duration;
///
/// assert_eq!(duration::parse("1m30s"), Ok(Duration::from_secs(90)));
/// assert_eq!(duration::parse("PT1M30.5S"), Ok(Duration::from_millis(90_500)));
/// assert!(duration::parse("soon").is_err());
/// ```
///
/// # Errors
/// [`DurationError`] for any other text, and for lengths that do not fit into 64 bits of milliseconds.
pub fn parse(text: &str) -> Result<Duration, DurationError> {
    let millis = match text.strip_prefix('P') {
        Some(iso) => iso_millis(iso),
        None => sum_millis(text),
    };
    millis.map(Duration::from_millis).ok_or(DurationError)
}

const SECOND: u64 = 1000;
const MINUTE: u64 = 60 * SECOND;
const HOUR: u64 = 60 * MINUTE;
const DAY: u64 = 24 * HOUR;
const WEEK: u64 = 7 * DAY;

/// The units of a sum in milliseconds, the longest first.
const UNITS: [(&str, u64); 6] = [("w", WEEK), ("d", DAY), ("h", HOUR), ("m", MINUTE), ("s", SECOND), ("ms", 1)];

/// Milliseconds of a sum such as `2d3h`: each term is a whole number and a unit.
pub(crate) fn sum_millis(terms: &str) -> Option<u64> {
    let (mut sum, mut rest) = (0_u64, terms);
    loop {
        let (number, after) = split(rest, |byte| byte.is_ascii_digit());
        let (unit, after) = split(after, |byte| byte.is_ascii_alphabetic());
        let (_, millis) = UNITS.iter().find(|(name, _)| *name == unit)?;
        sum = sum.checked_add(number.parse::<u64>().ok()?.checked_mul(*millis)?)?;
        if after.is_empty() {
            return Some(sum);
        }
        rest = after;
    }
}

/// Milliseconds of an ISO 8601 duration without its `P`: `1W`, `2DT3H`, `T1M30S`, `T0.5S`. Each unit at most once, in this
/// order; only the last can have a fraction.
fn iso_millis(text: &str) -> Option<u64> {
    if text.is_empty() || text.ends_with('T') {
        return None;
    }
    let (days, time) = text.split_once('T').unwrap_or((text, ""));
    let days = iso_terms(days, &[("W", WEEK), ("D", DAY)], time.is_empty())?;
    days.checked_add(iso_terms(time, &[("H", HOUR), ("M", MINUTE), ("S", SECOND)], true)?)
}

fn iso_terms(mut text: &str, units: &[(&str, u64)], last: bool) -> Option<u64> {
    let mut sum = 0_u64;
    for (unit, millis) in units {
        let (number, rest) = split(text, |byte| byte.is_ascii_digit() || b".,".contains(&byte));
        if let Some(after) = rest.strip_prefix(unit) {
            sum = sum.checked_add(scaled(number, *millis, last && after.is_empty())?)?;
            text = after;
        }
    }
    text.is_empty().then_some(sum)
}

/// A number such as `1.5` or `1,5` times a unit; `None` unless the product is a whole number of milliseconds.
fn scaled(number: &str, millis: u64, allows_fraction: bool) -> Option<u64> {
    let (whole, fraction) = match number.split_once(['.', ',']) {
        Some((whole, fraction)) if allows_fraction => (whole, Some(fraction)),
        Some(_) => return None,
        None => (number, None),
    };
    let whole = whole.parse::<u64>().ok()?.checked_mul(millis)?;
    let Some(fraction) = fraction else { return Some(whole) };
    let digits = u32::try_from(fraction.len()).ok().filter(|digits| *digits <= 9)?;
    let (part, of) = (fraction.parse::<u64>().ok()?.checked_mul(millis)?, 10_u64.pow(digits));
    if part % of == 0 { whole.checked_add(part / of) } else { None }
}

fn split(text: &str, of: impl Fn(u8) -> bool) -> (&str, &str) {
    text.split_at(text.bytes().take_while(|byte| of(*byte)).count())
}

/// A length of time in the shortest form that [`parse`] reads: `1m30s`, `250ms`, `0s`. Weeks are given in days.
pub(crate) fn format(duration: Duration) -> String {
    let mut left = u64::try_from(duration.as_millis()).unwrap_or(u64::MAX);
    let mut text = String::new();
    for (unit, millis) in &UNITS[1..] {
        if left >= *millis {
            text.extend([(left / millis).to_string().as_str(), unit]);
            left %= millis;
        }
    }
    if text.is_empty() { "0s".to_owned() } else { text }
}

/// Serializes a length of time in the form of [`format`].
pub(crate) fn serialize<S: Serializer>(duration: &Duration, serializer: S) -> Result<S::Ok, S::Error> {
    serializer.serialize_str(&format(*duration))
}
