//! A request that was admitted to its operation, as an extractor for handlers.

use std::fmt;
use std::sync::Arc;

use axum::extract::FromRequestParts;
use axum::http::request::Parts;

use super::context::RequestContext;
use super::pending_record::PendingRecord;
use super::problem::Problem;
use crate::keys::Key;

/// An admitted request: within the rate limit, with a valid key. Handlers of the API take it.
#[derive(Debug, Clone)]
pub struct AdmittedRequest {
    pub context: Arc<RequestContext>,
    pub key: Arc<Key>,
    pub record: PendingRecord,
}

impl AdmittedRequest {
    /// 403 unless the key has a permission (ERR-403).
    pub fn require_permission(&self, permission: &'static str) -> Result<(), Problem> {
        if self.key.has_permission(permission) {
            return Ok(());
        }
        Err(Problem::Forbidden { key: self.key.to_string(), permission })
    }
}

/// The name of the key and its last four characters, as in the log.
impl fmt::Display for AdmittedRequest {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.key.fmt(f)
    }
}

/// For the handlers of routes: `middleware::admit_and_run_layer` inserts it. A handler outside its group gets a 500,
/// which is a bug of this server. `App` passes it as an argument.
impl<S: Sync> FromRequestParts<S> for AdmittedRequest {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, Problem> {
        parts.extensions.get().cloned().ok_or(Problem::Internal)
    }
}
