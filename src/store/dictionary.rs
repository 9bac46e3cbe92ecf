//! Values that entries share: actor, action and address, and the object. Each is kept once, as values and as the
//! JSON that answers say it in; an entry is then two numbers and an instant.

use std::io::Write;

use serde_json::to_writer;

use super::interner::{Id, Interner, StringInterner};
use crate::contract::{Action, Actor, ActorType, Entry, FilterField, Timestamp};

/// The distinct values of one attribute, each known by its number.
#[derive(Clone, Copy)]
pub enum Values<'a> {
    /// Those of a closed list.
    Closed(&'static [&'static str]),
    /// Those that entries have.
    Met(&'a StringInterner),
}

/// The number of the value of one attribute, for each event or each object of a dictionary.
pub enum Column {
    OfEvents(Vec<Option<usize>>),
    OfObjects(Vec<usize>),
}

/// The distinct values of some entries.
#[derive(Debug, Default)]
pub struct Dictionary {
    pub identifiers: StringInterner,
    pub addresses: StringInterner,
    pub emails: StringInterner,
    pub api_keys: StringInterner,
    pub request_types: StringInterner,
    pub object_types: StringInterner,
    pub object_identifiers: StringInterner,
    pub actors: Interner<KnownActor>,
    pub events: Interner<EventKey>,
    pub objects: Interner<Object>,
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
pub struct EventKey {
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
            Self::Met(words) => words.find(value).map(Id::index),
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
    /// The numbers of an entry's event and object.
    pub fn learn(&mut self, entry: &Entry) -> (Id, Id) {
        let Entry { actor, .. } = entry;
        let known = KnownActor {
            identifier: entry.actor_identifier.as_deref().map(|text| self.identifiers.id_of(text)),
            kind: actor.kind,
            request_type: actor.request_type.as_deref().map(|text| self.request_types.id_of(text)),
            email: actor.email.as_deref().map(|text| self.emails.id_of(text)),
            api_key: actor.api_key_identifier.as_deref().map(|text| self.api_keys.id_of(text)),
        };
        let event = EventKey {
            action: entry.action,
            actor: self.actors.id_of(known),
            address: entry.ip_address.as_deref().map(|text| self.addresses.id_of(text)),
        };
        let object = Object {
            kind: self.object_types.id_of(&entry.object_type),
            identifier: self.object_identifiers.id_of(&entry.object_identifier),
        };
        (self.events.id_of(event), self.objects.id_of(object))
    }

    /// The entry of a event, an object and an instant.
    pub fn entry(&self, event: Id, object: Id, timestamp: Timestamp) -> Entry {
        let EventKey { action, actor, address } = *self.events.get(event);
        let object = self.objects.get(object);
        let actor = self.actors.get(actor);
        let text = |words: &StringInterner, id: Option<Id>| id.map(|id| words.get(id).to_owned());
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

    /// Which of its values each event or object has.
    pub fn column(&self, field: FilterField) -> Column {
        let actor = |event: &EventKey| self.actors.get(event.actor);
        match field {
            FilterField::Actions => self.of_events(|event| Some(event.action as usize)),
            FilterField::ActorTypes => self.of_events(|event| Some(actor(event).kind as usize)),
            FilterField::ActorRequestTypes => self.of_events(|event| actor(event).request_type.map(Id::index)),
            FilterField::ObjectTypes => self.of_objects(|object| object.kind.index()),
            FilterField::ObjectIdentifiers => self.of_objects(|object| object.identifier.index()),
            FilterField::ActorEmails => self.of_events(|event| actor(event).email.map(Id::index)),
            FilterField::ActorApiKeyIdentifiers => self.of_events(|event| actor(event).api_key.map(Id::index)),
            FilterField::ActorIpAddresses => self.of_events(|event| event.address.map(Id::index)),
        }
    }

    /// Which `actorIdentifier` each event has.
    pub fn identifiers_of_events(&self) -> Column {
        self.of_events(|event| self.actors.get(event.actor).identifier.map(Id::index))
    }

    fn of_events(&self, value: impl Fn(&EventKey) -> Option<usize>) -> Column {
        Column::OfEvents(self.events.values().iter().map(value).collect())
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
        self.events.close();
        self.objects.close();
        self.object_identifiers.shrink();
    }

    /// The beginning of an entry's JSON for each event: up to the identifier of the object (RES-ENTRY).
    pub fn event_json(&self) -> Fragments {
        Fragments::of(self.events.values(), |event, json| {
            let _ = write!(json, "{{\"action\":\"{}\"", event.action);
            if let Some(identifier) = self.actors.get(event.actor).identifier {
                push(json, ",\"actorIdentifier\":", self.identifiers.get(identifier));
            }
            if let Some(address) = event.address {
                push(json, ",\"ipAddress\":", self.addresses.get(address));
            }
        })
    }

    /// What follows it for each object: up to the instant.
    pub fn object_json(&self) -> Fragments {
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

/// PageBody of JSON, one behind the other.
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
        let start = id.index().checked_sub(1).map_or(0, |before| self.ends[before]);
        &self.json[start..self.ends[id.index()]]
    }
}
