//! What a document says of the operation: the keywords of each of its places.
//!
//! A place is `operation`, `security, http bearer`, `parameter pageSize`, `response 200, application/json: logs[].action`, or
//! `schema ErrorResponse: type`. Documents that say the same have the same facts: references are resolved, `allOf` is merged,
//! a keyword with its default value is left out, the order of values does not count. A keyword that the parts of an `allOf` give
//! different values has all of them, which no rule expects. Descriptions count only by the values
//! that they name: some bounds are published nowhere else.

use std::collections::{BTreeMap, BTreeSet};

use percent_encoding::percent_decode_str;
use serde_json::{Map, Value, json};

use crate::contract::AUDIT_LOGS;
use crate::json_file::FileError;
use crate::text::{excerpt, nearest};

/// The keywords of each place.
pub type Facts = BTreeMap<String, Map<String, Value>>;

/// The keyword of the values that a description names.
const NAMED_IN_DESCRIPTION: &str = "values in the description";

/// The schema of errors, to which the operation does not refer: it belongs to every operation of the API.
const ERROR_SCHEMA: &str = "ErrorResponse";

/// Limits of what references stand for: a few lines of references to references can stand for gigabytes.
const MAX_DEPTH: usize = 64;
const MAX_BYTES: usize = 16 << 20;

/// The facts of `GET /api/v1/audit-logs` in a document.
///
/// # Errors
/// When the value is not an OpenAPI document, lacks the operation, or its references cannot be resolved.
pub fn operation_facts(name: &str, document: &Value) -> Result<Facts, FileError> {
    let wrong = |reason: String| FileError::whole_file(name, reason);
    check_version(document).map_err(wrong)?;
    let mut reader = FactReader { document, references: Vec::new(), depth: 0, bytes: 0, facts: Facts::new() };
    reader.read_document().map_err(wrong)?;
    Ok(reader.facts)
}

/// Whether a place, or a keyword of a place, is the other place or a part of it.
pub fn is_within(place: &str, other: &str) -> bool {
    place.strip_prefix(other).is_some_and(|rest| rest.is_empty() || rest.starts_with([' ', ',', ':', '.', '[']))
}

/// The value of a keyword where a document has none.
pub fn default_of(keyword: &str) -> Option<Value> {
    match keyword {
        "additionalProperties" | "explode" => Some(json!(true)),
        "allowEmptyValue" | "allowReserved" | "deprecated" | "nullable" | "readOnly" | "required" | "uniqueItems"
        | "writeOnly" => Some(json!(false)),
        "style" => Some(json!("form")),
        _ => None,
    }
}

/// Why a document cannot be compared.
type Refusal = String;

fn check_version(document: &Value) -> Result<(), Refusal> {
    const ACCEPTED: &str =
        "accepted: OpenAPI 3.0 to 3.2, in JSON or YAML, with a member such as \"openapi\": \"3.0.1\"";

    let version = match &document["openapi"] {
        Value::String(text) => text.clone(),
        // YAML without quotes.
        Value::Number(number) => number.to_string(),
        _ if document["swagger"].is_null() => return Err(format!("is not an OpenAPI document; {ACCEPTED}")),
        _ => return Err(format!("is a document of Swagger 2.0; {ACCEPTED}")),
    };
    if version.starts_with("3.") { Ok(()) } else { Err(format!("is of version \"{}\"; {ACCEPTED}", excerpt(&version))) }
}

struct FactReader<'a> {
    document: &'a Value,
    /// The references that are being followed.
    references: Vec<&'a str>,
    depth: usize,
    bytes: usize,
    facts: Facts,
}

