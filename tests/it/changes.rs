//! `/__admin/changes`, which the web UI follows to see whether it must reload.

use axum::body::Body;
use axum::http::Request;
use http_body_util::BodyExt;
use serde_json::{Value, json};
use tokio::time::Instant;

use crate::support::{NOW, TestMock};

async fn changes(mock: &TestMock) -> Value {
    mock.admin_get("/changes").await
}

fn entry(timestamp: &str) -> Value {
    json!({"timestamp": timestamp, "action": "CREATE", "objectType": "TEAM", "objectIdentifier": "one"})
}

#[tokio::test]
async fn it_has_every_member_at_the_start_of_a_world() {
    let mock = TestMock::with_entries(&json!([entry(NOW), entry(NOW)]));
    let state = changes(&mock).await;
    assert_eq!(
        state,
        json!({
            "world": state["world"],
            "now": NOW,
            "frozen": true,
            "system": false,
            "entries": 2,
            "arrivals": 0,
            "requests": 0,
            "live": false,
            "scenario": null,
            "faults": 0,
            "rateLimit": "1000/min",
        })
    );
    assert!(state["world"].is_u64());
    assert_eq!(changes(&mock).await, state, "reading changes nothing");
}

#[tokio::test]
async fn appended_and_due_entries_change_it() {
    let mock = TestMock::with_entries(&json!([entry(NOW)]));
    let before = changes(&mock).await;
    mock.admin("POST", "/audit-logs", json!([entry("2020-01-01T00:00:00Z"), entry(NOW)])).await.created();
    let after = changes(&mock).await;
    assert_eq!((&after["entries"], &after["arrivals"]), (&json!(3), &json!(2)));
    assert_eq!(after["world"], before["world"]);

    mock.admin("PUT", "/live", json!({"rate": "6/min"})).await.ok();
    assert_eq!(changes(&mock).await["live"], true);
    mock.admin("POST", "/clock/advance", json!({"by": "1m"})).await.ok();
    let after = changes(&mock).await;
    assert_eq!((&after["entries"], &after["arrivals"]), (&json!(9), &json!(8)));
    assert_eq!(after["now"], "2025-05-20T12:01:00Z");
    mock.admin("DELETE", "/live", "").await.ok();
    assert_eq!(changes(&mock).await["live"], false);
}

#[tokio::test]
async fn each_world_has_its_own_number() {
    let mock = TestMock::with_entries(&json!([entry(NOW)]));
    let number = async |session: &str| mock.admin_get(&format!("/changes{session}")).await["world"].as_u64().unwrap();
    let mut seen = vec![number("").await];
    mock.admin("DELETE", "/audit-logs", "").await.ok();
    let cleared = changes(&mock).await;
    assert_eq!((&cleared["entries"], &cleared["arrivals"]), (&json!(0), &json!(0)));
    seen.push(number("").await);
    mock.admin("POST", "/reset", "").await.ok();
    seen.push(number("").await);
    seen.push(number("?session=other").await);
    mock.admin("DELETE", "/audit-logs?session=other", "").await.ok();
    seen.push(number("?session=other").await);
    mock.admin("POST", "/reset?session=other", "").await.ok();
    seen.push(number("?session=other").await);
    mock.admin("DELETE", "/sessions/other", "").await.ok();
    seen.push(number("?session=other").await);
    assert_eq!(number("").await, seen[2], "it is nothing to one session what becomes of another");
    let all = seen.len();
    seen.sort_unstable();
    seen.dedup();
    assert_eq!(seen.len(), all, "{seen:?}");
}

#[tokio::test]
async fn a_journal_that_grows_or_is_cleared_changes_it() {
    let mock = TestMock::default();
    mock.logs("").await.ok();
    mock.get_as("nobody", "/api/v1/audit-logs").await.details(401);
    assert_eq!(changes(&mock).await["requests"], 2);
    mock.admin("DELETE", "/requests", "").await.ok();
    let cleared = changes(&mock).await["requests"].clone();
    assert_ne!(cleared, 2);
    mock.logs("").await.ok();
    assert_ne!(changes(&mock).await["requests"], cleared);
    assert_ne!(changes(&mock).await["requests"], 2, "not what it was before, though as much is different");
}

