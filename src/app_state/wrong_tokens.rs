//! The pace of answers to wrong tokens of the control plane, so that guessing one takes long.

use std::time::Duration;

use parking_lot::Mutex;
use tokio::time::{Instant, sleep};

/// Wrong tokens that are answered at once in each second.
const MAX_PER_SECOND: u32 = 10;
/// How long each further answer takes.
const DELAY: Duration = Duration::from_secs(1);

/// Counts wrong tokens and delays the answers to them. A right token is never delayed. How many answers wait has no limit but
/// that of connections and their streams: an answer at once would make guessing faster.
#[derive(Debug)]
pub struct WrongTokens {
    current: Mutex<Second>,
}

/// A second in which wrong tokens are counted.
#[derive(Debug)]
struct Second {
    start: Instant,
    count: u32,
}

impl Default for WrongTokens {
    fn default() -> Self {
        Self { current: Mutex::new(Second { start: Instant::now(), count: 0 }) }
    }
}

impl WrongTokens {
    /// Counts a wrong token, and waits until it may be answered.
    pub async fn pace(&self) {
        if !self.is_within_limit() {
            sleep(DELAY).await;
        }
    }

    fn is_within_limit(&self) -> bool {
        let mut current = self.current.lock();
        let now = Instant::now();
        if now - current.start >= Duration::from_secs(1) {
            *current = Second { start: now, count: 0 };
        }
        current.count = current.count.saturating_add(1);
        current.count <= MAX_PER_SECOND
    }
}
