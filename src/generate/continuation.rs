//! Further entries after existing ones, for the live feed: their actors continue with their objects and with new ones, and
//! small stories happen among them.

use std::collections::{BTreeMap, BTreeSet, HashSet};
use std::hash::{BuildHasher, BuildHasherDefault, DefaultHasher};

use super::kind::KINDS;
use super::names::Names;
use super::story::Story;
use crate::contract::{Action, ActorType, Entry, Timestamp};
use crate::seed::SeededRng;

/// The entries of a round, of which one is a CREATE and one a DELETE. So of any hundred consecutive entries at least nine are
/// of each.
const ROUND: usize = 10;

/// The number of new objects below which a continuation creates more than it deletes; above twice as many it deletes more.
const NEW_OBJECTS: usize = 24;

/// The most new objects that a continuation keeps. It forgets the oldest, which then stays as it is: of entries with one and the
/// same time none deletes what another created.
const MAX_NEW_OBJECTS: usize = 4 * NEW_OBJECTS;

/// The actors and objects of existing entries, and names for new objects.
#[derive(Debug)]
pub(crate) struct Continuation {
    /// The entries about objects that still exist, newest first. An actor is among them as often as it acted.
    models: Vec<Entry>,
    /// The indices of the models whose actors create further objects of the same type.
    creators: Vec<usize>,
    /// The hash of each object of the entries: new objects have other names. The hash suffices, because two objects with
    /// the same hash only mean that a name is skipped.
    known: HashSet<u64>,
    names: Names,
}

