//! The people and objects of live entries, taken from the initial entries on first use and shared by all worlds.

use std::sync::{Arc, OnceLock};

use crate::contract::Timestamp;
use crate::generate::{Continuation, Generator, Recipe};
use crate::store::BaseSegment;

/// The people and objects that live entries continue: those of the initial entries.
#[derive(Debug)]
pub struct LiveSource {
    seed: u64,
    base: Arc<BaseSegment>,
    continuation: OnceLock<Continuation>,
}

impl LiveSource {
    /// The source for a base. When the base has no actor that can continue, the source generates a workspace from the
    /// seed.
    pub fn new(base: Arc<BaseSegment>, seed: u64) -> Self {
        Self { seed, base, continuation: OnceLock::new() }
    }

    pub(super) fn continuation(&self) -> &Continuation {
        self.continuation.get_or_init(|| {
            let of_base =
                |base: &BaseSegment| Continuation::new(&base.newest(Continuation::NEWEST), base.objects(), self.seed);
            let found = of_base(&self.base).or_else(|| of_base(&workspace(self.seed)));
            found.expect("a generated workspace has actors")
        })
    }
}

/// Entries at the epoch, older than any live entry.
fn workspace(seed: u64) -> BaseSegment {
    let recipe = Recipe { seed, ..Recipe::new(600, Timestamp::EPOCH) };
    BaseSegment::new(Generator::new(&recipe).into_iter().flatten())
}
