//! Entries over time: counts in buckets of a round width.

use serde::Serialize;

use super::Matching;
use crate::contract::{Action, Timestamp};

/// Entries over time.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Timeline {
    /// The beginning of the range that was asked for; where that is open, the oldest entry.
    pub start: Option<Timestamp>,
    /// The end of the range that was asked for; where that is open, the newest entry.
    pub end: Option<Timestamp>,
    /// How long each bucket is; `None` when there is none.
    pub bucket_seconds: Option<u64>,
    /// One behind the other, those without entries too: 40 to 80, fewer of less than 40 seconds.
    pub buckets: Vec<Bucket>,
}

/// The entries of a time, by action.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
pub struct Bucket {
    /// A multiple of the width since 1970.
    pub start: Timestamp,
    /// How many `CREATE`.
    #[serde(rename = "CREATE")]
    pub create: usize,
    /// How many `UPDATE`.
    #[serde(rename = "UPDATE")]
    pub update: usize,
    /// How many `DELETE`.
    #[serde(rename = "DELETE")]
    pub delete: usize,
}

const MINUTE: i64 = 60;
const HOUR: i64 = 60 * MINUTE;
const DAY: i64 = 24 * HOUR;

/// In seconds. Each is at most twice the one before, so that one of them gives 40 to 80 buckets; beyond these it is
/// doubled.
const WIDTHS: [i64; 22] = [
    1,
    2,
    3,
    5,
    10,
    15,
    30,
    MINUTE,
    2 * MINUTE,
    3 * MINUTE,
    5 * MINUTE,
    10 * MINUTE,
    15 * MINUTE,
    30 * MINUTE,
    HOUR,
    2 * HOUR,
    3 * HOUR,
    6 * HOUR,
    12 * HOUR,
    DAY,
    2 * DAY,
    4 * DAY,
];
const WEEK: i64 = 7 * DAY;

/// More are not listed.
const MOST: i64 = 80;

impl Timeline {
    pub(super) fn of(matching: &Matching<'_>, from: Option<Timestamp>, to: Option<Timestamp>) -> Self {
        let (start, end) = (from.or_else(|| matching.first()), to.or_else(|| matching.last()));
        let (Some(first), Some(last)) = (start, end) else {
            return Self { start, end, bucket_seconds: None, buckets: Vec::new() };
        };
        if first > last {
            return Self { start, end, bucket_seconds: None, buckets: Vec::new() };
        }
        let (width, numbers) = buckets(first, last);
        let mut counts = vec![[0; Action::ALL.len()]; numbers.clone().count()];
        let millis_of_width = width * 1000;
        for (run, hits) in &matching.0 {
            let events = run.dictionary().events.values();
            for row in hits.from(0) {
                let number = run.milliseconds(row).div_euclid(millis_of_width) - numbers.start();
                // All are in range, so each has its bucket.
                let Some(count) = usize::try_from(number).ok().and_then(|number| counts.get_mut(number)) else {
                    continue;
                };
                let (event, _) = run.event_and_object(row);
                count[events[event.index()].action as usize] += 1;
            }
        }
        let bucket = |(number, count): (i64, [usize; Action::ALL.len()])| Bucket {
            // Before the year 0 is nothing that could be told.
            start: Timestamp::from_unix_millis(number * millis_of_width).unwrap_or(first),
            create: count[Action::Create as usize],
            update: count[Action::Update as usize],
            delete: count[Action::Delete as usize],
        };
        let buckets = numbers.zip(counts).map(bucket).collect();
        Self { start, end, bucket_seconds: u64::try_from(width).ok(), buckets }
    }
}

/// The least width that gives no more buckets than are listed, and the numbers of these since 1970.
fn buckets(first: Timestamp, last: Timestamp) -> (i64, std::ops::RangeInclusive<i64>) {
    let weeks = std::iter::successors(Some(WEEK), |width| Some(width * 2));
    let mut all = WIDTHS.into_iter().chain(weeks).map(|width| {
        let number = |at: Timestamp| at.unix_millis().div_euclid(width * 1000);
        (width, number(first)..=number(last))
    });
    let fits = |(_, numbers): &(i64, std::ops::RangeInclusive<i64>)| numbers.end() - numbers.start() < MOST;
    all.find(fits).expect("doubling comes to an end with the years")
}
