//! What was on a page that was served: found again from its query and from how many entries there were.

use std::cell::RefCell;
use std::collections::HashMap;
use std::rc::Rc;

use super::exchange::Served;
use crate::contract::{Entry, Query, Timestamp};
use crate::store::{Held, Store};

/// Looks into the past of a store; remembers what each distinct query matches.
pub struct Replay<'a> {
    store: &'a Store,
    known: RefCell<HashMap<String, Rc<Vec<Held>>>>,
}

impl<'a> Replay<'a> {
    pub fn over(store: &'a Store) -> Self {
        Self { store, known: RefCell::default() }
    }

    /// Everything that a query matches today, whatever its page, in the order in which it is answered.
    pub fn all(&self, query: &Query) -> Rc<Vec<Held>> {
        let found = || Rc::new(self.store.history(query.start_time, query.end_time, &query.filters));
        Rc::clone(self.known.borrow_mut().entry(query.subject()).or_insert_with(found))
    }

    /// What was on a page.
    pub fn page(&self, served: &Served) -> Vec<Held> {
        let size = served.query.page_size as usize;
        let first = (served.query.page as usize).saturating_mul(size);
        let all = self.all(&served.query);
        // Nothing came since: the page is where it was.
        if all.iter().all(|held| held.arrival <= served.arrivals) {
            return all.iter().skip(first).take(size).copied().collect();
        }
        let there = all.iter().filter(|held| held.arrival <= served.arrivals);
        there.skip(first).take(size).copied().collect()
    }

    /// The entry behind it.
    pub fn entry(&self, held: &Held) -> Option<Entry> {
        self.store.entry(held)
    }

    /// The same in words.
    pub fn told(&self, held: &Held) -> String {
        self.entry(held).as_ref().map(told).unwrap_or_default()
    }

    /// What lies strictly between two instants, whatever it is.
    pub fn between(&self, after: Timestamp, before: Timestamp, query: &Query) -> Vec<Held> {
        let all = self.store.history(Some(after), Some(before), &query.filters);
        all.into_iter().filter(|held| held.timestamp > after && held.timestamp < before).collect()
    }
}

/// An entry in words.
pub fn told(entry: &Entry) -> String {
    let Entry { action, object_type, object_identifier, timestamp, .. } = entry;
    format!("{action} {object_type} {object_identifier} of {timestamp}")
}
