//! The journal: what a client asked and got, so that a test can look at what its client did. Never a secret.

use std::time::Duration;

use axum::body::Body;
use axum::http::{Method, Request};
use cortex_audit_mock::Admin;
use cortex_audit_mock::Config;
use cortex_audit_mock::KeySource;
use cortex_audit_mock::contract::Parameter;
use cortex_audit_mock::world::{Journal, JournalFilter};
use serde_json::{Value, json};

use crate::support::{NOW, TestMock, capture_log};

const PATH: &str = "/api/v1/audit-logs";

/// The records that a query of the control plane lists.
async fn requests(mock: &TestMock, query: &str) -> Vec<Value> {
    let listed = mock.admin_get(&format!("/requests?{query}")).await;
    let requests = listed["requests"].as_array().unwrap().clone();
    let counted = mock.admin_get(&format!("/requests/count?{query}")).await["count"].clone();
    assert_eq!((&listed["count"], &counted), (&counted, &listed["count"]), "both count what passes, whatever is shown");
    requests
}

async fn last(mock: &TestMock) -> Value {
    requests(mock, "limit=1").await.remove(0)
}

#[tokio::test]
async fn a_record_tells_everything_about_a_request() {
    let mock = TestMock::default();
    let answer =
        mock.logs("page=1&pageSize=7&objectTypes=TEAM,SERVICE&startTime=2025-05-20T14:00:00%2B02:00&quiet=false").await;
    answer.ok();
    let mut record = last(&mock).await;
    assert_eq!(record["id"].take(), answer.header("x-request-id").unwrap());
    let duration = record["durationMicroseconds"].take();
    assert!(duration.is_u64(), "{duration}");
    assert_eq!(
        record,
        json!({
            "id": null,
            "time": NOW,
            "method": "GET",
            "path": PATH,
            "query": "page=1&pageSize=7&objectTypes=TEAM,SERVICE&startTime=2025-05-20T14:00:00%2B02:00&quiet=false",
            "parsedQuery": {"startTime": NOW, "page": 1, "pageSize": 7, "objectTypes": ["TEAM", "SERVICE"]},
            "key": {"name": "Admin", "lastFour": "dmin"},
            "status": 200,
            "durationMicroseconds": null,
            "findings": [{
                "rule": "PARAM-UNKNOWN",
                "severity": "unlisted",
                "parameter": "quiet",
                "value": "false",
                "message": record["findings"][0]["message"],
            }],
            "problem": null,
            "answeredBy": null,
            "faults": [],
            "fromPage": false,
        })
    );
}

#[tokio::test]
async fn an_ignored_parameter_is_listed_with_what_was_likely_meant() {
    let mock = TestMock::default();
    for (query, nearest) in
        [("objectType=TEAM", "objectTypes"), ("pagesize=3", "pageSize"), ("start_time=x", "startTime")]
    {
        mock.logs(query).await.ok();
        let finding = &last(&mock).await["findings"][0];
        assert_eq!((&finding["rule"], &finding["nearest"]), (&json!("PARAM-UNKNOWN"), &json!(nearest)));
        let message = finding["message"].as_str().unwrap();
        assert!(message.contains(&format!("Did you mean \"{nearest}\"?")), "{message}");
    }
    mock.logs("objectTypes=servcie").await.ok();
    assert_eq!(last(&mock).await["findings"][0]["nearest"], "SERVICE");
}

#[tokio::test]
async fn what_was_wrong_with_a_refused_request_is_listed() {
    let mock = TestMock::default();
    mock.logs("page=-1&actions=create&quiet=1").await;
    let record = last(&mock).await;
    assert_eq!((&record["status"], &record["parsedQuery"]), (&json!(400), &Value::Null));
    let rules: Vec<_> = record["findings"].as_array().unwrap().iter().map(|finding| finding["rule"].clone()).collect();
    assert_eq!(rules, ["PARAM-INVALID", "ENUM-CLOSED", "PARAM-UNKNOWN"]);
}

