//! One audit-log entry: the six fields of a response, what only filters see, and the list filters that compare them.

use serde::Serialize;

use super::{ACTOR_REQUEST_TYPES, Action, ActorType, OBJECT_TYPES, Timestamp};
use crate::text::word_enum;

/// An audit-log entry (RES-ENTRY). Serialises to the response fields; the fields with
/// `serde(skip)` are for the filters only.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Entry {
    /// `CREATE`, `UPDATE` or `DELETE`.
    pub action: Action,
    /// Readable identifier of the actor (RES-ACTOR); absent when unknown, such as a change by GitOps.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub actor_identifier: Option<String>,
    /// IP address of the actor; absent when unknown.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub ip_address: Option<String>,
    /// Readable identifier of the object acted upon.
    pub object_identifier: String,
    /// Type of the object acted upon; an open list.
    pub object_type: String,
    /// Time of the change, in the precision in which it was loaded.
    pub timestamp: Timestamp,
    /// Attributes of the actor that only filters compare.
    #[serde(skip)]
    pub actor: Actor,
}

/// Attributes of an actor that only filters compare; none is in a response.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Actor {
    /// Matched by `actorTypes`.
    pub kind: ActorType,
    /// Matched by `actorRequestTypes`.
    pub request_type: Option<String>,
    /// Matched by `actorEmails`.
    pub email: Option<String>,
    /// Matched by `actorApiKeyIdentifiers`.
    pub api_key_identifier: Option<String>,
}

word_enum! {
    /// A list filter, by the name of its query parameter; in the order of a summary.
    ///
    /// Query parser, index, verdict and summary iterate over this enum, or over [`FilterField::IN_PUBLISHED_ORDER`]; they list no
    /// filter themselves. Other lists, such as those of `openapi.json` and docs/api.md, are written by hand, and the tests of
    /// filters compare them with this one.
    pub enum FilterField {
        /// Compares [`Entry::action`].
        Actions = "actions",
        /// Compares [`Actor::kind`].
        ActorTypes = "actorTypes",
        /// Compares [`Actor::request_type`].
        ActorRequestTypes = "actorRequestTypes",
        /// Compares [`Entry::object_type`].
        ObjectTypes = "objectTypes",
        /// Compares [`Entry::object_identifier`].
        ObjectIdentifiers = "objectIdentifiers",
        /// Compares [`Actor::email`].
        ActorEmails = "actorEmails",
        /// Compares [`Actor::api_key_identifier`].
        ActorApiKeyIdentifiers = "actorApiKeyIdentifiers",
        /// Compares [`Entry::ip_address`].
        ActorIpAddresses = "actorIpAddresses",
    }
}

/// The values that a list filter accepts.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum AcceptedValues {
    /// These words alone; another is a 400 (ENUM-CLOSED).
    Closed(&'static [&'static str]),
    /// Any text. A text that is not one of these words and that no entry has is reported (ENUM-OPEN).
    Open(&'static [&'static str]),
    /// Any text (LIST-STRINGS).
    Text,
}

impl FilterField {
    /// All filters, as in `ALL`, but in the order of the published parameters: that of parser, messages and `parsedQuery`.
    pub const IN_PUBLISHED_ORDER: [Self; Self::ALL.len()] = [
        Self::Actions,
        Self::ObjectIdentifiers,
        Self::ObjectTypes,
        Self::ActorTypes,
        Self::ActorApiKeyIdentifiers,
        Self::ActorEmails,
        Self::ActorIpAddresses,
        Self::ActorRequestTypes,
    ];

    /// The values that the filter accepts.
    pub const fn accepted(self) -> AcceptedValues {
        match self {
            Self::Actions => AcceptedValues::Closed(&Action::WORDS),
            Self::ActorTypes => AcceptedValues::Closed(&ActorType::WORDS),
            Self::ActorRequestTypes => AcceptedValues::Open(&ACTOR_REQUEST_TYPES),
            Self::ObjectTypes => AcceptedValues::Open(&OBJECT_TYPES),
            Self::ObjectIdentifiers | Self::ActorEmails | Self::ActorApiKeyIdentifiers | Self::ActorIpAddresses => {
                AcceptedValues::Text
            }
        }
    }
}

