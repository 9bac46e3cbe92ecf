//! The API contract: query parameters, entries, pages, and the rules that say so with the source of each.
//!
//! Everything here is a pure function of its input: no clock, no lock, no socket.

mod entry;
mod page;
mod parameter;
pub mod query;
mod rules;
mod timestamp;
mod vocabulary;
mod words;

pub use entry::{AcceptedValues, Actor, Entry, FilterField, is_email};
pub use page::Page;
pub use parameter::{DEFAULT_PAGE_SIZE, MAX_PAGE, MAX_PAGE_SIZE, Parameter};
pub use query::{Filters, ParsedQuery, Query, QueryIssue, QueryRejection, Selection, Severity};
pub use rules::{RULES, Rule, Source};
pub use timestamp::{Timestamp, TimestampError};
pub use vocabulary::Vocabulary;
pub(crate) use vocabulary::open_lists;
pub use words::{ACTOR_REQUEST_TYPES, Action, ActorType, OBJECT_TYPES, OBJECT_TYPES_DATE};

pub use crate::text::{UnknownWord, nearest};

/// The path of the operation.
pub const AUDIT_LOGS: &str = "/api/v1/audit-logs";

/// The OpenAPI document of the contract as this mock implements it. `cargo test openapi::` compares it with the code.
pub const OPENAPI_DOCUMENT: &str = include_str!("contract/openapi.json");
