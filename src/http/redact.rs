//! Redaction of requests: clients put tokens into paths and queries by mistake, and no token may be logged, kept or repeated
//! in a message. Everything that shows text of a request has it from here.

use std::borrow::Cow;
use std::sync::Arc;

use axum::http::header::AUTHORIZATION;
use axum::http::{HeaderMap, Uri};
use base64::Engine;
use base64::alphabet;
use base64::engine::{DecodePaddingMode, GeneralPurpose, GeneralPurposeConfig};
use percent_encoding::percent_decode;
use serde_json::Value;

use crate::app_state::AppState;
use crate::contract::{AUDIT_LOGS, Parameter, QueryIssue, query};
use crate::keys::Keys;
use crate::redact::{REDACTED, Secret, forms, redact, redact_parts};

/// The secrets that no response to a request and no record of it may contain: what its `Authorization` headers carry, right or
/// wrong, and the tokens of this server.
#[derive(Debug, Clone)]
pub struct Secrets {
    state: AppState,
    /// The keys when the request was received: one set for all of it, though they may be read again meanwhile.
    keys: Arc<Keys>,
    /// What the request carries. An unknown token is a secret too: it may belong to the real API.
    own: Option<Secret>,
    /// Whatever else it carries, as few requests do.
    own_others: Vec<Secret>,
    /// Length of the shortest secret, in bytes: no shorter text contains one.
    min_length: usize,
}

impl Secrets {
    /// A shorter text beside a token, such as the value of a cookie, is probably none.
    const MIN_BYTES: usize = 8;

    /// What a request can carry beside its token; bounds the work that one request can cause.
    const MAX_OTHERS: usize = 32;

    /// The secrets of a request with these headers.
    pub fn new(state: &AppState, headers: &HeaderMap) -> Self {
        let keys = state.keys();
        let min_length = state.admin_secret().map_or(usize::MAX, Secret::len).min(keys.min_token_length());
        let mut secrets = Self { state: state.clone(), keys, own: None, own_others: Vec::new(), min_length };
        for (name, value) in headers {
            if name == AUTHORIZATION {
                with_decoded(value.as_bytes(), |value| secrets.add_credentials(value));
            } else if may_carry_token(name.as_str()) {
                with_decoded(value.as_bytes(), |value| parts(value).for_each(|part| secrets.add_part(part)));
            }
        }
        secrets
    }

    /// Adds what a value of `Authorization` carries: every word behind the scheme, or the only word.
    fn add_credentials(&mut self, value: &[u8]) {
        // Of all white space, a header value has spaces and tabs only.
        let mut words = value.split(|byte| *byte <= b' ').filter(|word| !word.is_empty()).peekable();
        let Some(first) = words.next() else { return };
        let is_bearer = first.eq_ignore_ascii_case(b"bearer");
        let only = Some(first).filter(|_| !is_bearer && words.peek().is_none());
        for word in only.into_iter().chain(words) {
            self.add(without_session(word));
            // As in `Token token="…"`, or `Bearer "…"`.
            parts(word).filter(|part| part.len() < word.len()).for_each(|part| self.add_part(part));
            if !is_bearer && let Ok(decoded) = BASE64.decode(word) {
                // As in `Basic …`: name and password.
                decoded.splitn(2, |byte| *byte == b':').for_each(|part| self.add_part(part));
            }
        }
    }

    fn add_part(&mut self, part: &[u8]) {
        if part.len() >= Self::MIN_BYTES {
            self.add(without_session(part));
        }
    }

    fn add(&mut self, secret: &[u8]) {
        let secret = Secret::new(secret);
        if self.own().any(|own| *own == secret) || self.own_others.len() == Self::MAX_OTHERS {
            return;
        }
        self.min_length = self.min_length.min(secret.len());
        match self.own {
            None => self.own = Some(secret),
            Some(_) => self.own_others.push(secret),
        }
    }

    /// The keys of the server when the request was received.
    pub fn keys(&self) -> &Keys {
        &self.keys
    }

    /// Whether a text, as it is, contains a token of the server with at least this many characters: of a key or of the control
    /// plane.
    fn has_server_token(&self, text: &[u8], min_length: usize) -> bool {
        let admin = self.state.admin_secret().filter(|secret| secret.len() >= min_length);
        admin.is_some_and(|secret| secret.is_in_form(text)) || self.keys.has_token_in(text, min_length)
    }

    /// What the request carries.
    fn own(&self) -> impl Iterator<Item = &Secret> {
        self.own.iter().chain(&self.own_others)
    }

    /// Whether a text contains a secret, also when it is percent-encoded.
    pub fn are_in(&self, text: &str) -> bool {
        let has_secret =
            |form: &[u8]| self.own().any(|secret| secret.is_in_form(form)) || self.has_server_token(form, 1);
        text.len() >= self.min_length && forms(text, has_secret)
    }

