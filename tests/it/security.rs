//! The guard of the control plane, and of the user's own entries: other sites, the admin token, `--no-admin`.

use axum::http::Request;
use cortex_audit_mock::server::Tls;
use cortex_audit_mock::world::JournalFilter;
use cortex_audit_mock::{Admin, Config, MockServer};
use futures_util::future::join_all;
use insta::assert_snapshot;
use serde_json::json;
use tokio::time::Instant;

use crate::documents::guarded_calls;
use crate::support::h2_client::{HttpClient, TlsClient};
use crate::support::process::{Connection, head};
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
        (&[("origin", "http://localhost"), ("host", "localhost:80")], 200),
        (&[("origin", "http://127.0.0.1:8081"), ("host", "127.0.0.1:8080")], 403),
        (&[("origin", "http://localhost:8080"), ("host", "127.0.0.1:8080")], 403),
        (&[("origin", "null"), ("host", "127.0.0.1:8080")], 403),
        (&[("origin", "http://127.0.0.1:8080.evil.example"), ("host", "127.0.0.1:8080")], 403),
        (&[("origin", "http://127.0.0.1:8080"), ("host", "127.0.0.1:8080"), ("sec-fetch-site", "cross-site")], 403),
        (&[("origin", "https://evil.example"), ("host", "127.0.0.1:8080"), ("sec-fetch-site", "same-origin")], 403),
        (&[("origin", "http://127.0.0.1:8080"), ("host", "127.0.0.1:8080"), ("sec-fetch-site", "same-origin")], 200),
        (&[("origin", "http://[::1]:8080"), ("host", "[::1]:8080"), ("sec-fetch-site", "same-origin")], 200),
        // The scheme is part of the origin. A proxy that ends TLS says so.
        (&[("origin", "https://localhost:8080"), ("host", "localhost:8080")], 403),
        (&[("origin", "https://mock.local"), ("host", "mock.local"), ("x-forwarded-proto", "https")], 200),
        (&[("origin", "https://mock.local"), ("host", "mock.local:443"), ("x-forwarded-proto", "https, http")], 200),
        (&[("origin", "https://other.local"), ("host", "mock.local"), ("x-forwarded-proto", "https")], 403),
        (&[("origin", "http://mock.local"), ("host", "mock.local"), ("x-forwarded-proto", "https")], 403),
        (&[("origin", "http://mock.local"), ("host", "mock.local"), ("x-forwarded-proto", "")], 200),
    ] {
        assert_eq!(call(&mock, "POST", "/reset", headers).await.status.as_u16(), status, "{headers:?}");
    }
}

/// A browser sends neither `Origin` nor, over plain HTTP, `Sec-Fetch-Site` with a `GET` to a name that was pointed at this
/// machine.
#[tokio::test]
async fn a_host_name_that_anybody_could_point_here_is_refused() {
    let allowed = ["Mock.Example.com", "*.dev.example"].map(|name| name.parse().unwrap());
    let mock = TestMock::with_config(Config { allowed_hosts: allowed.to_vec(), ..Config::default() });
    for (host, status) in [
        ("localhost", 200),
        ("LocalHost:8080", 200),
        ("localhost.:8080", 200),
        ("app.localhost:8080", 200),
        ("127.0.0.1:8080", 200),
        ("127.9.9.9", 200),
        ("127.1:8080", 403),
        ("1.2.3", 403),
        ("999.999.999.999", 403),
        ("evil.1", 403),
        ("192.0.2.7:8080", 200),
        ("[::1]", 200),
        ("[2001:db8::7]:8080", 200),
        ("mock:8080", 200),
        ("mock_1", 200),
        ("mock.testing.svc", 200),
        ("mock.testing.svc.cluster.local:80", 200),
        ("printer.local", 200),
        ("host.docker.internal:8080", 200),
        ("mock.example.com", 200),
        ("MOCK.example.com.:8443", 200),
        ("pr-17.dev.example", 200),
        ("other.example.com", 403),
        ("a.mock.example.com", 403),
        ("dev.example", 403),
        ("notdev.example", 403),
        ("evil.example:8080", 403),
        ("evil.example.", 403),
        ("mock.test:8080", 403),
        ("127.0.0.1.evil.example:80", 403),
        ("localhost.evil.example", 403),
        ("evillocal.example", 403),
        ("mock.svc.evil.example", 403),
        ("api.getcortexapp.com", 403),
    ] {
        for (method, path) in [("GET", "/requests"), ("POST", "/reset"), ("GET", "/no-such-call")] {
            let answer = call(&mock, method, path, &[("host", host), ("user-agent", "curl/8.5.0")]).await;
            let expected = if path == "/no-such-call" && status == 200 { 404 } else { status };
            assert_eq!(answer.status.as_u16(), expected, "{method} {path} {host}");
        }
        assert_eq!(mock.send(Request::get("/openapi.json").header("host", host)).await.status, 200, "{host}");
    }
    let details = call(&mock, "GET", "/clock", &[("host", "evil.example:8080")]).await.details(403);
    assert_snapshot!(details, @"The control plane refuses the host name evil.example:8080, which anybody could point at this machine. Use localhost or an IP address, start the server with --allow-host evil.example, or require a token (CORTEX_MOCK_ADMIN_TOKEN).");
    let details =
        call(&mock, "GET", "/clock", &[("host", "mock"), ("origin", "http://evil.example")]).await.details(403);
    assert_snapshot!(details, @"The control plane refuses web pages of other sites: this request to http://mock comes from http://evil.example. Call it from a program, or from the web UI. A proxy must pass on the header Host, and send X-Forwarded-Proto if it ends TLS.");
    let headers = [("host", "[::1]:8080"), ("origin", "http://[::1]:5173")];
    let details = call(&mock, "GET", "/clock", &headers).await.details(403);
    assert!(details.contains("this request to http://[::1]:8080 comes from http://[::1]:5173."), "{details}");
    let details =
        call(&mock, "GET", "/clock", &[("host", "mock"), ("sec-fetch-site", "cross-site")]).await.details(403);
    assert!(details.contains("http://mock comes from another site, as Sec-Fetch-Site says."), "{details}");
    // A page of another site does not know the token.
    let token = ("authorization", "Bearer s3cret-admin-token");
    assert_eq!(call(&guarded(), "GET", "/clock", &[("host", "evil.example"), token]).await.status, 200);
}

