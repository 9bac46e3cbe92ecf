//! Entries that look alive: a seeded workspace with people, machines and objects, and what happens in it.
//!
//! One seed decides everything, and all of it by whole numbers, so that the same recipe gives the same entries on every
//! machine. Entries come one by one, oldest first: what is remembered is who lives, not what happened.

mod actors;
mod calendar;
mod continuation;
mod identity;
mod kind;
mod names;
mod object_pool;
mod people;
mod recipe;
mod story;
mod words;
mod workload;

use std::vec;

use actors::{Actors, WorkSession};
use calendar::{Calendar, HOUR, Hour, HourlyQuota};
use names::Names;
use object_pool::{ObjectPool, Operation};
use story::{EventAction, StoryEvent};

use crate::contract::{Entry, Timestamp};
use crate::seed::{Purpose, SeededRng};

pub(crate) use continuation::{Continuation, ContinuationState};

pub use recipe::{Recipe, RecipeError, Stories};
pub use story::Story;

/// The entries of a [`Recipe`], oldest first, no two of the same instant.
///
/// ```
/// use cortex_audit_mock::generate::{Generator, Recipe};
///
/// let recipe = Recipe::new(1000, "2025-06-01T00:00:00Z".parse().unwrap());
/// let entries: Vec<_> = Generator::new(&recipe).unwrap().collect();
/// assert_eq!(entries.len(), 1000);
/// assert!(entries.is_sorted_by_key(|entry| entry.timestamp));
/// ```
pub struct Generator {
    names: Names,
    actors: Actors,
    pool: ObjectPool,
    rng: SeededRng,
    calendar: Calendar,
    quota: HourlyQuota,
    hour: i64,
    /// What is left of this hour, in the order of time.
    now: vec::IntoIter<Planned>,
    sessions: Vec<WorkSession>,
    /// What the stories still have to tell, the next at the end.
    events: Vec<StoryEvent>,
    stories: Vec<Story>,
    /// Of a story: what got a successor and has yet to go.
    replaced: Option<Operation>,
    left: u64,
}

/// That at this time somebody goes on with what they are at, or a story does.
struct Planned {
    at: i64,
    what: What,
}

enum What {
    WorkSession(usize),
    /// In a box, because most are none.
    Story(Box<StoryEvent>),
}

impl Generator {
    /// A workspace for the recipe, ready to tell what happens in it.
    ///
    /// # Errors
    /// When the recipe asks for what cannot be.
    pub fn new(recipe: &Recipe) -> Result<Self, RecipeError> {
        let (from, to) = recipe.range()?;
        let names = Names::new(recipe.seed);
        let actors = Actors::new(recipe.seed, &names);
        let (stories, mut events) = recipe.told(&actors, from, to)?;
        events.sort_by_key(|step| step.at);
        events.reverse();
        let pool = ObjectPool::new(recipe.seed, &names, actors.owners(), recipe.scale());
        let calendar = Calendar::new(recipe.seed, from, to);
        let quota = HourlyQuota::new(recipe.count - events.len() as u64, calendar.hours());
        Ok(Self {
            pool,
            actors,
            names,
            rng: SeededRng::stream(recipe.seed, Purpose::Work, 0),
            quota,
            hour: from.div_euclid(HOUR),
            calendar,
            now: Vec::new().into_iter(),
            sessions: Vec::new(),
            events,
            stories,
            replaced: None,
            left: recipe.count,
        })
    }

    /// The stories that are among the entries.
    #[must_use]
    pub fn stories(&self) -> &[Story] {
        &self.stories
    }

    /// Who sits down in an hour, and when each of their entries is made.
    fn plan(&mut self, hour: &Hour) {
        let mut planned = Vec::new();
        while let Some(step) = self.events.pop_if(|step| step.at < hour.begins + hour.length) {
            planned.push(Planned { at: step.at - hour.begins, what: What::Story(Box::new(step)) });
        }
        let count = self.quota.next(hour);
        // Each entry is moved later by one millisecond for each before it, so that no two share one.
        let others = count.saturating_add(planned.len() as u64);
        let span = (hour.length - 1).saturating_sub_unsigned(others).max(0);
        self.sessions.clear();
        let mut left = count;
        while left > 0 {
            let (session, size, gap) = self.actors.start_session(hour, &self.names, &mut self.rng);
            let mut offsets = Vec::with_capacity(8);
            let mut offset = 0;
            for _ in 0..size.min(left) {
                offsets.push(offset);
                offset += 1 + i64::try_from(self.rng.below(gap)).unwrap_or_default();
            }
            left -= offsets.len() as u64;
            let latest = span - offsets.last().copied().unwrap_or_default();
            let begins = i64::try_from(self.rng.below(latest.max(0).unsigned_abs() + 1)).unwrap_or_default();
            let number = self.sessions.len();
            planned.extend(
                offsets
                    .iter()
                    .map(|offset| Planned { at: (begins + offset).min(span), what: What::WorkSession(number) }),
            );
            self.sessions.push(session);
        }
        planned.sort_by_key(|planned| planned.at);
        for (rank, planned) in (0..).zip(&mut planned) {
            planned.at = hour.begins + planned.at.min(span) + rank;
        }
        self.now = planned.into_iter();
    }
}

impl Iterator for Generator {
    type Item = Entry;

    fn next(&mut self) -> Option<Entry> {
        self.left = self.left.checked_sub(1)?;
        let Planned { at, what } = loop {
            if let Some(planned) = self.now.next() {
                break planned;
            }
            let hour = self.calendar.hour(self.hour);
            self.hour += 1;
            self.plan(&hour);
        };
        let timestamp = Timestamp::from_unix_millis(at).unwrap_or(Timestamp::EPOCH);
        Some(match what {
            What::WorkSession(number) => {
                let session = &mut self.sessions[number];
                let operation = self.actors.next_operation(session, &mut self.pool, &mut self.rng);
                let object_type = self.names.kinds.object_type(operation.kind);
                let identity = self.actors.identity(session);
                identity.entry(timestamp, session.address(), operation.action, object_type, operation.name(&self.names))
            }
            What::Story(step) => {
                let StoryEvent { who, address, happening, .. } = *step;
                let (action, object_type, name) = match happening {
                    EventAction::Named(action, object_type, name) => (action, object_type, name),
                    EventAction::Of(kind, feat) => {
                        let Self { pool, names, replaced, rng, .. } = self;
                        let (action, name) = feat.happen(kind, pool, names, replaced, rng);
                        (action, names.kinds.object_type(kind), name)
                    }
                };
                who.entry(timestamp, address.as_deref(), action, object_type, name)
            }
        })
    }

    fn size_hint(&self) -> (usize, Option<usize>) {
        let left = usize::try_from(self.left).unwrap_or(usize::MAX);
        (left, Some(left))
    }
}

impl ExactSizeIterator for Generator {}
