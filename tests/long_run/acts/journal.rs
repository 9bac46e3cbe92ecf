//! What the server says of the requests that were sent.

use cortex_audit_mock::world::Journal;
use serde_json::Value;

use super::reads::same;
use super::{FULL, room};
use crate::Result;
use crate::tester::Tester;

/// As many as were sent, or as many as are kept at most.
pub fn count(tester: &mut Tester<'_>) -> Result<()> {
    let place = room(tester)?;
    let (session, asked) = (tester.rooms[place].session.clone(), tester.rooms[place].asked);
    if asked == 0 {
        // It is not there yet.
        return Ok(());
    }
    let path = format!("/requests/count?session={session}&path=/api/v1/audit-logs");
    let told = tester.steer("GET", &path, "")?;
    same(&told["count"], &Value::from(asked), "the count of requests")?;
    let listed = tester.steer("GET", &format!("/requests?session={session}&limit=3"), "")?;
    let shown = listed["requests"].as_array().ok_or("no requests")?.len() as u64;
    same(&Value::from(shown), &Value::from(asked.min(3)), "the requests that are shown")?;
    tester.book.compared();

    tester.logs(FULL, "page=0&pageSize=1")?;
    let full = tester.steer("GET", &format!("/requests/count?session={FULL}"), "")?;
    let kept = full["count"].as_u64().ok_or("no count")?;
    if kept > Journal::CAPACITY as u64 {
        return Err(format!("the journal keeps {kept} requests").into());
    }
    Ok(())
}

/// The client of a room asked so often.
pub fn verdict(tester: &mut Tester<'_>) -> Result<()> {
    let place = room(tester)?;
    let (session, asked) = (tester.rooms[place].session.clone(), tester.rooms[place].asked);
    if asked == 0 {
        return Ok(());
    }
    let verdict = tester.steer("GET", &format!("/verdict?session={session}"), "")?;
    let clients = verdict["clients"].as_array().ok_or("no clients")?;
    tester.book.compared();
    match clients.as_slice() {
        // Removing all entries of a session makes it forget its clients' requests.
        [] => Ok(()),
        [client] if client["requests"].as_u64().is_some_and(|requests| requests <= asked) => Ok(()),
        _ => Err(format!("{session}: asked {asked} times: {clients:?}").into()),
    }
}
