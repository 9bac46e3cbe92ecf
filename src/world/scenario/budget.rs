//! A bound on the entries that a scenario adds around the pages of one query.
//!
//! Without it, a client that rereads whenever an entry arrived during its read would never finish.

use std::collections::HashMap;
use std::hash::{BuildHasher, RandomState};
use std::time::Duration;

use super::Scenario;
use crate::contract::Query;

/// The recent changes around each query.
#[derive(Debug, Default)]
pub struct Budget {
    /// By the hash of the selection, which can have thousands of values.
    spent: HashMap<u64, Spent>,
    hasher: RandomState,
}

#[derive(Debug)]
struct Spent {
    /// The world's age at the first change of the period.
    since: Duration,
    times: u32,
}

impl Budget {
    /// The most queries in memory. A further one makes room for itself: each may see changes again then.
    const MAX_QUERIES: usize = 1000;

    /// Whether entries may be added around a page of a query, at this age of the world.
    pub fn allows(&self, query: &Query, age: Duration) -> bool {
        let spent = self.spent.get(&self.hash(query));
        spent.is_none_or(|spent| spent.times < Scenario::MAX_MOVES_PER_QUERY || is_over(spent, age))
    }

    /// Counts a change around a page of a query if it is allowed; `false` when it is not.
    pub fn spend(&mut self, query: &Query, age: Duration) -> bool {
        if !self.allows(query, age) {
            return false;
        }
        if self.spent.len() >= Self::MAX_QUERIES {
            self.spent.clear();
        }
        let spent = self.spent.entry(self.hash(query)).or_insert(Spent { since: age, times: 0 });
        if is_over(spent, age) {
            *spent = Spent { since: age, times: 0 };
        }
        spent.times += 1;
        true
    }

    fn hash(&self, query: &Query) -> u64 {
        self.hasher.hash_one(query.selection())
    }
}

fn is_over(spent: &Spent, age: Duration) -> bool {
    age.saturating_sub(spent.since) >= Scenario::MOVES_PERIOD
}
