//! Pages of audit logs: format, order, totals, paging.

use std::collections::BTreeSet;

use axum::http::{Method, Request};
use cortex_audit_mock::contract::{Action, Actor, ActorType, Entry, Timestamp};
use proptest::prelude::*;
use serde_json::{Value, json};

use crate::support::TestMock;

/// The fields of an entry of a response, of which the last two may be absent.
const PUBLISHED_FIELDS: [&str; 6] =
    ["action", "objectIdentifier", "objectType", "timestamp", "actorIdentifier", "ipAddress"];

fn entry(identifier: &str, timestamp: &str) -> Value {
    json!({"action": "UPDATE", "objectIdentifier": identifier, "objectType": "SERVICE", "timestamp": timestamp})
}

/// RES-PAGE
#[tokio::test]
async fn a_page_has_exactly_the_four_published_members() {
    let page = TestMock::default().logs("").await.ok();
    let members: Vec<&String> = page.as_object().unwrap().keys().collect();
    assert_eq!(members, ["logs", "page", "total", "totalPages"]);
    assert_eq!(page.as_object().unwrap().values().filter(|value| value.is_array()).count(), 1, "the client needs one");
}

/// PAGE-BOUNDS, RES-TOTALS
#[tokio::test]
async fn without_parameters_the_page_has_the_first_250_entries() {
    let page = TestMock::default().logs("").await.ok();
    assert_eq!(page["logs"].as_array().unwrap().len(), 250);
    assert_eq!((&page["page"], &page["total"], &page["totalPages"]), (&json!(0), &json!(640), &json!(3)));
}

/// PAGE-BOUNDS
#[tokio::test]
async fn a_page_holds_1_to_1000_entries_and_counts_from_0() {
    let mock = TestMock::default();
    assert_eq!(mock.logs("pageSize=1").await.ok()["logs"].as_array().unwrap().len(), 1);
    assert_eq!(mock.logs("pageSize=1000").await.ok()["logs"].as_array().unwrap().len(), 640);
    assert_eq!(mock.logs("page=2147483647&pageSize=1000").await.ok()["page"], 2_147_483_647);
    let first = mock.logs("page=0&pageSize=3").await.identifiers();
    assert_eq!(mock.logs("pageSize=3").await.identifiers(), first);
}

/// RES-TOTALS
#[tokio::test]
async fn a_page_past_the_end_is_empty_with_the_true_totals() {
    let page = TestMock::default().logs("page=3").await.ok();
    assert_eq!(page, json!({"logs": [], "page": 3, "total": 640, "totalPages": 3}));
}

/// RES-TOTALS
#[tokio::test]
async fn without_a_match_there_are_no_pages() {
    let page = TestMock::default().logs("objectIdentifiers=no-such-thing").await.ok();
    assert_eq!(page, json!({"logs": [], "page": 0, "total": 0, "totalPages": 0}));
}

/// RES-ENTRY, RES-ACTOR
#[tokio::test]
async fn an_entry_has_the_published_fields_and_never_a_null() {
    let page = TestMock::default().logs("pageSize=1000").await.ok();
    let (mut with_actor, mut without_actor, mut without_address) = (0, 0, 0);
    for entry in page["logs"].as_array().unwrap() {
        let entry = entry.as_object().unwrap();
        for required in ["action", "objectIdentifier", "objectType", "timestamp"] {
            assert!(entry[required].is_string(), "{required} of {entry:?}");
        }
        assert!(["CREATE", "UPDATE", "DELETE"].contains(&entry["action"].as_str().unwrap()));
        for (name, value) in entry {
            assert!(value.is_string(), "{name} of {entry:?}");
            assert!(PUBLISHED_FIELDS.contains(&name.as_str()), "{name} of {entry:?}");
        }
        with_actor += usize::from(entry.contains_key("actorIdentifier"));
        without_actor += usize::from(!entry.contains_key("actorIdentifier"));
        without_address += usize::from(!entry.contains_key("ipAddress"));
    }
    assert!(with_actor > 0 && without_actor > 0 && without_address > 0);
}

/// RES-ENTRY: a page serialized by a Rust caller has only these fields, too. Every field
/// is set, so a new one does not compile here until it has a value, and one that only filters see needs `#[serde(skip)]`.
#[test]
fn a_serialized_entry_has_only_the_published_fields() {
    let text = || "a text".to_owned();
    let entry = Entry {
        action: Action::Create,
        actor_identifier: Some(text()),
        ip_address: Some(text()),
        object_identifier: text(),
        object_type: text(),
        timestamp: Timestamp::EPOCH,
        actor: Actor {
            kind: ActorType::ApiKey,
            request_type: Some(text()),
            email: Some(text()),
            api_key_identifier: Some(text()),
        },
    };
    let json = serde_json::to_value(entry).unwrap();
    let fields: BTreeSet<&str> = json.as_object().unwrap().keys().map(String::as_str).collect();
    assert_eq!(fields, BTreeSet::from(PUBLISHED_FIELDS));
}

