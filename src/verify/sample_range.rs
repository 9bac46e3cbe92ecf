//! Instants to ask for, between the entries that are there.

use std::time::Duration;

use crate::contract::Timestamp;

const SECOND: Duration = Duration::from_secs(1);
const MINUTE: Duration = Duration::from_secs(60);

/// An instant on a whole second with no entry near: whoever reads it wrongly, by as much as the gap, gets other entries.
#[derive(Debug, Clone, Copy)]
pub struct SplitTime {
    pub at: Timestamp,
    /// Whether it is on a whole minute too.
    pub minute: bool,
    /// How far the entries before and after it are apart.
    pub gap: Duration,
}

impl SplitTime {
    /// The best one between these instants, which are in order and all different: on a whole minute, in a small gap.
    pub fn between(instants: &[Timestamp]) -> Option<Self> {
        Self::smallest(instants, MINUTE).or_else(|| Self::smallest(instants, SECOND))
    }

    fn smallest(instants: &[Timestamp], step: Duration) -> Option<Self> {
        let gaps = instants.windows(2).filter_map(|pair| {
            // A second on both sides for fractions.
            let at = next(pair[0].saturating_add(SECOND), step);
            let fits = at.saturating_add(SECOND) < pair[1];
            fits.then(|| Self { at, minute: step == MINUTE, gap: pair[1].since(pair[0]) })
        });
        gaps.min_by_key(|moment| moment.gap)
    }

    /// In UTC, without its `Z`.
    pub fn bare(&self) -> String {
        self.at.to_string().replace('Z', "")
    }

    /// As the clock on a wall some hours and minutes east or west of UTC shows it, without an offset.
    pub fn local(&self, minutes_east: i64) -> String {
        let distance = MINUTE * u32::try_from(minutes_east.unsigned_abs()).unwrap_or_default();
        let moved = if minutes_east < 0 { self.at.saturating_sub(distance) } else { self.at.saturating_add(distance) };
        moved.to_string().replace('Z', "")
    }
}

/// A stretch of time at whose ends no entry is; they are on whole seconds where there is room for that.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct SampleRange {
    pub start: Timestamp,
    pub end: Timestamp,
}

impl SampleRange {
    /// Entries that arrive late come this close to the newest.
    const UNSETTLED: Duration = Duration::from_secs(120);

    /// Around these instants, which are in order and all different; when there may be older ones of which nothing is known,
    /// from the first gap on.
    pub fn around(instants: &[Timestamp], older: bool) -> Option<Self> {
        let (first, last) = (*instants.first()?, *instants.last()?);
        let start = if older {
            first_gap(instants).or_else(|| between_first(instants))?
        } else {
            whole(first).saturating_sub(SECOND)
        };
        let settled = instants.partition_point(|at| *at < last.saturating_sub(Self::UNSETTLED));
        let before_settled = (1..=settled).rev().filter(|count| *count < instants.len()).find_map(|count| {
            // The newest entries are left out only when they are few.
            (count * 4 >= instants.len() * 3).then(|| gap(instants[count - 1], instants[count])).flatten()
        });
        let end = before_settled.unwrap_or_else(|| next(last, SECOND));
        (start < end).then_some(Self { start, end })
    }

    pub fn holds(&self, at: Timestamp) -> bool {
        self.start <= at && at <= self.end
    }

    /// As two parameters of a query.
    pub fn query(&self) -> String {
        format!("startTime={}&endTime={}", self.start, self.end)
    }
}

fn first_gap(instants: &[Timestamp]) -> Option<Timestamp> {
    instants.windows(2).find_map(|pair| gap(pair[0], pair[1]))
}

/// An instant between the first two: where entries are dense, no whole second is free.
fn between_first(instants: &[Timestamp]) -> Option<Timestamp> {
    let (first, second) = (*instants.first()?, *instants.get(1)?);
    let middle = first.saturating_add(second.since(first) / 2);
    (middle > first).then_some(middle)
}

/// A whole second between two instants.
fn gap(before: Timestamp, after: Timestamp) -> Option<Timestamp> {
    Some(next(before, SECOND)).filter(|second| *second < after)
}

/// The next whole step after an instant.
fn next(at: Timestamp, step: Duration) -> Timestamp {
    let step = i64::try_from(step.as_millis()).unwrap_or(1);
    let rest = at.unix_millis().rem_euclid(step);
    let whole = at.trunc_to_millis();
    whole.saturating_add(Duration::from_millis((step - rest).unsigned_abs()))
}

/// The whole second that an instant is in.
fn whole(at: Timestamp) -> Timestamp {
    next(at, SECOND).saturating_sub(SECOND)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(times: &[&str]) -> Vec<Timestamp> {
        times.iter().map(|time| format!("2025-05-20T{time}Z").parse().unwrap()).collect()
    }

    fn moment(times: &[&str]) -> Option<(String, bool)> {
        SplitTime::between(&at(times)).map(|moment| (moment.bare()[11..].to_owned(), moment.minute))
    }

    #[test]
    fn a_moment_is_on_a_minute_in_the_smallest_gap_with_a_second_to_both_sides() {
        assert_eq!(moment(&["10:00:30.5", "10:07:00", "10:08:10"]), Some(("10:08:00".to_owned(), true)));
        assert_eq!(moment(&["10:00:30.5", "10:00:34"]), Some(("10:00:32".to_owned(), false)));
        assert_eq!(moment(&["10:00:30", "10:00:32"]), None);
        assert_eq!(moment(&["10:00:30"]), None);
    }

    #[test]
    fn a_moment_is_told_in_the_time_of_any_place() {
        let moment = SplitTime::between(&at(&["10:00:30", "10:01:30"])).unwrap();
        assert_eq!([moment.local(330), moment.local(-330)], ["2025-05-20T15:31:00", "2025-05-20T04:31:00"]);
    }

    #[test]
    fn a_stretch_holds_what_is_known_and_leaves_out_what_may_not_have_settled() {
        let stretch = |times: &[&str], older| SampleRange::around(&at(times), older).map(|stretch| stretch.query());
        let query = |start: &str, end: &str| Some(format!("startTime=2025-05-20T{start}Z&endTime=2025-05-20T{end}Z"));
        let times = ["10:00:00.2", "10:00:00.4", "10:02:00", "10:05:00", "10:09:00", "10:12:00.5"];
        assert_eq!(stretch(&times, false), query("09:59:59", "10:09:01"));
        assert_eq!(stretch(&times, true), query("10:00:01", "10:09:01"));
        // Few are kept all.
        assert_eq!(stretch(&["10:00:00", "10:12:00"], false), query("09:59:59", "10:12:01"));
        // Where entries are dense, an end is between two of them.
        assert_eq!(stretch(&["10:00:00.1", "10:00:00.2"], true), query("10:00:00.150", "10:00:01"));
        assert_eq!(stretch(&["10:00:00.1"], true), None);
        assert_eq!(stretch(&[], false), None);
    }
}
