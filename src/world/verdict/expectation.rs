//! What a client can be expected to be.

use std::fmt;
use std::str::FromStr;

/// One thing that `?expect=` can ask for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Expectation {
    /// Every entry of the scope was served.
    Complete,
    /// No entry was served twice.
    NoDuplicates,
    /// Ranges of time join each other, and what came late was read too.
    NoGaps,
    /// It waits as long as it is told, and asks for nothing in vain.
    Polite,
    /// Every request is as the published contract has it.
    Contract,
}

impl Expectation {
    /// All, in the order in which they are told.
    pub const ALL: [Self; 5] = [Self::Complete, Self::NoDuplicates, Self::NoGaps, Self::Polite, Self::Contract];

    /// Its name in `?expect=`.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Complete => "complete",
            Self::NoDuplicates => "no-duplicates",
            Self::NoGaps => "no-gaps",
            Self::Polite => "polite",
            Self::Contract => "contract",
        }
    }
}

impl fmt::Display for Expectation {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

impl FromStr for Expectation {
    type Err = ();

    fn from_str(text: &str) -> Result<Self, ()> {
        Self::ALL.into_iter().find(|expectation| expectation.as_str() == text).ok_or(())
    }
}
