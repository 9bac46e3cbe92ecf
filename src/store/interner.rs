//! Interner values, each kept once and known by a small number.

use std::hash::{BuildHasher, Hash};
use std::num::NonZeroU32;

use hashbrown::{DefaultHashBuilder, HashTable};

/// The number of a distinct value; in the order in which they were first met.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Id(NonZeroU32);

impl Id {
    /// # Panics
    /// From the four billionth on, which no memory holds.
    fn from_index(index: usize) -> Self {
        let number = u32::try_from(index + 1).ok().and_then(NonZeroU32::new);
        Self(number.expect("fewer than four billion distinct values"))
    }

    /// Counted from 0.
    pub fn index(self) -> usize {
        self.0.get() as usize - 1
    }
}

/// Interner texts, one behind the other.
#[derive(Debug, Default)]
pub struct StringInterner {
    text: String,
    /// Where each ends.
    ends: Vec<usize>,
    by_text: HashTable<Id>,
    hasher: DefaultHashBuilder,
}

impl StringInterner {
    pub fn id_of(&mut self, word: &str) -> Id {
        let Self { text, ends, by_text, hasher } = self;
        let hash = hasher.hash_one(word);
        if let Some(id) = by_text.find(hash, |id| at(text, ends, *id) == word) {
            return *id;
        }
        let id = Id::from_index(ends.len());
        text.push_str(word);
        ends.push(text.len());
        by_text.insert_unique(hash, id, |id| hasher.hash_one(at(text, ends, *id)));
        id
    }

    pub fn find(&self, word: &str) -> Option<Id> {
        let same = |id: &Id| at(&self.text, &self.ends, *id) == word;
        self.by_text.find(self.hasher.hash_one(word), same).copied()
    }

    pub fn get(&self, id: Id) -> &str {
        at(&self.text, &self.ends, id)
    }

    pub fn len(&self) -> usize {
        self.ends.len()
    }

    /// The word of a number, counted from 0.
    pub fn at(&self, row: usize) -> &str {
        self.get(Id::from_index(row))
    }

    pub fn shrink(&mut self) {
        self.text.shrink_to_fit();
        self.ends.shrink_to_fit();
    }
}

fn at<'a>(text: &'a str, ends: &[usize], id: Id) -> &'a str {
    let start = id.index().checked_sub(1).map_or(0, |before| ends[before]);
    &text[start..ends[id.index()]]
}

/// Interner values of any small kind.
#[derive(Debug)]
pub struct Interner<T> {
    values: Vec<T>,
    by_value: HashTable<Id>,
    hasher: DefaultHashBuilder,
}

impl<T> Default for Interner<T> {
    fn default() -> Self {
        Self { values: Vec::new(), by_value: HashTable::new(), hasher: DefaultHashBuilder::default() }
    }
}

impl<T: Hash + Eq> Interner<T> {
    pub fn id_of(&mut self, value: T) -> Id {
        let Self { values, by_value, hasher } = self;
        let hash = hasher.hash_one(&value);
        if let Some(id) = by_value.find(hash, |id| values[id.index()] == value) {
            return *id;
        }
        let id = Id::from_index(values.len());
        values.push(value);
        by_value.insert_unique(hash, id, |id| hasher.hash_one(&values[id.index()]));
        id
    }

    pub fn get(&self, id: Id) -> &T {
        &self.values[id.index()]
    }

    pub fn values(&self) -> &[T] {
        &self.values
    }

    /// Forgets how to find an identifier: no more values come.
    pub fn close(&mut self) {
        self.by_value = HashTable::new();
        self.values.shrink_to_fit();
    }
}
