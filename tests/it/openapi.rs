//! The document that the server gives away is what the code does.

use std::collections::BTreeSet;

use axum::http::Request;
use cortex_audit_mock::contract::{Action, ActorType, DEFAULT_PAGE_SIZE, MAX_PAGE, MAX_PAGE_SIZE, Parameter};
use cortex_audit_mock::{Config, Mock};
use serde_json::{Value, json};

use crate::support::{Answer, TestMock};

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
    assert_eq!(listed, Parameter::ALL.map(Parameter::name));
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

/// Whether a body fits a schema of the document.
fn fits(document: &Value, schema: &str, body: &Value) -> Result<(), String> {
    let mut root = document["components"]["schemas"][schema].clone();
    assert!(root.is_object(), "no schema {schema}");
    root["components"] = document["components"].clone();
    jsonschema::validate(&root, body).map_err(|error| error.to_string())
}

#[tokio::test]
async fn every_kind_of_answer_fits_its_schema_and_is_listed() {
    let document = document().await;
    let mock = TestMock::with(Config { rate_limit: "7/min".parse().unwrap(), ..Config::default() });
    let responses = &operation(&document)["responses"];
    let check = |answer: &Answer, schema: &str| {
        let listed = &responses[answer.status.as_str()];
        assert!(listed.is_object(), "{} is not listed", answer.status);
        fits(&document, schema, &answer.json()).unwrap_or_else(|error| panic!("{}: {error}", answer.text()));
    };
    check(&mock.logs("pageSize=1000").await, "AuditLogsResponse");
    check(&mock.logs("page=9").await, "AuditLogsResponse");
    check(&mock.logs("page=x").await, "ErrorResponse");
    check(&mock.get_as("nobody", "/api/v1/audit-logs").await, "ErrorResponse");
    check(&mock.get_as("mock-no-audit", "/api/v1/audit-logs").await, "ErrorResponse");
    check(&mock.send(Request::post("/api/v1/audit-logs")).await, "ErrorResponse");
    check(&mock.get(&format!("/api/v1/audit-logs?{}", "x".repeat(20_000))).await, "ErrorResponse");
    let catalog = mock.get("/api/v1/catalog").await;
    fits(&document, "EmptyCatalog", &catalog.ok()).unwrap();
    for _ in 0..7 {
        mock.logs("").await;
    }
    check(&mock.logs("").await, "TooManyRequestsProblemDetail");
}

/// The schemas are not so loose that anything fits.
#[tokio::test]
async fn a_body_that_is_off_does_not_fit() {
    let document = document().await;
    let entry =
        json!({"action": "READ", "objectIdentifier": "a", "objectType": "TEAM", "timestamp": "2025-05-20T00:00:00Z"});
    let page = |logs: Value| json!({"logs": logs, "page": 0, "total": 1, "totalPages": 1});
    assert!(fits(&document, "AuditLogsResponse", &page(json!([entry]))).is_err());
    assert!(fits(&document, "AuditLogsResponse", &page(json!([{"action": "CREATE"}]))).is_err());
    assert!(fits(&document, "AuditLogsResponse", &json!({"logs": [], "page": 0, "total": 0})).is_err());
    assert!(fits(&document, "AuditLogsResponse", &page(json!([]))).is_ok());
}

#[tokio::test]
async fn every_reference_leads_somewhere() {
    fn references(value: &Value, found: &mut BTreeSet<String>) {
        match value {
            Value::Object(members) => {
                found.extend(members.get("$ref").and_then(Value::as_str).map(String::from));
                members.values().for_each(|member| references(member, found));
            }
            Value::Array(elements) => elements.iter().for_each(|element| references(element, found)),
            _ => {}
        }
    }

    let document = document().await;
    let mut found = BTreeSet::new();
    references(&document, &mut found);
    assert!(found.len() > 5);
    for reference in found {
        let pointer = reference.strip_prefix('#').unwrap();
        assert!(document.pointer(pointer).is_some(), "{reference}");
    }
}

#[test]
fn a_mock_is_shared_by_cloning() {
    fn shared<T: Clone + Send + Sync + 'static>() {}
    shared::<Mock>();
}
