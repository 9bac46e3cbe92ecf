//! One audit-log entry: the six fields that the API answers, and what only its filters see.

use serde::Serialize;

use super::{Action, ActorType, Timestamp};

/// An entry as the API answers it (RES-ENTRY). Serialises to the response fields alone; [`Entry::actor`] stays inside.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Entry {
    /// `CREATE`, `UPDATE` or `DELETE`.
    pub action: Action,
    /// Readable identifier of the actor (RES-ACTOR); absent when unknown, such as a change by GitOps.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub actor_identifier: Option<String>,
    /// Address of the actor; absent when unknown.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub ip_address: Option<String>,
    /// Readable identifier of the object acted upon.
    pub object_identifier: String,
    /// Type of the object acted upon; an open list.
    pub object_type: String,
    /// When it happened, in the precision that it came with.
    pub timestamp: Timestamp,
    /// What the filters on the actor look at.
    #[serde(skip)]
    pub actor: Actor,
}

/// The actor as the filters see it; none of this is in a response.
#[derive(Debug, Clone, PartialEq, Eq)]
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

impl Actor {
    /// What an `actorIdentifier` alone tells: an e-mail address is a person who signed in, no identifier is anonymous,
    /// any other is an API key of that name.
    ///
    /// ```
    /// use cortex_audit_mock::contract::{Actor, ActorType};
    ///
    /// let person = Actor::from_identifier(Some("ada@example.com"));
    /// assert_eq!(person.kind, ActorType::Oauth2);
    /// assert_eq!(person.email.as_deref(), Some("ada@example.com"));
    /// ```
    #[must_use]
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
#[must_use]
pub fn is_email(text: &str) -> bool {
    !text.contains(char::is_whitespace)
        && text
            .split_once('@')
            .is_some_and(|(local, domain)| !local.is_empty() && !domain.is_empty() && !domain.contains('@'))
}
