//! Clients that misbehave: each gets an error response or a closed connection in bounded time, and the server continues.

mod malformed_requests;
mod timeouts;
mod too_many_connections;
