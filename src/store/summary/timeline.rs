//! The timeline of a summary: counts in buckets of a round width.

use std::iter::successors;
use std::ops::RangeInclusive;

use serde::Serialize;

use crate::contract::{Action, Timestamp};
use crate::store::matched_rows::MatchedRows;

/// Number of entries over time.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Timeline {
    /// The start of the requested range, or the oldest entry if the range is open.
    pub start: Option<Timestamp>,
    /// The end of the requested range, or the newest entry if the range is open.
    pub end: Option<Timestamp>,
    /// Width of a bucket; `None` when there are no buckets.
    pub bucket_seconds: Option<u64>,
    /// Consecutive buckets, empty ones too: 40 to 80, or fewer for a range of less than 40 seconds.
    pub buckets: Vec<Bucket>,
}

/// The number of entries in a bucket, by action.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
pub struct Bucket {
    /// A multiple of the width since 1970.
    pub start: Timestamp,
    /// Number of `CREATE`.
    #[serde(rename = "CREATE")]
    pub create: usize,
    /// Number of `UPDATE`.
    #[serde(rename = "UPDATE")]
    pub update: usize,
    /// Number of `DELETE`.
    #[serde(rename = "DELETE")]
    pub delete: usize,
}

/// Widths in seconds, up to four days. Each is at most twice the one before, so that one of them gives 40 to 80 buckets.
const WIDTHS: [i64; 22] = [
    1, 2, 3, 5, 10, 15, 30, 60, 120, 180, 300, 600, 900, 1800, 3600, 7200, 10_800, 21_600, 43_200, 86_400, 172_800,
    345_600,
];
/// Longer ranges have a width of a week, two, four, and so on.
const WEEK: i64 = 604_800;

const MAX_BUCKETS: i64 = 80;

impl Timeline {
    /// The timeline from one end to the other, of which both are known unless nothing matches.
    pub(super) fn new(start: Option<Timestamp>, end: Option<Timestamp>, matched: &[MatchedRows<'_>]) -> Self {
        let range = start.zip(end).filter(|(start, end)| start <= end);
        let Some((first, last)) = range else {
            return Self { start, end, bucket_seconds: None, buckets: Vec::new() };
        };
        let (width, numbers) = bucket_numbers(first, last);
        let width_millis = width * 1000;
        let mut counts = vec![[0; Action::ALL.len()]; numbers.clone().count()];
        for rows in matched {
            for row in rows.rows() {
                let number = row.timestamp.unix_millis().div_euclid(width_millis) - numbers.start();
                // Every match is in the range, so it has a bucket.
                if let Some(count) = usize::try_from(number).ok().and_then(|number| counts.get_mut(number)) {
                    count[rows.segment.events()[row.event as usize].action as usize] += 1;
                }
            }
        }
        let bucket = |(number, count): (i64, [usize; Action::ALL.len()])| Bucket {
            // The first bucket can start before the year 0, which no timestamp represents.
            start: Timestamp::from_unix_millis(number * width_millis).unwrap_or(first),
            create: count[Action::Create as usize],
            update: count[Action::Update as usize],
            delete: count[Action::Delete as usize],
        };
        let buckets = numbers.zip(counts).map(bucket).collect();
        Self { start, end, bucket_seconds: u64::try_from(width).ok(), buckets }
    }
}

/// The smallest width that gives no more than [`MAX_BUCKETS`], and the numbers of the buckets since 1970.
fn bucket_numbers(first: Timestamp, last: Timestamp) -> (i64, RangeInclusive<i64>) {
    let weeks = successors(Some(WEEK), |width| Some(width * 2));
    let mut all = WIDTHS.into_iter().chain(weeks).map(|width| {
        let number = |at: Timestamp| at.unix_millis().div_euclid(width * 1000);
        (width, number(first)..=number(last))
    });
    let fits = |(_, numbers): &(i64, RangeInclusive<i64>)| numbers.end() - numbers.start() < MAX_BUCKETS;
    all.find(fits).expect("a range has an end, and widths double")
}
