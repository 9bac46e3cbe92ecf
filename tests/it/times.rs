//! Date-times and ranges.

use cortex_audit_mock::contract::query::Offsets;
use cortex_audit_mock::contract::{Timestamp, TimestampError};
use proptest::prelude::*;
use serde_json::json;

use crate::support::{TestMock, time};

/// TIME-FORMAT, TIME-ZONELESS, TIME-FORMS
#[test]
fn every_accepted_form_is_the_same_instant() {
    let expected = time("2025-05-20T06:51:43.235Z");
    for text in [
        "2025-05-20T06:51:43.235+00:00",
        "2025-05-20T06:51:43.235-00:00",
        "2025-05-20T06:51:43.235",
        "2025-05-20t06:51:43.235z",
        "2025-05-20T06:51:43.235000Z",
        "2025-05-20T06:51:43.235000000Z",
        "2025-05-20T12:21:43.235+05:30",
        "2025-05-20T12:21:43.235+0530",
        "2025-05-20T01:21:43.235-05:30",
        "2025-05-20T08:51:43.235+02",
        "2025-05-21T06:50:43.235+23:59",
    ] {
        assert_eq!(text.parse(), Ok(expected), "{text}");
    }
    assert_eq!("2025-05-20T06:51".parse(), Ok(time("2025-05-20T06:51:00Z")));
    assert_eq!("2025-05-20T06:51:43.2".parse(), Ok(time("2025-05-20T06:51:43.200Z")));
    for leap_second in ["2016-12-31T23:59:60Z", "2017-01-01T01:59:60+02:00", "2016-12-31T18:29:60-0530"] {
        assert_eq!(leap_second.parse(), Ok(time("2017-01-01T00:00:00Z")), "{leap_second}");
    }
    assert_eq!("2016-12-31T23:59:60.5Z".parse(), Ok(time("2017-01-01T00:00:00.500Z")));
    assert_eq!("2024-02-29T00:00:00Z".parse(), Ok(time("2024-02-29T00:00:00Z")));
}

/// PARAM-INVALID
#[test]
fn an_invalid_date_time_is_refused_with_its_reason() {
    use TimestampError::{DateOnly, Empty, FractionTooLong, OutOfRange, Unreadable};
    for (text, reason) in [
        ("", Empty),
        ("2025-05-20", DateOnly),
        ("2025-05-20T06:51:43.1234567890Z", FractionTooLong),
        ("2025-02-30T00:00:00Z", OutOfRange),
        ("2023-02-29T00:00:00Z", OutOfRange),
        ("2025-13-01T00:00:00Z", OutOfRange),
        ("2025-05-20T24:00:00Z", OutOfRange),
        ("2025-05-20T06:60:00Z", OutOfRange),
        ("2025-05-20T06:51:61Z", OutOfRange),
        ("2025-11-25T12:30:60Z", OutOfRange),
        ("2016-12-31T23:59:60+01:00", OutOfRange),
        ("2016-12-31T22:59:60.5Z", OutOfRange),
        ("2025-05-20T06:51:43+24:00", OutOfRange),
        ("2025-05-20T06:51:43+00:60", OutOfRange),
        ("9999-12-31T23:59:59-23:59", OutOfRange),
        ("0000-01-01T00:00:00+00:01", OutOfRange),
        ("yesterday", Unreadable),
        ("1747723903", Unreadable),
        ("2025-05-20 06:51:43", Unreadable),
        ("2025-05-20T06:51:43.Z", Unreadable),
        ("2025-05-20T06:51:43,5Z", Unreadable),
        ("2025-05-20T06:51:43ZZ", Unreadable),
        ("2025-05-20T06:51:43+5", Unreadable),
        ("2025-05-20T6:51:43Z", Unreadable),
        ("25-05-20T06:51:43Z", Unreadable),
        ("+2025-05-20T06:51:43Z", Unreadable),
        ("2025-05-20T06:51:43Z ", Unreadable),
        ("２０２５-05-20T06:51:43Z", Unreadable),
    ] {
        assert_eq!(text.parse::<Timestamp>(), Err(reason), "{text}");
    }
}

fn three() -> TestMock {
    let entry = |name: &str, timestamp: &str| json!({"action": "UPDATE", "objectIdentifier": name, "objectType": "TEAM", "timestamp": timestamp});
    TestMock::with_entries(&json!([
        entry("c", "2025-05-20T06:00:02Z"),
        entry("b", "2025-05-20T06:00:01.000000001Z"),
        entry("a", "2025-05-20T06:00:01Z"),
    ]))
}

/// TIME-RANGE, RES-FRACTION
#[tokio::test]
async fn both_ends_of_a_range_are_inclusive_to_the_nanosecond() {
    for (query, expected) in [
        ("startTime=2025-05-20T06:00:01Z&endTime=2025-05-20T06:00:02Z", "cba"),
        ("startTime=2025-05-20T06:00:01.000000001Z", "cb"),
        ("startTime=2025-05-20T06:00:01.000000002Z", "c"),
        ("endTime=2025-05-20T06:00:01.000000001Z", "ba"),
        ("endTime=2025-05-20T06:00:01Z", "a"),
        ("startTime=2025-05-20T06:00:01Z&endTime=2025-05-20T06:00:01Z", "a"),
        ("startTime=0000-01-01T00:00:00Z&endTime=9999-12-31T23:59:59.999999999Z", "cba"),
        ("endTime=2025-05-20T06:00:00.999999999Z", ""),
        ("startTime=2025-05-20T06:00:02.000000001Z", ""),
        ("startTime=2025-05-20T11:30:02%2B0530", "c"),
    ] {
        assert_eq!(three().logs(query).await.identifiers().concat(), expected, "{query}");
    }
}

