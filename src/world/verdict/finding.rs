//! What a client does wrong, by name.

use serde::{Serialize, Serializer};

use super::exchange::Exchange;
use super::expectation::Expectation;
use crate::contract::{escape_control, is_control};

/// A classic mistake of a client that reads audit logs.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Bug {
    /// Entries of the scope were never served.
    NeverRead,
    /// Entries of the scope were served more than once.
    ReadTwice,
    /// New entries pushed others over the border of a page between two requests.
    MovedUnderOffset,
    /// The same between a page and the one in front of it, which was read later: others were never read.
    LostUnderOffset,
    /// A crawl ended before its last page, and what was left is nowhere else.
    StoppedEarly,
    /// A page was left out.
    SkippedPage,
    /// A 429 was the end of it.
    GaveUpAfter429,
    /// Another failure was the end of it.
    GaveUpAfterFailure,
    /// The size of the pages changed in the middle of a crawl.
    PageSizeChanged,
    /// A time lies between two ranges that nobody asked for.
    Gap,
    /// Two ranges share instants, and the entries of these: both ends are inclusive.
    Overlap,
    /// An entry came late, behind the end of a range that had been read.
    LateArrivalMissed,
    /// The next range began behind the newest timestamp, which has more entries.
    EqualTimestampLost,
    /// The client asked no more after an answer with nothing in it.
    StoppedPolling,
    /// A request was sent before `Retry-After` had passed.
    RetriedTooEarly,
    /// A request that was refused was sent again as it was.
    RetriedRefused,
    /// Pages were asked for that the answers said do not exist.
    IgnoredTotalPages,
    /// Asked again and again within seconds, and nothing had come.
    BusyPolling,
    /// Something about a request is not in the contract, or ignored by it.
    Contract,
}

/// One mistake, how often, and where.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Finding {
    /// Which.
    pub bug: Bug,
    /// The rule of the fidelity table, of a finding about the contract.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub rule: Option<&'static str>,
    /// How often.
    pub count: usize,
    /// A whole sentence.
    pub message: String,
    /// `X-Request-Id` of some requests that show it.
    pub requests: Vec<String>,
}

/// The most requests that a finding names.
const EXAMPLES: usize = 5;

impl Finding {
    pub(super) fn new<'a>(
        bug: Bug,
        count: usize,
        message: String,
        shown: impl IntoIterator<Item = &'a Exchange>,
    ) -> Self {
        let requests = shown.into_iter().take(EXAMPLES).map(|exchange| exchange.id.to_string()).collect();
        // A query may hold any character that is not ASCII as it is.
        let message = if message.contains(is_control) { escape_control(&message) } else { message };
        Self { bug, rule: None, count, message, requests }
    }
}

impl Bug {
    /// All, the worst first.
    pub const ALL: [Self; 19] = [
        Self::NeverRead,
        Self::ReadTwice,
        Self::MovedUnderOffset,
        Self::LostUnderOffset,
        Self::StoppedEarly,
        Self::SkippedPage,
        Self::GaveUpAfter429,
        Self::GaveUpAfterFailure,
        Self::PageSizeChanged,
        Self::Gap,
        Self::Overlap,
        Self::LateArrivalMissed,
        Self::EqualTimestampLost,
        Self::StoppedPolling,
        Self::RetriedTooEarly,
        Self::RetriedRefused,
        Self::IgnoredTotalPages,
        Self::BusyPolling,
        Self::Contract,
    ];

    /// Its name in a judgement.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::NeverRead => "never-read",
            Self::ReadTwice => "read-twice",
            Self::MovedUnderOffset => "moved-under-offset",
            Self::LostUnderOffset => "lost-under-offset",
            Self::StoppedEarly => "stopped-early",
            Self::SkippedPage => "skipped-page",
            Self::GaveUpAfter429 => "gave-up-after-429",
            Self::GaveUpAfterFailure => "gave-up-after-failure",
            Self::PageSizeChanged => "page-size-changed",
            Self::Gap => "gap",
            Self::Overlap => "overlap",
            Self::LateArrivalMissed => "late-arrival-missed",
            Self::EqualTimestampLost => "equal-timestamp-lost",
            Self::StoppedPolling => "stopped-polling",
            Self::RetriedTooEarly => "retried-too-early",
            Self::RetriedRefused => "retried-refused",
            Self::IgnoredTotalPages => "ignored-total-pages",
            Self::BusyPolling => "busy-polling",
            Self::Contract => "contract",
        }
    }

    /// The expectations that it breaks.
    #[must_use]
    pub const fn breaks(self) -> &'static [Expectation] {
        match self {
            Self::NeverRead
            | Self::LostUnderOffset
            | Self::StoppedEarly
            | Self::SkippedPage
            | Self::GaveUpAfter429
            | Self::GaveUpAfterFailure
            | Self::EqualTimestampLost
            | Self::StoppedPolling => &[Expectation::Complete],
            Self::LateArrivalMissed => &[Expectation::Complete, Expectation::NoGaps],
            Self::ReadTwice | Self::MovedUnderOffset | Self::Overlap => &[Expectation::NoDuplicates],
            Self::PageSizeChanged => &[Expectation::Complete, Expectation::NoDuplicates],
            Self::Gap => &[Expectation::NoGaps],
            Self::RetriedTooEarly | Self::RetriedRefused | Self::IgnoredTotalPages | Self::BusyPolling => {
                &[Expectation::Polite]
            }
            Self::Contract => &[Expectation::Contract],
        }
    }
}

impl Serialize for Bug {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(self.as_str())
    }
}
