//! The guard of the control plane: other sites, the admin token, `--no-admin`.

use axum::http::Request;
use cortex_audit_mock::Admin;
use cortex_audit_mock::Config;
use serde_json::json;

use crate::documents::guarded_calls;
use crate::support::{TestMock, TestResponse, capture_log};

/// Every guarded call, and one that does not exist.
fn calls() -> Vec<(String, String)> {
    let mut calls = guarded_calls();
    calls.push(("GET".to_owned(), "/no-such-call".to_owned()));
    calls
}

async fn call(mock: &TestMock, method: &str, path: &str, headers: &[(&str, &str)]) -> TestResponse {
    let mut request = Request::builder().method(method).uri(format!("/__admin{path}"));
    for (name, value) in headers {
        request = request.header(*name, *value);
    }
    mock.send(request).await
}

fn guarded() -> TestMock {
    TestMock::with_config(Config { admin: Admin::Token("s3cret-admin-token".to_owned()), ..Config::default() })
}

#[tokio::test]
async fn every_call_from_another_site_is_refused() {
    let mock = TestMock::default();
    for (method, path) in &calls() {
        for headers in [
            [("sec-fetch-site", "cross-site"), ("host", "127.0.0.1:8080")],
            [("origin", "https://evil.example"), ("host", "127.0.0.1:8080")],
        ] {
            let answer = call(&mock, method, path, &headers).await;
            assert_eq!(answer.status, 403, "{method} {path}");
            assert_eq!(answer.json()["type"], "FORBIDDEN");
        }
    }
    assert_eq!(mock.admin_get("/sessions").await["sessions"], json!([]));
}

#[tokio::test]
async fn the_origin_sent_by_a_browser_decides() {
    let mock = TestMock::default();
    for (headers, status) in [
        ([].as_slice(), 200),
        (&[("sec-fetch-site", "same-origin")], 200),
        (&[("sec-fetch-site", "none")], 200),
        (&[("sec-fetch-site", "same-site")], 403),
        (&[("sec-fetch-site", "cross-site")], 403),
        (&[("sec-fetch-site", "")], 403),
        (&[("origin", "http://127.0.0.1:8080"), ("host", "127.0.0.1:8080")], 200),
        (&[("origin", "http://Localhost:8080"), ("host", "localhost:8080")], 200),
        (&[("origin", "http://127.0.0.1:8081"), ("host", "127.0.0.1:8080")], 403),
        (&[("origin", "http://localhost:8080"), ("host", "127.0.0.1:8080")], 403),
        (&[("origin", "null"), ("host", "127.0.0.1:8080")], 403),
        (&[("origin", "http://127.0.0.1:8080.evil.example"), ("host", "127.0.0.1:8080")], 403),
        (&[("origin", "http://127.0.0.1:8080"), ("host", "127.0.0.1:8080"), ("sec-fetch-site", "cross-site")], 403),
        (&[("origin", "https://evil.example"), ("host", "127.0.0.1:8080"), ("sec-fetch-site", "same-origin")], 403),
        (&[("origin", "http://127.0.0.1:8080"), ("host", "127.0.0.1:8080"), ("sec-fetch-site", "same-origin")], 200),
        (&[("origin", "http://[::1]:8080"), ("host", "[::1]:8080"), ("sec-fetch-site", "same-origin")], 200),
        (&[("host", "[::1]"), ("sec-fetch-site", "same-origin")], 200),
        (&[("host", "mock.test:8080")], 200),
        // DNS rebinding: a foreign name for this machine.
        (
            &[("origin", "http://evil.example:8080"), ("host", "evil.example:8080"), ("sec-fetch-site", "same-origin")],
            403,
        ),
        (&[("host", "evil.example"), ("sec-fetch-site", "same-origin")], 403),
        (&[("host", "127.0.0.1.evil.example:80"), ("sec-fetch-site", "none")], 403),
        // Over plain HTTP a browser then sends neither header; its user agent still names it.
        (&[("host", "evil.example:8080"), ("user-agent", "Mozilla/5.0 (X11; Linux x86_64)")], 403),
        (&[("host", "mock:8080"), ("user-agent", "curl/8.5.0")], 200),
    ] {
        assert_eq!(call(&mock, "POST", "/reset", headers).await.status.as_u16(), status, "{headers:?}");
    }
}

