//! JSON with line and column of every value, so that all errors of a file are reported in one run.
//!
//! Values are `serde_json`'s raw values: slices of the text, whose address gives their position.

mod diagnostics;
mod elements;
mod error;

use std::borrow::Cow;
use std::fmt;
use std::marker::PhantomData;

use serde::Deserialize;
use serde::de::{Deserializer, MapAccess, Visitor};
use serde_json::value::RawValue;

pub(crate) use diagnostics::{Diagnostics, kind};
pub(crate) use elements::visit_elements;
pub(crate) use error::position_after;
pub use error::{FileError, FileErrors};

/// A file's name and text.
#[derive(Debug, Clone, Copy)]
pub(crate) struct JsonFile<'a> {
    pub name: &'a str,
    pub text: &'a str,
}

impl<'a> JsonFile<'a> {
    /// Offset of a slice of this text, in bytes.
    fn offset(self, part: &str) -> usize {
        (part.as_ptr() as usize).saturating_sub(self.text.as_ptr() as usize)
    }

    /// The texts that must each be one JSON value: the lines if the first of several is a whole object, else the whole text.
    pub fn documents(self) -> Vec<&'a str> {
        let mut lines = self.lines();
        match (lines.next(), lines.next()) {
            (None, _) => Vec::new(),
            (Some(first), Some(_)) if is_whole_object(first) => self.lines().collect(),
            _ => vec![self.text.trim()],
        }
    }

    /// Like [`documents`](Self::documents), also if the first line has a syntax error and later lines are objects.
    fn documents_or_lines(self) -> Vec<&'a str> {
        let documents = self.documents();
        if let [whole] = documents.as_slice()
            && whole.starts_with('{')
            && serde_json::from_str::<&RawValue>(whole).is_err()
            && !whole.contains("\"logs\"")
            && self.text.lines().skip(1).any(is_whole_object)
        {
            return self.lines().collect();
        }
        documents
    }

    fn lines(self) -> impl Iterator<Item = &'a str> {
        self.text.lines().map(str::trim).filter(|line| !line.is_empty())
    }
}

fn is_whole_object(line: &str) -> bool {
    line.starts_with('{') && line.ends_with('}')
}

/// The members of a JSON object, in the order of the file.
pub(crate) struct Members<'a, T = &'a RawValue>(pub Vec<(Cow<'a, str>, T)>);

impl<'a> Members<'a> {
    /// The value of the first member with this name.
    pub fn get(&self, name: &str) -> Option<&'a RawValue> {
        self.0.iter().find(|(member, _)| member == name).map(|(_, value)| *value)
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
