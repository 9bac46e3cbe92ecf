//! What about a client's requests is not in the published contract.

use std::cell::LazyCell;
use std::collections::HashMap;

use super::exchange::Exchange;
use super::finding::{Bug, Finding};
use super::replay::Replay;
use crate::contract::query::{self, Offsets, first_value};
use crate::contract::{FilterField, Filters, Query};
use crate::text::excerpt;

pub fn judge(exchanges: &[Exchange], replay: &Replay) -> Vec<Finding> {
    let mut findings = Findings::default();
    let mut near_values = NearValues { replay, known: HashMap::new() };
    for exchange in exchanges {
        for noticed in exchange.observation.issues() {
            findings.add(noticed.rule, noticed.message.clone(), exchange);
        }
        // What is not understood has been told above.
        if exchange.served.is_none() {
            continue;
        }
        for message in near_values.of(exchange) {
            findings.add("LIST-SPLIT", message, exchange);
        }
        let all = exchange.observation.parsed_query().unwrap_or(&exchange.observation.query);
        for name in ["page", "pageSize"] {
            if first_value(all, name).is_none() {
                let message = format!("{name} is left out, which the published document marks as required.");
                findings.add("PAGE-BOUNDS", message, exchange);
            }
        }
    }
    findings.list
}

/// Values of free-text filters that nothing has, although something has nearly the same.
struct NearValues<'a> {
    replay: &'a Replay,
    /// Of each value that was looked up: what was likely meant.
    known: HashMap<(FilterField, String), Option<Near>>,
}

/// A value that entries have, and how to send it.
#[derive(Clone)]
struct Near {
    value: String,
    remedy: &'static str,
}

/// The most values that are looked up.
const MAX_VALUES: usize = 1000;

impl NearValues<'_> {
    /// A message for each such value of a request.
    fn of(&mut self, exchange: &Exchange) -> Vec<String> {
        let Some(served) = exchange.served.as_ref().filter(|served| !served.query.filters.is_empty()) else {
            return Vec::new();
        };
        // Not one that was redacted because it contains a token.
        let shown = LazyCell::new(|| {
            query::reparse(&exchange.observation.query, Offsets::default()).unwrap_or_default().filters
        });
        let is_shown = |field, value| shown.values(field).contains(value);
        let mut messages = Vec::new();
        for (field, values) in served.query.filters.iter().filter(|(field, _)| is_free_text(*field)) {
            for value in values {
                if let Some(Near { value: near, remedy }) = self.near(field, value).filter(|_| is_shown(field, value)) {
                    let (value, near) = (excerpt(value), excerpt(&near));
                    messages.push(format!("{field}=\"{value}\" matches no entry, but \"{near}\" does: {remedy}."));
                }
            }
        }
        messages
    }

    fn near(&mut self, field: FilterField, value: &str) -> Option<Near> {
        let key = (field, value.to_owned());
        if let Some(known) = self.known.get(&key) {
            return known.clone();
        }
        let exists = |value: &str| {
            let filters = Filters::default().with(field, [value]);
            self.replay.count(&Query { filters, ..Query::default() }, usize::MAX) > 0
        };
        let candidates = [
            (value.replace(' ', "+"), "send a plus sign as %2B"),
            (value.trim().to_owned(), "leave out the blanks around it"),
            (value.trim().trim_matches(['"', '\'']).to_owned(), "leave out the quotation marks"),
        ];
        let mut candidates = candidates.into_iter().filter(|(near, _)| near != value && !near.is_empty());
        let near = if self.known.len() < MAX_VALUES && !exists(value) {
            candidates.find(|(near, _)| exists(near)).map(|(value, remedy)| Near { value, remedy })
        } else {
            None
        };
        self.known.insert(key, near.clone());
        near
    }
}

/// Whether a filter takes any text: of the others the parser knows the values.
const fn is_free_text(field: FilterField) -> bool {
    match field {
        FilterField::ObjectIdentifiers
        | FilterField::ActorEmails
        | FilterField::ActorApiKeyIdentifiers
        | FilterField::ActorIpAddresses => true,
        FilterField::Actions | FilterField::ActorTypes | FilterField::ActorRequestTypes | FilterField::ObjectTypes => {
            false
        }
    }
}

/// What was found, in the order in which it first was.
#[derive(Default)]
struct Findings {
    list: Vec<Finding>,
    /// The place of each in the list, by its rule and its parameter.
    places: HashMap<(&'static str, String), usize>,
}

impl Findings {
    /// Adds an issue. Issues of one rule and parameter are one finding, with the message of the first.
    fn add(&mut self, rule: &'static str, message: String, exchange: &Exchange) {
        let subject = message.split(['=', ' ']).next().unwrap_or_default().to_owned();
        let place = *self.places.entry((rule, subject)).or_insert(self.list.len());
        if let Some(known) = self.list.get_mut(place) {
            known.count += 1;
            if known.requests.len() < 5 {
                known.requests.push(exchange.observation.id.to_string());
            }
        } else {
            self.list.push(Finding { rule: Some(rule), ..Finding::new(Bug::Contract, 1, message, [exchange]) });
        }
    }
}