/// RES-TIMESTAMP, RES-FRACTION
#[tokio::test]
async fn a_timestamp_is_formatted_like_java_time_instant() {
    let given = [
        ("2025-05-20T06:51:43Z", "2025-05-20T06:51:43Z"),
        ("2025-05-20T06:51:43.000Z", "2025-05-20T06:51:43Z"),
        ("2025-05-20T06:51:43.2Z", "2025-05-20T06:51:43.200Z"),
        ("2025-05-20T06:51:43.235Z", "2025-05-20T06:51:43.235Z"),
        ("2025-05-20T06:51:43.2351Z", "2025-05-20T06:51:43.235100Z"),
        ("2025-05-20T06:51:43.235123456Z", "2025-05-20T06:51:43.235123456Z"),
        ("2025-05-20T08:51:00+02:00", "2025-05-20T06:51:00Z"),
        ("2025-05-21T00:00:00.000001Z", "2025-05-21T00:00:00.000001Z"),
        ("2025-05-21T00:00:00.02Z", "2025-05-21T00:00:00.020Z"),
        ("1970-01-01T00:00:00Z", "1970-01-01T00:00:00Z"),
        ("1969-12-31T23:59:59.001002Z", "1969-12-31T23:59:59.001002Z"),
        ("0000-01-01T00:00:00Z", "0000-01-01T00:00:00Z"),
        ("9999-12-31T23:59:59.999999999Z", "9999-12-31T23:59:59.999999999Z"),
    ];
    for (timestamp, printed) in given {
        let page = TestMock::with_entries(&json!([entry("a", timestamp)])).logs("").await.ok();
        assert_eq!(page["logs"][0]["timestamp"], printed, "{timestamp}");
    }
}

/// RES-ORDER
#[tokio::test]
async fn entries_are_newest_first_and_equal_timestamps_in_insertion_order() {
    let mock = TestMock::with_entries(&json!([
        entry("old", "2025-01-01T00:00:00Z"),
        entry("same-1", "2025-03-01T00:00:00Z"),
        entry("new", "2025-04-01T00:00:00.000000001Z"),
        entry("same-2", "2025-03-01T01:00:00+01:00"),
        entry("nearly-new", "2025-04-01T00:00:00Z"),
        entry("same-3", "2025-03-01T00:00:00Z"),
    ]));
    let expected = ["new", "nearly-new", "same-1", "same-2", "same-3", "old"];
    assert_eq!(mock.logs("").await.identifiers(), expected);
    assert_eq!(mock.logs("").await.identifiers(), expected, "the order is the same at each request");
}

#[tokio::test]
async fn head_has_the_headers_of_get_and_no_body() {
    let mock = TestMock::default();
    let request = |method| Request::builder().method(method).header("Authorization", "Bearer mock-admin");
    let get = mock.send(request(Method::GET).uri("/api/v1/audit-logs?pageSize=5")).await;
    let head = mock.send(request(Method::HEAD).uri("/api/v1/audit-logs?pageSize=5")).await;
    assert_eq!(head.status, get.status);
    assert_eq!(head.header("content-type"), get.header("content-type"));
    assert_eq!(head.header("content-length").unwrap(), get.body.len().to_string());
}

#[tokio::test]
async fn head_of_an_error_has_its_headers_and_no_body() {
    let mock = TestMock::default();
    let head = mock.send(Request::head("/api/v1/audit-logs")).await;
    let get = mock.send(Request::get("/api/v1/audit-logs")).await;
    assert_eq!(head.status, 401);
    assert_eq!(head.header("www-authenticate"), Some("Bearer"));
    assert_eq!(head.header("content-length").unwrap(), get.body.len().to_string());
}

#[tokio::test]
async fn the_same_clock_gives_the_same_bytes_on_every_instance() {
    let (one, other) = (TestMock::default(), TestMock::default());
    for query in ["", "page=2", "pageSize=7&actions=DELETE", "objectTypes=TEAM,SERVICE&page=1&pageSize=10"] {
        assert_eq!(one.logs(query).await.body, other.logs(query).await.body, "{query}");
    }
}

proptest! {
    #![proptest_config(crate::support::cases(24))]

    /// RES-TOTALS: any page size concatenates to the same list.
    #[test]
    fn pages_of_any_size_concatenate_to_the_same_list(size in 1_usize..=300, deletes in any::<bool>()) {
        let runtime = tokio::runtime::Builder::new_current_thread().build().unwrap();
        runtime.block_on(async {
            let mock = TestMock::default();
            let filter = if deletes { "&actions=DELETE" } else { "" };
            let whole = mock.logs(&format!("pageSize=1000{filter}")).await.ok();
            let mut read = Vec::new();
            let mut page = 0;
            loop {
                let part = mock.logs(&format!("page={page}&pageSize={size}{filter}")).await.ok();
                assert_eq!(part["total"], whole["total"]);
                assert_eq!(part["totalPages"], whole["total"].as_u64().unwrap().div_ceil(size as u64));
                read.extend(part["logs"].as_array().unwrap().clone());
                page += 1;
                if part["totalPages"] == page {
                    break;
                }
                assert_eq!(part["logs"].as_array().unwrap().len(), size, "only the last page may be short");
            }
            assert_eq!(&read, whole["logs"].as_array().unwrap());
        });
    }
}
