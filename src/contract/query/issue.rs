//! One thing that was noticed about a request, in words that tell what to change.

use std::fmt;

use serde::ser::{Serialize, SerializeMap, Serializer};

use crate::text::{excerpt, word_enum};

word_enum! {
    /// What an issue means for the request.
    pub enum Severity {
        /// The request is refused with a 400.
        Invalid = "invalid",
        /// The contract does not list it: reported, and refused only with `--strict`.
        Unlisted = "unlisted",
        /// Understood, but probably not what the client intended: reported.
        Doubtful = "doubtful",
    }
}

/// One thing that was noticed about one parameter of a request.
///
/// `Display` is a whole sentence: parameter, value received, what is accepted, the likely meaning, an example.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct QueryIssue {
    /// Identifier of the rule in the fidelity table.
    pub rule: &'static str,
    /// What it means for the request.
    pub severity: Severity,
    /// The parameter's name as received.
    pub parameter: String,
    /// The value as received, percent-decoded.
    pub value: String,
    /// What is the matter with it, such as `is out of range`.
    pub problem: String,
    /// What is accepted, such as `an integer from 1 to 1000`.
    pub accepted: Option<String>,
    /// The known word that was most likely meant.
    pub nearest: Option<String>,
    /// A parameter that works, such as `pageSize=250`.
    pub example: Option<String>,
}

impl fmt::Display for QueryIssue {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}={} {}", excerpt(&self.parameter), quoted(&self.value), self.problem)?;
        if let Some(accepted) = &self.accepted {
            write!(f, "; accepted: {accepted}")?;
        }
        f.write_str(".")?;
        if let Some(nearest) = &self.nearest {
            write!(f, " Did you mean {}?", quoted(nearest))?;
        }
        if let Some(example) = &self.example {
            write!(f, " Example: \"{example}\".")?;
        }
        Ok(())
    }
}

/// The parts for programs, and the whole sentence as `message`.
impl Serialize for QueryIssue {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut map = serializer.serialize_map(None)?;
        map.serialize_entry("rule", self.rule)?;
        map.serialize_entry("severity", &self.severity)?;
        map.serialize_entry("parameter", &self.parameter)?;
        map.serialize_entry("value", &self.value)?;
        if let Some(nearest) = &self.nearest {
            map.serialize_entry("nearest", nearest)?;
        }
        map.serialize_entry("message", &self.to_string())?;
        map.end()
    }
}

/// The text in quotes, shortened and without control characters, so that hostile input cannot shape a message.
fn quoted(text: &str) -> String {
    format!("\"{}\"", excerpt(text))
}
