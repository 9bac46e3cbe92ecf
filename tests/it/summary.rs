//! Summaries of queries, compared with a naive model, and their parameters.

use std::collections::BTreeMap;

use axum::body::to_bytes;
use axum::http::Request;
use cortex_audit_mock::Config;
use cortex_audit_mock::contract::{
    ACTOR_REQUEST_TYPES, Action, ActorType, Entry, FilterField, OBJECT_TYPES, Query, Timestamp,
};
use cortex_audit_mock::internal::store::{Counted, Store, Summary, Timeline};
use flate2::read::GzDecoder;
use proptest::prelude::*;
use proptest::sample::select;
use serde_json::{Value, json};

use crate::store::{appended, value};
use crate::support::strategies::{entries, queries};
use crate::support::{NOW, TestMock, time};

/// Multiplies the distance of an instant from the start, in nanoseconds, by a step.
fn stretched(instant: Timestamp, step: chrono::TimeDelta) -> Timestamp {
    let (from, nanos) = (time(NOW), |at: Timestamp| i64::try_from(at.since(time("2025-05-20T00:00:00Z")).as_nanos()));
    let steps = i32::try_from(nanos(instant).unwrap() - nanos(from).unwrap()).unwrap();
    from.checked_add(step * steps).unwrap()
}

fn step() -> impl Strategy<Value = chrono::TimeDelta> {
    let all = [
        chrono::TimeDelta::nanoseconds(1),
        chrono::TimeDelta::milliseconds(999),
        chrono::TimeDelta::seconds(7),
        chrono::TimeDelta::minutes(41),
        chrono::TimeDelta::hours(26),
        chrono::TimeDelta::days(40_000),
    ];
    select(all.to_vec())
}

fn passes(entry: &Entry, query: &Query) -> bool {
    query.start_time.is_none_or(|start| entry.timestamp >= start)
        && query.end_time.is_none_or(|end| entry.timestamp <= end)
        && query.filters.matches(entry)
}

/// Counts the values of a field in the matches of a query, with known values of count 0; by count, then by name.
fn counted(all: &[Entry], query: &Query, field: FilterField, known: &[&str], most: usize) -> Vec<Counted<String>> {
    let query = Query { filters: query.filters.clone().without(field), ..query.clone() };
    let mut counts: BTreeMap<String, usize> = known.iter().map(|word| ((*word).to_owned(), 0)).collect();
    for word in all.iter().filter(|entry| passes(entry, &query)).filter_map(|entry| value(entry, field)) {
        *counts.entry(word.to_owned()).or_default() += 1;
    }
    let mut counts: Vec<_> = counts.into_iter().map(|(value, count)| Counted { value, count }).collect();
    counts.sort_by_key(|counted| std::cmp::Reverse(counted.count));
    counts.truncate(most);
    counts
}

/// The published values of a field, and those of the entries.
fn words<'a>(published: &[&'a str], all: &'a [Entry], field: FilterField) -> Vec<&'a str> {
    published.iter().copied().chain(all.iter().filter_map(|entry| value(entry, field))).collect()
}

