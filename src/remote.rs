//! The HTTP client with which `record` and `verify` call a Cortex API: its address and token, one connection, a limit of
//! requests per minute, and one loop that sends a request again after a failure that may pass. Without all of that,
//! [`download`] fetches a document.

mod client;
mod connection;
mod download;
mod error;
mod pacer;
mod reply;
mod token;
mod url;

pub use client::RetryWait;
pub use connection::Connection;
pub use download::download;
pub use error::{RequestError, SetupError};
pub use pacer::{RequestPacer, TimeSource};
pub use token::Token;
pub use url::{ApiUrl, DocumentUrl};

pub(crate) use client::{ApiClient, backoff};
pub(crate) use connection::GetRequest;
pub(crate) use error::Retryable;
pub(crate) use reply::Reply;
