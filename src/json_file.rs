//! JSON whose every value knows its line and column, so that all errors of a file can be told in one run.
//!
//! It rests on `serde_json`'s raw values: they are slices of the text, so where one lies is where it starts.

use std::borrow::Cow;
use std::fmt;

use serde::de::{self, Deserialize, Deserializer, MapAccess, SeqAccess, Visitor};
use serde_json::value::RawValue;

use crate::contract::nearest;

/// A file's name and text.
#[derive(Debug, Clone, Copy)]
pub(crate) struct JsonFile<'a> {
    pub name: &'a str,
    pub text: &'a str,
}

/// One thing that is wrong with a file.
///
/// `Display` is `file:line:column: entry 3, action: reason`, which editors and terminals make clickable.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FileError {
    /// The file's name as it was given.
    pub file: String,
    /// Line and column, counted from 1 in characters; `None` when the file as a whole is meant.
    pub position: Option<(usize, usize)>,
    /// Which item of the file, such as `entry 3`, counted from 1.
    pub item: Option<String>,
    /// The field of that item.
    pub field: Option<String>,
    /// What is wrong, what is accepted, what was likely meant.
    pub reason: String,
}

impl fmt::Display for FileError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.file)?;
        if let Some((line, column)) = self.position {
            write!(f, ":{line}:{column}")?;
        }
        f.write_str(": ")?;
        match (&self.item, &self.field) {
            (Some(item), Some(field)) => write!(f, "{item}, {field}: ")?,
            (Some(item), None) => write!(f, "{item}: ")?,
            (None, Some(field)) => write!(f, "{field}: ")?,
            (None, None) => {}
        }
        f.write_str(&self.reason)
    }
}

/// Everything that is wrong with the files of one kind; `Display` is a line each.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FileErrors(pub Vec<FileError>);

impl fmt::Display for FileErrors {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (index, error) in self.0.iter().enumerate() {
            if index > 0 {
                f.write_str("\n")?;
            }
            error.fmt(f)?;
        }
        Ok(())
    }
}

impl FileErrors {
    /// How many there are, then a line each, so that a terminal makes every place clickable.
    pub(crate) fn told(&self) -> String {
        match self.0.len() {
            1 => format!("1 thing is wrong\n{self}"),
            count => format!("{count} things are wrong\n{self}"),
        }
    }
}

impl std::error::Error for FileErrors {}

/// The item that is being read, and the errors found so far.
#[derive(Debug)]
pub(crate) struct Findings<'a> {
    pub file: JsonFile<'a>,
    pub errors: Vec<FileError>,
    places: Places<'a>,
}

/// Lines and columns of a text, counted from 1 in characters. Remembers where it has been: a text with many errors is
/// read once, not once for each.
#[derive(Debug)]
struct Places<'a> {
    text: &'a str,
    /// Offset, line and column every few kilobytes, as far as it has been.
    marks: Vec<(usize, usize, usize)>,
}

impl<'a> Places<'a> {
    /// Bytes between two marks.
    const STRIDE: usize = 4096;

    fn of(text: &'a str) -> Self {
        Self { text, marks: vec![(0, 1, 1)] }
    }

    /// Line and column of a part of the text.
    fn of_part(&mut self, part: &str) -> (usize, usize) {
        self.find((part.as_ptr() as usize).saturating_sub(self.text.as_ptr() as usize))
    }

    /// Line and column at an offset in bytes.
    fn find(&mut self, offset: usize) -> (usize, usize) {
        let boundary = |offset: usize| (0..=offset).rev().find(|at| self.text.is_char_boundary(*at)).unwrap_or(0);
        let end = boundary(offset.min(self.text.len()));
        let mut last = self.marks.last().copied().unwrap_or((0, 1, 1));
        while last.0 + Self::STRIDE <= end {
            last = self.walk(last, boundary(last.0 + Self::STRIDE));
            self.marks.push(last);
        }
        let before = self.marks.partition_point(|mark| mark.0 <= end).saturating_sub(1);
        let (_, line, column) = self.walk(self.marks[before], end);
        (line, column)
    }

    fn walk(&self, (from, line, column): (usize, usize, usize), to: usize) -> (usize, usize, usize) {
        let part = &self.text[from..to];
        match part.rfind('\n') {
            None => (to, line, column + part.chars().count()),
            Some(newline) => (to, line + part.matches('\n').count(), part[newline + 1..].chars().count() + 1),
        }
    }
}

