//! Whether two requests share a time on purpose.
//!
//! A client that answered_before that entries come late reads some time again, and keeps what is new. That is no mistake, and is
//! told from one by its length: who takes an inclusive end for an exclusive one shares an instant.

use std::collections::HashMap;
use std::time::Duration;

use super::exchange::Exchange;
use crate::contract::{Filters, Query, Selection, Timestamp};

/// Two ranges that share more than this do so on purpose.
const BY_MISTAKE: Duration = Duration::from_secs(1);

/// Whether what is shared between two instants is shared on purpose.
pub fn on_purpose(from: Timestamp, to: Timestamp) -> bool {
    to.since(from) > BY_MISTAKE
}

/// The ranges of a client's requests.
#[derive(Default)]
pub struct Ranges {
    /// The place of each distinct query in `all`.
    places: HashMap<Selection, usize>,
    /// The place of each distinct set of filters.
    filters: HashMap<Filters, usize>,
    all: Vec<Range>,
}

struct Range {
    filters: usize,
    start: Option<Timestamp>,
    end: Timestamp,
}

impl Ranges {
    /// The place of the range that a request asks for; one without an end ends when it is asked for.
    pub fn place(&mut self, query: &Query, exchange: &Exchange) -> usize {
        let place = *self.places.entry(query.selection()).or_insert(self.all.len());
        let end = query.end_time.unwrap_or(exchange.time);
        if let Some(range) = self.all.get_mut(place) {
            range.end = range.end.max(end);
        } else {
            let next = self.filters.len();
            let filters = *self.filters.entry(query.filters.sorted()).or_insert(next);
            self.all.push(Range { filters, start: query.start_time, end });
        }
        place
    }

    /// Whether two ranges share what they share on purpose.
    pub fn overlap_on_purpose(&self, one: usize, other: usize) -> bool {
        let (one, other) = (&self.all[one], &self.all[other]);
        let distinct = (one.start, one.end) != (other.start, other.end);
        let from = one.start.max(other.start);
        let to = one.end.min(other.end);
        distinct && one.filters == other.filters && from.is_none_or(|from| on_purpose(from, to))
    }
}
