//! How far a client has asked: up to which instant, and how much there was then.
//!
//! A client that fixes an end before the first page leaves what is newer for the next time; one without an end leaves what
//! comes above its first page. That is not lost, and nobody can tell yet whether it will be read.

use std::collections::HashMap;
use std::time::Duration;

use super::crawl::{Crawl, Crawls};
use super::exchange::{Exchange, Served};
use super::replay::Replay;
use crate::contract::{Filters, Query, Timestamp};
use crate::store::EntryRef;

/// What a client could have been given, if it had read all of what it asked for.
#[derive(Default)]
pub struct ReadFrontier {
    /// The frontier of all requests.
    all: Frontier,
    /// The frontier of each set of filters, if there are several: a client that reads with one after the other is not equally
    /// far with each.
    each: Vec<(Filters, Frontier)>,
    /// The shortest time from an end back from when it was asked for.
    behind: Option<Duration>,
}

/// How far some requests have asked.
#[derive(Default)]
struct Frontier {
    /// How many entries had been added when a page was last served.
    look: usize,
    /// The newest end that had passed when it was asked for.
    end: Option<Timestamp>,
    open: Option<OpenEnded>,
    /// Up to when those asked that failed since a page was last served. How much there was then is not known, so what is as
    /// old is taken for having been there: a client that asks again is given it all the same.
    lost_to: Option<Timestamp>,
}

/// How far the requests reach that have no end, or one in the future.
struct OpenEnded {
    /// How many entries had been added when a first page was last served.
    first_page: usize,
    /// How many had been added when a page of the same crawl was last served.
    last_page: usize,
    /// The newest entry of that first page.
    newest: Option<Timestamp>,
    /// The newest end; `None` is none.
    end: Option<Timestamp>,
}

/// With more sets of filters than this it is not looked which of them an entry passes.
const MAX_FILTERS: usize = 50;

impl ReadFrontier {
    /// `newest` is the newest entry of the page of each exchange, by its place.
    pub fn new(exchanges: &[&Exchange], crawls: &Crawls<'_>, newest: &[Option<Timestamp>]) -> Self {
        let mut frontier = Self::default();
        let mut places: HashMap<Filters, usize> = HashMap::new();
        for (index, exchange) in exchanges.iter().enumerate() {
            let crawl = crawls.of(index).map(|(_, crawl)| crawl);
            let Some(query) = exchange.asked_query().filter(|_| crawl.is_none_or(|crawl| crawl.probe.is_none())) else {
                continue;
            };
            let place = *places.entry(query.filters.sorted()).or_insert(frontier.each.len());
            if place == frontier.each.len() {
                frontier.each.push((query.filters.clone(), Frontier::default()));
            }
            let has_first_page = crawl.is_some_and(Crawl::has_first_page);
            for frontier in [&mut frontier.all, &mut frontier.each[place].1] {
                match &exchange.served {
                    Some(served) => frontier.served(served, exchange, newest[index], has_first_page),
                    None => frontier.failed(query, exchange),
                }
            }
            if let (Some(_), Some(end)) = (&exchange.served, query.end_time) {
                let behind = exchange.observation.time.since(end);
                frontier.behind = Some(frontier.behind.map_or(behind, |known| known.min(behind)));
            }
        }
        if frontier.each.len() == 1 || frontier.each.len() > MAX_FILTERS {
            frontier.each.clear();
        }
        frontier
    }

    /// How far behind the client at least stays; `None` when it has asked without an end, or for nothing.
    pub fn behind(&self) -> Option<Duration> {
        self.behind.filter(|_| self.all.open.as_ref().is_none_or(|open| open.end.is_some()))
    }

    /// How many entries had been added when a page was last served.
    pub fn last_look(&self) -> usize {
        self.all.look
    }

    /// Whether an entry was there when the client last asked, for whatever time.
    pub fn saw(&self, entry: &EntryRef) -> bool {
        self.all.saw(entry)
    }

    /// Whether an entry was there when it was asked for, and as old as what was asked for: with filters that it passes,
    /// or with any if it passes none.
    pub fn holds(&self, entry: &EntryRef, replay: &Replay) -> bool {
        if !self.all.holds(entry) || self.each.iter().all(|(_, frontier)| frontier.holds(entry)) {
            return self.all.holds(entry);
        }
        let Some(full) = replay.entry(entry) else { return false };
        let mut passes_none = true;
        for (_, frontier) in self.each.iter().filter(|(filters, _)| filters.matches(&full)) {
            if frontier.holds(entry) {
                return true;
            }
            passes_none = false;
        }
        passes_none
    }
}

impl Frontier {
    fn served(&mut self, served: &Served, exchange: &Exchange, newest: Option<Timestamp>, has_first_page: bool) {
        let Served { query, arrivals, .. } = served;
        self.look = self.look.max(*arrivals);
        self.lost_to = None;
        if let Some(end) = query.end_time.filter(|end| *end <= exchange.observation.time) {
            self.end = self.end.max(Some(end));
            return;
        }
        let end = query.end_time;
        match &mut self.open {
            Some(open) => {
                open.end = open.end.and_then(|known| end.map(|end| end.max(known)));
                open.last_page = open.last_page.max(*arrivals);
                if query.page == 0 || !has_first_page {
                    (open.first_page, open.newest) = (open.first_page.max(*arrivals), newest);
                }
            }
            None => {
                // Where pages are read from the last on, the first comes later.
                let first_page = if query.page == 0 || !has_first_page { *arrivals } else { 0 };
                self.open = Some(OpenEnded { first_page, last_page: *arrivals, newest, end });
            }
        }
    }

    /// A query without an end ends when it is asked.
    fn failed(&mut self, query: &Query, exchange: &Exchange) {
        let end = query.end_time.unwrap_or(exchange.observation.time);
        self.end = self.end.max(Some(end));
        self.lost_to = self.lost_to.max(Some(end.min(exchange.observation.time)));
    }

    fn saw(&self, entry: &EntryRef) -> bool {
        entry.arrival <= self.look || self.lost_to >= Some(entry.timestamp)
    }

    fn holds(&self, entry: &EntryRef) -> bool {
        self.saw(entry)
            && (self.end >= Some(entry.timestamp) || self.open.as_ref().is_some_and(|open| open.holds(entry)))
    }
}

impl OpenEnded {
    fn holds(&self, entry: &EntryRef) -> bool {
        let is_above = self.newest.is_none_or(|newest| entry.timestamp >= newest);
        let was_there = entry.arrival <= self.first_page || entry.arrival <= self.last_page && !is_above;
        was_there && self.end.is_none_or(|end| entry.timestamp <= end)
    }
}
