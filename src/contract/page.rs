//! The body of a 200: one page of entries and the totals.

use std::sync::Arc;

use serde::{Serialize, Serializer};

use super::Entry;

/// One page of what matched (RES-PAGE, RES-TOTALS). Serialises to the response body.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Page {
    /// The entries of this page, newest first; empty past the end.
    #[serde(serialize_with = "each")]
    pub logs: Vec<Arc<Entry>>,
    /// The page that was asked for, counted from 0.
    pub page: u32,
    /// How many entries match in all.
    pub total: usize,
    /// How many pages hold them: `ceil(total / pageSize)`, 0 when nothing matches.
    pub total_pages: usize,
}

fn each<S: Serializer>(logs: &[Arc<Entry>], serializer: S) -> Result<S::Ok, S::Error> {
    serializer.collect_seq(logs.iter().map(Arc::as_ref))
}
