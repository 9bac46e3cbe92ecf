//! Requests of the web UI: in the journal with a mark, but without effect on verdict and scenarios.

use axum::http::Request;
use cortex_audit_mock::world::Scenario;
use cortex_audit_mock::world::verdict::Scope;
use cortex_audit_mock::{Config, World};
use serde_json::json;

use crate::support::{TestMock, TestResponse};

const PATH: &str = "/api/v1/audit-logs";

async fn get_from_ui(mock: &TestMock, query: &str) -> TestResponse {
    get_with_mark(mock, "true", query).await
}

async fn get_with_mark(mock: &TestMock, mark: &str, query: &str) -> TestResponse {
    let request = Request::get(format!("{PATH}?{query}")).header("Authorization", "Bearer mock-admin");
    mock.send(request.header("X-Cortex-Mock-Page", mark)).await
}

fn requests_in_verdict(world: &World) -> usize {
    world.verdict(&Scope::default()).clients.iter().map(|client| client.requests).sum()
}

#[tokio::test]
async fn they_are_marked_in_the_journal_and_found_by_the_mark() {
    let mock = TestMock::default();
    get_from_ui(&mock, "pageSize=1").await.ok();
    mock.logs("pageSize=2").await.ok();
    get_with_mark(&mock, "false", "pageSize=3").await.ok();
    let listed = mock.admin_get("/requests").await["requests"].clone();
    let marks: Vec<bool> =
        listed.as_array().unwrap().iter().map(|record| record["fromPage"].as_bool().unwrap()).collect();
    assert_eq!(marks, [false, false, true], "newest first");
    for (filter, count) in [("fromPage=true", 1), ("fromPage=false", 2), ("fromPage=true&status=400", 0), ("", 3)] {
        assert_eq!(mock.admin_get(&format!("/requests?{filter}")).await["count"], count, "{filter}");
        assert_eq!(mock.admin_get(&format!("/requests/count?{filter}")).await["count"], count, "{filter}");
    }
    for wrong in ["yes", "", "True"] {
        let details = mock.admin("GET", &format!("/requests/count?fromPage={wrong}"), "").await.details(400);
        assert_eq!(details, format!("fromPage: \"{wrong}\" is not known; accepted: true, false."));
    }
}

#[tokio::test]
async fn they_are_not_in_the_verdict() {
    let mock = TestMock::default();
    let world = mock.mock.world();
    get_from_ui(&mock, "pageSize=1000").await.ok();
    get_from_ui(&mock, "page=-1").await.details(400);
    assert_eq!(requests_in_verdict(&world), 0);
    assert!(world.verdict(&Scope::default()).clients.is_empty());
    mock.logs("pageSize=1000").await.ok();
    let before = serde_json::to_value(world.verdict(&Scope::default())).unwrap();
    for _ in 0..3 {
        get_from_ui(&mock, "pagesize=1").await.ok();
    }
    assert_eq!(serde_json::to_value(world.verdict(&Scope::default())).unwrap(), before);
    assert_eq!(requests_in_verdict(&world), 1);
}

#[tokio::test]
async fn they_do_not_advance_scenarios() {
    for scenario in Scenario::ALL {
        let mock = TestMock::default();
        let world = mock.mock.world();
        world.set_scenario(scenario);
        let (entries, stats) = (world.entry_count(), world.scenario_stats());
        for page in 0..9 {
            get_from_ui(&mock, &format!("pageSize=100&page={page}")).await;
        }
        assert_eq!((world.entry_count(), world.scenario_stats()), (entries, stats), "{scenario}");
    }
}

/// The failures of a client in a scenario do not depend on requests of the web UI.
#[tokio::test]
async fn they_use_no_scenario_failure_of_a_client() {
    let mut outcomes = Vec::new();
    for ui_requests in [0, 1, 2] {
        let mock = TestMock::default();
        mock.mock.world().set_scenario(Scenario::Flaky);
        let mut statuses = Vec::new();
        for _ in 0..12 {
            for _ in 0..ui_requests {
                get_from_ui(&mock, "").await.ok();
            }
            mock.get_unchecked(PATH).await;
            statuses
                .push(mock.admin_get("/requests?limit=1&fromPage=false").await["requests"][0]["answeredBy"].clone());
        }
        outcomes.push(statuses);
    }
    assert!(outcomes[0].contains(&json!("scenario")));
    assert_eq!(outcomes[1], outcomes[0]);
    assert_eq!(outcomes[2], outcomes[0]);
}

#[tokio::test]
async fn keys_limit_and_prefer_apply_to_them() {
    let mock = TestMock::with_config(Config { rate_limit: "1/d".parse().unwrap(), ..Config::default() });
    let bare = mock.send(Request::get(PATH).header("X-Cortex-Mock-Page", "true")).await;
    assert_eq!(bare.status, 401);
    let preferred = Request::get(PATH).header("X-Cortex-Mock-Page", "true").header("Prefer", "code=418");
    assert_eq!(mock.send(preferred).await.status, 418);
    get_from_ui(&mock, "").await.ok();
    assert_eq!(get_from_ui(&mock, "").await.status, 429);
    assert_eq!(mock.logs("").await.status, 429, "it is the limit of the key");
    let answered = mock.admin_get("/requests?fromPage=true").await["requests"].clone();
    let answered: Vec<_> = answered.as_array().unwrap().iter().map(|record| record["answeredBy"].clone()).collect();
    assert_eq!(answered, [json!("limit"), json!(null), json!("prefer"), json!(null)]);
}

#[tokio::test]
async fn they_meet_the_faults_of_their_key_only_unless_they_ask_for_all() {
    let mock = TestMock::default();
    mock.admin("POST", "/faults", json!({"type": "status", "status": 503, "times": 1})).await.created();
    get_from_ui(&mock, "").await.ok();
    assert_eq!(mock.admin_get("/faults").await["faults"][2]["matched"], 0, "not even counted");
    assert_eq!(mock.logs("").await.status, 503, "it was left for the client");
    mock.admin("POST", "/faults", json!({"type": "status", "status": 503, "times": 1})).await.created();
    assert_eq!(get_with_mark(&mock, "with-faults", "").await.status, 503);
    let of_key = Request::get(PATH).header("Authorization", "Bearer mock-flaky").header("X-Cortex-Mock-Page", "true");
    assert_eq!(mock.send(of_key).await.status, 503);
    assert_eq!(mock.admin_get("/requests/count?fromPage=true").await["count"], 3);
}
