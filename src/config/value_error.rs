//! The error of a text in the configuration.

use std::fmt;

/// A text that is not accepted; `Display` says what is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ConfigValueError(pub(super) &'static str);

impl fmt::Display for ConfigValueError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "accepted: {}", self.0)
    }
}

impl std::error::Error for ConfigValueError {}
