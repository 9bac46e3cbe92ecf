//! The entries over which coverage is judged.

use std::time::Duration;

use serde::{Serialize, Serializer};

use crate::contract::{Filters, Query, Timestamp};
use crate::duration;

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
    /// How far back from the newest entry that it has a client means to read again; `None` is not said, and any reread is
    /// right.
    #[serde(skip_serializing_if = "Option::is_none", serialize_with = "as_text")]
    pub overlap: Option<Duration>,
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

fn as_text<S: Serializer>(overlap: &Option<Duration>, serializer: S) -> Result<S::Ok, S::Error> {
    serializer.collect_str(&overlap.map(duration::format).unwrap_or_default())
}