impl<'a> FactReader<'a> {
    fn read_document(&mut self) -> Result<(), Refusal> {
        let paths = &self.document["paths"];
        let Some(path_item) = paths.get(AUDIT_LOGS) else {
            let known = || members(paths).map(|(path, _)| path.as_str());
            let end = known().find(|path| path.starts_with('/') && AUDIT_LOGS.ends_with(path));
            let nearest = end.or_else(|| nearest(AUDIT_LOGS, known())).map(excerpt);
            let nearest = nearest.map(|path| format!("; the nearest path that it has is {path}"));
            let hint = end.map(|_| "; write the path of its servers into it, such as /api/v1");
            return Err(format!(
                "has no operation GET {AUDIT_LOGS}{}{}",
                nearest.unwrap_or_default(),
                hint.unwrap_or_default()
            ));
        };
        self.follow(path_item, |reader, path_item| {
            let operation = &path_item["get"];
            if !operation.is_object() {
                return Err(format!("has no operation GET {AUDIT_LOGS}, only other methods of that path"));
            }
            reader.operation(operation)?;
            // The operation's own parameters override those of its path.
            for parameter in [operation, path_item].into_iter().flat_map(|of| elements(&of["parameters"])) {
                reader.follow(parameter, Self::parameter)?;
            }
            Ok(())
        })?;
        match &self.document["components"]["schemas"][ERROR_SCHEMA] {
            Value::Null => Ok(()),
            schema => self.schema(&format!("schema {ERROR_SCHEMA}"), schema),
        }
    }

    fn operation(&mut self, operation: &'a Value) -> Result<(), Refusal> {
        self.describe("operation", operation)?;
        if let Some(deprecated) = operation.get("deprecated") {
            self.set("operation", "deprecated", deprecated.clone())?;
        }
        let security = operation.get("security").unwrap_or(&self.document["security"]);
        for requirement in elements(security) {
            self.requirement(requirement)?;
        }
        if let Some(body) = operation.get("requestBody") {
            self.follow(body, |reader, body| reader.message("request body", body))?;
        }
        for (status, response) in members(&operation["responses"]) {
            let place = format!("response {status}");
            self.follow(response, |reader, response| reader.message(&place, response))?;
        }
        Ok(())
    }

    /// One of the alternative ways to authenticate.
    fn requirement(&mut self, requirement: &'a Value) -> Result<(), Refusal> {
        if members(requirement).next().is_none() {
            self.add_place("security, none")?;
        }
        for (name, _) in members(requirement) {
            let scheme = &self.document["components"]["securitySchemes"][name];
            self.follow(scheme, |reader, scheme| {
                let word = |keyword: &str| scheme[keyword].as_str().unwrap_or_default().to_lowercase();
                let place = match [word("type"), word("scheme")] {
                    [kind, _] if kind.is_empty() => format!("security, {name} without a type"),
                    [kind, scheme] => format!("security, {kind} {scheme}").trim_end().to_owned(),
                };
                reader.keywords(&place, scheme, &["type", "scheme"])
            })?;
        }
        Ok(())
    }

    fn parameter(&mut self, parameter: &'a Value) -> Result<(), Refusal> {
        let text = |keyword: &str| parameter[keyword].as_str();
        let name = text("name").unwrap_or("without a name");
        let place = match text("in") {
            Some("query") => format!("parameter {name}"),
            Some(other) => format!("parameter {name} in {other}"),
            None => format!("parameter {name}, nowhere"),
        };
        if self.facts.contains_key(&place) {
            return Ok(());
        }
        self.describe(&place, parameter)?;
        self.message(&place, parameter)
    }

    /// A parameter, header, body or response: its own keywords, and those of its headers, content and schema.
    fn message(&mut self, place: &str, part: &'a Value) -> Result<(), Refusal> {
        self.keywords(place, part, &["name", "in", "headers", "content", "schema", "links"])?;
        for (name, header) in members(&part["headers"]) {
            // Names of headers have no case.
            let place = format!("{place}, header {}", name.to_lowercase());
            self.follow(header, |reader, header| reader.message(&place, header))?;
        }
        for (media_type, content) in members(&part["content"]) {
            let place = format!("{place}, {media_type}");
            self.add_place(&place)?;
            self.schema(&place, &content["schema"])?;
        }
        self.schema(place, &part["schema"])
    }

