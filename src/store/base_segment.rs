//! The entries that a server starts with: read by every world, changed by none.

use std::sync::Arc;

use super::segment::{Builder, Segment};
use crate::contract::{Entry, Vocabulary, open_lists};
use crate::fixture::Sink;

/// Entries in the order of answers, and the words that they know.
#[derive(Debug)]
pub struct BaseSegment {
    run: Segment,
    vocabulary: Arc<Vocabulary>,
}

/// Entries that are about to become a base: a few dozen bytes each, so they can be more than would fit as they are.
#[derive(Debug, Default)]
pub struct BaseSegmentBuilder(Builder);

impl BaseSegmentBuilder {
    /// The base of what was put in.
    #[must_use]
    pub fn finish(self) -> BaseSegment {
        let run = self.0.finish();
        let mut vocabulary = Vocabulary::published();
        for field in open_lists() {
            vocabulary.learn_words(field, run.dictionary().values(field).iter());
        }
        BaseSegment { run, vocabulary: Arc::new(vocabulary) }
    }
}

/// Takes entries as they are read.
impl Sink for BaseSegmentBuilder {
    fn push(&mut self, entry: Entry) {
        self.0.push(&entry, 0);
    }

    fn count(&self) -> usize {
        self.0.len()
    }

    fn keep(&mut self, count: usize) {
        self.0.truncate(count);
    }
}

impl BaseSegment {
    /// A base of these entries, in any order.
    #[must_use]
    pub fn new(entries: impl IntoIterator<Item = Entry>) -> Self {
        let mut builder = BaseSegmentBuilder::default();
        entries.into_iter().for_each(|entry| builder.push(entry));
        builder.finish()
    }

    /// How many entries there are.
    #[must_use]
    pub fn len(&self) -> usize {
        self.run.len()
    }

    /// Whether there is none.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// The newest entries, the newest first.
    pub(crate) fn newest(&self, most: usize) -> Vec<Entry> {
        (0..self.len().min(most)).map(|row| self.run.entry(row)).collect()
    }

    /// The type and identifier of every object, each once.
    pub(crate) fn objects(&self) -> impl Iterator<Item = (&str, &str)> {
        self.run.dictionary().known_objects()
    }

    pub(super) fn run(&self) -> &Segment {
        &self.run
    }

    /// The words that the entries and the contract know.
    #[must_use]
    pub fn vocabulary(&self) -> &Arc<Vocabulary> {
        &self.vocabulary
    }
}

impl Default for BaseSegment {
    fn default() -> Self {
        Self::new([])
    }
}
