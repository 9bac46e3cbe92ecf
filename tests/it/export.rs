//! The entries of a session as a fixture: `GET /__admin/audit-logs`.

use axum::body::to_bytes;
use axum::http::Request;
use cortex_audit_mock::contract::{FilterField, Query};
use cortex_audit_mock::internal::fixture::FileEntry;
use cortex_audit_mock::{Config, EntrySource};
use proptest::prelude::*;
use serde_json::{Value, json};
use tokio::runtime::Builder;

use crate::support::strategies::{entries, queries};
use crate::support::{NOW, TestMock, cases};

/// Content type and body of an export.
async fn export(mock: &TestMock, query: &str) -> (String, String) {
    let response = mock.send_unchecked(Request::get(format!("/__admin/audit-logs?{query}"))).await;
    assert_eq!(response.status(), 200);
    let content_type = response.headers()["content-type"].to_str().unwrap().to_owned();
    let body = to_bytes(response.into_body(), usize::MAX).await.unwrap();
    (content_type, String::from_utf8(body.to_vec()).unwrap())
}

#[tokio::test]
async fn it_has_every_entry_newest_first_with_what_only_filters_compare() {
    let mock = TestMock::with_entries(&json!([
        {"action": "CREATE", "objectIdentifier": "a", "objectType": "TEAM", "timestamp": "2025-05-19T00:00:00.000000001Z"},
        {"action": "UPDATE", "objectIdentifier": "b", "objectType": "TEAM", "timestamp": "now", "actorIdentifier": "ci",
         "ipAddress": "192.0.2.1", "actorType": "PERSONAL_API_KEY", "actorRequestType": "CRON", "actorEmail": "a@example.com",
         "actorApiKeyIdentifier": "other"},
    ]));
    let newest = json!({"action": "UPDATE", "actorIdentifier": "ci", "ipAddress": "192.0.2.1", "objectIdentifier": "b",
        "objectType": "TEAM", "timestamp": NOW, "actorType": "PERSONAL_API_KEY", "actorRequestType": "CRON",
        "actorEmail": "a@example.com", "actorApiKeyIdentifier": "other"});
    let oldest = json!({"action": "CREATE", "objectIdentifier": "a", "objectType": "TEAM",
        "timestamp": "2025-05-19T00:00:00.000000001Z"});
    assert_eq!(mock.admin_get("/audit-logs").await, json!([newest, oldest]));
    assert_eq!(mock.admin_get("/audit-logs?format=json").await, json!([newest, oldest]));
    let (content_type, lines) = export(&mock, "format=ndjson").await;
    assert_eq!(content_type, "application/x-ndjson");
    let lines: Vec<Value> = lines.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
    assert_eq!(lines, [newest, oldest]);
}

#[tokio::test]
async fn a_session_without_entries_has_an_empty_one() {
    let mock = TestMock::with_entries(&json!([]));
    assert_eq!(mock.admin_get("/audit-logs").await, json!([]));
    // An empty file is refused as lost.
    let (_, lines) = export(&mock, "format=ndjson").await;
    assert_eq!(lines, "[]\n");
    mock.admin("POST", "/audit-logs", lines).await.created();
}

#[tokio::test]
async fn an_unknown_format_names_the_known_ones() {
    let mock = TestMock::default();
    let details = mock.admin("GET", "/audit-logs?format=jsonl", "").await.details(400);
    assert_eq!(details, "format: \"jsonl\" is not one of json, ndjson; did you mean \"json\"?");
    let details = mock.admin("GET", "/audit-logs?format=mock-admin", "").await.details(400);
    assert_eq!(details, "format: \"(hidden)\" is not one of json, ndjson.");
}

/// Chunks end between entries, also the last one of a whole number of them.
#[tokio::test]
async fn several_chunks_are_one_document() {
    for count in [999, 1000, 1001, 3000] {
        let source = EntrySource::Generated { count, seed: 3 };
        let mock = TestMock::with_config(Config { entries: vec![source], ..Config::default() });
        let all: Value = serde_json::from_str(&export(&mock, "").await.1).unwrap();
        assert_eq!(all.as_array().unwrap().len() as u64, count);
        assert_eq!(export(&mock, "format=ndjson").await.1.lines().count() as u64, count);
    }
}

