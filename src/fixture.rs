//! Loads entries from files and other sources. If any file has an error, nothing is loaded, and the errors of all files are
//! reported, up to a limit.
//!
//! `reader` reads one file: with `fast` what has no error, with `diagnose` anything else. Both use `fields`, the fields of an
//! entry in a file.

mod diagnose;
mod fast;
mod fields;
mod moment;
mod progress;
mod reader;

use std::ffi::OsStr;
use std::fmt;
use std::fs::{self, Metadata};
use std::io;
use std::path::{Path, PathBuf};

use crate::contract::{Entry, Timestamp};
use crate::generate::{Generator, Recipe};
use crate::input::{Input, can_be_read_again, notify};
use crate::json_file::{FileError, FileErrors, MAX_ERRORS, limit};
use crate::text::escape_control;
use reader::{EntryReader, Loader};

pub use diagnose::IgnoredFields;
pub use fields::FileEntry;
pub use moment::{Moment, MomentError};
pub use progress::LoadProgress;

/// The built-in story.
const STORY: &str = include_str!("../fixtures/audit-logs.json");

/// A source of entries.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum EntrySource {
    /// The entries that are compiled into the binary.
    BuiltIn,
    /// A file, or a folder whose `.json`, `.ndjson` and `.jsonl` files are read in the order of their names, without those
    /// whose name begins with a dot.
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

impl EntrySource {
    /// Whether this is a file or a folder of files: pipes and standard input can be read only once, and the rest is always the
    /// same.
    pub(crate) fn can_be_read_again(&self) -> bool {
        match self {
            Self::Path(path) if path.is_dir() => {
                files_of(path).is_ok_and(|files| files.iter().all(|file| can_be_read_again(file)))
            }
            Self::Path(path) => can_be_read_again(path),
            Self::BuiltIn | Self::StandardInput | Self::Text(_) | Self::Generated { .. } => false,
        }
    }
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
    let ignored_fields = load_into(&mut |entry| entries.push(entry), sources, now, &())?;
    Ok(Loaded { entries, ignored_fields })
}

/// Like [`load`], but gives each entry to `push` while the files are read, so that they need not all be in memory at once in
/// the form of [`Entry`].
///
/// # Errors
/// All errors of all sources. `push` then got some of the entries.
pub fn load_into(
    push: &mut dyn FnMut(Entry),
    sources: &[EntrySource],
    now: Timestamp,
    progress: &dyn LoadProgress,
) -> Result<IgnoredFields, FileErrors> {
    let mut loader = Loader::new(push, now, progress);
    for source in sources {
        loader.source(source, now);
    }
    loader.finish()
}

/// Reads entries from a text: entries, arrays, or objects with `logs`, one after the other.
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
    let mut push = |entry| entries.push(entry);
    let mut loader = Loader::new(&mut push, now, &());
    EntryReader::new(name, &mut loader).read_text(text);
    let ignored_fields = loader.finish()?;
    Ok(Loaded { entries, ignored_fields })
}

impl<'s> Loader<'s> {
    fn new(push: &'s mut dyn FnMut(Entry), now: Timestamp, progress: &'s dyn LoadProgress) -> Self {
        // The real service has no timestamps finer than this.
        let now = now.trunc_to_millis();
        Self { push, now, progress, position: 0, ignored_fields: IgnoredFields::new(), errors: Vec::new() }
    }

    fn finish(mut self) -> Result<IgnoredFields, FileErrors> {
        limit(&mut self.errors);
        if self.errors.is_empty() { Ok(self.ignored_fields) } else { Err(FileErrors(self.errors)) }
    }

