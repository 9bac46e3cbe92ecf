//! The keys file: custom roles and keys. A file with an error is refused as a whole, with every error in it.

use std::borrow::Cow;
use std::collections::{BTreeMap, BTreeSet};
use std::fmt;
use std::path::PathBuf;

use serde_json::Value;
use serde_json::value::RawValue;

use super::{AsciiSet, Key, Keys, TokenDigest, VIEW_AUDIT_LOGS};
use crate::contract::{Timestamp, is_email};
use crate::fault;
use crate::fixture::Moment;
use crate::input::display_name;
use crate::json_file::{self, Diagnostics, FileContent, FileErrors, JsonFile, Members};
use crate::redact::Secret;
use crate::text::{is_control, nearest, not_one_of};

/// The built-in test keys, compiled into the binary.
const BUILT_IN: &str = include_str!("../../fixtures/keys.json");

/// A source of keys.
#[derive(Clone, PartialEq, Eq, Default)]
pub enum KeySource {
    /// The test keys that are compiled into the binary.
    #[default]
    BuiltIn,
    /// A file.
    Path(PathBuf),
    /// A text in the form of a file.
    Text(String),
}

/// Prints no token of a given text.
impl fmt::Debug for KeySource {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

impl fmt::Display for KeySource {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::BuiltIn => f.write_str("the built-in keys"),
            Self::Path(path) => f.write_str(&display_name(path)),
            Self::Text(_) => f.write_str("the given keys"),
        }
    }
}

/// The default roles of the API, the lowest first. The lowest that may view audit logs is the first, unless the file says
/// otherwise (KEY-DEFAULT-ROLES, KEY-LOWEST-ROLE).
const DEFAULT_ROLES: [&str; 4] = ["READ_ONLY", "USER", "MANAGER", "ADMIN"];

/// The message about an unknown default role. Cortex's app calls the lowest one Viewer.
fn unknown_default_role(name: &str) -> String {
    let suggestion = if name.eq_ignore_ascii_case("viewer") { "; did you mean \"READ_ONLY\"?" } else { "" };
    not_one_of(name, &DEFAULT_ROLES) + suggestion
}

/// The types of keys: one of the workspace, and one that mirrors its user (KEY-PERSONAL).
const KEY_TYPES: [&str; 2] = ["API_KEY", "PERSONAL_API_KEY"];

/// The fields of the file and of each key.
const FIELDS: [&str; 12] = [
    "lowestRole",
    "customRoles",
    "keys",
    "token",
    "name",
    "type",
    "email",
    "roles",
    "expirationDate",
    "revoked",
    "rateLimit",
    "faults",
];

/// Loads keys; relative expiration dates count from `now`.
///
/// # Errors
/// Everything that is wrong with the file.
pub fn load(source: &KeySource, now: Timestamp) -> Result<Keys, FileErrors> {
    load_with_token(source, now).map(|(keys, _)| keys)
}

/// Like [`load`]; returns the token of the first key that may view audit logs, too.
///
/// # Errors
/// Everything that is wrong with the file.
pub fn load_with_token(source: &KeySource, now: Timestamp) -> Result<(Keys, Option<String>), FileErrors> {
    let text = match source {
        KeySource::BuiltIn => Cow::Borrowed(BUILT_IN),
        KeySource::Text(text) => Cow::Borrowed(text.as_str()),
        KeySource::Path(path) => Cow::Owned(json_file::read_text(path).map_err(|error| FileErrors(vec![error]))?),
    };
    let name = source.to_string();
    let (keys, token) = read(&name, &text, now.trunc_to_millis())?;
    let mut keys = Keys::new(keys, name, *source == KeySource::BuiltIn);
    keys.has_public_token = public_tokens().iter().any(|token| keys.find(token).is_some());
    Ok((keys, token))
}

/// The tokens of the built-in keys.
fn public_tokens() -> Vec<String> {
    let document: Value = serde_json::from_str(BUILT_IN).unwrap_or_default();
    token_texts(&document).map(str::to_owned).collect()
}

fn token_texts(document: &Value) -> impl Iterator<Item = &str> {
    document["keys"].as_array().into_iter().flatten().filter_map(|key| key["token"].as_str())
}

/// The keys, and the token of the first one that may view audit logs.
type KeysAndToken = (Vec<Key>, Option<String>);

fn read(name: &str, text: &str, now: Timestamp) -> Result<KeysAndToken, FileErrors> {
    let mut diagnostics = Diagnostics::new(JsonFile::new(name, text));
    let mut keys = KeysAndToken::default();
    match diagnostics.document() {
        Some(document) => {
            diagnostics.hide(tokens_of(document), &FIELDS);
            keys = read_document(document, now, &mut diagnostics);
        }
        None if !diagnostics.errors.is_empty() => {}
        None => diagnostics.wrong(
            text,
            "",
            None,
            "expected one object with \"keys\" and, if needed, \"customRoles\" and \"lowestRole\"",
        ),
    }
    diagnostics.into_result(keys)
}

