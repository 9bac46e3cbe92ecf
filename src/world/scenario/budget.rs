//! How often something may still come around the pages of a query.
//!
//! Without a bound, a client that reads again whenever something came while it read would never be done.

use std::collections::HashMap;
use std::time::Duration;

use super::Scenario;
use crate::contract::{Query, Selection};

/// What each query has had lately.
#[derive(Debug, Default)]
pub struct Budget {
    spent: HashMap<Selection, Spent>,
}

#[derive(Debug)]
struct Spent {
    /// The world's age when it began.
    since: Duration,
    times: u32,
}

impl Budget {
    /// Queries that are remembered.
    const MOST: usize = 1000;

    /// Whether something may come around a page of a query, when the world is of this age.
    pub fn allows(&self, query: &Query, age: Duration) -> bool {
        let spent = self.spent.get(&query.selection());
        spent.is_none_or(|spent| spent.times < Scenario::MAX_MOVES_PER_QUERY || is_over(spent, age))
    }

    /// The same, and counts it if it may.
    pub fn spend(&mut self, query: &Query, age: Duration) -> bool {
        if !self.allows(query, age) {
            return false;
        }
        self.forget(age);
        let spent = self.spent.entry(query.selection()).or_insert(Spent { since: age, times: 0 });
        if is_over(spent, age) {
            *spent = Spent { since: age, times: 0 };
        }
        spent.times += 1;
        true
    }

    /// Makes room when there are many: what is over first, and all if nothing is.
    fn forget(&mut self, age: Duration) {
        if self.spent.len() < Self::MOST {
            return;
        }
        self.spent.retain(|_, spent| !is_over(spent, age));
        if self.spent.len() >= Self::MOST {
            self.spent.clear();
        }
    }
}

fn is_over(spent: &Spent, age: Duration) -> bool {
    age.saturating_sub(spent.since) >= Scenario::MOVES_PERIOD
}
