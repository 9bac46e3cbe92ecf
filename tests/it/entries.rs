//! Entries added and removed through the control plane: all of a body, or none.

use axum::body::Body;
use axum::http::Request;
use cortex_audit_mock::world::Scenario;
use cortex_audit_mock::{Config, EntrySource, Rate};
use serde_json::{Value, json};

use crate::support::process::binary;
use crate::support::{TestMock, capture_log, size};

fn entry(identifier: &str) -> Value {
    json!({"action": "CREATE", "objectIdentifier": identifier, "objectType": "TEAM", "timestamp": "now"})
}

fn empty() -> TestMock {
    TestMock::with_entries(&json!([]))
}

#[tokio::test]
async fn an_object_an_array_ndjson_and_a_page_are_accepted_alike() {
    let (a, b) = (entry("a").to_string(), entry("b").to_string());
    for (body, identifiers) in [
        (a.clone(), vec!["a"]),
        (serde_json::to_string_pretty(&entry("a")).unwrap(), vec!["a"]),
        (format!("[{a},{b}]"), vec!["a", "b"]),
        (format!("{a}\n{b}\n"), vec!["a", "b"]),
        (format!("{a}\r\n\r\n{b}"), vec!["a", "b"]),
        (format!("{{\"logs\":[{a},{b}],\"page\":0,\"total\":2,\"totalPages\":1}}"), vec!["a", "b"]),
        // As `curl -d @FILE` sends lines, and as jq prints values.
        (format!("{a}{b}"), vec!["a", "b"]),
        (format!("{}\n{}\n", serde_json::to_string_pretty(&entry("a")).unwrap(), b), vec!["a", "b"]),
        (format!("\u{1e}{a}\n\u{1e}{b}\n"), vec!["a", "b"]),
        ("[]".to_owned(), vec![]),
    ] {
        let mock = empty();
        let count = identifiers.len();
        let answer = mock.admin("POST", "/audit-logs", &body).await.created();
        assert_eq!(answer, json!({"added": count, "entries": count, "ignoredFields": {}}), "{body}");
        assert_eq!(mock.logs("").await.identifiers(), identifiers, "{body}");
    }
}

#[tokio::test]
async fn a_page_of_one_mock_is_a_valid_body_for_another() {
    let (from, to) = (TestMock::default(), empty());
    let page = from.logs("pageSize=1000").await;
    to.admin("POST", "/audit-logs", page.text()).await.created();
    assert_eq!(to.logs("pageSize=1000").await.text(), page.text());
}

#[tokio::test]
async fn they_are_visible_to_the_next_request_beside_the_initial_ones() {
    let mock = TestMock::default();
    let before = mock.logs("").await.ok()["total"].as_u64().unwrap();
    let answer = mock.admin("POST", "/audit-logs", json!([entry("x"), entry("y")])).await.created();
    assert_eq!(answer["entries"], before + 2);
    assert_eq!(mock.logs("pageSize=2").await.identifiers(), ["x", "y"]);
    assert_eq!(mock.logs("").await.ok()["total"], before + 2);
    assert_eq!(mock.admin("DELETE", "/audit-logs", "").await.ok(), json!({"removed": before + 2}));
    assert_eq!(mock.logs("").await.ok(), json!({"logs": [], "page": 0, "total": 0, "totalPages": 0}));
    mock.admin("POST", "/audit-logs", entry("z")).await.created();
    assert_eq!(mock.logs("").await.identifiers(), ["z"]);
}

/// RES-ORDER: sorted by timestamp; after earlier entries of the same timestamp.
#[tokio::test]
async fn they_are_sorted_by_time_whatever_their_insertion_order() {
    let mock = empty();
    let at = |identifier: &str, timestamp: &str| {
        let mut entry = entry(identifier);
        entry["timestamp"] = json!(timestamp);
        entry
    };
    mock.admin("POST", "/audit-logs", json!([at("c", "now-3m"), at("a", "now-1m"), at("c2", "now-3m")]))
        .await
        .created();
    mock.admin(
        "POST",
        "/audit-logs",
        json!([at("c3", "now-3m"), at("d", "now-4m"), at("b", "now-2m"), at("c4", "now-3m")]),
    )
    .await
    .created();
    mock.admin("POST", "/audit-logs", at("c5", "now-3m")).await.created();
    assert_eq!(mock.logs("").await.identifiers(), ["a", "b", "c", "c2", "c3", "c4", "c5", "d"]);
    for page in 0..8 {
        assert_eq!(mock.logs(&format!("pageSize=1&page={page}")).await.identifiers().len(), 1);
    }
}

