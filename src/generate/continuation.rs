//! What could happen next: goes on from entries that are there, whoever made them.

use std::collections::{BTreeMap, BTreeSet, HashSet};
use std::hash::{DefaultHasher, Hash, Hasher};

use super::kind::ObjectKind;
use super::names::Names;
use super::story::Story;
use crate::contract::{Action, Entry, Timestamp};
use crate::seed::SeededRng;

/// How many objects of its own a continuation keeps alive: more are not made until one is deleted.
const MOST_YOUNG: usize = 200;

/// The actors and objects of some entries, and names for more.
pub(crate) struct Continuation {
    /// The last entry of each object that was lately changed and not deleted, newest first.
    living: Vec<Entry>,
    /// Every object of the entries, as [`hash`] has it: whatever is made has another name.
    known: HashSet<u64>,
    names: Names,
}

/// How far a continuation has come in one world.
#[derive(Debug, Clone, Default)]
pub(crate) struct ContinuationState {
    /// Of each kind, the number of the name that is tried next.
    next: BTreeMap<usize, u32>,
    /// The last entry of each object that it created and that still lives.
    young: Vec<Entry>,
}

impl Continuation {
    /// How far back to look for somebody who acts, so that the old is not dug up.
    pub const LATELY: usize = 2000;

    /// Goes on from the newest entries, the newest first, and makes nothing anew of these objects, each a type and an
    /// identifier; `None` when nobody in the entries is left to act.
    pub fn of<'a>(newest: &[Entry], objects: impl Iterator<Item = (&'a str, &'a str)>, seed: u64) -> Option<Self> {
        let gone = |entry: &&Entry| entry.object_type == "CORTEX_USER" && entry.action == Action::Delete;
        let gone: BTreeSet<&str> = newest.iter().filter(gone).map(|entry| entry.object_identifier.as_str()).collect();
        let mut met = BTreeSet::new();
        let last_of_each = newest.iter().filter(|entry| met.insert((&entry.object_type, &entry.object_identifier)));
        let acts = |entry: &&Entry| {
            let has_left = entry.actor.email.as_deref().is_some_and(|email| gone.contains(email));
            entry.action != Action::Delete && !Story::owns(entry) && !has_left
        };
        let living: Vec<_> = last_of_each.filter(acts).cloned().collect();
        if living.is_empty() {
            return None;
        }
        let names = Names::new(seed);
        let known = objects.map(|(object_type, identifier)| hash(object_type, identifier)).collect();
        Some(Self { living, known, names })
    }

    /// What happens at an instant: most often something is changed by who changed it last; now and then somebody makes
    /// something new, changes it, and in the end deletes it.
    pub fn next(&self, progress: &mut ContinuationState, at: Timestamp, rng: &mut SeededRng) -> Entry {
        let roll = rng.below(100);
        // What is stamped earlier than the object was made befalls another.
        let young = progress.young.iter().position(|entry| entry.timestamp < at);
        match young {
            Some(oldest) if roll < 7 => {
                let entry = progress.young.remove(oldest);
                Entry { action: Action::Delete, timestamp: at, ..entry }
            }
            Some(_) if roll < 25 => {
                let ripe = progress.young.iter_mut().filter(|entry| entry.timestamp < at);
                let mut ripe = ripe.collect::<Vec<_>>();
                let which = rng.index(ripe.len());
                *ripe[which] = Entry { action: Action::Update, timestamp: at, ..ripe[which].clone() };
                ripe[which].clone()
            }
            _ if (25..37).contains(&roll) && progress.young.len() < MOST_YOUNG => self.create(progress, at, rng),
            _ => Entry { action: Action::Update, timestamp: at, ..self.model(at, rng).clone() },
        }
    }

    fn create(&self, progress: &mut ContinuationState, at: Timestamp, rng: &mut SeededRng) -> Entry {
        let model = self.model(at, rng).clone();
        // Machines keep to what they are for; what is created by them depends on each.
        let by_person = model.actor.email.is_some();
        let Some(kind) = self.names.kinds.find(&model.object_type).filter(|kind| by_person && can_be_made(*kind))
        else {
            return Entry { action: Action::Update, timestamp: at, ..model };
        };
        let object_identifier = self.new_name(progress, kind, &model.object_type);
        let entry = Entry { action: Action::Create, timestamp: at, object_identifier, ..model };
        progress.young.push(entry.clone());
        entry
    }

    /// The next name of a kind that no object of the entries has.
    fn new_name(&self, progress: &mut ContinuationState, kind: ObjectKind, object_type: &str) -> String {
        let next = progress.next.entry(kind.place()).or_insert_with(|| self.names.kinds.standing(kind));
        loop {
            let name = self.names.name(kind, *next);
            *next = next.wrapping_add(1);
            if !self.known.contains(&hash(object_type, &name)) {
                return name;
            }
        }
    }

    /// An entry of an object that was there before an instant; the oldest of them all when rng finds none.
    fn model(&self, at: Timestamp, rng: &mut SeededRng) -> &Entry {
        let drawn = [(); 4].map(|()| rng.index(self.living.len()));
        let before = drawn.into_iter().find(|place| self.living[*place].timestamp < at);
        &self.living[before.unwrap_or(self.living.len() - 1)]
    }
}

/// Of a million entries only this is remembered; should two objects have the same, one more name is passed over.
fn hash(object_type: &str, object_identifier: &str) -> u64 {
    let mut hasher = DefaultHasher::new();
    (object_type, object_identifier).hash(&mut hasher);
    hasher.finish()
}

/// Roles and files of things are there when those are; who may sign in is no everyday matter.
fn can_be_made(kind: ObjectKind) -> bool {
    kind.parent_of(0).is_none() && kind != ObjectKind::AllowListEntry
}

impl std::fmt::Debug for Continuation {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Continuation").field("living", &self.living.len()).finish_non_exhaustive()
    }
}
