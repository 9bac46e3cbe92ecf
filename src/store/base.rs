//! The entries that a server starts with: read by every world, changed by none.

use std::collections::BTreeSet;
use std::sync::{Arc, OnceLock};

use super::newest_first;
use crate::contract::{Action, Entry, Vocabulary};

/// Entries in time order and the words that they know.
#[derive(Debug)]
pub struct Base {
    entries: Vec<Arc<Entry>>,
    vocabulary: Arc<Vocabulary>,
    living: OnceLock<Vec<Arc<Entry>>>,
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
        Self { entries: ordered, vocabulary: Arc::new(vocabulary), living: OnceLock::new() }
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

    /// The last entry of each object that was lately changed and not deleted: what live activity goes on from.
    #[must_use]
    pub fn living(&self) -> &[Arc<Entry>] {
        /// How far back to look, so that the first use over a million entries costs no more than over a thousand.
        const LATELY: usize = 2000;

        self.living.get_or_init(|| {
            let mut seen = BTreeSet::new();
            let lately = self.entries.iter().take(LATELY);
            let last_of_each = lately.filter(|entry| seen.insert((&entry.object_type, &entry.object_identifier)));
            last_of_each.filter(|entry| entry.action != Action::Delete).cloned().collect()
        })
    }
}

impl Default for Base {
    fn default() -> Self {
        Self::new([])
    }
}