fn check(summary: &Summary, all: &[Entry], query: &Query) -> Result<(), TestCaseError> {
    let hits: Vec<&Entry> = all.iter().filter(|entry| passes(entry, query)).collect();
    prop_assert_eq!(summary.total, hits.len());
    prop_assert_eq!(summary.first, hits.iter().map(|entry| entry.timestamp).min());
    prop_assert_eq!(summary.last, hits.iter().map(|entry| entry.timestamp).max());

    let requests = words(&ACTOR_REQUEST_TYPES, all, FilterField::ActorRequestTypes);
    let objects = words(&OBJECT_TYPES, all, FilterField::ObjectTypes);
    for field in FilterField::ALL {
        let (known, most) = match field {
            FilterField::Actions => (&Action::WORDS[..], usize::MAX),
            FilterField::ActorTypes => (&ActorType::WORDS[..], usize::MAX),
            FilterField::ActorRequestTypes => (&requests[..], usize::MAX),
            FilterField::ObjectTypes => (&objects[..], usize::MAX),
            _ => (&[][..], Summary::MAX_VALUES),
        };
        prop_assert_eq!(&summary.values[&field], &counted(all, query, field, known, most), "{}", field);
    }

    let mut actors: BTreeMap<Option<String>, usize> = BTreeMap::new();
    for entry in &hits {
        *actors.entry(entry.actor_identifier.clone()).or_default() += 1;
    }
    let mut actors: Vec<_> = actors.into_iter().map(|(value, count)| Counted { value, count }).collect();
    actors.sort_by_key(|counted| std::cmp::Reverse(counted.count));
    actors.truncate(Summary::MAX_ACTORS);
    prop_assert_eq!(&summary.actors, &actors);
    check_timeline(&summary.timeline, &hits, query)
}

fn check_timeline(timeline: &Timeline, hits: &[&Entry], query: &Query) -> Result<(), TestCaseError> {
    let start = query.start_time.or_else(|| hits.iter().map(|entry| entry.timestamp).min());
    let end = query.end_time.or_else(|| hits.iter().map(|entry| entry.timestamp).max());
    prop_assert_eq!((timeline.start, timeline.end), (start, end));
    let (Some(start), Some(end), true) = (start, end, start <= end) else {
        prop_assert!(hits.is_empty() && timeline.buckets.is_empty());
        prop_assert_eq!(timeline.bucket_seconds, None);
        return Ok(());
    };
    let seconds = timeline.bucket_seconds.unwrap();
    let width = i64::try_from(seconds * 1000).unwrap();
    let starts: Vec<i64> = timeline.buckets.iter().map(|bucket| bucket.start.unix_millis()).collect();
    prop_assert!(starts.len() <= 80 && (starts.len() >= 40 || seconds == 1), "{seconds}: {}", starts.len());
    prop_assert!(starts.iter().all(|start| start.rem_euclid(width) == 0));
    prop_assert!(starts.windows(2).all(|two| two[1] - two[0] == width));
    prop_assert!((starts[0]..starts[0] + width).contains(&start.unix_millis()));
    let last = starts[starts.len() - 1];
    prop_assert!((last..last + width).contains(&end.unix_millis()));
    for bucket in &timeline.buckets {
        let from = bucket.start.unix_millis();
        let count = |action: Action| {
            let within = |at: Timestamp| (from..from + width).contains(&at.unix_millis());
            hits.iter().filter(|entry| entry.action == action && within(entry.timestamp)).count()
        };
        let expected = [Action::Create, Action::Update, Action::Delete].map(count);
        prop_assert_eq!([bucket.create, bucket.update, bucket.delete], expected);
    }
    Ok(())
}

/// A store with some of the entries from the start and the others appended, their times stretched by a step.
fn stored(mut all: Vec<Entry>, cuts: &[usize], step: chrono::TimeDelta) -> (Store, Vec<Entry>) {
    for entry in &mut all {
        entry.timestamp = stretched(entry.timestamp, step);
    }
    let mut cuts: Vec<usize> = cuts.iter().map(|cut| (*cut).min(all.len())).collect();
    cuts.sort_unstable();
    cuts.push(all.len());
    (appended(&all, &cuts), all)
}

fn asked(query: Query, step: chrono::TimeDelta) -> Query {
    let stretch = |at: Option<Timestamp>| at.map(|at| stretched(at, step));
    Query { start_time: stretch(query.start_time), end_time: stretch(query.end_time), ..query }
}

proptest! {
    #![proptest_config(crate::support::cases(256))]

    #[test]
    fn a_summary_is_that_of_the_naive_model(
        entries in entries(0..60),
        cuts in prop::collection::vec(0_usize..60, 0..4),
        step in step(),
        queries in prop::collection::vec(queries(12), 1..6),
    ) {
        let (store, all) = stored(entries, &cuts, step);
        for query in queries {
            let query = asked(query, step);
            check(&store.summary(query.start_time, query.end_time, &query.filters), &all, &query)?;
        }
    }
}

