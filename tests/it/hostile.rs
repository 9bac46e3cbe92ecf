//! What a client should not do: everything is answered in words or closed, in its time, and the server lives on.

mod malformed_requests;
mod timeouts;
mod too_many_connections;
