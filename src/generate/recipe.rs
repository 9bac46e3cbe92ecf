//! The recipe of generated entries, and why a recipe cannot be followed.

use std::fmt;
use std::time::Duration;

use super::actors::Actors;
use super::story::Story;
use super::story_builder::StoryEvent;
use crate::contract::Timestamp;

/// The number of entries, their time range, stories and seed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Recipe {
    /// The number of entries.
    pub count: u64,
    /// The seed of all random choices.
    pub seed: u64,
    /// The earliest timestamp.
    pub from: Timestamp,
    /// The latest timestamp.
    pub to: Timestamp,
    /// The stories among them.
    pub stories: Stories,
}

/// The choice of stories.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Stories {
    /// All that fit into the time range, as long as they are at most a quarter of the entries.
    Fitting,
    /// These alone; an error if one does not fit.
    Exactly(Vec<Story>),
}

/// The reason why a recipe cannot be followed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum RecipeError {
    /// The time range ends before it begins.
    Reversed(Timestamp, Timestamp),
    /// The time range is longer than [`Recipe::MAX_SPAN`].
    TooLong,
    /// More entries than the time range has room for, which is this number.
    TooMany(u64),
    /// The story does not fit into the time range.
    NoTime(Story),
    /// The stories alone have more entries than the recipe: this number.
    NoRoom(u64),
}

impl Recipe {
    /// The default time range: thirty days.
    pub const DEFAULT_SPAN: Duration = Duration::from_secs(30 * 86_400);

    /// The longest time range: a hundred years.
    pub const MAX_SPAN: Duration = Duration::from_secs(36_525 * 86_400);

    /// The most entries per second on average. A busy hour has several times as many, each with its own millisecond.
    const MAX_ENTRIES_PER_SECOND: u64 = 50;

    /// Entries of the thirty days up to an instant, with the seed 42 and all stories that fit.
    pub fn new(count: u64, to: Timestamp) -> Self {
        Self { count, seed: 42, from: to.saturating_sub(Self::DEFAULT_SPAN), to, stories: Stories::Fitting }
    }

    /// The first and the last millisecond since 1970.
    pub(super) fn range(&self) -> Result<(i64, i64), RecipeError> {
        if self.from > self.to {
            return Err(RecipeError::Reversed(self.from, self.to));
        }
        if self.to.since(self.from) > Self::MAX_SPAN {
            return Err(RecipeError::TooLong);
        }
        let to = self.to.unix_millis();
        // A millisecond that begins before the range is not in it.
        let from = self.from.unix_millis() + i64::from(self.from != self.from.trunc_to_millis());
        let room = u64::try_from(to - from + 1).unwrap_or_default().div_ceil(1000 / Self::MAX_ENTRIES_PER_SECOND);
        if self.count > room { Err(RecipeError::TooMany(room)) } else { Ok((from, to)) }
    }

    /// The stories among the entries, and their events.
    pub(super) fn select_stories(
        &self,
        actors: &Actors,
        from: i64,
        to: i64,
    ) -> Result<(Vec<Story>, Vec<StoryEvent>), RecipeError> {
        let (mut stories, mut events) = (Vec::new(), Vec::new());
        for story in Story::ALL {
            let new = story.events(actors, self.seed, from, to);
            match &self.stories {
                Stories::Fitting if new.is_empty() || (events.len() + new.len()) as u64 > self.count / 4 => continue,
                Stories::Exactly(named) if !named.contains(&story) => continue,
                Stories::Exactly(_) if new.is_empty() => return Err(RecipeError::NoTime(story)),
                Stories::Fitting | Stories::Exactly(_) => {}
            }
            stories.push(story);
            events.extend(new);
        }
        let needed = events.len() as u64;
        if needed > self.count { Err(RecipeError::NoRoom(needed)) } else { Ok((stories, events)) }
    }

    /// The size of the company, as a multiple of a small one.
    pub(super) fn scale(&self) -> u32 {
        u32::try_from(1 + self.count / 50_000).unwrap_or(u32::MAX).min(1000)
    }
}

impl fmt::Display for RecipeError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Reversed(from, to) => write!(f, "the time begins at {from} and ends before that, at {to}"),
            Self::TooLong => f.write_str("the time is longer than 100 years"),
            Self::TooMany(room) => {
                write!(
                    f,
                    "too many entries: that time has room for {room}, {} a second on average",
                    Recipe::MAX_ENTRIES_PER_SECOND
                )
            }
            Self::NoTime(story) => write!(f, "no time for the story {story}, which takes {}", story.time_needed()),
            Self::NoRoom(needed) => write!(f, "too few entries: the stories alone are {needed}"),
        }
    }
}

impl std::error::Error for RecipeError {}
