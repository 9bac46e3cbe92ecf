//! The result of reading the files of a server again, and what a server reads beside its data.

use std::fmt;

use serde::Serialize;

use crate::json_file::FileErrors;
use crate::text::counted;

/// What was read again.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Reload {
    /// The files and folders.
    pub files: Vec<String>,
    /// The number of keys, which hold at once.
    pub keys: usize,
    /// The number of entries that new sessions start with, and others after their next reset.
    pub entries: usize,
}

impl fmt::Display for Reload {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (keys, entries) = (counted(self.keys, "key", "keys"), counted(self.entries, "entry", "entries"));
        write!(
            f,
            "read {} again: {keys} from now on; {entries} in new sessions, in others from their next reset",
            self.files.join(", ")
        )
    }
}

/// Why nothing was read again; then nothing has changed.
#[derive(Debug, Clone)]
pub enum ReloadError {
    /// The server was started without a file.
    NoFiles,
    /// All errors of all files.
    Files(FileErrors),
}

impl fmt::Display for ReloadError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::NoFiles => f.write_str(
                "There is no file to read again; accepted: a server with files, such as --fixtures FILE or --keys FILE. Standard \
                 input, pipes, generated and built-in entries are read once.",
            ),
            Self::Files(errors) => errors.fmt(f),
        }
    }
}

impl std::error::Error for ReloadError {}

/// Further files that are read again together with the data, such as those of a certificate.
pub trait ReloadHook: fmt::Debug + Send + Sync {
    /// The names of the files.
    fn files(&self) -> Vec<String>;

    /// Reads the files; returns what puts their content into effect.
    ///
    /// # Errors
    /// All errors of the files.
    fn read(&self) -> Result<Box<dyn FnOnce()>, FileErrors>;
}
