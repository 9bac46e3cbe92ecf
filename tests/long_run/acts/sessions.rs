//! Sessions that are opened by a token, used once, and ended or left to be put out by others.

use cortex_audit_mock::contract::Query;
use serde_json::Value;

use super::reads::same;
use crate::Result;
use crate::tester::Tester;

/// How many live at a time.
const MOST: usize = 1000;

pub fn brief(tester: &mut Tester<'_>) -> Result<()> {
    let session = tester.name("brief");
    let body = tester.logs(&session, "page=2&pageSize=5")?;
    let expected = tester.start.page(&Query { page: 2, page_size: 5, ..Query::default() });
    tester.book.compared();
    if body != serde_json::to_vec(&expected)? {
        return Err(format!("{session}: is not as at the start").into());
    }
    match tester.chance.below(10) {
        0 => {
            let told = tester.steer("DELETE", &format!("/sessions/{session}"), "")?;
            same(&told["removed"], &Value::from(1), "removed")
        }
        1 => {
            let told = tester.steer("GET", "/sessions", "")?;
            let names = told["sessions"].as_array().ok_or("no sessions")?;
            let there = names.iter().any(|name| *name == session);
            if there && names.len() <= MOST {
                Ok(())
            } else {
                Err(format!("{} sessions, or not {session}", names.len()).into())
            }
        }
        _ => Ok(()),
    }
}
