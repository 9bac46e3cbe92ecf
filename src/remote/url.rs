//! Where the API is, from what a person gives as its address.

use std::fmt;
use std::net::IpAddr;

use ureq::http::Uri;

use crate::contract::AUDIT_LOGS;

/// The address of the audit-log operation of a server.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ApiUrl {
    base: String,
    local: bool,
    encrypted: bool,
}

impl ApiUrl {
    /// Reads a base URL, or one that ends in the operation's path already.
    ///
    /// ```
    /// use cortex_audit_mock::internal::remote::ApiUrl;
    ///
    /// let url = ApiUrl::read("https://api.getcortexapp.com/").unwrap();
    /// assert_eq!(url.to_string(), "https://api.getcortexapp.com/api/v1/audit-logs");
    /// assert_eq!(ApiUrl::read(&url.to_string()), Ok(url));
    /// assert!(ApiUrl::read("api.getcortexapp.com").is_err());
    /// ```
    ///
    /// # Errors
    /// What is wrong with it, in one sentence; what may be a secret is not told back.
    pub fn read(text: &str) -> Result<Self, String> {
        const ACCEPTED: &str = "accepted: a base URL such as https://api.getcortexapp.com or http://127.0.0.1:8080";

        let refused = |reason: &str| Err(format!("--url {reason}; {ACCEPTED}"));
        if text.contains('@') {
            return refused("has a user or password in it, which belong nowhere");
        }
        if text.contains(['?', '#']) {
            return refused("has a query or fragment, which are no part of a base");
        }
        let Ok(uri) = text.parse::<Uri>() else { return refused(&format!("\"{text}\" is not a URL")) };
        let (Some(scheme @ ("http" | "https")), Some(host)) =
            (uri.scheme_str(), uri.host().filter(|host| !host.is_empty()))
        else {
            return refused(&format!("\"{text}\" is not a URL that begins with https:// or http://"));
        };
        let address = host.trim_start_matches('[').trim_end_matches(']');
        let local = host == "localhost" || address.parse::<IpAddr>().is_ok_and(|address| address.is_loopback());
        let base = text.trim_end_matches('/');
        let base = base.strip_suffix(AUDIT_LOGS).unwrap_or(base).trim_end_matches('/');
        Ok(Self { base: base.to_owned(), local, encrypted: scheme == "https" })
    }

    /// The address of another path of the server, such as `/api/v1/catalog`.
    #[must_use]
    pub fn at(&self, path: &str) -> String {
        format!("{}{path}", self.base)
    }

    /// Whether it is this machine.
    #[must_use]
    pub fn is_local(&self) -> bool {
        self.local
    }

    /// Whether it is spoken to over TLS.
    #[must_use]
    pub fn is_encrypted(&self) -> bool {
        self.encrypted
    }

    /// Whether others on the way could read the token.
    #[must_use]
    pub fn exposes_token(&self) -> bool {
        !self.encrypted && !self.local
    }
}

/// The whole address of the operation.
impl fmt::Display for ApiUrl {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}{AUDIT_LOGS}", self.base)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_base_is_taken_with_and_without_slash_and_path() {
        for text in ["http://h:1", "http://h:1/", "http://h:1/api/v1/audit-logs", "http://h:1/api/v1/audit-logs/"] {
            assert_eq!(ApiUrl::read(text).unwrap().to_string(), "http://h:1/api/v1/audit-logs");
        }
        assert_eq!(ApiUrl::read("https://h/cortex/").unwrap().to_string(), "https://h/cortex/api/v1/audit-logs");
    }

    #[test]
    fn what_is_no_base_is_refused_without_telling_a_password() {
        for text in
            ["", "h", "h:1", "ftp://h", "/api", "http://", "https://u:p4ss@h", "http://h?a=p4ss", "http://h#p4ss"]
        {
            let told = ApiUrl::read(text).unwrap_err();
            assert!(!told.contains("p4ss") && told.contains("accepted"), "{told}");
        }
    }

    #[test]
    fn only_this_machine_is_spoken_to_in_the_clear_without_a_word() {
        for text in ["http://127.0.0.1:8080", "http://[::1]:1", "http://localhost", "https://example.com"] {
            assert!(!ApiUrl::read(text).unwrap().exposes_token(), "{text}");
        }
        for text in ["http://example.com", "http://192.0.2.1", "http://localhost.example.com"] {
            assert!(ApiUrl::read(text).unwrap().exposes_token(), "{text}");
        }
    }
}
