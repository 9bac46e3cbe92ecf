//! The entries over which coverage is judged.

use serde::Serialize;

use crate::contract::{Filters, Query, Timestamp};

/// Which entries a client was to read.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Scope {
    /// Not before; `None` is from the first.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub from: Option<Timestamp>,
    /// Not after; `None` is to the last.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub to: Option<Timestamp>,
    /// What they have; empty is any.
    #[serde(flatten)]
    pub filters: Filters,
}

impl Scope {
    /// The query that matches all of it.
    pub(super) fn everything(&self) -> Query {
        Query { start_time: self.from, end_time: self.to, filters: self.filters.clone(), ..Query::default() }
    }
}