proptest! {
    // Each case has a thousand entries.
    #![proptest_config(crate::support::cases(12))]

    /// With several segments, and more values than a summary lists.
    #[test]
    fn a_summary_of_several_segments_is_that_of_the_naive_model(
        mut entries in entries(1000..1500),
        first in 0_usize..1000,
        step in step(),
        queries in prop::collection::vec(queries(12), 4),
    ) {
        for (number, entry) in entries.iter_mut().enumerate() {
            entry.object_identifier = format!("{}-{}", entry.object_identifier, number * number % 97);
            entry.actor_identifier = entry.actor_identifier.take().map(|name| format!("{name}-{}", number % 7));
        }
        let cuts: Vec<usize> = (first..entries.len()).step_by(90).collect();
        let (store, all) = stored(entries, &cuts, step);
        for query in queries {
            let query = asked(query, step);
            check(&store.summary(query.start_time, query.end_time, &query.filters), &all, &query)?;
        }
    }
}

fn entry(timestamp: &str, action: &str, actor: Option<&str>, object: &str) -> Value {
    let mut entry = json!({"timestamp": timestamp, "action": action, "objectType": "TEAM", "objectIdentifier": object});
    if let Some(actor) = actor {
        entry["actorIdentifier"] = json!(actor);
        entry["ipAddress"] = json!("192.0.2.7");
    }
    entry
}

fn four() -> TestMock {
    TestMock::with_entries(&json!([
        entry("2025-05-20T10:00:30Z", "CREATE", Some("ada@x.example"), "one"),
        entry("2025-05-20T10:01:00.250Z", "UPDATE", Some("ada@x.example"), "two"),
        entry("2025-05-20T10:01:00.750Z", "UPDATE", None, "two"),
        entry("2025-05-20T10:01:05Z", "DELETE", Some("terraform"), "one"),
    ]))
}

/// The values with a count above 0.
fn met(values: &Value) -> Vec<(&str, u64)> {
    let all = values.as_array().unwrap().iter();
    all.map(|each| (each["value"].as_str().unwrap(), each["count"].as_u64().unwrap()))
        .filter(|(_, count)| *count > 0)
        .collect()
}

