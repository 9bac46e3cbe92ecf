//! The token: read from the environment, sent to one server, and never printed.

use std::fmt;

use super::error::SetupError;
use crate::redact::Secret;
use crate::text::{is_control, truncate};

/// A token and the name of the environment variable that holds it. `Debug` shows the name alone.
#[derive(Clone)]
pub struct Token {
    name: String,
    secret: String,
    /// Finds the token in texts of the server.
    finder: Secret,
}

impl Token {
    /// The token in the environment variable whose name `flag` gave, such as `--token-env`.
    ///
    /// # Errors
    /// When the variable is not set, or a header cannot carry its value, which the message does not contain.
    pub fn from_environment(flag: &str, name: &str) -> Result<Self, SetupError> {
        let is_name_byte = |byte: u8| byte.is_ascii_uppercase() || byte.is_ascii_digit() || byte == b'_';
        // Anything else may be the token itself, given by mistake.
        let is_name = name.bytes().all(is_name_byte) && !name.is_empty();
        let variable = if is_name { name.to_owned() } else { format!("that {flag} names") };
        let value =
            Some(name).filter(|name| !name.is_empty() && !name.contains(['=', '\0'])).and_then(std::env::var_os);
        match value.filter(|value| !value.is_empty()) {
            None => Err(SetupError(format!(
                "the environment variable {variable} is not set; {flag} takes the name of the variable that holds the token"
            ))),
            Some(secret) => Self::new(name, secret.to_str().unwrap_or_default())
                .ok_or_else(|| SetupError(format!("the environment variable {variable} holds no token: accepted are ASCII letters, digits and signs, without spaces"))),
        }
    }

    /// A token with the name that messages give it; `None` when a header cannot carry it.
    pub fn new(name: &str, secret: &str) -> Option<Self> {
        let fits = !secret.is_empty() && secret.bytes().all(|byte| byte.is_ascii_graphic());
        let finder = || Secret::new(secret.as_bytes());
        fits.then(|| Self { name: name.to_owned(), secret: secret.to_owned(), finder: finder() })
    }

    pub(crate) fn name(&self) -> &str {
        &self.name
    }

    pub(crate) fn header(&self) -> String {
        format!("Bearer {}", self.secret)
    }

    /// Whether a text contains the token, in any encoding.
    pub(crate) fn is_in(&self, text: &str) -> bool {
        self.finder.is_in(text)
    }

    /// The text on one line, with `[token]` in place of the token, which JSON may have escaped; of a text that has the token
    /// in another form, such as percent-encoded, the words around it are left out too.
    pub(crate) fn redact(&self, text: &str) -> String {
        let in_json = self.secret.replace('\\', "\\\\").replace('"', "\\\"");
        let text = text.replace(&self.secret, "[token]").replace(&in_json, "[token]");
        // Without control characters first, which could part the token.
        self.finder.redact(&text.replace(is_control, " ")).into_owned()
    }

    /// The text of a server as part of a message: redacted, with single spaces, truncated.
    pub fn excerpt(&self, text: &str) -> String {
        const MAX_CHARS: usize = 300;

        let text = self.redact(text).split_whitespace().collect::<Vec<_>>().join(" ");
        truncate(&text, MAX_CHARS).into_owned()
    }
}

impl fmt::Debug for Token {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Token").field("name", &self.name).finish_non_exhaustive()
    }
}
