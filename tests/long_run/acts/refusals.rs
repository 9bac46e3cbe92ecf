//! Requests that have to be refused, in the shape of every error.

use serde_json::Value;

use super::reads::same;
use crate::Result;
use crate::tester::Tester;

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

pub fn refused(tester: &mut Tester<'_>) -> Result<()> {
    let (method, target, token, body, status) = *tester.chance.pick(&REFUSED);
    let answer = tester.ask(method, target, token, body)?;
    if answer.status != status {
        return Err(format!("{method} {target}: {} {}, not {status}", answer.status, answer.text()).into());
    }
    let told = answer.json()?;
    same(&told["httpStatus"], &Value::from(status), "httpStatus")?;
    for field in ["type", "message", "details", "requestId"] {
        if told[field].as_str().is_none_or(str::is_empty) {
            return Err(format!("{method} {target}: no {field} in {told}").into());
        }
    }
    tester.book.asked_for();
    Ok(())
}

/// A key that may ask three times a minute, in a session of its own: the fourth time is too often until a minute is over.
pub fn throttled(tester: &mut Tester<'_>) -> Result<()> {
    let session = tester.name("throttled");
    let target = format!("{LOGS}?pageSize=1");
    for minute in 0..2 {
        for time in 0..5 {
            let answer = tester.ask("GET", &target, &format!("mock-throttled~{session}"), "")?;
            let expected = if time < 3 { 200 } else { 429 };
            if answer.status != expected {
                return Err(format!("{session}: {} the {time}th time of minute {minute}", answer.status).into());
            }
            if expected == 429 {
                let after = answer.header("retry-after").and_then(|after| after.parse::<u64>().ok());
                let told = answer.json()?;
                same(&told["retryAfter"], &after.filter(|after| (1..=60).contains(after)).into(), "Retry-After")?;
                tester.book.asked_for();
            }
        }
        tester.steer("POST", &format!("/clock/advance?session={session}"), "{\"by\":\"60s\"}")?;
    }
    Ok(())
}
