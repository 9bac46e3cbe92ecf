//! A mock server of Cortex's audit-log API, `GET /api/v1/audit-logs`: it answers like the real API, with realistic
//! data.
//!
//! The binary serves it on a port; [`MockServer`] serves it from a test:
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
//! assert_eq!(server.world().journal().count(&Default::default()), 1);
//! ```
//!
//! Every rule of the API that the server implements is listed in [`contract::RULES`] with its source: documented, seen in the
//! official client, or assumed.
//!
//! To change the source, begin with `CONTRIBUTING.md`: the modules, the path of a request, and where a filter, a fault or an
//! endpoint is added.

// These macros panic where standard output or standard error is closed or full; see `cli::diagnostics`.
#![deny(clippy::print_stderr, clippy::print_stdout)]

mod app_state;
mod cli;
mod config;
pub mod contract;
mod control;
mod duration;
pub mod fault;
mod fixture;
pub mod generate;
mod http;
mod input;
mod json_file;
mod keys;
mod mock_server;
mod object_types;
mod pseudonym;
mod rate;
mod record;
mod redact;
mod remote;
mod seed;
pub mod server;
mod store;
mod system;
mod text;
mod verify;
pub mod world;

pub use config::{Admin, BasePath, Config, ConfigValueError, CorsOrigin, HostPattern, Origin};
pub use fixture::EntrySource;
pub use json_file::{FileError, FileErrors};
pub use keys::{Key, KeyError, KeySource};
pub use mock_server::{ArgumentError, MockServer, MockServerBuilder, StartError};
pub use rate::{Period, Rate, RateError, RateLimit, RateLimitError};
pub use text::UnknownWord;
pub use world::World;

/// What only this package's own binary, tests, benches and fuzz targets use. Not part of the API: it changes without
/// notice.
#[doc(hidden)]
pub mod internal {
    pub use crate::app_state::AppState;
    pub use crate::world::clock::Clock;
    pub use crate::world::ended_sessions::EndedSessions;
    pub use crate::world::faults::{FaultPlan, RequestFacts, RuleSelection};
    pub use crate::world::limiter::{Limiter, RateLimitKey};
    pub use crate::world::live_feed::LiveFeed;
    pub use crate::world::live_source::LiveSource;
    pub use crate::world::memory::SharedMemory;
    pub use crate::world::template::WorldTemplate;

    pub mod cli {
        pub use crate::cli::*;
    }
    pub mod control {
        pub use crate::control::*;
    }
    pub mod duration {
        pub use crate::duration::*;
    }
    pub mod fixture {
        pub use crate::fixture::*;
    }
    pub mod http {
        pub use crate::http::*;
    }
    pub mod keys {
        pub use crate::keys::*;
    }
    pub mod pseudonym {
        pub use crate::pseudonym::*;
    }
    pub mod record {
        pub use crate::record::*;
    }
    pub mod remote {
        pub use crate::remote::*;
    }
    pub mod store {
        pub use crate::store::*;
    }
    pub mod verify {
        pub use crate::verify::*;
    }

    /// The entries of a world, without delivering live entries first.
    pub fn store(world: &crate::World) -> &store::Store {
        &world.store
    }

    /// The clock of a world; moving it delivers no live entries.
    pub fn clock(world: &crate::World) -> &Clock {
        &world.clock
    }

    /// The rate limiter of a world.
    pub fn limiter(world: &crate::World) -> &Limiter {
        &world.limiter
    }
}

/// Compiles and runs the Rust of the documentation.
#[cfg(doctest)]
#[doc = include_str!("../docs/rust.md")]
struct InProcess;