/// It is made while it is sent: a change in between is not in it.
#[tokio::test]
async fn a_later_change_does_not_touch_it() {
    let mock = TestMock::default();
    let before = export(&mock, "").await.1;
    let response = mock.send_unchecked(Request::get("/__admin/audit-logs")).await;
    mock.admin(
        "POST",
        "/audit-logs",
        json!({"action": "CREATE", "objectIdentifier": "new", "objectType": "TEAM", "timestamp": "now"}),
    )
    .await
    .created();
    mock.admin("DELETE", "/audit-logs", "").await.ok();
    let body = to_bytes(response.into_body(), usize::MAX).await.unwrap();
    assert_eq!(String::from_utf8(body.to_vec()).unwrap(), before);
}

/// The query string of a query.
fn query_string(query: &Query) -> String {
    let Query { start_time, end_time, page, page_size, filters } = query;
    let times = [("startTime", start_time), ("endTime", end_time)];
    let times = times.into_iter().filter_map(|(name, time)| Some(format!("{name}={}", (*time)?)));
    let filters =
        filters.iter().map(|(field, values): (FilterField, &[String])| format!("{field}={}", values.join(",")));
    [format!("page={page}"), format!("pageSize={page_size}")]
        .into_iter()
        .chain(times)
        .chain(filters)
        .collect::<Vec<_>>()
        .join("&")
}

/// Entries as a fixture.
fn text(entries: &[cortex_audit_mock::contract::Entry]) -> String {
    let lines = entries.iter().map(|entry| serde_json::to_string(&FileEntry(entry)).unwrap());
    format!("[{}]", lines.collect::<Vec<_>>().join(",\n"))
}

proptest! {
    #![proptest_config(cases(64))]

    /// Generated, added and live entries: loaded as a fixture of another server, and added to an empty session of it.
    #[test]
    fn what_loads_it_answers_every_query_with_the_same_bytes(
        initial in entries(0..20),
        added in entries(0..20),
        generated in prop_oneof![Just(0), 1_u64..30],
        is_cleared in prop::bool::weighted(0.2),
        live in any::<bool>(),
        format in prop::sample::select(vec!["json", "ndjson"]),
        queries in prop::collection::vec(queries(60), 1..12),
    ) {
        Builder::new_current_thread().enable_all().build().unwrap().block_on(async {
            let sources = vec![EntrySource::Text(text(&initial)), EntrySource::Generated { count: generated, seed: 5 }];
            let from = TestMock::with_config(Config { entries: sources, ..Config::default() });
            from.admin("POST", "/audit-logs", text(&added)).await.created();
            if is_cleared {
                from.admin("DELETE", "/audit-logs", "").await.ok();
            }
            if live {
                from.admin("PUT", "/live", json!({"rate": "1/s", "lateness": "5s", "burst": 2})).await.ok();
                from.admin("POST", "/clock/advance", json!({"by": "20s"})).await.ok();
            }
            let fixture = export(&from, &format!("format={format}")).await.1;
            let to = TestMock::with_config(Config { entries: vec![EntrySource::Text(fixture.clone())], ..Config::default() });
            to.admin("DELETE", "/audit-logs?session=added", "").await.ok();
            to.admin("POST", "/audit-logs?session=added", &fixture).await.created();
            for query in &queries {
                let path = format!("/api/v1/audit-logs?{}", query_string(query));
                let answer = from.get(&path).await.text();
                prop_assert_eq!(&to.get(&path).await.text(), &answer, "{}", path);
                prop_assert_eq!(&to.get_as("mock-admin~added", &path).await.text(), &answer, "{}", path);
            }
            prop_assert_eq!(export(&to, &format!("format={format}")).await.1, fixture);
            Ok(())
        })?;
    }
}
