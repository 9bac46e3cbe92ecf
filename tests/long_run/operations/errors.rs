//! Requests that must be refused with an error in the common format.

use serde_json::Value;

use super::expect_equal;
use crate::Result;
use crate::worker::{Worker, pick};

const LOGS: &str = "/api/v1/audit-logs";

/// Method, path, token, body, status.
const REFUSED: [(&str, &str, &str, &str, u16); 16] = [
    ("GET", LOGS, "", "", 401),
    ("GET", LOGS, "nobody-knows-this", "", 401),
    ("GET", LOGS, "mock-expired", "", 401),
    ("GET", LOGS, "mock-revoked", "", 401),
    ("GET", LOGS, "mock-no-audit", "", 403),
    ("GET", "/api/v1/audit-logs?page=-1&pageSize=1001", "mock-admin", "", 400),
    ("GET", "/api/v1/audit-logs?startTime=yesterday", "mock-admin", "", 400),
    ("GET", "/api/v1/audit-logs?actions=create,delete&actorTypes=ROBOT", "mock-admin", "", 400),
    ("GET", "/api/v1/audit-logs?objectTypes=%zz", "mock-admin", "", 400),
    ("GET", "/api/v1/audit-log", "mock-admin", "", 404),
    ("DELETE", LOGS, "mock-admin", "", 405),
    ("POST", "/__admin/faults", "", "{\"type\":\"statsu\"}", 400),
    ("POST", "/__admin/audit-logs", "", "[{\"action\":\"CREATED\"},{]", 400),
    ("PUT", "/__admin/clock", "", "{\"now\":\"soon\"}", 400),
    ("DELETE", "/__admin/faults/99999", "", "", 404),
    ("GET", "/__admin/verdict?session=%7E", "", "", 400),
];

pub fn refused(worker: &mut Worker<'_>) -> Result<()> {
    let (method, target, token, body, status) = *pick(&mut worker.rng, &REFUSED);
    let response = worker.request(method, target, token, body)?;
    if response.status != status {
        return Err(format!("{method} {target}: {} {}, not {status}", response.status, response.excerpt()).into());
    }
    let problem = response.json()?;
    expect_equal("httpStatus", &problem["httpStatus"], status)?;
    for field in ["type", "message", "details", "requestId"] {
        if problem[field].as_str().is_none_or(str::is_empty) {
            return Err(format!("{method} {target}: no {field} in {problem}").into());
        }
    }
    worker.statistics.count_expected_error();
    Ok(())
}

/// Sends five requests a minute with a key limited to three: the fourth and fifth must be refused.
pub fn throttled(worker: &mut Worker<'_>) -> Result<()> {
    let session = worker.new_name("throttled");
    let target = format!("{LOGS}?pageSize=1");
    for minute in 0..2 {
        for request in 0..5 {
            let response = worker.request("GET", &target, &format!("mock-throttled~{session}"), "")?;
            let expected = if request < 3 { 200 } else { 429 };
            if response.status != expected {
                return Err(format!("{session}: {} to request {request} of minute {minute}", response.status).into());
            }
            if expected == 429 {
                let seconds = response.header("retry-after").and_then(|seconds| seconds.parse::<u64>().ok());
                let seconds = seconds.filter(|seconds| (1..=60).contains(seconds));
                expect_equal("retryAfter", &response.json()?["retryAfter"], Value::from(seconds))?;
                worker.statistics.count_expected_error();
            }
        }
        worker.admin("POST", &format!("/clock/advance?session={session}"), "{\"by\":\"60s\"}")?;
    }
    Ok(())
}
