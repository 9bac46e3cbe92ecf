//! The OpenAPI document of the control plane, and the check of a response against it.

use std::collections::BTreeSet;
use std::sync::LazyLock;

use serde_json::{Map, Value};

use super::{TestResponse, json_schema};

/// The document as the server sends it.
pub const TEXT: &str = include_str!("../../../src/http/admin/openapi.json");

static DOCUMENT: LazyLock<Value> = LazyLock::new(|| serde_json::from_str(TEXT).unwrap());

/// Longest body that is checked: one of more is that of a test with many records of one kind.
const MAX_CHECKED_BYTES: usize = 1 << 20;

pub fn document() -> &'static Value {
    &DOCUMENT
}

/// The value itself, or the component to which it refers.
pub fn resolve(value: &Value) -> &Value {
    let Some(reference) = value["$ref"].as_str() else { return value };
    let target = document().pointer(reference.strip_prefix('#').unwrap());
    target.unwrap_or_else(|| panic!("{reference} has no target"))
}

/// The operations of a path, by their methods in lower case; `None` for a path that the document does not have.
fn operations(path: &str) -> Option<&'static Map<String, Value>> {
    let parts: Vec<&str> = path.split('?').next().unwrap().split('/').collect();
    let is_same = |template: &str| {
        let known: Vec<&str> = template.split('/').collect();
        known.len() == parts.len()
            && known.iter().zip(&parts).all(|(known, part)| known.starts_with('{') || known == part)
    };
    let mut paths = document()["paths"].as_object().unwrap().iter();
    paths.find(|(template, _)| is_same(template)).map(|(_, operations)| operations.as_object().unwrap())
}

/// The operation of a method and a path, which may have a query.
pub fn operation(method: &str, path: &str) -> Option<&'static Value> {
    operations(path)?.get(&method.to_lowercase())
}

/// The names of the parameters in the query of an operation.
pub fn parameter_names(operation: &'static Value) -> BTreeSet<&'static str> {
    let parameters = operation["parameters"].as_array().into_iter().flatten().map(resolve);
    let of_query = parameters.filter(|parameter| parameter["in"] == "query");
    of_query.map(|parameter| parameter["name"].as_str().unwrap()).collect()
}

/// Checks that the document has a response: its status, its content type, its headers, its body.
#[track_caller]
pub fn assert_documented(method: &str, path: &str, answer: &TestResponse) {
    // The document does not have `HEAD`, and of other methods only that they are a 405.
    let Some(operation) = operation(method, path) else { return };
    let status = answer.status;
    let listed = resolve(&operation["responses"][status.as_str()]);
    let content_type = answer.header("content-type").unwrap().split(';').next().unwrap();
    let media = &listed["content"][content_type];
    assert!(
        media.is_object(),
        "{method} {path}: the document does not have {status} {content_type}: {}",
        answer.text()
    );
    for header in ["X-Request-Id", "WWW-Authenticate", "Allow"] {
        let sent = answer.header(header).is_some();
        assert_eq!(sent, listed["headers"][header].is_object(), "{method} {path}: {header} of the {status}");
    }
    if content_type == "application/json" && answer.body.len() <= MAX_CHECKED_BYTES {
        let result = json_schema::check(document(), &media["schema"], &answer.json());
        result.unwrap_or_else(|error| panic!("{method} {path}: {error} in the {status} {}", answer.text()));
    }
}
