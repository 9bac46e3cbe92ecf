//! Sizes and counts of a run: enough to compare with the limits, or just enough to show that the bench works.

use std::time::Duration;

/// The sizes and counts of one run.
pub struct Scale {
    /// Whether the figures are compared with their limits.
    pub judged: bool,
    /// Entries of the small store.
    pub small: usize,
    /// Entries of the large one.
    pub large: usize,
    /// Generated entries of a start; another has ten times as many.
    pub generated: usize,
    /// Measurements whose median is the figure.
    pub rounds: usize,
    /// Starts of each server.
    pub starts: usize,
    /// Requests between two readings of the CPU time.
    pub load: usize,
    /// Requests for one latency.
    pub latency: usize,
    /// The longest time for one latency: a slow store needs fewer requests to show.
    pub max_duration: Duration,
    /// Queries of a kind whose growth is measured.
    pub cases: usize,
    /// Entries that are appended in all.
    pub appends: usize,
    /// Requests that a verdict is about.
    pub observations: usize,
    /// Sessions that are opened.
    pub sessions: usize,
    /// Time without requests after which a server is at rest.
    pub rest: Duration,
}

/// The scale of the figures in the documents.
pub const FULL: Scale = Scale {
    judged: true,
    small: 10_000,
    large: 1_000_000,
    generated: 1_000_000,
    rounds: 3,
    starts: 40,
    load: 12_000,
    latency: 2000,
    max_duration: Duration::from_millis(1500),
    cases: usize::MAX,
    appends: 2000,
    observations: 100_000,
    sessions: 200,
    rest: Duration::from_secs(1),
};

/// The scale of `cargo test --benches`.
pub const SMALL: Scale = Scale {
    judged: false,
    small: 500,
    large: 1000,
    generated: 1000,
    rounds: 1,
    starts: 1,
    load: 32,
    latency: 4,
    max_duration: Duration::from_millis(100),
    cases: 1,
    appends: 8,
    observations: 20,
    sessions: 2,
    rest: Duration::ZERO,
};
