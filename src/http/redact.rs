//! Redaction of paths and query strings: clients put tokens into them by mistake, and no token may be logged, kept or
//! repeated in a message.
//!
//! `is_token` tells whether a text is a token: of this server, or the one that the request carries.

use std::borrow::Cow;
use std::sync::Arc;

use percent_encoding::percent_decode_str;

use crate::app_state::AppState;
use crate::contract::{AUDIT_LOGS, Parameter, query};

/// The text in place of a secret.
pub const REDACTED: &str = "(hidden)";

/// A raw query string in two forms: for the parser without unknown secrets, and for the log without any.
#[derive(Debug, Clone)]
pub struct RedactedQuery {
    /// Unknown parameters redacted; known parameters as received.
    for_parser: Arc<str>,
    /// Known parameters redacted too; `None` when they contain no token.
    for_log: Option<Arc<str>>,
}

impl RedactedQuery {
    /// Redacts a raw query string. `min_token_length` is the length of the shortest token, in bytes.
    pub fn new(raw: &str, min_token_length: usize, is_token: impl Fn(&str) -> bool) -> Self {
        if is_clean(raw, min_token_length, &is_token) {
            return Self { for_parser: raw.into(), for_log: None };
        }
        let for_parser = redact_unknown_parameters(raw, &is_token);
        let for_log = match redact_known_parameters(&for_parser, &is_token) {
            Cow::Borrowed(_) => None,
            Cow::Owned(redacted) => Some(redacted.into()),
        };
        Self { for_parser: for_parser.as_ref().into(), for_log }
    }

    /// The form that the query parser gets. The value of a known parameter stays even if it is a token, because an entry may
    /// have the same name.
    pub fn for_parser(&self) -> &Arc<str> {
        &self.for_parser
    }

    /// The form for the log, the journal and messages: without any token.
    pub fn for_log(&self) -> &Arc<str> {
        self.for_log.as_ref().unwrap_or(&self.for_parser)
    }

    /// Whether the value of a known parameter contains a token; only then do the two forms differ.
    pub fn has_token(&self) -> bool {
        self.for_log.is_some()
    }
}

/// The path with each segment that holds a token redacted.
pub fn redact_path(path: &str, is_token: impl Fn(&str) -> bool) -> Cow<'static, str> {
    /// The segments of the API's own paths are never tokens.
    const OWN_SEGMENTS: [&str; 5] = ["", "api", "v1", "audit-logs", "catalog"];

    if path == AUDIT_LOGS {
        return Cow::Borrowed(AUDIT_LOGS);
    }
    if path.split('/').all(|segment| OWN_SEGMENTS.contains(&segment)) {
        return Cow::Owned(path.to_owned());
    }
    let redacted = path.split('/').map(|segment| {
        let decoded = percent_decode_str(segment).decode_utf8_lossy();
        if contains_token(&decoded, &is_token) { REDACTED } else { segment }
    });
    Cow::Owned(redacted.collect::<Vec<_>>().join("/"))
}

/// Whether a text is a token of this server or contains one: with a session, behind the word `Bearer`, or among others.
pub fn contains_own_token(state: &AppState, text: &str) -> bool {
    contains_token(text, &|word: &str| state.is_token(word))
}

/// The raw query string with the value of each parameter of the operation redacted that contains a token.
pub fn redact_known_parameters(raw: &str, is_token: impl Fn(&str) -> bool) -> Cow<'_, str> {
    redact(raw, |pair| {
        let (name, value) = pair.split_once('=')?;
        (Parameter::named(&decode(name)).is_some() && contains_token(&decode(value), &is_token))
            .then(|| format!("{name}={REDACTED}"))
    })
}

/// The raw query string with its unknown parameters redacted: the value when the name sounds like a secret or the value
/// contains a token, and a name that contains one.
fn redact_unknown_parameters(raw: &str, is_token: impl Fn(&str) -> bool) -> Cow<'_, str> {
    redact(raw, |pair| {
        let (name, value) = pair.split_once('=').unwrap_or((pair, ""));
        let decoded_name = decode(name);
        if Parameter::named(&decoded_name).is_some() {
            return None;
        }
        if contains_token(&decoded_name, &is_token) || decoded_name.contains('~') {
            return Some(REDACTED.to_owned());
        }
        let value = decode(value);
        (looks_secret(&decoded_name, &value) || contains_token(&value, &is_token)).then(|| format!("{name}={REDACTED}"))
    })
}

