//! Pages, crawls, new sessions and reads of the control plane, compared with the model.

use cortex_audit_mock::contract::Query;
use rand::RngExt;

use super::{choose_session, expect_equal, queries};
use crate::Result;
use crate::worker::Worker;

/// Sessions that the server keeps.
const MAX_SESSIONS: usize = 1000;

/// Reads one page, which must equal the model's byte for byte.
pub fn random_page(worker: &mut Worker<'_>) -> Result<()> {
    let index = choose_session(worker)?;
    let (query, text) = queries::random(&worker.sessions[index].model, &mut worker.rng);
    check_page(worker, index, &query, &text).map(|_| ())
}

/// Reads all pages of a query and the one after the last: together they must have each entry once.
pub fn crawl(worker: &mut Worker<'_>) -> Result<()> {
    let index = choose_session(worker)?;
    let (mut query, _) = queries::random(&worker.sessions[index].model, &mut worker.rng);
    let total = worker.sessions[index].model.matches(&query).len();
    let pages = worker.rng.random_range(1..=6);
    query.page_size = u32::try_from(total)?.div_ceil(pages).clamp(1, 1000);
    let mut entries = 0;
    for page in 0..=u32::try_from(total)?.div_ceil(query.page_size) {
        query.page = page;
        let text = queries::to_string(&query, &mut worker.rng);
        entries += check_page(worker, index, &query, &text)?;
    }
    if entries == total {
        Ok(())
    } else {
        Err(format!("{query:?}: {entries} entries on all pages, not {total}").into())
    }
}

/// Compares one page of a tracked session with the model, and returns the number of its entries.
pub fn check_page(worker: &mut Worker<'_>, index: usize, query: &Query, text: &str) -> Result<usize> {
    let session = worker.sessions[index].name.clone();
    let body = worker.logs(&session, text)?;
    worker.sessions[index].requests += 1;
    let page = worker.sessions[index].model.page(query);
    let expected = serde_json::to_string(&page)?;
    worker.statistics.count_comparison();
    if body != expected.as_bytes() {
        return Err(format!("{session}: {text}: answered {}, not {expected}", String::from_utf8_lossy(&body)).into());
    }
    Ok(page.logs.len())
}

/// Reads what the web UI and other tools read.
pub fn control_plane(worker: &mut Worker<'_>) -> Result<()> {
    let index = choose_session(worker)?;
    let session = worker.sessions[index].name.clone();
    let entries = worker.sessions[index].model.entries.len();
    match worker.rng.random_range(0..4) {
        0 => {
            let (query, text) = queries::random(&worker.sessions[index].model, &mut worker.rng);
            let filters = text.split_once("&pageSize=").and_then(|(_, rest)| rest.split_once('&'));
            let filters = filters.map(|(_, filters)| format!("&{filters}")).unwrap_or_default();
            let summary = worker.admin("GET", &format!("/summary?session={session}{filters}"), "")?;
            let expected = worker.sessions[index].model.matches(&query).len();
            worker.statistics.count_comparison();
            expect_equal("the total of a summary", &summary["total"], expected)
        }
        1 => {
            let changes = worker.admin("GET", &format!("/changes?session={session}"), "")?;
            worker.statistics.count_comparison();
            expect_equal("the entries in /changes", &changes["entries"], entries)
        }
        2 => {
            let version = worker.admin("GET", &format!("/version?session={session}"), "")?;
            worker.statistics.count_comparison();
            expect_equal("the entries in /version", &version["entries"], entries)
        }
        _ => {
            for path in ["/", "/openapi.json", "/__admin/health"] {
                let response = worker.request("GET", path, "", "")?;
                if response.status != 200 || response.body.is_empty() {
                    return Err(format!("{path}: {}", response.status).into());
                }
            }
            Ok(())
        }
    }
}

/// Opens a session with a token and reads a page of its initial entries. Some are deleted, the others left for the server
/// to evict.
pub fn new_session(worker: &mut Worker<'_>) -> Result<()> {
    let session = worker.new_name("new");
    let body = worker.logs(&session, "page=2&pageSize=5")?;
    let expected = worker.initial.page(&Query { page: 2, page_size: 5, ..Query::default() });
    worker.statistics.count_comparison();
    if body != serde_json::to_vec(&expected)? {
        return Err(format!("{session} does not have the initial entries").into());
    }
    match worker.rng.random_range(0..10) {
        0 => {
            let response = worker.admin("DELETE", &format!("/sessions/{session}"), "")?;
            expect_equal("removed", &response["removed"], 1)
        }
        1 => {
            let response = worker.admin("GET", "/sessions", "")?;
            let names = response["sessions"].as_array().ok_or("no sessions")?;
            let listed = names.iter().any(|name| *name == session);
            if listed && names.len() <= MAX_SESSIONS {
                Ok(())
            } else {
                Err(format!("{} sessions, or not {session}", names.len()).into())
            }
        }
        _ => Ok(()),
    }
}
