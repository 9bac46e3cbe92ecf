//! Chance that is the same each time: a random number depends on the seed and on what it is for, and on nothing else.

use rand::rngs::ChaCha8Rng;
use rand::{Rng, SeedableRng};

/// The random numbers of one event: the `number`th of the `purpose`th kind.
///
/// ChaCha gives the same stream on every platform and in every version.
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

    /// A place in a list of that length; 0 in an empty one.
    pub fn below(&mut self, length: usize) -> usize {
        let place = self.0.next_u64() % (length as u64).max(1);
        usize::try_from(place).unwrap_or(0)
    }
}
