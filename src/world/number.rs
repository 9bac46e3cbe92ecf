//! Numbers of worlds: whoever looks now and then sees by them that all is another.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

/// Gives each number once; clones go on together.
#[derive(Debug, Clone, Default)]
pub struct Numbers(Arc<AtomicU64>);

impl Numbers {
    /// Counted from 1.
    fn next(&self) -> u64 {
        self.0.fetch_add(1, Ordering::Relaxed) + 1
    }
}

/// The present number of one world.
#[derive(Debug)]
pub struct Number {
    numbers: Numbers,
    present: AtomicU64,
}

impl Number {
    pub fn of(numbers: &Numbers) -> Self {
        Self { present: AtomicU64::new(numbers.next()), numbers: numbers.clone() }
    }

    pub fn get(&self) -> u64 {
        self.present.load(Ordering::Acquire)
    }

    /// Takes another.
    pub fn renew(&self) {
        self.present.store(self.numbers.next(), Ordering::Release);
    }
}
