//! Rules about keys: an answer does not show what roles its key has.

use super::super::context::ProbeContext;
use super::super::probe_result::{ProbeResult, inconclusive};

pub fn roles(_: &mut ProbeContext<'_>) -> ProbeResult {
    inconclusive("an answer does not show the roles of a key")
}

pub fn default_roles(_: &mut ProbeContext<'_>) -> ProbeResult {
    inconclusive("it would take a key of each role, and an answer does not show which one a key has")
}

pub fn personal(_: &mut ProbeContext<'_>) -> ProbeResult {
    inconclusive("it would take a personal token, and an answer does not show whether one is")
}
