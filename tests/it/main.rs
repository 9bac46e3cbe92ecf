//! One binary for all integration tests: they link once and share their helpers.

mod support;

mod answers;
mod auth;
mod binary;
mod data;
mod errors;
mod filters;
mod keys;
mod limiter;
mod official_client;
mod openapi;
mod readme;
mod rules;
mod store;
mod times;