/// ENUM-OPEN: values in the data are known.
#[tokio::test]
async fn a_new_object_type_is_known_until_its_entries_are_removed() {
    let mock = empty();
    mock.admin("PATCH", "/settings", json!({"strict": true})).await.ok();
    assert_eq!(mock.logs("objectTypes=ROCKET").await.status, 400);
    let mut rocket = entry("saturn");
    rocket["objectType"] = json!("ROCKET");
    mock.admin("POST", "/audit-logs", rocket).await.created();
    assert_eq!(mock.logs("objectTypes=ROCKET").await.identifiers(), ["saturn"]);
    mock.admin("DELETE", "/audit-logs", "").await.ok();
    assert_eq!(mock.logs("objectTypes=ROCKET").await.status, 400);
}

#[tokio::test]
async fn unknown_fields_are_reported_and_ignored() {
    let mut strange = entry("a");
    strange["correlation"] = json!("42");
    let answer = empty().admin("POST", "/audit-logs", json!([strange, strange])).await.created();
    assert_eq!(answer["ignoredFields"], json!({"correlation": 2}));
}

#[tokio::test]
async fn an_invalid_body_adds_nothing_and_every_error_has_its_place() {
    let mock = empty();
    let good = entry("good").to_string();
    let mut messages = Vec::new();
    for body in [
        "{".to_owned(),
        "7".to_owned(),
        "{}".to_owned(),
        "[null, \"x\"]".to_owned(),
        "{\"logs\":{}}".to_owned(),
        format!(
            "[{good},{{\"action\":\"create\",\"objectIdentifier\":\"\",\"objectType\":7,\"timestamp\":\"yesterday\"}}]"
        ),
        format!("{good}\n{{\"action\":\"CREATE\"\n{good}"),
        format!(
            "{good}\n{{\"action\":\"READ\",\"objectIdentifer\":\"x\",\"objectType\":\"TEAM\",\"timestamp\":\"now-5\"}}"
        ),
        format!("[{good},"),
        good.replace("now", "2025-05-20"),
        good.replace('}', ",\"actorType\":\"ROBOT\"}"),
        good.replace('}', ",\"action\":\"DELETE\"}"),
        "action,objectIdentifier\nCREATE,a".to_owned(),
    ] {
        messages.push(format!("{body}\n  {}", mock.admin("POST", "/audit-logs", &body).await.details(400)));
        assert_eq!(mock.logs("").await.ok()["total"], 0, "all or nothing: {body}");
    }
    insta::assert_snapshot!(messages.join("\n"));
}

#[tokio::test]
async fn a_body_above_32_mib_is_a_413() {
    let mock = empty();
    let of = |bytes: usize| {
        let mut entry = entry("a");
        entry["padding"] = "".into();
        let text = entry.to_string();
        text.replace("\"padding\":\"\"", &format!("\"padding\":\"{}\"", "x".repeat(bytes - text.len())))
    };
    mock.admin("POST", "/audit-logs", of(32 << 20)).await.created();
    let details = mock.admin("POST", "/audit-logs", of((32 << 20) + 1)).await.details(413);
    assert_eq!(details, "The request body is larger than 32 MB (33554432 bytes).");
    assert_eq!(mock.logs("").await.ok()["total"], 1);
}

#[tokio::test]
async fn a_body_that_is_not_utf_8_is_a_400() {
    let request = Request::post("/__admin/audit-logs").body(Body::from(b"{\"action\":\"\xff\"}".as_slice())).unwrap();
    let details = empty().call(request).await.details(400);
    assert!(details.starts_with("body:1:12: not valid UTF-8"), "{details}");
    let utf16: Vec<u8> = entry("a").to_string().encode_utf16().flat_map(u16::to_le_bytes).collect();
    let request = Request::post("/__admin/audit-logs").body(Body::from(utf16)).unwrap();
    let details = empty().call(request).await.details(400);
    assert!(details.starts_with("body:1:1: is text in UTF-16LE"), "{details}");
}