    fn source(&mut self, source: &EntrySource, now: Timestamp) {
        let name = source.to_string();
        self.position = 0;
        match source {
            EntrySource::Generated { count, seed } => {
                self.progress.start_generating(*count);
                match Generator::new(&Recipe { seed: *seed, ..Recipe::new(*count, now) }) {
                    Ok(entries) => entries.zip(1..).for_each(|(entry, number)| {
                        (self.push)(entry);
                        self.progress.count_entry(number);
                    }),
                    Err(error) => self.errors.push(FileError::whole_file(&name, error.to_string())),
                }
            }
            EntrySource::Path(path) if path.is_dir() => match files_of(path) {
                Ok(files) => {
                    self.progress.start_reading(&name, files.iter().map(|file| file_size(file)).sum());
                    compressed_files_of(path).iter().for_each(|file| {
                        let file = escape_control(&file.display().to_string());
                        notify(&format!("{file} was not read: it is compressed; unpack it, such as with gunzip"));
                    });
                    files.iter().for_each(|file| self.input(&file.display().to_string(), Input::open(file)));
                }
                Err(error) => self.errors.push(error),
            },
            EntrySource::Path(path) => {
                self.progress.start_reading(&name, file_size(path));
                self.input(&name, Input::open(path));
            }
            EntrySource::StandardInput => {
                self.progress.start_reading(&name, None);
                self.input(&name, Ok(Input::standard_input()));
            }
            EntrySource::BuiltIn => EntryReader::new(&name, self).read_text(STORY),
            EntrySource::Text(text) => EntryReader::new(&name, self).read_text(text),
        }
    }

    fn input(&mut self, name: &str, input: io::Result<Input>) {
        match input {
            // Enough errors to list.
            _ if self.errors.len() > MAX_ERRORS => {}
            Ok(input) => EntryReader::new(name, self).read_file(input),
            Err(error) => self.errors.push(FileError::unreadable(name, &error)),
        }
    }
}

/// The bytes of a file; `None` if only its end shows them, as with a pipe.
fn file_size(path: &Path) -> Option<u64> {
    path.metadata().ok().filter(Metadata::is_file).map(|file| file.len())
}

/// The files of entries in a folder, in the order of their names.
fn files_of(folder: &Path) -> Result<Vec<PathBuf>, FileError> {
    let name = folder.display().to_string();
    let items = fs::read_dir(folder).map_err(|error| FileError::unreadable(&name, &error))?;
    let files = items.filter_map(|item| Some(item.ok()?.path()));
    let mut files: Vec<PathBuf> = files.filter(|file| is_file_of_entries(file) && !file.is_dir()).collect();
    if files.is_empty() {
        let reason = match compressed_files_of(folder).first() {
            Some(file) => format!("the only files of entries are compressed, such as {}; unpack them", file.display()),
            None => "the folder holds no .json, .ndjson or .jsonl file".to_owned(),
        };
        return Err(FileError::whole_file(&name, reason));
    }
    files.sort();
    Ok(files)
}

/// The files of a folder that would be files of entries if they were not compressed, such as `logs.json.gz`.
fn compressed_files_of(folder: &Path) -> Vec<PathBuf> {
    const ENDINGS: [&str; 7] = ["gz", "zip", "zst", "xz", "bz2", "lz4", "7z"];

    let is_compressed = |file: &PathBuf| {
        let ending =
            file.extension().is_some_and(|ending| ENDINGS.iter().any(|known| ending.eq_ignore_ascii_case(known)));
        ending && file.file_stem().is_some_and(|stem| is_file_of_entries(Path::new(stem)))
    };
    let items = fs::read_dir(folder).into_iter().flatten();
    let mut files: Vec<PathBuf> = items.filter_map(|item| Some(item.ok()?.path())).filter(is_compressed).collect();
    files.sort();
    files
}

/// Whether a file of this name is read when its folder is a source.
pub(crate) fn is_file_of_entries(file: &Path) -> bool {
    const ENDINGS: [&str; 3] = ["json", "ndjson", "jsonl"];

    // Systems and editors write files such as ._logs.json beside the user's.
    let is_hidden = file.file_name().is_some_and(|name| name.as_encoded_bytes().starts_with(b"."));
    let has_ending = |ending: &OsStr| ENDINGS.iter().any(|known| ending.eq_ignore_ascii_case(known));
    !is_hidden && file.extension().is_some_and(has_ending)
}
