//! Compares a published OpenAPI document with the rules: does Cortex still publish what this mock was made from?
//!
//! - [`source`] reads the document from a file, standard input or a URL; [`parse`] and [`yaml`] read JSON and YAML.
//! - [`facts`] reduces a document to what it says of the operation: the keywords of each of its places, such as the `default`
//!   of `parameter pageSize`, with references resolved and without descriptions.
//! - What is expected are the facts of this mock's own document, changed in the few places where Cortex publishes something
//!   else; [`places`] lists these, and the rule of each place.

mod facts;
mod parse;
mod places;
mod report;
mod source;
mod yaml;

use std::collections::BTreeSet;

use serde_json::{Map, Value};

use crate::contract::{OPENAPI_DOCUMENT, Rule};
use crate::json_file::FileError;
use facts::{Facts, default_of, is_within, operation_facts};
use places::rule_of;

pub use report::{Difference, DifferenceKind, DocumentReport, Subject};
pub use source::DocumentSource;

/// Compares a document, in JSON or YAML, with the rules. The name is that of the document in messages.
///
/// ```
/// use cortex_audit_mock::internal::verify::compare_document;
///
/// let error = compare_document("petstore.yaml", "openapi: 3.0.3\npaths:\n  /pets: {}").unwrap_err();
/// assert!(error.to_string().contains("GET /api/v1/audit-logs"));
/// ```
///
/// # Errors
/// When the text is not an OpenAPI document, lacks the operation, or cannot be resolved.
pub fn compare_document(name: &str, text: &str) -> Result<DocumentReport, FileError> {
    let published = operation_facts(name, &parse::parse(name, text)?)?;
    let differences = differences(&expected_facts(), &published);
    Ok(DocumentReport::new(name, differences, places::rules()))
}

/// The facts of a document that agrees with the rules.
fn expected_facts() -> Facts {
    let own: Value = serde_json::from_str(OPENAPI_DOCUMENT).expect("the contract's own document is JSON");
    let mut facts = operation_facts("openapi.json", &own).expect("the contract's own document has the operation");
    places::apply_deviations(&mut facts);
    facts
}

/// What differs, in the order of the places.
fn differences(expected: &Facts, published: &Facts) -> Vec<Difference> {
    let mut differences = Vec::new();
    for place in absent_places(published, expected) {
        let value = Value::Object(published[place].clone());
        differences.push(difference(place, None, Some(value), None));
    }
    for place in absent_places(expected, published) {
        let value = Value::Object(expected[place].clone());
        differences.push(difference(place, None, None, Some(value)));
    }
    for (place, published) in published {
        let Some(expected) = expected.get(place) else { continue };
        let keywords: BTreeSet<&String> = published.keys().chain(expected.keys()).collect();
        for keyword in keywords.into_iter().filter(|keyword| published.get(*keyword) != expected.get(*keyword)) {
            let value = |keywords: &Map<String, Value>| keywords.get(keyword).cloned().or_else(|| default_of(keyword));
            differences.push(difference(place, Some(keyword), value(published), value(expected)));
        }
    }
    differences
}

/// The places that the other facts do not have, each without the places in it.
fn absent_places<'a>(facts: &'a Facts, other: &Facts) -> Vec<&'a str> {
    let mut absent: Vec<&str> = Vec::new();
    for place in facts.keys().filter(|place| !other.contains_key(*place)) {
        if !absent.iter().any(|whole| is_within(place, whole)) {
            absent.push(place);
        }
    }
    absent
}

fn difference(place: &str, keyword: Option<&String>, published: Option<Value>, expected: Option<Value>) -> Difference {
    let subject = Subject { place: place.to_owned(), keyword: keyword.cloned() };
    let kind = match (&published, &expected) {
        (_, None) => DifferenceKind::New,
        (None, Some(_)) => DifferenceKind::Gone,
        (Some(_), Some(_)) => DifferenceKind::Changed,
    };
    let Rule { id, source, date: _, text, doubt } = rule_of(&subject);
    Difference { kind, subject, published, expected, rule: id, source: *source, doubt: doubt.as_deref(), text }
}
