//! Web pages of other origins: preflights and headers of the API with `--cors`, and what is said without it.

use axum::body::to_bytes;
use axum::http::Request;
use axum::response::Response;
use cortex_audit_mock::world::verdict::Scope;
use cortex_audit_mock::world::{JournalFilter, RequestOutcome};
use cortex_audit_mock::{Config, CorsOrigin};
use serde_json::Value;

use crate::support::{TestMock, TestResponse};

const LOGS: &str = "/api/v1/audit-logs";
const APP: &str = "http://localhost:5173";

fn mock(origins: &[&str]) -> TestMock {
    let cors = origins.iter().map(|origin| origin.parse().unwrap()).collect();
    TestMock::with_config(Config { cors, rate_limit: "2/d".parse().unwrap(), ..Config::default() })
}

fn preflight(path: &str, origin: &str) -> axum::http::request::Builder {
    let request = Request::options(path).header("Origin", origin).header("Access-Control-Request-Method", "GET");
    request.header("Access-Control-Request-Headers", "authorization,x-of-the-app")
}

async fn get(mock: &TestMock, token: &str, path: &str, origin: &str) -> TestResponse {
    let request = Request::get(path).header("Authorization", format!("Bearer {token}"));
    mock.send(request.header("Origin", origin)).await
}

fn header<'a>(response: &'a Response, name: &str) -> Option<&'a str> {
    response.headers().get(name).map(|value| value.to_str().unwrap())
}

#[tokio::test]
async fn a_preflight_of_an_allowed_origin_is_answered() {
    for (mock, allowed) in [(mock(&["http://other.test", APP]), APP), (mock(&["*"]), "*")] {
        // More than the limit admits: a preflight does not count for it.
        for path in [LOGS, LOGS, "/api/v1/audit-logs/", "/api/v1/catalog", "/api/v2/none"] {
            let answer = mock.send_unchecked(preflight(path, APP)).await;
            assert_eq!(answer.status(), 204, "{path}");
            assert_eq!(header(&answer, "access-control-allow-origin"), Some(allowed));
            assert_eq!(header(&answer, "access-control-allow-methods"), Some("GET, HEAD"));
            assert_eq!(header(&answer, "access-control-allow-headers"), Some("authorization,x-of-the-app"));
            assert_eq!(header(&answer, "vary"), Some("Origin"));
            assert!(header(&answer, "x-request-id").is_some());
        }
        get(&mock, "mock-admin", LOGS, APP).await.ok();
    }
}

#[tokio::test]
async fn every_response_of_the_api_can_be_read_by_the_page() {
    let mock = mock(&[APP]);
    for (token, path, status) in [
        ("mock-admin", LOGS, 200),
        ("mock-admin", "/api/v1/audit-logs/?page=x", 400),
        ("mock-admin", LOGS, 429),
        ("wrong", LOGS, 401),
        ("mock-no-audit", LOGS, 403),
        ("mock-admin", "/api/v2/none", 404),
        ("mock-flaky", LOGS, 503),
    ] {
        let answer = get(&mock, token, path, APP).await;
        assert_eq!(answer.status.as_u16(), status, "{path}");
        assert_eq!(answer.header("access-control-allow-origin"), Some(APP), "{status}");
        let exposed = answer.header("access-control-expose-headers").unwrap();
        assert!(exposed.contains("Retry-After") && exposed.contains("X-Request-Id"), "{exposed}");
        assert_eq!(answer.header("vary"), Some("Origin"));
    }
}

#[tokio::test]
async fn other_origins_and_programs_get_no_permission() {
    let mock = mock(&[APP]);
    for origin in ["http://localhost:5174", "https://localhost:5173", "http://localhost:5173.evil.example", "null", ""]
    {
        let answer = get(&mock, "mock-auditor", "/api/v1/catalog", origin).await;
        assert_eq!(answer.header("access-control-allow-origin"), None, "{origin}");
        assert_eq!(answer.header("vary"), Some("Origin"), "a cache may not give it to the allowed one");
        assert_eq!(mock.send_unchecked(preflight(LOGS, origin)).await.status(), 405, "{origin}");
    }
    let program = mock.get(LOGS).await;
    assert_eq!(program.header("access-control-allow-origin"), None);
}

