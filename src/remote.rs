//! A Cortex API somewhere else, as `record` and `verify` speak to it: where it is, the token for it, one connection that
//! asks, what its answers mean, and how often to ask.

mod connection;
mod error;
mod pacer;
mod retry;
mod token;
mod url;

pub use pacer::TimeSource;
pub use token::Token;
pub use url::ApiUrl;

pub(crate) use connection::{Connection, GetRequest, Reply};
pub(crate) use error::{RequestError, retryable};
pub(crate) use pacer::RequestPacer;
pub(crate) use retry::backoff;
