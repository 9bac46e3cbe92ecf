//! When entries are made: how busy each hour is, with quiet nights and weekends and with deploy days, and how many entries
//! fall into it.

use serde::Deserialize;

use super::offices::{OFFICES, weekday};
use crate::seed::{Purpose, SeededRng};

/// An hour in milliseconds.
pub const HOUR: i64 = 3_600_000;

/// When an actor works.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Schedule {
    /// The working hours of the offices.
    Office,
    /// Releases: during working hours, most on Tuesdays and Thursdays, hardly on Fridays.
    Deploys,
    /// Round the clock.
    Steady,
    /// From 01:00 to 04:00 UTC.
    Nightly,
}

impl Schedule {
    pub const ALL: [Self; 4] = [Self::Office, Self::Deploys, Self::Steady, Self::Nightly];

    /// The share of its entries among all, in a thousand.
    const fn share(self) -> u64 {
        match self {
            Self::Office => 560,
            Self::Deploys => 260,
            Self::Steady => 120,
            Self::Nightly => 60,
        }
    }

    /// The activity in an hour, counted from 1970 in UTC. The numbers of two schedules cannot be compared.
    fn activity(self, hour: i64) -> u64 {
        /// From Monday to Sunday, in percent.
        const RELEASES: [u64; 7] = [90, 170, 100, 160, 35, 100, 100];

        match self {
            Self::Office => OFFICES.iter().map(|office| office.activity(hour) * office.share).sum(),
            Self::Deploys => Self::Office.activity(hour) * RELEASES[weekday(hour.div_euclid(24))],
            Self::Steady => 100,
            Self::Nightly => u64::from((1..4).contains(&hour.rem_euclid(24))) * 100,
        }
    }
}

/// A number for each schedule, in the order of [`Schedule::ALL`].
type BySchedule = [u64; 4];

/// The hours of a time range.
pub struct Calendar {
    seed: u64,
    from: i64,
    to: i64,
    /// The activity of a whole week.
    weekly: BySchedule,
}

/// An hour, or the part of it within the time range.
pub struct Hour {
    /// Counted from 1970.
    pub number: i64,
    /// The first millisecond.
    pub start: i64,
    /// In milliseconds.
    pub length: i64,
    /// The share of each schedule in the entries of the whole hour.
    pub weights: BySchedule,
}

impl Calendar {
    /// The hours between two instants, both inclusive, in milliseconds since 1970.
    pub fn new(seed: u64, from: i64, to: i64) -> Self {
        /// The hours of a week that begins on a Monday.
        const WEEK: std::ops::Range<i64> = 24 * 4..24 * 11;

        let weekly = Schedule::ALL.map(|schedule| WEEK.map(|hour| schedule.activity(hour)).sum());
        Self { seed, from, to, weekly }
    }

    /// All hours; the first and the last may be shorter.
    pub fn hours(&self) -> impl Iterator<Item = Hour> + '_ {
        (self.from.div_euclid(HOUR)..=self.to.div_euclid(HOUR)).map(|number| self.hour(number))
    }

    /// The hour with this number, counted from 1970.
    pub fn hour(&self, number: i64) -> Hour {
        let start = self.from.max(number * HOUR);
        let length = (self.to + 1).min((number + 1) * HOUR) - start;
        Hour { number, start, length, weights: self.weights(number) }
    }

    /// The weights of an hour: those of its time in the week, and a variation of its own.
    fn weights(&self, hour: i64) -> BySchedule {
        let mut rng = SeededRng::stream(self.seed, Purpose::HourVariation, hour.unsigned_abs());
        Schedule::ALL.map(|schedule| {
            let weekly = self.weekly[schedule as usize].max(1);
            let usual = schedule.activity(hour) * schedule.share() * 10_000 / weekly;
            usual * (70 + rng.below(61))
        })
    }
}

/// Splits a number of entries over consecutive hours by their weight. Each share is rounded; the sum is exact.
pub struct HourlyQuota {
    count: u64,
    total_weight: u128,
    /// The weight of the hours so far.
    weight: u128,
    /// The entries of the hours so far.
    given: u64,
}

impl HourlyQuota {
    pub fn new(count: u64, hours: impl Iterator<Item = Hour>) -> Self {
        let total_weight = hours.map(|hour| weight(&hour)).sum::<u128>().max(1);
        Self { count, total_weight, weight: 0, given: 0 }
    }

    /// The share of the next hour.
    pub fn next(&mut self, hour: &Hour) -> u64 {
        self.weight += weight(hour);
        // Rounded to nearest: rounding down would leave all remainders to the last millisecond of the range.
        let due = (u128::from(self.count) * self.weight + self.total_weight / 2) / self.total_weight;
        let due = u64::try_from(due).unwrap_or(self.count).min(self.count);
        let share = due - self.given;
        self.given = due;
        share
    }
}

/// The weight of an hour; never 0, because some machines work round the clock.
fn weight(hour: &Hour) -> u128 {
    hour.weights.iter().map(|weight| u128::from(*weight)).sum::<u128>() * u128::from(hour.length.unsigned_abs())
}
