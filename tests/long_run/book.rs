//! What is counted, and the first thing that went wrong.

use std::sync::atomic::{AtomicU64, Ordering};

use parking_lot::Mutex;

/// Kept by all testers together.
#[derive(Default)]
pub struct Book {
    /// Sent to the server.
    pub requests: AtomicU64,
    /// Answers that were compared with what the model has.
    pub compared: AtomicU64,
    /// Errors and broken connections that were asked for.
    pub asked_for: AtomicU64,
    wrong: Mutex<Option<String>>,
}

impl Book {
    pub fn request(&self) {
        self.requests.fetch_add(1, Ordering::Relaxed);
    }

    pub fn compared(&self) {
        self.compared.fetch_add(1, Ordering::Relaxed);
    }

    pub fn asked_for(&self) {
        self.asked_for.fetch_add(1, Ordering::Relaxed);
    }

    /// What went wrong first is what to look at.
    pub fn note(&self, wrong: String) {
        self.wrong.lock().get_or_insert(wrong);
    }

    pub fn wrong(&self) -> Option<String> {
        self.wrong.lock().clone()
    }
}
