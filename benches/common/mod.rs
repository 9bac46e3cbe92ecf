//! Servers to measure, a client to load them, and statistics.

pub mod bare_server;
pub mod client;
pub mod memory;
pub mod quantile;
pub mod server_process;

/// Any error ends the bench: it is printed, and the exit code is 1.
pub type Result<T> = std::result::Result<T, Box<dyn std::error::Error + Send + Sync>>;

/// The path of the measured operation.
pub const PATH: &str = "/api/v1/audit-logs";
