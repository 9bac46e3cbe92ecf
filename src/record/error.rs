//! The error of a recording.

use std::fmt;

use crate::remote::RequestError;

/// Reason why a recording ended before it was complete. `Display` is one sentence for a person.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RecordError(pub(super) String);

impl fmt::Display for RecordError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl std::error::Error for RecordError {}

impl From<RequestError> for RecordError {
    fn from(error: RequestError) -> Self {
        Self(error.to_string())
    }
}
