//! How many entries have each value of an attribute.
//!
//! Entries of one deed or object have their values in common, so the entries are gone through once, and the deeds and
//! objects once an attribute.

use hashbrown::HashMap;

use crate::contract::{Action, ActorType, Filters};
use crate::store::dictionary::{Deed, Dictionary, KnownActor, Object};
use crate::store::run::Run;
use crate::store::words::{Id, Words};

/// What is counted: what the filters look at, and the identifier that an answer tells.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Attribute {
    Actions,
    ActorTypes,
    ActorRequestTypes,
    ObjectTypes,
    ObjectIdentifiers,
    ActorEmails,
    ActorApiKeyIdentifiers,
    ActorIpAddresses,
    ActorIdentifier,
}

/// How many of some entries of a run are of each deed, and of each object.
pub struct Tally<'a> {
    dictionary: &'a Dictionary,
    deeds: Vec<usize>,
    objects: Vec<usize>,
}

impl<'a> Tally<'a> {
    pub fn of(run: &'a Run, places: impl Iterator<Item = usize>) -> Self {
        let dictionary = run.dictionary();
        let mut deeds = vec![0; dictionary.deeds.values().len()];
        let mut objects = vec![0; dictionary.objects.values().len()];
        for place in places {
            let (deed, object) = run.deed_and_object(place);
            deeds[deed.place()] += 1;
            objects[object.place()] += 1;
        }
        Self { dictionary, deeds, objects }
    }

    /// By a value of the deed.
    fn by_deed(&self, value: impl Fn(&Deed, &KnownActor) -> Option<usize>, values: usize) -> Counts {
        let mut counts = Counts::new(values);
        for (deed, count) in self.dictionary.deeds.values().iter().zip(&self.deeds) {
            if *count > 0 {
                counts.add(value(deed, self.dictionary.actors.get(deed.actor)), *count);
            }
        }
        counts
    }

    /// By a value of the object.
    fn by_object(&self, value: impl Fn(&Object) -> Id, values: usize) -> Counts {
        let mut counts = Counts::new(values);
        for (object, count) in self.dictionary.objects.values().iter().zip(&self.objects) {
            counts.add(Some(value(object).place()), *count);
        }
        counts
    }
}

/// By the number of a value.
struct Counts {
    each: Vec<usize>,
    /// How many have no value.
    none: usize,
}

impl Counts {
    fn new(values: usize) -> Self {
        Self { each: vec![0; values], none: 0 }
    }

    fn add(&mut self, value: Option<usize>, count: usize) {
        *value.map_or(&mut self.none, |value| &mut self.each[value]) += count;
    }

    /// By the words themselves.
    fn named<'a>(self, words: impl Iterator<Item = &'a str>) -> Vec<(Option<&'a str>, usize)> {
        let each = words.map(Some).zip(self.each).chain([(None, self.none)]);
        each.filter(|(_, count)| *count > 0).collect()
    }
}

impl Attribute {
    /// The filters without that on this attribute, if there is one.
    pub fn lifted(self, filters: &Filters) -> Option<Filters> {
        let mut lifted = filters.clone();
        match self {
            Self::Actions => lifted.actions.clear(),
            Self::ActorTypes => lifted.actor_types.clear(),
            Self::ActorRequestTypes => lifted.actor_request_types.clear(),
            Self::ObjectTypes => lifted.object_types.clear(),
            Self::ObjectIdentifiers => lifted.object_identifiers.clear(),
            Self::ActorEmails => lifted.actor_emails.clear(),
            Self::ActorApiKeyIdentifiers => lifted.actor_api_key_identifiers.clear(),
            Self::ActorIpAddresses => lifted.actor_ip_addresses.clear(),
            Self::ActorIdentifier => {}
        }
        (lifted != *filters).then_some(lifted)
    }

    /// How many entries have each value that any has; `None` is none.
    pub fn count<'a>(self, tallies: &[Tally<'a>]) -> Vec<(Option<&'a str>, usize)> {
        let Some((first, others)) = tallies.split_first() else { return Vec::new() };
        let mut rest: HashMap<Option<&str>, usize> = HashMap::new();
        for (word, count) in others.iter().flat_map(|tally| self.count_one(tally)) {
            *rest.entry(word).or_default() += count;
        }
        // The first is the largest, most often by far.
        let mut all = self.count_one(first);
        for (word, count) in &mut all {
            *count += rest.remove(word).unwrap_or_default();
        }
        all.extend(rest);
        all
    }

    fn count_one<'a>(self, tally: &Tally<'a>) -> Vec<(Option<&'a str>, usize)> {
        let dictionary = tally.dictionary;
        let by_actor = |value: fn(&KnownActor) -> Option<Id>, words: &'a Words| {
            tally.by_deed(|_, actor| value(actor).map(Id::place), words.len()).named(words.iter())
        };
        let by_object =
            |value: fn(&Object) -> Id, words: &'a Words| tally.by_object(value, words.len()).named(words.iter());
        match self {
            Self::Actions => tally
                .by_deed(|deed, _| Action::ALL.iter().position(|action| *action == deed.action), Action::ALL.len())
                .named(Action::ALL.iter().map(|action| action.as_str())),
            Self::ActorTypes => tally
                .by_deed(|_, actor| ActorType::ALL.iter().position(|kind| *kind == actor.kind), ActorType::ALL.len())
                .named(ActorType::ALL.iter().map(|kind| kind.as_str())),
            Self::ActorIpAddresses => tally
                .by_deed(|deed, _| deed.address.map(Id::place), dictionary.addresses.len())
                .named(dictionary.addresses.iter()),
            Self::ActorRequestTypes => by_actor(|actor| actor.request_type, &dictionary.request_types),
            Self::ActorEmails => by_actor(|actor| actor.email, &dictionary.emails),
            Self::ActorApiKeyIdentifiers => by_actor(|actor| actor.api_key, &dictionary.api_keys),
            Self::ActorIdentifier => by_actor(|actor| actor.identifier, &dictionary.identifiers),
            Self::ObjectTypes => by_object(|object| object.kind, &dictionary.object_types),
            Self::ObjectIdentifiers => by_object(|object| object.identifier, &dictionary.object_identifiers),
        }
    }
}
