//! Who is asking, once the gate has let the request pass.

use std::fmt;
use std::sync::Arc;

use axum::extract::FromRequestParts;
use axum::http::request::Parts;

use super::context::Told;
use super::problem::Problem;
use super::redact::RedactedQuery;
use super::request_id::RequestId;
use crate::keys::Key;
use crate::world::World;

/// A caller with a valid key and a place in its rate.
#[derive(Debug, Clone)]
pub struct Caller {
    /// The identifier of the request.
    pub request: RequestId,
    pub key: Arc<Key>,
    pub world: Arc<World>,
    /// The raw query string without secrets.
    pub query: RedactedQuery,
    /// Whether the page of this server asks.
    pub from_page: bool,
    /// What is told to the journal.
    pub told: Arc<Told>,
}

impl Caller {
    /// Goes on only with a permission (ERR-403).
    pub fn require_permission(&self, permission: &'static str) -> Result<(), Problem> {
        if self.key.has_permission(permission) {
            return Ok(());
        }
        Err(Problem::Forbidden { key: self.key.to_string(), permission })
    }
}

impl fmt::Display for Caller {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.key.fmt(f)
    }
}

/// The gate puts it there; a route outside the gate is a bug of ours.
impl<S: Sync> FromRequestParts<S> for Caller {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, Problem> {
        parts.extensions.get().cloned().ok_or(Problem::Internal)
    }
}
