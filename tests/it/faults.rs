//! Fault rules through the router; `broken_connections` tests them over sockets.

mod effects;

use axum::http::Request;
use cortex_audit_mock::Config;
use cortex_audit_mock::KeySource;
use cortex_audit_mock::fault::{self, Effect, FaultRule, RequestMatcher};
use cortex_audit_mock::internal::AppState;
use serde_json::{Value, json};
use tokio::time::Instant;

use crate::support::process::folder;
use crate::support::{TestMock, TestResponse};

const PATH: &str = "/api/v1/audit-logs?pageSize=5";

/// Creates a mock without a rate limit, with a fault or an array of faults.
async fn with(faults: Value) -> TestMock {
    let mock = TestMock::with_config(Config { rate_limit: "off".parse().unwrap(), ..Config::default() });
    mock.admin("POST", "/faults", faults).await.created();
    mock
}

async fn statuses(mock: &TestMock, token: &str, count: usize) -> Vec<u16> {
    let mut statuses = Vec::new();
    for _ in 0..count {
        statuses.push(mock.get_as(token, PATH).await.status.as_u16());
    }
    statuses
}

/// The listed rules without those of keys.
async fn listed(mock: &TestMock) -> Vec<Value> {
    let faults = mock.admin_get("/faults").await;
    faults["faults"].as_array().unwrap().iter().filter(|fault| fault["ofKey"] == false).cloned().collect()
}

async fn prefer(mock: &TestMock, preference: &str) -> TestResponse {
    mock.send(Request::get(PATH).header("Authorization", "Bearer mock-admin").header("Prefer", preference)).await
}

/// ERR-WORDS: a 403 for a product that is not part of the plan was seen to have the explanation as `message`.
#[tokio::test]
async fn a_message_is_sent_as_it_is() {
    const MESSAGE: &str = "Product access to [AUDIT_LOGS] not permitted";
    let rule = |status: u16| json!({"type": "status", "status": status, "message": MESSAGE, "times": 1});
    let mock = with(json!([rule(403), rule(429)])).await;
    assert_eq!(listed(&mock).await[0]["message"], MESSAGE);
    let mut bodies = Vec::new();
    for status in [403, 429] {
        let response = mock.get_unchecked(PATH).await;
        assert_eq!(response.status(), status);
        let body = axum::body::to_bytes(response.into_body(), usize::MAX).await.unwrap();
        bodies.push(serde_json::from_slice::<Value>(&body).unwrap());
    }
    assert_eq!((&bodies[0]["type"], &bodies[0]["message"]), (&json!("FORBIDDEN"), &json!(MESSAGE)));
    assert_eq!((&bodies[0]["details"], &bodies[0]["httpStatus"]), (&json!("403 injected by fault 3."), &json!(403)));
    assert_eq!((&bodies[1]["title"], &bodies[1]["detail"]), (&json!(MESSAGE), &json!("429 injected by fault 4.")));
}

#[tokio::test]
async fn times_after_and_cycle_select_the_requests() {
    for (rule, expected) in [
        (json!({}), [503, 503, 503, 503, 503, 503, 503, 503]),
        (json!({"times": 2}), [503, 503, 200, 200, 200, 200, 200, 200]),
        (json!({"after": 3}), [200, 200, 200, 503, 503, 503, 503, 503]),
        (json!({"after": 1, "times": 2}), [200, 503, 503, 200, 200, 200, 200, 200]),
        (json!({"times": 1, "cycle": 3}), [503, 200, 200, 503, 200, 200, 503, 200]),
        (json!({"after": 1, "times": 1, "cycle": 4}), [200, 503, 200, 200, 200, 503, 200, 200]),
        (json!({"after": 5, "cycle": 3}), [200; 8]),
    ] {
        let mut fault = json!({"type": "status", "status": 503});
        fault.as_object_mut().unwrap().extend(rule.as_object().unwrap().clone());
        let mock = with(fault).await;
        assert_eq!(statuses(&mock, "mock-admin", 8).await, expected, "{rule}");
        let rule = &listed(&mock).await[0];
        let fired = expected.iter().filter(|status| **status == 503).count();
        assert_eq!((&rule["matched"], &rule["fired"]), (&json!(8), &json!(fired)));
    }
}

