//! `/openapi.json`, compared with the code and the responses.

use std::collections::BTreeSet;
use std::io;

use axum::body::{Body, Bytes};
use axum::http::Request;
use cortex_audit_mock::Config;
use cortex_audit_mock::contract::{Action, ActorType, DEFAULT_PAGE_SIZE, MAX_PAGE, MAX_PAGE_SIZE, Parameter};
use cortex_audit_mock::fault::{Effect, FaultRule};
use cortex_audit_mock::internal::{AppState, http};
use futures_util::stream;
use serde_json::{Value, json};
use tower::service_fn;

use crate::support::{TestMock, TestResponse, json_schema, send};

async fn document() -> Value {
    TestMock::default().send(Request::get("/openapi.json")).await.ok()
}

fn operation(document: &Value) -> &Value {
    &document["paths"]["/api/v1/audit-logs"]["get"]
}

fn parameter<'a>(document: &'a Value, name: &str) -> &'a Value {
    let parameters = operation(document)["parameters"].as_array().unwrap();
    parameters.iter().find(|parameter| parameter["name"] == name).unwrap_or_else(|| panic!("no {name}"))
}

#[tokio::test]
async fn it_lists_the_parameters_of_the_code_in_the_published_order() {
    let document = document().await;
    let listed: Vec<&str> =
        operation(&document)["parameters"].as_array().unwrap().iter().map(|it| it["name"].as_str().unwrap()).collect();
    assert_eq!(listed, Parameter::ALL.map(Parameter::name), "the parameters of src/contract/openapi.json");
    assert!(operation(&document)["parameters"].as_array().unwrap().iter().all(|it| it["in"] == "query"));
}

#[tokio::test]
async fn its_bounds_and_enums_are_those_of_the_code() {
    let document = document().await;
    let page = &parameter(&document, "page")["schema"];
    assert_eq!((&page["minimum"], &page["maximum"], &page["default"]), (&json!(0), &json!(MAX_PAGE), &json!(0)));
    let size = &parameter(&document, "pageSize")["schema"];
    let bounds = (&json!(1), &json!(MAX_PAGE_SIZE), &json!(DEFAULT_PAGE_SIZE));
    assert_eq!((&size["minimum"], &size["maximum"], &size["default"]), bounds);
    for time in ["startTime", "endTime"] {
        assert_eq!(parameter(&document, time)["schema"], json!({"type": "string", "format": "date-time"}));
    }
    let words = |name: &str| parameter(&document, name)["schema"]["items"]["enum"].clone();
    assert_eq!(words("actions"), json!(Action::ALL.map(Action::as_str)));
    assert_eq!(words("actorTypes"), json!(ActorType::ALL.map(ActorType::as_str)));
    for open in ["objectTypes", "actorRequestTypes", "objectIdentifiers", "actorEmails"] {
        let array = json!({"type": "array", "items": {"type": "string"}});
        assert_eq!(parameter(&document, open)["schema"], array, "{open}");
    }
    assert_eq!(document["info"]["version"], env!("CARGO_PKG_VERSION"));
}

/// Checks a body against a schema of the document.
fn fits(document: &Value, schema: &str, body: &Value) -> Result<(), String> {
    json_schema::check(document, &document["components"]["schemas"][schema], body)
}

/// Checks that the document lists a response for a path, with its headers and schema.
fn check(document: &Value, path: &str, answer: &TestResponse) {
    let mut listed = &document["paths"][path]["get"]["responses"][answer.status.as_str()];
    if let Some(reference) = listed["$ref"].as_str() {
        listed = document.pointer(reference.strip_prefix('#').unwrap()).unwrap();
    }
    let content_type = answer.header("content-type").unwrap();
    let schema = listed["content"][content_type]["schema"]["$ref"].as_str();
    let schema = schema.unwrap_or_else(|| panic!("{path} does not list {} {content_type}", answer.status));
    let name = schema.rsplit('/').next().unwrap();
    fits(document, name, &answer.json()).unwrap_or_else(|error| panic!("{}: {error}", answer.text()));
    for header in ["X-Request-Id", "Retry-After", "WWW-Authenticate", "Allow"] {
        let sent = answer.header(header).is_some();
        assert_eq!(sent, listed["headers"][header].is_object(), "{header} of {path} {}", answer.status);
    }
}

