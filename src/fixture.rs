//! Entries from files: loaded whole or refused whole, with every error of every file told in one run.

mod moment;

use std::borrow::Cow;
use std::collections::BTreeMap;
use std::fmt;
use std::io::Read;
use std::path::{Path, PathBuf};

use serde_json::value::RawValue;

use crate::contract::{Action, Actor, ActorType, Entry, Timestamp, nearest};
use crate::json_file::{FileError, FileErrors, Findings, JsonFile, Members};

pub use moment::{Moment, MomentError};

/// The built-in story, compiled into the binary.
const STORY: &str = include_str!("../fixtures/audit-logs.json");

/// Where entries come from.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum EntrySource {
    /// The story that is compiled into the binary.
    BuiltIn,
    /// A file, or a folder whose `.json`, `.ndjson` and `.jsonl` files are read in the order of their names.
    Path(PathBuf),
    /// Standard input, read to its end.
    StandardInput,
    /// A text in any of the forms of a file.
    Text(String),
}

/// `-` is standard input, anything else a path.
impl From<&str> for EntrySource {
    fn from(text: &str) -> Self {
        if text == "-" { Self::StandardInput } else { Self::Path(text.into()) }
    }
}

impl fmt::Display for EntrySource {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::BuiltIn => f.write_str("the built-in story"),
            Self::Path(path) => path.display().fmt(f),
            Self::StandardInput => f.write_str("standard input"),
            Self::Text(_) => f.write_str("the given entries"),
        }
    }
}

/// What was loaded.
#[derive(Debug, Default)]
pub struct Loaded {
    /// The entries, in the order of the files.
    pub entries: Vec<Entry>,
    /// Fields that the format does not know, with how often each was seen; they were ignored.
    pub ignored_fields: BTreeMap<String, usize>,
}

/// Loads every source, relative times being relative to `now`.
///
/// # Errors
/// Everything that is wrong with any of the files; then nothing is loaded.
pub fn load(sources: &[EntrySource], now: Timestamp) -> Result<Loaded, FileErrors> {
    let mut loaded = Loaded::default();
    let mut errors = Vec::new();
    for text in sources.iter().flat_map(texts) {
        match text {
            Ok((name, text)) => read_into(JsonFile { name: &name, text: &text }, now, &mut loaded, &mut errors),
            Err(error) => errors.push(error),
        }
    }
    if errors.is_empty() { Ok(loaded) } else { Err(FileErrors(errors)) }
}

/// Reads entries from a text: an array, an object with `logs`, or NDJSON of entries or of such objects.
///
/// ```
/// use cortex_audit_mock::{contract::Timestamp, fixture};
///
/// let text = r#"{"action":"CREATE","objectIdentifier":"a","objectType":"TEAM","timestamp":"now-5m"}"#;
/// let loaded = fixture::read("example", text, Timestamp::system()).unwrap();
/// assert_eq!(loaded.entries.len(), 1);
/// ```
///
/// # Errors
/// Everything that is wrong with the text.
pub fn read(name: &str, text: &str, now: Timestamp) -> Result<Loaded, FileErrors> {
    let mut loaded = Loaded::default();
    let mut errors = Vec::new();
    read_into(JsonFile { name, text }, now, &mut loaded, &mut errors);
    if errors.is_empty() { Ok(loaded) } else { Err(FileErrors(errors)) }
}

fn read_into(file: JsonFile<'_>, now: Timestamp, loaded: &mut Loaded, errors: &mut Vec<FileError>) {
    // Relative times get the precision of the real service, not of this machine's clock.
    let now = now.to_millisecond();
    let file = JsonFile { text: file.text.strip_prefix('\u{feff}').unwrap_or(file.text), ..file };
    let mut findings = Findings::new(file);
    let mut number = 0;
    for value in file.values(&mut findings.errors) {
        for entry in entries_of(value, &mut findings) {
            number += 1;
            if let Some(entry) = read_entry(entry, number, now, &mut findings, &mut loaded.ignored_fields) {
                loaded.entries.push(entry);
            }
        }
    }
    findings.errors.sort_by_key(|error| error.position);
    errors.append(&mut findings.errors);
}

