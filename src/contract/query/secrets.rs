//! Query strings as they may be shown: a token that strayed into one is no business of a log.

use std::borrow::Cow;

use super::parse::decoded;
use crate::contract::Parameter;

/// Whether nothing in a raw query string needs a closer look: it has parameters of this operation alone, and no value
/// but words that are no token, or are shorter than any. Most have.
#[must_use]
pub fn hides_nothing(raw: &str, shortest: usize, is_secret: impl Fn(&str) -> bool) -> bool {
    let is_word = |text: &str| text.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'_');
    let known_and_open = |pair: &str| {
        let Some((name, value)) = pair.split_once('=') else { return false };
        Parameter::named(name).is_some() && (value.len() < shortest || (is_word(value) && !is_secret(value)))
    };
    raw.is_empty() || raw.split('&').all(known_and_open)
}

/// A raw query string as it may be shown: hidden is the value of a parameter that this operation does not have, when
/// its name sounds like a secret or its value holds one, and a name that is one.
#[must_use]
pub fn without_secrets(raw: &str, is_secret: impl Fn(&str) -> bool) -> Cow<'_, str> {
    rewritten(raw, |pair| {
        let (name, value) = pair.split_once('=').unwrap_or((pair, ""));
        let plain_name = plain(name);
        if Parameter::named(&plain_name).is_some() {
            return None;
        }
        if holds(&plain_name, &is_secret) || plain_name.contains('~') {
            return Some(HIDDEN.to_owned());
        }
        let plain_value = plain(value);
        (looks_secret(&plain_name, &plain_value) || holds(&plain_value, &is_secret)).then(|| format!("{name}={HIDDEN}"))
    })
}

/// The same for the parameters of this operation, of which a value is hidden that holds a token. Not for the operation
/// itself: whoever chose a token that also names something can ask for that.
#[must_use]
pub fn without_tokens(raw: &str, is_token: impl Fn(&str) -> bool) -> Cow<'_, str> {
    rewritten(raw, |pair| {
        let (name, value) = pair.split_once('=')?;
        (Parameter::named(&plain(name)).is_some() && holds(&plain(value), &is_token))
            .then(|| format!("{name}={HIDDEN}"))
    })
}

/// Whether a text is a token, or has one among its words; also when it is still encoded once more.
pub(crate) fn holds(text: &str, is_token: &impl Fn(&str) -> bool) -> bool {
    let found = |text: &str| words(text).any(is_token);
    found(text) || (text.contains('%') && found(&plain(text)))
}

/// What may be a token in a text: all of it, each of its words, what stands behind the name of one, and of each what
/// stands before a session.
fn words(text: &str) -> impl Iterator<Item = &str> {
    let between = |c: char| c.is_whitespace() || [',', ';', '"', '\''].contains(&c);
    let behind_a_name = |word| str::split_once(word, ['=', ':']).map(|(_, value)| value);
    std::iter::once(text)
        .chain(text.split(between).filter(move |word| word.len() < text.len()))
        .flat_map(move |word| [Some(word), behind_a_name(word)].into_iter().flatten())
        .flat_map(|word| [Some(word), word.rsplit_once('~').map(|(key, _)| key)].into_iter().flatten())
}

fn plain(text: &str) -> Cow<'_, str> {
    decoded(text).unwrap_or(Cow::Borrowed(text))
}

/// A query with some of its pairs in another form.
fn rewritten(raw: &str, shown: impl Fn(&str) -> Option<String>) -> Cow<'_, str> {
    if raw.split('&').all(|pair| shown(pair).is_none()) {
        return Cow::Borrowed(raw);
    }
    let pairs: Vec<Cow<'_, str>> =
        raw.split('&').map(|pair| shown(pair).map_or(Cow::Borrowed(pair), Cow::Owned)).collect();
    Cow::Owned(pairs.join("&"))
}

/// What stands in place of a secret.
const HIDDEN: &str = "(hidden)";

/// A value with a tilde may be a token KEY~SESSION under any name, whether or not its key is known.
fn looks_secret(name: &str, value: &str) -> bool {
    sounds_secret(name) || value.contains('~')
}

fn sounds_secret(name: &str) -> bool {
    let name: String = name.to_ascii_lowercase().chars().filter(char::is_ascii_alphanumeric).collect();
    let within = ["token", "secret", "passw", "pwd", "bearer", "credential", "jwt", "cookie", "signature", "apikey"];
    let whole = ["key", "auth", "authorization", "pass", "sig", "access"];
    within.iter().any(|word| name.contains(word)) || whole.contains(&name.as_str())
}
