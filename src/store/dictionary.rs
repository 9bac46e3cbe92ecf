//! Values that entries share: actor, action and address, and the object. Each is kept once, as values and as the
//! JSON that answers say it in; an entry is then two numbers and an instant.

use std::io::Write;

use serde_json::to_writer;

use super::words::{Distinct, Id, Words};
use crate::contract::{Action, Actor, ActorType, Entry, FilterField, Timestamp};

/// The distinct values of one attribute, each known by its number.
#[derive(Clone, Copy)]
pub enum Values<'a> {
    /// Those of a closed list.
    Closed(&'static [&'static str]),
    /// Those that entries have.
    Met(&'a Words),
}

/// The number of the value of one attribute, for each deed or each object of a dictionary.
pub enum Column {
    OfDeeds(Vec<Option<usize>>),
    OfObjects(Vec<usize>),
}

/// The distinct values of some entries.
#[derive(Debug, Default)]
pub struct Dictionary {
    pub identifiers: Words,
    pub addresses: Words,
    pub emails: Words,
    pub api_keys: Words,
    pub request_types: Words,
    pub object_types: Words,
    pub object_identifiers: Words,
    pub actors: Distinct<KnownActor>,
    pub deeds: Distinct<Deed>,
    pub objects: Distinct<Object>,
}

/// An actor as the answer and as the filters see it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct KnownActor {
    pub identifier: Option<Id>,
    pub kind: ActorType,
    pub request_type: Option<Id>,
    pub email: Option<Id>,
    pub api_key: Option<Id>,
}

/// Who did what from where.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct Deed {
    pub action: Action,
    pub actor: Id,
    pub address: Option<Id>,
}

/// What it was done to.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct Object {
    pub kind: Id,
    pub identifier: Id,
}

impl<'a> Values<'a> {
    pub fn len(self) -> usize {
        match self {
            Self::Closed(words) => words.len(),
            Self::Met(words) => words.len(),
        }
    }

    /// The number of a value, if any entry can have it.
    pub fn find(self, value: &str) -> Option<usize> {
        match self {
            Self::Closed(words) => words.iter().position(|word| *word == value),
            Self::Met(words) => words.find(value).map(Id::place),
        }
    }

    pub fn iter(self) -> impl Iterator<Item = &'a str> {
        (0..self.len()).map(move |number| self.get(number))
    }

    /// The value of a number.
    pub fn get(self, number: usize) -> &'a str {
        match self {
            Self::Closed(words) => words[number],
            Self::Met(words) => words.at(number),
        }
    }
}

impl Dictionary {
    /// The numbers of an entry's deed and object.
    pub fn learn(&mut self, entry: &Entry) -> (Id, Id) {
        let Entry { actor, .. } = entry;
        let known = KnownActor {
            identifier: entry.actor_identifier.as_deref().map(|text| self.identifiers.id_of(text)),
            kind: actor.kind,
            request_type: actor.request_type.as_deref().map(|text| self.request_types.id_of(text)),
            email: actor.email.as_deref().map(|text| self.emails.id_of(text)),
            api_key: actor.api_key_identifier.as_deref().map(|text| self.api_keys.id_of(text)),
        };
        let deed = Deed {
            action: entry.action,
            actor: self.actors.id_of(known),
            address: entry.ip_address.as_deref().map(|text| self.addresses.id_of(text)),
        };
        let object = Object {
            kind: self.object_types.id_of(&entry.object_type),
            identifier: self.object_identifiers.id_of(&entry.object_identifier),
        };
        (self.deeds.id_of(deed), self.objects.id_of(object))
    }

    /// The entry of a deed, an object and an instant.
    pub fn entry(&self, deed: Id, object: Id, timestamp: Timestamp) -> Entry {
        let Deed { action, actor, address } = *self.deeds.get(deed);
        let object = self.objects.get(object);
        let actor = self.actors.get(actor);
        let text = |words: &Words, id: Option<Id>| id.map(|id| words.get(id).to_owned());
        Entry {
            action,
            actor_identifier: text(&self.identifiers, actor.identifier),
            ip_address: text(&self.addresses, address),
            object_identifier: self.object_identifiers.get(object.identifier).to_owned(),
            object_type: self.object_types.get(object.kind).to_owned(),
            timestamp,
            actor: Actor {
                kind: actor.kind,
                request_type: text(&self.request_types, actor.request_type),
                email: text(&self.emails, actor.email),
                api_key_identifier: text(&self.api_keys, actor.api_key),
            },
        }
    }

