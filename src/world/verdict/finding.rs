//! What a client does wrong, by name.

use serde::Serialize;

use super::exchange::Exchange;
use super::expectation::Expectation;
use crate::text::{escape_control, is_control, word_enum};

word_enum! {
    /// A classic mistake of a client that reads audit logs; the worst first.
    pub enum Bug {
        /// Entries of the scope were never served.
        NeverRead = "never-read",
        /// Entries of the scope were served more than once in one crawl.
        ReadTwice = "read-twice",
        /// Entries were served again by another crawl, further back than the scope says is meant.
        ReadAgain = "read-again",
        /// New entries pushed others over the border of a page between two requests.
        MovedUnderOffset = "moved-under-offset",
        /// New entries pushed others from a page that was read later onto the next one, which had been read before: they were
        /// never read.
        LostUnderOffset = "lost-under-offset",
        /// A crawl ended before its last page, and what was left is nowhere else.
        StoppedEarly = "stopped-early",
        /// A page was left out.
        SkippedPage = "skipped-page",
        /// A 429 was the end of it.
        GaveUpAfter429 = "gave-up-after-429",
        /// Another failure was the end of it.
        GaveUpAfterFailure = "gave-up-after-failure",
        /// The size of the pages changed in the middle of a crawl.
        PageSizeChanged = "page-size-changed",
        /// A time lies between two ranges that nobody asked for.
        Gap = "gap",
        /// A range begins or ends in the future: what comes there later is read by nobody.
        FutureRange = "future-range",
        /// An entry came late, behind the end of a range that had been read.
        LateArrivalMissed = "late-arrival-missed",
        /// The next range began behind the newest timestamp, which has more entries.
        EqualTimestampLost = "equal-timestamp-lost",
        /// The client asked no more after an answer with nothing in it.
        StoppedPolling = "stopped-polling",
        /// A request was sent before `Retry-After` had passed.
        RetriedTooEarly = "retried-too-early",
        /// A request that was refused was sent again as it was.
        RetriedRefused = "retried-refused",
        /// Pages were asked for that the answers said do not exist.
        IgnoredTotalPages = "ignored-total-pages",
        /// Asked again and again within seconds, and nothing had come.
        BusyPolling = "busy-polling",
        /// Something about a request is not in the contract, or ignored by it.
        Contract = "contract",
    }
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
    /// What to change; a finding about the contract says it in its message.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub advice: Option<&'static str>,
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
        let requests = shown.into_iter().take(EXAMPLES).map(|exchange| exchange.observation.id.to_string()).collect();
        // A query may hold any character that is not ASCII as it is.
        let message = if message.contains(is_control) { escape_control(&message) } else { message };
        Self { bug, rule: None, count, message, advice: bug.advice(), requests }
    }
}

impl Bug {
    /// What a client does better.
    pub const fn advice(self) -> Option<&'static str> {
        Some(match self {
            Self::NeverRead => "Read each query to its last page, and go on to the newest entry.",
            Self::ReadTwice => "Ask for each page of a crawl once, or leave out what you have.",
            Self::ReadAgain => "Begin where the last crawl ended, or say a longer overlap; two that poll need a lock.",
            Self::MovedUnderOffset => "Fix endTime before the first page, or begin anew when total changes.",
            Self::LostUnderOffset => "Read from page 0 on, and fix endTime before the first page.",
            Self::StoppedEarly => "Read on until page is totalPages - 1.",
            Self::SkippedPage => "Count page up by one from 0.",
            Self::GaveUpAfter429 => "Wait as long as Retry-After says, then ask for that page again.",
            Self::GaveUpAfterFailure => "Ask for that page again: a failure is not the end.",
            Self::PageSizeChanged => "Keep pageSize from the first page to the last.",
            Self::Gap => "Begin the next range where the last one ended.",
            Self::FutureRange => "Send times in UTC, or with their offset, and end a range before now.",
            Self::LateArrivalMissed => {
                "End ranges further back than entries come late, or overlap them by more than that."
            }
            Self::EqualTimestampLost => "Begin at the newest timestamp again, and leave out what you have.",
            Self::StoppedPolling => "Ask again later: an empty answer is not the end.",
            Self::RetriedTooEarly => "Wait as long as Retry-After says.",
            Self::RetriedRefused => "Mend the request or the key first: what was refused stays so.",
            Self::IgnoredTotalPages => "Stop after totalPages, not at an empty page.",
            Self::BusyPolling => "Wait between two polls: a second or longer.",
            Self::Contract => return None,
        })
    }

    /// The expectations whose violation it explains.
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
            Self::LateArrivalMissed | Self::FutureRange => &[Expectation::Complete, Expectation::NoGaps],
            Self::ReadTwice | Self::MovedUnderOffset => &[Expectation::NoDuplicates],
            Self::ReadAgain => &[Expectation::NoRereads],
            Self::PageSizeChanged => &[Expectation::Complete, Expectation::NoDuplicates],
            Self::Gap => &[Expectation::NoGaps],
            Self::RetriedTooEarly | Self::RetriedRefused | Self::IgnoredTotalPages | Self::BusyPolling => {
                &[Expectation::Polite]
            }
            Self::Contract => &[Expectation::Contract],
        }
    }
}
