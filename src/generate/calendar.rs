//! When things happen: quiet nights and weekends, deploy days, and how many entries fall into which hour.

use super::people::OFFICES;
use crate::seed::{Purpose, SeededRng};

/// An hour in milliseconds.
pub const HOUR: i64 = 3_600_000;

/// What sets the schedule of an activity.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Schedule {
    /// People at work.
    Office,
    /// Releases: as people work, most on Tuesdays and Thursdays, hardly on Fridays.
    Deploys,
    /// Round the clock.
    Steady,
    /// Jobs of the night.
    Nightly,
}

impl Schedule {
    pub const ALL: [Self; 4] = [Self::Office, Self::Deploys, Self::Steady, Self::Nightly];

    /// How many of a thousand entries it sets the schedule of.
    const fn share(self) -> u64 {
        match self {
            Self::Office => 560,
            Self::Deploys => 260,
            Self::Steady => 120,
            Self::Nightly => 60,
        }
    }

    /// How busy an hour is, counted from 1970 in UTC; only the hours of one schedule compare.
    fn busy(self, hour: i64) -> u64 {
        /// Of Monday to Sunday, in a hundred.
        const RELEASES: [u64; 7] = [90, 170, 100, 160, 35, 100, 100];

        match self {
            Self::Office => OFFICES.iter().map(|office| office.busy(hour) * office.share).sum(),
            Self::Deploys => {
                let weekday = (hour.div_euclid(24) + 3).rem_euclid(7);
                Self::Office.busy(hour) * RELEASES[usize::try_from(weekday).unwrap_or_default()]
            }
            Self::Steady => 100,
            Self::Nightly => u64::from((1..4).contains(&hour.rem_euclid(24))) * 100,
        }
    }
}

/// How much each schedule weighs in an hour, in the order of [`Schedule::ALL`].
pub type Weights = [u64; 4];

/// The hours from one instant to another, and what is to happen in each.
pub struct Calendar {
    seed: u64,
    from: i64,
    to: i64,
    /// What each schedule weighs over a whole week.
    weekly: Weights,
}

/// A stretch of at most an hour.
#[derive(Debug, Clone, Copy)]
pub struct Hour {
    /// Counted from 1970.
    pub number: i64,
    /// Its first millisecond.
    pub begins: i64,
    /// How many milliseconds it has.
    pub length: i64,
    /// As if it were a whole hour.
    pub weights: Weights,
}

impl Calendar {
    /// From one instant to another, both inclusive, in milliseconds since 1970.
    pub fn new(seed: u64, from: i64, to: i64) -> Self {
        /// A Monday.
        const WEEK: i64 = 24 * 4;
        let weekly = Schedule::ALL.map(|schedule| (WEEK..WEEK + 168).map(|hour| schedule.busy(hour)).sum());
        Self { seed, from, to, weekly }
    }

    /// Every hour, the first and the last cut where the time begins and ends.
    pub fn hours(&self) -> impl Iterator<Item = Hour> + '_ {
        (self.from.div_euclid(HOUR)..=self.to.div_euclid(HOUR)).map(|number| self.hour(number))
    }

    /// The hour of that number, counted from 1970.
    pub fn hour(&self, number: i64) -> Hour {
        let begins = self.from.max(number * HOUR);
        let length = (self.to + 1).min((number + 1) * HOUR) - begins;
        Hour { number, begins, length, weights: self.weights(number) }
    }

    /// What each schedule weighs in an hour: what the week says, and a little of its own.
    fn weights(&self, hour: i64) -> Weights {
        let mut rng = SeededRng::stream(self.seed, Purpose::HourVariation, hour.unsigned_abs());
        let mut place = 0;
        Schedule::ALL.map(|schedule| {
            let weather = 70 + rng.below(61);
            let usual = schedule.busy(hour) * schedule.share() * 10_000 / self.weekly[place].max(1);
            place += 1;
            usual * weather
        })
    }
}

/// Shares out a number over hours by their weight: rounded, and the sum is exact.
pub struct HourlyQuota {
    count: u64,
    total: u128,
    weight: u128,
    given: u64,
}

impl HourlyQuota {
    pub fn new(count: u64, hours: impl Iterator<Item = Hour>) -> Self {
        let total = hours.map(|hour| weight(&hour)).sum::<u128>().max(1);
        Self { count, total, weight: 0, given: 0 }
    }

    /// The share of the next hour.
    pub fn next(&mut self, hour: &Hour) -> u64 {
        self.weight += weight(hour);
        // Rounded to the nearest, or the very last millisecond would be given what is left of all others.
        let due = (u128::from(self.count) * self.weight + self.total / 2) / self.total;
        let due = u64::try_from(due).unwrap_or(self.count).min(self.count);
        let share = due - self.given;
        self.given = due;
        share
    }
}

/// Never 0: something goes on round the clock.
fn weight(hour: &Hour) -> u128 {
    hour.weights.iter().map(|weight| u128::from(*weight)).sum::<u128>() * u128::from(hour.length.unsigned_abs())
}
