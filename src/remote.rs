//! A Cortex API somewhere else, as `record` and `verify` speak to it: where it is, the token for it, one connection that
//! asks, what its answers mean, and how often to ask.

mod connection;
mod failure;
mod pace;
mod retry;
mod token;
mod url;

pub use pace::Time;
pub use token::Token;
pub use url::ApiUrl;

pub(crate) use connection::{Call, Connection, Reply};
pub(crate) use failure::{Failure, passing};
pub(crate) use pace::Pace;
pub(crate) use retry::backoff;
