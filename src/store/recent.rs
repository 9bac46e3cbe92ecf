//! The sets that were lately put together from several: a client asks for page after page with the same filters.

use std::collections::VecDeque;
use std::ops::Deref;
use std::sync::Arc;

use parking_lot::Mutex;

use super::places::Places;
use crate::contract::Filters;

/// A few filters and what passes them.
#[derive(Debug, Default)]
pub struct Recent(Mutex<VecDeque<(Filters, Arc<Places<'static>>)>>);

/// So many are kept; each is at most an eighth of a byte an entry.
const MOST: usize = 16;

impl Recent {
    /// What passes, put together if it was not lately.
    pub fn get<'a>(&self, filters: &Filters, put_together: impl FnOnce() -> Option<Places<'a>>) -> Option<Passing<'a>> {
        let known = |kept: &VecDeque<_>| {
            let same = kept.iter().find(|(other, _): &&(Filters, _)| other == filters);
            same.map(|(_, places)| Arc::clone(places))
        };
        if let Some(places) = known(&self.0.lock()) {
            return Some(Passing::Shared(places));
        }
        let places = Arc::new(put_together()?.into_owned());
        let mut kept = self.0.lock();
        kept.truncate(MOST - 1);
        kept.push_front((filters.clone(), Arc::clone(&places)));
        Some(Passing::Shared(places))
    }
}

/// What passes, as the index has it or shared with whoever asks the same.
#[derive(Debug)]
pub enum Passing<'a> {
    Indexed(Places<'a>),
    Shared(Arc<Places<'static>>),
}

impl<'a> Deref for Passing<'a> {
    type Target = Places<'a>;

    fn deref(&self) -> &Places<'a> {
        match self {
            Self::Indexed(places) => places,
            Self::Shared(places) => places,
        }
    }
}
