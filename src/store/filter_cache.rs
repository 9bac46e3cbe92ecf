//! The sets that were lately put together from several: a client asks for page after page with the same filters.

use std::collections::VecDeque;
use std::ops::Deref;
use std::sync::Arc;

use parking_lot::Mutex;

use super::row_set::RowSet;
use crate::contract::Filters;

/// A few filters and what passes them.
#[derive(Debug, Default)]
pub struct FilterCache(Mutex<VecDeque<(Filters, Arc<RowSet<'static>>)>>);

/// So many are kept; each is at most an eighth of a byte an entry.
const MOST: usize = 16;

impl FilterCache {
    /// What passes, put together if it was not lately.
    pub fn get<'a>(
        &self,
        filters: &Filters,
        put_together: impl FnOnce() -> Option<RowSet<'a>>,
    ) -> Option<MatchedRows<'a>> {
        let known = |kept: &VecDeque<_>| {
            let same = kept.iter().find(|(other, _): &&(Filters, _)| other == filters);
            same.map(|(_, rows)| Arc::clone(rows))
        };
        if let Some(rows) = known(&self.0.lock()) {
            return Some(MatchedRows::Shared(rows));
        }
        let rows = Arc::new(put_together()?.into_owned());
        let mut kept = self.0.lock();
        kept.truncate(MOST - 1);
        kept.push_front((filters.clone(), Arc::clone(&rows)));
        Some(MatchedRows::Shared(rows))
    }
}

/// What passes, as the index has it or shared with whoever asks the same.
#[derive(Debug)]
pub enum MatchedRows<'a> {
    Indexed(RowSet<'a>),
    Shared(Arc<RowSet<'static>>),
}

impl<'a> Deref for MatchedRows<'a> {
    type Target = RowSet<'a>;

    fn deref(&self) -> &RowSet<'a> {
        match self {
            Self::Indexed(rows) => rows,
            Self::Shared(rows) => rows,
        }
    }
}