#[tokio::test]
async fn over_tls_the_own_origin_is_https() {
    let server = MockServer::builder().tls(Tls::self_signed([]).unwrap()).start().await;
    let authority = server.uri().trim_start_matches("https://").to_owned();
    let client = TlsClient::new(server.certificate().unwrap());
    let mut client = HttpClient::http1(client.connect(&authority, "localhost").await.unwrap()).await;
    for (origin, status) in [(format!("https://{authority}"), 200), (format!("http://{authority}"), 403)] {
        let request = Request::get("/__admin/clock").header("Host", &authority).header("Origin", &origin);
        assert_eq!(client.send(request).await.unwrap().status.as_u16(), status, "{origin}");
    }
}

// Entries of the user's own under the built-in keys

/// What the page of another site sends whose name was pointed at this machine.
const FOREIGN: &str = "Host: evil.example\r\nOrigin: http://evil.example";
const ENTRY: &str = r#"{"action": "CREATE", "objectType": "TEAM", "objectIdentifier": "sre", "timestamp": "now-1m"}"#;

/// Gets the audit logs with the key `mock-admin` and these headers; returns the response.
fn logs(server: &MockServer, headers: &str) -> TestResponse {
    let mut connection = Connection::to(server.uri().trim_start_matches("http://"));
    let authorization = "Authorization: Bearer mock-admin";
    connection.send(format!("GET /api/v1/audit-logs HTTP/1.1\r\n{authorization}\r\n{headers}\r\n\r\n"));
    connection.answer()
}

