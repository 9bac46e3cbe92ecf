//! The file beside the output that keeps what was downloaded so far.
//!
//! NDJSON: a header that identifies the recording; then the entries, oldest first, and behind those of each page a line that
//! counts all entries so far. What follows the last such line is of an interrupted write and is cut off. The token is not
//! in the file.

use std::fmt::Display;
use std::fs::{File, OpenOptions, TryLockError};
use std::io::{Read, Seek, SeekFrom, Write};
use std::path::{Path, PathBuf};

use serde::{Deserialize, Serialize};

use super::error::RecordError;
use super::page_response::PAGE_SIZE;
use crate::contract::{Entry, Timestamp};
use crate::fixture;
use crate::remote::ApiUrl;
use crate::system;

/// Range of time of a recording; both ends are included.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct RecordRange {
    /// Earliest timestamp; `None` is that of the first entry.
    pub start: Option<Timestamp>,
    /// Latest timestamp.
    pub end: Timestamp,
}

/// Everything that identifies a recording.
#[derive(Debug, Clone)]
pub struct RecordingSpec {
    /// Address of the API.
    pub url: ApiUrl,
    /// Start of the range as it was given: `now-30d` stays the same when the command runs again later.
    pub from: Option<String>,
    /// End of the range as it was given.
    pub to: Option<String>,
    /// The range that the texts mean now.
    pub range: RecordRange,
}

/// The first line.
#[derive(Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
struct CheckpointHeader {
    /// Version of the format; first, so that a cut-off header is known as one.
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
struct PageMark {
    kept: usize,
    total: usize,
}

/// Entries of an interrupted run, oldest first, and the number of entries in the range when they were read.
type SavedEntries = (Vec<Entry>, usize);

/// The checkpoint file, which is locked as long as this value lives.
#[derive(Debug)]
pub struct Checkpoint {
    file: File,
    path: PathBuf,
    range: RecordRange,
    header_bytes: u64,
    /// Number of entries in the file.
    count: usize,
    /// Entries that were in the file when it was opened, until they are taken.
    saved: SavedEntries,
}

/// Unlocks the file now. Closing it is not enough: a process that is being started has a copy of every open file, and of
/// its lock, until it runs its program.
impl Drop for Checkpoint {
    fn drop(&mut self) {
        let _ = self.file.unlock();
    }
}

impl Checkpoint {
    const VERSION: u32 = 1;

    /// Opens the checkpoint of an output file, and resumes or starts the recording in it.
    ///
    /// # Errors
    /// When it cannot be written, is in use, or belongs to another recording, which is not overwritten.
    pub fn open(out: &Path, spec: &RecordingSpec) -> Result<Self, RecordError> {
        let mut path = out.as_os_str().to_owned();
        path.push(".part");
        let path = PathBuf::from(path);
        if out.is_dir() {
            return Err(write_error(out, &"it is a folder"));
        }
        let mut options = OpenOptions::new();
        options.read(true).write(true).create(true).truncate(false);
        // The entries may be confidential.
        system::owner_only(&mut options);
        let mut file = options.open(&path).map_err(|error| write_error(&path, &error))?;
        file.try_lock().map_err(|error| match error {
            TryLockError::WouldBlock => write_error(&path, &"another recording is writing it"),
            TryLockError::Error(error) => write_error(&path, &error),
        })?;
        // The previous owner of the lock may have removed the file.
        if !system::is_at(&file, &path) {
            return Err(write_error(&path, &"another recording has just finished it"));
        }
        let mut bytes = Vec::new();
        file.read_to_end(&mut bytes).map_err(|error| write_error(&path, &error))?;
        let saved = SavedEntries::default();
        let mut checkpoint = Self { file, path, range: spec.range, header_bytes: 0, count: 0, saved };
        checkpoint.start_or_resume(&bytes, spec)?;
        Ok(checkpoint)
    }

    /// Range of the recording: that of the run that started it.
    pub fn range(&self) -> RecordRange {
        self.range
    }

    /// Number of entries in the file.
    pub fn count(&self) -> usize {
        self.count
    }

    /// Path of the file.
    pub fn path(&self) -> &Path {
        &self.path
    }

    /// Deletes the file.
    ///
    /// # Errors
    /// When it cannot be deleted.
    pub fn remove(self) -> Result<(), RecordError> {
        let removed = std::fs::remove_file(&self.path);
        removed.map_err(|error| RecordError(format!("cannot remove {}: {error}", self.path.display())))
    }

    pub(super) fn take_saved(&mut self) -> SavedEntries {
        std::mem::take(&mut self.saved)
    }

    /// Appends the new entries of a page, in one write.
    pub(super) fn append(&mut self, entries: &[Entry], total: usize) -> Result<(), RecordError> {
        let mut lines = Vec::new();
        for entry in entries {
            write_line(&mut lines, entry);
        }
        let kept = self.count + entries.len();
        write_line(&mut lines, &PageMark { kept, total });
        self.file.write_all(&lines).map_err(|error| write_error(&self.path, &error))?;
        self.count = kept;
        Ok(())
    }

