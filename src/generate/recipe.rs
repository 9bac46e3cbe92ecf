//! What is to be generated, and whether it can be.

use std::fmt;
use std::time::Duration;

use super::actors::Actors;
use super::story::{Story, StoryEvent};
use crate::contract::Timestamp;

/// How many entries, of what time, with which stories, by what rng.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Recipe {
    /// How many entries.
    pub count: u64,
    /// Decides everything that is left to rng.
    pub seed: u64,
    /// No entry is older.
    pub from: Timestamp,
    /// No entry is younger.
    pub to: Timestamp,
    /// The stories among them.
    pub stories: Stories,
}

/// Which stories are told.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Stories {
    /// All for which there is time, as long as they are at most a quarter of the entries.
    Fitting,
    /// These, or it is an error.
    Exactly(Vec<Story>),
}

/// Why a recipe cannot be followed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum RecipeError {
    /// The time ends before it begins.
    Reversed(Timestamp, Timestamp),
    /// Longer than [`Recipe::LONGEST`].
    TooLong,
    /// More entries than the time has room for; so many it has.
    TooMany(u64),
    /// There is no moment for the story in that time.
    NoTime(Story),
    /// The stories alone are so many entries.
    NoRoom(u64),
}

impl Recipe {
    /// How far back the entries go when nothing else is said.
    pub const USUAL: Duration = Duration::from_secs(30 * 86_400);

    /// The longest time that can be filled: a hundred years.
    pub const LONGEST: Duration = Duration::from_secs(36_525 * 86_400);

    /// The most entries in a second, on average: a busy hour has several times as many, and no two share a millisecond.
    const DENSEST: u64 = 50;

    /// So many entries in the thirty days up to an instant, by the seed 42, with all stories that fit.
    #[must_use]
    pub fn new(count: u64, to: Timestamp) -> Self {
        Self { count, seed: 42, from: to.saturating_sub(Self::USUAL), to, stories: Stories::Fitting }
    }

    /// First and last millisecond since 1970, both inclusive.
    pub(super) fn range(&self) -> Result<(i64, i64), RecipeError> {
        if self.from > self.to {
            return Err(RecipeError::Reversed(self.from, self.to));
        }
        if self.to.since(self.from) > Self::LONGEST {
            return Err(RecipeError::TooLong);
        }
        let to = self.to.unix_millis();
        // A part of a millisecond before the beginning does not belong to it.
        let from = self.from.unix_millis() + i64::from(self.from != self.from.trunc_to_millis());
        let room = u64::try_from(to - from + 1).unwrap_or_default().div_ceil(1000 / Self::DENSEST);
        if self.count > room { Err(RecipeError::TooMany(room)) } else { Ok((from, to)) }
    }

    /// The stories that are told, and what happens in them.
    pub(super) fn told(
        &self,
        actors: &Actors,
        from: i64,
        to: i64,
    ) -> Result<(Vec<Story>, Vec<StoryEvent>), RecipeError> {
        let (candidates, most) = match &self.stories {
            Stories::Fitting => (Story::ALL.to_vec(), self.count / 4),
            Stories::Exactly(stories) => {
                (Story::ALL.into_iter().filter(|story| stories.contains(story)).collect(), self.count)
            }
        };
        let (mut told, mut events) = (Vec::new(), Vec::new());
        for story in candidates {
            let script = story.script(actors, self.seed, from, to);
            match &self.stories {
                Stories::Fitting if script.is_empty() || (events.len() + script.len()) as u64 > most => {}
                Stories::Exactly(_) if script.is_empty() => return Err(RecipeError::NoTime(story)),
                Stories::Fitting | Stories::Exactly(_) => {
                    told.push(story);
                    events.extend(script);
                }
            }
        }
        let needed = events.len() as u64;
        if needed > most { Err(RecipeError::NoRoom(needed)) } else { Ok((told, events)) }
    }

    /// How many times as large as a small workspace it is.
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
                write!(f, "too many entries: that time has room for {room}, {} a second on average", Recipe::DENSEST)
            }
            Self::NoTime(story) => write!(f, "no time for the story {story}, which takes {}", story.takes()),
            Self::NoRoom(needed) => write!(f, "too few entries: the stories alone are {needed}"),
        }
    }
}

impl std::error::Error for RecipeError {}
