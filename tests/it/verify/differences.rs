//! One server for each way in which a rule can be broken and the answers show it.

mod errors;
mod lists;
mod paging;
mod request;
mod response;
mod times;

use super::other::Difference;

/// What a rule's room is, with all that can differ there.
pub const ALL: [(&str, &[Difference]); 6] = [
    ("request", request::ALL),
    ("times", times::ALL),
    ("paging", paging::ALL),
    ("lists", lists::ALL),
    ("response", response::ALL),
    ("errors", errors::ALL),
];

/// Seen only when the server has a limit that is met.
pub use errors::LIMITED;