/// The state of a continuation in one world.
#[derive(Debug, Clone, Default)]
pub(crate) struct ContinuationState {
    /// The number of the next name, by object type.
    next_names: BTreeMap<String, u32>,
    /// The latest entry of each object that the continuation created and did not delete, the oldest object first. Objects of
    /// stories are not among them, unless their story leaves them.
    new_objects: Vec<Entry>,
    /// The position of the next entry in its round.
    position: usize,
    /// The positions of the CREATE and of the DELETE in the current round.
    create_position: usize,
    delete_position: usize,
    /// The rest of the current story, in reverse order.
    story: Vec<Entry>,
    /// The time of the last entry of a story.
    story_time: Option<Timestamp>,
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
        let mut deleted = BTreeSet::new();
        let of_existing_objects = newest.iter().filter(|entry| {
            // What comes after a deletion here was before it in time.
            if entry.action == Action::Delete {
                deleted.insert(object_of(entry));
            }
            !deleted.contains(&object_of(entry))
        });
        let can_continue = |entry: &&Entry| {
            let has_left = entry.actor.email.as_deref().is_some_and(|email| departed.contains(email));
            !Story::any_owns(entry) && !has_left
        };
        let models = of_existing_objects.filter(can_continue);
        let models: Vec<_> = models.cloned().map(without_odd_request_type).collect();
        // A machine works on the objects that it is made for, and some types are not known. But if there is nobody else …
        let can_create: [fn(&Entry) -> bool; 3] = [
            |model| model.actor.email.is_some() && can_be_created(&model.object_type),
            |model| can_be_created(&model.object_type),
            |_| true,
        ];
        let creators = can_create.map(|can_create| {
            let creators = models.iter().enumerate().filter(|(_, model)| can_create(model));
            creators.map(|(index, _)| index).collect::<Vec<_>>()
        });
        let creators = creators.into_iter().find(|creators| !creators.is_empty())?;
        let known = objects.map(hash).collect();
        Some(Self { models, creators, known, names: Names::new(seed) })
    }

    /// An entry at an instant. Most often an actor of an object updates it again. In each round an object is created, which is
    /// then updated, and one is deleted; some entries belong to a story.
    pub fn next(&self, state: &mut ContinuationState, at: Timestamp, rng: &mut SeededRng) -> Entry {
        if state.position == 0 {
            state.create_position = rng.index(ROUND);
            state.delete_position = (state.create_position + 1 + rng.index(ROUND - 1)) % ROUND;
        }
        let position = state.position;
        state.position = (position + 1) % ROUND;
        // A late entry can precede the creation of an object: then it is about another.
        let earlier = (0..state.new_objects.len()).filter(|index| state.new_objects[*index].timestamp < at);
        let earlier: Vec<usize> = earlier.collect();
        let oldest = earlier.first().copied();
        if position == state.create_position {
            return self.create(state, at, rng);
        }
        if position == state.delete_position {
            return match oldest {
                Some(oldest) => delete(state, oldest, at),
                // Until there is an object to delete.
                None if position < state.create_position => {
                    std::mem::swap(&mut state.create_position, &mut state.delete_position);
                    self.create(state, at, rng)
                }
                None => self.update_model(at, rng),
            };
        }
        if let Some(entry) = self.next_of_story(state, at, rng) {
            return entry;
        }
        match (rng.below(100), oldest) {
            (0..15, _) if earlier.len() < NEW_OBJECTS => self.create(state, at, rng),
            (0..15, Some(oldest)) if earlier.len() > 2 * NEW_OBJECTS => delete(state, oldest, at),
            (15..35, Some(_)) => {
                let object = &mut state.new_objects[earlier[rng.index(earlier.len())]];
                (object.action, object.timestamp) = (Action::Update, at);
                object.clone()
            }
            _ => self.update_model(at, rng),
        }
    }

    /// An actor of the entries creates another object of a type that they work on.
    fn create(&self, state: &mut ContinuationState, at: Timestamp, rng: &mut SeededRng) -> Entry {
        let model = self.creator(at, rng);
        let object_identifier = self.new_name(state, &[&model.object_type], &model.object_identifier);
        let entry = Entry { action: Action::Create, timestamp: at, object_identifier, ..model.clone() };
        state.keep(&entry);
        entry
    }

    fn update_model(&self, at: Timestamp, rng: &mut SeededRng) -> Entry {
        let model = draw(self.models.len(), |index| &self.models[index], at, rng);
        Entry { action: Action::Update, timestamp: at, ..model.clone() }
    }

    fn creator(&self, at: Timestamp, rng: &mut SeededRng) -> &Entry {
        draw(self.creators.len(), |index| &self.models[self.creators[index]], at, rng)
    }

    /// The next entry of the current story, or the first of a new one; most often `None`.
    fn next_of_story(&self, state: &mut ContinuationState, at: Timestamp, rng: &mut SeededRng) -> Option<Entry> {
        // After the clock was set back, the story would not continue for long: a new one replaces it.
        if state.story.is_empty() || state.story_time >= Some(at) {
            if !rng.percent(2) {
                return None;
            }
            state.story = match rng.below(3) {
                0 => self.key_story(state, at, rng),
                1 => self.service_story(state, at, rng),
                _ => self.import_story(state, at),
            };
            state.story.reverse();
        } else if rng.percent(50) {
            return None;
        }
        state.story_time = Some(at);
        let entry = Entry { timestamp: at, ..state.story.pop()? };
        let same_object = |later: &Entry| later.object_identifier == entry.object_identifier;
        if entry.action == Action::Create && !state.story.iter().any(same_object) {
            state.keep(&entry);
        }
        Some(entry)
    }

    /// A person creates an API key, which updates objects of that person and is deleted.
    fn key_story(&self, state: &mut ContinuationState, at: Timestamp, rng: &mut SeededRng) -> Vec<Entry> {
        const API_KEY: &str = "API_KEY";
        const UPDATES: usize = 3;

        // Some people have few objects. If all have, the key updates fewer.
        let drawn = [(); 8].map(|()| self.creator(at, rng));
        let has_enough = |owner: &&Entry| self.latest_by(owner, at).len() >= UPDATES;
        let owner = drawn.into_iter().find(has_enough).unwrap_or(drawn[0]);
        let key = self.new_name(state, &[API_KEY], API_KEY);
        let mut objects = self.latest_by(owner, at);
        let count = UPDATES.min(objects.len());
        let updates = (0..count).map(|_| {
            let object = objects.swap_remove(rng.index(objects.len()));
            let update = about(owner, Action::Update, &object.object_type, &object.object_identifier);
            update.with_actor(&key)
        });
        let of_owner = |action| about(owner, action, API_KEY, &key);
        [of_owner(Action::Create)].into_iter().chain(updates).chain([of_owner(Action::Delete)]).collect()
    }

    /// The latest entry of an actor about each of its objects, from before an instant.
    fn latest_by(&self, actor: &Entry, at: Timestamp) -> Vec<&Entry> {
        let mut objects = BTreeSet::new();
        let is_by = |model: &&Entry| model.actor_identifier == actor.actor_identifier && model.timestamp < at;
        self.models.iter().filter(is_by).filter(|model| objects.insert(object_of(model))).collect()
    }

    /// A person tries out a service, and retires it.
    fn service_story(&self, state: &mut ContinuationState, at: Timestamp, rng: &mut SeededRng) -> Vec<Entry> {
        const SERVICE: &str = "SERVICE";
        const CATALOG: &str = "CATALOG";

        let owner = self.creator(at, rng);
        let name = self.new_name(state, &[SERVICE, CATALOG], SERVICE);
        let script = [
            (Action::Create, SERVICE),
            (Action::Create, CATALOG),
            (Action::Update, CATALOG),
            (Action::Update, SERVICE),
            (Action::Delete, CATALOG),
            (Action::Delete, SERVICE),
        ];
        script.into_iter().map(|(action, object_type)| about(owner, action, object_type, &name)).collect()
    }

    /// The automatic import of entities finds resources. It names no actor.
    fn import_story(&self, state: &mut ContinuationState, at: Timestamp) -> Vec<Entry> {
        const RESOURCE: &str = "RESOURCE";

        let mut new_name = || self.new_name(state, &[RESOURCE], RESOURCE);
        (0..4).map(|_| Entry::new(Action::Create, RESOURCE, new_name(), at)).collect()
    }

    /// The next name of the first type, which no object of these types has. Types of which the company has no kind get the name
    /// of an existing object with a number.
    fn new_name(&self, state: &mut ContinuationState, types: &[&str], existing: &str) -> String {
        let kind = KINDS.find(types[0]);
        let first = kind.map_or(2, |kind| kind.initial_count(1));
        let next = state.next_names.entry(types[0].to_owned()).or_insert(first);
        loop {
            let name = kind.map_or_else(|| format!("{existing}-{next}"), |kind| self.names.name(kind, *next));
            *next = next.wrapping_add(1);
            if !types.iter().any(|object_type| self.known.contains(&hash((object_type, &name)))) {
                return name;
            }
        }
    }
}

