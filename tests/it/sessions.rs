//! Sessions: a world for each test, selected by the token.

use std::sync::Arc;
use std::time::{Duration, Instant};

use cortex_audit_mock::KeySource;
use cortex_audit_mock::contract::query::Offsets;
use cortex_audit_mock::contract::{Entry, Timestamp};
use cortex_audit_mock::internal::fixture;
use cortex_audit_mock::internal::store::BaseSegment;
use cortex_audit_mock::internal::{LiveSource, WorldTemplate};
use cortex_audit_mock::world::{Sessions, Settings};
use cortex_audit_mock::{Config, RateLimit};
use serde_json::{Value, json};

use crate::support::{NOW, TestMock, TestResponse, capture_log, size, time};

const PATH: &str = "/api/v1/audit-logs?pageSize=1";

fn entry(identifier: &str) -> Value {
    json!({"action": "CREATE", "objectIdentifier": identifier, "objectType": "TEAM", "timestamp": "now"})
}

async fn names(mock: &TestMock) -> Vec<String> {
    let listed = mock.admin_get("/sessions").await;
    listed["sessions"].as_array().unwrap().iter().map(|name| name.as_str().unwrap().to_owned()).collect()
}

#[tokio::test]
async fn a_session_opens_on_first_use_of_its_token() {
    let mock = TestMock::default();
    assert_eq!(mock.admin_get("/sessions").await, json!({"sessions": [], "most": 1000, "evicted": 0}));
    mock.get_as("mock-admin~one", PATH).await.ok();
    mock.get_as("mock-auditor~two.2_-", PATH).await.ok();
    mock.get_as("mock-auditor~one", PATH).await.ok();
    assert_eq!(names(&mock).await, ["one", "two.2_-"], "the most recently used first");
    assert_eq!(mock.admin_get("/requests/count?session=one").await["count"], 2);
    assert_eq!(mock.admin_get("/requests/count").await["count"], 0);
}

#[tokio::test]
async fn a_whole_token_that_is_itself_a_key_wins() {
    let role = json!([{"type": "DEFAULT", "role": "USER"}]);
    let keys = json!({"keys": [
        {"token": "plain", "name": "Plain", "roles": role},
        {"token": "plain~tilde", "name": "Tilde", "roles": role},
    ]});
    let mock = TestMock::with_config(Config { keys: KeySource::Text(keys.to_string()), ..Config::default() });
    for token in ["plain~tilde", "plain~tilde~s", "plain~s"] {
        mock.get_as(token, PATH).await.ok();
    }
    assert_eq!(names(&mock).await, ["s"], "plain~tilde alone is a key without a session");
    let of_unnamed = mock.admin_get("/requests").await;
    assert_eq!(of_unnamed["requests"][0]["key"]["name"], "Tilde");
    let of_s = mock.admin_get("/requests?session=s").await;
    assert_eq!(
        (&of_s["requests"][0]["key"]["name"], &of_s["requests"][1]["key"]["name"]),
        (&json!("Plain"), &json!("Tilde"))
    );
}

#[tokio::test]
async fn an_invalid_session_name_is_a_401_in_a_token_and_a_400_in_a_query() {
    let mock = TestMock::default();
    let long = "x".repeat(65);
    for name in ["", "a b", "ä", "a/b", "a~", "a%", long.as_str()] {
        let encoded = percent_encoding::utf8_percent_encode(name, percent_encoding::NON_ALPHANUMERIC).to_string();
        let details = mock.admin("GET", &format!("/clock?session={encoded}"), "").await.details(400);
        assert!(details.contains("session") && details.contains("such as test-17"), "{details}");
    }
    for name in ["", "a/b", "a%", "a:b", long.as_str()] {
        let details = mock.get_as(&format!("mock-admin~{name}"), PATH).await.details(401);
        assert!(details.contains("session name is 1 to 64 letters"), "{details}");
    }
    assert_eq!(mock.get_as("nobody~one", PATH).await.status, 401);
    assert!(names(&mock).await.is_empty(), "nothing was opened");
}

