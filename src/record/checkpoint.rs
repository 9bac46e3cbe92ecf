//! The file beside the output that keeps what was recorded so far.
//!
//! NDJSON: a line that says which recording it is of; then the entries, oldest first, and behind those of each page a line
//! that counts them all. What follows the last such line was interrupted and is cut off. The token is not in it.

use std::fs::{File, OpenOptions, TryLockError};
use std::io::{self, Read, Seek, SeekFrom, Write};
use std::path::{Path, PathBuf};

use serde::{Deserialize, Serialize};

use super::{PAGE_SIZE, RecordRange};
use crate::contract::{Entry, Timestamp};
use crate::fixture::{self, Moment};
use crate::remote::ApiUrl;
use crate::system;

/// An end of a range as it was asked for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RangeBound {
    /// The words, which stay the same when the same command runs again later.
    pub given: String,
    /// What they mean.
    pub moment: Moment,
}

/// Which recording is asked for.
#[derive(Debug, Clone)]
pub struct RecordingSpec {
    /// The API.
    pub url: ApiUrl,
    /// Where the range begins, if it was said.
    pub from: Option<RangeBound>,
    /// Where it ends, if it was said.
    pub to: Option<RangeBound>,
    /// What all that means now.
    pub range: RecordRange,
}

/// The first line.
#[derive(Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
struct Header {
    /// The version of this format; first, so that a beginning of this line is known as one.
    recording: u32,
    url: String,
    page_size: usize,
    from: Option<String>,
    to: Option<String>,
    start_time: Option<String>,
    end_time: String,
}

/// The line behind a page.
#[derive(Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Mark {
    kept: usize,
    total: usize,
}

/// What an interrupted run kept.
#[derive(Debug, Default)]
pub(super) struct Kept {
    /// Oldest first.
    pub entries: Vec<Entry>,
    /// How many there were in all, as it knew.
    pub total: usize,
}

/// The file, locked while this lives.
#[derive(Debug)]
pub struct Checkpoint {
    file: File,
    path: PathBuf,
    range: RecordRange,
    /// Bytes of the first line.
    header: u64,
    /// Entries that are in it.
    count: usize,
    /// What was in it, until it is taken.
    kept: Kept,
}

/// The lock ends here and now. Closing alone would leave it to a process that was being started meanwhile, which has a
/// copy of every open file until it runs its program.
impl Drop for Checkpoint {
    fn drop(&mut self) {
        let _ = self.file.unlock();
    }
}

impl Checkpoint {
    const VERSION: u32 = 1;

    /// Opens what an earlier run left of this recording, or begins it.
    ///
    /// # Errors
    /// When it cannot be written, is in use, or belongs to another recording, which is not overwritten.
    pub fn open(out: &Path, asked: &RecordingSpec) -> Result<Self, String> {
        let mut path = out.as_os_str().to_owned();
        path.push(".part");
        let path = PathBuf::from(path);
        let refused = |error: &dyn std::fmt::Display| format!("cannot write {} (--out): {error}", path.display());
        if out.is_dir() {
            return Err(format!("cannot write {} (--out): it is a folder", out.display()));
        }
        let mut options = OpenOptions::new();
        options.read(true).write(true).create(true).truncate(false);
        // It holds real entries.
        system::owner_only(&mut options);
        let mut file = options.open(&path).map_err(|error| refused(&error))?;
        file.try_lock().map_err(|error| match error {
            TryLockError::WouldBlock => refused(&"another recording is writing it"),
            TryLockError::Error(error) => refused(&error),
        })?;
        // Who had the lock before may have removed it.
        if !system::is_at(&file, &path) {
            return Err(refused(&"another recording has just finished it"));
        }
        let mut bytes = Vec::new();
        file.read_to_end(&mut bytes).map_err(|error| refused(&error))?;
        let mut part = Self { file, path, range: asked.range, header: 0, count: 0, kept: Kept::default() };
        part.begin_or_resume(&bytes, asked)?;
        Ok(part)
    }

    /// What is recorded into it: as asked, or as it was understood when the recording began.
    #[must_use]
    pub fn range(&self) -> RecordRange {
        self.range
    }

    /// How many entries are in it.
    #[must_use]
    pub fn len(&self) -> usize {
        self.count
    }