#[tokio::test]
async fn every_member_has_its_meaning() {
    let summary = four().admin_get("/summary").await;
    let members: Vec<&String> = summary.as_object().unwrap().keys().collect();
    assert_eq!(members, ["actors", "first", "last", "timeline", "total", "values"]);
    assert_eq!(summary["total"], 4);
    assert_eq!(summary["first"], "2025-05-20T10:00:30Z");
    assert_eq!(summary["last"], "2025-05-20T10:01:05Z");

    let values = &summary["values"];
    assert_eq!(
        values["actions"],
        json!([
            {"value": "UPDATE", "count": 2},
            {"value": "CREATE", "count": 1},
            {"value": "DELETE", "count": 1},
            {"value": "READ", "count": 0},
        ])
    );
    assert_eq!(met(&values["actorTypes"]), [("OAUTH2", 2), ("ANONYMOUS", 1), ("API_KEY", 1)]);
    assert_eq!(values["actorTypes"].as_array().unwrap().len(), ActorType::ALL.len());
    assert_eq!(met(&values["actorRequestTypes"]), []);
    assert_eq!(values["actorRequestTypes"].as_array().unwrap().len(), ACTOR_REQUEST_TYPES.len());
    assert_eq!(met(&values["objectTypes"]), [("TEAM", 4)]);
    assert_eq!(values["objectTypes"].as_array().unwrap().len(), OBJECT_TYPES.len());
    assert_eq!(values["objectIdentifiers"], json!([{"value": "one", "count": 2}, {"value": "two", "count": 2}]));
    assert_eq!(values["actorEmails"], json!([{"value": "ada@x.example", "count": 2}]));
    assert_eq!(values["actorApiKeyIdentifiers"], json!([{"value": "terraform", "count": 1}]));
    assert_eq!(values["actorIpAddresses"], json!([{"value": "192.0.2.7", "count": 3}]));
    assert_eq!(values.as_object().unwrap().len(), FilterField::ALL.len());

    assert_eq!(
        summary["actors"],
        json!([
            {"value": "ada@x.example", "count": 2},
            {"value": null, "count": 1},
            {"value": "terraform", "count": 1},
        ])
    );
    let timeline = &summary["timeline"];
    assert_eq!(timeline["start"], "2025-05-20T10:00:30Z");
    assert_eq!(timeline["end"], "2025-05-20T10:01:05Z");
    assert_eq!(timeline["bucketSeconds"], 1);
    let buckets = timeline["buckets"].as_array().unwrap();
    assert_eq!(buckets.len(), 36);
    assert_eq!(buckets[0], json!({"start": "2025-05-20T10:00:30Z", "CREATE": 1, "UPDATE": 0, "DELETE": 0}));
    assert_eq!(buckets[1], json!({"start": "2025-05-20T10:00:31Z", "CREATE": 0, "UPDATE": 0, "DELETE": 0}));
    assert_eq!(buckets[30], json!({"start": "2025-05-20T10:01:00Z", "CREATE": 0, "UPDATE": 2, "DELETE": 0}));
    assert_eq!(buckets[35], json!({"start": "2025-05-20T10:01:05Z", "CREATE": 0, "UPDATE": 0, "DELETE": 1}));
}

#[tokio::test]
async fn a_filter_does_not_restrict_its_own_values() {
    let mock = four();
    let summary = mock.admin_get("/summary?actions=UPDATE&actions=CREATE&objectIdentifiers=two,none").await;
    assert_eq!(summary["total"], 2);
    assert_eq!(met(&summary["values"]["actions"]), [("UPDATE", 2)], "of the object alone");
    let identifiers = &summary["values"]["objectIdentifiers"];
    assert_eq!(met(identifiers), [("two", 2), ("one", 1)], "of the actions alone");
    assert_eq!(met(&summary["values"]["actorTypes"]), [("ANONYMOUS", 1), ("OAUTH2", 1)], "of both");
    let whole = mock.logs("actions=UPDATE&actions=CREATE&objectIdentifiers=two,none").await.ok();
    assert_eq!(whole["total"], summary["total"]);
}

#[tokio::test]
async fn values_are_searched_in_any_case_and_counted_as_ever() {
    let mock = four();
    let found = mock.admin_get("/summary?contains=Te").await;
    let values = &found["values"];
    assert_eq!(met(&values["objectTypes"]), [("TEAM", 4)]);
    assert_eq!(values["actorApiKeyIdentifiers"], json!([{"value": "terraform", "count": 1}]));
    assert_eq!(values["objectIdentifiers"], json!([]));
    assert_eq!(met(&values["actions"]), [("UPDATE", 2), ("CREATE", 1), ("DELETE", 1)]);
    assert_eq!(found["actors"], json!([{"value": "terraform", "count": 1}]));
    let (total, all) = (&found["total"], mock.admin_get("/summary").await);
    assert_eq!((total, &found["timeline"]), (&all["total"], &all["timeline"]), "only the values are restricted");
    assert_eq!(mock.admin_get("/summary?contains=").await, all, "every text contains the empty one");
}