/// A user may give the whole token by mistake.
#[tokio::test]
async fn a_call_for_all_sessions_refuses_wrong_parameters_and_opens_none() {
    let mock = TestMock::default();
    for (method, path) in [("GET", "/sessions"), ("DELETE", "/sessions/one")] {
        for (query, message) in
            [("limit=3", "\"limit\" is not a parameter of this call"), ("session=a+b", "session=\"a b\"")]
        {
            let details = mock.admin(method, &format!("{path}?{query}"), "").await.details(400);
            assert!(details.contains(message), "{details}");
        }
    }
    assert_eq!(mock.admin_get("/sessions?session=two").await["sessions"], json!([]));
}

#[tokio::test]
async fn a_token_given_as_a_session_is_not_echoed() {
    let mock = TestMock::default();
    let details = mock.admin("GET", "/clock?session=s3cr3t-key~one", "").await.details(400);
    assert!(!details.contains("s3cr3t"), "{details}");
    assert!(details.contains("session") && details.contains('~'), "{details}");
    let details = mock.admin("DELETE", "/sessions/s3cr3t-key~one", "").await.details(404);
    assert!(!details.contains("s3cr3t"), "{details}");
}

#[tokio::test]
async fn fifty_concurrent_sessions_are_isolated() {
    let mock = Arc::new(TestMock::with_config(Config { rate_limit: "1000/min".parse().unwrap(), ..Config::default() }));
    let tasks: Vec<_> = (0..50).map(|number| tokio::spawn(use_session(Arc::clone(&mock), number))).collect();
    for task in tasks {
        task.await.unwrap();
    }
    let [entries, journal] = [mock.admin_get("/version").await, mock.admin_get("/requests/count").await];
    assert_eq!((&entries["entries"], &journal["count"]), (&json!(fresh_entries()), &json!(0)));
    assert_eq!(mock.admin_get("/sessions").await["evicted"], 0);
}

fn fresh_entries() -> usize {
    TestMock::default().mock.world().entry_count()
}

/// Changes and reads everything in a session, while others do the same.
async fn use_session(mock: Arc<TestMock>, number: u64) {
    let token = format!("mock-admin~s{number}");
    let at = |path: &str| format!("{path}?session=s{number}");
    let now = format!("2030-01-01T00:00:{number:02}Z");
    let limit = number + 3;
    for (method, path, body) in [
        ("PUT", "/clock", json!({"now": now})),
        ("DELETE", "/audit-logs", json!("")),
        ("POST", "/audit-logs", json!([entry(&format!("of-{number}"))])),
        ("PATCH", "/settings", json!({"rateLimit": format!("{limit}/min"), "strict": number.is_multiple_of(2)})),
        ("POST", "/faults", json!({"type": "status", "status": 500 + number % 7, "match": {"page": number + 1}})),
    ] {
        let body = if method == "DELETE" { String::new() } else { body.to_string() };
        assert!(mock.admin(method, &at(path), body).await.status.is_success());
        tokio::task::yield_now().await;
    }

    assert_eq!(mock.get_as(&token, "/api/v1/audit-logs").await.identifiers(), [format!("of-{number}")]);
    tokio::task::yield_now().await;
    let faulty = mock.get_as(&token, &format!("/api/v1/audit-logs?page={}", number + 1)).await;
    assert_eq!(u64::from(faulty.status.as_u16()), 500 + number % 7);
    let quiet = mock.get_as(&token, "/api/v1/audit-logs?quiet=false").await;
    assert_eq!(quiet.status == 400, number.is_multiple_of(2), "strict in every second session");
    for _ in 3..limit {
        mock.get_as(&token, PATH).await.ok();
        tokio::task::yield_now().await;
    }
    assert_eq!(mock.get_as(&token, PATH).await.status, 429, "the limit of this session, and none of it used by others");
    assert_eq!(mock.admin_get(&at("/clock")).await["now"], now);
    assert_eq!(mock.admin_get(&at("/requests/count")).await["count"], limit + 1);
    let rules = mock.admin_get(&at("/faults")).await;
    let own: Vec<_> = rules["faults"].as_array().unwrap().iter().filter(|fault| fault["ofKey"] == false).collect();
    assert_eq!((own.len(), &own[0]["fired"]), (1, &json!(1)));
}

