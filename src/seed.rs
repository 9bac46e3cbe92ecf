//! Repeatable random numbers: a stream depends on the seed and on its purpose, and on nothing else.

use rand::rngs::ChaCha8Rng;
use rand::{Rng, SeedableRng};

/// What a random stream is drawn for. Streams with different purposes are independent: drawing more numbers for one
/// purpose changes nothing of what the others give.
///
/// The numbers are mixed into the seed: a change of one changes what every seed gives.
#[derive(Debug, Clone, Copy)]
#[repr(u64)]
pub(crate) enum Purpose {
    /// Whether a fault rule fires and how long it delays; by the id of the rule, a stream for each request that it matches.
    FaultRule = 0,
    /// The time of a burst of live entries; a stream for each burst.
    LiveBurst = 1 << 40,
    /// The live entries of a burst; a stream for each burst.
    LiveEntry = 1 << 41,
    /// The order in which the names of a kind of object are given; a stream for each kind.
    ObjectNames = 1 << 42,
    /// The first and last names of people.
    PeopleNames = 1 << 43,
    /// The offices and addresses of people.
    Staff = 1 << 44,
    /// How an hour differs from the same hour of other weeks; a stream for each hour.
    HourVariation = 1 << 45,
    /// Who owns the objects that exist from the start.
    InitialOwners = 1 << 46,
    /// The work sessions and what is done in them.
    Work = 1 << 47,
    /// The exact times of a story; a stream for each story.
    Story = 1 << 48,
    /// Where a person is; a stream for each day.
    Whereabouts = 1 << 49,
    /// The entries that a scenario adds after a page; a stream for each page.
    ScenarioPage = 1 << 50,
    /// A live entry at a given time; a stream for each.
    LiveEntryAt = 1 << 51,
    /// Which request a scenario lets fail; a stream for each round.
    ScenarioFailure = 1 << 53,
    /// The kind of the first failure of a scenario.
    ScenarioFirstFailure = 1 << 54,
}

/// A stream of random numbers.
///
/// ChaCha gives the same numbers on every platform and in every version. What is derived from them here are whole numbers
/// and fractions of powers of two, which are the same everywhere too.
pub(crate) struct SeededRng(ChaCha8Rng);

impl SeededRng {
    /// The `number`-th stream for a purpose.
    pub fn stream(seed: u64, purpose: Purpose, number: u64) -> Self {
        Self::stream_of(seed, purpose, 0, number)
    }

    /// The `number`-th stream for one of several things with the same purpose.
    pub fn stream_of(seed: u64, purpose: Purpose, thing: u64, number: u64) -> Self {
        let purpose = purpose as u64 + thing;
        let mut rng = ChaCha8Rng::seed_from_u64(seed ^ purpose.rotate_left(32));
        rng.set_stream(number);
        Self(rng)
    }

    /// The stream of a key.
    pub fn from_key(key: [u8; 32]) -> Self {
        Self(ChaCha8Rng::from_seed(key))
    }

    /// A fraction from 0 (exclusive) to 1 (inclusive).
    pub fn fraction(&mut self) -> f64 {
        /// As many steps as a 64-bit float holds exactly.
        const STEPS: u64 = 1 << 53;

        #[expect(clippy::cast_precision_loss, reason = "both are at most 2^53, which is exact")]
        let fraction = ((self.0.next_u64() % STEPS) + 1) as f64 / STEPS as f64;
        fraction
    }

    /// A whole number below a bound; 0 if the bound is 0.
    pub fn below(&mut self, bound: u64) -> u64 {
        self.0.next_u64() % bound.max(1)
    }

    /// A time below a bound, in milliseconds; 0 if the bound is not positive.
    pub fn below_millis(&mut self, bound: i64) -> i64 {
        i64::try_from(self.below(u64::try_from(bound).unwrap_or_default())).unwrap_or_default()
    }

    /// An index into a list of this length; 0 for an empty list.
    pub fn index(&mut self, length: usize) -> usize {
        usize::try_from(self.below(length as u64)).unwrap_or(0)
    }

    /// `true` with this probability in percent.
    pub fn percent(&mut self, probability: u64) -> bool {
        self.below(100) < probability
    }

    /// The index of one of the weights, each as likely as it is heavy; the last index if all are 0.
    pub fn weighted_index(&mut self, weights: impl Iterator<Item = u64> + Clone) -> usize {
        let mut left = self.below(weights.clone().sum());
        for (index, weight) in weights.clone().enumerate() {
            if left < weight {
                return index;
            }
            left -= weight;
        }
        weights.count().saturating_sub(1)
    }

    /// The generator itself, for a library that draws from one.
    pub fn inner(&mut self) -> &mut impl Rng {
        &mut self.0
    }
}
