//! The formats in which `generate` and `record` write entries.

use std::io::{self, Write};
use std::path::Path;

use clap::ValueEnum;

use super::value;
use crate::contract::Entry;
use crate::fixture::FileEntry;

/// The form of a file of entries.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum Format {
    /// An array.
    Json,
    /// One entry a line.
    Ndjson,
}

impl Format {
    /// The format of `--format`, or else by the ending of the file. Ends the program as for a wrong value if no format has
    /// this ending. A device or a pipe, which exists, may have any name.
    pub fn of(asked: Option<Self>, out: Option<&Path>) -> Self {
        let path = out.filter(|path| !path.exists() || path.is_file());
        let ending = path.and_then(Path::extension).map(|ending| ending.to_string_lossy().to_ascii_lowercase());
        match (asked, ending.as_deref()) {
            (Some(format), _) => format,
            (None, None | Some("json")) => Self::Json,
            (None, Some("ndjson" | "jsonl")) => Self::Ndjson,
            (None, Some(other)) => value::wrong(&format!(
                "--out {}: entries are not written as .{other}; accepted: .json, .ndjson and .jsonl, or say the format, such as \
                 --format json",
                out.unwrap_or(Path::new("")).display()
            )),
        }
    }

    /// Writes entries in this form, each after `each` was called.
    pub fn write(
        self,
        out: &mut impl Write,
        entries: impl Iterator<Item = Entry>,
        mut each: impl FnMut(),
    ) -> io::Result<()> {
        let (open, between, close) = match self {
            Self::Json => ("[\n", ",\n", "\n]\n"),
            Self::Ndjson => ("", "\n", "\n"),
        };
        let mut any = false;
        for entry in entries {
            each();
            out.write_all(if any { between } else { open }.as_bytes())?;
            serde_json::to_writer(&mut *out, &FileEntry(&entry))?;
            any = true;
        }
        // Whatever loads the file refuses an empty one as lost.
        out.write_all(if any { close } else { "[]\n" }.as_bytes())
    }
}