/// Whether a raw query string certainly holds nothing to redact: only parameters of the operation, and only values that are
/// shorter than any token, or single words that are no token. Most are clean, and this is faster than the full search.
fn is_clean(raw: &str, min_token_length: usize, is_token: impl Fn(&str) -> bool) -> bool {
    let is_word = |text: &str| text.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'_');
    let is_clean_pair = |pair: &str| {
        let Some((name, value)) = pair.split_once('=') else { return false };
        Parameter::named(name).is_some() && (value.len() < min_token_length || (is_word(value) && !is_token(value)))
    };
    raw.is_empty() || raw.split('&').all(is_clean_pair)
}

/// Whether a text is a token or contains one, also when it is percent-encoded once more.
fn contains_token(text: &str, is_token: &impl Fn(&str) -> bool) -> bool {
    let found = |text: &str| token_candidates(text).any(is_token);
    found(text) || (text.contains('%') && found(&decode(text)))
}

/// The parts of a text that may be a token: the whole text, each word, a word without the name in front of it, and each of
/// these without a session behind it.
fn token_candidates(text: &str) -> impl Iterator<Item = &str> {
    let is_separator = |c: char| c.is_whitespace() || [',', ';', '"', '\''].contains(&c);
    let without_name = |word| str::split_once(word, ['=', ':']).map(|(_, value)| value);
    std::iter::once(text)
        .chain(text.split(is_separator).filter(move |word| word.len() < text.len()))
        .flat_map(move |word| [Some(word), without_name(word)].into_iter().flatten())
        .flat_map(|word| [Some(word), word.rsplit_once('~').map(|(key, _)| key)].into_iter().flatten())
}

/// Decodes a name or a value of a query string; one that cannot be decoded stays as it is.
fn decode(text: &str) -> Cow<'_, str> {
    query::decoded(text).unwrap_or(Cow::Borrowed(text))
}

/// The raw query string with those `name=value` pairs replaced for which `replacement` returns another text.
fn redact(raw: &str, replacement: impl Fn(&str) -> Option<String>) -> Cow<'_, str> {
    if raw.split('&').all(|pair| replacement(pair).is_none()) {
        return Cow::Borrowed(raw);
    }
    let pairs = raw.split('&').map(|pair| replacement(pair).map_or(Cow::Borrowed(pair), Cow::Owned));
    Cow::Owned(pairs.collect::<Vec<_>>().join("&"))
}

/// Whether a parameter probably carries a secret. A value with a tilde may be a token `KEY~SESSION` under any name, even
/// when its key is unknown.
fn looks_secret(name: &str, value: &str) -> bool {
    sounds_secret(name) || value.contains('~')
}

fn sounds_secret(name: &str) -> bool {
    const PARTS: [&str; 10] =
        ["token", "secret", "passw", "pwd", "bearer", "credential", "jwt", "cookie", "signature", "apikey"];
    const NAMES: [&str; 6] = ["key", "auth", "authorization", "pass", "sig", "access"];

    let name: String = name.to_ascii_lowercase().chars().filter(char::is_ascii_alphanumeric).collect();
    PARTS.iter().any(|part| name.contains(part)) || NAMES.contains(&name.as_str())
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use proptest::sample::select;

    use super::{is_clean, redact_known_parameters, redact_unknown_parameters};

    proptest! {
        /// The quick check agrees with the full search.
        #[test]
        fn a_clean_query_contains_no_token(
            token in "[a-c]{1,6}",
            pairs in prop::collection::vec(
                (select(vec!["page", "objectTypes", "%70age", "token", "a"]), "[a-c,=:~]{0,6}|%6[1-3][a-c]{0,4}"),
                0..3,
            ),
        ) {
            let pairs: Vec<String> = pairs.into_iter().map(|(name, value)| format!("{name}={value}")).collect();
            let raw = pairs.join("&");
            if is_clean(&raw, token.len(), |text| text == token) {
                let redacted = redact_unknown_parameters(&raw, |text| text == token);
                prop_assert_eq!(&redact_known_parameters(&redacted, |text| text == token), &raw);
            }
        }
    }
}
