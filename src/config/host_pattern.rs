//! The host names under which a server answers.

use std::str::FromStr;

use super::value_error::ConfigValueError;

/// A host name in lower case, or `*.` and a domain for all names below it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct HostPattern(String);

impl HostPattern {
    /// Whether a name in lower case, without a port, is meant.
    #[must_use]
    pub fn matches(&self, name: &str) -> bool {
        match self.0.strip_prefix('*') {
            Some(domain) => name.strip_suffix(domain).is_some_and(|rest| !rest.is_empty()),
            None => self.0 == name,
        }
    }
}

impl FromStr for HostPattern {
    type Err = ConfigValueError;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        // In a list, a blank may follow a comma.
        let text = text.trim();
        let name = text.strip_suffix('.').unwrap_or(text).to_ascii_lowercase();
        let is_label = |label: &str| {
            !label.is_empty() && label.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"-_".contains(&byte))
        };
        if name.strip_prefix("*.").unwrap_or(&name).split('.').all(is_label) {
            Ok(Self(name))
        } else {
            Err(ConfigValueError("a host name without scheme and port, such as mock.example.com or *.example.com"))
        }
    }
}
