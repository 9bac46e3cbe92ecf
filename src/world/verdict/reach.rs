//! How far a client has asked: up to which instant, and how much there was then.
//!
//! Who fixes an end before the first page leaves what is newer for the next time; that is not lost, and nobody can tell
//! yet whether it will be read.

use std::time::Duration;

use super::exchange::Exchange;
use super::giving_up;
use crate::contract::{Query, Timestamp};
use crate::store::Held;

/// What a client could have been given, if it had read all of what it asked for.
#[derive(Default)]
pub struct Reach {
    /// The newest end that it asked for.
    end: Option<Timestamp>,
    /// How many entries had been added when it last asked without an end.
    open: Option<usize>,
    /// The shortest time from an end back from when it was asked for.
    behind: Option<Duration>,
}

impl Reach {
    pub fn of(exchanges: &[&Exchange]) -> Self {
        let mut reach = Self::default();
        for exchange in exchanges {
            match &exchange.served {
                Some(served) if served.query.end_time.is_none() => reach.open = reach.open.max(Some(served.arrivals)),
                Some(served) => {
                    reach.end = reach.end.max(served.query.end_time);
                    let behind = served.query.end_time.map(|end| exchange.time.since(end));
                    reach.behind = reach.behind.map_or(behind, |known| behind.map(|behind| behind.min(known)));
                }
                // Who is told to ask again and does not has lost it.
                None => reach.end = reach.end.max(giving_up::in_vain(exchange).map(|query| end(&query, exchange))),
            }
        }
        reach
    }

    /// How far behind the client at least stays; `None` when it has asked without an end, or for nothing.
    pub fn behind(&self) -> Option<Duration> {
        self.behind.filter(|_| self.open.is_none())
    }

    /// Whether an entry is as old as what was asked for. A client that was never answered has reached everything: it is
    /// not to pass for one that read all it wanted.
    pub fn holds(&self, held: &Held) -> bool {
        let nowhere = self.end.is_none() && self.open.is_none();
        nowhere || self.end >= Some(held.timestamp) || self.open >= Some(held.arrival)
    }
}

/// A query without an end ends when it is asked.
fn end(query: &Query, exchange: &Exchange) -> Timestamp {
    query.end_time.unwrap_or(exchange.time)
}
