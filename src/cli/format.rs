//! The formats in which `generate` and `record` write entries.

use std::io::{self, Write};
use std::path::Path;

use clap::ValueEnum;

use crate::contract::Entry;
use crate::fixture::FileEntry;

/// The form of a file of entries.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum Format {
    /// An array, an entry a line.
    Json,
    /// An entry a line.
    Ndjson,
}

impl Format {
    /// What is asked for, or what the ending of the file says.
    pub fn of(asked: Option<Self>, out: Option<&Path>) -> Self {
        let lines = |path: &Path| {
            path.extension()
                .is_some_and(|ending| ["ndjson", "jsonl"].iter().any(|known| ending.eq_ignore_ascii_case(known)))
        };
        asked.unwrap_or(if out.is_some_and(lines) { Self::Ndjson } else { Self::Json })
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
