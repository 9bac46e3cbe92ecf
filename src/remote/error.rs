//! Why an API cannot be called, and why one request to it failed.

use std::fmt;
use std::time::Duration;

use super::reply::Reply;

/// A wrong address, token or file of certificates. `Display` is one sentence for a person.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SetupError(pub(crate) String);

impl fmt::Display for SetupError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl std::error::Error for SetupError {}

/// Failure of a request. `Display` is one sentence for a person.
#[derive(Debug)]
pub enum RequestError {
    /// Temporary: a repeated request may succeed.
    Retryable(Retryable),
    /// The server cannot be reached, or does not speak HTTP.
    Unreachable(String),
    /// Lasting: a repeated request would fail too.
    Permanent(String),
}

/// Failure that may pass.
#[derive(Debug)]
pub struct Retryable {
    /// What went wrong, for a person.
    pub(crate) reason: String,
    /// How long the server asks to wait.
    pub(crate) retry_after: Option<Duration>,
    /// Response of the server, if a whole one arrived. Boxed: keeps every error small.
    pub(crate) reply: Option<Box<Reply>>,
}

impl From<String> for Retryable {
    fn from(reason: String) -> Self {
        Self { reason, retry_after: None, reply: None }
    }
}

impl fmt::Display for RequestError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (Self::Retryable(Retryable { reason, .. }) | Self::Unreachable(reason) | Self::Permanent(reason)) = self;
        f.write_str(reason)
    }
}

impl std::error::Error for RequestError {}
