//! `/__admin/changes`, which the web UI polls each second to see whether it must reload.

use serde_json::{Value, json};

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
