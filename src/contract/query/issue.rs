//! Issues of a query: what is wrong or doubtful about a parameter, and what to change.

use std::fmt;

use serde::ser::{Serialize, SerializeMap, Serializer};

use crate::text::{excerpt, word_enum};

word_enum! {
    /// The effect of an issue on the request.
    pub enum Severity {
        /// An error: the request is refused with a 400.
        Invalid = "invalid",
        /// A parameter or value that the contract does not list: a warning, or with `--strict` an error.
        Unlisted = "unlisted",
        /// Valid, but probably not what the client intended: always a warning, also with `--strict`.
        Doubtful = "doubtful",
    }
}

/// An issue with one parameter of a request.
///
/// `Display` is a whole sentence: parameter, received value, what is accepted, the nearest known word, an example.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct QueryIssue {
    /// Identifier of a rule in [`RULES`](crate::contract::RULES).
    pub rule: &'static str,
    /// Effect on the request.
    pub severity: Severity,
    /// Name of the parameter, as received.
    pub parameter: String,
    /// Value of the parameter, percent-decoded.
    pub value: String,
    /// What is wrong with the value, such as `is out of range`.
    pub reason: String,
    /// Accepted values, such as `an integer from 1 to 1000`.
    pub accepted: Option<String>,
    /// The likely value.
    pub nearest: Option<String>,
    /// A valid parameter, such as `pageSize=250`.
    pub example: Option<String>,
}

impl fmt::Display for QueryIssue {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}={} {}", excerpt(&self.parameter), quoted(&self.value), self.reason)?;
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

/// An object for programs, with the whole sentence as `message`.
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

/// An excerpt of a text in quotes.
fn quoted(text: &str) -> String {
    format!("\"{}\"", excerpt(text))
}
