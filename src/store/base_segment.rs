//! The entries that a server starts with: shared by the stores of all worlds, and never changed.

use std::collections::{BTreeSet, HashSet};
use std::sync::Arc;

use super::dictionary::{Column, ObjectKey};
use super::segment::{Segment, SegmentBuilder};
use crate::contract::{Entry, FilterField, Vocabulary, open_lists};

/// The initial entries and their vocabulary.
#[derive(Debug)]
pub struct BaseSegment {
    segment: Arc<Segment>,
    vocabulary: Arc<Vocabulary>,
    object_types: Arc<BTreeSet<String>>,
}

/// Collects entries for a base. It stores them as a segment does, so that a large file is never in memory as a whole.
#[derive(Debug, Default)]
pub struct BaseSegmentBuilder {
    segment: SegmentBuilder,
    object_types: Arc<BTreeSet<String>>,
}

impl BaseSegmentBuilder {
    /// A builder of a base in which these object types are known, too.
    pub fn with_object_types(object_types: &Arc<BTreeSet<String>>) -> Self {
        Self { segment: SegmentBuilder::default(), object_types: Arc::clone(object_types) }
    }

    /// Adds an entry.
    pub fn push(&mut self, entry: Entry) {
        self.segment.push(entry, 0);
    }

    /// The base of the entries.
    pub fn finish(self) -> BaseSegment {
        let Self { segment, object_types } = self;
        BaseSegment::of_segment(Arc::new(segment.finish()), &object_types)
    }
}

impl BaseSegment {
    /// A base of these entries, in any order.
    pub fn new(entries: impl IntoIterator<Item = Entry>) -> Self {
        let mut builder = BaseSegmentBuilder::default();
        entries.into_iter().for_each(|entry| builder.push(entry));
        builder.finish()
    }

    fn of_segment(segment: Arc<Segment>, object_types: &Arc<BTreeSet<String>>) -> Self {
        let mut vocabulary = Vocabulary::published();
        vocabulary.learn_words(FilterField::ObjectTypes, object_types.iter().map(String::as_str));
        for field in open_lists() {
            let words: HashSet<&str> = segment.values(&Column::of_filter(field)).into_iter().collect();
            vocabulary.learn_words(field, words);
        }
        Self { segment, vocabulary: Arc::new(vocabulary), object_types: Arc::clone(object_types) }
    }

    /// A base of the same entries, in which these object types are known in place of the earlier ones, too.
    pub fn with_object_types(&self, object_types: &Arc<BTreeSet<String>>) -> Self {
        Self::of_segment(Arc::clone(&self.segment), object_types)
    }

    /// A base without entries, in which the same object types are known, except those that only entries have.
    pub(super) fn cleared(&self) -> Self {
        BaseSegmentBuilder::with_object_types(&self.object_types).finish()
    }

    /// The number of entries.
    pub fn len(&self) -> usize {
        self.segment.len() as usize
    }

    /// Whether there is no entry.
    pub fn is_empty(&self) -> bool {
        self.segment.len() == 0
    }

    /// The newest entries, the newest first.
    pub(crate) fn newest(&self, limit: usize) -> Vec<Entry> {
        self.entries().take(limit).collect()
    }

    /// All entries, the newest first. Pushed in this order, those with one timestamp keep theirs.
    pub(crate) fn entries(&self) -> impl Iterator<Item = Entry> {
        (0..self.segment.len()).map(|row| self.segment.entry(row))
    }

    /// The type and identifier of every object, each once.
    pub(crate) fn objects(&self) -> impl Iterator<Item = (&str, &str)> {
        let objects = self.segment.objects().iter();
        objects.map(|ObjectKey { object_type, object_identifier }| (&**object_type, object_identifier.as_str()))
    }

    pub(super) fn segment(&self) -> &Segment {
        &self.segment
    }

    /// The words of these entries and of the contract.
    pub fn vocabulary(&self) -> &Arc<Vocabulary> {
        &self.vocabulary
    }
}

impl Default for BaseSegment {
    fn default() -> Self {
        Self::new([])
    }
}
