//! The memory that records of requests take, and a limit of that of all sessions together.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use crate::contract::QueryIssue;

/// The bytes of the journals and the observations of all sessions; clones share the count.
#[derive(Debug, Clone, Default)]
pub struct SharedMemory(Arc<AtomicUsize>);

impl SharedMemory {
    /// The bytes above which each journal, and the observations of each session, are limited to [`SharedMemory::SHARE`].
    pub const MAX_BYTES: usize = 256 << 20;

    /// The share of each of them when there is no room for more.
    pub const SHARE: usize = 256 << 10;

    /// The limit of one of them: its own, or its share.
    pub fn limit(&self, own_limit: usize) -> usize {
        let is_crowded = self.0.load(Ordering::Relaxed) > Self::MAX_BYTES;
        if is_crowded { Self::SHARE } else { own_limit }
    }

    /// Notes that one of them has changed its size.
    pub fn resize(&self, bytes_before: usize, bytes: usize) {
        self.0.fetch_add(bytes, Ordering::Relaxed);
        self.0.fetch_sub(bytes_before, Ordering::Relaxed);
    }
}

/// The memory of an allocation, with what the allocator adds to it: usually the size, and padding to a multiple of 16.
pub fn allocation(bytes: usize) -> usize {
    if bytes == 0 { 0 } else { (bytes + size_of::<usize>()).next_multiple_of(16) }
}

/// The memory of a text that several records may share; each counts it.
pub fn shared_text(text: &str) -> usize {
    let reference_counts = 2 * size_of::<usize>();
    allocation(text.len() + reference_counts)
}

/// The memory of a list of issues.
pub fn issues(issues: &Vec<QueryIssue>) -> usize {
    let of_issue = |issue: &QueryIssue| {
        let QueryIssue { rule: _, severity: _, parameter, value, reason, accepted, nearest, example } = issue;
        let optional = [accepted, nearest, example].into_iter().flatten();
        [parameter, value, reason].into_iter().chain(optional).map(|text| allocation(text.capacity())).sum::<usize>()
    };
    allocation(issues.capacity() * size_of::<QueryIssue>()) + issues.iter().map(of_issue).sum::<usize>()
}
