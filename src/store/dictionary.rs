//! The parts that entries share: who did what from where, and to which object. A segment keeps each distinct part once.

use std::hash::Hash;
use std::sync::Arc;

use hashbrown::{HashMap, HashSet};

use crate::contract::{Action, Actor, Entry, FilterField, Timestamp};

/// Who did what from where. A million entries of one company have some hundred of these.
#[derive(Debug, PartialEq, Eq, Hash)]
pub struct EventKey {
    pub action: Action,
    pub actor_identifier: Option<String>,
    pub ip_address: Option<String>,
    pub actor: Actor,
}

/// The object that an event happened to.
#[derive(Debug, PartialEq, Eq, Hash)]
pub struct ObjectKey {
    /// The first field, because it differs most often: equality compares it first.
    pub object_identifier: String,
    /// Shared by all objects of a type.
    pub object_type: Arc<str>,
}

/// Which part of an entry has the value of an attribute, and the function that reads it there.
pub enum Column {
    Event(fn(&EventKey) -> Option<&str>),
    Object(fn(&ObjectKey) -> Option<&str>),
}

/// Distinct values, each stored once, with its index.
pub type Interner<T> = HashMap<T, u32>;

/// The parts of an entry. `types` has the object types so far.
pub fn split(entry: Entry, types: &mut HashSet<Arc<str>>) -> (EventKey, ObjectKey, Timestamp) {
    let Entry { action, actor_identifier, ip_address, object_identifier, object_type, timestamp, actor } = entry;
    let event = EventKey { action, actor_identifier, ip_address, actor };
    let object_type = Arc::clone(types.get_or_insert_with(object_type.as_str(), |object_type| Arc::from(object_type)));
    (event, ObjectKey { object_identifier, object_type }, timestamp)
}

/// The entry of these parts.
pub fn join(event: &EventKey, object: &ObjectKey, timestamp: Timestamp) -> Entry {
    let EventKey { action, actor_identifier, ip_address, actor } = event;
    let ObjectKey { object_type, object_identifier } = object;
    Entry {
        action: *action,
        actor_identifier: actor_identifier.clone(),
        ip_address: ip_address.clone(),
        object_identifier: object_identifier.clone(),
        object_type: String::from(&**object_type),
        timestamp,
        actor: actor.clone(),
    }
}

impl Column {
    /// The column of the attribute that a filter compares.
    pub fn of_filter(field: FilterField) -> Self {
        match field {
            FilterField::Actions => Self::Event(|event| Some(event.action.as_str())),
            FilterField::ActorTypes => Self::Event(|event| Some(event.actor.kind.as_str())),
            FilterField::ActorRequestTypes => Self::Event(|event| event.actor.request_type.as_deref()),
            FilterField::ObjectTypes => Self::Object(|object| Some(&object.object_type)),
            FilterField::ObjectIdentifiers => Self::Object(|object| Some(&object.object_identifier)),
            FilterField::ActorEmails => Self::Event(|event| event.actor.email.as_deref()),
            FilterField::ActorApiKeyIdentifiers => Self::Event(|event| event.actor.api_key_identifier.as_deref()),
            FilterField::ActorIpAddresses => Self::Event(|event| event.ip_address.as_deref()),
        }
    }

    /// The column of `actorIdentifier`, which no filter compares.
    pub fn of_actor_identifier() -> Self {
        Self::Event(|event| event.actor_identifier.as_deref())
    }
}

impl EventKey {
    /// The start of the JSON of each entry with this event, up to the object (RES-ENTRY).
    pub fn json(&self) -> Vec<u8> {
        let mut json = format!("{{\"action\":\"{}\"", self.action).into_bytes();
        write_member(&mut json, ",\"actorIdentifier\":", self.actor_identifier.as_deref());
        write_member(&mut json, ",\"ipAddress\":", self.ip_address.as_deref());
        json
    }
}

impl ObjectKey {
    /// Appends the JSON that follows the event's.
    pub fn write_json(&self, to: &mut Vec<u8>) {
        write_member(to, ",\"objectIdentifier\":", Some(&self.object_identifier));
        write_member(to, ",\"objectType\":", Some(&self.object_type));
    }
}

fn write_member(to: &mut Vec<u8>, name: &str, value: Option<&str>) {
    if let Some(value) = value {
        to.extend_from_slice(name.as_bytes());
        // Writing a string to memory does not fail.
        let _ = serde_json::to_writer(to, value);
    }
}

/// The index of a value, which is stored if it is new.
///
/// # Panics
/// With four billion distinct values.
pub fn intern<T: Hash + Eq>(interner: &mut Interner<T>, value: T) -> u32 {
    let next = interner.len();
    *interner.entry(value).or_insert_with(|| u32::try_from(next).expect("fewer than four billion distinct values"))
}

/// The values, each at its index.
pub fn into_values<T>(interner: Interner<T>) -> Vec<T> {
    let mut values: Vec<(T, u32)> = interner.into_iter().collect();
    values.sort_unstable_by_key(|(_, index)| *index);
    let mut values: Vec<T> = values.into_iter().map(|(value, _)| value).collect();
    values.shrink_to_fit();
    values
}