/// The tokens of all keys, also of keys with errors.
fn tokens_of(document: &RawValue) -> Vec<Secret> {
    let document: Value = serde_json::from_str(document.get()).unwrap_or_default();
    token_texts(&document).map(|token| Secret::new(token.as_bytes())).collect()
}

fn read_document<'a>(document: &'a RawValue, now: Timestamp, diagnostics: &mut Diagnostics<'a>) -> KeysAndToken {
    if let Some(reason) = FileContent::Keys.mismatch(document) {
        diagnostics.wrong(document.get(), "", None, reason);
        return KeysAndToken::default();
    }
    if document.get().starts_with('[') {
        let reason = "expected an object with \"keys\"; if these are entries, give the file to --fixtures";
        diagnostics.wrong(document.get(), "", None, reason);
        return KeysAndToken::default();
    }
    let Some(members) = diagnostics.object(document, "") else {
        return KeysAndToken::default();
    };
    let mut reader = KeysReader { now, roles: BTreeMap::new(), viewers: &DEFAULT_ROLES, token: None, diagnostics };
    reader.diagnostics.known_fields(&members, "", &FIELDS[..3]);
    if let Some(role) = reader.diagnostics.optional(&members, "", "lowestRole") {
        match DEFAULT_ROLES.iter().position(|known| **known == *role) {
            Some(lowest) => reader.viewers = &DEFAULT_ROLES[lowest..],
            None => reader.wrong(&members, "", "lowestRole", &unknown_default_role(&role)),
        }
    }
    if let Some(roles) = members.get("customRoles") {
        for (number, role) in (1..).zip(reader.diagnostics.optional_array(roles, "", "customRoles")) {
            reader.role(role, &format!("role {number}"));
        }
    }
    let Some(keys) = members.get("keys") else {
        reader.diagnostics.wrong(document.get(), "", Some("keys"), "is required and missing");
        return KeysAndToken::default();
    };
    let (mut tokens, mut names) = (BTreeSet::new(), BTreeSet::new());
    let keys = (1..)
        .zip(reader.diagnostics.array(keys, "", "keys"))
        .filter_map(|(number, key)| reader.key(key, &format!("key {number}"), &mut tokens, &mut names))
        .collect();
    (keys, reader.token)
}

struct KeysReader<'f, 'a> {
    now: Timestamp,
    /// The permissions of each custom role, by tag.
    roles: BTreeMap<String, BTreeSet<String>>,
    /// The default roles that may view audit logs.
    viewers: &'static [&'static str],
    /// The token of the first key that may view audit logs.
    token: Option<String>,
    diagnostics: &'f mut Diagnostics<'a>,
}

