//! Reference parser of durations and relative times, in integers that cannot overflow.

use super::date_time;

/// Parses `2d3h`, `90s` or ISO 8601 to milliseconds.
pub fn length(text: &str) -> Option<u64> {
    let terms = match text.strip_prefix('P') {
        Some(iso) => of_iso(iso)?,
        None => of_sum(text)?,
    };
    let mut billionths = 0_u128;
    for Term { whole, fraction, millis } in terms {
        let whole = whole.trim_start_matches('0');
        if whole.len() > MAX_DIGITS {
            return None;
        }
        let term = read_number(whole) * millis * BILLION + read_number(&format!("{fraction:0<9}")) * millis;
        billionths = billionths.saturating_add(term);
    }
    billionths.is_multiple_of(BILLION).then(|| u64::try_from(billionths / BILLION).ok())?
}

/// Parses a date-time, `now`, `now-2d3h` or `now+5m` to nanoseconds since 1970.
pub fn moment(text: &str, now: i128) -> Option<i128> {
    let Some(distance) = text.strip_prefix("now") else {
        return date_time::read(text);
    };
    let moved = match distance.chars().next() {
        None => now,
        Some(sign @ ('+' | '-')) => {
            let terms = &distance[1..];
            let millis = i128::from(length(terms).filter(|_| !terms.starts_with('P'))?);
            if sign == '+' { now + millis * 1_000_000 } else { now - millis * 1_000_000 }
        }
        Some(_) => return None,
    };
    date_time::is_in_calendar(moved).then_some(moved)
}

const BILLION: u128 = 1_000_000_000;
/// Longer numbers exceed the range.
const MAX_DIGITS: usize = 20;

struct Term<'a> {
    whole: &'a str,
    fraction: &'a str,
    millis: u128,
}

const UNITS: [(&str, u128); 6] =
    [("w", 604_800_000), ("d", 86_400_000), ("h", 3_600_000), ("m", 60_000), ("s", 1000), ("ms", 1)];

fn of_sum(mut text: &str) -> Option<Vec<Term<'_>>> {
    let mut terms = Vec::new();
    loop {
        let digits = text.find(|c: char| !c.is_ascii_digit())?;
        let unit = text[digits..].find(|c: char| c.is_ascii_digit()).map_or(text.len(), |length| digits + length);
        let (_, millis) = UNITS.into_iter().find(|(known, _)| *known == &text[digits..unit])?;
        terms.push(Term { whole: some(&text[..digits])?, fraction: "", millis });
        text = &text[unit..];
        if text.is_empty() {
            return Some(terms);
        }
    }
}

/// Each unit at most once and in this order; only the last number has a fraction.
fn of_iso(text: &str) -> Option<Vec<Term<'_>>> {
    let (days, time) = match text.split_once('T') {
        Some((days, time)) => (days, some(time)?),
        None => (some(text)?, ""),
    };
    let of_days = terms_of(days, &[('W', 604_800_000), ('D', 86_400_000)], time.is_empty())?;
    let of_time = terms_of(time, &[('H', 3_600_000), ('M', 60_000), ('S', 1000)], true)?;
    Some(of_days.into_iter().chain(of_time).collect())
}

fn terms_of<'a>(mut text: &'a str, units: &[(char, u128)], to_the_end: bool) -> Option<Vec<Term<'a>>> {
    let mut terms = Vec::new();
    for (unit, millis) in units {
        let Some((number, after)) = text.split_once(*unit) else { continue };
        let (whole, fraction) = match number.split_once(['.', ',']) {
            Some((whole, fraction)) => (some(whole)?, some(fraction)?),
            None => (some(number)?, ""),
        };
        let digits = whole.chars().chain(fraction.chars()).all(|c| c.is_ascii_digit());
        let may_break = to_the_end && after.is_empty();
        if !digits || fraction.len() > 9 || (!fraction.is_empty() && !may_break) {
            return None;
        }
        terms.push(Term { whole, fraction, millis: *millis });
        text = after;
    }
    text.is_empty().then_some(terms)
}

fn some(text: &str) -> Option<&str> {
    Some(text).filter(|text| !text.is_empty())
}

/// Of at most 29 digits.
fn read_number(digits: &str) -> u128 {
    digits.bytes().fold(0, |number, digit| number * 10 + u128::from(digit - b'0'))
}