/// The entries that a top-level value stands for: its elements, its `logs`, or itself.
fn entries_of<'a>(value: &'a RawValue, findings: &mut Findings<'a>) -> Vec<&'a RawValue> {
    if value.get().starts_with('[') {
        return findings.array(value, "", "");
    }
    if let Ok(Members(members)) = serde_json::from_str(value.get())
        && let Some((_, logs)) = members.iter().find(|(name, _)| name == "logs")
    {
        return findings.array(logs, "", "logs");
    }
    vec![value]
}

const FIELDS: [&str; 10] = [
    "action",
    "actorIdentifier",
    "ipAddress",
    "objectIdentifier",
    "objectType",
    "timestamp",
    "actorType",
    "actorRequestType",
    "actorEmail",
    "actorApiKeyIdentifier",
];

fn read_entry<'a>(
    value: &'a RawValue,
    number: usize,
    now: Timestamp,
    findings: &mut Findings<'a>,
    ignored_fields: &mut BTreeMap<String, usize>,
) -> Option<Entry> {
    let item = format!("entry {number}");
    let members = findings.object(value, &item)?;
    let errors_before = findings.errors.len();
    for (name, unknown) in members.0.iter().filter(|(name, _)| !FIELDS.contains(&name.as_ref())) {
        match nearest(name, FIELDS) {
            Some(meant) => {
                findings.wrong(unknown.get(), &item, Some(name), format!("is not a field; did you mean \"{meant}\"?"));
            }
            None => *ignored_fields.entry(name.to_string()).or_default() += 1,
        }
    }

    let mut fields = Fields { entry: value, members: &members, item: &item, findings };
    let action = fields.required("action", |text| action(&text));
    let object_identifier = fields.required("objectIdentifier", Ok);
    let object_type = fields.required("objectType", Ok);
    let timestamp = fields.required("timestamp", |text| {
        text.parse::<Moment>().and_then(|moment| moment.at(now)).map_err(|error| error.to_string())
    });
    let actor_identifier = fields.optional("actorIdentifier", Ok);
    let ip_address = fields.optional("ipAddress", Ok);
    let kind = fields.optional("actorType", |text| actor_type(&text));
    let request_type = fields.optional("actorRequestType", Ok);
    let email = fields.optional("actorEmail", Ok);
    let api_key = fields.optional("actorApiKeyIdentifier", Ok);
    if findings.errors.len() > errors_before {
        return None;
    }

    let actor_identifier = actor_identifier.map(Cow::into_owned);
    Some(Entry {
        action: action?,
        object_identifier: object_identifier?.into_owned(),
        object_type: object_type?.into_owned(),
        timestamp: timestamp?,
        actor: Actor {
            request_type: request_type.map(Cow::into_owned),
            ..actor(actor_identifier.as_deref(), kind, email, api_key)
        },
        actor_identifier,
        ip_address: ip_address.map(Cow::into_owned),
    })
}

/// What is given wins; what is absent is derived from the identifier, as far as it fits the type of the actor.
fn actor(
    identifier: Option<&str>,
    kind: Option<ActorType>,
    email: Option<Cow<str>>,
    api_key: Option<Cow<str>>,
) -> Actor {
    let derived = Actor::derived_from(identifier);
    let kind = kind.unwrap_or(derived.kind);
    let has_key = matches!(kind, ActorType::ApiKey | ActorType::PersonalApiKey);
    Actor {
        kind,
        request_type: None,
        email: email.map(Cow::into_owned).or(derived.email),
        api_key_identifier: api_key.map(Cow::into_owned).or(derived.api_key_identifier.filter(|_| has_key)),
    }
}

/// An action that an entry can have: `READ` is known to the filter alone.
fn action(text: &str) -> Result<Action, String> {
    let actions = Action::ALL.iter().filter(|action| **action != Action::Read).map(|action| action.as_str());
    text.parse()
        .ok()
        .filter(|action| *action != Action::Read)
        .ok_or_else(|| not_one_of(text, &actions.collect::<Vec<_>>()))
}

fn actor_type(text: &str) -> Result<ActorType, String> {
    text.parse().map_err(|()| not_one_of(text, &ActorType::ALL.map(ActorType::as_str)))
}