#[tokio::test]
async fn a_search_lists_more_values_than_a_summary() {
    let mock = TestMock::default();
    let entries: Vec<Value> = (0..250)
        .map(|n| json!({"action": "UPDATE", "objectType": "TEAM", "objectIdentifier": format!("team-{n:03}"), "timestamp": "now"}))
        .collect();
    mock.admin("POST", "/audit-logs", Value::from(entries)).await.created();
    let count = async |query: &str| {
        mock.admin_get(&format!("/summary?{query}")).await["values"]["objectIdentifiers"].as_array().unwrap().len()
    };
    assert_eq!(count("objectTypes=TEAM").await, 20);
    assert_eq!(count("objectTypes=TEAM&contains=").await, 200);
    assert_eq!(count("objectTypes=TEAM&contains=TEAM-00").await, 10);
}

#[tokio::test]
async fn the_timeline_covers_the_requested_range() {
    let mock = four();
    let timeline = mock.admin_get("/summary?startTime=2025-05-13T12:00:00Z&endTime=2025-05-27T12:00:00Z").await;
    let timeline = &timeline["timeline"];
    assert_eq!((&timeline["start"], &timeline["bucketSeconds"]), (&json!("2025-05-13T12:00:00Z"), &json!(21600)));
    let buckets = timeline["buckets"].as_array().unwrap();
    assert_eq!((buckets.len(), &buckets[0]["start"]), (57, &json!("2025-05-13T12:00:00Z")));
    assert_eq!(buckets[27], json!({"start": "2025-05-20T06:00:00Z", "CREATE": 1, "UPDATE": 2, "DELETE": 1}));

    for (query, start, end, count) in [
        ("startTime=2025-05-20T10:01:05Z", json!("2025-05-20T10:01:05Z"), json!("2025-05-20T10:01:05Z"), 1),
        ("startTime=2026-01-01T00:00:00Z", json!("2026-01-01T00:00:00Z"), Value::Null, 0),
        ("endTime=2024-01-01T00:00:00Z", Value::Null, json!("2024-01-01T00:00:00Z"), 0),
        ("objectTypes=SERVICE", Value::Null, Value::Null, 0),
        (
            "startTime=2026-01-01T00:00:00Z&endTime=2026-01-01T00:00:59Z",
            json!("2026-01-01T00:00:00Z"),
            json!("2026-01-01T00:00:59Z"),
            60,
        ),
        (
            "startTime=2026-01-01T00:00:00Z&endTime=2025-01-01T00:00:00Z",
            json!("2026-01-01T00:00:00Z"),
            json!("2025-01-01T00:00:00Z"),
            0,
        ),
    ] {
        let timeline = mock.admin_get(&format!("/summary?{query}")).await["timeline"].clone();
        assert_eq!((&timeline["start"], &timeline["end"]), (&start, &end), "{query}");
        assert_eq!(timeline["buckets"].as_array().unwrap().len(), count, "{query}");
    }
    let widest = mock.admin_get("/summary?startTime=0000-01-01T00:00:00Z&endTime=9999-12-31T23:59:59Z").await;
    let buckets = widest["timeline"]["buckets"].as_array().unwrap();
    assert!((40..=80).contains(&buckets.len()), "{}", buckets.len());
    assert_eq!(buckets[0]["start"], "0000-01-01T00:00:00Z");
}

#[tokio::test]
async fn an_empty_store_has_counts_of_zero_and_every_known_value() {
    let mock = TestMock::with_config(Config { entries: Vec::new(), ..Config::default() });
    let summary = mock.admin_get("/summary").await;
    assert_eq!((&summary["total"], &summary["first"], &summary["last"]), (&json!(0), &Value::Null, &Value::Null));
    assert_eq!(summary["actors"], json!([]));
    assert_eq!(summary["timeline"], json!({"start": null, "end": null, "bucketSeconds": null, "buckets": []}));
    assert_eq!(summary["values"]["objectTypes"].as_array().unwrap().len(), OBJECT_TYPES.len());
}

