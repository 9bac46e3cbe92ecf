//! Realistic audit-log entries from a seed: a fictional company, its people, machines and objects, and what they do.
//!
//! # How a seed becomes entries
//!
//! A [`Recipe`] says how many entries, of which time range, with which stories, by which seed. [`Generator::new`] sets the
//! company up, each part from its own random stream (`seed::Purpose`):
//!
//! - `Names` (`names`): the n-th name of each kind of object. `kinds.json` lists the kinds, `words.json` the words of their
//!   names; `kind` reads both.
//! - `Actors` (`actors`): the staff (`people`) and the machines (`workload.json`, which `workload` reads), and how an entry names them (`identity`).
//! - `ObjectPool` (`object_pool`): which objects exist and who owns them. No entry creates those of the start.
//! - `Calendar` and `HourlyQuota` (`calendar`): how busy each hour is, and how many of the entries fall into it.
//! - The stories (`story`): scripted events at fixed times, among the other entries. `story_builder` places them.
//!
//! Iterating the generator then returns one entry after the other, oldest first. At the start of each hour,
//! `Generator::plan_hour` takes the story events of that hour and starts work sessions until its quota is used up. A work
//! session is a few entries of one actor that belong together, such as a lead who edits the rules of a scorecard. What is
//! done is decided in order of time: for an entry of a session, `Actors::next_operation` picks a task, and
//! `ObjectPool::act_on` creates, updates or deletes an object; for a story event, its `ObjectChange` says what is done.
//!
//! `Continuation` serves the live feed: it continues any entries, generated or not, with further operations of their actors,
//! creations and deletions in a steady mix, and small stories.
//!
//! The arithmetic is of integers alone, so that a recipe gives the same entries on every machine. The memory holds the objects that exist,
//! not the entries.
//!
//! # Where a change goes
//!
//! | change | file |
//! | --- | --- |
//! | a story | `story`; CONTRIBUTING.md has the recipe |
//! | what people and machines work on, how often | `workload.json` |
//! | a kind of object, its number and names | `kinds.json`, `words.json` |
//! | working hours, deploy days, nights | `offices`, `calendar` |
//!
//! Every such change changes the entries of every seed: a test compares hashes, `fixtures/audit-logs.json` is written anew, and
//! the changelog says so.

mod actors;
mod calendar;
mod continuation;
mod identity;
mod kind;
mod names;
mod object_pool;
mod offices;
mod people;
mod recipe;
mod story;
mod story_builder;
mod workload;

use std::vec;

use actors::{Actors, WorkSession};
use calendar::{Calendar, HOUR, Hour, HourlyQuota};
use names::Names;
use object_pool::{ObjectPool, Operation};
use story_builder::StoryEvent;

use crate::contract::{Entry, Timestamp};
use crate::seed::{Purpose, SeededRng};

pub(crate) use continuation::{Continuation, ContinuationState};

pub use recipe::{Recipe, RecipeError, Stories};
pub use story::Story;

/// The entries of a [`Recipe`], oldest first, each with its own millisecond.
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
    /// The hour that is planned next.
    next_hour: i64,
    /// The rest of the current hour, in order of time.
    planned: vec::IntoIter<PlannedEntry>,
    /// The work sessions of the current hour.
    sessions: Vec<WorkSession>,
    /// The story events to come, the earliest last.
    story_events: Vec<StoryEvent>,
    stories: Vec<Story>,
    /// The object that a story replaced and has not deleted yet.
    pending_deletion: Option<Operation>,
    left: u64,
}

/// The time of an entry and what it comes from.
struct PlannedEntry {
    /// In milliseconds since the start of the hour. At its end [`Generator::plan_hour`] adds that start.
    at: i64,
    origin: Origin,
}

enum Origin {
    /// The index of a session of the hour.
    Session(usize),
    /// Boxed: most entries come from a session.
    Story(Box<StoryEvent>),
}

