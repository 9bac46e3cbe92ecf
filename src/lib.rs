//! A stand-in for Cortex's audit-log API, `GET /api/v1/audit-logs`: it answers as the real one does and holds
//! lifelike data.
//!
//! The binary serves it on a port; this library serves it from a test, without one:
//!
//! ```
//! use axum::body::Body;
//! use axum::http::{Request, StatusCode};
//! use cortex_audit_mock::{Config, Mock, http};
//! use tower::ServiceExt;
//!
//! # #[tokio::main(flavor = "current_thread")]
//! # async fn main() {
//! let mock = Mock::start(&Config::default()).unwrap();
//! let request = Request::get("/api/v1/audit-logs?pageSize=10")
//!     .header("Authorization", "Bearer mock-admin")
//!     .body(Body::empty())
//!     .unwrap();
//! let response = http::router(mock).oneshot(request).await.unwrap();
//! assert_eq!(response.status(), StatusCode::OK);
//! # }
//! ```
//!
//! Every rule that it keeps is listed in [`contract::RULES`] with its source: documented, seen in the official client,
//! or assumed.

pub mod cli;
pub mod config;
pub mod contract;
pub mod control;
pub mod duration;
pub mod fault;
pub mod fixture;
pub mod http;
mod json_file;
pub mod keys;
pub mod mock;
pub mod rate;
mod seed;
pub mod server;
pub mod store;
pub mod world;

pub use config::Config;
pub use json_file::{FileError, FileErrors};
pub use mock::Mock;
pub use rate::{Rate, RateLimit};
pub use world::{Clock, World};
