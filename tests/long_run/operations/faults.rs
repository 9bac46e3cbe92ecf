//! Faults that are added, fire the given number of times, and are removed.

use cortex_audit_mock::contract::Query;
use rand::RngExt;

use super::reads::check_page;
use super::{choose_session, expect_equal};
use crate::Result;
use crate::http::Response;
use crate::worker::{Worker, pick};

const QUERY: &str = "page=0&pageSize=10";

/// Checks a response with an injected fault, given the body without it.
type Check = fn(Option<&Response>, &[u8]) -> bool;
/// The fault rules, each with its check.
const RULES: [(&str, Check); 8] = [
    (r#""type":"status","status":503,"retryAfter":2"#, |response, _| {
        response.is_some_and(|response| response.status == 503 && response.header("retry-after") == Some("2"))
    }),
    (r#""type":"status","status":418"#, |response, _| response.is_some_and(|response| response.status == 418)),
    (r#""type":"delay","uniform":{"min":"1ms","max":"20ms"}"#, |response, body| {
        response.is_some_and(|response| response.complete && response.body == body)
    }),
    (r#""type":"reset""#, |response, _| response.is_none()),
    (r#""type":"empty""#, |response, _| response.is_none()),
    (r#""type":"truncate","bytes":40"#, |response, body| {
        response
            .is_some_and(|response| !response.complete && response.body.len() <= 40 && body.starts_with(&response.body))
    }),
    (r#""type":"malformed""#, |response, body| {
        response.is_some_and(|response| {
            response.complete && response.status == 200 && response.json().is_err() && body.starts_with(&response.body)
        })
    }),
    (r#""type":"drip","bytes":400,"every":"1ms""#, |response, body| {
        response.is_some_and(|response| response.complete && response.body == body)
    }),
];

pub fn inject(worker: &mut Worker<'_>) -> Result<()> {
    let index = choose_session(worker)?;
    let session = worker.sessions[index].name.clone();
    let query = Query { page_size: 10, ..Query::default() };
    let body = serde_json::to_vec(&worker.sessions[index].model.page(&query))?;
    let (rule, check) = *pick(&mut worker.rng, &RULES);
    let times = worker.rng.random_range(1..=3);
    let path = format!("/faults?session={session}");
    let added = worker.admin("POST", &path, &format!("{{{rule},\"times\":{times}}}"))?;
    let id = added["faults"][0]["id"].clone();
    for _ in 0..times {
        let target = format!("/api/v1/audit-logs?{QUERY}");
        let response = worker.try_request("GET", &target, &format!("mock-admin~{session}"), "")?;
        worker.sessions[index].requests += 1;
        if !check(response.as_ref(), &body) {
            return Err(format!("{session}: {rule} made {response:?}").into());
        }
        worker.statistics.count_expected_error();
    }
    let listed = worker.admin("GET", &path, "")?;
    let fault = listed["faults"].as_array().into_iter().flatten().find(|fault| fault["id"] == id);
    expect_equal("fired", &fault.ok_or("the fault is not listed")?["fired"], times)?;
    // It has fired as often as it may; removing one fault and removing all must both work.
    if worker.percent(50) {
        worker.admin("DELETE", &format!("/faults/{id}?session={session}"), "")?;
    } else {
        worker.admin("DELETE", &path, "")?;
    }
    check_page(worker, index, &query, QUERY).map(|_| ())
}
