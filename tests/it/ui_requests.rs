//! Requests of the page: real ones, but nothing that is said of a client comes from them.

use axum::http::Request;
use cortex_audit_mock::world::Scenario;
use cortex_audit_mock::world::verdict::Scope;
use cortex_audit_mock::{Config, World};
use serde_json::json;

use crate::support::{TestMock, TestResponse};

const PATH: &str = "/api/v1/audit-logs";

async fn page_asks(mock: &TestMock, query: &str) -> TestResponse {
    marked(mock, "true", query).await
}

async fn marked(mock: &TestMock, mark: &str, query: &str) -> TestResponse {
    let request = Request::get(format!("{PATH}?{query}")).header("Authorization", "Bearer mock-admin");
    mock.send(request.header("X-Cortex-Mock-Page", mark)).await
}

fn judged(world: &World) -> usize {
    world.verdict(&Scope::default()).clients.iter().map(|client| client.requests).sum()
}

#[tokio::test]
async fn they_are_journalled_with_their_mark_and_found_by_it() {
    let mock = TestMock::default();
    page_asks(&mock, "pageSize=1").await.ok();
    mock.logs("pageSize=2").await.ok();
    marked(&mock, "false", "pageSize=3").await.ok();
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
async fn they_are_not_judged() {
    let mock = TestMock::default();
    let world = mock.mock.world();
    page_asks(&mock, "pageSize=1000").await.ok();
    page_asks(&mock, "page=-1").await.details(400);
    assert_eq!(judged(&world), 0);
    assert!(world.verdict(&Scope::default()).clients.is_empty());
    mock.logs("pageSize=1000").await.ok();
    let before = serde_json::to_value(world.verdict(&Scope::default())).unwrap();
    for _ in 0..3 {
        page_asks(&mock, "pagesize=1").await.ok();
    }
    assert_eq!(serde_json::to_value(world.verdict(&Scope::default())).unwrap(), before);
    assert_eq!(judged(&world), 1);
}

#[tokio::test]
async fn they_move_no_scenario() {
    for scenario in Scenario::ALL {
        let mock = TestMock::default();
        let world = mock.mock.world();
        world.set_scenario(scenario);
        let (entries, staged) = (world.entry_count(), world.scenario_stats());
        for page in 0..9 {
            page_asks(&mock, &format!("pageSize=100&page={page}")).await;
        }
        assert_eq!((world.entry_count(), world.scenario_stats()), (entries, staged), "{scenario}");
    }
}

/// What meets a client of a scenario that makes requests fail is the same, whoever looks meanwhile.
#[tokio::test]
async fn they_take_no_turn_of_a_client() {
    let mut met = Vec::new();
    for looks in [0, 1, 2] {
        let mock = TestMock::default();
        mock.mock.world().set_scenario(Scenario::Flaky);
        let mut statuses = Vec::new();
        for _ in 0..12 {
            for _ in 0..looks {
                page_asks(&mock, "").await.ok();
            }
            mock.get_unchecked(PATH).await;
            statuses
                .push(mock.admin_get("/requests?limit=1&fromPage=false").await["requests"][0]["answeredBy"].clone());
        }
        met.push(statuses);
    }
    assert!(met[0].contains(&json!("scenario")));
    assert_eq!(met[1], met[0]);
    assert_eq!(met[2], met[0]);
}

#[tokio::test]
async fn keys_limit_faults_and_prefer_meet_them_like_anyone() {
    let mock = TestMock::with_config(Config { rate_limit: "2/d".parse().unwrap(), ..Config::default() });
    let bare = mock.send(Request::get(PATH).header("X-Cortex-Mock-Page", "true")).await;
    assert_eq!(bare.status, 401);
    let preferred = Request::get(PATH).header("X-Cortex-Mock-Page", "true").header("Prefer", "code=418");
    assert_eq!(mock.send(preferred).await.status, 418);
    mock.admin("POST", "/faults", json!({"type": "status", "status": 503, "times": 1})).await.created();
    assert_eq!(page_asks(&mock, "").await.status, 503);
    page_asks(&mock, "").await.ok();
    assert_eq!(page_asks(&mock, "").await.status, 429);
    assert_eq!(mock.logs("").await.status, 429, "it is the limit of the key");
    let answered = mock.admin_get("/requests?fromPage=true").await["requests"].clone();
    let answered: Vec<_> = answered.as_array().unwrap().iter().map(|record| record["answeredBy"].clone()).collect();
    assert_eq!(answered, [json!("limit"), json!(null), json!("fault"), json!("prefer"), json!(null)]);
}
