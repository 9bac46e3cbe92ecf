//! Chance that is the same each time: a random number depends on the seed and on what it is for, and on nothing else.

use rand::rngs::ChaCha8Rng;
use rand::{Rng, SeedableRng};

/// The random numbers of one event: the `number`th of the `purpose`th kind.
///
/// ChaCha gives the same stream on every platform and in every version; what is made of it here is whole numbers, and
/// fractions of powers of two, which are the same everywhere too.
pub(crate) struct Chance(ChaCha8Rng);

impl Chance {
    pub fn of(seed: u64, purpose: u64, number: u64) -> Self {
        let mut stream = ChaCha8Rng::seed_from_u64(seed ^ purpose.rotate_left(32));
        stream.set_stream(number);
        Self(stream)
    }

    /// From 0 (exclusive) to 1 (inclusive).
    pub fn fraction(&mut self) -> f64 {
        /// As many steps as a float of 64 bits holds exactly.
        const STEPS: u64 = 1 << 53;

        #[expect(clippy::cast_precision_loss, reason = "both are at most 2^53, which is exact")]
        let fraction = ((self.0.next_u64() % STEPS) + 1) as f64 / STEPS as f64;
        fraction
    }

    /// A whole number below `bound`; 0 when that is 0.
    pub fn number(&mut self, bound: u64) -> u64 {
        self.0.next_u64() % bound.max(1)
    }

    /// A place in a list of that length; 0 in an empty one.
    pub fn below(&mut self, length: usize) -> usize {
        usize::try_from(self.number(length as u64)).unwrap_or(0)
    }

    /// True so many times in a hundred.
    pub fn percent(&mut self, times: u64) -> bool {
        self.number(100) < times
    }

    /// The place of one of the weights, each as likely as it is heavy; the last when all are 0.
    pub fn weighted(&mut self, weights: impl Iterator<Item = u64> + Clone) -> usize {
        let mut left = self.number(weights.clone().sum());
        for (place, weight) in weights.clone().enumerate() {
            if left < weight {
                return place;
            }
            left -= weight;
        }
        weights.count().saturating_sub(1)
    }

    /// The stream itself, for a library that draws from one.
    pub fn stream(&mut self) -> &mut impl Rng {
        &mut self.0
    }
}
