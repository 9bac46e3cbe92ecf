//! The address of an API, parsed from the flag `--url`.

use std::fmt;
use std::net::IpAddr;

use ureq::http::Uri;

use super::error::SetupError;
use crate::contract::AUDIT_LOGS;

/// The address of the audit-log operation of a server.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ApiUrl {
    base: String,
    /// Whether the server is on this machine.
    pub(super) is_local: bool,
    /// Whether the connection uses TLS.
    pub(super) is_encrypted: bool,
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

        let refused = |reason: &str| Err(SetupError(format!("--url {reason}; {ACCEPTED}")));
        if text.contains('@') || text.to_ascii_lowercase().contains("%40") {
            return refused("has a user or password in it, which belong nowhere");
        }
        if text.contains(['?', '#']) {
            return refused("has a query or fragment, which are no part of a base");
        }
        // Not repeated: it may be a token in the wrong place.
        let Ok(uri) = text.parse::<Uri>() else { return refused("is not a URL") };
        let (Some(scheme @ ("http" | "https")), Some(host)) =
            (uri.scheme_str(), uri.host().filter(|host| !host.is_empty()))
        else {
            return refused("is not a URL that begins with https:// or http://");
        };
        let address = host.trim_start_matches('[').trim_end_matches(']');
        let is_local = host == "localhost" || address.parse::<IpAddr>().is_ok_and(|address| address.is_loopback());
        let base = text.trim_end_matches('/');
        let base = base.strip_suffix(AUDIT_LOGS).unwrap_or(base).trim_end_matches('/');
        Ok(Self { base: base.to_owned(), is_local, is_encrypted: scheme == "https" })
    }

    /// The address of a path of the server, such as `/api/v1/catalog`.
    pub fn at(&self, path: &str) -> String {
        format!("{}{path}", self.base)
    }

    /// Whether others on the network could read the token.
    pub fn exposes_token(&self) -> bool {
        !self.is_encrypted && !self.is_local
    }
}

/// The address of the audit-log operation.
impl fmt::Display for ApiUrl {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}{AUDIT_LOGS}", self.base)
    }
}
