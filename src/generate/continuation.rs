//! Further entries after existing ones, for the live feed: their actors continue with their objects and with new ones.

use std::collections::{BTreeMap, BTreeSet, HashSet};
use std::hash::{BuildHasher, BuildHasherDefault, DefaultHasher};

use super::kind::{KINDS, Kind};
use super::names::Names;
use super::story::Story;
use crate::contract::{Action, Entry, Timestamp};
use crate::seed::SeededRng;

/// The most objects that a continuation keeps in existence: then it creates none until one is deleted.
const MAX_NEW_OBJECTS: usize = 200;

/// The actors and objects of existing entries, and names for new objects.
#[derive(Debug)]
pub(crate) struct Continuation {
    /// The latest entry of each object that still exists, newest first.
    models: Vec<Entry>,
    /// The hash of each object of the entries: new objects have other names. The hash suffices, because two objects with
    /// the same hash only mean that a name is skipped.
    known: HashSet<u64>,
    names: Names,
}

/// The state of a continuation in one world.
#[derive(Debug, Clone, Default)]
pub(crate) struct ContinuationState {
    /// The number of the next name, by the index of the kind.
    next_names: BTreeMap<usize, u32>,
    /// The latest entry of each object that the continuation created and did not delete.
    new_objects: Vec<Entry>,
}

impl Continuation {
    /// The number of newest entries to continue: actors of older ones may have left.
    pub const NEWEST: usize = 2000;

    /// A continuation of the newest entries, newest first. `objects` are the types and identifiers of all entries. `None`
    /// if no actor can continue.
    pub fn new<'a>(newest: &[Entry], objects: impl Iterator<Item = (&'a str, &'a str)>, seed: u64) -> Option<Self> {
        let is_departure = |entry: &&Entry| entry.object_type == "CORTEX_USER" && entry.action == Action::Delete;
        let departed = newest.iter().filter(is_departure).map(|entry| entry.object_identifier.as_str());
        let departed: BTreeSet<&str> = departed.collect();
        let mut seen = BTreeSet::new();
        let latest = newest.iter().filter(|entry| seen.insert((&entry.object_type, &entry.object_identifier)));
        let can_continue = |entry: &&Entry| {
            let has_left = entry.actor.email.as_deref().is_some_and(|email| departed.contains(email));
            entry.action != Action::Delete && !Story::any_owns(entry) && !has_left
        };
        let models: Vec<_> = latest.filter(can_continue).cloned().collect();
        if models.is_empty() {
            return None;
        }
        let known = objects.map(hash).collect();
        Some(Self { models, known, names: Names::new(seed) })
    }

    /// An entry at an instant. Most often the last actor of an object updates it; sometimes an actor creates an object, which
    /// is then updated and at last deleted.
    pub fn next(&self, state: &mut ContinuationState, at: Timestamp, rng: &mut SeededRng) -> Entry {
        let roll = rng.below(100);
        // A late entry can precede the creation of an object: then it is about another.
        let mut earlier = (0..state.new_objects.len()).filter(|index| state.new_objects[*index].timestamp < at);
        match earlier.clone().next() {
            Some(oldest) if roll < 7 => {
                let entry = state.new_objects.remove(oldest);
                Entry { action: Action::Delete, timestamp: at, ..entry }
            }
            Some(_) if roll < 25 => {
                let position = rng.index(earlier.clone().count());
                let index = earlier.nth(position).unwrap_or_default();
                let entry = Entry { action: Action::Update, timestamp: at, ..state.new_objects[index].clone() };
                state.new_objects[index] = entry.clone();
                entry
            }
            _ if (25..37).contains(&roll) && state.new_objects.len() < MAX_NEW_OBJECTS => self.create(state, at, rng),
            _ => Entry { action: Action::Update, timestamp: at, ..self.model(at, rng).clone() },
        }
    }

    /// Creates an object of the same type as a model, or updates the model.
    fn create(&self, state: &mut ContinuationState, at: Timestamp, rng: &mut SeededRng) -> Entry {
        let model = self.model(at, rng).clone();
        // A machine works on the objects that it is made for.
        let is_person = model.actor.email.is_some();
        if let Some(kind) = KINDS.find(&model.object_type)
            && is_person
            && can_be_created(kind)
        {
            let object_identifier = self.new_name(state, kind);
            let entry = Entry { action: Action::Create, timestamp: at, object_identifier, ..model };
            state.new_objects.push(entry.clone());
            return entry;
        }
        Entry { action: Action::Update, timestamp: at, ..model }
    }

    /// The next name of a kind that no object of the entries has.
    fn new_name(&self, state: &mut ContinuationState, kind: &Kind) -> String {
        let next = state.next_names.entry(kind.index).or_insert_with(|| kind.initial_count(1));
        loop {
            let name = self.names.name(kind, *next);
            *next = next.wrapping_add(1);
            if !self.known.contains(&hash((kind.object_type, &name))) {
                return name;
            }
        }
    }

    /// A random entry from before an instant; the oldest of all if four draws find none.
    fn model(&self, at: Timestamp, rng: &mut SeededRng) -> &Entry {
        let drawn = [(); 4].map(|()| rng.index(self.models.len()));
        let earlier = drawn.into_iter().find(|index| self.models[*index].timestamp < at);
        &self.models[earlier.unwrap_or(self.models.len() - 1)]
    }
}

fn hash(object: (&str, &str)) -> u64 {
    BuildHasherDefault::<DefaultHasher>::default().hash_one(object)
}

/// Whether a person creates objects of a kind in everyday work: not what appears with its parent, and not the right to sign
/// in.
fn can_be_created(kind: &Kind) -> bool {
    kind.parent(0).is_none() && kind.object_type != "ALLOW_LIST_ENTRY"
}