    /// Whether a session may not have this name, because listings and reports show it. Shorter tokens are those of tests,
    /// such as `ci`, whose sessions have similar names.
    pub fn are_in_session_name(&self, name: &str) -> bool {
        let mut own = self.own().filter(|secret| secret.len() >= Self::MIN_BYTES);
        own.any(|secret| secret.is_in(name)) || self.has_server_token(name.as_bytes(), Self::MIN_BYTES)
    }

    /// The text without secrets: a message, or a value that a client sent.
    pub fn redact<'a>(&self, text: &'a str) -> Cow<'a, str> {
        redact(text, |text| self.are_in(text))
    }

    /// Redacts a text in place.
    pub fn redact_string(&self, text: &mut String) {
        if let Cow::Owned(redacted) = self.redact(text) {
            *text = redacted;
        }
    }

    /// Redacts what an issue repeats of a query.
    pub fn redact_issue(&self, issue: &mut QueryIssue) {
        let QueryIssue { rule: _, severity: _, parameter, value, reason, accepted, nearest, example } = issue;
        let optional = [accepted, nearest, example].into_iter().flatten();
        optional.chain([reason]).for_each(|text| self.redact_string(text));
        for text in [parameter, value] {
            if self.are_in(text) {
                REDACTED.clone_into(text);
            }
        }
    }

    /// Redacts every text of a JSON value, and the names of its members.
    pub fn redact_json(&self, value: &mut Value) {
        match value {
            Value::String(text) => self.redact_string(text),
            Value::Array(values) => values.iter_mut().for_each(|value| self.redact_json(value)),
            Value::Object(members) => {
                let redacted = std::mem::take(members).into_iter().map(|(mut name, mut value)| {
                    self.redact_string(&mut name);
                    self.redact_json(&mut value);
                    (name, value)
                });
                *members = redacted.collect();
            }
            Value::Null | Value::Bool(_) | Value::Number(_) => {}
        }
    }

    /// Whether a secret has a character that ends a part of a path or query.
    fn span_parts(&self) -> bool {
        const ENDS: &str = "/?&=";

        let admin = self.state.admin_secret();
        self.own().chain(admin).any(|secret| secret.has_any(ENDS.as_bytes())) || self.keys.have_any(ENDS)
    }
}

/// Base64 with or without padding.
const BASE64: GeneralPurpose = GeneralPurpose::new(
    &alphabet::STANDARD,
    GeneralPurposeConfig::new().with_decode_padding_mode(DecodePaddingMode::Indifferent),
);

/// The parts of a value of a header, such as those of `name="value"; name=value`.
fn parts(value: &[u8]) -> impl Iterator<Item = &[u8]> {
    value.split(|byte| matches!(byte, b' ' | b'\t' | b'=' | b'"' | b'\'' | b',' | b';'))
}

/// Calls `read` with the value of a header, and with the percent-decoded one if it is another.
fn with_decoded(value: &[u8], mut read: impl FnMut(&[u8])) {
    read(value);
    if value.contains(&b'%') {
        read(&percent_decode(value).collect::<Vec<u8>>());
    }
}

/// Whether a header of this name may carry a token, beside `Authorization`: such as `X-API-Key`, `Cookie` or `X-Auth-Token`.
fn may_carry_token(name: &str) -> bool {
    const ENDINGS: [&str; 7] = ["key", "token", "cookie", "auth", "authorization", "secret", "password"];

    ENDINGS.iter().any(|ending| name.ends_with(ending))
}

/// A token without its session: a text with both contains it.
fn without_session(token: &[u8]) -> &[u8] {
    match token.iter().rposition(|byte| *byte == b'~') {
        None | Some(0) => token,
        Some(at) => &token[..at],
    }
}

/// The path and the query of a request, redacted.
pub fn redact_uri(uri: &Uri, secrets: &Secrets) -> (Cow<'static, str>, RedactedQuery) {
    let raw = uri.query().unwrap_or_default();
    let (path, query) = (redact_path(path_or_authority(uri), secrets), RedactedQuery::new(raw, secrets));
    if secrets.span_parts() && secrets.are_in(&format!("{path}?{}", query.for_log())) {
        let for_log = Some(REDACTED.into());
        return (Cow::Borrowed("/(hidden)"), RedactedQuery { for_log, ..query });
    }
    (path, query)
}

/// A raw query string in two forms: for the parser without unknown secrets, and for the log without any.
#[derive(Debug, Clone)]
pub struct RedactedQuery {
    /// Unknown parameters redacted; known parameters as received.
    for_parser: Arc<str>,
    /// Known parameters redacted too; `None` when they contain no token.
    for_log: Option<Arc<str>>,
}

