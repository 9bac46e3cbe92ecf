//! The offices of a company: where they are, and how busy they are at which hour.

pub struct Office {
    /// The difference to UTC in hours, the same in summer and winter.
    pub utc_offset: i64,
    /// The share of the staff that works there, in percent.
    pub share: u64,
    /// The addresses that everyone in the office shares (RFC 5737).
    pub addresses: &'static [&'static str],
}

/// The offices, from east to west.
pub const OFFICES: [Office; 5] = [
    Office { utc_offset: 3, share: 15, addresses: &["203.0.113.17", "203.0.113.18"] },
    Office { utc_offset: 1, share: 40, addresses: &["198.51.100.10", "198.51.100.11", "198.51.100.12"] },
    Office { utc_offset: -3, share: 13, addresses: &["203.0.113.65", "203.0.113.66"] },
    Office { utc_offset: -5, share: 22, addresses: &["198.51.100.130", "198.51.100.131"] },
    Office { utc_offset: -8, share: 10, addresses: &["198.51.100.194"] },
];

impl Office {
    /// The activity in an hour, counted from 1970 in UTC: 100,000 in the busiest.
    pub fn activity(&self, hour: i64) -> u64 {
        /// The activity at each hour of a working day.
        const BY_HOUR: [u64; 24] =
            [3, 2, 1, 1, 1, 6, 25, 90, 350, 820, 1000, 950, 600, 720, 960, 930, 820, 520, 200, 90, 60, 40, 20, 8];
        /// The activity of a Saturday or Sunday, in percent of a working day.
        const WEEKEND: u64 = 4;

        let local = hour + self.utc_offset;
        let by_hour = BY_HOUR[usize::try_from(local.rem_euclid(24)).unwrap_or_default()];
        by_hour * if weekday(local.div_euclid(24)) < 5 { 100 } else { WEEKEND }
    }
}

/// The weekday of a day counted from 1970; Monday is 0.
pub fn weekday(day: i64) -> usize {
    // 1970 began on a Thursday.
    usize::try_from((day + 3).rem_euclid(7)).unwrap_or_default()
}
