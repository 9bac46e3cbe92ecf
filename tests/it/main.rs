//! One binary for all integration tests: they link once and share their helpers.

mod support;

mod answers;
mod auth;
mod binary;
mod broken_connections;
mod clock;
mod data;
mod entries;
mod errors;
mod faults;
mod filters;
mod fuzz;
mod generate_command;
mod generator;
mod in_process;
mod journal;
mod keys;
mod limiter;
mod live;
mod official_client;
mod openapi;
mod pseudonym;
mod readme;
mod record;
mod rules;
mod same_bytes;
mod security;
mod sessions;
mod settings;
mod sockets;
mod store;
mod times;
mod verdict;
mod verify;