#[tokio::test]
async fn above_a_thousand_the_least_recently_used_session_is_evicted_counted_and_logged() {
    let (log, _guard) = capture_log();
    let mock = TestMock::with_config(Config { rate_limit: RateLimit::Off, ..Config::default() });
    for number in 0..1000 {
        mock.get_as(&format!("mock-admin~s{number}"), PATH).await.ok();
    }
    mock.admin_get("/clock?session=s0").await;
    assert_eq!(mock.admin_get("/sessions").await["evicted"], 0);
    mock.get_as("mock-admin~one-more", PATH).await.ok();
    mock.get_as("mock-admin~another", PATH).await.ok();
    let listed = mock.admin_get("/sessions").await;
    assert_eq!((listed["sessions"].as_array().unwrap().len(), &listed["evicted"]), (1000, &json!(2)));
    let names = names(&mock).await;
    assert_eq!(names[..3], ["another", "one-more", "s0"]);
    assert!(!names.contains(&"s1".to_owned()) && !names.contains(&"s2".to_owned()) && names.contains(&"s3".to_owned()));
    assert!(log.text().contains("the session s1 was ended to make room"), "{}", log.text());
    assert_eq!(mock.admin_get("/requests/count?session=s1").await["count"], 0, "s1 starts again");
}

/// Otherwise anybody without a key could end the sessions of others.
#[tokio::test]
async fn a_refused_token_opens_no_session_and_evicts_none() {
    let mock = TestMock::with_config(Config { rate_limit: RateLimit::Off, ..Config::default() });
    let open = |number: usize| mock.mock.session(&format!("in-use-{number}").parse().unwrap());
    let worlds: Vec<_> = (0..Sessions::MAX_SESSIONS).map(open).collect();
    for key in ["mock-revoked", "mock-expired", "nobody"] {
        for number in 0..20 {
            mock.get_as(&format!("{key}~r{number}"), PATH).await.details(401);
            mock.get_as(&format!("{key}~r{number}"), "/nothing").await;
        }
    }
    let sessions = mock.mock.sessions();
    assert_eq!((sessions.evicted(), sessions.names().len()), (0, worlds.len()));
    assert!(sessions.names().iter().all(|name| name.to_string().starts_with("in-use-")));
    assert_eq!(mock.admin_get("/requests/count?status=401").await["count"], 60, "in the default session");

    let fresh = TestMock::default();
    fresh.get_as("mock-no-audit~known", PATH).await.details(403);
    assert_eq!(names(&fresh).await, ["known"], "a key without the permission is a known key");
}

#[tokio::test]
async fn a_refused_token_is_counted_under_the_session_that_it_names() {
    let mock = TestMock::with_config(Config { rate_limit: RateLimit::Off, ..Config::default() });
    let unknown =
        async |session: &str| mock.admin_get(&format!("/verdict?session={session}")).await["unknownKey"].clone();
    for token in ["mock-revoked~early", "mock-revoked~early", "mock-expired~early", "nobody~early"] {
        mock.get_as(token, PATH).await.details(401);
    }
    assert!(names(&mock).await.is_empty());
    assert_eq!(mock.admin_get("/verdict").await["clients"], json!([]), "none is a client of the default session");
    assert_eq!(unknown("early").await, 4);
    // In a session that exists, the key is known by its name.
    mock.get_as("mock-revoked~early", PATH).await.details(401);
    let verdict = mock.admin_get("/verdict?session=early").await;
    assert_eq!((&verdict["unknownKey"], &verdict["clients"][0]["requests"]), (&json!(4), &json!(1)));
    for number in 0..1_010 {
        mock.get_as(&format!("mock-revoked~n{number}"), PATH).await.details(401);
    }
    assert_eq!((unknown("n999").await, unknown("n1000").await), (json!(1), json!(0)));
    assert_eq!(mock.admin_get("/verdict").await["unknownKey"], 10, "beyond a thousand names");
}

