//! Tokens in requests: redacted in the journal, in messages and in the log.

use axum::http::Request;
use cortex_audit_mock::contract::Parameter;
use cortex_audit_mock::world::JournalFilter;
use cortex_audit_mock::{Admin, Config, KeySource};
use serde_json::json;

use super::{PATH, requests};
use crate::support::{TestMock, capture_log};

/// A token at any place of a request is in no record, message or log line.
#[tokio::test]
async fn a_token_is_nowhere() {
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
    let mut output = String::new();
    for token in [
        "t0psecret-of-ada",
        "t0psecret-of-ada~session",
        "t0psecret-of-ada~bad/name",
        "t0psecret-revoked",
        "t0psecret-unknown",
        "t0psecret-unknown~session",
    ] {
        let answer = mock.get_as(token, PATH).await;
        output += &answer.text();
        output += answer.header("www-authenticate").unwrap_or_default();
        output += &mock.get_as(token, &format!("{PATH}?page=x&quiet=1")).await.text();
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
            output += &mock
                .get_as("t0psecret-of-ada~other", &format!("{PATH}?page=1&{name}={value}&pageSize=2"))
                .await
                .text();
        }
    }
    // In another parameter, a token with a session is recognized by its tilde.
    for name in ["q", "session", "t%20", "%zz"] {
        output +=
            &mock.get_as("t0psecret-of-ada~other", &format!("{PATH}?{name}=t0psecret-of-ada~session")).await.text();
        output += &mock.admin("GET", &format!("/clock?{name}=t0psecret-of-ada%7Esession"), "").await.text();
    }
    for session in ["", "session=session", "session=other"] {
        output += &mock.admin("GET", &format!("/requests?{session}"), "").await.text();
    }
    let lines = log.text();
    assert!(lines.contains(PATH) && output.contains("\"Ada\""), "the log and the output are not empty");
    assert!(!lines.contains("t0psecret"), "{}", lines.lines().find(|line| line.contains("t0psecret")).unwrap());
    let place =
        output.find("t0psecret").map(|at| output[at.saturating_sub(200)..(at + 40).min(output.len())].to_owned());
    assert_eq!(place, None);
}

#[tokio::test]
async fn a_token_in_path_or_prefer_or_of_the_control_plane_is_nowhere() {
    let (log, _guard) = capture_log();
    let admin = Admin::Token("guard-token-4711".to_owned());
    let keys =
        json!({"keys": [{"token": "t0psecret-of-ada", "name": "Ada", "roles": [{"type": "DEFAULT", "role": "USER"}]}]});
    let keys = KeySource::Text(keys.to_string());
    let mock = TestMock::with_config(Config { keys, admin, ..Config::default() });
    let mut output = String::new();
    for path in [
        "/api/v1/audit-logs/t0psecret-of-ada",
        "/t0psecret-of-ada~session/x",
        "/api/v1/audit-logs?q=t0psecret-of-ada",
        "/api/v1/audit-logs?q=Bearer+t0psecret-of-ada",
        "/api/v1/audit-logs?t0psecret-of-ada",
        "/api/v1/audit-logs?q=guard-token-4711",
        "/api/v1/audit-logs?q=t0psecret%2Dof-ada",
    ] {
        output += &mock.get_as("t0psecret-of-ada", path).await.text();
    }
    let asked = Request::get(PATH).header("Authorization", "Bearer t0psecret-of-ada");
    output += &mock.send(asked.header("Prefer", "code=t0psecret-of-ada")).await.text();
    for query in ["session=t0psecret-of-ada", "t0psecret-of-ada=3", "session=Bearer%20t0psecret-of-ada"] {
        let request =
            Request::get(format!("/__admin/clock?{query}")).header("Authorization", "Bearer guard-token-4711");
        output += &mock.send(request).await.details(400);
    }
    let journal = format!("{:?}", mock.mock.world().journal().list(&JournalFilter::default()));
    for text in [&output, &journal, &log.text()] {
        assert!(!text.contains("t0psecret") && !text.contains("guard-token"), "{text}");
    }
    assert!(journal.contains("(hidden)") && log.text().contains("(hidden)"));
}

/// A misconfigured client sends its token as the value of a known parameter, or within one.
#[tokio::test]
async fn a_token_in_place_of_a_value_is_nowhere() {
    let (log, _guard) = capture_log();
    let keys = json!({"keys": [
        {"token": "t0psecret-of-ada", "name": "Ada", "roles": [{"type": "DEFAULT", "role": "USER"}]},
        {"token": "t0psecret==", "name": "Padded", "roles": []},
    ]});
    let mock = TestMock::with_config(Config { keys: KeySource::Text(keys.to_string()), ..Config::default() });
    let mut output = String::new();
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
                output += &mock.get_as("t0psecret-of-ada~two", &format!("{PATH}?{name}={value}")).await.text();
            }
        }
        output += &mock.admin("GET", "/requests?session=two", "").await.text();
        output += &mock.admin("GET", "/verdict?session=two", "").await.text();
    }
    for path in ["/api/v1/token=t0psecret-of-ada", "/t0psecret==", "/a;key=t0psecret==,b"] {
        output += &mock.get_as("t0psecret-of-ada", path).await.text();
    }
    output += &mock.admin("GET", "/requests", "").await.text();
    for text in [&output, &log.text()] {
        // One value is encoded twice: it is redacted after one decoding.
        let plain = text.replace("%252D", "-").replace("%2D", "-");
        let place = plain.find("t0psecret").map(|at| &plain[at.saturating_sub(200)..(at + 40).min(plain.len())]);
        assert_eq!(place, None);
    }
    assert!(output.contains("pageSize=(hidden)") && log.text().contains("pageSize=(hidden)"));
}

/// For example a token that is also an e-mail address; one of letters and digits alone looks most like a value.
#[tokio::test]
async fn a_filter_value_that_is_also_a_token_still_filters() {
    for token in ["ci-deploy", "deploy4711"] {
        let keys = json!({"keys": [{"token": token, "name": "CI", "roles": [{"type": "DEFAULT", "role": "USER"}]}]});
        let mock = TestMock::with_config(Config { keys: KeySource::Text(keys.to_string()), ..Config::default() });
        let entry = json!({"action": "CREATE", "objectType": "TEAM", "objectIdentifier": token, "timestamp": "now"});
        mock.admin("POST", "/audit-logs", entry).await.created();
        let found = mock.get_as(token, &format!("{PATH}?objectIdentifiers={token}")).await;
        assert_eq!(found.identifiers(), [token]);
        assert_eq!(requests(&mock, "").await[0]["query"], "objectIdentifiers=(hidden)");

        // The verdict uses the original value, too.
        assert_eq!(mock.admin_get("/verdict").await["clients"][0]["coverage"]["once"], 1);
    }
}

/// Error messages of the control plane.
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

/// Only parameters with names of secrets are redacted.
#[tokio::test]
async fn an_ordinary_parameter_is_listed_and_matched_by_faults() {
    let mock = TestMock::default();
    let rule = json!({"type": "status", "status": 503, "match": {"query": {"author": "ada", "token": "x"}}});
    mock.admin("POST", "/faults", rule).await.created();
    mock.logs("author=ada&design=new").await.ok();
    assert_eq!(requests(&mock, "").await[0]["query"], "author=ada&design=new");
    mock.logs("author=ada&token=x").await.details(503);
    assert_eq!(requests(&mock, "").await[0]["query"], "author=ada&token=(hidden)");
}