    /// Drops all entries.
    pub(super) fn clear(&mut self) -> Result<(), RecordError> {
        self.count = 0;
        self.truncate(self.header_bytes)
    }

    fn start_or_resume(&mut self, bytes: &[u8], spec: &RecordingSpec) -> Result<(), RecordError> {
        let path = self.path.display();
        let foreign =
            || RecordError(format!("{path} is not the part of a recording; move it away or choose another --out"));
        let Some(newline) = bytes.iter().position(|byte| *byte == b'\n') else {
            return if is_cut_off_header(bytes) { self.start(spec) } else { Err(foreign()) };
        };
        let (first, rest) = bytes.split_at(newline + 1);
        let header: CheckpointHeader = serde_json::from_slice(first).map_err(|_| foreign())?;
        let (saved, saved_bytes) = complete_pages(rest);
        if saved.0.is_empty() {
            return self.start(spec);
        }
        self.range = header.range_for(spec).ok_or_else(|| {
            let start = header.start_time.as_deref().unwrap_or("the beginning");
            let recording = format!("{} from {start} to {}", header.url, header.end_time);
            RecordError(format!("{path} belongs to another recording ({recording}); go on with that one, delete the file, or choose another --out"))
        })?;
        self.header_bytes = first.len() as u64;
        self.count = saved.0.len();
        self.saved = saved;
        self.truncate((first.len() + saved_bytes) as u64)
    }

    fn start(&mut self, spec: &RecordingSpec) -> Result<(), RecordError> {
        let mut header = Vec::new();
        write_line(&mut header, &CheckpointHeader::new(spec));
        self.header_bytes = header.len() as u64;
        self.truncate(0)?;
        self.file.write_all(&header).map_err(|error| write_error(&self.path, &error))
    }

    /// Cuts the file off; the next write continues there.
    fn truncate(&mut self, bytes: u64) -> Result<(), RecordError> {
        let done = self.file.set_len(bytes).and_then(|()| self.file.seek(SeekFrom::Start(bytes)));
        done.map(|_| ()).map_err(|error| write_error(&self.path, &error))
    }
}

impl CheckpointHeader {
    fn new(spec: &RecordingSpec) -> Self {
        Self {
            recording: Checkpoint::VERSION,
            url: spec.url.to_string(),
            page_size: PAGE_SIZE,
            from: spec.from.clone(),
            to: spec.to.clone(),
            start_time: spec.range.start.map(|start| start.to_string()),
            end_time: spec.range.end.to_string(),
        }
    }

    /// The range of the recording, if `spec` asks for the same one.
    fn range_for(&self, spec: &RecordingSpec) -> Option<RecordRange> {
        let asked = Self::new(spec);
        // The same text means the same recording, though `now-30d` is another instant by now; so does the same instant.
        let is_same_start = self.from == asked.from || (spec.from.is_some() && self.start_time == asked.start_time);
        let is_same_end = spec.to.is_none() || self.to == asked.to || self.end_time == asked.end_time;
        let is_same_source =
            (self.recording, &self.url, self.page_size) == (asked.recording, &asked.url, asked.page_size);
        let start = self.start_time.as_deref().map(str::parse).transpose().ok()?;
        let end = self.end_time.parse().ok()?;
        (is_same_source && is_same_start && is_same_end).then_some(RecordRange { start, end })
    }
}

fn write_error(path: &Path, reason: &dyn Display) -> RecordError {
    RecordError(format!("cannot write {} (--out): {reason}", path.display()))
}

/// Whether this is the beginning of a header whose write was interrupted: nothing is lost with it.
fn is_cut_off_header(bytes: &[u8]) -> bool {
    const START: &[u8] = br#"{"recording":"#;

    bytes.starts_with(START) || START.starts_with(bytes)
}

/// The entries of the complete pages behind the header, and the length of those pages in bytes.
fn complete_pages(bytes: &[u8]) -> (SavedEntries, usize) {
    let (mut saved, mut total) = SavedEntries::default();
    let (mut page_start, mut line_end) = (0, 0);
    for line in bytes.split_inclusive(|byte| *byte == b'\n') {
        let line_start = line_end;
        line_end += line.len();
        if !line.starts_with(br#"{"kept":"#) {
            continue;
        }
        let Some(entries) = parse_entries(&bytes[page_start..line_start]) else { break };
        let Ok(mark) = serde_json::from_slice::<PageMark>(line) else { break };
        if !line.ends_with(b"\n") || mark.kept != saved.len() + entries.len() {
            break;
        }
        saved.extend(entries);
        total = mark.total;
        page_start = line_end;
    }
    ((saved, total), page_start)
}

fn parse_entries(lines: &[u8]) -> Option<Vec<Entry>> {
    let text = std::str::from_utf8(lines).ok()?;
    fixture::read("part", text, Timestamp::now()).ok().map(|loaded| loaded.entries)
}

fn write_line(lines: &mut Vec<u8>, value: &impl Serialize) {
    serde_json::to_writer(&mut *lines, value).expect("texts and numbers are written to memory");
    lines.push(b'\n');
}
