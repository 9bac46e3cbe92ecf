//! Who an entry says it was.

use super::people::Person;
use super::workload::Machine;
use crate::contract::{Action, Actor, ActorType, Entry, Timestamp};

/// An actor as the answer names it, and as the filters see it.
#[derive(Debug, Clone)]
pub struct Identity {
    identifier: Option<String>,
    actor: Actor,
}

impl Identity {
    /// Somebody who signed in.
    pub fn person(email: &str) -> Self {
        Self { identifier: Some(email.to_owned()), actor: Actor::from_identifier(Some(email)) }
    }

    /// A person's script with a token of their own.
    pub fn token(person: &Person, name: &str) -> Self {
        let mut identity = Self::person(&person.email);
        identity.actor.kind = ActorType::PersonalApiKey;
        identity.actor.api_key_identifier = Some(name.to_owned());
        identity
    }

    /// A person's command in a chat.
    pub fn chat(person: &Person) -> Self {
        let mut identity = Self::person(&person.email);
        identity.actor.request_type = Some("SLACK_COMMAND".to_owned());
        identity
    }

    /// An API key.
    pub fn key(name: &str) -> Self {
        let mut actor = Actor::from_identifier(Some(name));
        actor.request_type = Some("API_KEY_ENTITY".to_owned());
        Self { identifier: Some(name.to_owned()), actor }
    }

    pub fn machine(machine: &Machine) -> Self {
        let key = machine.identifier.filter(|_| machine.kind == ActorType::ApiKey);
        let actor = Actor {
            kind: machine.kind,
            request_type: machine.request_type.map(str::to_owned),
            api_key_identifier: key.map(str::to_owned),
            ..Actor::from_identifier(None)
        };
        Self { identifier: machine.identifier.map(str::to_owned), actor }
    }

    pub fn entry(
        &self,
        timestamp: Timestamp,
        address: Option<&str>,
        action: Action,
        object_type: &str,
        object_identifier: String,
    ) -> Entry {
        Entry {
            actor_identifier: self.identifier.clone(),
            ip_address: address.map(str::to_owned),
            actor: self.actor.clone(),
            ..Entry::new(action, object_type, object_identifier, timestamp)
        }
    }
}