    /// The values that a filter compares.
    pub fn values(&self, field: FilterField) -> Values<'_> {
        Values::Met(match field {
            FilterField::Actions => return Values::Closed(&Action::WORDS),
            FilterField::ActorTypes => return Values::Closed(&ActorType::WORDS),
            FilterField::ActorRequestTypes => &self.request_types,
            FilterField::ObjectTypes => &self.object_types,
            FilterField::ObjectIdentifiers => &self.object_identifiers,
            FilterField::ActorEmails => &self.emails,
            FilterField::ActorApiKeyIdentifiers => &self.api_keys,
            FilterField::ActorIpAddresses => &self.addresses,
        })
    }

    /// Which of its values each deed or object has.
    pub fn column(&self, field: FilterField) -> Column {
        let actor = |deed: &Deed| self.actors.get(deed.actor);
        match field {
            FilterField::Actions => self.of_deeds(|deed| Some(deed.action as usize)),
            FilterField::ActorTypes => self.of_deeds(|deed| Some(actor(deed).kind as usize)),
            FilterField::ActorRequestTypes => self.of_deeds(|deed| actor(deed).request_type.map(Id::place)),
            FilterField::ObjectTypes => self.of_objects(|object| object.kind.place()),
            FilterField::ObjectIdentifiers => self.of_objects(|object| object.identifier.place()),
            FilterField::ActorEmails => self.of_deeds(|deed| actor(deed).email.map(Id::place)),
            FilterField::ActorApiKeyIdentifiers => self.of_deeds(|deed| actor(deed).api_key.map(Id::place)),
            FilterField::ActorIpAddresses => self.of_deeds(|deed| deed.address.map(Id::place)),
        }
    }

    /// Which `actorIdentifier` each deed has.
    pub fn identifiers_of_deeds(&self) -> Column {
        self.of_deeds(|deed| self.actors.get(deed.actor).identifier.map(Id::place))
    }

    fn of_deeds(&self, value: impl Fn(&Deed) -> Option<usize>) -> Column {
        Column::OfDeeds(self.deeds.values().iter().map(value).collect())
    }

    fn of_objects(&self, value: impl Fn(&Object) -> usize) -> Column {
        Column::OfObjects(self.objects.values().iter().map(value).collect())
    }

    /// The type and identifier of each object.
    pub fn known_objects(&self) -> impl Iterator<Item = (&str, &str)> {
        let texts =
            |object: &Object| (self.object_types.get(object.kind), self.object_identifiers.get(object.identifier));
        self.objects.values().iter().map(texts)
    }

    /// No more entries come.
    pub fn close(&mut self) {
        self.actors.close();
        self.deeds.close();
        self.objects.close();
        self.object_identifiers.shrink();
    }

    /// The beginning of an entry's JSON for each deed: up to the identifier of the object (RES-ENTRY).
    pub fn beginnings(&self) -> Fragments {
        Fragments::of(self.deeds.values(), |deed, json| {
            let _ = write!(json, "{{\"action\":\"{}\"", deed.action);
            if let Some(identifier) = self.actors.get(deed.actor).identifier {
                push(json, ",\"actorIdentifier\":", self.identifiers.get(identifier));
            }
            if let Some(address) = deed.address {
                push(json, ",\"ipAddress\":", self.addresses.get(address));
            }
        })
    }

    /// What follows it for each object: up to the instant.
    pub fn middles(&self) -> Fragments {
        Fragments::of(self.objects.values(), |object, json| {
            push(json, ",\"objectIdentifier\":", self.object_identifiers.get(object.identifier));
            push(json, ",\"objectType\":", self.object_types.get(object.kind));
            json.extend_from_slice(b",\"timestamp\":\"");
        })
    }
}

fn push(json: &mut Vec<u8>, before: &str, text: &str) {
    json.extend_from_slice(before.as_bytes());
    // A string is always JSON, and memory takes it.
    let _ = to_writer(json, text);
}

/// Pieces of JSON, one behind the other.
#[derive(Debug)]
pub struct Fragments {
    json: Vec<u8>,
    ends: Vec<usize>,
}

impl Fragments {
    fn of<T>(values: &[T], write: impl Fn(&T, &mut Vec<u8>)) -> Self {
        let (mut json, mut ends) = (Vec::new(), Vec::with_capacity(values.len()));
        for value in values {
            write(value, &mut json);
            ends.push(json.len());
        }
        json.shrink_to_fit();
        Self { json, ends }
    }

    pub fn get(&self, id: Id) -> &[u8] {
        let start = id.place().checked_sub(1).map_or(0, |before| self.ends[before]);
        &self.json[start..self.ends[id.place()]]
    }
}
