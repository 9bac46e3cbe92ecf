//! Authentication and permissions, and the messages of refusals.

use std::io;

use axum::body::Body;
use axum::http::{Request, StatusCode};
use cortex_audit_mock::Config;
use cortex_audit_mock::KeySource;
use cortex_audit_mock::internal;
use futures_util::stream;
use serde_json::json;

use crate::support::{TestMock, time};

const PATH: &str = "/api/v1/audit-logs?pageSize=1";

/// REQ-OPERATION, REQ-PERMISSION, KEY-DEFAULT-ROLES
#[tokio::test]
async fn keys_with_the_permission_are_accepted() {
    let mock = TestMock::default();
    for token in ["mock-admin", "mock-auditor", "mock-personal", "mock-throttled"] {
        assert_eq!(mock.get_as(token, PATH).await.status, StatusCode::OK, "{token}");
    }
}

/// ERR-401
#[tokio::test]
async fn a_request_without_a_token_is_a_401() {
    let answer = TestMock::default().send(Request::get(PATH)).await;
    assert_eq!(answer.json()["type"], "UNCATEGORIZED");
    assert_eq!(answer.header("www-authenticate"), Some("Bearer"));
    assert_eq!(answer.details(401), "No Authorization header. Send the header \"Authorization: Bearer KEY\".");
}

/// ERR-401
#[tokio::test]
async fn every_rejected_token_is_a_401_with_a_reason() {
    let mock = TestMock::default();
    let mut messages = Vec::new();
    for authorization in [
        "Basic bW9jay1hZG1pbjo=",
        "mock-admin",
        "Bearer",
        "Bearer ",
        "Bearer mock admin",
        "Bearer mock-admi",
        "Bearer mock-admin2",
        "Bearer MOCK-ADMIN",
        "Bearer mock-expired",
        "Bearer mock-revoked",
    ] {
        let answer = mock.send(Request::get(PATH).header("Authorization", authorization)).await;
        let challenge = answer.header("www-authenticate").unwrap().to_owned();
        assert!(!answer.text().contains("MOCK-ADMIN"), "a refused token is not echoed");
        messages.push(format!("{authorization}\n  {challenge}\n  {}", answer.details(401)));
    }
    insta::assert_snapshot!(messages.join("\n"));
}

/// ERR-401
#[tokio::test]
async fn a_token_with_invalid_bytes_and_a_repeated_header_are_malformed() {
    let mock = TestMock::default();
    let odd = Request::get(PATH).header("Authorization", b"Bearer \xff\xfe".as_slice());
    assert_eq!(mock.send(odd).await.status, 401);
    let twice = Request::get(PATH).header("Authorization", "Bearer mock-admin");
    let twice = mock.send(twice.header("Authorization", "Bearer mock-admin")).await;
    assert_eq!(
        twice.details(401),
        "More than one Authorization header. Send the header \"Authorization: Bearer KEY\" once."
    );
}

/// ERR-403, KEY-PERSONAL
#[tokio::test]
async fn a_valid_key_without_the_permission_is_forbidden() {
    let answer = TestMock::default().get_as("mock-no-audit", PATH).await;
    assert_eq!(answer.json()["type"], "FORBIDDEN");
    assert_eq!(
        answer.details(403),
        "The key No audit (…udit) is valid, but none of its roles grants the permission \"View audit logs\". \
         Ask with a key whose role grants it."
    );
}

/// KEY-PERSONAL
#[tokio::test]
async fn a_personal_token_has_the_permissions_of_its_user() {
    let keys = json!({
        "customRoles": [{"tag": "none", "permissions": []}],
        "keys": [
            {"token": "hers", "name": "Hers", "type": "PERSONAL_API_KEY", "email": "ada@x.example", "roles": [{"type": "DEFAULT", "role": "MANAGER"}]},
            {"token": "his", "name": "His", "type": "PERSONAL_API_KEY", "email": "bob@x.example", "roles": [{"type": "CUSTOM", "tag": "none"}]},
        ],
    });
    let mock = TestMock::with_config(Config { keys: KeySource::Text(keys.to_string()), ..Config::default() });
    assert_eq!(mock.get_as("hers", PATH).await.status, 200);
    assert_eq!(mock.get_as("his", PATH).await.status, 403);
}

