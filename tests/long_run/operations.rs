//! The operations of a worker, each with a check of its responses.

pub mod appends;
pub mod connections;
pub mod errors;
pub mod faults;
pub mod journal;
pub mod live;
pub mod queries;
pub mod reads;

use std::sync::Arc;

use rand::RngExt;
use serde_json::Value;

use crate::Result;
use crate::model::Model;
use crate::worker::Worker;

type Operation = for<'a, 'b> fn(&'a mut Worker<'b>) -> Result<()>;

/// The operations, each with its weight in the random choice.
pub const OPERATIONS: [(u32, Operation); 13] = [
    (46, reads::random_page),
    (4, reads::crawl),
    (10, appends::append),
    (1, appends::clear_or_reset),
    (5, live::advance_clock),
    (4, faults::inject),
    (8, errors::refused),
    (2, errors::throttled),
    (20, reads::new_session),
    (3, journal::count),
    (1, journal::verdict),
    (3, reads::control_plane),
    (3, connections::abandon),
];

/// Sessions with known content that each worker has.
pub const TRACKED_SESSIONS: usize = 3;

/// A session with a frozen clock and known content.
pub struct TrackedSession {
    pub name: String,
    pub model: Model,
    /// Requests for audit logs sent to it.
    pub requests: u64,
    /// After this many requests a new session replaces it, which bounds its journal and observations.
    max_requests: u64,
}

impl TrackedSession {
    /// Small, so that the total of all sessions varies little, and growth of the memory means a leak.
    const MAX_ADDED: usize = 200;

    pub fn new(worker: &mut Worker<'_>) -> Self {
        let max_requests = worker.rng.random_range(200..=600);
        Self { name: worker.new_name("tracked"), model: Model::clone(&worker.initial), requests: 0, max_requests }
    }

    fn is_used_up(&self, initial: &Arc<Model>) -> bool {
        self.requests >= self.max_requests || self.model.entries.len() > initial.entries.len() + Self::MAX_ADDED
    }
}

/// Chooses one of the worker's tracked sessions. Replaces it first if it is used up: most old sessions are deleted, the
/// others left for the server to evict.
pub fn choose_session(worker: &mut Worker<'_>) -> Result<usize> {
    let index = worker.rng.random_range(0..TRACKED_SESSIONS);
    if worker.sessions[index].is_used_up(&worker.initial) {
        let new = TrackedSession::new(worker);
        let old = std::mem::replace(&mut worker.sessions[index], new);
        if worker.percent(80) {
            worker.admin("DELETE", &format!("/sessions/{}", old.name), "")?;
        }
    }
    Ok(index)
}

/// Fails unless two JSON values are equal.
pub fn expect_equal(what: &str, actual: &Value, expected: impl Into<Value>) -> Result<()> {
    let expected = expected.into();
    if *actual == expected { Ok(()) } else { Err(format!("{what}: {actual}, not {expected}").into()) }
}
