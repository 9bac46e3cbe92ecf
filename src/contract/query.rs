//! What a request asks: the parsed query, and everything that was noticed while it was parsed.

mod issue;
mod parse;

use serde::Serialize;

use super::{Action, ActorType, Entry, Timestamp};

pub use issue::{QueryIssue, Severity};
pub use parse::{ParsedQuery, QueryRejection, first_value, parse};
pub(crate) use parse::{decoded, has_name, reparse};

/// A request that was understood: which entries, and which page of them.
///
/// Serialises to what was asked, empty filters left out.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Query {
    /// The first instant of the range, inclusive (TIME-RANGE).
    #[serde(skip_serializing_if = "Option::is_none")]
    pub start_time: Option<Timestamp>,
    /// The last instant of the range, inclusive.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub end_time: Option<Timestamp>,
    /// The page asked for, counted from 0.
    pub page: u32,
    /// Entries a page, 1 to 1000.
    pub page_size: u32,
    /// What an entry must have; an empty list asks for nothing.
    #[serde(flatten)]
    pub filters: Filters,
}

/// The eight list filters: values of one are alternatives, filters combine (FILTER-LOGIC).
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Filters {
    /// `actions`
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub actions: Vec<Action>,
    /// `objectIdentifiers`
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub object_identifiers: Vec<String>,
    /// `objectTypes`
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub object_types: Vec<String>,
    /// `actorTypes`
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub actor_types: Vec<ActorType>,
    /// `actorApiKeyIdentifiers`
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub actor_api_key_identifiers: Vec<String>,
    /// `actorEmails`
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub actor_emails: Vec<String>,
    /// `actorIpAddresses`
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub actor_ip_addresses: Vec<String>,
    /// `actorRequestTypes`
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub actor_request_types: Vec<String>,
}

impl Default for Query {
    /// What a request without parameters asks.
    fn default() -> Self {
        Self {
            start_time: None,
            end_time: None,
            page: 0,
            page_size: super::DEFAULT_PAGE_SIZE,
            filters: Filters::default(),
        }
    }
}

impl Query {
    /// What it is about, whatever page of it and however large: two of one subject see the same entries.
    #[must_use]
    pub fn subject(&self) -> String {
        format!("{:?} {:?} {}", self.start_time, self.end_time, self.filters.subject())
    }
}

impl Filters {
    /// What they ask for, in whatever order: two of one subject match the same entries.
    #[must_use]
    pub fn subject(&self) -> String {
        if *self == Self::default() {
            return String::new();
        }
        let Self { actions, actor_types, .. } = self;
        let texts = [
            &self.object_identifiers,
            &self.object_types,
            &self.actor_api_key_identifiers,
            &self.actor_emails,
            &self.actor_ip_addresses,
            &self.actor_request_types,
        ];
        format!("{:?} {:?} {:?}", sorted(actions), sorted(actor_types), texts.map(|list| sorted(list)))
    }

    /// Whether an entry passes every filter.
    #[must_use]
    pub fn match_entry(&self, entry: &Entry) -> bool {
        let actor = &entry.actor;
        one_of(&self.actions, &entry.action)
            && one_of(&self.actor_types, &actor.kind)
            && one_of_text(&self.object_types, Some(&entry.object_type))
            && one_of_text(&self.object_identifiers, Some(&entry.object_identifier))
            && one_of_text(&self.actor_ip_addresses, entry.ip_address.as_deref())
            && one_of_text(&self.actor_emails, actor.email.as_deref())
            && one_of_text(&self.actor_api_key_identifiers, actor.api_key_identifier.as_deref())
            && one_of_text(&self.actor_request_types, actor.request_type.as_deref())
    }
}

fn sorted<T: Ord>(list: &[T]) -> Vec<&T> {
    let mut sorted: Vec<&T> = list.iter().collect();
    sorted.sort_unstable();
    sorted
}

fn one_of<T: PartialEq>(asked: &[T], actual: &T) -> bool {
    asked.is_empty() || asked.contains(actual)
}

fn one_of_text(asked: &[String], actual: Option<&str>) -> bool {
    asked.is_empty() || actual.is_some_and(|actual| asked.iter().any(|text| text == actual))
}
