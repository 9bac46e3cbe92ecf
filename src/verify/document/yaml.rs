//! YAML as a JSON value: the parser's events put together, with aliases copied within limits.

use std::borrow::Cow;
use std::collections::HashMap;

use saphyr_parser::{Event, Marker, Parser, ScalarStyle};
use serde_json::{Map, Number, Value};

use crate::json_file::FileError;

/// The depth to which `serde_json` reads, too: a deeper value would overflow the stack when it is dropped.
const MAX_DEPTH: usize = 128;
const TOO_DEEP: &str = "it is nested more than 128 levels deep";
/// The size of what aliases copy. A few lines of aliases to aliases can stand for gigabytes.
const MAX_COPIED_BYTES: usize = 16 << 20;

/// Parses a file of one YAML document.
pub fn parse(name: &str, text: &str) -> Result<Value, FileError> {
    let error_at = |marker: &Marker, reason: String| FileError {
        position: Some((marker.line(), marker.col() + 1)),
        ..FileError::whole_file(name, reason)
    };
    let mut composer = Composer::default();
    for event in Parser::new_from_str(text) {
        let (event, span) =
            event.map_err(|error| error_at(error.marker(), format!("is not valid YAML: {}", error.info())))?;
        composer.add_event(event).map_err(|reason| error_at(&span.start, reason.into_owned()))?;
    }
    composer.document.ok_or_else(|| FileError::whole_file(name, "is empty"))
}

/// The reason to refuse a key that an object has twice: parsers differ in which of the two counts.
pub fn duplicate_key(key: &str) -> String {
    format!("the key {key:?} is there twice in one object")
}

/// A value, and what it costs to copy it.
#[derive(Clone)]
struct Node {
    value: Value,
    bytes: usize,
    /// Number of collections on the way to its deepest scalar.
    height: usize,
}

/// A collection whose end has not been reached.
struct OpenCollection {
    node: Node,
    /// Its last key, if the value has not been reached.
    key: Option<String>,
    anchor: usize,
}

#[derive(Default)]
struct Composer {
    open: Vec<OpenCollection>,
    anchored: HashMap<usize, Node>,
    copied_bytes: usize,
    document: Option<Value>,
}

/// Why a document of valid YAML is refused.
type Refusal = Cow<'static, str>;

impl Composer {
    fn add_event(&mut self, event: Event<'_>) -> Result<(), Refusal> {
        match event {
            Event::Scalar(text, style, anchor, tag) => {
                let bytes = size_of::<Value>() + text.len();
                let is_key = self.open.last().is_some_and(OpenCollection::awaits_key);
                // A key such as 200 is a text.
                let is_text = is_key || style != ScalarStyle::Plain || tag.is_some();
                let value = if is_text { Value::String(text.into_owned()) } else { plain_scalar(&text) };
                self.add(Node { value, bytes, height: 0 }, anchor)
            }
            Event::SequenceStart(anchor, _) => self.open(Value::Array(Vec::new()), anchor),
            Event::MappingStart(anchor, _) => self.open(Value::Object(Map::new()), anchor),
            Event::SequenceEnd | Event::MappingEnd => match self.open.pop() {
                Some(OpenCollection { node, anchor, .. }) => self.add(node, anchor),
                None => Ok(()),
            },
            Event::Alias(anchor) => {
                let node = self.anchored.get(&anchor).ok_or("an alias refers to the value that contains it")?;
                let node = copied(node, &mut self.copied_bytes)?;
                self.add(node, 0)
            }
            Event::DocumentStart(_) if self.document.is_some() => {
                Err("a second YAML document begins; give a file of one".into())
            }
            Event::DocumentStart(_) | Event::DocumentEnd | Event::StreamStart | Event::StreamEnd | Event::Nothing => {
                Ok(())
            }
        }
    }

    fn open(&mut self, value: Value, anchor: usize) -> Result<(), Refusal> {
        let node = Node { value, bytes: size_of::<Value>(), height: 1 };
        self.open.push(OpenCollection { node, key: None, anchor });
        if self.open.len() > MAX_DEPTH { Err(TOO_DEEP.into()) } else { Ok(()) }
    }

    /// Adds a value to the innermost open collection.
    fn add(&mut self, node: Node, anchor: usize) -> Result<(), Refusal> {
        if self.open.len() + node.height > MAX_DEPTH {
            return Err(TOO_DEEP.into());
        }
        // The parser counts anchors from 1.
        if anchor > 0 {
            self.anchored.insert(anchor, copied(&node, &mut self.copied_bytes)?);
        }
        let Some(OpenCollection { node: parent, key, .. }) = self.open.last_mut() else {
            self.document = Some(node.value);
            return Ok(());
        };
        parent.bytes += node.bytes;
        parent.height = parent.height.max(node.height + 1);
        match (&mut parent.value, key.take(), node.value) {
            (Value::Array(elements), _, value) => elements.push(value),
            (Value::Object(members), Some(key), value) => drop(members.insert(key, value)),
            (Value::Object(members), None, Value::String(text)) if members.contains_key(&text) => {
                return Err(duplicate_key(&text).into());
            }
            (_, None, Value::String(text)) => *key = Some(text),
            (_, _, _) => return Err("a key is not a text".into()),
        }
        Ok(())
    }
}

impl OpenCollection {
    fn awaits_key(&self) -> bool {
        self.node.value.is_object() && self.key.is_none()
    }
}

/// A copy, whose size is added to that of all copies.
fn copied(node: &Node, copied_bytes: &mut usize) -> Result<Node, Refusal> {
    *copied_bytes = copied_bytes.saturating_add(node.bytes);
    if *copied_bytes > MAX_COPIED_BYTES {
        Err("its aliases stand for more than 16 MiB".into())
    } else {
        Ok(node.clone())
    }
}

/// The value of a scalar without quotes, by the core schema of YAML 1.2.
fn plain_scalar(text: &str) -> Value {
    match text {
        "" | "~" | "null" | "Null" | "NULL" => Value::Null,
        "true" | "True" | "TRUE" => Value::Bool(true),
        "false" | "False" | "FALSE" => Value::Bool(false),
        _ => text.parse::<Number>().map_or_else(|_| Value::String(text.to_owned()), Value::Number),
    }
}
