//! Instants as the answer prints them.

/// Prints instants (RES-TIMESTAMP, RES-FRACTION); those of one day, one after the other, at little cost.
#[derive(Debug)]
pub struct TimestampFormatter {
    day: i64,
    /// `2025-05-20T`
    date: [u8; 11],
}

const DAY: i64 = 86_400_000;

impl TimestampFormatter {
    pub fn new() -> Self {
        Self { day: 0, date: *b"1970-01-01T" }
    }

    /// Appends an instant given in milliseconds since 1970 and nanoseconds beyond.
    pub fn print(&mut self, (millis, nanos): (i64, u32), to: &mut Vec<u8>) {
        let day = millis.div_euclid(DAY);
        if day != self.day {
            self.set_day(day);
        }
        let within = u32::try_from(millis.rem_euclid(DAY)).unwrap_or_default();
        let (seconds, millis) = (within / 1000, within % 1000);
        // Most often it is this form.
        let mut text = *b"0000-00-00T00:00:00.000Z";
        text[..11].copy_from_slice(&self.date);
        text[11..13].copy_from_slice(&two(seconds / 3600));
        text[14..16].copy_from_slice(&two(seconds / 60 % 60));
        text[17..19].copy_from_slice(&two(seconds % 60));
        text[20] = digit(millis / 100);
        text[21..23].copy_from_slice(&two(millis % 100));
        match (millis, nanos) {
            (0, 0) => to.extend_from_slice(&text[..19]),
            (_, 0) => return to.extend_from_slice(&text),
            _ => {
                to.extend_from_slice(&text[..23]);
                finer(nanos, to);
            }
        }
        to.push(b'Z');
    }

    fn set_day(&mut self, day: i64) {
        let (year, month, date) = calendar(day);
        self.day = day;
        self.date[..2].copy_from_slice(&two(year / 100));
        self.date[2..4].copy_from_slice(&two(year % 100));
        self.date[5..7].copy_from_slice(&two(month));
        self.date[8..10].copy_from_slice(&two(date));
    }
}

/// Year, month and day of the month of a day since 1970, in the years 0 to 9999, which are all that a timestamp has.
///
/// Entries of a rare kind are each of another day, so this is done for each. Counted in years that begin with March, of
/// which the leap day is the last: then the days before a month are 30.6 a month, rounded.
fn calendar(day: i64) -> (u32, u32, u32) {
    /// From the first of March of the year 0 to 1970.
    const TO_1970: i64 = 719_468;
    /// Days of the 400 years after which the calendar is the same again.
    const ERA: i64 = 146_097;

    let (era, within) = ((day + TO_1970).div_euclid(ERA), (day + TO_1970).rem_euclid(ERA));
    let year = (within - within / 1460 + within / 36_524 - within / (ERA - 1)) / 365;
    let of_year = within - (365 * year + year / 4 - year / 100);
    let since_march = (5 * of_year + 2) / 153;
    let date = of_year - (153 * since_march + 2) / 5 + 1;
    let (next, month) = if since_march < 10 { (0, since_march + 3) } else { (1, since_march - 9) };
    [year + 400 * era + next, month, date].map(|number| u32::try_from(number).unwrap_or_default()).into()
}

/// The digits behind the milliseconds: three or six.
fn finer(nanos: u32, to: &mut Vec<u8>) {
    let groups = [nanos / 1000, nanos % 1000];
    for group in &groups[..=usize::from(groups[1] > 0)] {
        to.push(digit(group / 100));
        to.extend_from_slice(&two(group % 100));
    }
}

/// Two digits of a number below 100.
fn two(number: u32) -> [u8; 2] {
    PAIRS[number as usize]
}

/// `00` to `99`.
const PAIRS: [[u8; 2]; 100] = {
    let mut pairs = [*b"00"; 100];
    let mut number: u8 = 0;
    while number < 100 {
        pairs[number as usize] = [b'0' + number / 10, b'0' + number % 10];
        number += 1;
    }
    pairs
};

fn digit(number: u32) -> u8 {
    b'0' + u8::try_from(number).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::contract::Timestamp;

    #[test]
    fn instants_are_printed_as_everywhere_else() {
        let mut printer = TimestampFormatter::new();
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

    #[test]
    fn every_day_has_the_date_that_it_has_everywhere_else() {
        let [first, last] = ["0000-01-01T00:00:00Z", "9999-12-31T00:00:00Z"].map(|text| {
            let (millis, _) = text.parse::<Timestamp>().unwrap().parts();
            millis / DAY
        });
        let mut printer = TimestampFormatter::new();
        let mut date = Vec::new();
        for day in first..=last {
            date.clear();
            printer.print((day * DAY, 0), &mut date);
            assert_eq!(date, Timestamp::from_parts(day * DAY, 0).to_string().as_bytes());
        }
    }
}