#[tokio::test]
async fn limit_fault_and_prefer_are_marked() {
    let mock = TestMock::with_config(Config { rate_limit: "3/d".parse().unwrap(), ..Config::default() });
    let added = mock
        .admin(
            "POST",
            "/faults",
            json!([{"type": "delay", "fixed": "0s"}, {"type": "status", "status": 502, "times": 1}]),
        )
        .await
        .created();
    let number = |place: usize| added["faults"][place]["id"].clone();
    mock.logs("").await;
    let record = last(&mock).await;
    assert_eq!(
        (&record["status"], &record["answeredBy"], &record["faults"]),
        (&json!(502), &json!("fault"), &json!([number(0), number(1)]))
    );
    mock.logs("").await.ok();
    let record = last(&mock).await;
    assert_eq!(
        (&record["status"], &record["answeredBy"], &record["faults"]),
        (&json!(200), &json!("fault"), &json!([number(0)]))
    );
    mock.admin("DELETE", "/faults", "").await.ok();
    mock.logs("").await.ok();
    assert_eq!(last(&mock).await["answeredBy"], Value::Null);
    mock.logs("").await;
    let record = last(&mock).await;
    assert_eq!((&record["status"], &record["answeredBy"]), (&json!(429), &json!("limit")));
    mock.send(Request::get(PATH).header("Authorization", "Bearer mock-admin").header("Prefer", "code=429")).await;
    assert_eq!(last(&mock).await["answeredBy"], "prefer");
}

#[tokio::test]
async fn every_way_in_which_a_request_can_end_is_recorded() {
    let mock = TestMock::default();
    let authorized = |method: Method, path: &str| {
        Request::builder().method(method).uri(path).header("Authorization", "Bearer mock-admin")
    };
    let cases = [
        (Request::get(PATH).body(Body::empty()), 401),
        (Request::get(PATH).header("Authorization", "Bearer mock-no-audit").body(Body::empty()), 403),
        (authorized(Method::GET, "/api/v1/teams").body(Body::empty()), 404),
        (authorized(Method::GET, "/nothing").body(Body::empty()), 404),
        (authorized(Method::POST, PATH).body(Body::empty()), 405),
        (authorized(Method::GET, PATH).body(Body::from(vec![b' '; (2 << 20) + 1])), 413),
        (authorized(Method::GET, &format!("{PATH}?objectIdentifiers={}", "x".repeat(17_000))).body(Body::empty()), 414),
        (authorized(Method::GET, PATH).header("X-Long", "x".repeat(33_000)).body(Body::empty()), 431),
        (authorized(Method::HEAD, PATH).body(Body::empty()), 200),
        (authorized(Method::GET, "/api/v1/catalog").body(Body::empty()), 200),
        (authorized(Method::GET, &format!("{PATH}/")).body(Body::empty()), 200),
    ];
    for (place, (request, status)) in cases.into_iter().enumerate() {
        let request = request.unwrap();
        let (method, path) = (request.method().to_string(), request.uri().path().to_owned());
        let answer = mock.call(request).await;
        assert_eq!(answer.status, status);
        let record = last(&mock).await;
        let told = if answer.status.is_success() { Value::Null } else { answer.json()["details"].clone() };
        assert_eq!(record["problem"], told);
        assert_eq!(
            (&record["status"], &record["method"], &record["path"]),
            (&json!(status), &json!(method), &json!(path))
        );
        assert_eq!(requests(&mock, "").await.len(), place + 1);
    }
}

#[tokio::test]
async fn a_connection_that_a_fault_closes_has_the_status_0() {
    let mock = TestMock::default();
    for kind in ["reset", "empty"] {
        mock.admin("POST", "/faults", json!({"type": kind, "times": 1})).await.created();
        mock.get_unchecked(PATH).await;
        let record = last(&mock).await;
        assert_eq!((&record["status"], &record["answeredBy"]), (&json!(0), &json!("fault")));
    }
    assert_eq!(requests(&mock, "status=0").await.len(), 2);
}

/// A client that gives up is what delays are there to provoke.
#[tokio::test(start_paused = true)]
async fn a_client_that_goes_before_its_answer_is_recorded_with_the_status_0() {
    let mock = TestMock::default();
    mock.admin("POST", "/faults", json!({"type": "delay", "fixed": "5m"})).await.created();
    let impatient = tokio::time::timeout(Duration::from_secs(1), mock.logs("page=3"));
    assert!(impatient.await.is_err());
    let record = last(&mock).await;
    assert_eq!((&record["status"], &record["query"]), (&json!(0), &json!("page=3")));
    assert_eq!(requests(&mock, "").await.len(), 1);
}

