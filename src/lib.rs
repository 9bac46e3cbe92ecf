//! A stand-in for Cortex's audit-log API, `GET /api/v1/audit-logs`: it answers as the real one does and holds
//! lifelike data.
//!
//! The binary serves it on a port for anybody; [`MockServer`] serves it from a test:
//!
//! ```
//! use std::io::{Read, Write};
//! use std::net::TcpStream;
//!
//! use cortex_audit_mock::MockServer;
//!
//! let server = MockServer::start_blocking();
//! let mut client = TcpStream::connect(server.uri().trim_start_matches("http://")).unwrap();
//! write!(
//!     client,
//!     "GET /api/v1/audit-logs?pageSize=10 HTTP/1.1\r\nHost: mock\r\nAuthorization: Bearer {}\r\nConnection: close\r\n\r\n",
//!     server.token(),
//! )
//! .unwrap();
//! let mut answer = String::new();
//! client.read_to_string(&mut answer).unwrap();
//! assert!(answer.starts_with("HTTP/1.1 200 OK"));
//! assert_eq!(server.world().journal.count(&Default::default()), 1);
//! ```
//!
//! Every rule that it keeps is listed in [`contract::RULES`] with its source: documented, seen in the official client,
//! or assumed.

pub mod app_state;
pub mod cli;
pub mod config;
pub mod contract;
pub mod control;
pub mod duration;
pub mod fault;
pub mod fixture;
pub mod generate;
pub mod http;
mod json_file;
pub mod keys;
mod mock_server;
pub mod pseudonym;
pub mod rate;
pub mod record;
pub mod remote;
mod seed;
pub mod server;
pub mod store;
mod system;
mod text;
pub mod verify;
pub mod world;

pub use app_state::AppState;
pub use config::Config;
pub use json_file::{FileError, FileErrors};
pub use mock_server::{MockServer, MockServerBuilder, StartError};
pub use rate::{Rate, RateLimit};
pub use text::UnknownWord;
pub use world::{Clock, World};

/// The Rust of the documents is compiled and run.
#[cfg(doctest)]
#[doc = include_str!("../docs/rust.md")]
struct InProcess;