#[tokio::test]
async fn errors_are_those_of_the_audit_logs() {
    let mock = TestMock::default();
    for query in [
        "actions=created",
        "actorTypes=OAUTH",
        "startTime=yesterday",
        "startTime=2025-05-20",
        "endTime=now-1h",
        "startTime=2025-05-20T00:00:00Z&startTime=2025-05-21T00:00:00Z",
        "objectIdentifiers=%zz",
        "actions=created&endTime=soon&session=other",
    ] {
        let message = mock.admin("GET", &format!("/summary?{query}"), "").await.details(400);
        let query = query.trim_end_matches("&session=other");
        assert_eq!(message, mock.logs(query).await.details(400), "{query}");
    }
    mock.admin_get("/summary?objectTypes=servcie").await;
    mock.admin("PATCH", "/settings", json!({"strict": true})).await.ok();
    let message = mock.admin("GET", "/summary?objectTypes=servcie", "").await.details(400);
    assert_eq!(message, mock.logs("objectTypes=servcie").await.details(400));
    mock.admin_get("/summary?session=other&objectTypes=servcie").await;
}

#[tokio::test]
async fn unknown_parameters_are_refused() {
    let mock = TestMock::default();
    for (query, message) in [
        ("page=1", "\"page\" is not a parameter of this call"),
        ("pageSize=1", "\"pageSize\" is not a parameter of this call"),
        ("objectType=TEAM", "Did you mean \"objectTypes\"?"),
        ("session=a&session=b", "\"session\" is given twice."),
        ("session=a/b", "a session name is"),
        ("session=mock-admin~a", "takes what stands behind the ~"),
    ] {
        let details = mock.admin("GET", &format!("/summary?{query}"), "").await.details(400);
        assert!(details.contains(message), "{query}: {details}");
    }
}

#[tokio::test]
async fn it_covers_the_session_and_its_due_entries() {
    let mock = four();
    mock.admin("DELETE", "/audit-logs?session=other", "").await.ok();
    assert_eq!(mock.admin_get("/summary?s%65ssion=other&objectTypes=TEAM").await["total"], 0);
    assert_eq!(mock.admin_get("/summary?object%54ypes=TEAM&objectTypes=").await["total"], 4);
    assert_eq!(mock.admin_get("/summary?object%54ypes=SERVICE").await["total"], 0);
    mock.admin("PUT", "/live", json!({"rate": "6/min"})).await.ok();
    mock.admin("POST", "/clock/advance", json!({"by": "1m"})).await.ok();
    assert_eq!(mock.admin_get("/summary").await["total"], 10);
}

#[test]
fn a_new_value_of_an_entry_is_known() {
    let mock = four();
    let world = mock.mock.world();
    world.append_json(&entry(NOW, "CREATE", None, "one").to_string().replace("TEAM", "PLUGIN")).unwrap();
    let summary = world.summary(&Query::default());
    assert!(summary.values[&FilterField::ObjectTypes].contains(&Counted { value: "PLUGIN".to_owned(), count: 1 }));
    let elsewhere = Query { start_time: Some(time("2030-01-01T00:00:00Z")), ..Query::default() };
    let summary = world.summary(&elsewhere);
    assert!(summary.values[&FilterField::ObjectTypes].contains(&Counted { value: "PLUGIN".to_owned(), count: 0 }));
}

#[tokio::test]
async fn a_client_that_accepts_gzip_gets_the_same_summary_in_fewer_bytes() {
    let mock = TestMock::default();
    let plain = mock.admin_get("/summary").await;
    let request = Request::get("/__admin/summary").header("Accept-Encoding", "gzip, deflate");
    let (parts, body) = mock.send_unchecked(request).await.into_parts();
    assert_eq!(
        (&parts.headers["content-encoding"], &parts.headers["vary"]),
        (&"gzip".parse().unwrap(), &"Accept-Encoding".parse().unwrap())
    );
    let compressed = to_bytes(body, usize::MAX).await.unwrap();
    assert!(compressed.len() < plain.to_string().len() / 3, "{} bytes", compressed.len());
    assert_eq!(serde_json::from_reader::<_, Value>(GzDecoder::new(&*compressed)).unwrap(), plain);
}