#[tokio::test]
async fn calls_of_the_control_plane_and_of_the_document_are_not_recorded() {
    let mock = TestMock::default();
    mock.admin("POST", "/clock/advance", json!({"by": "1s"})).await.ok();
    mock.admin("PUT", "/clock", "wrong").await.details(400);
    mock.admin("GET", "/no-such-call", "").await.details(404);
    mock.admin("PATCH", "/clock", "").await.details(405);
    mock.get("/openapi.json").await.ok();
    assert_eq!(requests(&mock, "").await, [] as [Value; 0]);
}

#[tokio::test]
async fn each_filter_and_all_together_choose_the_records() {
    let mock = TestMock::with_config(Config { rate_limit: "6/d".parse().unwrap(), ..Config::default() });
    let authorized = |method: &str, path: &str| {
        Request::builder().method(method).uri(path).header("Authorization", "Bearer mock-admin")
    };
    mock.get_as("mock-auditor", PATH).await.ok();
    mock.logs("quiet=false").await.ok();
    mock.admin("POST", "/clock/advance", json!({"by": "10s"})).await.ok();
    mock.logs("page=x").await.details(400);
    mock.get("/api/v1/catalog").await.ok();
    mock.send(authorized("HEAD", PATH)).await;
    mock.admin("POST", "/clock/advance", json!({"by": "10s"})).await.ok();
    mock.get("/nothing").await.details(404);
    mock.send(authorized("GET", PATH).header("Prefer", "code=503")).await;
    mock.get_as("nobody", PATH).await.details(401);

    for (query, count) in [
        ("", 8),
        ("method=GET", 7),
        ("method=head", 1),
        ("method=POST", 0),
        ("path=/api/v1/audit-logs", 6),
        ("path=/api/v1", 0),
        ("path=%2Fnothing", 1),
        ("key=Admin", 6),
        ("key=Auditor", 1),
        ("key=mock-admin", 6),
        ("status=200", 4),
        ("status=503", 1),
        ("status=5xx", 1),
        ("status=2xx", 4),
        ("status=3xx", 0),
        ("status=0", 0),
        ("answeredBy=prefer", 1),
        ("answeredBy=limit", 0),
        ("answeredBy=fault", 0),
        ("rule=PARAM-UNKNOWN", 1),
        ("rule=PARAM-INVALID", 1),
        ("since=now", 3),
        ("since=now-10s", 6),
        ("until=now-10s", 5),
        ("since=now-10s&until=now-10s", 3),
        ("until=2025-05-20T12:00:00Z", 2),
        ("method=GET&path=/api/v1/audit-logs&key=Admin&status=400&rule=PARAM-INVALID&since=now-10s&until=now-10s", 1),
        ("method=GET&path=/api/v1/audit-logs&key=Auditor&status=400", 0),
    ] {
        assert_eq!(requests(&mock, query).await.len(), count, "{query}");
    }
}

#[tokio::test]
async fn the_newest_come_first_and_a_limit_leaves_the_count_whole() {
    let mock = TestMock::default();
    for page in 0..5 {
        mock.logs(&format!("page={page}")).await.ok();
    }
    let queries = async |limit: &str| -> Vec<Value> {
        requests(&mock, limit).await.iter().map(|record| record["query"].clone()).collect()
    };
    assert_eq!(queries("").await, ["page=4", "page=3", "page=2", "page=1", "page=0"]);
    assert_eq!(queries("limit=2").await, ["page=4", "page=3"]);
    assert_eq!(queries("limit=0").await, [] as [Value; 0]);
    assert_eq!(queries("limit=99").await.len(), 5);
    assert_eq!(mock.admin_get("/requests?limit=2").await["count"], 5);
}

#[tokio::test]
async fn a_wrong_filter_says_what_is_accepted() {
    let mock = TestMock::default();
    let mut told = Vec::new();
    for query in [
        "status=ok",
        "status=70000",
        "status=6xx",
        "status=xx",
        "limit=-1",
        "answeredBy=faults",
        "since=yesterday",
        "until=2025-05-20",
        "since=",
        "keys=Admin",
        "session=a%20b",
        "method=GET&method=PUT",
        "page=1",
        "status=",
        "%zz=1",
        "a=%ff",
    ] {
        told.push(format!("{query}\n  {}", mock.admin("GET", &format!("/requests?{query}"), "").await.details(400)));
        assert_eq!(mock.admin("GET", &format!("/requests/count?{query}"), "").await.status, 400);
    }
    insta::assert_snapshot!(told.join("\n"));
}