#[tokio::test]
async fn a_guarded_control_plane_asks_for_its_token_at_every_call() {
    let mock = guarded();
    let (log, _guard) = capture_log();
    for (method, path) in &calls() {
        for headers in [
            [].as_slice(),
            &[("authorization", "Bearer mock-admin")],
            &[("authorization", "Bearer s3cret-admin-toke")],
            &[("authorization", "Bearer s3cret-admin-token2")],
            &[("authorization", "Basic s3cret-admin-token")],
            &[("authorization", "s3cret-admin-token")],
            &[("authorization", "Bearer s3cret-admin-token"), ("authorization", "Bearer s3cret-admin-token")],
        ] {
            let answer = call(&mock, method, path, headers).await;
            assert_eq!(answer.status, 401, "{method} {path} {headers:?}");
            assert!(answer.header("www-authenticate").unwrap().starts_with("Bearer"));
            assert!(!answer.text().contains("s3cret"), "{}", answer.text());
        }
    }
    let details = call(&mock, "GET", "/clock", &[]).await.details(401);
    assert!(details.contains("--admin-token") && details.contains("Authorization: Bearer TOKEN"), "{details}");
    let challenge = call(&mock, "GET", "/clock", &[]).await;
    assert_eq!(challenge.header("www-authenticate"), Some("Bearer"), "no token was sent that could be invalid");
    assert!(log.text().contains("/__admin/clock") && !log.text().contains("s3cret"), "{}", log.text());
}

#[tokio::test]
async fn the_token_grants_access_but_not_to_another_site() {
    let mock = guarded();
    let token = ("authorization", "bearer s3cret-admin-token");
    assert_eq!(call(&mock, "GET", "/clock", &[token]).await.status, 200);
    assert_eq!(call(&mock, "POST", "/reset", &[token]).await.status, 200);
    assert_eq!(call(&mock, "GET", "/clock", &[token, ("sec-fetch-site", "cross-site")]).await.status, 403);
    assert_eq!(mock.get("/api/v1/audit-logs").await.status, 200, "the API has keys of its own");
    assert_eq!(mock.get_as("s3cret-admin-token", "/api/v1/audit-logs").await.status, 401);
}

#[tokio::test]
async fn health_is_the_same_for_everyone() {
    let open = TestMock::default();
    let shut = TestMock::with_config(Config { admin: Admin::Off, ..Config::default() });
    for mock in [&open, &guarded(), &shut] {
        for headers in [[].as_slice(), &[("sec-fetch-site", "cross-site")], &[("authorization", "Bearer wrong")]] {
            let answer = call(mock, "GET", "/health", headers).await;
            assert_eq!(answer.ok(), json!({"status": "ok"}));
        }
    }
    open.admin("POST", "/faults", json!({"type": "status", "status": 503})).await.created();
    open.admin("PATCH", "/settings", json!({"rateLimit": "1/d"})).await.ok();
    assert_eq!(call(&open, "GET", "/health", &[]).await.ok(), json!({"status": "ok"}));
}

#[tokio::test]
async fn a_disabled_control_plane_is_a_404() {
    let mock = TestMock::with_config(Config { admin: Admin::Off, ..Config::default() });
    let others = [("PATCH", "/clock"), ("PUT", "/faults")].map(|(method, path)| (method.to_owned(), path.to_owned()));
    for (method, path) in &calls().into_iter().chain(others).collect::<Vec<_>>() {
        let details = call(&mock, method, path, &[]).await.details(404);
        assert!(details.contains("--no-admin"), "{method} {path}: {details}");
    }
    mock.logs("").await.ok();
}

/// A handler without the extractor of a session would ignore a misspelt `?session=`, and act on the default one.
#[tokio::test]
async fn every_call_refuses_unknown_parameters() {
    let mock = TestMock::default();
    for (method, path) in &guarded_calls() {
        let details = call(&mock, method, &format!("{path}?sesion=one"), &[]).await.details(400);
        assert!(details.contains("sesion"), "{method} {path}: {details}");
    }
}

#[tokio::test]
async fn an_unsupported_method_is_a_405() {
    let mock = guarded();
    assert_eq!(call(&mock, "PUT", "/faults", &[]).await.status, 401);
    let token = ("authorization", "Bearer s3cret-admin-token");
    let answer = call(&mock, "PUT", "/faults", &[token]).await;
    assert_eq!((answer.status.as_u16(), answer.header("allow").unwrap().contains("POST")), (405, true));
    assert_eq!(call(&mock, "PUT", "/faults", &[token, ("sec-fetch-site", "cross-site")]).await.status, 403);
}

#[tokio::test]
async fn no_401_echoes_the_token() {
    let mock = TestMock::default();
    for authorization in
        ["Bearer s3cret", "Bearer s3cret~one", "Bearer mock-admin~s3cret/", "s3cret", "Basic s3cret", "Bearer s3 cret"]
    {
        let answer = mock.send(Request::get("/api/v1/audit-logs").header("Authorization", authorization)).await;
        assert_eq!(answer.status, 401);
        let all = format!("{} {:?}", answer.text(), answer.headers);
        assert!(!all.contains("s3"), "{all}");
    }
}