impl<'a> JsonFile<'a> {
    /// The values at the top of the file: one document, or one a line (NDJSON). A line that is no JSON is an error,
    /// the others are still read; of a broken array, what stands before the break is read.
    pub fn values(self, errors: &mut Vec<FileError>) -> Vec<&'a RawValue> {
        let mut values = Vec::new();
        let mut places = Places::of(self.text);
        for part in self.documents() {
            match serde_json::from_str(part) {
                Ok(value) => values.push(value),
                Err(error) => {
                    if part.starts_with('[') {
                        collect_elements(part, &mut values);
                    }
                    errors.push(self.syntax_error(part, &error, &mut places));
                }
            }
        }
        values
    }

    /// The texts that must each be one JSON value.
    fn documents(self) -> Vec<&'a str> {
        let whole = self.text.trim();
        let is_whole_object = |line: &str| line.starts_with('{') && line.ends_with('}');
        let mut lines = whole.lines().map(str::trim).filter(|line| !line.is_empty());
        match (lines.next(), lines.next()) {
            (None, _) => Vec::new(),
            (Some(first), Some(_)) if is_whole_object(first) => {
                whole.lines().map(str::trim).filter(|line| !line.is_empty()).collect()
            }
            _ => vec![whole],
        }
    }

    fn syntax_error(self, part: &str, error: &serde_json::Error, places: &mut Places<'_>) -> FileError {
        // serde_json counts lines from 1 and columns in bytes, relative to the part.
        let line_start: usize = part.split_inclusive('\n').take(error.line().saturating_sub(1)).map(str::len).sum();
        let offset =
            part.as_ptr() as usize - self.text.as_ptr() as usize + line_start + error.column().saturating_sub(1);
        let told = error.to_string();
        let reason = told.split(" at line ").next().unwrap_or(&told);
        FileError {
            file: self.name.to_owned(),
            position: Some(places.find(offset)),
            item: None,
            field: None,
            reason: format!("not valid JSON: {reason}"),
        }
    }
}

impl<'a> Findings<'a> {
    /// More than any object that is meant; bounds the search for names that come twice.
    const MOST_MEMBERS: usize = 1000;

    pub fn new(file: JsonFile<'a>) -> Self {
        Self { file, errors: Vec::new(), places: Places::of(file.text) }
    }

    /// Notes that `part` of the file is wrong.
    pub fn wrong(&mut self, part: &str, item: &str, field: Option<&str>, reason: impl Into<String>) {
        self.errors.push(FileError {
            file: self.file.name.to_owned(),
            position: Some(self.places.of_part(part)),
            item: (!item.is_empty()).then(|| item.to_owned()),
            field: field.map(elided),
            reason: elided(&reason.into()),
        });
    }

    /// The value, unless something was wrong; the errors come in the order of the file.
    pub fn into_result<T>(mut self, value: T) -> Result<T, FileErrors> {
        self.errors.sort_by_key(|error| error.position);
        if self.errors.is_empty() { Ok(value) } else { Err(FileErrors(self.errors)) }
    }

