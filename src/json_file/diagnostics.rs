//! Reads values of a file, and collects an error for each that is wrong.

use std::borrow::Cow;
use std::cell::OnceCell;

use serde_json::value::RawValue;

use super::broken::elements_before_the_break;
use super::error::{FileError, FileErrors};
use super::line_index::LineIndex;
use super::{JsonFile, Members, Text};
use crate::text::{did_you_mean, elide_middle, truncate};

/// The errors found so far in a file. Each method reads a value, and notes an error with its position if it is wrong.
#[derive(Debug)]
pub(crate) struct Diagnostics<'a> {
    pub file: JsonFile<'a>,
    pub errors: Vec<FileError>,
    line_index: OnceCell<LineIndex>,
}

/// Length of a quoted value in a message.
const MAX_VALUE_CHARS: usize = 40;

impl<'a> Diagnostics<'a> {
    /// Bounds the quadratic search for repeated names.
    const MAX_MEMBERS: usize = 1000;

    pub fn new(file: JsonFile<'a>) -> Self {
        Self { file, errors: Vec::new(), line_index: OnceCell::new() }
    }

    /// The values at the top of the file: one document, or one per line (NDJSON). A syntax error is noted and gives a `None`,
    /// so that later values keep their number; elements of an array before the error are values too.
    pub fn values(&mut self) -> Vec<Option<&'a RawValue>> {
        let mut values = Vec::new();
        for part in self.file.documents_or_lines() {
            match serde_json::from_str(part) {
                Ok(value) => values.push(Some(value)),
                Err(error) => {
                    values.extend(elements_before_the_break(part).into_iter().map(Some));
                    values.push(None);
                    self.note_syntax_error(part, &error);
                }
            }
        }
        values
    }

    fn note_syntax_error(&mut self, part: &str, error: &serde_json::Error) {
        // serde_json counts lines from 1 and columns in bytes, relative to the part.
        let line_start: usize = part.split_inclusive('\n').take(error.line().saturating_sub(1)).map(str::len).sum();
        let offset = self.file.offset(part) + line_start + error.column().saturating_sub(1);
        self.errors.push(FileError {
            file: self.file.name.to_owned(),
            position: Some(self.place(offset)),
            item: None,
            field: None,
            reason: format!("not valid JSON: {}", without_place(error)),
        });
    }

    fn place(&self, offset: usize) -> (usize, usize) {
        self.line_index.get_or_init(|| LineIndex::new(self.file.text)).at(self.file.text, offset)
    }

    /// Notes an error at `part`, a slice of the file.
    pub fn wrong(&mut self, part: &str, item: &str, field: Option<&str>, reason: impl Into<String>) {
        self.errors.push(FileError {
            file: self.file.name.to_owned(),
            position: Some(self.place(self.file.offset(part))),
            item: (!item.is_empty()).then(|| item.to_owned()),
            field: field.map(elide_middle),
            reason: elide_middle(&reason.into()),
        });
    }

    /// The value, or the errors in the order of the file.
    pub fn into_result<T>(mut self, value: T) -> Result<T, FileErrors> {
        self.errors.sort_by_key(|error| error.position);
        if self.errors.is_empty() { Ok(value) } else { Err(FileErrors(self.errors)) }
    }

    /// The members of an object; `None` (noted) for another value. A repeated name is an error.
    pub fn object(&mut self, value: &'a RawValue, item: &str) -> Option<Members<'a>> {
        let Ok(members) = serde_json::from_str::<Members>(value.get()) else {
            self.wrong(value.get(), item, None, format!("expected an object, found {}", kind(value)));
            return None;
        };
        if members.0.len() > Self::MAX_MEMBERS {
            let reason = format!("has {} fields, more than {}", members.0.len(), Self::MAX_MEMBERS);
            self.wrong(value.get(), item, None, reason);
            return None;
        }
        for (index, (name, repeated)) in members.0.iter().enumerate() {
            if members.0[..index].iter().any(|(earlier, _)| earlier == name) {
                self.wrong(repeated.get(), item, Some(name), "is given twice");
            }
        }
        Some(members)
    }

    /// The members of an object in a field; the error of another value has an example of the object.
    pub fn object_in(&mut self, value: &'a RawValue, item: &str, field: &str, example: &str) -> Option<Members<'a>> {
        if value.get().starts_with('{') {
            return self.object(value, item);
        }
        let reason = format!("expected an object such as {example}, found {}", kind(value));
        self.wrong(value.get(), item, Some(field), reason);
        None
    }

    /// The elements of an array; none of `null`, and none (noted) of another value.
    pub fn array(&mut self, value: &'a RawValue, item: &str, field: &str) -> Vec<&'a RawValue> {
        if value.get() == "null" {
            return Vec::new();
        }
        serde_json::from_str(value.get()).unwrap_or_else(|_| {
            self.wrong(value.get(), item, Some(field), format!("expected an array, found {}", kind(value)));
            Vec::new()
        })
    }

    /// The text of a required member; its absence is noted at `of`, the object.
    pub fn required(
        &mut self,
        of: &'a RawValue,
        members: &Members<'a>,
        item: &str,
        field: &str,
    ) -> Option<Cow<'a, str>> {
        match members.get(field) {
            None => self.wrong(of.get(), item, Some(field), "is required and missing"),
            Some(value) if value.get() == "null" => {
                self.wrong(value.get(), item, Some(field), "is required, found null");
            }
            Some(value) => return self.text(value, item, field),
        }
        None
    }

    /// The text of a member that may be absent or `null`.
    pub fn optional(&mut self, members: &Members<'a>, item: &str, field: &str) -> Option<Cow<'a, str>> {
        self.text(members.get(field)?, item, field)
    }

    /// Notes each unknown member, with the nearest known name.
    pub fn known_fields(&mut self, members: &Members<'a>, item: &str, known: &[&str]) {
        for (name, value) in &members.0 {
            if !known.contains(&name.as_ref()) {
                let reason = format!(
                    "is not a field; accepted: {}{}",
                    known.join(", "),
                    did_you_mean(name, known.iter().copied())
                );
                self.wrong(value.get(), item, Some(name), reason);
            }
        }
    }

    /// A whole number within bounds, from a member that may be absent or `null`.
    pub fn integer(&mut self, members: &Members<'a>, item: &str, field: &str, least: u64, most: u64) -> Option<u64> {
        let value = members.get(field).filter(|value| value.get() != "null")?;
        match value.get().parse::<u64>() {
            Ok(number) if (least..=most).contains(&number) => return Some(number),
            _ => {
                let bounds =
                    if most == u64::MAX { format!("of at least {least}") } else { format!("from {least} to {most}") };
                let reason = format!("{} is not an integer {bounds}", truncate(value.get(), MAX_VALUE_CHARS));
                self.wrong(value.get(), item, Some(field), reason);
            }
        }
        None
    }

    /// A whole number within bounds, from a required member; its absence is noted at `of`, the object.
    pub fn required_integer(
        &mut self,
        of: &'a RawValue,
        members: &Members<'a>,
        item: &str,
        field: &str,
        least: u64,
        most: u64,
    ) -> Option<u64> {
        if members.get(field).is_none_or(|value| value.get() == "null") {
            self.wrong(of.get(), item, Some(field), format!("is required: an integer from {least} to {most}"));
            return None;
        }
        self.integer(members, item, field, least, most)
    }

    /// A number within bounds, from a member that may be absent or `null`.
    pub fn number(&mut self, members: &Members<'a>, item: &str, field: &str, least: f64, most: f64) -> Option<f64> {
        let value = members.get(field).filter(|value| value.get() != "null")?;
        match value.get().parse::<f64>() {
            Ok(number) if (least..=most).contains(&number) => return Some(number),
            _ => {
                let reason =
                    format!("{} is not a number from {least} to {most}", truncate(value.get(), MAX_VALUE_CHARS));
                self.wrong(value.get(), item, Some(field), reason);
            }
        }
        None
    }

    /// True or false, from a member that may be absent or `null`.
    pub fn boolean(&mut self, members: &Members<'a>, item: &str, field: &str) -> Option<bool> {
        let value = members.get(field).filter(|value| value.get() != "null")?;
        match value.get() {
            "true" => return Some(true),
            "false" => return Some(false),
            _ => self.wrong(value.get(), item, Some(field), format!("expected true or false, found {}", kind(value))),
        }
        None
    }

    /// The result of `read` for a text, from a member that may be absent or `null`.
    pub fn parsed<T>(
        &mut self,
        members: &Members<'a>,
        item: &str,
        field: &str,
        read: impl FnOnce(&str) -> Result<T, String>,
    ) -> Option<T> {
        let text = self.optional(members, item, field)?;
        let place = members.get(field).map_or("", RawValue::get);
        read(&text).map_err(|reason| self.wrong(place, item, Some(field), reason)).ok()
    }

    /// A text that is not empty; `None` for `null`.
    pub fn text(&mut self, value: &'a RawValue, item: &str, field: &str) -> Option<Cow<'a, str>> {
        let text = self.any_text(value, item, field)?;
        if text.is_empty() {
            self.wrong(value.get(), item, Some(field), "is empty");
            return None;
        }
        Some(text)
    }

    /// A text that may be empty; `None` for `null`.
    pub fn any_text(&mut self, value: &'a RawValue, item: &str, field: &str) -> Option<Cow<'a, str>> {
        if value.get() == "null" {
            return None;
        }
        match serde_json::from_str::<Text>(value.get()) {
            Ok(Text(text)) => return Some(text),
            Err(error) if error.is_data() => {
                self.wrong(value.get(), item, Some(field), format!("expected a string, found {}", kind(value)));
            }
            Err(error) => {
                let reason = without_place(&error);
                self.wrong(value.get(), item, Some(field), format!("not a valid JSON string: {reason}"));
            }
        }
        None
    }
}

/// The message of `serde_json` without its position, which is relative to a part of the file.
fn without_place(error: &serde_json::Error) -> String {
    let told = error.to_string();
    told.split(" at line ").next().unwrap_or(&told).to_owned()
}

/// The JSON type of a value, with an article.
pub(crate) fn kind(value: &RawValue) -> &'static str {
    match value.get().as_bytes().first() {
        Some(b'{') => "an object",
        Some(b'[') => "an array",
        Some(b'"') => "a string",
        Some(b't' | b'f') => "a boolean",
        Some(b'n') => "null",
        _ => "a number",
    }
}
