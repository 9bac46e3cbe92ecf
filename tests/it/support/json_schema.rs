//! A checker for the keywords of JSON Schema that the OpenAPI documents use. A keyword that it does not know is an error, so
//! that no part of a schema goes unchecked.

use std::collections::BTreeSet;

use serde_json::Value;

/// Checks a value against a schema whose references lead into `document`. Returns the first violation, with its place.
pub fn check(document: &Value, schema: &Value, value: &Value) -> Result<(), String> {
    check_at("", document, schema, value)
}

/// Adds every reference in a document to `found`.
pub fn references(value: &Value, found: &mut BTreeSet<String>) {
    match value {
        Value::Object(members) => {
            found.extend(members.get("$ref").and_then(Value::as_str).map(String::from));
            members.values().for_each(|member| references(member, found));
        }
        Value::Array(elements) => elements.iter().for_each(|element| references(element, found)),
        _ => {}
    }
}

fn check_at(place: &str, document: &Value, schema: &Value, value: &Value) -> Result<(), String> {
    for (keyword, argument) in schema.as_object().ok_or_else(|| format!("{place}: no schema: {schema}"))? {
        let holds = match keyword.as_str() {
            "$ref" => {
                let pointer = argument.as_str().and_then(|reference| reference.strip_prefix('#'));
                let target = pointer.and_then(|pointer| document.pointer(pointer));
                check_at(place, document, target.ok_or_else(|| format!("no schema {argument}"))?, value)?;
                true
            }
            "type" => has_type(value, argument) || (value.is_null() && schema["nullable"] == true),
            "anyOf" => {
                let alternatives = argument.as_array().unwrap();
                alternatives.iter().any(|schema| check_at(place, document, schema, value).is_ok())
            }
            "oneOf" => {
                let alternatives = argument.as_array().unwrap();
                alternatives.iter().filter(|schema| check_at(place, document, schema, value).is_ok()).count() == 1
            }
            "enum" => argument.as_array().is_some_and(|allowed| allowed.contains(value)),
            "minimum" => value.as_f64().is_none_or(|number| number >= argument.as_f64().unwrap()),
            "maximum" => value.as_f64().is_none_or(|number| number <= argument.as_f64().unwrap()),
            "minLength" => value.as_str().is_none_or(|text| text.len() as u64 >= argument.as_u64().unwrap()),
            "maxLength" => value.as_str().is_none_or(|text| text.chars().count() as u64 <= argument.as_u64().unwrap()),
            "minItems" => value.as_array().is_none_or(|items| items.len() as u64 >= argument.as_u64().unwrap()),
            "maxItems" => value.as_array().is_none_or(|items| items.len() as u64 <= argument.as_u64().unwrap()),
            "required" => {
                let names = argument.as_array().unwrap();
                value
                    .as_object()
                    .is_none_or(|object| names.iter().all(|name| object.contains_key(name.as_str().unwrap())))
            }
            "properties" => {
                for (name, property) in argument.as_object().unwrap() {
                    if let Some(member) = value.get(name) {
                        check_at(&format!("{place}/{name}"), document, property, member)?;
                    }
                }
                true
            }
            "additionalProperties" if *argument == Value::Bool(false) => {
                let known = &schema["properties"];
                value.as_object().is_none_or(|object| object.keys().all(|name| known.get(name).is_some()))
            }
            "additionalProperties" => {
                for (name, member) in value.as_object().into_iter().flatten() {
                    check_at(&format!("{place}/{name}"), document, argument, member)?;
                }
                // The check above is of all members.
                schema.get("properties").is_none()
            }
            "items" => {
                for (index, item) in value.as_array().into_iter().flatten().enumerate() {
                    check_at(&format!("{place}/{index}"), document, argument, item)?;
                }
                true
            }
            // They describe and do not restrict.
            "description" | "default" | "example" | "format" | "nullable" | "pattern" => true,
            _ => return Err(format!("{place}: the keyword {keyword} is not known here")),
        };
        if !holds {
            return Err(format!("{place}: {value} breaks {keyword}: {argument}"));
        }
    }
    Ok(())
}

fn has_type(value: &Value, name: &Value) -> bool {
    match name.as_str() {
        Some("object") => value.is_object(),
        Some("array") => value.is_array(),
        Some("string") => value.is_string(),
        Some("boolean") => value.is_boolean(),
        Some("number") => value.is_number(),
        Some("integer") => value.is_i64() || value.is_u64(),
        _ => false,
    }
}
