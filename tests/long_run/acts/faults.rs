//! Faults that are added, fire as often as was asked for, and are taken away again.

use serde_json::Value;

use super::reads::{one_page, same};
use super::room;
use crate::Result;
use crate::http::Answer;
use crate::tester::Tester;
use cortex_audit_mock::contract::Query;

const QUERY: &str = "page=0&pageSize=10";

/// A rule, and whether an answer is what it asks for, the right body being given.
type Check = fn(Option<&Answer>, &[u8]) -> bool;
const RULES: [(&str, Check); 8] = [
    (r#""type":"status","status":503,"retryAfter":2"#, |answer, _| {
        answer.is_some_and(|answer| answer.status == 503 && answer.header("retry-after") == Some("2"))
    }),
    (r#""type":"status","status":418"#, |answer, _| answer.is_some_and(|answer| answer.status == 418)),
    (r#""type":"delay","uniform":{"min":"1ms","max":"20ms"}"#, |answer, right| {
        answer.is_some_and(|answer| answer.whole && answer.body == right)
    }),
    (r#""type":"reset""#, |answer, _| answer.is_none()),
    (r#""type":"empty""#, |answer, _| answer.is_none()),
    (r#""type":"truncate","bytes":40"#, |answer, right| {
        answer.is_some_and(|answer| !answer.whole && answer.body.len() <= 40 && right.starts_with(&answer.body))
    }),
    (r#""type":"malformed""#, |answer, right| {
        answer.is_some_and(|answer| {
            answer.whole && answer.status == 200 && answer.json().is_err() && right.starts_with(&answer.body)
        })
    }),
    (r#""type":"drip","bytes":400,"every":"1ms""#, |answer, right| {
        answer.is_some_and(|answer| answer.whole && answer.body == right)
    }),
];

pub fn fire(tester: &mut Tester<'_>) -> Result<()> {
    let place = room(tester)?;
    let session = tester.rooms[place].session.clone();
    let query = Query { page_size: 10, ..Query::default() };
    let right = serde_json::to_vec(&tester.rooms[place].model.page(&query))?;
    let (rule, is_right) = *tester.chance.pick(&RULES);
    let times = tester.chance.between(1, 3);
    let path = format!("/faults?session={session}");
    let added = tester.steer("POST", &path, &format!("{{{rule},\"times\":{times}}}"))?;
    let id = added["faults"][0]["id"].clone();
    for _ in 0..times {
        let target = format!("/api/v1/audit-logs?{QUERY}");
        let answer = tester.try_ask("GET", &target, &format!("mock-admin~{session}"), "")?;
        tester.rooms[place].asked += 1;
        if !is_right(answer.as_ref(), &right) {
            return Err(format!("{session}: {rule} made {answer:?}").into());
        }
        tester.book.asked_for();
    }
    let listed = tester.steer("GET", &path, "")?;
    let mine = listed["faults"].as_array().into_iter().flatten().find(|fault| fault["id"] == id);
    same(&mine.ok_or("the fault is not listed")?["fired"], &Value::from(times), "fired")?;
    // It has fired as often as it may, whether or not it is taken away.
    if tester.chance.percent(50) {
        tester.steer("DELETE", &format!("/faults/{id}?session={session}"), "")?;
    } else {
        tester.steer("DELETE", &path, "")?;
    }
    one_page(tester, place, &query, QUERY).map(|_| ())
}