/// REQ-LENIENT
#[tokio::test]
async fn scheme_case_trailing_slash_and_content_type_do_not_matter() {
    let mock = TestMock::default();
    for scheme in ["Bearer", "bearer", "BEARER", "bEaReR"] {
        let request = Request::get("/api/v1/audit-logs/?pageSize=1")
            .header("Authorization", format!("{scheme} mock-admin"))
            .header("Content-Type", "application/yaml");
        assert_eq!(mock.send(request).await.status, 200, "{scheme}");
    }
    let spaced = Request::get(PATH).header("Authorization", "Bearer   mock-admin");
    assert_eq!(mock.send(spaced).await.status, 200);
}

/// REQ-ORDER
#[tokio::test]
async fn token_permission_and_parameters_are_checked_in_this_order() {
    let mock = TestMock::default();
    let wrong = "/api/v1/audit-logs?page=minus-one";
    assert_eq!(mock.get_as("nobody", wrong).await.status, 401);
    assert_eq!(mock.get_as("mock-no-audit", wrong).await.status, 403);
    assert_eq!(mock.get_as("mock-auditor", wrong).await.status, 400);
}

#[tokio::test]
async fn a_key_expires_by_the_clock_of_the_world() {
    let keys = json!({"keys": [{
        "token": "short-lived", "name": "Short", "roles": [{"type": "DEFAULT", "role": "USER"}],
        "expirationDate": "now+1h",
    }]});
    let mock = TestMock::with_config(Config { keys: KeySource::Text(keys.to_string()), ..Config::default() });
    let clock = internal::clock(&mock.mock.world()).clone();
    clock.advance(std::time::Duration::from_secs(3599));
    assert_eq!(mock.get_as("short-lived", PATH).await.status, 200);
    clock.advance(std::time::Duration::from_secs(1));
    let details = mock.get_as("short-lived", PATH).await.details(401);
    assert_eq!(details, format!("The key Short (…ived) expired at {}.", time("2025-05-20T13:00:00Z")));
}

/// CATALOG-EMPTY
#[tokio::test]
async fn the_catalog_is_an_empty_page_for_any_valid_token() {
    let mock = TestMock::default();
    for path in ["/api/v1/catalog", "/api/v1/catalog/", "/api/v1/catalog?pageSize=1"] {
        for token in ["mock-admin", "mock-no-audit"] {
            let expected = json!({"entities": [], "page": 0, "total": 0, "totalPages": 0});
            assert_eq!(mock.get_as(token, path).await.ok(), expected);
        }
        assert_eq!(mock.get_as("nobody", path).await.status, 401);
    }
}

/// REQ-BODY, REQ-LENIENT
#[tokio::test]
async fn a_body_of_a_get_is_ignored_and_refused_above_2_mb() {
    let mock = TestMock::default();
    let with = |bytes: usize| {
        let request = Request::get(PATH).header("Authorization", "Bearer mock-admin");
        request.body(Body::from(vec![b'x'; bytes])).unwrap()
    };
    assert_eq!(mock.call(with(2 * 1024 * 1024)).await.status, 200);
    let details = mock.call(with(2 * 1024 * 1024 + 1)).await.details(413);
    assert_eq!(details, "The request body is larger than 2 MB (2097152 bytes).");
    let broken = Body::from_stream(stream::iter([Ok("x"), Err(io::Error::other("gone"))]));
    let broken = Request::get(PATH).header("Authorization", "Bearer mock-admin").body(broken).unwrap();
    assert_eq!(
        mock.call(broken).await.details(400),
        "The request body ended early or is framed incorrectly; a GET needs none."
    );
    let announced = Request::get(PATH).body(Body::from(vec![b'x'; 2_097_153])).unwrap();
    assert_eq!(mock.call(announced).await.status, 413);
}

/// REQ-BODY. Tokio's time is paused, so the timeout passes at once.
#[tokio::test(start_paused = true)]
async fn a_body_that_does_not_arrive_is_a_408() {
    let endless = Body::from_stream(stream::pending::<Result<String, io::Error>>());
    let request = Request::get(PATH).header("Authorization", "Bearer mock-admin").body(endless).unwrap();
    let details = TestMock::default().call(request).await.details(408);
    assert_eq!(details, "The request body did not arrive within 5 s; a GET needs none.");
}
