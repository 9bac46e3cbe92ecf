//! Pages, whole crawls and what else is read, compared with the model.

use cortex_audit_mock::contract::Query;
use serde_json::Value;

use super::{question, room};
use crate::Result;
use crate::tester::Tester;

/// One page, byte by byte as the model has it.
pub fn page(tester: &mut Tester<'_>) -> Result<()> {
    let place = room(tester)?;
    let (query, text) = question::any(&tester.rooms[place].model, &mut tester.chance);
    one_page(tester, place, &query, &text).map(|_| ())
}

/// All pages of a query and the one behind the last, which hold each entry once.
pub fn crawl(tester: &mut Tester<'_>) -> Result<()> {
    let place = room(tester)?;
    let (mut query, _) = question::any(&tester.rooms[place].model, &mut tester.chance);
    let total = tester.rooms[place].model.hits(&query).len();
    let pages = tester.chance.between(1, 6);
    query.page_size = u32::try_from(total)?.div_ceil(pages).clamp(1, 1000);
    let mut seen = 0;
    for page in 0..=u32::try_from(total)?.div_ceil(query.page_size) {
        query.page = page;
        let text = question::written(&query, &mut tester.chance);
        seen += one_page(tester, place, &query, &text)?;
    }
    if seen == total { Ok(()) } else { Err(format!("{query:?}: {seen} entries on all pages, not {total}").into()) }
}

/// How many entries are on it.
pub fn one_page(tester: &mut Tester<'_>, place: usize, query: &Query, text: &str) -> Result<usize> {
    let session = tester.rooms[place].session.clone();
    let body = tester.logs(&session, text)?;
    tester.rooms[place].asked += 1;
    let page = tester.rooms[place].model.page(query);
    let expected = serde_json::to_string(&page)?;
    tester.book.compared();
    if body != expected.as_bytes() {
        return Err(format!("{session}: {text}: answered {}, not {expected}", String::from_utf8_lossy(&body)).into());
    }
    Ok(page.logs.len())
}

/// What the page of the server and its other callers read.
pub fn others(tester: &mut Tester<'_>) -> Result<()> {
    let place = room(tester)?;
    let session = tester.rooms[place].session.clone();
    match tester.chance.below(4) {
        0 => {
            let (query, text) = question::any(&tester.rooms[place].model, &mut tester.chance);
            let filters = text.split_once("&pageSize=").and_then(|(_, rest)| rest.split_once('&'));
            let filters = filters.map(|(_, filters)| format!("&{filters}")).unwrap_or_default();
            let summary = tester.steer("GET", &format!("/summary?session={session}{filters}"), "")?;
            let expected = tester.rooms[place].model.hits(&query).len();
            tester.book.compared();
            same(&summary["total"], &Value::from(expected), "the total of a summary")
        }
        1 => {
            let changes = tester.steer("GET", &format!("/changes?session={session}"), "")?;
            let expected = tester.rooms[place].model.entries.len();
            tester.book.compared();
            same(&changes["entries"], &Value::from(expected), "the entries of what changed")
        }
        2 => {
            let version = tester.steer("GET", &format!("/version?session={session}"), "")?;
            let expected = tester.rooms[place].model.entries.len();
            tester.book.compared();
            same(&version["entries"], &Value::from(expected), "the entries of the version")
        }
        _ => {
            for path in ["/", "/openapi.json", "/__admin/health"] {
                let answer = tester.ask("GET", path, "", "")?;
                if answer.status != 200 || answer.body.is_empty() {
                    return Err(format!("{path}: {}", answer.status).into());
                }
            }
            Ok(())
        }
    }
}

pub fn same(told: &Value, expected: &Value, what: &str) -> Result<()> {
    if told == expected { Ok(()) } else { Err(format!("{what}: {told}, not {expected}").into()) }
}