    /// Whether there is nothing in it that is worth keeping.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.count == 0
    }

    /// Where it is.
    #[must_use]
    pub fn path(&self) -> &Path {
        &self.path
    }

    /// Removes it: all is in its place, or there is nothing in it.
    ///
    /// # Errors
    /// When it stays.
    pub fn remove(self) -> Result<(), String> {
        std::fs::remove_file(&self.path).map_err(|error| format!("cannot remove {}: {error}", self.path.display()))
    }

    pub(super) fn take_kept(&mut self) -> Kept {
        std::mem::take(&mut self.kept)
    }

    /// Adds the entries of a page, of so many in all, at once.
    pub(super) fn keep(&mut self, entries: &[Entry], total: usize) -> Result<(), String> {
        let mut lines = Vec::new();
        for entry in entries {
            line(&mut lines, entry);
        }
        let count = self.count + entries.len();
        line(&mut lines, &Mark { kept: count, total });
        self.file.write_all(&lines).map_err(|error| self.unwritable(&error))?;
        self.count = count;
        Ok(())
    }

    /// Drops all entries: they no longer fit.
    pub(super) fn forget(&mut self) -> Result<(), String> {
        self.count = 0;
        self.cut(self.header).map_err(|error| self.unwritable(&error))
    }

    fn begin_or_resume(&mut self, bytes: &[u8], asked: &RecordingSpec) -> Result<(), String> {
        let end_of_header = bytes.iter().position(|byte| *byte == b'\n').map(|newline| newline + 1);
        let Some(end) = end_of_header else {
            return if is_torn_header(bytes) { self.begin(asked) } else { Err(self.foreign()) };
        };
        let (first, rest) = bytes.split_at(end);
        let header: Header = serde_json::from_slice(first).map_err(|_| self.foreign())?;
        let (kept, length) = whole_pages(rest);
        if kept.entries.is_empty() {
            return self.begin(asked);
        }
        self.range = header.range_for(asked).map_err(|of| {
            let path = self.path.display();
            format!("{path} belongs to another recording ({of}); go on with that one, delete the file, or choose another --out")
        })?;
        self.header = end as u64;
        self.count = kept.entries.len();
        self.kept = kept;
        self.cut((end + length) as u64).map_err(|error| self.unwritable(&error))
    }

    fn begin(&mut self, asked: &RecordingSpec) -> Result<(), String> {
        let mut first = Vec::new();
        line(&mut first, &Header::of(asked));
        self.header = first.len() as u64;
        let written = self.cut(0).and_then(|()| self.file.write_all(&first));
        written.map_err(|error| self.unwritable(&error))
    }

    /// Cuts the file off and goes on writing there.
    fn cut(&mut self, length: u64) -> io::Result<()> {
        self.file.set_len(length)?;
        self.file.seek(SeekFrom::Start(length)).map(|_| ())
    }

    fn unwritable(&self, error: &io::Error) -> String {
        format!("cannot write {} (--out): {error}", self.path.display())
    }

    fn foreign(&self) -> String {
        format!("{} is not the part of a recording; move it away or choose another --out", self.path.display())
    }
}

impl Header {
    fn of(asked: &RecordingSpec) -> Self {
        let given = |bound: &Option<RangeBound>| bound.as_ref().map(|bound| bound.given.clone());
        Self {
            recording: Checkpoint::VERSION,
            url: asked.url.to_string(),
            page_size: PAGE_SIZE,
            from: given(&asked.from),
            to: given(&asked.to),
            start_time: asked.range.start.map(|start| start.to_string()),
            end_time: asked.range.end.to_string(),
        }
    }

    /// The range that this recording has, when it is the one that is asked for; else what it is of.
    fn range_for(&self, asked: &RecordingSpec) -> Result<RecordRange, String> {
        let now = Self::of(asked);
        // The same words mean the same recording, though `now-30d` is another instant by now; so does the same instant.
        let same_start = self.from == now.from || (asked.from.is_some() && self.start_time == now.start_time);
        let same_end = asked.to.is_none() || self.to == now.to || self.end_time == now.end_time;
        let same = self.recording == now.recording && self.url == now.url && self.page_size == now.page_size;
        let start = self.start_time.as_deref().map(str::parse::<Timestamp>).transpose();
        match (start, self.end_time.parse()) {
            (Ok(start), Ok(end)) if same && same_start && same_end => Ok(RecordRange { start, end }),
            _ => {
                let start = self.start_time.as_deref().unwrap_or("the beginning");
                Err(format!("{} from {start} to {}", self.url, self.end_time))
            }
        }
    }
}

/// A beginning of a first line that was interrupted; there is nothing to lose.
fn is_torn_header(bytes: &[u8]) -> bool {
    const BEGIN: &[u8] = br#"{"recording":"#;

    bytes.starts_with(BEGIN) || BEGIN.starts_with(bytes)
}

/// The entries of the whole pages behind the first line, and how many bytes those are.
fn whole_pages(bytes: &[u8]) -> (Kept, usize) {
    let mut kept = Kept::default();
    let (mut length, mut page, mut end) = (0, 0, 0);
    for line in bytes.split_inclusive(|byte| *byte == b'\n') {
        let begin = end;
        end += line.len();
        if !line.starts_with(br#"{"kept":"#) {
            continue;
        }
        let Some(entries) = entries(&bytes[page..begin]) else { break };
        let Ok(mark) = serde_json::from_slice::<Mark>(line) else { break };
        if !line.ends_with(b"\n") || mark.kept != kept.entries.len() + entries.len() {
            break;
        }
        kept.entries.extend(entries);
        kept.total = mark.total;
        (length, page) = (end, end);
    }
    (kept, length)
}

fn entries(lines: &[u8]) -> Option<Vec<Entry>> {
    let text = std::str::from_utf8(lines).ok()?;
    fixture::read("part", text, Timestamp::now()).ok().map(|loaded| loaded.entries)
}

fn line(lines: &mut Vec<u8>, value: &impl Serialize) {
    serde_json::to_writer(&mut *lines, value).expect("texts and numbers, into memory");
    lines.push(b'\n');
}
