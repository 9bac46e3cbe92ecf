//! Rules about keys: an answer does not show what roles its key has.

use super::super::found::{Found, cannot_tell};
use super::super::probing::Probing;

pub fn roles(_: &mut Probing<'_>) -> Found {
    cannot_tell("an answer does not show the roles of a key")
}

pub fn default_roles(_: &mut Probing<'_>) -> Found {
    cannot_tell("it would take a key of each role, and an answer does not show which one a key has")
}

pub fn personal(_: &mut Probing<'_>) -> Found {
    cannot_tell("it would take a personal token, and an answer does not show whether one is")
}