/// A session that does not exist has the clock of the start.
#[tokio::test]
async fn the_expiry_of_a_key_decides_whether_it_opens_a_session() {
    let keys = json!({"keys": [{
        "token": "short-lived", "name": "Short", "roles": [{"type": "DEFAULT", "role": "USER"}],
        "expirationDate": "2025-05-20T13:00:00Z",
    }]});
    let config =
        |now: &str| Config { keys: KeySource::Text(keys.to_string()), now: Some(time(now)), ..Config::default() };
    let (before, after) = (TestMock::with_config(config(NOW)), TestMock::with_config(config("2025-05-20T14:00:00Z")));
    before.get_as("short-lived~s", PATH).await.ok();
    after.get_as("short-lived~s", PATH).await.details(401);
    assert_eq!((names(&before).await.len(), names(&after).await.len()), (1, 0));
}

#[tokio::test]
async fn a_deleted_session_starts_again_and_an_unknown_one_is_a_404_with_a_hint() {
    let mock = TestMock::default();
    mock.get_as("mock-admin~one", PATH).await.ok();
    assert_eq!(mock.admin("DELETE", "/sessions/one", "").await.ok(), json!({"removed": 1}));
    assert_eq!(
        mock.admin("DELETE", "/sessions/one", "").await.details(404),
        "There is no session of that name; GET /__admin/sessions lists them."
    );
    assert_eq!(mock.admin_get("/requests/count?session=one").await["count"], 0);
    for odd in ["%ff", "%0a", "%1b%5b31m", "a%20b"] {
        let details = mock.admin("DELETE", &format!("/sessions/{odd}"), "").await.details(404);
        assert!(!details.contains(char::is_control), "{details:?}");
        let details = mock.admin("DELETE", &format!("/faults/{odd}"), "").await.details(404);
        assert!(!details.contains(char::is_control), "{details:?}");
    }
}

/// The state of a world, without ids and durations of requests.
async fn everything(mock: &TestMock, session: &str) -> Vec<(String, Value)> {
    let mut seen = Vec::new();
    for path in ["/version", "/clock", "/faults", "/live", "/settings", "/requests", "/requests/count"] {
        seen.push((path.to_owned(), mock.admin_get(&format!("{path}?session={session}")).await));
    }
    let token = format!("mock-admin~{session}");
    for page in 0.. {
        let path = format!("/api/v1/audit-logs?page={page}&pageSize=7");
        let answer = mock.get_as(&token, &path).await;
        let past_the_end = answer.identifiers().is_empty();
        seen.push((path, json!(answer.text())));
        if past_the_end {
            break;
        }
    }
    let mut journal = mock.admin_get(&format!("/requests?session={session}")).await;
    for request in journal["requests"].as_array_mut().unwrap() {
        request["id"].take();
        request["durationMicroseconds"].take();
    }
    seen.push(("journal of these".to_owned(), journal));
    seen
}

/// Compares all pages and the whole control plane.
#[tokio::test]
async fn a_reset_world_is_byte_for_byte_as_at_the_start() {
    let config = || Config { rate_limit: "500/min".parse().unwrap(), ..Config::default() };
    let (mock, fresh) = (TestMock::with_config(config()), TestMock::with_config(config()));
    let at_the_start = everything(&fresh, "one").await;
    assert!(at_the_start.len() > 20, "several pages");

    for (method, path, body) in [
        ("POST", "/audit-logs", json!([entry("a"), entry("b")])),
        ("PUT", "/clock", json!({"now": "2031-01-01T00:00:00Z", "frozen": false})),
        ("PUT", "/live", json!({"rate": "1/s", "burst": 5})),
        ("POST", "/clock/advance", json!({"by": "1h"})),
        ("POST", "/faults", json!({"type": "status", "status": 503})),
        ("PATCH", "/settings", json!({"rateLimit": "1/d", "strict": true})),
    ] {
        assert!(mock.admin(method, &format!("{path}?session=one"), body).await.status.is_success());
    }
    assert_eq!(mock.get_as("mock-admin~one", PATH).await.status, 503);
    assert_eq!(mock.get_as("mock-admin~one", PATH).await.status, 429);
    assert_ne!(mock.admin_get("/version?session=one").await, at_the_start[0].1, "something did change");

    assert_eq!(mock.admin("POST", "/reset?session=one", "").await.ok(), json!({"reset": "one"}));
    assert_eq!(everything(&mock, "one").await, at_the_start);

    mock.admin("DELETE", "/audit-logs?session=one", "").await.ok();
    mock.admin("POST", "/reset?session=one", "").await.ok();
    assert_eq!(everything(&mock, "one").await, at_the_start, "deleted entries come back");
}

