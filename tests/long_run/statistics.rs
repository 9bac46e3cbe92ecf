//! Counters that all workers share, and the first failure of any of them.

use std::sync::atomic::{AtomicU64, Ordering};

use parking_lot::Mutex;

#[derive(Default)]
pub struct Statistics {
    /// Requests sent to the server.
    requests: AtomicU64,
    /// Responses that were compared with the model.
    comparisons: AtomicU64,
    /// Errors and broken connections that a worker provoked and got.
    expected_errors: AtomicU64,
    failure: Mutex<Option<String>>,
}

impl Statistics {
    pub fn count_request(&self) {
        self.requests.fetch_add(1, Ordering::Relaxed);
    }

    pub fn count_comparison(&self) {
        self.comparisons.fetch_add(1, Ordering::Relaxed);
    }

    pub fn count_expected_error(&self) {
        self.expected_errors.fetch_add(1, Ordering::Relaxed);
    }

    pub fn requests(&self) -> u64 {
        self.requests.load(Ordering::Relaxed)
    }

    pub fn comparisons(&self) -> u64 {
        self.comparisons.load(Ordering::Relaxed)
    }

    pub fn expected_errors(&self) -> u64 {
        self.expected_errors.load(Ordering::Relaxed)
    }

    /// Keeps the first failure: the others may follow from it.
    pub fn fail(&self, failure: String) {
        self.failure.lock().get_or_insert(failure);
    }

    pub fn failure(&self) -> Option<String> {
        self.failure.lock().clone()
    }
}
