//! How much of everything: enough to judge, or just enough to know that it runs.

use std::time::Duration;

/// The sizes and counts of one run.
pub struct Scale {
    /// Whether the figures are held against their limits.
    pub judged: bool,
    /// Entries of the small store.
    pub small: usize,
    /// Entries of the large one.
    pub large: usize,
    /// Measurements of the same, of which the median counts.
    pub rounds: usize,
    /// Starts of each server.
    pub starts: usize,
    /// Requests between two looks at the CPU time.
    pub load: usize,
    /// Requests of one latency.
    pub latency: usize,
    /// What one latency may take at most; a slow store is known as such after fewer requests.
    pub patience: Duration,
    /// Queries of a kind whose growth is measured.
    pub cases: usize,
    /// Entries that are appended in all.
    pub appends: usize,
    /// Sessions that are opened.
    pub sessions: usize,
    /// How long a server is left alone before it is at rest.
    pub rest: Duration,
}

/// What is judged.
pub const WHOLE: Scale = Scale {
    judged: true,
    small: 10_000,
    large: 1_000_000,
    rounds: 3,
    starts: 40,
    load: 12_000,
    latency: 2000,
    patience: Duration::from_millis(1500),
    cases: usize::MAX,
    appends: 2000,
    sessions: 200,
    rest: Duration::from_secs(1),
};

/// For `cargo test --benches`.
pub const TINY: Scale = Scale {
    judged: false,
    small: 500,
    large: 1000,
    rounds: 1,
    starts: 1,
    load: 32,
    latency: 4,
    patience: Duration::from_millis(100),
    cases: 1,
    appends: 8,
    sessions: 2,
    rest: Duration::ZERO,
};
