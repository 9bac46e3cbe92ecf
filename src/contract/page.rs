//! The body of a 200: one page of entries and the totals.

use serde::Serialize;

use super::Entry;

/// One page of the matching entries (RES-PAGE, RES-TOTALS). Serialises to the response body.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Page {
    /// The entries of this page, newest first; empty past the end.
    pub logs: Vec<Entry>,
    /// The requested page, counted from 0.
    pub page: u32,
    /// Number of matching entries on all pages.
    pub total: usize,
    /// Number of pages: `ceil(total / pageSize)`, 0 when nothing matches.
    pub total_pages: usize,
}