impl Entry {
    /// An entry about an object, without an address, of an anonymous actor.
    ///
    /// ```
    /// use cortex_audit_mock::contract::{Action, Entry, Timestamp};
    ///
    /// let entry = Entry::new(Action::Create, "SERVICE", "checkout-api", Timestamp::EPOCH).with_actor("ada@example.com");
    /// assert_eq!(entry.actor.email.as_deref(), Some("ada@example.com"));
    /// ```
    pub fn new(
        action: Action,
        object_type: impl Into<String>,
        object_identifier: impl Into<String>,
        timestamp: Timestamp,
    ) -> Self {
        Self {
            action,
            actor_identifier: None,
            ip_address: None,
            object_identifier: object_identifier.into(),
            object_type: object_type.into(),
            timestamp,
            actor: Actor::from_identifier(None),
        }
    }

    /// This entry with another actor, of whom all follows from the identifier; see [`Actor::from_identifier`].
    #[must_use]
    pub fn with_actor(self, identifier: &str) -> Self {
        let actor = Actor::from_identifier(Some(identifier));
        Self { actor_identifier: Some(identifier.to_owned()), actor, ..self }
    }

    /// The value that a filter compares; `None` when the entry has none, so that no value of the filter matches.
    pub fn value(&self, field: FilterField) -> Option<&str> {
        match field {
            FilterField::Actions => Some(self.action.as_str()),
            FilterField::ActorTypes => Some(self.actor.kind.as_str()),
            FilterField::ActorRequestTypes => self.actor.request_type.as_deref(),
            FilterField::ObjectTypes => Some(&self.object_type),
            FilterField::ObjectIdentifiers => Some(&self.object_identifier),
            FilterField::ActorEmails => self.actor.email.as_deref(),
            FilterField::ActorApiKeyIdentifiers => self.actor.api_key_identifier.as_deref(),
            FilterField::ActorIpAddresses => self.ip_address.as_deref(),
        }
    }

    /// The texts that can identify a person or a thing; a pseudonym replaces each of them.
    ///
    /// No field is left out of the patterns: a new one does not compile until it is decided whether it identifies.
    pub(crate) fn identifying_texts_mut(&mut self) -> impl Iterator<Item = &mut String> {
        let Self { action: _, actor_identifier, ip_address, object_identifier, object_type: _, timestamp: _, actor } =
            self;
        let Actor { kind: _, request_type: _, email, api_key_identifier } = actor;
        [actor_identifier, ip_address, email, api_key_identifier].into_iter().flatten().chain([object_identifier])
    }
}

impl Actor {
    /// The actor that follows from an `actorIdentifier`: an e-mail address is a person who signed in, no identifier is
    /// anonymous, any other is an API key of that name.
    ///
    /// ```
    /// use cortex_audit_mock::contract::{Actor, ActorType};
    ///
    /// let person = Actor::from_identifier(Some("ada@example.com"));
    /// assert_eq!(person.kind, ActorType::Oauth2);
    /// assert_eq!(person.email.as_deref(), Some("ada@example.com"));
    /// ```
    pub fn from_identifier(identifier: Option<&str>) -> Self {
        let (kind, email, api_key_identifier) = match identifier {
            None => (ActorType::Anonymous, None, None),
            Some(email) if is_email(email) => (ActorType::Oauth2, Some(email.to_owned()), None),
            Some(key) => (ActorType::ApiKey, None, Some(key.to_owned())),
        };
        Self { kind, request_type: None, email, api_key_identifier }
    }
}

/// Whether a text reads as an e-mail address: one `@` with something on both sides and no white space.
pub fn is_email(text: &str) -> bool {
    !text.contains(char::is_whitespace)
        && text
            .split_once('@')
            .is_some_and(|(local, domain)| !local.is_empty() && !domain.is_empty() && !domain.contains('@'))
}
