//! The token: taken from the environment, sent to the server, and shown nowhere.

use std::fmt;

use crate::text::{is_control, truncate};

/// A token and the name of the environment variable that holds it. `Debug` shows the name alone.
#[derive(Clone)]
pub struct Token {
    name: String,
    secret: String,
}

impl Token {
    /// The token of an environment variable, whose name `flag` gave, such as `--token-env`.
    ///
    /// # Errors
    /// When there is none, or it is none that a header can carry; the sentence does not tell it.
    pub fn from_environment(flag: &str, name: &str) -> Result<Self, String> {
        let is_name = |byte: u8| byte.is_ascii_uppercase() || byte.is_ascii_digit() || byte == b'_';
        // What is no name may be the token itself, given by mistake.
        let is_one = name.bytes().all(is_name) && !name.is_empty();
        let called = if is_one { name.to_owned() } else { format!("that {flag} names") };
        match std::env::var_os(name).filter(|_| !name.is_empty() && !name.contains(['=', '\0'])) {
            None => Err(format!(
                "the environment variable {called} is not set; {flag} takes the name of the variable that holds the token"
            )),
            Some(secret) => Self::new(name, secret.to_str().unwrap_or_default())
                .ok_or_else(|| format!("the environment variable {called} holds no token: accepted are ASCII letters, digits and signs, without spaces")),
        }
    }

    /// A token called by a name; `None` when no header can carry it.
    #[must_use]
    pub fn new(name: &str, secret: &str) -> Option<Self> {
        let fits = !secret.is_empty() && secret.bytes().all(|byte| byte.is_ascii_graphic());
        fits.then(|| Self { name: name.to_owned(), secret: secret.to_owned() })
    }

    pub(crate) fn name(&self) -> &str {
        &self.name
    }

    pub(crate) fn header(&self) -> String {
        format!("Bearer {}", self.secret)
    }

    /// A text without the token, as it is and as JSON writes it.
    pub(crate) fn redact(&self, text: &str) -> String {
        let in_json = self.secret.replace('\\', "\\\\").replace('"', "\\\"");
        text.replace(&self.secret, "[token]").replace(&in_json, "[token]")
    }

    /// A text of a server, as it may be shown: without the token, on one line, and not for ever.
    pub(crate) fn excerpt(&self, text: &str) -> String {
        const MAX_CHARS: usize = 300;

        let text: String = self.redact(text).chars().map(|char| if is_control(char) { ' ' } else { char }).collect();
        let text = text.split_whitespace().collect::<Vec<_>>().join(" ");
        truncate(&text, MAX_CHARS).into_owned()
    }
}

impl fmt::Debug for Token {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Token").field("name", &self.name).finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_a_server_says_is_shown_without_the_token_and_on_one_line() {
        let token = Token::new("KEY", "s3cret").unwrap();
        assert_eq!(token.excerpt("no s3cret\r\n\x1b[31m here: s3crets3cret"), "no [token] [31m here: [token][token]");
        assert_eq!(token.excerpt(&"é".repeat(1000)).chars().count(), 301);
        assert_eq!(format!("{token:?}"), "Token { name: \"KEY\", .. }");
    }

    #[test]
    fn what_no_header_can_carry_is_no_token() {
        for text in ["", "two words", "line\n", "é"] {
            assert!(Token::new("KEY", text).is_none(), "{text}");
        }
    }
}
