//! Appended entries, cleared and reset sessions.

use std::time::Duration;

use cortex_audit_mock::contract::{Action, Actor, Entry, Query, Timestamp};
use cortex_audit_mock::internal::fixture::FileEntry;
use rand::RngExt;

use super::{choose_session, expect_equal, reads};
use crate::Result;
use crate::model::{Model, NOW};
use crate::worker::{Worker, pick};

/// Appends entries in one of the formats of a fixture, and reads the newest page.
pub fn append(worker: &mut Worker<'_>) -> Result<()> {
    let index = choose_session(worker)?;
    let count = worker.rng.random_range(1..=20);
    let entries = (0..count).map(|_| random_entry(worker)).collect::<Result<Vec<_>>>()?;
    let lines: Vec<String> =
        entries.iter().map(|entry| serde_json::to_string(&FileEntry(entry))).collect::<std::result::Result<_, _>>()?;
    let body = match worker.rng.random_range(0..3) {
        0 => lines.join("\n"),
        1 => format!("[{}]", lines.join(",")),
        _ => format!("{{\"logs\":[{}],\"page\":0,\"total\":1,\"totalPages\":1}}", lines.join(",")),
    };
    let session = worker.sessions[index].name.clone();
    let response = worker.admin("POST", &format!("/audit-logs?session={session}"), &body)?;
    expect_equal("added", &response["added"], count)?;
    let model = &mut worker.sessions[index].model;
    for entry in entries {
        model.add(entry);
    }
    expect_equal("entries after an append", &response["entries"], model.entries.len())?;
    reads::check_page(worker, index, &Query { page_size: 25, ..Query::default() }, "pageSize=25").map(|_| ())
}

/// Removes all entries, or resets the session.
pub fn clear_or_reset(worker: &mut Worker<'_>) -> Result<()> {
    let index = choose_session(worker)?;
    let session = worker.sessions[index].name.clone();
    if worker.percent(50) {
        let response = worker.admin("DELETE", &format!("/audit-logs?session={session}"), "")?;
        let before = std::mem::take(&mut worker.sessions[index].model);
        expect_equal("removed", &response["removed"], before.entries.len())?;
    } else {
        worker.admin("POST", &format!("/reset?session={session}"), "")?;
        worker.sessions[index].model = Model::clone(&worker.initial);
        worker.sessions[index].requests = 0;
    }
    if worker.number == 0 {
        // Requests without a valid token are in the journal of the default session.
        worker.admin("POST", "/reset", "")?;
    }
    reads::check_page(worker, index, &Query::default(), "").map(|_| ())
}

/// A variation of an initial entry: another time and action, sometimes a new object.
fn random_entry(worker: &mut Worker<'_>) -> Result<Entry> {
    let template = pick(&mut worker.rng, &worker.initial.entries).clone();
    let now: Timestamp = NOW.parse()?;
    let timestamp = now.saturating_sub(Duration::from_millis(worker.rng.random_range(0..=86_400_000)));
    let action = *pick(&mut worker.rng, &[Action::Create, Action::Update, Action::Delete]);
    let mut entry = Entry { timestamp, action, ..Entry::clone(&template) };
    if worker.percent(20) {
        entry.object_identifier = worker.new_name("new");
        entry.actor = Actor::from_identifier(entry.actor_identifier.as_deref());
    }
    Ok(entry)
}