#[tokio::test]
async fn requests_that_the_journal_dropped_are_counted() {
    let mock = TestMock::default();
    let many = cortex_audit_mock::world::Journal::CAPACITY + 5;
    mock.fill_journal(many - 2);
    for _ in 0..2 {
        mock.get("/api/v1/catalog").await.ok();
    }
    assert_eq!(changes(&mock).await["requests"], many);
}

#[tokio::test]
async fn scenario_faults_and_clock_change_it() {
    let mock = TestMock::default();
    assert_eq!(changes(&mock).await["faults"], 0, "those of keys are not counted");
    mock.admin("POST", "/faults", json!([{"type": "reset"}, {"type": "empty"}])).await.created();
    mock.admin("PUT", "/scenario", json!({"name": "burst"})).await.ok();
    mock.admin("DELETE", "/clock", "").await.ok();
    let state = changes(&mock).await;
    assert_eq!((&state["faults"], &state["scenario"]), (&json!(2), &json!("burst")));
    assert_eq!((&state["frozen"], &state["system"]), (&json!(false), &json!(true)));
    assert_eq!(mock.admin_get("/changes?session=other").await["faults"], 0);
    let details = mock.admin("GET", "/changes?since=1", "").await.details(400);
    assert!(details.contains("\"since\" is not a parameter of this call; accepted: session."), "{details}");
}

async fn follow(mock: &TestMock, query: &str) -> Body {
    let request = Request::get(format!("/__admin/changes{query}")).header("Accept", "text/event-stream");
    let response = mock.send_unchecked(request).await;
    assert_eq!(response.status(), 200);
    assert_eq!(response.headers()["content-type"], "text/event-stream");
    response.into_body()
}

/// The numbers of the next event; `None` at the end of the stream.
async fn next_event(stream: &mut Body) -> Option<Value> {
    let frame = stream.frame().await?.unwrap().into_data().unwrap();
    let event = str::from_utf8(&frame).unwrap().strip_prefix("data: ").unwrap().strip_suffix("\n\n").unwrap();
    Some(serde_json::from_str(event).unwrap())
}

#[tokio::test(start_paused = true)]
async fn a_stream_has_an_event_for_each_change_and_ends_with_its_session() {
    let mock = TestMock::default();
    let mut stream = follow(&mock, "?session=one").await;
    assert_eq!(next_event(&mut stream).await.unwrap(), mock.admin_get("/changes?session=one").await);
    mock.get_as("mock-admin~one", "/api/v1/audit-logs").await.ok();
    assert_eq!(next_event(&mut stream).await.unwrap()["requests"], 1);
    mock.admin("POST", "/faults?session=one", json!([{"type": "reset"}])).await.created();
    assert_eq!(next_event(&mut stream).await.unwrap()["faults"], 1);
    mock.admin("DELETE", "/sessions/one", "").await.ok();
    assert_eq!(next_event(&mut stream).await, None);
    assert_eq!(mock.admin_get("/sessions").await["sessions"], json!([]), "the stream opens no session");
}

#[tokio::test(start_paused = true)]
async fn a_stream_is_quiet_while_nothing_changes() {
    let mock = TestMock::default();
    let mut stream = follow(&mock, "").await;
    let mut seconds = Vec::new();
    for _ in 0..3 {
        let since = Instant::now();
        next_event(&mut stream).await.unwrap();
        seconds.push(since.elapsed().as_secs());
    }
    assert_eq!(seconds, [0, 15, 15], "the clock is frozen");
    mock.admin("DELETE", "/clock", "").await.ok();
    next_event(&mut stream).await.unwrap();
    let since = Instant::now();
    next_event(&mut stream).await.unwrap();
    assert_eq!(since.elapsed().as_secs(), 1, "the clock runs");
}

#[tokio::test]
async fn the_rate_limit_is_the_one_that_the_scenario_lowers() {
    let mock = TestMock::default();
    mock.admin("PATCH", "/settings", json!({"rateLimit": "5/min"})).await.ok();
    assert_eq!(changes(&mock).await["rateLimit"], "5/min");
    mock.admin("PUT", "/scenario", json!({"name": "quota-squeeze"})).await.ok();
    assert_eq!(changes(&mock).await["rateLimit"], "2/min");
}