impl<'a> KeysReader<'_, 'a> {
    fn role(&mut self, value: &'a RawValue, item: &str) {
        let Some(members) = self.diagnostics.object(value, item) else { return };
        self.diagnostics.known_fields(&members, item, &["tag", "name", "permissions"]);
        self.diagnostics.optional(&members, item, "name");
        let tag = self.diagnostics.required(value, &members, item, "tag");
        let mut permissions = BTreeSet::new();
        for permission in self.array(&members, item, "permissions") {
            let Some(text) = self.diagnostics.text(permission, item, "permissions") else { continue };
            if text.eq_ignore_ascii_case(VIEW_AUDIT_LOGS) {
                permissions.insert(VIEW_AUDIT_LOGS.to_owned());
                continue;
            }
            if nearest(&text, [VIEW_AUDIT_LOGS]).is_some() {
                let reason = format!("\"{text}\" is no permission; did you mean \"{VIEW_AUDIT_LOGS}\"?");
                self.diagnostics.wrong(permission.get(), item, Some("permissions"), reason);
            }
            permissions.insert(text.into_owned());
        }
        if let Some(tag) = tag
            && self.roles.insert(tag.to_string(), permissions).is_some()
        {
            self.diagnostics.wrong(value.get(), item, Some("tag"), format!("\"{tag}\" is defined twice"));
        }
    }

    fn key(
        &mut self,
        value: &'a RawValue,
        item: &str,
        tokens: &mut BTreeSet<TokenDigest>,
        names: &mut BTreeSet<String>,
    ) -> Option<Key> {
        let errors_before = self.diagnostics.errors.len();
        let members = self.diagnostics.object(value, item)?;
        self.diagnostics.known_fields(&members, item, &FIELDS[3..]);

        let token = self.diagnostics.required(value, &members, item, "token").unwrap_or_default();
        let digest = TokenDigest::new(token.as_bytes());
        if !token.bytes().all(|byte| byte.is_ascii_graphic()) {
            self.wrong(
                &members,
                item,
                "token",
                "holds a character that no header can carry; accepted: ASCII without spaces",
            );
        } else if !tokens.insert(digest) {
            self.wrong(&members, item, "token", "is the token of an earlier key");
        }
        let name = self.diagnostics.required(value, &members, item, "name").unwrap_or_default();
        if name.contains(is_control) {
            let reason = "holds a control character; accepted: a name that can be printed, such as \"Nightly export\"";
            self.wrong(&members, item, "name", reason);
        } else if !name.is_empty() && !names.insert(name.to_string()) {
            self.wrong(
                &members,
                item,
                "name",
                "is the name of an earlier key; faults and journal know a key by its name",
            );
        }
        self.check_owner(value, &members, item);
        let permissions = self.permissions(&members, item);
        let now = self.now;
        let expiration_date = self.diagnostics.parsed(&members, item, "expirationDate", |text| Moment::read(text, now));
        let rate_limit = self.diagnostics.parsed(&members, item, "rateLimit", |text| {
            text.parse().map_err(|error| format!("\"{text}\" is not a rate limit; {error}"))
        });
        let revoked = self.diagnostics.boolean(&members, item, "revoked").unwrap_or(false);
        let mut faults = Vec::new();
        for fault in self.array(&members, item, "faults") {
            faults.extend(fault::read(fault, item, self.diagnostics));
        }
        let last_four = last_four(&token).to_owned();
        let key = Key {
            digest,
            token_length: token.len(),
            token_characters: AsciiSet::from_text(&token),
            name: name.into_owned(),
            last_four,
            permissions,
            expiration_date,
            revoked,
            rate_limit,
            faults,
        };
        if self.token.is_none() && key.has_permission(VIEW_AUDIT_LOGS) && key.check_usable(now).is_ok() {
            self.token = Some(token.into_owned());
        }
        (self.diagnostics.errors.len() == errors_before).then_some(key)
    }

    /// Checks type and e-mail address: a personal token needs one (KEY-PERSONAL).
    fn check_owner(&mut self, value: &'a RawValue, members: &Members<'a>, item: &str) {
        let personal = match self.diagnostics.optional(members, item, "type").as_deref() {
            None | Some("API_KEY") => false,
            Some("PERSONAL_API_KEY") => true,
            Some(other) => {
                self.wrong(members, item, "type", &not_one_of(other, &KEY_TYPES));
                false
            }
        };
        match self.diagnostics.optional(members, item, "email").as_deref() {
            Some(email) if !is_email(email) => {
                self.wrong(members, item, "email", &format!("\"{email}\" is not an e-mail address"));
            }
            None if personal => {
                self.diagnostics.wrong(
                    value.get(),
                    item,
                    Some("email"),
                    "is required for a PERSONAL_API_KEY and missing",
                );
            }
            _ => {}
        }
    }

    /// The union of what the roles grant (KEY-ROLES, KEY-CUSTOM-ROLES).
    fn permissions(&mut self, members: &Members<'a>, item: &str) -> BTreeSet<String> {
        let mut permissions = BTreeSet::new();
        for role in self.array(members, item, "roles") {
            let Some(fields) = self.diagnostics.object(role, item) else { continue };
            self.diagnostics.known_fields(&fields, item, &["type", "role", "tag"]);
            match self.diagnostics.required(role, &fields, item, "type").as_deref() {
                Some("DEFAULT") => match self.diagnostics.required(role, &fields, item, "role").as_deref() {
                    Some(name) if self.viewers.contains(&name) => {
                        permissions.insert(VIEW_AUDIT_LOGS.to_owned());
                    }
                    Some(name) if DEFAULT_ROLES.contains(&name) => {}
                    Some(other) => self.wrong(&fields, item, "role", &unknown_default_role(other)),
                    None => {}
                },
                Some("CUSTOM") => {
                    let Some(tag) = self.diagnostics.required(role, &fields, item, "tag") else { continue };
                    match self.roles.get(tag.as_ref()) {
                        Some(granted) => permissions.extend(granted.iter().cloned()),
                        None => self.wrong(&fields, item, "tag", &self.unknown_role(&tag)),
                    }
                }
                Some(other) => self.wrong(&fields, item, "type", &not_one_of(other, &["DEFAULT", "CUSTOM"])),
                None => {}
            }
        }
        permissions
    }

    fn unknown_role(&self, tag: &str) -> String {
        let tags: Vec<&str> = self.roles.keys().map(String::as_str).collect();
        if tags.is_empty() {
            return format!("\"{tag}\" is not a custom role: \"customRoles\" defines none");
        }
        not_one_of(tag, &tags)
    }

    fn array(&mut self, members: &Members<'a>, item: &str, field: &str) -> Vec<&'a RawValue> {
        members.get(field).map(|value| self.diagnostics.optional_array(value, item, field)).unwrap_or_default()
    }

    fn wrong(&mut self, members: &Members<'a>, item: &str, field: &str, reason: &str) {
        let part = members.get(field).map_or("", RawValue::get);
        self.diagnostics.wrong(part, item, Some(field), reason);
    }
}

/// The last four characters of a token, as the product shows them; empty for a token that they would mostly reveal.
fn last_four(token: &str) -> &str {
    let start = if token.len() < 8 { token.len() } else { token.len() - 4 };
    token.get(start..).unwrap_or_default()
}
