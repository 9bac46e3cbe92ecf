//! Whether a client polls more often than new data appears.
//!
//! No client knows beforehand when something comes, so every poller asks in vain at times; that is no mistake. It is one to
//! ask the same again many times in a row, in a hurry, while nothing came.

use std::collections::{HashMap, VecDeque};
use std::time::Duration;

use super::coverage::CoverageLedger;
use super::exchange::Exchange;
use super::finding::{Bug, Finding};
use crate::contract::{Filters, Query, Timestamp};

/// The number of polls in a row without anything new that are a hurry when they come within [`MIN_STREAK_TIME`].
const STREAK_LENGTH: usize = 20;
/// On average there is less than a second between two of them then.
const MIN_STREAK_TIME: Duration = Duration::from_secs(19);
/// By how much a range may grow faster than time passes: requests take now longer, now shorter to arrive.
const JITTER: Duration = Duration::from_secs(1);

/// The polls of a client that came in a hurry.
#[derive(Default)]
pub struct BusyPolls<'a> {
    pub count: usize,
    /// The last polls of the first hurry, and how long these took.
    shown: Option<(Vec<&'a Exchange>, Duration)>,
}

/// Polls in a row with the same filters that brought nothing new.
struct IdleStreak<'a> {
    /// What is asked for: nothing before the start of the first poll, and nothing after its end but for what has passed
    /// since.
    start: Option<Timestamp>,
    end: Timestamp,
    /// How old the world was when it began.
    began: Duration,
    /// The newest end so far.
    newest_end: Timestamp,
    /// The last polls.
    last: VecDeque<&'a Exchange>,
    /// Whether those before the last have been counted as hurried.
    counted: bool,
}

/// Looks at the polls of a client: a poll asks for the first page.
pub fn judge<'a>(ledger: &CoverageLedger<'a>) -> BusyPolls<'a> {
    let mut hurried = BusyPolls::default();
    let mut streaks: HashMap<Filters, IdleStreak<'a>> = HashMap::new();
    for (exchange, new) in ledger.pages() {
        let Some(query) = exchange.served_query() else { continue };
        let filters = query.filters.sorted();
        if new {
            streaks.remove(&filters);
        } else if query.page == 0 {
            match streaks.get_mut(&filters).filter(|streak| streak.asks_nothing_else(query, exchange)) {
                Some(streak) => streak.go_on(query, exchange, &mut hurried),
                None => drop(streaks.insert(filters, IdleStreak::new(query, exchange))),
            }
        }
    }
    hurried
}

impl<'a> IdleStreak<'a> {
    fn new(query: &Query, exchange: &'a Exchange) -> Self {
        let (start, end) = (query.start_time, end(query, exchange));
        let last = VecDeque::from([exchange]);
        Self { start, end, began: exchange.observation.elapsed, newest_end: end, last, counted: false }
    }

    /// A client that asks for a time that it had not asked for reads on, and does not poll.
    fn asks_nothing_else(&self, query: &Query, exchange: &Exchange) -> bool {
        let passed = exchange.observation.elapsed.saturating_sub(self.began);
        query.start_time >= self.start && end(query, exchange) <= self.end.saturating_add(passed + JITTER)
    }

    fn go_on(&mut self, query: &Query, exchange: &'a Exchange, hurried: &mut BusyPolls<'a>) {
        let end = end(query, exchange);
        // A clock that stands still does not show how fast a client is; a client that asks for less reads back.
        let stands_still =
            self.last.back().is_some_and(|last| exchange.observation.elapsed <= last.observation.elapsed);
        if stands_still || end < self.newest_end {
            return;
        }
        self.newest_end = end;
        if self.last.len() == STREAK_LENGTH {
            self.last.pop_front();
        }
        self.last.push_back(exchange);
        let took = self
            .last
            .front()
            .map(|first| exchange.observation.elapsed.saturating_sub(first.observation.elapsed))
            .unwrap_or_default();
        if self.last.len() < STREAK_LENGTH || took >= MIN_STREAK_TIME {
            return;
        }
        hurried.count += if self.counted { 1 } else { STREAK_LENGTH };
        self.counted = true;
        hurried.shown.get_or_insert_with(|| (self.last.iter().copied().collect(), took));
    }
}

/// A query without an end ends when it is asked.
fn end(query: &Query, exchange: &Exchange) -> Timestamp {
    query.end_time.unwrap_or(exchange.observation.time)
}

impl BusyPolls<'_> {
    pub fn finding(&self) -> Option<Finding> {
        let (polls, took) = self.shown.as_ref()?;
        let query = polls.last().map(|exchange| &*exchange.observation.query).unwrap_or_default();
        let message = format!(
            "{} polls came in a hurry, and nothing had come: {} of these within {:.1} s, the last ?{query}",
            self.count,
            polls.len(),
            took.as_secs_f64()
        );
        Some(Finding::new(Bug::BusyPolling, self.count, message, polls.iter().copied()))
    }
}
