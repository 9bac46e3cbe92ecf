//! A file of object types that are known in addition to [`OBJECT_TYPES`](crate::contract::OBJECT_TYPES): one name a line, or a
//! JSON array of names.

use std::collections::BTreeSet;
use std::path::Path;

use crate::input::display_name;
use crate::json_file::{BYTE_ORDER_MARK, Diagnostics, FileErrors, JsonFile, JsonText, kind, read_text};
use crate::text::excerpt;

/// Reads the file.
///
/// # Errors
/// Everything that is wrong with it.
pub fn read_file(path: &Path) -> Result<BTreeSet<String>, FileErrors> {
    let text = read_text(path).map_err(|error| FileErrors(vec![error]))?;
    read(&display_name(path), &text)
}

fn read(name: &str, text: &str) -> Result<BTreeSet<String>, FileErrors> {
    let mut diagnostics = Diagnostics::new(JsonFile::new(name, text));
    let mut types = BTreeSet::new();
    let text = text.trim_start_matches(BYTE_ORDER_MARK);
    if text.trim_start().starts_with(['[', '{']) {
        let elements = match diagnostics.document() {
            Some(document) if document.get().starts_with('{') => {
                let reason = "expected an array such as [\"SERVICE\"], or one name a line; found an object";
                diagnostics.wrong(document.get(), "", None, reason);
                Vec::new()
            }
            Some(document) => diagnostics.array(document, "", ""),
            None => Vec::new(),
        };
        for (number, element) in (1..).zip(elements) {
            let item = format!("name {number}");
            match serde_json::from_str::<JsonText>(element.get()) {
                Ok(JsonText(word)) => add(&word, element.get(), &item, &mut types, &mut diagnostics),
                Err(_) => {
                    let reason = format!("expected a string, found {}", kind(element));
                    diagnostics.wrong(element.get(), &item, None, reason);
                }
            }
        }
    } else {
        for line in text.lines().filter(|line| !line.trim().is_empty()) {
            add(line.trim(), line, "", &mut types, &mut diagnostics);
        }
    }
    if types.is_empty() && diagnostics.errors.is_empty() {
        let reason =
            "names no object type; expected one name a line such as SERVICE, or an array such as [\"SERVICE\"]";
        diagnostics.wrong(text, "", None, reason);
    }
    diagnostics.into_result(types)
}

/// Adds a name, or notes what is wrong with it at `part`, a slice of the file.
fn add(name: &str, part: &str, item: &str, types: &mut BTreeSet<String>, diagnostics: &mut Diagnostics<'_>) {
    let is_name = |text: &str| {
        text.starts_with(|c: char| c.is_ascii_uppercase())
            && text.bytes().all(|byte| byte.is_ascii_uppercase() || byte.is_ascii_digit() || byte == b'_')
    };
    if is_name(name) {
        types.insert(name.to_owned());
        return;
    }
    let upper = name.to_ascii_uppercase().replace([' ', '-'], "_");
    let likely = if is_name(&upper) { format!("; did you mean \"{upper}\"?") } else { String::new() };
    let reason = format!(
        "\"{}\" is not a name of an object type; accepted: capital letters, digits and underscores, such as SERVICE{likely}",
        excerpt(name)
    );
    diagnostics.wrong(part, item, None, reason);
}
