//! Entries from files: loaded whole or refused whole, with every error of every file told in one run.

mod careful;
mod line;
mod meaning;
mod moment;
mod quick;

use std::borrow::Cow;
use std::collections::BTreeMap;
use std::fmt;
use std::io::Read;
use std::path::{Path, PathBuf};

use crate::contract::{Entry, Timestamp};
use crate::generate::{Generator, Recipe};
use crate::json_file::{FileError, FileErrors, JsonFile};

pub use line::Line;
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
    /// So many generated entries of the thirty days before now.
    Generated {
        /// How many.
        count: u64,
        /// Decides everything that is left to chance.
        seed: u64,
    },
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
            Self::Generated { count, .. } => write!(f, "{count} generated entries"),
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
    for source in sources {
        if let EntrySource::Generated { count, seed } = *source {
            match Generator::new(&Recipe { seed, ..Recipe::new(count, now) }) {
                Ok(generated) => loaded.entries.extend(generated),
                Err(error) => errors.push(whole_file(&source.to_string(), &error.to_string())),
            }
        }
        for text in texts(source) {
            match text {
                Ok((name, text)) => read_into(JsonFile { name: &name, text: &text }, now, &mut loaded, &mut errors),
                Err(error) => errors.push(error),
            }
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
    match quick::read(file, now) {
        Some(entries) if loaded.entries.is_empty() => loaded.entries = entries,
        Some(entries) => loaded.entries.extend(entries),
        None => careful::read(file, now, loaded, errors),
    }
}

/// A text and the name to call it by in an error, or why there is none.
type Named<'a> = Result<(String, Cow<'a, str>), FileError>;

/// The texts of a source.
fn texts(source: &EntrySource) -> Vec<Named<'_>> {
    match source {
        EntrySource::BuiltIn => vec![Ok((source.to_string(), Cow::Borrowed(STORY)))],
        EntrySource::Text(text) => vec![Ok((source.to_string(), Cow::Borrowed(text)))],
        EntrySource::StandardInput => {
            let mut bytes = Vec::new();
            let name = source.to_string();
            vec![match std::io::stdin().read_to_end(&mut bytes) {
                Ok(_) => utf8(name, bytes),
                Err(error) => Err(unreadable(&name, &error)),
            }]
        }
        EntrySource::Generated { .. } => Vec::new(),
        EntrySource::Path(path) if path.is_dir() => folder(path),
        EntrySource::Path(path) => vec![read_file(path)],
    }
}

fn folder(path: &Path) -> Vec<Named<'static>> {
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
pub(crate) fn read_file(path: &Path) -> Named<'static> {
    let name = path.display().to_string();
    let bytes = std::fs::read(path).map_err(|error| unreadable(&name, &error))?;
    utf8(name, bytes)
}

fn utf8(name: String, bytes: Vec<u8>) -> Named<'static> {
    match String::from_utf8(bytes) {
        Ok(text) => Ok((name, Cow::Owned(text))),
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
