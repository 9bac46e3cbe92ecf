//! A stand-in that is ready to answer: its keys, and the world that it serves.

use std::sync::Arc;

use crate::config::Config;
use crate::fixture;
use crate::json_file::FileErrors;
use crate::keys::{self, Keys};
use crate::store::Store;
use crate::world::{Clock, World};

/// The state behind the router; clones share it.
#[derive(Debug, Clone)]
pub struct Mock {
    inner: Arc<Inner>,
}

#[derive(Debug)]
struct Inner {
    keys: Keys,
    world: World,
}

impl Mock {
    /// Loads what the configuration names and makes a world of it.
    ///
    /// # Errors
    /// Everything that is wrong with any file, together; then nothing is started.
    pub fn start(config: &Config) -> Result<Self, FileErrors> {
        let clock = config.now.map_or_else(Clock::system, Clock::frozen);
        let now = clock.now();
        let (keys, loaded) = match (keys::load(&config.keys, now), fixture::load(&config.entries, now)) {
            (Ok(keys), Ok(loaded)) => (keys, loaded),
            (keys, loaded) => {
                let errors = keys.err().into_iter().chain(loaded.err());
                return Err(FileErrors(errors.flat_map(|errors| errors.0).collect()));
            }
        };
        for (field, count) in &loaded.ignored_fields {
            tracing::warn!("the entries have a field \"{field}\" that this version does not know; ignored in {count}");
        }
        let world = World::new(Store::new(loaded.entries), clock, config.rate_limit, config.strict);
        Ok(Self { inner: Arc::new(Inner { keys, world }) })
    }

    /// The keys that it accepts.
    #[must_use]
    pub fn keys(&self) -> &Keys {
        &self.inner.keys
    }

    /// The world that it serves.
    #[must_use]
    pub fn world(&self) -> &World {
        &self.inner.world
    }
}