#[tokio::test]
async fn beyond_ten_thousand_the_oldest_go_and_are_counted() {
    let mock = TestMock::default();
    mock.fill_journal(Journal::CAPACITY);
    for _ in 0..3 {
        mock.get("/api/v1/catalog").await.ok();
    }
    let listed = mock.admin_get("/requests").await;
    assert_eq!((&listed["count"], &listed["dropped"]), (&json!(10_000), &json!(3)));
    assert_eq!(listed["requests"][9999]["query"], "number=3");
    assert_eq!(mock.admin_get("/requests/count").await, json!({"count": 10_000, "dropped": 3}));
    assert_eq!(mock.admin("DELETE", "/requests", "").await.ok(), json!({"removed": 10_000}));
    assert_eq!(mock.admin_get("/requests").await, json!({"requests": [], "count": 0, "dropped": 0}));
}

/// Wherever a token can stand in a request, it is in no record, message or line of the log.
#[tokio::test]
async fn a_secret_is_nowhere() {
    let (log, _guard) = capture_log();
    let role = json!([{"type": "DEFAULT", "role": "USER"}]);
    let keys = json!({"keys": [
        {"token": "t0psecret-of-ada", "name": "Ada", "roles": role},
        {"token": "t0psecret-revoked", "name": "Revoked", "roles": role, "revoked": true},
    ]});
    let mock = TestMock::with_config(Config {
        keys: KeySource::Text(keys.to_string()),
        rate_limit: "100/d".parse().unwrap(),
        ..Config::default()
    });
    let mut told = String::new();
    for token in [
        "t0psecret-of-ada",
        "t0psecret-of-ada~session",
        "t0psecret-of-ada~bad/name",
        "t0psecret-revoked",
        "t0psecret-unknown",
        "t0psecret-unknown~session",
    ] {
        let answer = mock.get_as(token, PATH).await;
        told += &answer.text();
        told += answer.header("www-authenticate").unwrap_or_default();
        told += &mock.get_as(token, &format!("{PATH}?page=x&quiet=1")).await.text();
    }
    for name in [
        "token",
        "access_token",
        "accessToken",
        "TOKEN",
        "api_key",
        "apiKey",
        "api-key",
        "key",
        "secret",
        "client_secret",
        "auth",
        "authorization",
        "Authorization",
        "password",
        "bearer",
        "credential",
        "credentials",
        "x-auth",
        "%74oken",
        "to%6ben",
        "jwt",
        "pwd",
        "pass",
        "passwd",
        "signature",
        "cookie",
    ] {
        for value in [
            "t0psecret-of-ada",
            "t0psecret%2Dof%2Dada",
            "t0psecret-of-ada~session",
            "Bearer+t0psecret-of-ada",
            "Bearer%20t0psecret-of-ada",
        ] {
            told += &mock
                .get_as("t0psecret-of-ada~other", &format!("{PATH}?page=1&{name}={value}&pageSize=2"))
                .await
                .text();
        }
    }
    // Under any other name a token with its session is known by its tilde.
    for name in ["q", "session", "t%20", "%zz"] {
        told += &mock.get_as("t0psecret-of-ada~other", &format!("{PATH}?{name}=t0psecret-of-ada~session")).await.text();
        told += &mock.admin("GET", &format!("/clock?{name}=t0psecret-of-ada%7Esession"), "").await.text();
    }
    for session in ["", "session=session", "session=other"] {
        told += &mock.admin("GET", &format!("/requests?{session}"), "").await.text();
    }
    let lines = log.text();
    assert!(lines.contains(PATH) && told.contains("\"Ada\""), "there is something to look at");
    assert!(!lines.contains("t0psecret"), "{}", lines.lines().find(|line| line.contains("t0psecret")).unwrap());
    let place = told.find("t0psecret").map(|at| told[at.saturating_sub(200)..(at + 40).min(told.len())].to_owned());
    assert_eq!(place, None);
}

