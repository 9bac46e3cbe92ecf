//! Instants between the entries of a server, at which a range of time can start or end.

use std::time::Duration;

use crate::contract::Timestamp;

const SECOND: Duration = Duration::from_secs(1);
const MINUTE: Duration = Duration::from_secs(60);

/// A whole second amid the entries, at least a second away from any. A server that reads it wrongly, by as much as the gap
/// around it, returns other entries.
#[derive(Debug, Clone, Copy)]
pub struct SplitTime {
    /// The instant.
    pub at: Timestamp,
    /// Whether it is a whole minute.
    pub is_whole_minute: bool,
    /// Distance between the entries before and after it.
    pub gap: Duration,
}

impl SplitTime {
    /// The best instant between these, which are in order and different: a whole minute if possible, in the smallest gap.
    pub fn between(times: &[Timestamp]) -> Option<Self> {
        Self::in_smallest_gap(times, MINUTE).or_else(|| Self::in_smallest_gap(times, SECOND))
    }

    fn in_smallest_gap(times: &[Timestamp], step: Duration) -> Option<Self> {
        let gaps = times.windows(2).filter_map(|pair| {
            // A second on both sides leaves room for fractions.
            let at = next(pair[0].saturating_add(SECOND), step);
            let fits = at.saturating_add(SECOND) < pair[1];
            fits.then(|| Self { at, is_whole_minute: step == MINUTE, gap: pair[1].since(pair[0]) })
        });
        gaps.min_by_key(|split| split.gap)
    }

    /// The instant as a local time so many minutes east of UTC, without the offset.
    pub fn in_offset(&self, minutes_east: i64) -> String {
        let distance = MINUTE * u32::try_from(minutes_east.unsigned_abs()).unwrap_or_default();
        let moved = if minutes_east < 0 { self.at.saturating_sub(distance) } else { self.at.saturating_add(distance) };
        moved.to_string().replace('Z', "")
    }
}

/// A range of time with no entry at its ends, which are whole seconds where the entries leave room.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct SampleRange {
    /// Start of the range.
    pub start: Timestamp,
    /// End of the range.
    pub end: Timestamp,
}

impl SampleRange {
    /// Age of the newest entry that a late entry can still have.
    const LATENESS: Duration = Duration::from_secs(120);

    /// The range around these instants, which are in order and different. If the server has older entries, it starts in
    /// the first gap.
    pub fn around(times: &[Timestamp], has_older: bool) -> Option<Self> {
        let (first, last) = (*times.first()?, *times.last()?);
        let start = if has_older {
            let gap = times.windows(2).find_map(|pair| second_between(pair[0], pair[1]));
            gap.or_else(|| middle(first, *times.get(1)?))?
        } else {
            // The whole second before the first entry.
            next(first, SECOND).saturating_sub(2 * SECOND)
        };
        let settled = times.partition_point(|at| *at < last.saturating_sub(Self::LATENESS));
        let before_unsettled = (1..=settled).rev().filter(|count| *count < times.len()).find_map(|count| {
            // The newest entries are left out only when they are few.
            (count * 4 >= times.len() * 3).then(|| second_between(times[count - 1], times[count])).flatten()
        });
        let end = before_unsettled.unwrap_or_else(|| next(last, SECOND));
        (start < end).then_some(Self { start, end })
    }

    /// The range as parameters of a query.
    pub fn query(&self) -> String {
        format!("startTime={}&endTime={}", self.start, self.end)
    }
}

/// A whole second between two instants.
fn second_between(before: Timestamp, after: Timestamp) -> Option<Timestamp> {
    Some(next(before, SECOND)).filter(|second| *second < after)
}

/// The instant in the middle, if the clock is precise enough.
fn middle(before: Timestamp, after: Timestamp) -> Option<Timestamp> {
    Some(before.saturating_add(after.since(before) / 2)).filter(|middle| *middle > before)
}

/// The next whole step after an instant.
fn next(at: Timestamp, step: Duration) -> Timestamp {
    let step = i64::try_from(step.as_millis()).unwrap_or(1);
    let rest = at.unix_millis().rem_euclid(step);
    at.trunc_to_millis().saturating_add(Duration::from_millis((step - rest).unsigned_abs()))
}
