//! The pace of answers to wrong tokens of the control plane, so that guessing one takes long.

use std::time::Duration;

use parking_lot::Mutex;
use tokio::sync::Semaphore;
use tokio::time::{Instant, sleep};

/// Wrong tokens that are answered at once in each second.
const MAX_PER_SECOND: u32 = 10;
/// How long each further answer takes.
const DELAY: Duration = Duration::from_secs(1);
/// Answers that are delayed at the same time.
const MAX_DELAYED: usize = 64;

/// Counts wrong tokens and delays the answers to them. A right token is never delayed.
#[derive(Debug)]
pub struct WrongTokens {
    current: Mutex<Second>,
    delayed: Semaphore,
}

/// A second in which wrong tokens are counted.
#[derive(Debug)]
struct Second {
    start: Instant,
    count: u32,
}

/// As many answers are delayed as may be: the request is to get none.
#[derive(Debug)]
pub struct TooManyDelayed;

impl Default for WrongTokens {
    fn default() -> Self {
        let current = Mutex::new(Second { start: Instant::now(), count: 0 });
        Self { current, delayed: Semaphore::new(MAX_DELAYED) }
    }
}

impl WrongTokens {
    /// Counts a wrong token, and waits until it may be answered.
    pub async fn pace(&self) -> Result<(), TooManyDelayed> {
        if self.is_within_limit() {
            return Ok(());
        }
        let _permit = self.delayed.try_acquire().map_err(|_| TooManyDelayed)?;
        sleep(DELAY).await;
        Ok(())
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
