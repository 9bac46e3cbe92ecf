//! The entries that a server starts with: read by every world, changed by none.

use std::sync::Arc;

use super::newest_first;
use crate::contract::{Entry, Vocabulary};

/// Entries in time order and the words that they know.
#[derive(Debug)]
pub struct Base {
    entries: Vec<Arc<Entry>>,
    vocabulary: Arc<Vocabulary>,
}

impl Base {
    /// A base of these entries, in any order.
    #[must_use]
    pub fn new(entries: impl IntoIterator<Item = Entry>) -> Self {
        let mut vocabulary = Vocabulary::published();
        let mut ordered = Vec::new();
        for entry in entries {
            vocabulary.learn(&entry);
            ordered.push(Arc::new(entry));
        }
        newest_first(&mut ordered);
        Self { entries: ordered, vocabulary: Arc::new(vocabulary) }
    }

    /// Newest first.
    #[must_use]
    pub fn entries(&self) -> &[Arc<Entry>] {
        &self.entries
    }

    /// The words that the entries and the contract know.
    #[must_use]
    pub fn vocabulary(&self) -> &Arc<Vocabulary> {
        &self.vocabulary
    }
}

impl Default for Base {
    fn default() -> Self {
        Self::new([])
    }
}