    fn schema(&mut self, place: &str, schema: &'a Value) -> Result<(), Refusal> {
        if schema.is_null() {
            return Ok(());
        }
        self.add_place(place)?;
        self.descend()?;
        for (keyword, value) in members(schema) {
            match keyword.as_str() {
                "$ref" => self.follow(schema, |reader, target| reader.schema(place, target))?,
                "allOf" => {
                    for part in elements(value) {
                        self.schema(place, part)?;
                    }
                }
                "anyOf" | "oneOf" => {
                    for (number, part) in elements(value).enumerate() {
                        self.schema(&format!("{place}, {keyword} {}", number + 1), part)?;
                    }
                }
                "items" => self.schema(&format!("{place}[]"), value)?,
                "additionalProperties" if value.is_object() => self.schema(&member(place, "*"), value)?,
                "properties" => {
                    for (name, part) in members(value) {
                        self.schema(&member(place, name), part)?;
                    }
                }
                "required" => {
                    for name in elements(value).filter_map(Value::as_str) {
                        self.set(&member(place, name), "required", json!(true))?;
                    }
                }
                "type" => self.types(place, value)?,
                "const" => self.set(place, "enum", json!([value]))?,
                "enum" => self.set(place, "enum", sorted(value))?,
                _ => self.set(place, keyword, value.clone())?,
            }
        }
        self.depth -= 1;
        Ok(())
    }

    /// `type`, which in OpenAPI 3.1 is also a list that may have `null`.
    fn types(&mut self, place: &str, types: &Value) -> Result<(), Refusal> {
        let Value::Array(all) = types else { return self.set(place, "type", types.clone()) };
        let others: Vec<&Value> = all.iter().filter(|word| *word != "null").collect();
        if others.len() < all.len() {
            self.set(place, "nullable", json!(true))?;
        }
        match others[..] {
            [word] => self.set(place, "type", word.clone()),
            _ => self.set(place, "type", sorted(&json!(others))),
        }
    }

    /// The values that a description names.
    fn describe(&mut self, place: &str, part: &Value) -> Result<(), Refusal> {
        let named = named_values(part["description"].as_str().unwrap_or_default());
        if named.is_empty() { self.add_place(place) } else { self.set(place, NAMED_IN_DESCRIPTION, json!(named)) }
    }

    /// The keywords of a part, but for those that are read otherwise.
    fn keywords(&mut self, place: &str, part: &Value, others: &[&str]) -> Result<(), Refusal> {
        self.add_place(place)?;
        for (keyword, value) in members(part).filter(|(keyword, _)| !others.contains(&keyword.as_str())) {
            self.set(place, keyword, value.clone())?;
        }
        Ok(())
    }

    fn add_place(&mut self, place: &str) -> Result<(), Refusal> {
        self.spend(place.len())?;
        self.facts.entry(place.to_owned()).or_default();
        Ok(())
    }

    fn set(&mut self, place: &str, keyword: &str, value: Value) -> Result<(), Refusal> {
        self.add_place(place)?;
        self.spend(keyword.len() + bytes(&value))?;
        let value = match value.as_f64() {
            // 1.0 is 1.
            #[expect(clippy::cast_possible_truncation, reason = "the number is whole and small")]
            Some(number) if number.fract() == 0.0 && number.abs() < 1e15 => json!(number as i64),
            _ => value,
        };
        let is_said = !is_annotation(keyword) && default_of(keyword).as_ref() != Some(&value);
        if let Some(keywords) = self.facts.get_mut(place).filter(|_| is_said) {
            let value = match keywords.get(keyword) {
                Some(other) if *other != value => all_of(other, value),
                _ => value,
            };
            keywords.insert(keyword.to_owned(), value);
        }
        Ok(())
    }

