//! What a client can be expected to be.

use crate::text::word_enum;

word_enum! {
    /// One thing that `?expect=` can ask for.
    pub enum Expectation {
        /// Every entry of the scope was served.
        Complete = "complete",
        /// No entry was served twice in one crawl.
        NoDuplicates = "no-duplicates",
        /// No entry was served again by another crawl, beyond the overlap that the scope says.
        NoRereads = "no-rereads",
        /// Ranges of time join each other, and what came late was read too.
        NoGaps = "no-gaps",
        /// It waits for `Retry-After`, and sends no needless requests.
        Polite = "polite",
        /// The sink that was compared last holds what was served.
        Delivered = "delivered",
        /// Every request is as the published contract has it.
        Contract = "contract",
    }
}
