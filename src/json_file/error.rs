//! What is wrong with a file, each thing with its place.

use std::fmt;

use crate::text::counted;

/// One thing that is wrong with a file.
///
/// `Display` is `file:line:column: entry 3, action: reason`, which editors and terminals make clickable.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FileError {
    /// The file's name as it was given.
    pub file: String,
    /// Line and column, counted from 1 in characters; `None` when the file as a whole is meant.
    pub position: Option<(usize, usize)>,
    /// Which item of the file, such as `entry 3`, counted from 1.
    pub item: Option<String>,
    /// The field of that item.
    pub field: Option<String>,
    /// What is wrong, what is accepted, what was likely meant.
    pub reason: String,
}

impl fmt::Display for FileError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.file)?;
        if let Some((line, column)) = self.position {
            write!(f, ":{line}:{column}")?;
        }
        f.write_str(": ")?;
        match (&self.item, &self.field) {
            (Some(item), Some(field)) => write!(f, "{item}, {field}: ")?,
            (Some(item), None) => write!(f, "{item}: ")?,
            (None, Some(field)) => write!(f, "{field}: ")?,
            (None, None) => {}
        }
        f.write_str(&self.reason)
    }
}

/// Everything that is wrong with the files of one kind; `Display` is a line each.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FileErrors(pub Vec<FileError>);

impl fmt::Display for FileErrors {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (index, error) in self.0.iter().enumerate() {
            if index > 0 {
                f.write_str("\n")?;
            }
            error.fmt(f)?;
        }
        Ok(())
    }
}

impl FileErrors {
    /// How many there are; each then stands on a line of its own, so that a terminal makes every place clickable.
    pub(crate) fn counted(&self) -> String {
        counted(self.0.len(), "thing is wrong", "things are wrong")
    }
}

impl std::error::Error for FileErrors {}
