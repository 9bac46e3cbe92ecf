//! Entries from files: loaded whole or refused whole, with every error of every file told in one run.

mod careful;
mod fields;
mod line;
mod moment;
mod quick;

use std::collections::BTreeMap;
use std::fmt;
use std::fs::File;
use std::io::{BufReader, Read};
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
    /// What was ignored.
    pub ignored_fields: IgnoredFields,
}

/// What takes entries one by one, so that they need not all be in memory as they are.
pub trait Sink {
    /// Takes one.
    fn push(&mut self, entry: Entry);
    /// How many it has taken.
    fn count(&self) -> usize;
    /// Gives back all but the first so many.
    fn keep(&mut self, count: usize);
}

impl Sink for Vec<Entry> {
    fn push(&mut self, entry: Entry) {
        self.push(entry);
    }

    fn count(&self) -> usize {
        self.len()
    }

    fn keep(&mut self, count: usize) {
        self.truncate(count);
    }
}

/// Fields that the format does not know, with how often each was seen; they were ignored.
pub type IgnoredFields = BTreeMap<String, usize>;

/// Loads every source, relative times being relative to `now`.
///
/// # Errors
/// Everything that is wrong with any of the files; then nothing is loaded.
pub fn load(sources: &[EntrySource], now: Timestamp) -> Result<Loaded, FileErrors> {
    let mut entries = Vec::new();
    let ignored_fields = load_into(&mut entries, sources, now)?;
    Ok(Loaded { entries, ignored_fields })
}

/// The same into what takes entries as they are read.
///
/// # Errors
/// Everything that is wrong with any of the files; then it is of no use what was taken.
pub fn load_into(sink: &mut impl Sink, sources: &[EntrySource], now: Timestamp) -> Result<IgnoredFields, FileErrors> {
    let mut reading = Reading::new(sink, now);
    for source in sources {
        reading.source(source, now);
    }
    reading.end()
}

/// Reads entries from a text: an array, an object with `logs`, or NDJSON of entries or of such objects.
///
/// ```
/// use cortex_audit_mock::{contract::Timestamp, internal::fixture};
///
/// let text = r#"{"action":"CREATE","objectIdentifier":"a","objectType":"TEAM","timestamp":"now-5m"}"#;
/// let loaded = fixture::read("example", text, Timestamp::now()).unwrap();
/// assert_eq!(loaded.entries.len(), 1);
/// ```
///
/// # Errors
/// Everything that is wrong with the text.
pub fn read(name: &str, text: &str, now: Timestamp) -> Result<Loaded, FileErrors> {
    let mut entries = Vec::new();
    let mut reading = Reading::new(&mut entries, now);
    reading.text(JsonFile { name, text });
    let ignored_fields = reading.end()?;
    Ok(Loaded { entries, ignored_fields })
}

/// What was read so far, and what was wrong.
struct Reading<'s, S> {
    sink: &'s mut S,
    now: Timestamp,
    ignored_fields: IgnoredFields,
    errors: Vec<FileError>,
}

impl<'s, S: Sink> Reading<'s, S> {
    fn new(sink: &'s mut S, now: Timestamp) -> Self {
        // Relative times get the precision of the real service, not of this machine's clock.
        Self { sink, now: now.trunc_to_millis(), ignored_fields: IgnoredFields::new(), errors: Vec::new() }
    }

    fn end(self) -> Result<IgnoredFields, FileErrors> {
        if self.errors.is_empty() { Ok(self.ignored_fields) } else { Err(FileErrors(self.errors)) }
    }

    fn source(&mut self, source: &EntrySource, now: Timestamp) {
        match source {
            EntrySource::Generated { count, seed } => {
                match Generator::new(&Recipe { seed: *seed, ..Recipe::new(*count, now) }) {
                    Ok(generated) => generated.for_each(|entry| self.sink.push(entry)),
                    Err(error) => self.errors.push(whole_file(&source.to_string(), &error.to_string())),
                }
            }
            EntrySource::Path(path) if path.is_dir() => match folder(path) {
                Ok(files) => files.iter().for_each(|file| self.file(file)),
                Err(error) => self.errors.push(error),
            },
            EntrySource::Path(path) => self.file(path),
            EntrySource::BuiltIn => self.text(JsonFile { name: &source.to_string(), text: STORY }),
            EntrySource::Text(text) => self.text(JsonFile { name: &source.to_string(), text }),
            EntrySource::StandardInput => self.named(standard_input(source.to_string())),
        }
    }

    /// A file of lines without fault need not be in memory as a whole.
    fn file(&mut self, path: &Path) {
        let before = self.sink.count();
        let streamed = File::open(path).is_ok_and(|file| quick::lines(BufReader::new(file), self.now, self.sink));
        if !streamed {
            self.sink.keep(before);
            self.named(read_file(path));
        }
    }

    fn named(&mut self, named: Named) {
        match named {
            Ok((name, text)) => self.text(JsonFile { name: &name, text: &text }),
            Err(error) => self.errors.push(error),
        }
    }

    fn text(&mut self, file: JsonFile<'_>) {
        let file = JsonFile { text: file.text.strip_prefix('\u{feff}').unwrap_or(file.text), ..file };
        let before = self.sink.count();
        if !quick::read(file, self.now, self.sink) {
            self.sink.keep(before);
            careful::read(file, self.now, self.sink, &mut self.ignored_fields, &mut self.errors);
        }
    }
}

/// A text and the name to call it by in an error, or why there is none.
type Named = Result<(String, String), FileError>;

fn standard_input(name: String) -> Named {
    let mut bytes = Vec::new();
    match std::io::stdin().read_to_end(&mut bytes) {
        Ok(_) => utf8(name, bytes),
        Err(error) => Err(unreadable(&name, &error)),
    }
}

/// The files of entries in a folder, in the order of their names.
fn folder(path: &Path) -> Result<Vec<PathBuf>, FileError> {
    let name = path.display().to_string();
    let listed = std::fs::read_dir(path).map_err(|error| unreadable(&name, &error))?;
    let of_entries = |file: &PathBuf| {
        file.extension().is_some_and(|ending| ["json", "ndjson", "jsonl"].iter().any(|known| ending == *known))
    };
    let mut files: Vec<PathBuf> = listed.filter_map(|item| Some(item.ok()?.path())).filter(of_entries).collect();
    if files.is_empty() {
        return Err(whole_file(&name, "the folder holds no .json, .ndjson or .jsonl file"));
    }
    files.sort();
    Ok(files)
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
