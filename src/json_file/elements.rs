//! Visits the entries of a document one by one while it is parsed: the elements of an array, or of the `logs` of an object.

use std::fmt;
use std::marker::PhantomData;

use serde::Deserialize;
use serde::de::{DeserializeSeed, Deserializer, Error, IgnoredAny, MapAccess, SeqAccess, Visitor};

use super::JsonText;

/// Calls `visit` with each element until it returns `false`. Elements before an error are visited.
///
/// # Errors
/// For a document that is neither an array nor an object with `logs`, or whose elements are not all of type `T`, and if
/// `visit` returned `false`.
pub fn visit_elements<'de, T: Deserialize<'de>>(
    document: &'de str,
    visit: impl FnMut(T) -> bool,
) -> serde_json::Result<()> {
    let mut json = serde_json::Deserializer::from_str(document);
    json.deserialize_any(Elements { visit, element: PhantomData })?;
    json.end()
}

struct Elements<F, T> {
    visit: F,
    element: PhantomData<T>,
}

impl<'de, F: FnMut(T) -> bool, T: Deserialize<'de>> Visitor<'de> for Elements<F, T> {
    type Value = ();

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("an array, or an object with logs")
    }

    fn visit_seq<A: SeqAccess<'de>>(mut self, mut elements: A) -> Result<(), A::Error> {
        while let Some(element) = elements.next_element()? {
            if !(self.visit)(element) {
                return Err(A::Error::custom("an element with an error"));
            }
        }
        Ok(())
    }

    fn visit_map<A: MapAccess<'de>>(self, mut members: A) -> Result<(), A::Error> {
        let mut elements = Some(self);
        while let Some(JsonText(name)) = members.next_key()? {
            if name == "logs" {
                let elements = elements.take().ok_or_else(|| A::Error::duplicate_field("logs"))?;
                members.next_value_seed(elements)?;
            } else {
                members.next_value::<IgnoredAny>()?;
            }
        }
        if elements.is_none() { Ok(()) } else { Err(A::Error::missing_field("logs")) }
    }
}

/// The value of `logs`.
impl<'de, F: FnMut(T) -> bool, T: Deserialize<'de>> DeserializeSeed<'de> for Elements<F, T> {
    type Value = ();

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<(), D::Error> {
        deserializer.deserialize_seq(self)
    }
}
