//! Entries that are added, and sessions that begin anew.

use std::time::Duration;

use cortex_audit_mock::contract::{Action, Actor, Entry, Query, Timestamp};
use cortex_audit_mock::internal::fixture::Line;
use serde_json::Value;

use super::{reads, room};
use crate::Result;
use crate::model::{Model, NOW};
use crate::tester::Tester;

/// Some entries in one of the forms of a file; then they are there.
pub fn add(tester: &mut Tester<'_>) -> Result<()> {
    let place = room(tester)?;
    let count = tester.chance.between(1, 20);
    let entries = (0..count).map(|_| entry(tester)).collect::<Result<Vec<_>>>()?;
    let lines: Vec<String> =
        entries.iter().map(|entry| serde_json::to_string(&Line(entry))).collect::<std::result::Result<_, _>>()?;
    let body = match tester.chance.below(3) {
        0 => lines.join("\n"),
        1 => format!("[{}]", lines.join(",")),
        _ => format!("{{\"logs\":[{}],\"page\":0,\"total\":1,\"totalPages\":1}}", lines.join(",")),
    };
    let session = tester.rooms[place].session.clone();
    let told = tester.steer("POST", &format!("/audit-logs?session={session}"), &body)?;
    reads::same(&told["added"], &Value::from(count), "added")?;
    let model = &mut tester.rooms[place].model;
    for entry in entries {
        model.add(entry);
    }
    reads::same(&told["entries"], &Value::from(model.entries.len()), "entries after adding")?;
    reads::one_page(tester, place, &Query { page_size: 25, ..Query::default() }, "pageSize=25").map(|_| ())
}

/// All entries removed, or everything put back to the start.
pub fn begin_anew(tester: &mut Tester<'_>) -> Result<()> {
    let place = room(tester)?;
    let session = tester.rooms[place].session.clone();
    if tester.chance.percent(50) {
        let told = tester.steer("DELETE", &format!("/audit-logs?session={session}"), "")?;
        let before = std::mem::take(&mut tester.rooms[place].model);
        reads::same(&told["removed"], &Value::from(before.entries.len()), "removed")?;
    } else {
        tester.steer("POST", &format!("/reset?session={session}"), "")?;
        tester.rooms[place].model = Model::clone(&tester.start);
        tester.rooms[place].asked = 0;
    }
    if tester.number == 0 {
        // Whoever has no valid token is in the journal of the unnamed session.
        tester.steer("POST", "/reset", "")?;
    }
    reads::one_page(tester, place, &Query::default(), "").map(|_| ())
}

/// Like one that was there, at another time, sometimes of an object that nobody has heard of.
fn entry(tester: &mut Tester<'_>) -> Result<Entry> {
    let like = tester.chance.pick(&tester.start.entries).clone();
    let now: Timestamp = NOW.parse()?;
    let timestamp = now.saturating_sub(Duration::from_millis(u64::from(tester.chance.between(0, 86_400_000))));
    let mut entry = Entry {
        timestamp,
        action: *tester.chance.pick(&[Action::Create, Action::Update, Action::Delete]),
        ..Entry::clone(&like)
    };
    if tester.chance.percent(20) {
        entry.object_identifier = tester.name("new");
        entry.actor = Actor::from_identifier(entry.actor_identifier.as_deref());
    }
    Ok(entry)
}
