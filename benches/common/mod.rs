//! What the benches that start servers share.

pub mod bare;
pub mod client;
pub mod contender;
pub mod memory;
pub mod quantile;

/// A bench has nobody who could handle an error: it is printed, and the run has failed.
pub type Result<T> = std::result::Result<T, Box<dyn std::error::Error + Send + Sync>>;

/// The operation that everything is about.
pub const PATH: &str = "/api/v1/audit-logs";