    /// The members of an object, or `None` (noted) when the value is something else. A name that comes twice is an error.
    pub fn object(&mut self, value: &'a RawValue, item: &str) -> Option<Members<'a>> {
        let Ok(members) = serde_json::from_str::<Members>(value.get()) else {
            self.wrong(value.get(), item, None, format!("expected an object, found {}", kind(value)));
            return None;
        };
        if members.0.len() > Self::MOST_MEMBERS {
            let reason = format!("has {} fields, more than {}", members.0.len(), Self::MOST_MEMBERS);
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

    /// The elements of an array, or none (noted) when the value is something else.
    pub fn array(&mut self, value: &'a RawValue, item: &str, field: &str) -> Vec<&'a RawValue> {
        serde_json::from_str(value.get()).unwrap_or_else(|_| {
            self.wrong(value.get(), item, Some(field), format!("expected an array, found {}", kind(value)));
            Vec::new()
        })
    }

    /// The text of a member that must be there; without it, that is noted at `of`, the object.
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

    /// Notes every member that is not among the known ones, with the likely one.
    pub fn known_fields(&mut self, members: &Members<'a>, item: &str, known: &[&str]) {
        for (name, value) in &members.0 {
            if !known.contains(&name.as_ref()) {
                let reason = format!("is not a field; {}", accepted(name, known));
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
                let reason = format!("{} is not an integer {bounds}", shortened(value.get()));
                self.wrong(value.get(), item, Some(field), reason);
            }
        }
        None
    }

    /// The same of a member that must be there.
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
                let reason = format!("{} is not a number from {least} to {most}", shortened(value.get()));
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

    /// What a text means, from a member that may be absent or `null`.
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

    /// A text that is not empty; `null` is the same as absent.
    pub fn text(&mut self, value: &'a RawValue, item: &str, field: &str) -> Option<Cow<'a, str>> {
        if value.get() == "null" {
            return None;
        }
        match serde_json::from_str::<Text>(value.get()) {
            Ok(Text(text)) if !text.is_empty() => return Some(text),
            Ok(_) => self.wrong(value.get(), item, Some(field), "is empty"),
            Err(error) if error.is_data() => {
                self.wrong(value.get(), item, Some(field), format!("expected a string, found {}", kind(value)));
            }
            Err(error) => {
                let told = error.to_string();
                let reason = told.split(" at line ").next().unwrap_or(&told);
                self.wrong(value.get(), item, Some(field), format!("not a valid JSON string: {reason}"));
            }
        }
        None
    }
}

/// The members of a JSON object, in the order of the file.
#[derive(Debug)]
pub(crate) struct Members<'a>(pub Vec<(Cow<'a, str>, &'a RawValue)>);

impl<'a> Members<'a> {
    /// The value of the first member of that name.
    pub fn get(&self, name: &str) -> Option<&'a RawValue> {
        self.0.iter().find(|(member, _)| member == name).map(|(_, value)| *value)
    }
}

impl<'de: 'a, 'a> Deserialize<'de> for Members<'a> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Object;

        impl<'de> Visitor<'de> for Object {
            type Value = Vec<(Cow<'de, str>, &'de RawValue)>;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("an object")
            }

            fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Self::Value, A::Error> {
                let mut members = Vec::with_capacity(8);
                while let Some((Text(name), value)) = map.next_entry()? {
                    members.push((name, value));
                }
                Ok(members)
            }
        }

        deserializer.deserialize_map(Object).map(Members)
    }
}

/// A string that stays a slice of the file unless it holds an escape.
struct Text<'a>(Cow<'a, str>);

impl<'de: 'a, 'a> Deserialize<'de> for Text<'a> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Slice;

        impl<'de> Visitor<'de> for Slice {
            type Value = Cow<'de, str>;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("a string")
            }

            fn visit_borrowed_str<E: de::Error>(self, text: &'de str) -> Result<Self::Value, E> {
                Ok(Cow::Borrowed(text))
            }

            fn visit_str<E: de::Error>(self, text: &str) -> Result<Self::Value, E> {
                Ok(Cow::Owned(text.to_owned()))
            }
        }

        deserializer.deserialize_str(Slice).map(Text)
    }
}

/// Collects the elements of an array up to where it breaks.
fn collect_elements<'a>(array: &'a str, into: &mut Vec<&'a RawValue>) {
    struct Elements<'v, 'a>(&'v mut Vec<&'a RawValue>);

    impl<'a> Visitor<'a> for Elements<'_, 'a> {
        type Value = ();

        fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
            f.write_str("an array")
        }

        fn visit_seq<A: SeqAccess<'a>>(self, mut elements: A) -> Result<(), A::Error> {
            while let Some(element) = elements.next_element()? {
                self.0.push(element);
            }
            Ok(())
        }
    }

    // The break itself is reported by the caller; what was pushed before it is kept.
    let _ = serde_json::Deserializer::from_str(array).deserialize_seq(Elements(into));
}

/// The accepted words, and the likely one.
pub(crate) fn accepted(word: &str, known: &[&str]) -> String {
    let meant = nearest(word, known.iter().copied()).map(|word| format!("; did you mean \"{word}\"?"));
    format!("accepted: {}{}", known.join(", "), meant.unwrap_or_default())
}

/// A text of any length, short enough for a message: its middle left out.
pub(crate) fn elided(text: &str) -> String {
    const HEAD: usize = 200;
    const TAIL: usize = 400;

    let length = text.chars().count();
    if length <= HEAD + TAIL {
        return text.to_owned();
    }
    let head: String = text.chars().take(HEAD).collect();
    let tail: String = text.chars().skip(length - TAIL).collect();
    format!("{head}…{tail}")
}

/// What stands in a file, short enough for a message.
fn shortened(text: &str) -> String {
    const LONGEST: usize = 40;

    let short: String = text.chars().take(LONGEST).collect();
    if short.len() < text.len() { short + "…" } else { short }
}

/// What a value is, in the words of JSON.
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
