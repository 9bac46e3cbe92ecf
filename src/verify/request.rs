//! The requests of probes.

use std::fmt;

use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, utf8_percent_encode};

use crate::contract::AUDIT_LOGS;

/// A request of a probe. `Display` is the request line and what is unusual about the headers.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct ProbeRequest {
    pub path: &'static str,
    /// Query string as it is sent.
    pub query: String,
    pub credentials: Credentials,
    pub content_type: Option<&'static str>,
}

/// Header `Authorization` of a request.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Credentials {
    /// The token.
    Token,
    /// The token behind `bearer` in lower case.
    LowercaseScheme,
    /// The token of the key without the permission.
    NoPermission,
    /// No header.
    Missing,
    /// A token of no key.
    UnknownToken,
    /// Another scheme than `Bearer`.
    OtherScheme,
}

impl ProbeRequest {
    /// A request for audit logs with the token.
    pub fn logs(query: impl Into<String>) -> Self {
        Self { path: AUDIT_LOGS, query: query.into(), credentials: Credentials::Token, content_type: None }
    }

    /// Path and query.
    pub fn target(&self) -> String {
        let separator = if self.query.is_empty() { "" } else { "?" };
        format!("{}{separator}{}", self.path, self.query)
    }
}

impl fmt::Display for ProbeRequest {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let credentials = match self.credentials {
            Credentials::Token => "",
            Credentials::LowercaseScheme => " with \"bearer\" in lower case",
            Credentials::NoPermission => " with the key without the permission",
            Credentials::Missing => " without a token",
            Credentials::UnknownToken => " with a token that no key has",
            Credentials::OtherScheme => " with \"Authorization: Basic\"",
        };
        write!(f, "GET {}{credentials}", self.target())?;
        self.content_type.map_or(Ok(()), |kind| write!(f, " with \"Content-Type: {kind}\""))
    }
}

/// A value as part of a query string.
pub fn encode(value: &str) -> String {
    const ENCODED: &AsciiSet = &NON_ALPHANUMERIC.remove(b'-').remove(b'_').remove(b'.').remove(b'~');

    utf8_percent_encode(value, ENCODED).to_string()
}
