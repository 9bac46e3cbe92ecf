//! Every way in which a server can break a rule that responses show.

mod errors;
mod lists;
mod paging;
mod request;
mod response;
mod times;

use super::deviating_server::Deviation;

/// The deviations by the kind of rule.
pub const BY_KIND: [(&str, &[Deviation]); 6] = [
    ("request", request::ALL),
    ("times", times::ALL),
    ("paging", paging::ALL),
    ("lists", lists::ALL),
    ("response", response::ALL),
    ("errors", errors::ALL),
];

/// Deviations that only a rate limit shows.
pub use errors::OF_RATE_LIMIT;
