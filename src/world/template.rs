//! The initial state of worlds.

use std::sync::Arc;

use super::clock::Clock;
use super::live_feed::Activity;
use super::live_source::LiveSource;
use super::scenario::Scenario;
use super::settings::Settings;
use crate::contract::Timestamp;
use crate::fault::FaultRule;
use crate::store::BaseSegment;

/// The initial state that all worlds of a server share.
#[derive(Debug, Clone)]
pub struct WorldTemplate {
    /// The initial entries.
    pub base: Arc<BaseSegment>,
    /// The people and objects of live entries.
    pub live_source: Arc<LiveSource>,
    /// The time at which the clock is frozen; `None` follows the system's clock.
    pub now: Option<Timestamp>,
    /// The settings.
    pub settings: Settings,
    /// The live feed, if any.
    pub live: Option<Activity>,
    /// The scenario, if any.
    pub scenario: Option<Scenario>,
    /// The fault rules of the keys.
    pub key_faults: Vec<FaultRule>,
    /// Further fault rules, which clients can remove from a world.
    pub faults: Vec<FaultRule>,
    /// The number of entries that can be added to a world.
    pub max_entries: usize,
    /// The random seed.
    pub seed: u64,
}

impl WorldTemplate {
    /// The clock of a new world.
    pub fn clock(&self) -> Clock {
        self.now.map_or_else(Clock::system, Clock::frozen)
    }
}
