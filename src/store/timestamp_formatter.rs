//! Fast formatting of timestamps.

use std::io::Write;

use chrono::{NaiveDate, Timelike};

use crate::contract::Timestamp;

/// Formats timestamps as [`Timestamp`] itself does (RES-TIMESTAMP, RES-FRACTION), and remembers the text of the last date:
/// neighbouring entries are mostly of one day.
#[derive(Debug, Default)]
pub struct TimestampFormatter {
    last_date: Option<(NaiveDate, String)>,
}

impl TimestampFormatter {
    /// Appends a timestamp.
    pub fn write(&mut self, timestamp: Timestamp, to: &mut Vec<u8>) {
        let date_time = timestamp.date_time();
        let (nanos, date) = (date_time.nanosecond(), date_time.date_naive());
        if nanos % 1_000_000 > 0 {
            // Rare: the real service has milliseconds. Writing to memory does not fail.
            let _ = write!(to, "{timestamp}");
            return;
        }
        let date = match &self.last_date {
            Some((last, text)) if *last == date => text,
            _ => &self.last_date.insert((date, format!("{date}T"))).1,
        };
        let [hour, minute, second, millis] =
            [date_time.hour(), date_time.minute(), date_time.second(), nanos / 1_000_000];
        let digit = |number: u32| b'0' + u8::try_from(number % 10).unwrap_or_default();
        let time = [
            digit(hour / 10),
            digit(hour),
            b':',
            digit(minute / 10),
            digit(minute),
            b':',
            digit(second / 10),
            digit(second),
            b'.',
            digit(millis / 100),
            digit(millis / 10),
            digit(millis),
        ];
        to.extend_from_slice(date.as_bytes());
        to.extend_from_slice(if millis > 0 { &time } else { &time[..8] });
        to.push(b'Z');
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_timestamp_is_formatted_as_by_its_display() {
        let mut formatter = TimestampFormatter::default();
        for text in [
            "2025-05-20T06:51:43.235Z",
            "2025-05-20T06:51:43Z",
            "2025-05-20T23:59:59.999999999Z",
            "2025-05-21T00:00:00.000001Z",
            "2025-05-21T00:00:00.020Z",
            "1969-12-31T23:59:59.001002Z",
            "0000-01-01T00:00:00Z",
            "9999-12-31T23:59:59.100000001Z",
            "1970-01-01T00:00:00Z",
        ] {
            let mut formatted = Vec::new();
            formatter.write(text.parse().unwrap(), &mut formatted);
            assert_eq!(String::from_utf8(formatted).unwrap(), text);
        }
    }
}
