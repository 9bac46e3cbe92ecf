//! Where a document is read from.

use std::fmt;
use std::path::{Path, PathBuf};

use crate::input::{MAX_SMALL_FILE_BYTES, display_name, read_small_file};
use crate::json_file::{FileError, decode};
use crate::remote::{DocumentUrl, SetupError, download};

/// A file or a URL. `Display` is its name in messages.
#[derive(Debug, Clone)]
pub enum DocumentSource {
    /// A file; `-` is standard input.
    File(PathBuf),
    /// A document that anybody may download.
    Url(DocumentUrl),
}

impl DocumentSource {
    /// The source that an argument names: a text with `://` is a URL, any other a file.
    ///
    /// # Errors
    /// When it is a URL that cannot be used.
    pub fn from_argument(argument: &Path) -> Result<Self, SetupError> {
        match argument.to_str() {
            Some(url) if url.contains("://") => DocumentUrl::parse(url).map(Self::Url),
            _ => Ok(Self::File(argument.to_owned())),
        }
    }

    /// The text.
    ///
    /// # Errors
    /// When it cannot be read, is larger than [`MAX_SMALL_FILE_BYTES`], or is not text in UTF-8.
    pub fn read(&self) -> Result<String, FileError> {
        let name = self.to_string();
        let bytes = match self {
            Self::File(path) => read_small_file(path).map_err(|error| FileError::unreadable(&name, &error))?,
            Self::Url(url) => {
                download(url, MAX_SMALL_FILE_BYTES).map_err(|error| FileError::whole_file(&name, error.to_string()))?
            }
        };
        if bytes.trim_ascii_start().starts_with(b"<") {
            let reason = "is HTML or XML; give the OpenAPI document itself, in JSON or YAML, not a page that shows it";
            return Err(FileError::whole_file(&name, reason));
        }
        decode(&name, bytes)
    }
}

impl fmt::Display for DocumentSource {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::File(path) => f.write_str(&display_name(path)),
            Self::Url(url) => url.fmt(f),
        }
    }
}