/// A test that counts the refusals of a key it misspelt must not be green.
#[tokio::test]
async fn a_filter_that_can_match_nothing_is_refused() {
    let mock = TestMock::default();
    for (query, told) in [
        ("key=Nobody", "key: no key has this name or token; the keys are Admin, "),
        ("key=Admn", "did you mean \"Admin\"?"),
        ("rule=PARAM-UNKNOW", "did you mean PARAM-UNKNOWN?"),
        ("rule=NOPE", "rule: \"NOPE\" is not a rule of the fidelity table."),
    ] {
        let details = mock.admin("GET", &format!("/requests/count?{query}"), "").await.details(400);
        assert!(details.contains(told), "{query}: {details}");
    }
}

#[tokio::test]
async fn a_token_in_a_path_or_a_preference_or_of_the_control_plane_is_nowhere() {
    let (log, _guard) = capture_log();
    let admin = Admin::Token("guard-token-4711".to_owned());
    let keys =
        json!({"keys": [{"token": "t0psecret-of-ada", "name": "Ada", "roles": [{"type": "DEFAULT", "role": "USER"}]}]});
    let keys = KeySource::Text(keys.to_string());
    let mock = TestMock::with_config(Config { keys, admin, ..Config::default() });
    let mut told = String::new();
    for path in [
        "/api/v1/audit-logs/t0psecret-of-ada",
        "/t0psecret-of-ada~session/x",
        "/api/v1/audit-logs?q=t0psecret-of-ada",
        "/api/v1/audit-logs?q=Bearer+t0psecret-of-ada",
        "/api/v1/audit-logs?t0psecret-of-ada",
        "/api/v1/audit-logs?q=guard-token-4711",
        "/api/v1/audit-logs?q=t0psecret%2Dof-ada",
    ] {
        told += &mock.get_as("t0psecret-of-ada", path).await.text();
    }
    let asked = Request::get(PATH).header("Authorization", "Bearer t0psecret-of-ada");
    told += &mock.send(asked.header("Prefer", "code=t0psecret-of-ada")).await.text();
    for query in ["session=t0psecret-of-ada", "t0psecret-of-ada=3", "session=Bearer%20t0psecret-of-ada"] {
        let request =
            Request::get(format!("/__admin/clock?{query}")).header("Authorization", "Bearer guard-token-4711");
        told += &mock.send(request).await.details(400);
    }
    let kept = format!("{:?}", mock.mock.world().journal().list(&JournalFilter::default()));
    for text in [&told, &kept, &log.text()] {
        assert!(!text.contains("t0psecret") && !text.contains("guard-token"), "{text}");
    }
    assert!(kept.contains("(hidden)") && log.text().contains("(hidden)"));
}

/// A client with its settings mixed up sends its token as a value that it does have, or within a longer one.
#[tokio::test]
async fn a_token_in_place_of_a_value_is_nowhere() {
    let (log, _guard) = capture_log();
    let keys = json!({"keys": [
        {"token": "t0psecret-of-ada", "name": "Ada", "roles": [{"type": "DEFAULT", "role": "USER"}]},
        {"token": "t0psecret==", "name": "Padded", "roles": []},
    ]});
    let mock = TestMock::with_config(Config { keys: KeySource::Text(keys.to_string()), ..Config::default() });
    let mut told = String::new();
    for strict in [false, true] {
        mock.admin("PATCH", "/settings", json!({"strict": strict})).await.ok();
        for name in Parameter::ALL.map(Parameter::name).into_iter().chain(["other"]) {
            for value in [
                "t0psecret-of-ada",
                "t0psecret%2Dof-ada",
                "t0psecret%252Dof-ada",
                "t0psecret-of-ada~one",
                "t0psecret-of-ada~two",
                "a,t0psecret-of-ada",
                "t0psecret-of-ada%2Cb",
                "token=t0psecret-of-ada",
                "key:%20t0psecret==",
                "Bearer+t0psecret-of-ada",
            ] {
                told += &mock.get_as("t0psecret-of-ada~two", &format!("{PATH}?{name}={value}")).await.text();
            }
        }
        told += &mock.admin("GET", "/requests?session=two", "").await.text();
        told += &mock.admin("GET", "/verdict?session=two", "").await.text();
    }
    for path in ["/api/v1/token=t0psecret-of-ada", "/t0psecret==", "/a;key=t0psecret==,b"] {
        told += &mock.get_as("t0psecret-of-ada", path).await.text();
    }
    told += &mock.admin("GET", "/requests", "").await.text();
    for text in [&told, &log.text()] {
        // One value is encoded twice, and nobody reads a token in a query once decoded more often than it was encoded.
        let plain = text.replace("%252D", "-").replace("%2D", "-");
        let place = plain.find("t0psecret").map(|at| &plain[at.saturating_sub(200)..(at + 40).min(plain.len())]);
        assert_eq!(place, None);
    }
    assert!(told.contains("pageSize=(hidden)") && log.text().contains("pageSize=(hidden)"));
}

