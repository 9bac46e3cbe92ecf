//! How an actor appears in an entry: the identifier of the response, and the attributes that filters compare.

use super::names::Object;
use super::people::Person;
use super::workload::Machine;
use crate::contract::{Action, Actor, ActorType, Entry, Timestamp};

/// An actor as an entry names it.
#[derive(Debug, Clone)]
pub struct Identity {
    identifier: Option<String>,
    actor: Actor,
}

impl Identity {
    /// A person who signed in.
    pub fn person(email: &str) -> Self {
        Self { identifier: Some(email.to_owned()), actor: Actor::from_identifier(Some(email)) }
    }

    /// A script of a person, with a personal token.
    pub fn token(owner: &Person, name: &str) -> Self {
        let mut identity = Self::person(&owner.email);
        identity.actor.kind = ActorType::PersonalApiKey;
        identity.actor.api_key_identifier = Some(name.to_owned());
        identity
    }

    /// An API key.
    pub fn key(name: &str) -> Self {
        Self { identifier: Some(name.to_owned()), actor: Actor::from_identifier(Some(name)) }
    }

    pub fn machine(machine: &Machine) -> Self {
        let key = machine.identifier.clone().filter(|_| machine.actor_type == ActorType::ApiKey);
        let actor = Actor {
            kind: machine.actor_type,
            request_type: machine.request_type.clone(),
            email: None,
            api_key_identifier: key,
        };
        Self { identifier: machine.identifier.clone(), actor }
    }

    /// An entry of the actor.
    pub fn entry(&self, timestamp: Timestamp, address: Option<&str>, action: Action, object: Object) -> Entry {
        Entry {
            action,
            actor_identifier: self.identifier.clone(),
            ip_address: address.map(str::to_owned),
            object_identifier: object.name,
            object_type: object.object_type.to_owned(),
            timestamp,
            actor: self.actor.clone(),
        }
    }
}