#[tokio::test]
async fn rules_apply_in_the_order_in_which_they_were_added() {
    let mock = with(json!([
        {"type": "status", "status": 503, "times": 2},
        {"type": "status", "status": 429, "times": 1},
        {"type": "status", "status": 500, "after": 1, "times": 1},
    ]))
    .await;
    assert_eq!(statuses(&mock, "mock-admin", 6).await, [503, 503, 429, 200, 500, 200]);
}

#[tokio::test]
async fn probability_is_reproducible_by_the_seed_and_as_configured() {
    let outcomes = async |seed: u64| {
        let mock = TestMock::with_config(Config { seed, rate_limit: "off".parse().unwrap(), ..Config::default() });
        let fault = json!({"type": "status", "status": 503, "probability": 0.3});
        mock.admin("POST", "/faults", fault).await.created();
        statuses(&mock, "mock-admin", 2000).await
    };
    let first = outcomes(42).await;
    assert_eq!(first, outcomes(42).await);
    assert_ne!(first, outcomes(43).await);
    let failed = first.iter().filter(|status| **status == 503).count();
    // Five standard deviations.
    assert!((500..=700).contains(&failed), "{failed} of 2000");
}

#[tokio::test]
async fn probability_0_never_fires_and_1_always() {
    let mock = with(json!({"type": "status", "status": 503, "probability": 0})).await;
    assert_eq!(statuses(&mock, "mock-admin", 50).await, [200; 50]);
    let mock = with(json!({"type": "status", "status": 503, "probability": 1})).await;
    assert_eq!(statuses(&mock, "mock-admin", 50).await, [503; 50]);
}

#[tokio::test]
async fn a_rule_applies_only_to_matching_requests() {
    for (matching, met, passed) in [
        (json!({"page": 2}), vec!["page=2", "pageSize=1&page=2"], vec!["", "page=1", "page=0", "page=22"]),
        (json!({"page": 0}), vec!["", "page=0", "pageSize=9"], vec!["page=1"]),
        (
            json!({"query": {"objectTypes": "TEAM"}}),
            vec!["objectTypes=TEAM", "objectTypes=%54EAM&page=3"],
            vec!["", "objectTypes=SERVICE", "objectTypes=TEAM,SERVICE"],
        ),
        (json!({"query": {"actorEmails": "a b+c@x"}}), vec!["actorEmails=a+b%2Bc%40x"], vec!["actorEmails=a"]),
        (
            json!({"page": 1, "query": {"actions": "CREATE"}}),
            vec!["page=1&actions=CREATE"],
            vec!["page=1", "actions=CREATE"],
        ),
    ] {
        let mock = with(json!({"type": "status", "status": 503, "match": matching})).await;
        for query in met {
            assert_eq!(mock.logs(query).await.status, 503, "{matching} meets {query}");
        }
        for query in passed {
            assert_eq!(mock.logs(query).await.status, 200, "{matching} lets {query} pass");
        }
    }
}

#[tokio::test]
async fn a_rule_names_a_key_by_name_or_token_and_is_listed_with_the_name() {
    for key in ["Auditor", "mock-auditor"] {
        let mock = with(json!({"type": "status", "status": 503, "match": {"key": key}})).await;
        assert_eq!(statuses(&mock, "mock-auditor", 1).await, [503]);
        assert_eq!(statuses(&mock, "mock-admin", 1).await, [200]);
        assert_eq!(listed(&mock).await[0]["match"]["key"], "Auditor");
        assert!(!mock.admin("GET", "/faults", "").await.text().contains("mock-"));
    }
}

#[tokio::test]
async fn an_unknown_key_is_refused_without_echo() {
    let mock = TestMock::default();
    let faults = json!([{"type": "reset"}, {"type": "empty", "match": {"key": "s3cret-token"}}]);
    let details = mock.admin("POST", "/faults", faults).await.details(400);
    assert!(details.contains("fault 2, match.key: ") && details.contains("Auditor"), "{details}");
    assert!(!details.contains("s3cret"), "{details}");
    let details =
        mock.admin("POST", "/faults", json!({"type": "empty", "match": {"key": "auditr"}})).await.details(400);
    assert!(
        details.contains("Did you mean \"Auditor\"?") || details.contains("did you mean \"Auditor\"?"),
        "{details}"
    );
    assert!(listed(&mock).await.is_empty(), "all or nothing");
}

