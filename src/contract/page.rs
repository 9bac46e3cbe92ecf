//! The body of a 200: one page of entries and the totals.

use serde::Serialize;

use super::Entry;

/// One page of what matched (RES-PAGE, RES-TOTALS). Serialises to the response body.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Page {
    /// The entries of this page, newest first; empty past the end.
    pub logs: Vec<Entry>,
    /// The page that was asked for, counted from 0.
    pub page: u32,
    /// How many entries match in all.
    pub total: usize,
    /// How many pages hold them: `ceil(total / pageSize)`, 0 when nothing matches.
    pub total_pages: usize,
}