    /// Reads what a reference refers to, or a part that is none.
    fn follow(
        &mut self,
        part: &'a Value,
        read: impl FnOnce(&mut Self, &'a Value) -> Result<(), Refusal>,
    ) -> Result<(), Refusal> {
        let followed = self.references.len();
        let mut target = part;
        while let Some(reference) = target.get("$ref") {
            let Some(reference) = reference.as_str() else {
                let reference = excerpt(&reference.to_string());
                return Err(format!(
                    "has \"$ref\": {reference}; accepted: a text such as \"#/components/schemas/AuditLogsResponse\""
                ));
            };
            if self.references.contains(&reference) {
                return Err(format!("refers to itself without end: {}", excerpt(reference)));
            }
            self.descend()?;
            self.references.push(reference);
            target = self.target(reference)?;
        }
        read(self, target)?;
        self.depth -= self.references.len() - followed;
        self.references.truncate(followed);
        Ok(())
    }

    fn target(&self, reference: &str) -> Result<&'a Value, Refusal> {
        let Some(pointer) = reference.strip_prefix('#') else {
            let reference = excerpt(reference);
            return Err(format!(
                "refers to {reference}, which is not in it; give a document that is bundled into one file"
            ));
        };
        let target = percent_decode_str(pointer).decode_utf8().ok().and_then(|pointer| self.document.pointer(&pointer));
        target.ok_or_else(|| format!("refers to {}, which it does not have", excerpt(reference)))
    }

    fn descend(&mut self) -> Result<(), Refusal> {
        self.depth += 1;
        if self.depth > MAX_DEPTH {
            return Err(format!("describes the operation more than {MAX_DEPTH} levels deep"));
        }
        Ok(())
    }

    fn spend(&mut self, bytes: usize) -> Result<(), Refusal> {
        self.bytes = self.bytes.saturating_add(bytes);
        if self.bytes > MAX_BYTES {
            return Err("describes the operation by more than 16 MiB once its references are resolved".to_owned());
        }
        Ok(())
    }
}

/// The size of a value, roughly.
fn bytes(value: &Value) -> usize {
    let content = match value {
        Value::Null | Value::Bool(_) | Value::Number(_) => 0,
        Value::String(text) => text.len(),
        Value::Array(elements) => elements.iter().map(bytes).sum(),
        Value::Object(members) => members.iter().map(|(name, value)| name.len() + bytes(value)).sum(),
    };
    size_of::<Value>() + content
}

/// The place of a member of an object.
fn member(place: &str, name: &str) -> String {
    let separator = if place.contains(": ") { "." } else { ": " };
    format!("{place}{separator}{name}")
}

fn members(value: &Value) -> impl Iterator<Item = (&String, &Value)> {
    value.as_object().into_iter().flatten()
}

fn elements(value: &Value) -> impl Iterator<Item = &Value> {
    value.as_array().into_iter().flatten()
}

/// What two different values of a keyword are together, in either order.
fn all_of(value: &Value, other: Value) -> Value {
    let mut values = value["allOf"].as_array().cloned().unwrap_or_else(|| vec![value.clone()]);
    values.push(other);
    json!({"allOf": sorted(&json!(values))})
}

/// The elements of an array by their text: the order of values does not count.
fn sorted(values: &Value) -> Value {
    let values: BTreeMap<String, &Value> = elements(values).map(|value| (value.to_string(), value)).collect();
    json!(values.into_values().collect::<Vec<_>>())
}

/// Whether a keyword says nothing of requests and responses.
fn is_annotation(keyword: &str) -> bool {
    const ANNOTATIONS: [&str; 13] = [
        "$anchor",
        "$comment",
        "$defs",
        "$id",
        "$ref",
        "$schema",
        "description",
        "discriminator",
        "example",
        "examples",
        "externalDocs",
        "title",
        "xml",
    ];
    ANNOTATIONS.contains(&keyword) || keyword.starts_with("x-")
}

/// The values that a description names: code in backticks, whole numbers, and words such as `AWS_CONFIGURATION`.
fn named_values(description: &str) -> BTreeSet<&str> {
    let (mut named, mut prose) = (BTreeSet::new(), Vec::new());
    for (number, part) in description.split('`').enumerate() {
        if number % 2 == 1 {
            named.insert(part);
        } else {
            prose.push(part);
        }
    }
    let words = prose.into_iter().flat_map(|part| part.split(|c: char| !c.is_ascii_alphanumeric() && c != '_'));
    named.extend(words.filter(|word| {
        let is_number = word.bytes().all(|byte| byte.is_ascii_digit());
        // Shorter ones are abbreviations, such as API.
        let is_constant = word.len() > 3 && word.bytes().all(|byte| byte.is_ascii_uppercase() || byte == b'_');
        !word.is_empty() && (is_number || is_constant)
    }));
    named
}