#[tokio::test]
async fn an_array_is_added_whole_or_not_at_all() {
    let mock = TestMock::default();
    let faults = json!([{"type": "status", "status": 503}, {"type": "status", "status": 200}, {"type": "delay"}]);
    let details = mock.admin("POST", "/faults", faults).await.details(400);
    assert!(details.contains("fault 2, status: ") && details.contains("fault 3: "), "{details}");
    assert!(listed(&mock).await.is_empty());
    let added = mock.admin("POST", "/faults", json!([{"type": "reset"}, {"type": "empty"}])).await.created();
    assert_eq!(added["faults"].as_array().unwrap().len(), 2);
    assert_eq!(added["faults"].as_array().unwrap(), &listed(&mock).await);
}

/// As `jq` prints them, and `cat` joins files.
#[tokio::test]
async fn rules_one_after_the_other_are_read() {
    let (one, other) = (r#"{"type": "reset"}"#, r#"{"type": "empty"}"#);
    for text in [
        format!("{one}{other}"),
        format!("{one}\n{other}\n"),
        format!("[{one}]\n{other}"),
        format!("\u{feff}{one}\r\n\u{feff}[{other}]"),
        format!("\u{1e}{one}\n\u{1e}{other}\n"),
    ] {
        let mock = TestMock::default();
        let added = mock.admin("POST", "/faults", &text).await.created();
        assert_eq!(
            (&added["faults"][0]["type"], &added["faults"][1]["type"]),
            (&json!("reset"), &json!("empty")),
            "{text}"
        );
        let files = folder(&[("faults.json", &text)]);
        let config = Config { fault_file: Some(files.path().join("faults.json")), ..Config::default() };
        assert_eq!(listed(&TestMock::with_config(config)).await.len(), 2, "{text}");
    }
    let errors = |text: &str| fault::read_all("f.json", text).unwrap_err().to_string();
    assert_eq!(
        errors(
            "{\"type\": \"reset\"}\n[{\"type\": \"empty\"},\n {\"type\": \"reset\", \"after\": -1}]\n{\"type\": \"reset\"} x"
        ),
        "f.json:3:29: fault 3, after: -1 is not an integer of at least 0\nf.json:4:19: not valid JSON: expected value"
    );
    assert!(errors(" ").contains("expected one fault such as"));
    assert!(fault::read_all("f.json", "[] []").unwrap().is_empty());
}

#[tokio::test]
async fn a_rule_is_listed_as_it_was_given() {
    let mock = TestMock::default();
    for rule in [
        json!({"type": "status", "status": 503, "retryAfter": 5}),
        json!({"type": "status", "status": 429, "match": {"key": "Auditor", "page": 3, "query": {"actions": "CREATE"}}, "after": 1, "times": 2, "cycle": 9, "probability": 0.25}),
        json!({"type": "status", "status": 503, "retryAfter": 5, "retryAfterDate": true}),
        json!({"type": "status", "status": 200, "body": ""}),
        json!({"type": "status", "status": 502, "body": "<h1>502</h1>", "contentType": "text/html", "retryAfter": 1}),
        json!({"type": "delay", "fixed": "1m30s"}),
        json!({"type": "delay", "uniform": {"min": "250ms", "max": "3s"}}),
        json!({"type": "delay", "logNormal": {"median": "200ms", "sigma": 0.5}}),
        json!({"type": "reset"}),
        json!({"type": "truncate", "bytes": 17}),
        json!({"type": "malformed"}),
        json!({"type": "empty"}),
        json!({"type": "drip", "bytes": 10, "every": "100ms"}),
    ] {
        let mut added = mock.admin("POST", "/faults", &rule).await.created()["faults"][0].clone();
        let counts = added.as_object_mut().unwrap();
        for count in ["id", "ofKey", "matched", "fired"] {
            assert!(counts.remove(count).is_some(), "{count}");
        }
        assert_eq!(added, rule);
    }
}

#[tokio::test]
async fn one_rule_is_removed_by_its_id_and_all_but_those_of_keys_at_once() {
    let mock = with(json!([{"type": "status", "status": 500}, {"type": "status", "status": 501}, {"type": "status", "status": 502}])).await;
    let of_keys = mock.admin_get("/faults").await["faults"].as_array().unwrap().len() - 3;
    assert!(of_keys > 0, "mock-flaky and mock-slow");
    let first = listed(&mock).await[0]["id"].to_string();
    assert_eq!(mock.admin("DELETE", &format!("/faults/{first}"), "").await.ok(), json!({"removed": 1}));
    assert_eq!(statuses(&mock, "mock-admin", 1).await, [501]);
    // A text that is no number may be a token.
    let others = ["-1", "x", "99999999999999999999999"].map(|id| (id, "of that number"));
    for (id, shown) in [(first.as_str(), first.as_str()), ("0", "0")].into_iter().chain(others) {
        let details = mock.admin("DELETE", &format!("/faults/{id}"), "").await.details(404);
        assert_eq!(details, format!("There is no fault {shown}; GET /__admin/faults lists them."));
    }
    assert_eq!(mock.admin("DELETE", "/faults", "").await.ok(), json!({"removed": 2}));
    assert_eq!(mock.admin_get("/faults").await["faults"].as_array().unwrap().len(), of_keys);
    assert_eq!(statuses(&mock, "mock-flaky", 1).await, [503]);
    assert_eq!(statuses(&mock, "mock-admin", 1).await, [200]);
}

#[tokio::test(start_paused = true)]
async fn the_built_in_keys_fail_as_the_readme_says() {
    let mock = TestMock::default();
    assert_eq!(statuses(&mock, "mock-flaky", 9).await, [503, 503, 200, 503, 503, 200, 503, 503, 200]);
    assert_eq!(statuses(&mock, "mock-flaky~other", 3).await, [503, 503, 200], "each session counts by itself");
    assert_eq!(mock.get_as("mock-flaky", PATH).await.header("retry-after"), Some("1"));
    let before = Instant::now();
    mock.get_as("mock-slow", PATH).await.ok();
    assert_eq!(before.elapsed().as_secs(), 2);
    assert_eq!(statuses(&mock, "mock-throttled", 4).await, [200, 200, 200, 429]);
    assert_eq!(statuses(&mock, "mock-admin", 4).await, [200; 4]);
}

#[tokio::test]
async fn a_key_of_a_keys_file_has_its_own_rate_and_faults() {
    let role = json!([{"type": "DEFAULT", "role": "USER"}]);
    let keys = json!({"keys": [
        {"token": "carries", "name": "Carries", "roles": role, "rateLimit": "3/min", "faults": [
            {"type": "status", "status": 503, "after": 1, "times": 1},
            {"type": "status", "status": 502, "match": {"page": 7}},
        ]},
        {"token": "plain", "name": "Plain", "roles": role},
    ]});
    let mock = TestMock::with_config(Config { keys: KeySource::Text(keys.to_string()), ..Config::default() });
    assert_eq!(statuses(&mock, "carries", 4).await, [200, 503, 200, 429]);
    assert_eq!(statuses(&mock, "plain", 4).await, [200; 4]);
    assert_eq!(mock.get_as("plain", "/api/v1/audit-logs?page=7").await.status, 200);
    assert_eq!(mock.get_as("carries~s", "/api/v1/audit-logs?page=7").await.status, 502);
    let faults = mock.admin_get("/faults").await;
    assert_eq!(
        (&faults["faults"][0]["ofKey"], &faults["faults"][0]["match"]["key"]),
        (&json!(true), &json!("Carries"))
    );
}

#[tokio::test]
async fn prefer_chooses_the_status_of_the_response() {
    let mock = TestMock::with_config(Config { rate_limit: "1/d".parse().unwrap(), ..Config::default() });
    mock.admin("POST", "/faults", json!({"type": "status", "status": 599})).await.created();
    for (preference, status) in [
        ("code=429", 429),
        ("code=500", 500),
        ("Code=503", 503),
        ("code=\"404\"", 404),
        (" code = 418 ", 418),
        ("respond-async, code=503", 503),
        ("wait=10; code=504", 504),
        ("code=400, code=500", 400),
    ] {
        assert_eq!(prefer(&mock, preference).await.status.as_u16(), status, "{preference}");
    }
    assert_eq!(prefer(&mock, "code=200").await.status, 599, "the ordinary way, faults and all");
    assert_eq!(
        prefer(&mock, "return=minimal").await.status,
        429,
        "no code is no wish; and forced answers used no rate"
    );
    let nobody = Request::get(PATH).header("Prefer", "code=503");
    assert_eq!(mock.send(nobody).await.status, 503, "before the key is checked");
}

#[tokio::test]
async fn an_invalid_prefer_status_is_refused_briefly() {
    let mock = TestMock::default();
    for code in ["201", "399", "600", "0", "-1", "abc", "", "4 29", "99999"] {
        let details = prefer(&mock, &format!("code={code}")).await.details(400);
        assert_eq!(
            details,
            format!("Prefer: code={code} cannot be forced; accepted: 200, or 400 to 599, such as code=429.")
        );
    }
    let details = prefer(&mock, &format!("code={}", "9".repeat(20_000))).await.details(400);
    assert!(details.len() < 1000, "{} bytes", details.len());
}

#[tokio::test]
async fn faults_can_be_added_from_rust() {
    let mock = TestMock::default();
    let matcher = RequestMatcher { page: Some(1), ..RequestMatcher::default() };
    let effect = Effect::status(502, None);
    mock.mock.world().faults().add(FaultRule { matcher, times: Some(1), ..FaultRule::from(effect) });
    assert_eq!(mock.logs("page=0").await.status, 200);
    assert_eq!(mock.logs("page=1").await.status, 502);
    assert_eq!(mock.logs("page=1").await.status, 200);
}

#[tokio::test]
async fn a_wrong_rule_says_what_to_send() {
    let mock = TestMock::default();
    let mut messages = Vec::new();
    for body in [
        "",
        "503",
        "{}",
        "[{}, 5]",
        "{\"type\":\"statsu\"}",
        "{\"type\":\"timeout\"}",
        "{\"type\":\"status\"}",
        "{\"type\":\"status\",\"status\":200}",
        "{\"type\":\"status\",\"status\":\"503\"}",
        "{\"type\":\"status\",\"status\":503,\"retry_after\":1}",
        "{\"type\":\"status\",\"status\":503,\"retryAfter\":\"1s\"}",
        "{\"type\":\"status\",\"status\":301,\"body\":\"\"}",
        "{\"type\":\"status\",\"status\":502,\"contentType\":\"text/html\"}",
        "{\"type\":\"status\",\"status\":502,\"body\":{},\"message\":\"m\"}",
        "{\"type\":\"status\",\"status\":502,\"body\":\"\",\"contentType\":\"text/html\\r\\nX-A: b\"}",
        "{\"type\":\"status\",\"status\":503,\"retryAfterDate\":true}",
        "{\"type\":\"delay\"}",
        "{\"type\":\"delay\",\"fixed\":2}",
        "{\"type\":\"delay\",\"fixed\":\"1h\"}",
        "{\"type\":\"delay\",\"fixed\":\"1s\",\"uniform\":{}}",
        "{\"type\":\"delay\",\"uniform\":{\"min\":\"3s\",\"max\":\"1s\"}}",
        "{\"type\":\"delay\",\"uniform\":\"1s-3s\"}",
        "{\"type\":\"delay\",\"logNormal\":{\"sigma\":9}}",
        "{\"type\":\"truncate\"}",
        "{\"type\":\"truncate\",\"bytes\":-1}",
        "{\"type\":\"drip\",\"bytes\":0}",
        "{\"type\":\"reset\",\"times\":0,\"cycle\":0,\"probability\":50}",
        "{\"type\":\"reset\",\"match\":{\"path\":\"/x\"}}",
        "{\"type\":\"reset\",\"match\":{\"page\":\"1\",\"query\":{\"page\":1}}}",
        "{\"type\":\"reset\",\"match\":{\"key\":\"nobody\"}}",
        "{\"type\":\"reset\",\"type\":\"empty\"}",
    ] {
        messages.push(format!("{body}\n  {}", mock.admin("POST", "/faults", body).await.details(400)));
    }
    insta::assert_snapshot!(messages.join("\n"));
    let long = json!({"type": "status", "status": 502, "body": "x".repeat(64 * 1024 + 1)});
    let details = mock.admin("POST", "/faults", long).await.details(400);
    assert!(details.contains("body: has 65537 bytes; at most 65536 (64 KiB) are accepted"), "{details}");
    assert!(listed(&mock).await.is_empty());
}

#[tokio::test]
async fn a_session_has_at_most_a_thousand_rules_beside_those_of_keys() {
    let mock = TestMock::default();
    let rules = |count: usize| json!(vec![json!({"type": "reset"}); count]);
    mock.admin("POST", "/faults", rules(998)).await.created();
    assert_eq!(
        mock.admin("POST", "/faults", rules(3)).await.details(400),
        "No rule was added: a session can have 1000 beside those of keys, and this one has 998. DELETE /__admin/faults removes them."
    );
    mock.admin("POST", "/faults", rules(2)).await.created();
    mock.admin("POST", "/faults", rules(1)).await.details(400);
    mock.admin("POST", "/faults?session=other", rules(1)).await.created();
    mock.admin("DELETE", "/faults", "").await.ok();
    mock.admin("POST", "/faults", rules(1)).await.created();
    // A longer one could match no request, and would be kept.
    let rule =
        |bytes: usize| json!([{"type": "reset"}, {"type": "reset", "match": {"query": {"a": "x".repeat(bytes)}}}]);
    let details = mock.admin("POST", "/faults", rule(16_384)).await.details(400);
    assert!(
        details.contains("match.query: is 16385 bytes long; no request has more than 16384 of path and query"),
        "{details}"
    );
    mock.admin("POST", "/faults", rule(16_000)).await.created();
}

// Rules from the start

#[tokio::test]
async fn rules_from_the_start_are_removed_with_all_others_until_a_reset() {
    let files = folder(&[("faults.json", r#"{"type": "status", "status": 503}"#)]);
    let mock = TestMock::with_config(Config {
        faults: vec![Effect::status(502, None).into()],
        fault_file: Some(files.path().join("faults.json")),
        ..Config::default()
    });
    assert_eq!(listed(&mock).await.len(), 2, "they are of no key");
    assert_eq!(mock.admin_get("/changes").await["faults"], 2);
    assert_eq!(statuses(&mock, "mock-admin", 1).await, [502]);
    assert_eq!(mock.admin("DELETE", "/faults", "").await.ok(), json!({"removed": 2}));
    assert_eq!(statuses(&mock, "mock-admin", 1).await, [200]);
    assert_eq!(statuses(&mock, "mock-flaky", 1).await, [503]);
    assert_eq!(statuses(&mock, "mock-admin~other", 1).await, [502]);
    mock.admin("POST", "/reset", "").await.ok();
    assert_eq!(statuses(&mock, "mock-admin", 1).await, [502]);
}

/// The errors of a server that starts with these rules, without the folder of the file.
fn start_errors(rules: &Value) -> String {
    let files = folder(&[("faults.json", &rules.to_string())]);
    let path = files.path().join("faults.json");
    let config = Config { fault_file: Some(path.clone()), ..Config::default() };
    AppState::load(&config).unwrap_err().to_string().replace(path.to_str().unwrap(), "faults.json")
}

#[tokio::test]
async fn rules_from_the_start_are_checked_as_those_of_a_request() {
    let rules = json!([
        {"type": "reset", "match": {"key": "Admn"}},
        {"type": "reset", "match": {"key": "mock-auditor", "query": {"a": "x".repeat(16_384)}}},
    ]);
    let errors = start_errors(&rules);
    let mock = TestMock::default();
    let details = mock.admin("POST", "/faults", rules).await.details(400);
    for line in errors.lines() {
        assert!(details.contains(line.strip_prefix("faults.json: ").unwrap()), "{line}\n{details}");
    }
    assert_eq!(errors.lines().count(), 2);
    assert!(errors.starts_with("faults.json: fault 1, match.key: no key has this name or token; the keys are Admin, "));
    let many = start_errors(&json!(vec![json!({"type": "reset"}); 1001]));
    assert_eq!(many, "faults.json: makes 1001 rules; a session can have 1000 beside those of keys");

    let unknown = FaultRule {
        matcher: RequestMatcher { key: Some("nobody".to_owned()), ..RequestMatcher::default() },
        ..Effect::Reset.into()
    };
    let errors = AppState::load(&Config { faults: vec![unknown], ..Config::default() }).unwrap_err().to_string();
    assert!(errors.starts_with("Config::faults: match.key: no key has this name or token"), "{errors}");
}

/// The token itself is kept nowhere.
#[tokio::test]
async fn a_rule_from_the_start_may_name_a_key_by_its_token() {
    let files = folder(&[("faults.json", r#"{"type": "status", "status": 503, "match": {"key": "mock-auditor"}}"#)]);
    let mock =
        TestMock::with_config(Config { fault_file: Some(files.path().join("faults.json")), ..Config::default() });
    assert_eq!(statuses(&mock, "mock-auditor", 1).await, [503]);
    assert_eq!(statuses(&mock, "mock-admin", 1).await, [200]);
    assert_eq!(listed(&mock).await[0]["match"], json!({"key": "Auditor"}));
}
