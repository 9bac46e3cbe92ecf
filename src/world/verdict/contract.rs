//! What about a client's requests is not in the published contract.

use super::exchange::Exchange;
use super::finding::{Bug, Finding};
use crate::contract::query::first_value;

/// The end of a query that was too long to be kept whole.
const CUT: char = '…';

pub fn judge(exchanges: &[&Exchange]) -> Vec<Finding> {
    let mut findings: Vec<Finding> = Vec::new();
    for exchange in exchanges {
        for noticed in &exchange.findings {
            add(&mut findings, noticed.rule, noticed.to_string(), exchange);
        }
        // What is not understood has been told above.
        if exchange.served.is_none() {
            continue;
        }
        // What is behind the end of what was kept may hold them.
        let whole = !exchange.query.ends_with(CUT);
        for name in ["page", "pageSize"].into_iter().filter(|_| whole) {
            if first_value(&exchange.query, name).is_none() {
                let message = format!("{name} is left out, which the published document marks as required.");
                add(&mut findings, "PAGE-BOUNDS", message, exchange);
            }
        }
        for name in ["startTime", "endTime"] {
            if let Some(value) = first_value(&exchange.query, name).filter(|value| has_no_offset(value)) {
                let message = format!("{name}=\"{value}\" has no offset, which RFC 3339 asks for; it was read as UTC.");
                add(&mut findings, "TIME-ZONELESS", message, exchange);
            }
        }
    }
    findings
}

/// The same about the same parameter is one finding: its first sentence is told.
fn add(findings: &mut Vec<Finding>, rule: &'static str, message: String, exchange: &Exchange) {
    let subject = |text: &str| text.split(['=', ' ']).next().unwrap_or_default().to_owned();
    let known =
        findings.iter_mut().find(|known| known.rule == Some(rule) && subject(&known.message) == subject(&message));
    if let Some(known) = known {
        known.count += 1;
        if known.requests.len() < 5 {
            known.requests.push(exchange.id.to_string());
        }
    } else {
        findings.push(Finding { rule: Some(rule), ..Finding::new(Bug::Contract, 1, message, [exchange]) });
    }
}

fn has_no_offset(value: &str) -> bool {
    let time = value.find(['T', 't', ' ']).map_or("", |start| &value[start..]);
    !time.is_empty() && !time.contains(['Z', 'z', '+', '-']) && !time[1..].contains(' ')
}