impl RedactedQuery {
    fn new(raw: &str, secrets: &Secrets) -> Self {
        if raw.is_empty() || raw.split('&').all(|pair| is_clean(pair, secrets)) {
            return Self { for_parser: raw.into(), for_log: None };
        }
        let unknown = redact_pairs(raw, |name, value| redact_unknown_parameter(name, value, secrets));
        let known = redact_pairs(&unknown, |name, value| redact_known_parameter(name, value?, secrets));
        let for_log = match known {
            Cow::Borrowed(_) => None,
            Cow::Owned(redacted) => Some(redacted.into()),
        };
        Self { for_parser: unknown.as_ref().into(), for_log }
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

/// The path, or what the target of a `CONNECT` has in its place: host and port.
fn path_or_authority(uri: &Uri) -> &str {
    match (uri.path(), uri.authority()) {
        ("", Some(authority)) => authority.as_str().rsplit('@').next().unwrap_or_default(),
        (path, _) => path,
    }
}

/// The path with each segment that has a secret redacted.
fn redact_path(path: &str, secrets: &Secrets) -> Cow<'static, str> {
    /// The segments of the API's own paths are never tokens.
    const OWN_SEGMENTS: [&str; 5] = ["", "api", "v1", "audit-logs", "catalog"];

    if path == AUDIT_LOGS {
        return Cow::Borrowed(AUDIT_LOGS);
    }
    if path.split('/').all(|segment| OWN_SEGMENTS.contains(&segment)) {
        return Cow::Owned(path.to_owned());
    }
    Cow::Owned(redact_parts(path, |c| c == '/', |part| secrets.are_in(part)).into_owned())
}

/// Whether a pair has a known parameter and no secret, as most have: then the query needs no copy.
fn is_clean(pair: &str, secrets: &Secrets) -> bool {
    pair.split_once('=').is_some_and(|(name, value)| Parameter::named(name).is_some() && !secrets.are_in(value))
}

/// The raw query string with those pairs replaced for whose name and value `replacement` returns another text.
fn redact_pairs(raw: &str, replacement: impl Fn(&str, Option<&str>) -> Option<String>) -> Cow<'_, str> {
    let redacted = |pair| {
        let (name, value) = str::split_once(pair, '=').map_or((pair, None), |(name, value)| (name, Some(value)));
        replacement(name, value)
    };
    if raw.split('&').all(|pair| redacted(pair).is_none()) {
        return Cow::Borrowed(raw);
    }
    let pairs = raw.split('&').map(|pair| redacted(pair).map_or(Cow::Borrowed(pair), Cow::Owned));
    Cow::Owned(pairs.collect::<Vec<_>>().join("&"))
}

/// A known parameter without its value, if that has a secret.
fn redact_known_parameter(name: &str, value: &str, secrets: &Secrets) -> Option<String> {
    (is_known(name) && secrets.are_in(value)).then(|| format!("{name}={REDACTED}"))
}

/// An unknown parameter without its value, if that has a secret or the name sounds like one; without its name too, if that
/// has one. A tilde may be that of a token `KEY~SESSION`, whose key no one knows here.
fn redact_unknown_parameter(name: &str, value: Option<&str>, secrets: &Secrets) -> Option<String> {
    let has_secret = |text: &str| secrets.are_in(text) || forms(text, |form| form.contains(&b'~'));
    if is_known(name) {
        return None;
    }
    if has_secret(name) || value.is_some_and(|value| secrets.span_parts() && has_secret(&format!("{name}={value}"))) {
        return Some(REDACTED.to_owned());
    }
    (sounds_secret(name) || value.is_some_and(has_secret)).then(|| format!("{name}={REDACTED}"))
}

fn is_known(name: &str) -> bool {
    query::decoded(name).is_some_and(|name| Parameter::named(&name).is_some())
}

/// Whether a parameter of this name probably carries a secret.
fn sounds_secret(name: &str) -> bool {
    const PARTS: [&[u8]; 10] =
        [b"token", b"secret", b"passw", b"pwd", b"bearer", b"credential", b"jwt", b"cookie", b"signature", b"apikey"];
    const NAMES: [&[u8]; 6] = [b"key", b"auth", b"authorization", b"pass", b"sig", b"access"];

    forms(name, |name| {
        let letters = name.iter().filter(|byte| byte.is_ascii_alphanumeric()).map(u8::to_ascii_lowercase);
        let name: Vec<u8> = letters.collect();
        let has = |part: &&[u8]| name.windows(part.len()).any(|window| window == *part);
        PARTS.iter().any(has) || NAMES.contains(&name.as_slice())
    })
}