#[tokio::test]
async fn every_status_of_every_path_is_listed_and_fits_its_schema() {
    let document = document().await;
    let fault = |status| Effect::status(status, None);
    for path in ["/api/v1/audit-logs", "/api/v1/catalog"] {
        let mock = TestMock::with_config(Config { rate_limit: "12/min".parse().unwrap(), ..Config::default() });
        let admin = || Request::get(path).header("Authorization", "Bearer mock-admin");
        let mut seen = BTreeSet::new();
        let mut answers = vec![mock.get(path).await, mock.get_as("nobody", path).await];
        if path.ends_with("logs") {
            answers.push(mock.logs("pageSize=1000").await);
            answers.push(mock.logs("page=9").await);
            answers.push(mock.logs("page=x").await);
            answers.push(mock.get_as("mock-no-audit", path).await);
        }
        answers.push(mock.send(Request::post(path).header("Authorization", "Bearer mock-admin")).await);
        answers.push(mock.call(admin().body(Body::from(vec![0; 9_999_999])).unwrap()).await);
        answers.push(mock.get(&format!("{path}?{}", "x".repeat(20_000))).await);
        answers.push(mock.send(admin().header("X-Long", "x".repeat(40_000))).await);
        let app = http::app(mock.mock.clone());
        let over_network = service_fn(async |request| Ok(app.respond(request, ([127, 0, 0, 1], 4711).into()).await));
        let to_proxy = Request::get(format!("http://other.test{path}")).body(Body::empty()).unwrap();
        answers.push(send(over_network, to_proxy).await);
        mock.mock.world().faults().add(FaultRule { times: Some(1), ..fault(500).into() });
        answers.push(mock.get(path).await);
        for _ in 0..13 {
            mock.get(path).await;
        }
        answers.push(mock.get(path).await);
        for answer in answers {
            seen.insert(answer.status.as_str().to_owned());
            check(&document, path, &answer);
        }
        let broken =
            admin().body(Body::from_stream(stream::iter([Err::<Bytes, _>(io::Error::other("broken"))]))).unwrap();
        let broken = TestMock::default().call(broken).await;
        seen.insert(broken.status.as_str().to_owned());
        check(&document, path, &broken);
        let listed = document["paths"][path]["get"]["responses"].as_object().unwrap().keys().cloned();
        // The test of a slow body is in `auth`, where time is paused.
        assert_eq!(seen, listed.filter(|status| status != "408").collect(), "{path}");
    }
}

/// The schemas reject something.
#[tokio::test]
async fn an_invalid_body_violates_its_schema() {
    let document = document().await;
    let entry =
        json!({"action": "READ", "objectIdentifier": "a", "objectType": "TEAM", "timestamp": "2025-05-20T00:00:00Z"});
    let page = |logs: Value| json!({"logs": logs, "page": 0, "total": 1, "totalPages": 1});
    assert!(fits(&document, "AuditLogsResponse", &page(json!([entry]))).is_err());
    assert!(fits(&document, "AuditLogsResponse", &page(json!([{"action": "CREATE"}]))).is_err());
    assert!(fits(&document, "AuditLogsResponse", &json!({"logs": [], "page": 0, "total": 0})).is_err());
    assert!(
        fits(&document, "AuditLogsResponse", &json!({"logs": {}, "page": 0, "total": 0, "totalPages": 0})).is_err()
    );
    assert!(
        fits(&document, "AuditLogsResponse", &json!({"logs": [], "page": -1, "total": 0, "totalPages": 0})).is_err()
    );
    assert!(
        fits(&document, "AuditLogsResponse", &json!({"logs": [], "page": 0.5, "total": 0, "totalPages": 0})).is_err()
    );
    assert!(fits(&document, "ErrorResponse", &json!({"type": 400, "message": "Bad Request"})).is_err());
    assert!(fits(&document, "AuditLogsResponse", &page(json!([]))).is_ok());
}

#[tokio::test]
async fn every_reference_has_a_target() {
    let document = document().await;
    let mut found = BTreeSet::new();
    json_schema::references(&document, &mut found);
    assert!(found.len() > 5);
    for reference in found {
        let pointer = reference.strip_prefix('#').unwrap();
        assert!(document.pointer(pointer).is_some(), "{reference}");
    }
}

#[test]
fn a_mock_is_shared_by_cloning() {
    fn shared<T: Clone + Send + Sync + 'static>() {}
    shared::<AppState>();
}
