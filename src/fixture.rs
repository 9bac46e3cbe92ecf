//! Loads entries from files and other sources. If any file has an error, nothing is loaded, and every error of every file is
//! reported.
//!
//! `fast` reads a file without errors in one pass. Any other file is read again by `diagnose`, which finds all errors with
//! their positions. Both use `fields`, the fields of an entry in a file.

mod diagnose;
mod fast;
mod fields;
mod moment;
mod sink;

use std::fmt;
use std::fs::{self, File};
use std::io::{self, BufReader, Read};
use std::path::{Path, PathBuf};

use crate::contract::{Entry, Timestamp};
use crate::generate::{Generator, Recipe};
use crate::json_file::{FileError, FileErrors, JsonFile, position_after};

pub use diagnose::IgnoredFields;
pub use fields::FileEntry;
pub use moment::{Moment, MomentError};
pub use sink::Sink;

/// The built-in story.
const STORY: &str = include_str!("../fixtures/audit-logs.json");

/// A source of entries.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum EntrySource {
    /// The entries that are compiled into the binary.
    BuiltIn,
    /// A file, or a folder whose `.json`, `.ndjson` and `.jsonl` files are read in the order of their names.
    Path(PathBuf),
    /// Standard input, read to its end.
    StandardInput,
    /// A text in any format of a file.
    Text(String),
    /// Generated entries of the thirty days before now.
    Generated {
        /// The number of entries.
        count: u64,
        /// The seed of all random choices.
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

/// The entries of all sources.
#[derive(Debug, Default)]
pub struct Loaded {
    /// The entries, in the order of the files.
    pub entries: Vec<Entry>,
    /// The unknown fields.
    pub ignored_fields: IgnoredFields,
}

/// Loads every source. Relative times are relative to `now`.
///
/// # Errors
/// All errors of all sources.
pub fn load(sources: &[EntrySource], now: Timestamp) -> Result<Loaded, FileErrors> {
    let mut entries = Vec::new();
    let ignored_fields = load_into(&mut entries, sources, now)?;
    Ok(Loaded { entries, ignored_fields })
}

/// Like [`load`], but pushes the entries into a sink while they are read.
///
/// # Errors
/// All errors of all sources. The sink then holds some of the entries.
pub fn load_into(sink: &mut impl Sink, sources: &[EntrySource], now: Timestamp) -> Result<IgnoredFields, FileErrors> {
    let mut loader = Loader::new(sink, now);
    for source in sources {
        loader.load(source, now);
    }
    loader.finish()
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
/// All errors of the text.
pub fn read(name: &str, text: &str, now: Timestamp) -> Result<Loaded, FileErrors> {
    let mut entries = Vec::new();
    let mut loader = Loader::new(&mut entries, now);
    loader.load_text(JsonFile { name, text });
    let ignored_fields = loader.finish()?;
    Ok(Loaded { entries, ignored_fields })
}

/// The name and the text of a file.
type NamedText = (String, String);

/// Loads one source after the other, and collects their errors.
struct Loader<'s, S> {
    sink: &'s mut S,
    now: Timestamp,
    ignored_fields: IgnoredFields,
    errors: Vec<FileError>,
}

impl<'s, S: Sink> Loader<'s, S> {
    fn new(sink: &'s mut S, now: Timestamp) -> Self {
        // The real service has no timestamps finer than this.
        Self { sink, now: now.trunc_to_millis(), ignored_fields: IgnoredFields::new(), errors: Vec::new() }
    }

    fn finish(self) -> Result<IgnoredFields, FileErrors> {
        if self.errors.is_empty() { Ok(self.ignored_fields) } else { Err(FileErrors(self.errors)) }
    }

    fn load(&mut self, source: &EntrySource, now: Timestamp) {
        let name = source.to_string();
        match source {
            EntrySource::Generated { count, seed } => {
                match Generator::new(&Recipe { seed: *seed, ..Recipe::new(*count, now) }) {
                    Ok(entries) => entries.for_each(|entry| self.sink.push(entry)),
                    Err(error) => self.errors.push(FileError::whole_file(&name, error.to_string())),
                }
            }
            EntrySource::Path(path) if path.is_dir() => match files_of(path) {
                Ok(files) => files.iter().for_each(|file| self.load_file(file)),
                Err(error) => self.errors.push(error),
            },
            EntrySource::Path(path) => self.load_file(path),
            EntrySource::BuiltIn => self.load_text(JsonFile { name: &name, text: STORY }),
            EntrySource::Text(text) => self.load_text(JsonFile { name: &name, text }),
            EntrySource::StandardInput => {
                let mut bytes = Vec::new();
                let read = io::stdin().read_to_end(&mut bytes);
                self.load_named(utf8(name, read.map(|_| bytes)));
            }
        }
    }

    /// Loads a file. One with an entry per line and without errors is streamed: it need not fit into memory.
    fn load_file(&mut self, path: &Path) {
        let before = self.sink.count();
        let streamed = File::open(path).is_ok_and(|file| fast::read_lines(BufReader::new(file), self.now, self.sink));
        if !streamed {
            self.sink.keep(before);
            self.load_named(read_file(path));
        }
    }

    fn load_named(&mut self, file: Result<NamedText, FileError>) {
        match file {
            Ok((name, text)) => self.load_text(JsonFile { name: &name, text: &text }),
            Err(error) => self.errors.push(error),
        }
    }

    fn load_text(&mut self, file: JsonFile<'_>) {
        let without_bom = file.text.strip_prefix('\u{feff}').unwrap_or(file.text);
        let file = JsonFile { text: without_bom, ..file };
        let before = self.sink.count();
        if !fast::read(file, self.now, self.sink) {
            self.sink.keep(before);
            self.errors.extend(diagnose::read(file, self.now, self.sink, &mut self.ignored_fields));
        }
    }
}

/// The files of entries in a folder, in the order of their names.
fn files_of(folder: &Path) -> Result<Vec<PathBuf>, FileError> {
    let name = folder.display().to_string();
    let items = fs::read_dir(folder).map_err(|error| unreadable(&name, &error))?;
    let is_of_entries = |file: &PathBuf| {
        file.extension().is_some_and(|extension| ["json", "ndjson", "jsonl"].iter().any(|known| extension == *known))
    };
    let mut files: Vec<PathBuf> = items.filter_map(|item| Some(item.ok()?.path())).filter(is_of_entries).collect();
    if files.is_empty() {
        return Err(FileError::whole_file(&name, "the folder holds no .json, .ndjson or .jsonl file"));
    }
    files.sort();
    Ok(files)
}

/// Name and text of a file.
pub(crate) fn read_file(path: &Path) -> Result<NamedText, FileError> {
    utf8(path.display().to_string(), fs::read(path))
}

fn utf8(name: String, bytes: io::Result<Vec<u8>>) -> Result<NamedText, FileError> {
    match String::from_utf8(bytes.map_err(|error| unreadable(&name, &error))?) {
        Ok(text) => Ok((name, text)),
        Err(error) => {
            let valid = String::from_utf8_lossy(&error.as_bytes()[..error.utf8_error().valid_up_to()]);
            let position = Some(position_after((1, 1), &valid));
            Err(FileError { position, ..FileError::whole_file(&name, "not valid UTF-8") })
        }
    }
}

fn unreadable(name: &str, error: &io::Error) -> FileError {
    FileError::whole_file(name, format!("cannot be read: {error}"))
}
