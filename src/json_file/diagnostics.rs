//! Reads values of a file, and collects an error for each that is wrong.

use std::borrow::Cow;

use serde_json::value::RawValue;

use super::error::{FileError, FileErrors, MAX_ERRORS, limit, position_after};
use super::{JsonFile, JsonText, Members, SEPARATORS, first_value};
use crate::redact::{REDACTED, Secret};
use crate::text::{bound_for_redaction, did_you_mean, nearest};

/// The errors found so far in a file. Each method reads a value, and notes an error with its position if it is wrong.
pub(crate) struct Diagnostics<'a> {
    file: JsonFile<'a>,
    confidential: Option<Confidential>,
    /// Each error with the byte at which it is; [`Self::into_errors`] turns the bytes into positions.
    pub errors: Vec<(usize, FileError)>,
}

/// What the errors of a file of secrets do not repeat.
struct Confidential {
    secrets: Vec<Secret>,
    /// The fields of the file. A name that resembles none of them may be a secret in the wrong place.
    fields: &'static [&'static str],
}

impl<'a> Diagnostics<'a> {
    /// Bounds the quadratic search for repeated names.
    const MAX_MEMBERS: usize = 1000;

    pub fn new(file: JsonFile<'a>) -> Self {
        Self { file, confidential: None, errors: Vec::new() }
    }