/// TIME-RANGE
#[tokio::test]
async fn a_range_that_ends_before_it_starts_matches_nothing() {
    let page = three().logs("startTime=2025-05-21T00:00:00Z&endTime=2025-05-20T00:00:00Z").await.ok();
    assert_eq!(page, json!({"logs": [], "page": 0, "total": 0, "totalPages": 0}));
}

/// TIME-RANGE, TIME-FORMS
#[tokio::test]
async fn doubtful_times_are_findings() {
    for (query, rule) in [
        ("startTime=2025-05-21T00:00:00Z&endTime=2025-05-20T00:00:00Z", "TIME-RANGE"),
        ("startTime=2025-05-20T11:30:02%2B05:30", "TIME-OFFSET"),
        ("endTime=2025-05-20T11:30:02%2B00:00", "TIME-OFFSET"),
    ] {
        assert_eq!(three().finding_rules(query).await, [rule], "{query}");
    }
    let none: [&str; 0] = [];
    assert_eq!(three().finding_rules("startTime=2025-05-20T06:00:02z&endTime=2025-05-20T11:30").await, none);
}

fn with_offsets(offsets: Offsets) -> TestMock {
    let mock = three();
    mock.mock.world().change_settings(|settings| settings.offsets = offsets);
    mock
}

/// TIME-OFFSET
#[tokio::test]
async fn an_offset_is_honoured_ignored_or_refused_and_utc_means_the_same_to_all() {
    let (east, west) = ("startTime=2025-05-20T11:30:02%2B0530", "endTime=2025-05-20T00:30:01-05:30");
    for (offsets, of_east, of_west) in [(Offsets::Honoured, "c", "a"), (Offsets::Ignored, "", "")] {
        let mock = with_offsets(offsets);
        assert_eq!(mock.logs(east).await.identifiers().concat(), of_east, "{offsets}");
        assert_eq!(mock.logs(west).await.identifiers().concat(), of_west, "{offsets}");
    }
    for offsets in Offsets::ALL {
        let mock = with_offsets(offsets);
        for utc in ["startTime=2025-05-20T06:00:02Z", "startTime=2025-05-20T06:00:02", "startTime=2025-05-20T06:00:02z"]
        {
            assert_eq!(mock.logs(utc).await.identifiers(), ["c"], "{offsets}: {utc}");
        }
    }
}

/// TIME-OFFSET
#[tokio::test]
async fn a_message_about_an_offset_says_how_it_is_read_and_what_to_send() {
    let mut messages = Vec::new();
    for offsets in Offsets::ALL {
        let mock = with_offsets(offsets);
        let refused = mock.logs("startTime=2025-05-20T12:21:43%2B05:30&endTime=2025-05-21T00:00:00%2B00:00").await;
        let journal = &mock.admin_get("/requests").await["requests"][0];
        let findings = journal["findings"].as_array().unwrap().iter();
        let findings: Vec<&str> = findings.map(|finding| finding["message"].as_str().unwrap()).collect();
        messages.push(format!(
            "{offsets}: {}\n  {}\n  {}",
            refused.status.as_u16(),
            findings.join("\n  "),
            journal["parsedQuery"]
        ));
    }
    insta::assert_snapshot!(messages.join("\n"));
}

/// TIME-OFFSET: a record keeps how its query was read, whatever the setting is later.
#[tokio::test]
async fn the_journal_reads_an_offset_as_the_server_did() {
    let mock = with_offsets(Offsets::Ignored);
    mock.logs("startTime=2025-05-20T06:00:02%2B05:30").await.ok();
    mock.admin("PATCH", "/settings", json!({"offsets": "honoured"})).await.ok();
    mock.logs("startTime=2025-05-20T06:00:02%2B05:30").await.ok();
    let journal = mock.admin_get("/requests").await;
    let parsed = |number: usize| journal["requests"][number]["parsedQuery"]["startTime"].as_str().unwrap().to_owned();
    assert_eq!([parsed(0), parsed(1)], ["2025-05-20T00:30:02Z", "2025-05-20T06:00:02Z"]);
    assert_eq!(mock.admin_get("/requests/count?startTime=2025-05-20T06:00:02Z").await["count"], 1);
}

/// TIME-FORMS: older official clients do not escape the plus of an offset.
#[tokio::test]
async fn a_space_from_an_unescaped_plus_is_read_as_a_plus() {
    for query in [
        "startTime=2025-05-20T11:30:02+05:30",
        "startTime=2025-05-20T11:30:02%2005:30",
        "startTime=2025-05-20T11:30:02+0530",
    ] {
        assert_eq!(three().logs(query).await.identifiers(), ["c"], "{query}");
    }
    assert_eq!(three().logs("startTime=2025-05-20+06:00:02").await.status, 400);
}

proptest! {
    /// RES-FRACTION
    #[test]
    fn a_formatted_time_parses_to_the_same_instant(seconds in -62_167_219_200_i64..=253_402_300_799, nanos in 0_i64..1_000_000_000) {
        let distance = chrono::TimeDelta::seconds(seconds) + chrono::TimeDelta::nanoseconds(nanos);
        let instant = time("1970-01-01T00:00:00Z").checked_add(distance).unwrap();
        prop_assert_eq!(instant.to_string().parse(), Ok(instant));
    }

    /// PARAM-INVALID: an accepted text can be formatted and parsed again.
    #[test]
    fn the_parser_never_panics(text in "[0-9TtZz:.+ -]{0,40}|\\PC{0,40}|[0-9]{4}-[01][0-9]-[0-3][0-9]T[0-2][0-9]:[0-6][0-9](:[0-6][0-9])?([+-][0-9]{4})?") {
        if let Ok(instant) = text.parse::<Timestamp>() {
            prop_assert_eq!(instant.to_string().parse(), Ok(instant));
        }
    }
}
