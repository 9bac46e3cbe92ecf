//! The instants between entries at which ranges of time start and end.

use cortex_audit_mock::contract::Timestamp;
use cortex_audit_mock::internal::verify::{SampleRange, SplitTime};

use crate::support::time;

fn times(times: &[&str]) -> Vec<Timestamp> {
    times.iter().map(|text| time(&format!("2025-05-20T{text}Z"))).collect()
}

#[test]
fn split_time_is_a_whole_minute_in_the_smallest_gap_a_second_away_from_entries() {
    let split = |texts: &[&str]| {
        SplitTime::between(&times(texts)).map(|split| (split.in_offset(0)[11..].to_owned(), split.is_whole_minute))
    };
    assert_eq!(split(&["10:00:30.5", "10:07:00", "10:08:10"]), Some(("10:08:00".to_owned(), true)));
    assert_eq!(split(&["10:00:30.5", "10:00:34"]), Some(("10:00:32".to_owned(), false)));
    assert_eq!(split(&["10:00:30", "10:00:32"]), None);
    assert_eq!(split(&["10:00:30"]), None);
}

#[test]
fn split_time_has_a_local_time_in_any_offset() {
    let split = SplitTime::between(&times(&["10:00:30", "10:01:30"])).unwrap();
    assert_eq!([split.in_offset(330), split.in_offset(-330)], ["2025-05-20T15:31:00", "2025-05-20T04:31:00"]);
}

#[test]
fn sample_range_has_the_known_entries_without_those_that_late_ones_may_join() {
    let query = |texts: &[&str], has_older| SampleRange::around(&times(texts), has_older).map(|range| range.query());
    let expected = |start: &str, end: &str| Some(format!("startTime=2025-05-20T{start}Z&endTime=2025-05-20T{end}Z"));
    let texts = ["10:00:00.2", "10:00:00.4", "10:02:00", "10:05:00", "10:09:00", "10:12:00.5"];
    assert_eq!(query(&texts, false), expected("09:59:59", "10:09:01"));
    assert_eq!(query(&texts, true), expected("10:00:01", "10:09:01"));
    // Few entries are all kept.
    assert_eq!(query(&["10:00:00", "10:12:00"], false), expected("09:59:59", "10:12:01"));
    // Where entries are dense, an end is between two of them.
    assert_eq!(query(&["10:00:00.1", "10:00:00.2"], true), expected("10:00:00.150", "10:00:01"));
    assert_eq!(query(&["10:00:00.1"], true), None);
    assert_eq!(query(&[], false), None);
}
