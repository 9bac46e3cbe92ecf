//! Random numbers that are the same at each run.

use rand::rngs::ChaCha8Rng;
use rand::{Rng, SeedableRng};

pub struct Chance(ChaCha8Rng);

impl Chance {
    pub fn new(seed: u64) -> Self {
        Self(ChaCha8Rng::seed_from_u64(seed))
    }

    /// A whole number below `bound`, which is not 0.
    pub fn below(&mut self, bound: usize) -> usize {
        usize::try_from(self.0.next_u64() % bound as u64).unwrap_or(0)
    }

    /// A whole number of that range, both ends included.
    pub fn between(&mut self, least: u32, most: u32) -> u32 {
        least + u32::try_from(self.0.next_u64() % u64::from(most - least + 1)).unwrap_or(0)
    }

    /// True so many times in a hundred.
    pub fn percent(&mut self, times: u32) -> bool {
        self.between(1, 100) <= times
    }

    pub fn pick<'a, T>(&mut self, of: &'a [T]) -> &'a T {
        &of[self.below(of.len())]
    }
}
