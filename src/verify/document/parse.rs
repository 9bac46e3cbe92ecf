//! The text of a document as a JSON value.

use serde_json::Value;

use super::yaml;
use crate::json_file::{BYTE_ORDER_MARK, FileError, without_position};

/// Parses JSON or YAML. What begins with a brace is JSON: its errors are more precise.
pub fn parse(name: &str, text: &str) -> Result<Value, FileError> {
    let text = text.strip_prefix(BYTE_ORDER_MARK).unwrap_or(text);
    if !text.trim_start().starts_with('{') {
        return yaml::parse(name, text);
    }
    serde_json::from_str(text).map_err(|error| {
        let reason = format!("is not valid JSON: {}", without_position(&error));
        FileError { position: Some((error.line(), error.column())), ..FileError::whole_file(name, reason) }
    })
}