    /// Hides these secrets in all further errors, and names that resemble none of these fields.
    pub fn hide(&mut self, secrets: Vec<Secret>, fields: &'static [&'static str]) {
        self.confidential = Some(Confidential { secrets, fields });
    }

    /// The text without secrets, and without the part of it that no message shows.
    fn redacted(&self, text: &str) -> String {
        let secrets = self.confidential.iter().flat_map(|confidential| &confidential.secrets);
        let redacted = secrets.fold(text.to_owned(), |text, secret| secret.redact(&text).into_owned());
        bound_for_redaction(&redacted)
    }

    /// The name of an unknown or repeated field for a message.
    fn field_name<'n>(&self, name: &'n str, known: &[&str]) -> &'n str {
        let is_hidden = self.confidential.as_ref().is_some_and(|Confidential { secrets: _, fields }| {
            nearest(name, known.iter().chain(*fields).copied()).is_none()
        });
        if is_hidden { REDACTED } else { name }
    }

    /// The one value of the file; `None` for white space alone, and (noted) for anything else that is not one JSON value.
    pub fn document(&mut self) -> Option<&'a RawValue> {
        let text = self.file.text.trim();
        if text.is_empty() {
            return None;
        }
        serde_json::from_str(text).map_err(|error| self.note_syntax(text, &error)).ok()
    }

    /// The values of the file, one after the other; none of white space alone, and (noted) those before the first that is not
    /// JSON.
    pub fn documents(&mut self) -> Vec<&'a RawValue> {
        let mut values = Vec::new();
        let mut rest = self.file.text.trim_start_matches(SEPARATORS);
        while !rest.is_empty() {
            match first_value(rest) {
                Ok((value, length)) => {
                    values.push(value);
                    rest = rest[length..].trim_start_matches(SEPARATORS);
                }
                Err(error) => {
                    self.note_syntax(rest, &error);
                    break;
                }
            }
        }
        values
    }

    /// Notes a syntax error in a part of the file.
    fn note_syntax(&mut self, part: &str, error: &serde_json::Error) {
        // serde_json counts lines from 1 and columns in bytes.
        let lines_before = part.split_inclusive('\n').take(error.line().saturating_sub(1));
        let offset = lines_before.map(str::len).sum::<usize>() + error.column().saturating_sub(1);
        let reason = format!("not valid JSON: {}", without_position(error));
        self.errors.push((self.file.offset(part) + offset, FileError::whole_file(self.file.name, reason)));
    }

    /// Notes an error at `part`, a slice of the file.
    pub fn wrong(&mut self, part: &str, item: &str, field: Option<&str>, reason: impl Into<String>) {
        /// More than are listed, because they are not found in the order of the file; bounds the memory that a file can take.
        const MAX_NOTED: usize = 10 * MAX_ERRORS;

        if self.errors.len() >= MAX_NOTED {
            return;
        }
        let error = FileError {
            item: (!item.is_empty()).then(|| item.to_owned()),
            field: field.map(|field| self.redacted(field)),
            ..FileError::whole_file(self.file.name, self.redacted(&reason.into()))
        };
        self.errors.push((self.file.offset(part), error));
    }

    /// The errors in the order of the file, with their positions. One pass over the file finds all positions.
    pub fn into_errors(mut self) -> Vec<FileError> {
        self.errors.sort_by_key(|(offset, _)| *offset);
        let (mut read, mut position) = (0, self.file.start);
        let located = self.errors.into_iter().map(|(offset, error)| {
            // serde_json can point into a character.
            let is_boundary = |at: &usize| self.file.text.is_char_boundary(*at);
            let end = (read..=offset.min(self.file.text.len())).rev().find(is_boundary).unwrap_or(read);
            position = position_after(position, &self.file.text[read..end]);
            read = end;
            FileError { position: Some(position), ..error }
        });
        let mut errors = located.collect();
        limit(&mut errors);
        errors
    }

    /// The value, or the errors in the order of the file.
    pub fn into_result<T>(self, value: T) -> Result<T, FileErrors> {
        if self.errors.is_empty() { Ok(value) } else { Err(FileErrors(self.into_errors())) }
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
                self.wrong(repeated.get(), item, Some(self.field_name(name, &[])), "is given twice");
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

    /// The elements of an array, or of `null`, which has none; none (noted) of another value.
    pub fn optional_array(&mut self, value: &'a RawValue, item: &str, field: &str) -> Vec<&'a RawValue> {
        if value.get() == "null" { Vec::new() } else { self.array(value, item, field) }
    }

    /// The elements of an array; none (noted) of another value.
    pub fn array(&mut self, value: &'a RawValue, item: &str, field: &str) -> Vec<&'a RawValue> {
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
        for (name, value) in members.0.iter().filter(|(name, _)| !known.contains(&name.as_ref())) {
            let suggestion = did_you_mean(name, known.iter().copied());
            let reason = format!("is not a field; accepted: {}{suggestion}", known.join(", "));
            self.wrong(value.get(), item, Some(self.field_name(name, known)), reason);
        }
    }

    /// The result of `read` for a member that may be absent or `null`; its error is noted.
    fn read<T>(
        &mut self,
        members: &Members<'a>,
        item: &str,
        field: &str,
        read: impl FnOnce(&'a RawValue) -> Result<T, String>,
    ) -> Option<T> {
        let value = members.get(field).filter(|value| value.get() != "null")?;
        read(value).map_err(|reason| self.wrong(value.get(), item, Some(field), reason)).ok()
    }

    /// A whole number within bounds, from a member that may be absent or `null`.
    pub fn integer(&mut self, members: &Members<'a>, item: &str, field: &str, least: u64, most: u64) -> Option<u64> {
        self.read(members, item, field, |value| {
            let number = value.get().parse().ok().filter(|number| (least..=most).contains(number));
            number.ok_or_else(|| {
                let bounds =
                    if most == u64::MAX { format!("of at least {least}") } else { format!("from {least} to {most}") };
                format!("{} is not an integer {bounds}", value.get())
            })
        })
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
        self.read(members, item, field, |value| {
            let number = value.get().parse().ok().filter(|number| (least..=most).contains(number));
            number.ok_or_else(|| format!("{} is not a number from {least} to {most}", value.get()))
        })
    }

    /// True or false, from a member that may be absent or `null`.
    pub fn boolean(&mut self, members: &Members<'a>, item: &str, field: &str) -> Option<bool> {
        self.read(members, item, field, |value| {
            value.get().parse().map_err(|_| format!("expected true or false, found {}", kind(value)))
        })
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
        let reason = match serde_json::from_str::<JsonText>(value.get()) {
            Ok(JsonText(text)) => return Some(text),
            Err(error) if error.is_data() => format!("expected a string, found {}", kind(value)),
            Err(error) => format!("not a valid JSON string: {}", without_position(&error)),
        };
        self.wrong(value.get(), item, Some(field), reason);
        None
    }
}

/// The message of `serde_json` without its position, which is relative to a part of the file.
pub(crate) fn without_position(error: &serde_json::Error) -> String {
    let message = error.to_string();
    message.split(" at line ").next().unwrap_or(&message).to_owned()
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