impl Generator {
    /// A company set up for a recipe.
    ///
    /// # Errors
    /// When the recipe cannot be followed.
    pub fn new(recipe: &Recipe) -> Result<Self, RecipeError> {
        let (from, to) = recipe.range()?;
        let names = Names::new(recipe.seed);
        let actors = Actors::new(recipe.seed, &names);
        let (stories, mut story_events) = recipe.select_stories(&actors, from, to)?;
        story_events.sort_by_key(|event| event.at);
        story_events.reverse();
        let calendar = Calendar::new(recipe.seed, from, to);
        Ok(Self {
            pool: ObjectPool::new(recipe.seed, actors.owner_count(), recipe.scale()),
            quota: HourlyQuota::new(recipe.count - story_events.len() as u64, calendar.hours()),
            rng: SeededRng::stream(recipe.seed, Purpose::Work, 0),
            next_hour: from.div_euclid(HOUR),
            planned: Vec::new().into_iter(),
            sessions: Vec::new(),
            pending_deletion: None,
            left: recipe.count,
            names,
            actors,
            calendar,
            story_events,
            stories,
        })
    }

    /// The stories among the entries.
    pub fn stories(&self) -> &[Story] {
        &self.stories
    }

    /// Plans the entries of an hour: those of the stories, and work sessions until the quota of the hour is used up.
    fn plan_hour(&mut self, hour: &Hour) {
        let mut planned = Vec::new();
        while let Some(event) = self.story_events.pop_if(|event| event.at < hour.start + hour.length) {
            planned.push(PlannedEntry { at: event.at - hour.start, origin: Origin::Story(Box::new(event)) });
        }
        let mut left = self.quota.next(hour);
        // Each entry is delayed by as many milliseconds as its position in the hour, so that no two share one.
        let count = left.saturating_add(planned.len() as u64);
        let latest = (hour.length - 1).saturating_sub_unsigned(count).max(0);
        self.sessions.clear();
        while left > 0 {
            let session = self.actors.start_session(hour, &mut self.rng);
            let mut offset = 0;
            let mut next_offset = || {
                let current = offset;
                offset += 1 + self.rng.below_millis(session.max_gap);
                current
            };
            let offsets: Vec<i64> = (0..session.size.min(left)).map(|_| next_offset()).collect();
            left -= offsets.len() as u64;
            let last_offset = offsets.last().copied().unwrap_or_default();
            let start = self.rng.below_millis((latest - last_offset).max(0) + 1);
            let index = self.sessions.len();
            planned.extend(
                offsets
                    .into_iter()
                    .map(|offset| PlannedEntry { at: (start + offset).min(latest), origin: Origin::Session(index) }),
            );
            self.sessions.push(session);
        }
        planned.sort_by_key(|planned| planned.at);
        for (position, planned) in (0..).zip(&mut planned) {
            planned.at = hour.start + planned.at.min(latest) + position;
        }
        self.planned = planned.into_iter();
    }
}

impl Iterator for Generator {
    type Item = Entry;

    fn next(&mut self) -> Option<Entry> {
        self.left = self.left.checked_sub(1)?;
        let PlannedEntry { at, origin } = loop {
            if let Some(planned) = self.planned.next() {
                break planned;
            }
            let hour = self.calendar.hour(self.next_hour);
            self.next_hour += 1;
            self.plan_hour(&hour);
        };
        let timestamp = Timestamp::from_unix_millis(at).unwrap_or(Timestamp::EPOCH);
        Some(match origin {
            Origin::Session(index) => {
                let session = &mut self.sessions[index];
                let operation = self.actors.next_operation(session, &mut self.pool, &mut self.rng);
                let object = operation.object(&self.names);
                session.identity.entry(timestamp, session.address.as_deref(), operation.action, object)
            }
            Origin::Story(event) => {
                let StoryEvent { at: _, identity, address, change } = *event;
                let (action, object) =
                    change.apply(&mut self.pool, &self.names, &mut self.pending_deletion, &mut self.rng);
                identity.entry(timestamp, Some(&address), action, object)
            }
        })
    }

    fn size_hint(&self) -> (usize, Option<usize>) {
        let left = usize::try_from(self.left).unwrap_or(usize::MAX);
        (left, Some(left))
    }
}

impl ExactSizeIterator for Generator {}