#[tokio::test]
async fn a_reset_refills_the_rate_limit() {
    let mock = TestMock::with_config(Config { rate_limit: "2/d".parse().unwrap(), ..Config::default() });
    let statuses = async |mock: &TestMock| {
        let mut statuses = Vec::new();
        for _ in 0..3 {
            statuses.push(mock.get(PATH).await.status.as_u16());
        }
        statuses
    };
    assert_eq!(statuses(&mock).await, [200, 200, 429]);
    assert_eq!(mock.admin("POST", "/reset", "").await.ok(), json!({"reset": null}));
    assert_eq!(statuses(&mock).await, [200, 200, 429]);
}

#[tokio::test]
async fn a_reset_does_not_affect_other_sessions() {
    let mock = TestMock::default();
    for token in ["mock-admin", "mock-admin~one", "mock-admin~two"] {
        mock.get_as(token, PATH).await.ok();
    }
    mock.admin("POST", "/reset?session=one", "").await.ok();
    let mut counts = Vec::new();
    for query in ["", "?session=one", "?session=two"] {
        counts.push(mock.admin_get(&format!("/requests/count{query}")).await["count"].clone());
    }
    assert_eq!(counts, [1, 0, 1]);
}

#[tokio::test]
async fn a_key_expires_by_the_clock_of_the_session() {
    let keys = json!({"keys": [{
        "token": "short-lived", "name": "Short", "roles": [{"type": "DEFAULT", "role": "USER"}],
        "expirationDate": "now+1h",
    }]});
    let mock = TestMock::with_config(Config { keys: KeySource::Text(keys.to_string()), ..Config::default() });
    mock.admin("POST", "/clock/advance?session=later", json!({"by": "1h"})).await.ok();
    mock.get_as("short-lived~now", PATH).await.ok();
    let message: TestResponse = mock.get_as("short-lived~later", PATH).await;
    assert_eq!(message.details(401), "The key Short (…ived) expired at 2025-05-20T13:00:00Z.");
    assert_eq!(mock.admin_get("/requests/count?session=later&status=401").await["count"], 1);
}

/// Sessions share the initial entries.
#[test]
fn opening_a_session_over_many_entries_takes_less_than_a_millisecond() {
    let count = size(200_000, 20_000);
    let one = fixture::read("one", &entry("a").to_string(), time(NOW)).unwrap().entries.remove(0);
    let many = std::iter::repeat_n(one, count);
    let base = Arc::new(BaseSegment::new(many.map(|entry: Entry| entry)));
    let start = WorldTemplate {
        live_source: Arc::new(LiveSource::new(Arc::clone(&base), 42)),
        base,
        now: Some(time(NOW)),
        settings: Settings { rate_limit: RateLimit::Off, strict: false, offsets: Offsets::default() },
        live: None,
        scenario: None,
        key_faults: Vec::new(),
        faults: Vec::new(),
        max_entries: 1_000_000,
        seed: 42,
    };
    let sessions = Sessions::new(start);
    let before = Instant::now();
    for number in 0..1000 {
        let _: Timestamp = sessions.world(Some(&format!("s{number}").parse().unwrap())).now();
    }
    assert!(before.elapsed() < Duration::from_secs(1), "{:?}", before.elapsed());
    assert_eq!(sessions.world(Some(&"s7".parse().unwrap())).entry_count(), count);
}