impl ContinuationState {
    /// Keeps the entry that created an object.
    fn keep(&mut self, entry: &Entry) {
        if self.new_objects.len() == MAX_NEW_OBJECTS {
            self.new_objects.remove(0);
        }
        self.new_objects.push(entry.clone());
    }
}

/// Deletes a new object.
fn delete(state: &mut ContinuationState, index: usize, at: Timestamp) -> Entry {
    Entry { action: Action::Delete, timestamp: at, ..state.new_objects.remove(index) }
}

/// A random entry from before an instant; the oldest of all if four draws find none. The entries are numbered, newest first.
fn draw<'a>(count: usize, entry: impl Fn(usize) -> &'a Entry, at: Timestamp, rng: &mut SeededRng) -> &'a Entry {
    let drawn = [(); 4].map(|()| rng.index(count));
    let earlier = drawn.into_iter().find(|index| entry(*index).timestamp < at);
    entry(earlier.unwrap_or(count - 1))
}

/// The entry of an actor about another object.
fn about(actor: &Entry, action: Action, object_type: &str, name: &str) -> Entry {
    Entry { action, object_type: object_type.to_owned(), object_identifier: name.to_owned(), ..actor.clone() }
}

fn object_of(entry: &Entry) -> (&str, &str) {
    (&entry.object_type, &entry.object_identifier)
}

/// Only actors of type `ANONYMOUS` have a request type, though a file may give it to others.
fn without_odd_request_type(mut entry: Entry) -> Entry {
    if entry.actor.kind != ActorType::Anonymous {
        entry.actor.request_type = None;
    }
    entry
}

fn hash(object: (&str, &str)) -> u64 {
    BuildHasherDefault::<DefaultHasher>::default().hash_one(object)
}

/// Whether people create objects of a type in everyday work: not what appears with its parent, and not the right to sign in.
fn can_be_created(object_type: &str) -> bool {
    KINDS.find(object_type).is_some_and(|kind| kind.parent(0).is_none() && object_type != "ALLOW_LIST_ENTRY")
}
