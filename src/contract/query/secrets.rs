//! Query strings as they may be shown: a token that strayed into one is no business of a log.

use std::borrow::Cow;

use super::parse::decoded;
use crate::contract::Parameter;

/// A raw query string as it may be shown: hidden is the value of a parameter that this operation does not have, when
/// its name sounds like a secret or its value is one, and a name that is one.
#[must_use]
pub fn without_secrets(raw: &str, is_secret: impl Fn(&str) -> bool) -> Cow<'_, str> {
    let shown = |pair: &str| -> Option<String> {
        let (name, value) = pair.split_once('=').unwrap_or((pair, ""));
        let plain_name = decoded(name).unwrap_or(Cow::Borrowed(name));
        if Parameter::named(&plain_name).is_some() {
            return None;
        }
        if is_secret(&plain_name) || plain_name.contains('~') {
            return Some(HIDDEN.to_owned());
        }
        let plain_value = decoded(value).unwrap_or(Cow::Borrowed(value));
        (looks_secret(&plain_name, &plain_value) || is_secret(&plain_value)).then(|| format!("{name}={HIDDEN}"))
    };
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
