//! JSON with line and column of every value, so that all errors of a file are reported in one run.
//!
//! Values are `serde_json`'s raw values: slices of the text, whose address gives their position.

mod content;
mod diagnostics;
mod elements;
mod encoding;
mod error;

use std::borrow::Cow;
use std::fmt;
use std::io::{self, Cursor, Read};
use std::marker::PhantomData;
use std::path::Path;

use serde::Deserialize;
use serde::de::{Deserializer, Error, MapAccess, Visitor};
use serde_json::value::RawValue;

use crate::input;

pub(crate) use content::FileContent;
pub(crate) use diagnostics::{Diagnostics, kind, without_position};
pub(crate) use elements::visit_elements;
pub(crate) use encoding::{ForeignFormat, decode, foreign_format, not_utf8};
pub use error::{FileError, FileErrors};
pub(crate) use error::{MAX_ERRORS, count_of_errors, limit, position_after};

/// A character that some programs put before a text.
pub(crate) const BYTE_ORDER_MARK: &str = "\u{feff}";

/// What can stand between the values of a file: white space, the record separator of RFC 7464, and the byte order marks of
/// files that were joined.
pub(crate) const SEPARATORS: [char; 6] = [' ', '\t', '\r', '\n', '\u{1e}', '\u{feff}'];

/// A file's name and text, or a part of the text.
#[derive(Debug, Clone, Copy)]
pub(crate) struct JsonFile<'a> {
    name: &'a str,
    text: &'a str,
    /// The position of the text in the file.
    start: (usize, usize),
}

impl<'a> JsonFile<'a> {
    /// The text of a whole file, which may have a byte order mark.
    pub fn new(name: &'a str, text: &'a str) -> Self {
        Self { name, text: text.strip_prefix(BYTE_ORDER_MARK).unwrap_or(text), start: (1, 1) }
    }

    /// The part of a file that starts at a position.
    pub fn part(name: &'a str, text: &'a str, start: (usize, usize)) -> Self {
        Self { name, text, start }
    }

    /// Offset of a slice of this text, in bytes.
    fn offset(self, part: &str) -> usize {
        (part.as_ptr() as usize).saturating_sub(self.text.as_ptr() as usize)
    }
}

/// The text of a file that fits into memory, such as one of API keys.
pub(crate) fn read_text(path: &Path) -> Result<String, FileError> {
    let name = input::display_name(path);
    let bytes = input::read_small_file(path).map_err(|error| FileError::unreadable(&name, &error))?;
    decode(&name, bytes)
}

/// A stream without the byte order mark that it may start with.
pub(crate) fn without_byte_order_mark(mut stream: impl Read) -> io::Result<impl Read> {
    let mut start = Vec::new();
    stream.by_ref().take(BYTE_ORDER_MARK.len() as u64).read_to_end(&mut start)?;
    if start == BYTE_ORDER_MARK.as_bytes() {
        start.clear();
    }
    Ok(Cursor::new(start).chain(stream))
}

/// The value at the start of a text, with the number of bytes up to its end. More values may follow.
pub(crate) fn first_value<'a, T: Deserialize<'a>>(text: &'a str) -> serde_json::Result<(T, usize)> {
    let mut values = serde_json::Deserializer::from_str(text).into_iter();
    let value = values.next().unwrap_or_else(|| Err(serde_json::Error::custom("no value")))?;
    Ok((value, values.byte_offset()))
}

/// The members of a JSON object, in the order of the file.
pub(crate) struct Members<'a, T = &'a RawValue>(pub Vec<(Cow<'a, str>, T)>);

impl<'a> Members<'a> {
    /// The value of the first member with this name.
    pub fn get(&self, name: &str) -> Option<&'a RawValue> {
        self.0.iter().find(|(member, _)| member == name).map(|(_, value)| *value)
    }
}

impl<T> Members<'_, T> {
    /// The offset of the first name in the text that the members were read from, in bytes; 0 if it is not known.
    pub fn offset_in(&self, text: &str) -> usize {
        match self.0.first() {
            Some((Cow::Borrowed(name), _)) => (name.as_ptr() as usize).saturating_sub(text.as_ptr() as usize),
            Some((Cow::Owned(_), _)) | None => 0,
        }
    }
}

impl<'de: 'a, 'a, T: Deserialize<'de>> Deserialize<'de> for Members<'a, T> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct MembersVisitor<T>(PhantomData<T>);

        impl<'de, T: Deserialize<'de>> Visitor<'de> for MembersVisitor<T> {
            type Value = Vec<(Cow<'de, str>, T)>;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("an object")
            }

            fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Self::Value, A::Error> {
                let mut members = Vec::with_capacity(8);
                while let Some((JsonText(name), value)) = map.next_entry()? {
                    members.push((name, value));
                }
                Ok(members)
            }
        }

        deserializer.deserialize_map(MembersVisitor(PhantomData)).map(Members)
    }
}

/// A string, borrowed from the file unless it has an escape sequence.
#[derive(Deserialize)]
pub(crate) struct JsonText<'a>(#[serde(borrow)] pub Cow<'a, str>);