/// Guards against counting lines from the start of the body for each error.
#[tokio::test]
async fn a_hundred_thousand_entries_are_added_or_refused_in_seconds() {
    let count = size(100_000, 10_000);
    let mock = empty();
    let before = std::time::Instant::now();
    let oldest_first: Vec<Value> = (0..count)
        .map(|number| json!({"action": "CREATE", "objectIdentifier": number.to_string(), "objectType": "TEAM", "timestamp": format!("now-{}s", count - number)}))
        .collect();
    mock.admin("POST", "/audit-logs", json!(oldest_first)).await.created();
    assert_eq!(mock.logs("pageSize=2").await.identifiers(), [(count - 1).to_string(), (count - 2).to_string()]);
    let wrong: Vec<Value> = (0..count).map(|_| json!({"action": "WRONG"})).collect();
    let details = mock.admin("POST", "/audit-logs", json!(wrong)).await.details(400);
    assert!(details.starts_with("more than 100 problems. 1) ") && details.len() < 20_000, "{}", details.len());
    assert!(details.contains(" 20) ") && details.ends_with(" And more."), "{details}");
    let details = mock.admin("POST", "/audit-logs", json!(wrong[..25])).await.details(400);
    assert!(details.starts_with("100 problems. 1) ") && details.ends_with(" And 80 more."), "{details}");
    let members: Vec<String> = (0..50_000).map(|number| format!("\"m{number}\":1")).collect();
    let details = mock.admin("PUT", "/clock", format!("{{{}}}", members.join(","))).await.details(400);
    assert!(details.contains("has 50000 fields, more than 1000"), "{details}");
    assert!(before.elapsed() < std::time::Duration::from_secs(45), "{:?}", before.elapsed());
}

#[tokio::test]
async fn a_message_is_short_and_printable_for_any_body() {
    let mock = empty();
    let (_log, _guard) = capture_log();
    let long = "x".repeat(100_000);
    for (method, path, body) in [
        ("POST", "/faults", json!({"type": long})),
        ("POST", "/faults", json!({long.clone(): 1, "type": "reset"})),
        ("POST", "/faults", json!({"type": "reset", "match": {"key": long}})),
        ("PUT", "/clock", json!({"now": long})),
        ("POST", "/clock/advance", json!({"by": long})),
        ("PUT", "/live", json!({"rate": long})),
        ("PATCH", "/settings", json!({"rateLimit": long})),
        ("POST", "/audit-logs", json!({"action": long, "timestamp": long})),
        ("PUT", "/clock", json!({"now": "\u{1b}[31m\r\nX: 1\u{7f}\u{85}"})),
        ("POST", "/faults", json!({"type": "a\u{0}b\nc", "d\ne": 1})),
    ] {
        let details = mock.admin(method, path, body).await.details(400);
        assert!(details.len() < 5_000, "{} bytes for {method} {path}", details.len());
        assert!(!details.contains(char::is_control), "{details:?}");
    }
    let details = mock.admin("GET", &format!("/clock?{}=1", &long[..50_000]), "").await.details(400);
    assert!(details.len() < 5_000, "{}", details.len());
    let details = mock.admin("GET", "/clock?session=%0a%1b", "").await.details(400);
    assert!(!details.contains(char::is_control), "{details:?}");
}

/// `curl -d @missing` sends an empty body by mistake.
#[tokio::test]
async fn an_empty_body_is_refused_and_an_empty_list_is_not() {
    let mock = TestMock::default();
    for body in ["", " \n", "\u{feff}"] {
        let details = mock.admin("POST", "/audit-logs", body).await.details(400);
        assert!(details.contains("is empty; expected entries: an array, one a line"), "{details}");
    }
    assert_eq!(mock.admin("POST", "/audit-logs", "[]").await.created()["added"], 0);
}

/// A mock without entries, to whose sessions this many can be added.
fn limited(max_entries: u64) -> TestMock {
    TestMock::with_config(Config {
        entries: vec![EntrySource::Text("[]".to_owned())],
        max_entries,
        ..Config::default()
    })
}

#[tokio::test]
async fn more_entries_than_a_session_can_have_are_refused_with_the_limit_and_the_flag() {
    let mock = limited(3);
    mock.admin("POST", "/audit-logs", json!([entry("a"), entry("b")])).await.created();
    let details = mock.admin("POST", "/audit-logs", json!([entry("c"), entry("d")])).await.details(400);
    assert_eq!(
        details,
        "No entry was added: at most 3 can be added to a session, from 3 KiB of JSON, and 2 entries have been, from 163 bytes. \
         Raise the limit with --max-entries, or remove entries with DELETE /__admin/audit-logs."
    );
    assert_eq!(mock.logs("").await.identifiers(), ["a", "b"], "all or nothing");
    mock.admin("POST", "/audit-logs", entry("c")).await.created();
    mock.admin("POST", "/audit-logs", entry("d")).await.details(400);
    let details = mock.admin("PUT", "/live", json!({"rate": "1/s"})).await.details(400);
    assert!(details.starts_with("Live activity would add nothing: at most 3 can be added"), "{details}");
    for scenario in ["insert-between-pages", "late-arrivals", "same-millisecond", "burst"] {
        let details = mock.admin("PUT", "/scenario", json!({"name": scenario})).await.details(400);
        assert!(details.starts_with("The scenario would add nothing: at most 3 can be added"), "{details}");
        assert_eq!(mock.admin_get("/scenario").await["name"], "off");
    }
    for scenario in ["quota-squeeze", "flaky"] {
        mock.admin("PUT", "/scenario", json!({"name": scenario})).await.ok();
        mock.admin("DELETE", "/scenario", "").await.ok();
    }
    mock.admin("POST", "/audit-logs?session=other", json!([entry("a"), entry("b")])).await.created();
    mock.admin("DELETE", "/audit-logs", "").await.ok();
    mock.admin("POST", "/audit-logs", json!([entry("e"), entry("f"), entry("g")])).await.created();
}

