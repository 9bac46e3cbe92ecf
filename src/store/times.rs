//! Instants as a column, and as the answer prints them.

use std::cmp::Reverse;

use crate::contract::Timestamp;

/// When an entry happened; ordered as answers are, the newest first.
pub type Newest = Reverse<(i64, u32)>;

/// The instants of many entries.
#[derive(Debug, Default)]
pub struct Times {
    /// Whole milliseconds since 1970.
    millis: Vec<i64>,
    /// The nanoseconds beyond; empty when there are none, as of most services.
    nanos: Vec<u32>,
}

impl Times {
    pub fn of(times: impl ExactSizeIterator<Item = (i64, u32)> + Clone) -> Self {
        let fine = times.clone().any(|(_, nanos)| nanos > 0);
        let nanos = if fine { times.clone().map(|(_, nanos)| nanos).collect() } else { Vec::new() };
        Self { millis: times.map(|(millis, _)| millis).collect(), nanos }
    }

    pub fn get(&self, place: usize) -> (i64, u32) {
        (self.millis[place], self.nanos.get(place).copied().unwrap_or(0))
    }
}

/// Prints instants (RES-TIMESTAMP, RES-FRACTION); those of one day, one after the other, at little cost.
#[derive(Debug)]
pub struct Printer {
    day: i64,
    /// `2025-05-20T`
    date: [u8; 11],
}

const DAY: i64 = 86_400_000;

impl Printer {
    pub fn new() -> Self {
        Self { day: 0, date: *b"1970-01-01T" }
    }

    /// Appends an instant given in milliseconds since 1970 and nanoseconds beyond.
    pub fn print(&mut self, (millis, nanos): (i64, u32), to: &mut Vec<u8>) {
        let day = millis.div_euclid(DAY);
        if day != self.day {
            self.turn_to(day);
        }
        let within = u32::try_from(millis.rem_euclid(DAY)).unwrap_or_default();
        let (seconds, millis) = (within / 1000, within % 1000);
        let [h1, h2] = two(seconds / 3600);
        let [m1, m2] = two(seconds / 60 % 60);
        let [s1, s2] = two(seconds % 60);
        to.extend_from_slice(&self.date);
        to.extend_from_slice(&[h1, h2, b':', m1, m2, b':', s1, s2]);
        if nanos > 0 || millis > 0 {
            fraction(millis, nanos, to);
        }
        to.push(b'Z');
    }

    fn turn_to(&mut self, day: i64) {
        self.day = day;
        let midnight = Timestamp::from_parts(day * DAY, 0).to_string();
        let date = midnight.as_bytes().first_chunk();
        self.date = *date.expect("an instant begins with its date");
    }
}

/// As many digits as are needed, in steps of three.
fn fraction(millis: u32, nanos: u32, to: &mut Vec<u8>) {
    let groups = [millis, nanos / 1000, nanos % 1000];
    let needed = if nanos == 0 { 1 } else { 2 + usize::from(groups[2] > 0) };
    to.push(b'.');
    for group in &groups[..needed] {
        let [tens, ones] = two(group % 100);
        to.extend_from_slice(&[digit(group / 100), tens, ones]);
    }
}

fn two(number: u32) -> [u8; 2] {
    [digit(number / 10), digit(number % 10)]
}

fn digit(number: u32) -> u8 {
    b'0' + u8::try_from(number).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn instants_are_printed_as_everywhere_else() {
        let mut printer = Printer::new();
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
            let mut text_of = Vec::new();
            printer.print(text.parse::<Timestamp>().unwrap().parts(), &mut text_of);
            assert_eq!(String::from_utf8(text_of).unwrap(), text);
        }
    }
}