fn not_one_of(text: &str, words: &[&str]) -> String {
    let meant = nearest(text, words.iter().copied()).map(|word| format!("; did you mean \"{word}\"?"));
    format!("\"{text}\" is not one of {}{}", words.join(", "), meant.unwrap_or_default())
}

/// The fields of one entry; what is wrong with one is noted, and the others are still read.
struct Fields<'f, 'a> {
    entry: &'a RawValue,
    members: &'f Members<'a>,
    item: &'f str,
    findings: &'f mut Findings<'a>,
}

impl<'a> Fields<'_, 'a> {
    fn required<T>(&mut self, name: &str, read: impl Fn(Cow<'a, str>) -> Result<T, String>) -> Option<T> {
        let text = self.findings.required(self.entry, self.members, self.item, name)?;
        self.read(name, text, read)
    }

    fn optional<T>(&mut self, name: &str, read: impl Fn(Cow<'a, str>) -> Result<T, String>) -> Option<T> {
        let text = self.findings.optional(self.members, self.item, name)?;
        self.read(name, text, read)
    }

    fn read<T>(
        &mut self,
        name: &str,
        text: Cow<'a, str>,
        read: impl Fn(Cow<'a, str>) -> Result<T, String>,
    ) -> Option<T> {
        let place = self.members.get(name).map_or("", RawValue::get);
        read(text).map_err(|reason| self.findings.wrong(place, self.item, Some(name), reason)).ok()
    }
}

/// A text and the name to call it by in an error, or why there is none.
type Named = Result<(String, String), FileError>;

/// The texts of a source.
fn texts(source: &EntrySource) -> Vec<Named> {
    match source {
        EntrySource::BuiltIn => vec![Ok((source.to_string(), STORY.to_owned()))],
        EntrySource::Text(text) => vec![Ok((source.to_string(), text.clone()))],
        EntrySource::StandardInput => {
            let mut bytes = Vec::new();
            let name = source.to_string();
            vec![match std::io::stdin().read_to_end(&mut bytes) {
                Ok(_) => utf8(name, bytes),
                Err(error) => Err(unreadable(&name, &error)),
            }]
        }
        EntrySource::Path(path) if path.is_dir() => folder(path),
        EntrySource::Path(path) => vec![read_file(path)],
    }
}

fn folder(path: &Path) -> Vec<Named> {
    let name = path.display().to_string();
    let listed = match std::fs::read_dir(path) {
        Ok(listed) => listed,
        Err(error) => return vec![Err(unreadable(&name, &error))],
    };
    let of_entries = |file: &PathBuf| {
        file.extension().is_some_and(|ending| ["json", "ndjson", "jsonl"].iter().any(|known| ending == *known))
    };
    let mut files: Vec<PathBuf> = listed.filter_map(|item| Some(item.ok()?.path())).filter(of_entries).collect();
    if files.is_empty() {
        return vec![Err(whole_file(&name, "the folder holds no .json, .ndjson or .jsonl file"))];
    }
    files.sort();
    files.iter().map(|file| read_file(file)).collect()
}

/// A file's name and text.
pub(crate) fn read_file(path: &Path) -> Named {
    let name = path.display().to_string();
    let bytes = std::fs::read(path).map_err(|error| unreadable(&name, &error))?;
    utf8(name, bytes)
}

fn utf8(name: String, bytes: Vec<u8>) -> Named {
    match String::from_utf8(bytes) {
        Ok(text) => Ok((name, text)),
        Err(error) => {
            let valid = String::from_utf8_lossy(&error.as_bytes()[..error.utf8_error().valid_up_to()]);
            let line_start = valid.rfind('\n').map_or(0, |newline| newline + 1);
            let position = (valid.matches('\n').count() + 1, valid[line_start..].chars().count() + 1);
            Err(FileError { position: Some(position), ..whole_file(&name, "not valid UTF-8") })
        }
    }
}

fn unreadable(name: &str, error: &std::io::Error) -> FileError {
    whole_file(name, &format!("cannot be read: {error}"))
}

fn whole_file(name: &str, reason: &str) -> FileError {
    FileError { file: name.to_owned(), position: None, item: None, field: None, reason: reason.to_owned() }
}