/// A limit of their number alone would let a thousand entries of a megabyte in.
#[tokio::test]
async fn the_json_of_added_entries_is_limited_too() {
    let mock = limited(10);
    let large = entry(&"x".repeat(4_000));
    mock.admin("POST", "/audit-logs", json!([large, large])).await.created();
    mock.admin("POST", "/audit-logs", large.clone()).await.details(400);
    mock.admin("POST", "/audit-logs", entry("small")).await.created();
    mock.admin("DELETE", "/audit-logs", "").await.ok();
    mock.admin("POST", "/audit-logs", large).await.created();
}

#[tokio::test]
async fn entries_of_live_activity_and_scenarios_count_for_the_limit() {
    let (log, _guard) = capture_log();
    let mock = limited(10);
    let total = async || mock.logs("pageSize=1").await.ok()["total"].clone();
    mock.admin("PUT", "/live", json!({"rate": "1/s"})).await.ok();
    mock.admin("POST", "/clock/advance", json!({"by": "6s"})).await.ok();
    assert_eq!(total().await, 6);
    mock.admin("POST", "/audit-logs", json!([entry("a"), entry("b"), entry("c"), entry("d"), entry("e")]))
        .await
        .details(400);
    for _ in 0..3 {
        mock.admin("POST", "/clock/advance", json!({"by": "1h"})).await.ok();
        assert_eq!(total().await, 10);
    }
    let told = "live activity adds no more: 10 entries have been added to the session; --max-entries raises the limit";
    assert_eq!(log.text().matches(told).count(), 1, "{}", log.text());
    // There is room again, for what comes from now on.
    mock.admin("DELETE", "/audit-logs", "").await.ok();
    assert_eq!(total().await, 0);
    mock.admin("POST", "/clock/advance", json!({"by": "5s"})).await.ok();
    assert_eq!(total().await, 5);
    mock.admin("DELETE", "/live", "").await.ok();
    mock.admin("PUT", "/scenario", json!({"name": "same-millisecond"})).await.ok();
    for page in 0..20 {
        mock.logs(&format!("pageSize={}", page + 1)).await.ok();
    }
    let total = total().await.as_u64().unwrap();
    assert!((8..=10).contains(&total), "{total}");
}

#[test]
fn a_start_with_what_would_add_nothing_is_a_warning() {
    let warned = |config: Config| {
        let (log, _guard) = capture_log();
        TestMock::with_config(Config { max_entries: 0, ..config });
        log.text().contains("no entry can be added (--max-entries 0)")
    };
    assert!(warned(Config { scenario: Some(Scenario::Burst), ..Config::default() }));
    assert!(warned(Config { live: Some("6/min".parse::<Rate>().unwrap().into()), ..Config::default() }));
    assert!(!warned(Config { scenario: Some(Scenario::Flaky), ..Config::default() }));
    assert!(!warned(Config::default()));
}

#[test]
fn the_limit_of_entries_can_be_set_by_flag_and_variable() {
    let statuses = |args: &[&str], variable: &str| {
        let args = ["--listen", "127.0.0.1:0"].iter().chain(args).copied();
        let server = binary(args).env("CORTEX_MOCK_MAX_ENTRIES", variable).serve();
        let body = json!([entry("a"), entry("b"), entry("c")]).to_string();
        let length = body.len();
        let mut connection = server.connect();
        connection
            .send(format!("POST /__admin/audit-logs HTTP/1.1\r\nHost: x\r\nContent-Length: {length}\r\n\r\n{body}"));
        connection.answer().status.as_u16()
    };
    assert_eq!(statuses(&[], "2"), 400);
    assert_eq!(statuses(&["--max-entries", "3"], "2"), 201);
    let error = binary(["--max-entries", "all"]).run();
    assert!(error.failed(2).contains("--max-entries"), "{}", error.stderr);
}
