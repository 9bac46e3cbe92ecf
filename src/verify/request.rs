//! What is asked, and as whom.

use std::fmt;

use crate::contract::AUDIT_LOGS;

/// A question.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct ProbeRequest {
    pub path: &'static str,
    /// The query string as it is sent.
    pub query: String,
    pub by: Credentials,
    pub content_type: Option<&'static str>,
}

/// Who asks.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Credentials {
    /// The token.
    Token,
    /// The token, behind `bearer` in lower case.
    LowerCase,
    /// The token of the second key.
    WithoutPermission,
    /// No token at all.
    Nobody,
    /// A token that no key has.
    Unknown,
    /// What is no token of the scheme `Bearer`.
    Malformed,
}

impl ProbeRequest {
    /// For audit logs, with the token.
    pub fn logs(query: impl Into<String>) -> Self {
        Self { path: AUDIT_LOGS, query: query.into(), by: Credentials::Token, content_type: None }
    }

    pub fn by(self, by: Credentials) -> Self {
        Self { by, ..self }
    }

    pub fn at(self, path: &'static str) -> Self {
        Self { path, ..self }
    }
}

/// The request line, and what is unusual about it.
impl fmt::Display for ProbeRequest {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "GET {}", self.path)?;
        if !self.query.is_empty() {
            write!(f, "?{}", self.query)?;
        }
        f.write_str(match self.by {
            Credentials::Token => "",
            Credentials::LowerCase => " with \"bearer\" in lower case",
            Credentials::WithoutPermission => " with the key without the permission",
            Credentials::Nobody => " without a token",
            Credentials::Unknown => " with a token that no key has",
            Credentials::Malformed => " with \"Authorization: Basic\"",
        })?;
        self.content_type.map_or(Ok(()), |kind| write!(f, " with \"Content-Type: {kind}\""))
    }
}
