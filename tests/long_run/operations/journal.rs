//! The journal and the verdict, compared with the requests sent.

use cortex_audit_mock::world::Journal;

use super::{choose_session, expect_equal};
use crate::worker::Worker;
use crate::{FULL_SESSION, Result};

/// Compares the numbers of requests in the journal with those sent, and that of the fullest journal with its limit.
pub fn count(worker: &mut Worker<'_>) -> Result<()> {
    let index = choose_session(worker)?;
    let (session, requests) = (worker.sessions[index].name.clone(), worker.sessions[index].requests);
    if requests == 0 {
        // The server does not know the session yet.
        return Ok(());
    }
    let path = format!("/requests/count?session={session}&path=/api/v1/audit-logs");
    let response = worker.admin("GET", &path, "")?;
    expect_equal("the count of requests", &response["count"], requests)?;
    let response = worker.admin("GET", &format!("/requests?session={session}&limit=3"), "")?;
    let listed = response["requests"].as_array().ok_or("no requests")?.len() as u64;
    expect_equal("the number of listed requests", &listed.into(), requests.min(3))?;
    worker.statistics.count_comparison();

    worker.logs(FULL_SESSION, "page=0&pageSize=1")?;
    let full = worker.admin("GET", &format!("/requests/count?session={FULL_SESSION}"), "")?;
    let kept = full["count"].as_u64().ok_or("no count")?;
    if kept > Journal::CAPACITY as u64 {
        return Err(format!("the journal keeps {kept} requests").into());
    }
    Ok(())
}

/// Checks that the verdict of a tracked session has one client, and no more requests than were sent.
pub fn verdict(worker: &mut Worker<'_>) -> Result<()> {
    let index = choose_session(worker)?;
    let (session, requests) = (worker.sessions[index].name.clone(), worker.sessions[index].requests);
    if requests == 0 {
        return Ok(());
    }
    let verdict = worker.admin("GET", &format!("/verdict?session={session}"), "")?;
    let clients = verdict["clients"].as_array().ok_or("no clients")?;
    worker.statistics.count_comparison();
    match clients.as_slice() {
        // Removing all entries of a session removes its observations.
        [] => Ok(()),
        [client] if client["requests"].as_u64().is_some_and(|counted| counted <= requests) => Ok(()),
        _ => Err(format!("{session}: {requests} requests sent: {clients:?}").into()),
    }
}
