//! What about a client's requests is not in the published contract.

use std::collections::HashMap;

use super::exchange::Exchange;
use super::finding::{Bug, Finding};
use crate::contract::query::first_value;

pub fn judge(exchanges: &[Exchange]) -> Vec<Finding> {
    let mut findings = Findings::default();
    for exchange in exchanges {
        for noticed in &exchange.issues {
            findings.add(noticed.rule, noticed.to_string(), exchange);
        }
        // What is not understood has been told above.
        if exchange.served.is_none() {
            continue;
        }
        // What is behind the end of what was kept may hold them.
        for name in ["page", "pageSize"].into_iter().filter(|_| !exchange.truncated) {
            if first_value(&exchange.query, name).is_none() {
                let message = format!("{name} is left out, which the published document marks as required.");
                findings.add("PAGE-BOUNDS", message, exchange);
            }
        }
        for name in ["startTime", "endTime"] {
            if let Some(value) = first_value(&exchange.query, name).filter(|value| has_no_offset(value)) {
                let message = format!("{name}=\"{value}\" has no offset, which RFC 3339 asks for; it was read as UTC.");
                findings.add("TIME-ZONELESS", message, exchange);
            }
        }
    }
    findings.list
}

/// What was found, in the order in which it first was.
#[derive(Default)]
struct Findings {
    list: Vec<Finding>,
    /// The place of each in the list, by its rule and its parameter.
    places: HashMap<(&'static str, String), usize>,
}

impl Findings {
    /// The same about the same parameter is one finding: its first sentence is told.
    fn add(&mut self, rule: &'static str, message: String, exchange: &Exchange) {
        let subject = message.split(['=', ' ']).next().unwrap_or_default().to_owned();
        let place = *self.places.entry((rule, subject)).or_insert(self.list.len());
        if let Some(known) = self.list.get_mut(place) {
            known.count += 1;
            if known.requests.len() < 5 {
                known.requests.push(exchange.id.to_string());
            }
        } else {
            self.list.push(Finding { rule: Some(rule), ..Finding::new(Bug::Contract, 1, message, [exchange]) });
        }
    }
}

fn has_no_offset(value: &str) -> bool {
    let time = value.find(['T', 't', ' ']).map_or("", |start| &value[start..]);
    !time.is_empty() && !time.contains(['Z', 'z', '+', '-']) && !time[1..].contains(' ')
}
