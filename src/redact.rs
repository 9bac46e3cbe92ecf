//! Redaction: finds secrets in foreign text, however it is percent-encoded, and takes them out before the text is shown.

use std::borrow::Cow;
use std::fmt;

use memchr::{memchr, memchr2_iter};
use percent_encoding::percent_decode;

/// The text in place of a secret.
pub(crate) const REDACTED: &str = "(hidden)";

/// A token that no output may contain; `Debug` does not print it.
///
/// It is found as a substring in any case of letters; a space counts as the plus sign that a form decodes to a space. One of
/// fewer than four characters is found as a word only: as a substring it would be in every text.
#[derive(Clone, PartialEq, Eq)]
pub(crate) struct Secret {
    folded: Vec<u8>,
}

impl Secret {
    /// Shorter secrets are found as words only.
    const MIN_SUBSTRING_BYTES: usize = 4;

    /// A secret; an empty one is in no text.
    pub(crate) fn new(secret: &[u8]) -> Self {
        Self { folded: secret.iter().map(|byte| fold(*byte)).collect() }
    }

    /// Length in bytes.
    pub(crate) fn len(&self) -> usize {
        self.folded.len()
    }

    /// Whether the secret has one of these bytes.
    pub(crate) fn has_any(&self, bytes: &[u8]) -> bool {
        self.folded.iter().any(|byte| bytes.contains(byte))
    }

    /// Whether a text contains the secret in any of its [`forms`].
    pub(crate) fn is_in(&self, text: &str) -> bool {
        forms(text, |form| self.is_in_form(form))
    }

    /// Whether a text contains the secret as it is, without decoding.
    pub(crate) fn is_in_form(&self, text: &[u8]) -> bool {
        let Some(first) = self.folded.first() else { return false };
        let length = self.folded.len();
        let is_word = |at: usize| {
            let (before, behind) = (at.checked_sub(1), at + length);
            [before, Some(behind)].into_iter().flatten().all(|at| !text.get(at).is_some_and(u8::is_ascii_alphanumeric))
        };
        let is_same = |part: &[u8]| part.iter().zip(&self.folded).all(|(byte, folded)| fold(*byte) == *folded);
        let is_at = |at: usize| {
            text.get(at..at + length).is_some_and(is_same) && (length >= Self::MIN_SUBSTRING_BYTES || is_word(at))
        };
        // The two bytes that fold to the first.
        let other = if *first == b' ' { b'+' } else { first.to_ascii_uppercase() };
        memchr2_iter(*first, other, text).any(is_at)
    }

    /// The text without the secret.
    pub(crate) fn redact<'a>(&self, text: &'a str) -> Cow<'a, str> {
        redact(text, |text| self.is_in(text))
    }
}

impl fmt::Debug for Secret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Secret(…)")
    }
}

fn fold(byte: u8) -> u8 {
    if byte == b'+' { b' ' } else { byte.to_ascii_lowercase() }
}

/// Whether one of the forms of a text has a property: the text itself, percent-decoded once, and decoded until nothing changes.
pub(crate) fn forms(text: &str, found: impl Fn(&[u8]) -> bool) -> bool {
    if found(text.as_bytes()) {
        return true;
    }
    if memchr(b'%', text.as_bytes()).is_none() {
        return false;
    }
    let once: Vec<u8> = percent_decode(text.as_bytes()).collect();
    found(&once) || (once.contains(&b'%') && found(&decode_fully(&once)))
}

/// Percent-decodes until nothing changes, in one pass: a decoded byte may complete another escape.
fn decode_fully(text: &[u8]) -> Vec<u8> {
    let digit = |byte: u8| char::from(byte).to_digit(16).and_then(|digit| u8::try_from(digit).ok());
    let mut decoded = Vec::with_capacity(text.len());
    for byte in text {
        decoded.push(*byte);
        while let [.., b'%', high, low] = decoded[..]
            && let (Some(high), Some(low)) = (digit(high), digit(low))
        {
            decoded.truncate(decoded.len() - 3);
            decoded.push(high << 4 | low);
        }
    }
    decoded
}

/// The text with [`REDACTED`] in place of each part that has a secret: parts end at white space, quotation marks, brackets,
/// commas, semicolons and backslashes. A secret across several parts hides the whole text.
pub(crate) fn redact(text: &str, has_secret: impl Fn(&str) -> bool) -> Cow<'_, str> {
    let is_separator = |c: char| c.is_whitespace() || "\"'`()[]{}<>,;\\".contains(c);
    redact_parts(text, is_separator, has_secret)
}

/// The text with [`REDACTED`] in place of each part between separators that has a secret, or of the whole text if it still
/// has one then.
pub(crate) fn redact_parts(
    text: &str,
    is_separator: impl Fn(char) -> bool,
    has_secret: impl Fn(&str) -> bool,
) -> Cow<'_, str> {
    if !has_secret(text) {
        return Cow::Borrowed(text);
    }
    let mut redacted = String::with_capacity(text.len());
    for part in text.split_inclusive(&is_separator) {
        let content = part.trim_end_matches(&is_separator);
        redacted.push_str(if has_secret(content) { REDACTED } else { content });
        redacted.push_str(&part[content.len()..]);
    }
    Cow::Owned(if has_secret(&redacted) { REDACTED.to_owned() } else { redacted })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_secret_is_found_however_it_is_encoded() {
        let secret = Secret::new(b"t0p-secret");
        for text in [
            "t0p-secret",
            "xt0p-secrety",
            "T0P-SECRET",
            "t0p%2Dsecret",
            "t0p%252dsecret",
            "%2574%30p%25252dsecret",
            "t0p%2%64secret",
            "%ff%00t0p-secret%zz",
        ] {
            assert!(secret.is_in(text), "{text}");
            assert_eq!(secret.redact(&format!("field {text}, 1")), "field (hidden), 1");
        }
        for text in ["", "t0p", "t0p secret", "t0p-secre", "t0p%2Dsecre%"] {
            assert!(!secret.is_in(text), "{text}");
            assert_eq!(secret.redact(text), text);
        }
        assert!(!Secret::new(b"").is_in("text"));
    }

    /// A token may have any visible ASCII character.
    #[test]
    fn a_secret_of_odd_characters_is_found_in_every_form() {
        let secret = Secret::new(b"a+b/c==%41&d");
        for text in ["x a+b/c==%41&d", "a b/c==%41&d", "a%2Bb%2Fc%3D%3D%2541%26d", "a+b/c==%2541&d"] {
            assert!(secret.is_in(text), "{text}");
        }
        assert_eq!(Secret::new(b"a b").redact("a b"), REDACTED, "across parts");
    }

    #[test]
    fn a_short_secret_is_found_as_a_word() {
        let secret = Secret::new(b"dev");
        assert_eq!(secret.redact("device dev (dev) %64ev?token=dev!"), "device (hidden) ((hidden)) (hidden)");
    }

    #[test]
    fn decoding_takes_one_pass_however_deep_it_is() {
        let deep = format!("%{}41", "25".repeat(100_000));
        assert_eq!(decode_fully(deep.as_bytes()), b"A");
    }
}
