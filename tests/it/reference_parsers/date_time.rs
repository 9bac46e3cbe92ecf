//! Reference parser and formatter of date-times: counts days, without a calendar library.

/// Parses every form in the contract to nanoseconds since 1970.
pub fn read(text: &str) -> Option<i128> {
    let (date, rest) = (text.get(..10)?, text.get(10..)?);
    let (year, month, day) = (number(date.get(..4)?)?, number(date.get(5..7)?)?, number(date.get(8..)?)?);
    if date.get(4..5) != Some("-") || date.get(7..8) != Some("-") || !(1..=12).contains(&month) {
        return None;
    }
    if !(1..=days_of(year, month)).contains(&day) {
        return None;
    }
    let time = rest.strip_prefix(['T', 't'])?;
    let (clock, offset) = time.split_at(time.find(['Z', 'z', '+', '-']).unwrap_or(time.len()));
    let days = days_before(year) + (1..month).map(|month| days_of(year, month)).sum::<i128>() + day - 1;
    let nanos = days * DAY + time_of_day(clock)? - seconds_east(offset)? * SECOND;
    // A second 60 ends a day in UTC: the instant that follows is in the first second of the next.
    let is_in_place = clock.get(5..8) != Some(":60") || nanos.rem_euclid(DAY) < SECOND;
    (is_in_place && is_in_calendar(nanos)).then_some(nanos)
}

/// Formats like a response: in UTC, with a fraction of 0, 3, 6 or 9 digits.
pub fn print(nanos: i128) -> String {
    let (mut year, mut month) = (0, 1);
    let (days, rest) = (nanos.div_euclid(DAY) - days_before(0), nanos.rem_euclid(DAY));
    let mut day = days;
    while day >= days_of_year(year) {
        day -= days_of_year(year);
        year += 1;
    }
    while day >= days_of(year, month) {
        day -= days_of(year, month);
        month += 1;
    }
    let (seconds, fraction) = (rest / SECOND, rest % SECOND);
    let fraction = match fraction {
        0 => String::new(),
        _ if fraction % 1_000_000 == 0 => format!(".{:03}", fraction / 1_000_000),
        _ if fraction % 1000 == 0 => format!(".{:06}", fraction / 1000),
        _ => format!(".{fraction:09}"),
    };
    let (hour, minute, second) = (seconds / 3600, seconds / 60 % 60, seconds % 60);
    format!("{year:04}-{month:02}-{:02}T{hour:02}:{minute:02}:{second:02}{fraction}Z", day + 1)
}

/// Whether an instant is in the years 0 to 9999.
pub fn is_in_calendar(nanos: i128) -> bool {
    (days_before(0) * DAY..days_before(10_000) * DAY).contains(&nanos)
}

const SECOND: i128 = 1_000_000_000;
const DAY: i128 = 86_400 * SECOND;

/// `HH:MM`, `HH:MM:SS` or with a fraction, in nanoseconds since midnight; the second 60 is the instant that follows.
fn time_of_day(clock: &str) -> Option<i128> {
    let parts: Vec<&str> = clock.split(':').collect();
    let (hour, minute, second) = match parts.as_slice() {
        [hour, minute] => (*hour, *minute, "00"),
        [hour, minute, second] => (*hour, *minute, *second),
        _ => return None,
    };
    let (second, fraction) = second.split_once('.').unwrap_or((second, "0"));
    let (hour, minute, second) = (two_digits(hour)?, two_digits(minute)?, two_digits(second)?);
    if hour > 23 || minute > 59 || second > 60 || fraction.len() > 9 {
        return None;
    }
    let nanos = number(&format!("{fraction:0<9}")).filter(|_| !fraction.is_empty())?;
    Some((hour * 3600 + minute * 60 + second) * SECOND + nanos)
}

/// `Z`, `+05:30`, `+0530`, `+05`, or nothing, which is UTC.
fn seconds_east(offset: &str) -> Option<i128> {
    if offset.is_empty() || offset.eq_ignore_ascii_case("z") {
        return Some(0);
    }
    let sign = if offset.starts_with('-') { -1 } else { 1 };
    let digits = offset.get(1..)?;
    let (hours, minutes) = match digits.len() {
        2 => (digits, "00"),
        4 => (digits.get(..2)?, digits.get(2..)?),
        5 if digits.get(2..3) == Some(":") => (digits.get(..2)?, digits.get(3..)?),
        _ => return None,
    };
    let (hours, minutes) = (two_digits(hours)?, two_digits(minutes)?);
    (hours < 24 && minutes < 60 && !offset.starts_with(['Z', 'z'])).then_some(sign * (hours * 3600 + minutes * 60))
}

fn two_digits(text: &str) -> Option<i128> {
    number(text).filter(|_| text.len() == 2)
}

fn number(text: &str) -> Option<i128> {
    text.chars().all(|c| c.is_ascii_digit()).then(|| text.parse().ok())?
}

fn is_leap(year: i128) -> bool {
    year % 4 == 0 && (year % 100 != 0 || year % 400 == 0)
}

fn days_of_year(year: i128) -> i128 {
    if is_leap(year) { 366 } else { 365 }
}

fn days_of(year: i128, month: i128) -> i128 {
    match month {
        2 if is_leap(year) => 29,
        2 => 28,
        4 | 6 | 9 | 11 => 30,
        _ => 31,
    }
}

/// Days from the first of 1970 to the first of a year, negative before.
fn days_before(year: i128) -> i128 {
    let since_year_0 =
        |year: i128| if year == 0 { 0 } else { year * 365 + (year - 1) / 4 - (year - 1) / 100 + (year - 1) / 400 + 1 };
    since_year_0(year) - since_year_0(1970)
}