#[tokio::test]
async fn the_control_plane_and_the_documents_are_never_readable() {
    let mock = mock(&["*"]);
    for path in ["/__admin/clock", "/__admin/health", "/openapi.json", "/"] {
        let answer = mock.send_unchecked(Request::get(path).header("Origin", APP)).await;
        let asked = mock.send_unchecked(preflight(path, APP)).await;
        assert!(asked.status().is_client_error(), "{path}: {}", asked.status());
        for answer in [answer, asked] {
            assert_eq!(header(&answer, "access-control-allow-origin"), None, "{path}");
        }
    }
}

#[tokio::test]
async fn without_the_flag_a_preflight_is_told_about_it() {
    let mock = mock(&[]);
    for path in [LOGS, LOGS, LOGS, "/api/v2/none"] {
        let answer = mock.send(preflight(path, APP)).await;
        assert_eq!(answer.header("allow"), Some("GET,HEAD"));
        let told = "Web pages of the origin http://localhost:5173 may not call this server; start it with --cors \
                    http://localhost:5173, or with --cors '*' for all origins.";
        assert_eq!(answer.details(405), told);
    }
    for (origin, told) in [
        (
            "http://[::1]:5173",
            "of the origin http://[::1]:5173 may not call this server; start it with --cors http://[::1]:5173, or",
        ),
        ("null", "of the origin null may not call this server; start it with --cors '*' for all origins."),
        ("", "with an empty Origin may not call this server; start it with --cors '*' for all origins."),
    ] {
        let answer = mock.send_unchecked(preflight(LOGS, origin)).await;
        let body = to_bytes(answer.into_body(), usize::MAX).await.unwrap();
        let details = serde_json::from_slice::<Value>(&body).unwrap()["details"].as_str().unwrap().to_owned();
        assert!(details.contains(told), "{details}");
    }
    let answer = get(&mock, "mock-admin", LOGS, APP).await;
    answer.ok();
    assert_eq!((answer.header("vary"), answer.header("access-control-allow-origin")), (None, None));
    // Another request with this method is one as any other.
    assert_eq!(mock.send(Request::options(LOGS)).await.status, 401);
}

#[tokio::test]
async fn preflights_are_in_the_journal_and_not_in_the_verdict() {
    for (origins, status) in [([APP].as_slice(), 204), (&[], 405)] {
        let mock = mock(origins);
        let _ = mock.send_unchecked(preflight(LOGS, APP)).await;
        let world = mock.mock.world();
        let journal = world.journal().list(&JournalFilter::default());
        assert_eq!((journal.len(), &*journal[0].method), (1, "OPTIONS"));
        assert_eq!(journal[0].outcome, RequestOutcome::Status(status));
        let verdict = world.verdict(&Scope::default());
        assert_eq!((verdict.unknown_key.count, verdict.clients.len()), (0, 0));
    }
}

#[test]
fn an_origin_is_compared_as_browsers_write_it() {
    let origin = |text: &str| text.parse::<CorsOrigin>();
    assert_eq!(origin("HTTP://LocalHost:80"), origin("http://localhost"));
    assert_eq!(origin("https://app.example:443"), origin("https://app.example"));
    assert_ne!(origin("https://app.example:80"), origin("https://app.example"));
    assert_eq!(origin("*"), Ok(CorsOrigin::Any));
    assert_eq!(origin(" http://a:1"), origin("http://a:1"), "after a comma");
    for text in ["capacitor://localhost", "http://[::1]:5173", "chrome-extension://abcdef"] {
        assert!(origin(text).is_ok(), "{text}");
    }
    for text in [
        "",
        "localhost:5173",
        "http://",
        "http://a/",
        "http://a/path",
        "http://u@a",
        "http://*.a",
        "null",
        "http://a:x",
        "ftp://a",
        "FILE://a",
        "ws://a",
    ] {
        let error = origin(text).unwrap_err().to_string();
        assert!(error.contains("http://localhost:5173, or * for all"), "{text}: {error}");
    }
}
