//! What could happen next: goes on from entries that are there, whoever made them.

use std::collections::BTreeSet;
use std::sync::Arc;

use super::names::Names;
use super::source::Source;
use super::story::Story;
use crate::contract::{Action, Entry, Timestamp};
use crate::seed::Chance;

/// How many objects of its own a sequel keeps alive: more are not made until one is deleted.
const MOST_YOUNG: usize = 200;

/// The actors and objects of some entries, and names for more.
pub(crate) struct Sequel {
    /// The last entry of each object that was lately changed and not deleted, newest first.
    living: Vec<Arc<Entry>>,
    names: Names,
}

/// How far a sequel has come in one world.
#[derive(Debug, Clone, Default)]
pub(crate) struct Progress {
    made: u32,
    /// The last entry of each object that it created and that still lives.
    young: Vec<Entry>,
}

impl Sequel {
    /// Goes on from entries, newest first; `None` when nobody in them is left to act.
    pub fn of(entries: &[Arc<Entry>], seed: u64) -> Option<Self> {
        /// How far back to look, so that going on from a million entries costs no more than from a thousand.
        const LATELY: usize = 2000;

        let mut met = BTreeSet::new();
        let lately = entries.iter().take(LATELY);
        let last_of_each = lately.filter(|entry| met.insert((&entry.object_type, &entry.object_identifier)));
        let alive = last_of_each.filter(|entry| entry.action != Action::Delete && !Story::has_actor_of(entry));
        let living: Vec<_> = alive.cloned().collect();
        (!living.is_empty()).then(|| Self { living, names: Names::new(seed) })
    }

    /// What happens at an instant: most often something is changed by who changed it last; now and then something new is
    /// made by who makes such things, changed by them, and in the end deleted.
    pub fn next(&self, progress: &mut Progress, at: Timestamp, chance: &mut Chance) -> Entry {
        let roll = chance.number(100);
        // What is stamped earlier than the object was made befalls another.
        let young = progress.young.iter().position(|entry| entry.timestamp < at);
        match young {
            Some(oldest) if roll < 7 => {
                let entry = progress.young.remove(oldest);
                Entry { action: Action::Delete, timestamp: at, ..entry }
            }
            Some(_) if roll < 25 => {
                let ripe = progress.young.iter_mut().filter(|entry| entry.timestamp < at);
                let mut ripe = ripe.collect::<Vec<_>>();
                let which = chance.below(ripe.len());
                *ripe[which] = Entry { action: Action::Update, timestamp: at, ..ripe[which].clone() };
                ripe[which].clone()
            }
            _ if (25..37).contains(&roll) && progress.young.len() < MOST_YOUNG => self.create(progress, at, chance),
            _ => Entry { action: Action::Update, timestamp: at, ..Entry::clone(self.model(at, chance)) },
        }
    }

    fn create(&self, progress: &mut Progress, at: Timestamp, chance: &mut Chance) -> Entry {
        let model = Entry::clone(self.model(at, chance));
        let Some(kind) = self.names.kinds.find(&model.object_type) else {
            return Entry { action: Action::Update, timestamp: at, ..model };
        };
        let object_identifier = self.names.name(kind, progress.made, Source::Live);
        progress.made = progress.made.wrapping_add(1);
        let entry = Entry { action: Action::Create, timestamp: at, object_identifier, ..model };
        progress.young.push(entry.clone());
        entry
    }

    /// An entry of an object that was there before an instant; the oldest of them all when chance finds none.
    fn model(&self, at: Timestamp, chance: &mut Chance) -> &Arc<Entry> {
        let drawn = [(); 4].map(|()| chance.below(self.living.len()));
        let before = drawn.into_iter().find(|place| self.living[*place].timestamp < at);
        &self.living[before.unwrap_or(self.living.len() - 1)]
    }
}

impl std::fmt::Debug for Sequel {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Sequel").field("living", &self.living.len()).finish_non_exhaustive()
    }
}
