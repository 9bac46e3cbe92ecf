//! No more requests than are wanted in a second.

use std::thread;
use std::time::{Duration, Instant};

pub struct Pace {
    each: Duration,
    next: Instant,
}

impl Pace {
    pub fn new(a_second: f64) -> Self {
        Self { each: Duration::from_secs_f64(1.0 / a_second), next: Instant::now() }
    }

    /// Waits until so many more requests are due.
    pub fn wait(&mut self, requests: u32) {
        let now = Instant::now();
        thread::sleep(self.next.saturating_duration_since(now));
        // Who was held up does not hurry afterwards.
        self.next = self.next.max(now) + self.each * requests;
    }
}
