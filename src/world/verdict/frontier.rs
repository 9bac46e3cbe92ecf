//! How far a client has asked: up to which instant, and how much there was then.
//!
//! Who fixes an end before the first page leaves what is newer for the next time; that is not lost, and nobody can tell
//! yet whether it will be read.

use std::collections::HashMap;
use std::time::Duration;

use super::exchange::{Exchange, Served, retryable_query};
use super::replay::Replay;
use crate::contract::{Filters, Query, Timestamp};
use crate::store::EntryRef;

/// What a client could have been given, if it had read all of what it asked for.
#[derive(Default)]
pub struct ReadFrontier {
    /// Whatever it asked for.
    all: Frontier,
    /// The same with each set of filters, when there are several: who asks for one thing after the other is not equally
    /// far with each.
    each: Vec<(Filters, Frontier)>,
    /// The shortest time from an end back from when it was asked for.
    behind: Option<Duration>,
}

/// How far some requests have asked.
#[derive(Default)]
struct Frontier {
    /// How many entries had been added when a page was last given.
    look: usize,
    /// The newest end.
    end: Option<Timestamp>,
    /// How many entries had been added when it was last asked without an end.
    open: Option<usize>,
    /// Up to when those asked that failed since a page was last given. How much there was then is not known, so what is as
    /// old is taken for having been there: who asks again is given it all the same.
    lost_to: Option<Timestamp>,
}

/// With more sets of filters than this it is not looked which of them an entry passes.
const MOST: usize = 50;

impl ReadFrontier {
    pub fn of(exchanges: &[&Exchange]) -> Self {
        let mut reach = Self::default();
        let mut places: HashMap<Filters, usize> = HashMap::new();
        for exchange in exchanges {
            // Who is told to ask again and does not has lost it.
            let failed = if exchange.served.is_some() { None } else { retryable_query(exchange) };
            let Some(query) = exchange.asked().or(failed.as_ref()) else { continue };
            let place = *places.entry(query.filters.sorted()).or_insert(reach.each.len());
            if place == reach.each.len() {
                reach.each.push((query.filters.clone(), Frontier::default()));
            }
            for asked in [&mut reach.all, &mut reach.each[place].1] {
                match &exchange.served {
                    Some(served) => asked.given(served),
                    None => asked.failed(query, exchange),
                }
            }
            if let (Some(_), Some(end)) = (&exchange.served, query.end_time) {
                let behind = exchange.time.since(end);
                reach.behind = Some(reach.behind.map_or(behind, |known| known.min(behind)));
            }
        }
        if reach.each.len() == 1 || reach.each.len() > MOST {
            reach.each.clear();
        }
        reach
    }

    /// How far behind the client at least stays; `None` when it has asked without an end, or for nothing.
    pub fn behind(&self) -> Option<Duration> {
        self.behind.filter(|_| self.all.open.is_none())
    }

    /// How many entries had been added when a page was last given.
    pub fn last_look(&self) -> usize {
        self.all.look
    }

    /// Whether an entry was there when the client last asked, for whatever time.
    pub fn saw(&self, held: &EntryRef) -> bool {
        self.all.saw(held)
    }

    /// Whether an entry was there when it was asked for, and as old as what was asked for: with filters that it passes,
    /// or with any if it passes none.
    pub fn holds(&self, held: &EntryRef, replay: &Replay) -> bool {
        if !self.all.holds(held) || self.each.iter().all(|(_, asked)| asked.holds(held)) {
            return self.all.holds(held);
        }
        let Some(entry) = replay.entry(held) else { return false };
        let mut passes_none = true;
        for (_, asked) in self.each.iter().filter(|(filters, _)| filters.matches(&entry)) {
            if asked.holds(held) {
                return true;
            }
            passes_none = false;
        }
        passes_none
    }
}

impl Frontier {
    fn given(&mut self, served: &Served) {
        self.look = self.look.max(served.arrivals);
        self.lost_to = None;
        match served.query.end_time {
            Some(end) => self.end = self.end.max(Some(end)),
            None => self.open = self.open.max(Some(served.arrivals)),
        }
    }

    /// A query without an end ends when it is asked.
    fn failed(&mut self, query: &Query, exchange: &Exchange) {
        let end = query.end_time.unwrap_or(exchange.time);
        self.end = self.end.max(Some(end));
        self.lost_to = self.lost_to.max(Some(end.min(exchange.time)));
    }

    fn saw(&self, held: &EntryRef) -> bool {
        held.arrival <= self.look || self.lost_to >= Some(held.timestamp)
    }

    fn holds(&self, held: &EntryRef) -> bool {
        self.saw(held) && (self.end >= Some(held.timestamp) || self.open >= Some(held.arrival))
    }
}
