//! The address of an API, parsed from the flag `--url`, and that of a document.

use std::fmt;
use std::net::IpAddr;

use ureq::http::Uri;

use super::error::SetupError;
use crate::contract::AUDIT_LOGS;

/// An address that begins with `https://` or `http://`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct HttpUrl {
    pub text: String,
    /// Whether the server is on this machine.
    pub is_local: bool,
    /// Whether the connection uses TLS.
    pub is_encrypted: bool,
}

const CREDENTIALS: &str = "has a user or password in it, which belong nowhere";

fn has_credentials(text: &str) -> bool {
    text.contains('@') || text.to_ascii_lowercase().contains("%40")
}

impl HttpUrl {
    /// The error says what is wrong, and does not repeat the text: it may be a token in the wrong place.
    fn parse(text: &str) -> Result<Self, SetupError> {
        let refused = |reason: &str| Err(SetupError(reason.to_owned()));
        let Ok(uri) = text.parse::<Uri>() else { return refused("is not a URL") };
        let (Some(scheme @ ("http" | "https")), Some(host)) =
            (uri.scheme_str(), uri.host().filter(|host| !host.is_empty()))
        else {
            return refused("is not a URL that begins with https:// or http://");
        };
        // A path may have an @.
        if uri.authority().is_some_and(|authority| has_credentials(authority.as_str())) {
            return refused(CREDENTIALS);
        }
        let address = host.trim_start_matches('[').trim_end_matches(']');
        let is_local = host == "localhost" || address.parse::<IpAddr>().is_ok_and(|address| address.is_loopback());
        Ok(Self { text: text.to_owned(), is_local, is_encrypted: scheme == "https" })
    }
}

/// The address of the audit-log operation of a server.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ApiUrl {
    /// Without the path of the operation.
    pub(super) base: HttpUrl,
}

impl ApiUrl {
    /// Parses a base URL, or one that already ends in the path of the operation.
    ///
    /// ```
    /// use cortex_audit_mock::internal::remote::ApiUrl;
    ///
    /// let url = ApiUrl::parse("https://api.getcortexapp.com/").unwrap();
    /// assert_eq!(url.to_string(), "https://api.getcortexapp.com/api/v1/audit-logs");
    /// assert_eq!(ApiUrl::parse(&url.to_string()), Ok(url));
    /// assert!(ApiUrl::parse("api.getcortexapp.com").is_err());
    /// ```
    ///
    /// # Errors
    /// When the text is no such URL; the message does not contain what may be a secret.
    pub fn parse(text: &str) -> Result<Self, SetupError> {
        const ACCEPTED: &str = "accepted: a base URL such as https://api.getcortexapp.com or http://127.0.0.1:8080";

        let refused = |reason: &str| SetupError(format!("--url {reason}; {ACCEPTED}"));
        if has_credentials(text) {
            return Err(refused(CREDENTIALS));
        }
        if text.contains(['?', '#']) {
            return Err(refused("has a query or fragment, which are no part of a base"));
        }
        let mut base = HttpUrl::parse(text).map_err(|SetupError(reason)| refused(&reason))?;
        let path = base.text.trim_end_matches('/');
        base.text = path.strip_suffix(AUDIT_LOGS).unwrap_or(path).trim_end_matches('/').to_owned();
        Ok(Self { base })
    }

    /// The address of a path of the server, such as `/api/v1/catalog`.
    pub fn at(&self, path: &str) -> String {
        format!("{}{path}", self.base.text)
    }

    /// Whether others on the network could read the token.
    pub fn exposes_token(&self) -> bool {
        !self.base.is_encrypted && !self.base.is_local
    }
}

/// The address of the audit-log operation.
impl fmt::Display for ApiUrl {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}{AUDIT_LOGS}", self.base.text)
    }
}

/// The address of a document that anybody may read.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DocumentUrl(pub(super) HttpUrl);

impl DocumentUrl {
    /// Parses a URL, which may have a query.
    ///
    /// ```
    /// use cortex_audit_mock::internal::remote::DocumentUrl;
    ///
    /// let url = DocumentUrl::parse("https://example.com/openapi.json?signature=abc").unwrap();
    /// assert_eq!(url.to_string(), "https://example.com/openapi.json");
    /// assert!(DocumentUrl::parse("https://user:password@example.com/").is_err());
    /// ```
    ///
    /// # Errors
    /// When the text is no such URL, or has a user or password in it, which the message does not contain.
    pub fn parse(text: &str) -> Result<Self, SetupError> {
        HttpUrl::parse(text).map(Self).map_err(|SetupError(reason)| {
            SetupError(format!("--document {reason}; accepted: a file, - for standard input, or a URL such as https://example.com/openapi.json"))
        })
    }
}

/// The address without its query, which may be a signature.
impl fmt::Display for DocumentUrl {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.0.text.split(['?', '#']).next().unwrap_or_default())
    }
}
