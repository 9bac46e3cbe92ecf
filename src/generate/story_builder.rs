//! The parts of a story: its events, what each does to an object, and the builder that places them in time.

use std::ops::RangeInclusive;

use super::calendar::HOUR;
use super::identity::Identity;
use super::kind::KINDS;
use super::names::{Names, Object};
use super::object_pool::{ObjectPool, Operation};
use super::offices::weekday;
use crate::contract::Action;
use crate::seed::{Purpose, SeededRng};

pub const SECOND: i64 = 1000;
pub const MINUTE: i64 = 60 * SECOND;
pub const DAY: i64 = 24 * HOUR;

/// An entry of a story.
pub struct StoryEvent {
    /// Milliseconds since 1970.
    pub at: i64,
    pub identity: Identity,
    pub address: String,
    pub change: ObjectChange,
}

/// What a story event does to which object. The texts are object types.
pub enum ObjectChange {
    /// Any action on an object that only the story knows, by its type and name.
    Named(Action, &'static str, &'static str),
    /// Updates any object of the kind.
    Update(&'static str),
    /// Updates the n-th object of the kind, or any other if that is deleted.
    UpdateNth(&'static str, u32),
    /// Deletes any object of the kind; like the others, creates one if there is none.
    Delete(&'static str),
    /// Creates a replacement for any object of the kind, with `-v2` at the end of its name.
    CreateReplacement(&'static str),
    /// Deletes the object that was replaced last.
    DeleteReplaced(&'static str),
}

impl ObjectChange {
    /// Applies the change to the pool. `pending_deletion` keeps the replaced object until its deletion.
    pub fn apply(
        self,
        pool: &mut ObjectPool,
        names: &Names,
        pending_deletion: &mut Option<Operation>,
        rng: &mut SeededRng,
    ) -> (Action, Object) {
        let find = |object_type| KINDS.find(object_type).expect("a kind of the company");
        let (kind, operation) = match self {
            Self::Named(action, object_type, name) => return (action, Object { object_type, name: name.to_owned() }),
            Self::CreateReplacement(object_type) => {
                *pending_deletion = pool.delete_any(find(object_type), rng);
                let old = pending_deletion.as_ref().map(|deleted| deleted.object(names).name).unwrap_or_default();
                return (Action::Create, Object { object_type, name: old + "-v2" });
            }
            Self::DeleteReplaced(object_type) => (find(object_type), pending_deletion.take()),
            Self::Update(object_type) => (find(object_type), pool.update_any(find(object_type), rng)),
            Self::UpdateNth(object_type, number) => {
                let kind = find(object_type);
                (kind, pool.update(kind, number).or_else(|| pool.update_any(kind, rng)))
            }
            Self::Delete(object_type) => (find(object_type), pool.delete_any(find(object_type), rng)),
        };
        let operation = operation.unwrap_or_else(|| pool.create(kind, 0));
        (operation.action, operation.object(names))
    }
}

/// The events of a story while its script adds them.
pub struct StoryBuilder {
    rng: SeededRng,
    from: i64,
    to: i64,
    start: i64,
    pub events: Vec<StoryEvent>,
}

impl StoryBuilder {
    /// A story without events, for a time range in milliseconds since 1970. `number` selects the random stream.
    pub fn new(seed: u64, number: u64, from: i64, to: i64) -> Self {
        Self { rng: SeededRng::stream(seed, Purpose::Story, number), from, to, start: 0, events: Vec::new() }
    }

    /// Starts the story on the latest of the weekdays (Monday is 0), at a local `(hour, minute)` of an office with this
    /// offset from UTC in hours, that leaves `length` milliseconds; `None` if the time range has no such day.
    pub fn start(
        &mut self,
        weekdays: RangeInclusive<usize>,
        utc_offset: i64,
        (hour, minute): (i64, i64),
        length: i64,
    ) -> Option<()> {
        let time_of_day = hour * HOUR + minute * MINUTE - utc_offset * HOUR;
        let day_of = |millis: i64| (millis - time_of_day).div_euclid(DAY);
        let days = (day_of(self.from)..=day_of(self.to)).rev().filter(|day| weekdays.contains(&weekday(*day)));
        let mut starts = days.map(|day| day * DAY + time_of_day);
        self.start = starts.find(|start| *start >= self.from && start + length <= self.to)?;
        Some(())
    }

    /// Adds an event `after` milliseconds after the start, plus up to a second.
    pub fn add(&mut self, after: i64, identity: &Identity, address: &str, change: ObjectChange) {
        let at = self.start + after + self.rng.below_millis(997);
        self.events.push(StoryEvent { at, identity: identity.clone(), address: address.to_owned(), change });
    }
}