#[test]
fn own_entries_under_the_built_in_keys_are_guarded_on_loopback() {
    let server =
        MockServer::builder().entries(ENTRY).cors("http://app.example").allow_host("mock.example").start_blocking();
    for (headers, status) in [
        ("Host: localhost", 200),
        ("Host: 127.0.0.1:8080", 200),
        ("Host: mock", 200),
        ("Host: API.getcortexapp.com", 200),
        ("Host: mock.example", 200),
        ("Host: evil.example", 403),
        ("Host: evil.example\r\nOrigin: http://evil.example", 403),
        ("Host: localhost\r\nOrigin: http://evil.example", 403),
        ("Host: localhost\r\nSec-Fetch-Site: cross-site", 403),
        ("Host: localhost\r\nOrigin: http://localhost", 200),
        ("Host: localhost\r\nOrigin: http://app.example\r\nSec-Fetch-Site: cross-site", 200),
        ("Host: evil.example\r\nOrigin: http://app.example", 403),
        // Behind a proxy of this machine, which ends TLS.
        ("Host: mock.example\r\nOrigin: https://mock.example\r\nX-Forwarded-Proto: https", 200),
    ] {
        assert_eq!(logs(&server, headers).status.as_u16(), status, "{headers}");
    }
    let details = logs(&server, "Host: evil.example:80").details(403);
    assert_snapshot!(details, @"The API serves your entries under tokens of the built-in keys, so it refuses the host name evil.example:80, which anybody could point at this machine. Use localhost or an IP address, start the server with --allow-host evil.example, or serve keys with tokens of your own (--keys FILE).");
    for (headers, advice) in [
        ("Origin: null", "from null. Allow it with --cors '*', or serve keys"),
        ("Origin:", "from a page with an empty Origin. Allow it with --cors '*', or serve keys"),
        (
            "Origin: http://evil.example",
            "from http://evil.example. Allow it with --cors http://evil.example, or serve keys",
        ),
        ("Origin: http://[::1]:5173", "from http://[::1]:5173. Allow it with --cors http://[::1]:5173, or serve keys"),
        // `--cors` is for requests with an origin.
        ("Sec-Fetch-Site: cross-site", "from another site, as Sec-Fetch-Site says. Serve keys with tokens of your own"),
    ] {
        let details = logs(&server, &format!("Host: localhost\r\n{headers}")).details(403);
        assert!(details.contains(advice), "{details}");
    }
    let filter = JournalFilter { status: Some(403.into()), ..JournalFilter::default() };
    assert_eq!(server.world().journal().count(&filter), 11, "each is in the journal");
}

#[test]
fn other_entries_and_keys_are_not_guarded() {
    for server in [MockServer::builder(), MockServer::builder().generate(10)] {
        logs(&server.start_blocking(), FOREIGN).ok();
    }
    let keys = r#"{"keys": [{"token": "of-my-own", "name": "Mine", "roles": [{"type": "DEFAULT", "role": "ADMIN"}]}]}"#;
    let server = MockServer::builder().entries(ENTRY).keys(keys).start_blocking();
    assert_eq!(logs(&server, FOREIGN).status, 401);
}

#[test]
fn own_keys_with_a_public_token_are_guarded() {
    let keys =
        r#"{"keys": [{"token": "mock-admin", "name": "Mine", "roles": [{"type": "DEFAULT", "role": "ADMIN"}]}]}"#;
    let server = MockServer::builder().entries(ENTRY).keys(keys).start_blocking();
    assert_eq!(logs(&server, FOREIGN).status, 403);
}

#[test]
fn entries_that_are_added_later_are_guarded() {
    for session in ["", "?session=one"] {
        let server = MockServer::start_blocking();
        logs(&server, FOREIGN).ok();
        let mut connection = Connection::to(server.uri().trim_start_matches("http://"));
        let length = format!("Content-Length: {}\r\n", ENTRY.len());
        connection.send(head("POST", &format!("/__admin/audit-logs{session}"), &length) + ENTRY);
        assert_eq!(connection.answer().status, 201);
        assert_eq!(logs(&server, FOREIGN).status, 403);
        logs(&server, "Host: localhost").ok();
    }
    let server = MockServer::start_blocking();
    server.world().append_json(ENTRY).unwrap();
    assert_eq!(logs(&server, FOREIGN).status, 403);
}

// The control token

#[tokio::test(start_paused = true)]
async fn answers_to_wrong_tokens_are_slowed_after_ten_a_second() {
    let mock = guarded();
    let wrong = [("authorization", "Bearer wrong")].as_slice();
    let seconds = async |headers: &[(&str, &str)]| {
        let start = Instant::now();
        call(&mock, "GET", "/clock", headers).await;
        start.elapsed().as_secs()
    };
    for _ in 0..10 {
        assert_eq!(seconds(wrong).await, 0);
    }
    assert_eq!(seconds(&[]).await, 0, "no token is no guess");
    assert_eq!(seconds(&[("authorization", "Bearer s3cret-admin-token")]).await, 0, "the right one");
    assert_eq!(seconds(wrong).await, 1);
    for _ in 0..10 {
        assert_eq!(seconds(wrong).await, 0, "in the next second");
    }
    // Many at once.
    let start = Instant::now();
    let guess = || mock.send_unchecked(Request::get("/__admin/clock").header("authorization", "Bearer wrong"));
    let answers = join_all((0..200).map(|_| guess())).await;
    assert!(answers.iter().all(|answer| answer.status() == 401));
    assert_eq!(start.elapsed().as_secs(), 1);
}

#[tokio::test(start_paused = true)]
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
    for part in ["CORTEX_MOCK_ADMIN_TOKEN", "--admin-token", "Authorization: Bearer TOKEN"] {
        assert!(details.contains(part), "{details}");
    }
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