/// Whoever chose a token that is also the name of something can still ask for that.
#[tokio::test]
async fn a_filter_that_is_a_token_too_finds_what_it_names() {
    let keys = json!({"keys": [{"token": "ci-deploy", "name": "CI", "roles": [{"type": "DEFAULT", "role": "USER"}]}]});
    let mock = TestMock::with_config(Config { keys: KeySource::Text(keys.to_string()), ..Config::default() });
    let entry = json!({"action": "CREATE", "objectType": "TEAM", "objectIdentifier": "ci-deploy", "timestamp": "now"});
    mock.admin("POST", "/audit-logs", entry).await.created();
    let found = mock.get_as("ci-deploy", &format!("{PATH}?objectIdentifiers=ci-deploy")).await;
    assert_eq!(found.identifiers(), ["ci-deploy"]);
    assert_eq!(requests(&mock, "").await[0]["query"], "objectIdentifiers=(hidden)");

    // The verdict too knows what was meant.
    assert_eq!(mock.admin_get("/verdict").await["clients"][0]["coverage"]["once"], 1);
}

/// A call that is told wrongly tells nothing back that is a token.
#[tokio::test]
async fn a_token_in_a_call_of_the_control_plane_is_not_echoed() {
    let (log, _guard) = capture_log();
    let mock = TestMock::default();
    for (method, path) in [
        ("GET", "/mock-auditor"),
        ("GET", "/clock/mock%2Dauditor"),
        ("PUT", "/sessions/mock-auditor"),
        ("PUT", "/sessions/mock-auditor~one"),
        ("PUT", "/faults/mock-auditor"),
        ("DELETE", "/sessions/mock-auditor"),
        ("DELETE", "/faults/mock-auditor"),
        ("GET", "/requests?status=mock-auditor"),
        ("GET", "/requests?since=mock-auditor~one"),
        ("GET", "/requests?answeredBy=mock-auditor"),
        ("GET", "/requests?rule=mock-auditor"),
        ("GET", "/requests?limit=mock-auditor"),
        ("GET", "/verdict?from=mock-auditor"),
        ("GET", "/verdict?to=mock-auditor~one"),
        ("GET", "/verdict?expect=polite,mock-auditor"),
        ("GET", "/verdict?actions=mock-auditor"),
        ("GET", "/verdict?objectTypes=TEAM,mock-auditor"),
    ] {
        let answer = mock.admin(method, path, "").await;
        assert!(answer.status.is_client_error(), "{method} {path}");
        assert!(!answer.text().contains("auditor"), "{method} {path}: {}", answer.text());
    }
    assert!(!log.text().contains("auditor"), "{}", log.text());
}

/// Only what sounds like a secret is hidden: a developer wants to see the rest.
#[tokio::test]
async fn a_harmless_parameter_is_shown_and_matched_by_faults() {
    let mock = TestMock::default();
    let rule = json!({"type": "status", "status": 503, "match": {"query": {"author": "ada", "token": "x"}}});
    mock.admin("POST", "/faults", rule).await.created();
    mock.logs("author=ada&design=new").await.ok();
    assert_eq!(requests(&mock, "").await[0]["query"], "author=ada&design=new");
    mock.logs("author=ada&token=x").await.details(503);
    assert_eq!(requests(&mock, "").await[0]["query"], "author=ada&token=(hidden)");
}

#[tokio::test]
async fn a_path_and_query_of_no_sensible_length_are_kept_in_part() {
    let mock = TestMock::default();
    let long = "x".repeat(60_000);
    mock.get(&format!("/api/v1/audit-logs?{long}")).await.details(414);
    mock.get(&format!("/{long}")).await.details(414);
    for record in mock.mock.world().journal().list(&JournalFilter::default()) {
        assert!(record.query.len() < 5000 && record.path.len() < 5000);
        assert!(record.query.ends_with('…') || record.path.ends_with('…'));
    }
}
