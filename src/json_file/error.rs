//! Errors of files, each with its position.

use std::fmt;
use std::io;

use crate::text::{counted, elide_middle, escape_control};

/// An error in a file.
///
/// `Display` is `file:line:column: entry 3, action: reason`, which editors and terminals make clickable. Control characters of
/// the file or its name are escaped.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FileError {
    /// Name of the file, as it was given.
    pub file: String,
    /// Line and column, counted from 1 in characters; `None` for the file as a whole.
    pub position: Option<(usize, usize)>,
    /// Item of the file, such as `entry 3`, counted from 1.
    pub item: Option<String>,
    /// Field of that item.
    pub field: Option<String>,
    /// What is wrong, what is accepted, and the nearest known word. `Display` leaves out the middle of a long one.
    pub reason: String,
}

/// The most errors that are listed.
pub(crate) const MAX_ERRORS: usize = 100;

/// Keeps the first errors, and one that says that there are more.
pub(crate) fn limit(errors: &mut Vec<FileError>) {
    errors.truncate(MAX_ERRORS + 1);
    if let Some(last) = errors.get_mut(MAX_ERRORS) {
        let reason = format!("more errors from here on; the first {MAX_ERRORS} are listed");
        *last = FileError { position: last.position, ..FileError::whole_file(&last.file, reason) };
    }
}

/// The number of errors in words. Of more than are listed, the number is not known.
pub(crate) fn count_of_errors(count: usize) -> String {
    if count > MAX_ERRORS {
        return format!("more than {MAX_ERRORS} problems");
    }
    counted(count, "problem", "problems")
}

/// The position at the end of a text that starts at a position.
pub(crate) fn position_after((line, column): (usize, usize), text: &str) -> (usize, usize) {
    match text.rsplit_once('\n') {
        None => (line, column + text.chars().count()),
        Some((before, last)) => (line + before.matches('\n').count() + 1, last.chars().count() + 1),
    }
}

impl FileError {
    /// An error of a file as a whole.
    pub(crate) fn whole_file(file: &str, reason: impl Into<String>) -> Self {
        Self { file: file.to_owned(), position: None, item: None, field: None, reason: reason.into() }
    }

    /// The error of a file that cannot be read.
    pub(crate) fn unreadable(file: &str, error: &io::Error) -> Self {
        Self::whole_file(file, format!("cannot be read: {error}"))
    }
}

impl fmt::Display for FileError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let file = escape_control(&self.file);
        // The empty name of an unset variable of a script.
        f.write_str(if self.file.is_empty() { "\"\"" } else { &file })?;
        if let Some((line, column)) = self.position {
            write!(f, ":{line}:{column}")?;
        }
        f.write_str(": ")?;
        let place: Vec<String> =
            [&self.item, &self.field].into_iter().flatten().map(|name| elide_middle(name)).collect();
        if !place.is_empty() {
            write!(f, "{}: ", escape_control(&place.join(", ")))?;
        }
        f.write_str(&escape_control(&elide_middle(&self.reason)))
    }
}

/// The errors of one or more files; `Display` prints one per line.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FileErrors(pub Vec<FileError>);

impl fmt::Display for FileErrors {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let lines: Vec<String> = self.0.iter().map(FileError::to_string).collect();
        f.write_str(&lines.join("\n"))
    }
}

impl FileErrors {
    /// Redacts what the errors repeat of the files, and the parts of the paths of the files.
    pub(crate) fn redact(&mut self, redact: impl Fn(&str) -> String) {
        for FileError { file, position: _, item, field, reason } in &mut self.0 {
            *file = file.split('/').map(&redact).collect::<Vec<_>>().join("/");
            item.iter_mut().chain(field).chain([reason]).for_each(|text| *text = redact(text));
        }
    }

    /// Whether these are all errors: the last of more than are listed says that there are others.
    pub(crate) fn are_all(&self) -> bool {
        self.0.len() <= MAX_ERRORS
    }

    /// Their number in words, for a line before them: each then starts its own line, where a terminal makes its position
    /// clickable.
    pub(crate) fn counted(&self) -> String {
        count_of_errors(self.0.len())
    }
}

impl std::error::Error for FileErrors {}
