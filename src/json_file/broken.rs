//! Elements of a document that is not valid JSON as a whole.

use std::fmt;

use serde::de::{DeserializeSeed, Deserializer, IgnoredAny, MapAccess, SeqAccess, Visitor};
use serde_json::value::RawValue;

/// The elements of an array, or of the `logs` of an object, before the syntax error.
pub fn elements_before_the_break(document: &str) -> Vec<&RawValue> {
    let mut elements = Vec::new();
    // The break itself is noted by the caller; what was pushed before it is kept.
    let _ = serde_json::Deserializer::from_str(document).deserialize_any(Elements(&mut elements));
    elements
}

struct Elements<'v, 'a>(&'v mut Vec<&'a RawValue>);

impl<'a> Visitor<'a> for Elements<'_, 'a> {
    type Value = ();

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("an array, or an object with logs")
    }

    fn visit_seq<A: SeqAccess<'a>>(self, mut elements: A) -> Result<(), A::Error> {
        while let Some(element) = elements.next_element()? {
            self.0.push(element);
        }
        Ok(())
    }

    fn visit_map<A: MapAccess<'a>>(self, mut members: A) -> Result<(), A::Error> {
        while let Some(name) = members.next_key::<String>()? {
            if name == "logs" {
                members.next_value_seed(Elements(self.0))?;
            } else {
                members.next_value::<IgnoredAny>()?;
            }
        }
        Ok(())
    }
}

impl<'a> DeserializeSeed<'a> for Elements<'_, 'a> {
    type Value = ();

    fn deserialize<D: Deserializer<'a>>(self, deserializer: D) -> Result<(), D::Error> {
        deserializer.deserialize_seq(self)
    }
}
