//! The store against a naive model of it.

use std::sync::Arc;

use cortex_audit_mock::contract::{Action, Actor, ActorType, Entry, Filters, Query, Timestamp};
use cortex_audit_mock::store::{Base, Store};
use proptest::prelude::*;
use proptest::sample::select;

use crate::support::{NOW, time};

/// Few values of everything, so that filters hit and instants coincide.
fn entries() -> impl Strategy<Value = Vec<Entry>> {
    let text = |values: &'static [&'static str]| select(values).prop_map(String::from);
    let maybe = |values: &'static [&'static str]| prop::option::of(select(values).prop_map(String::from));
    let actor =
        (select(&ActorType::ALL[..]), maybe(&["SLACK_COMMAND", "CRON"]), maybe(&["a@x", "b@x"]), maybe(&["ci", "tf"]))
            .prop_map(|(kind, request_type, email, api_key_identifier)| Actor {
                kind,
                request_type,
                email,
                api_key_identifier,
            });
    let entry = (
        select(vec![Action::Create, Action::Update, Action::Delete]),
        maybe(&["a@x", "b@x", "ci"]),
        maybe(&["192.0.2.1", "192.0.2.2"]),
        text(&["one", "two", "three"]),
        text(&["TEAM", "SERVICE", "PLUGIN"]),
        0_i64..20,
        actor,
    )
        .prop_map(|(action, actor_identifier, ip_address, object_identifier, object_type, offset, actor)| Entry {
            action,
            actor_identifier,
            ip_address,
            object_identifier,
            object_type,
            timestamp: instant(offset),
            actor,
        });
    prop::collection::vec(entry, 0..60)
}

fn queries() -> impl Strategy<Value = Query> {
    let texts = |values: &'static [&'static str]| prop::collection::vec(select(values).prop_map(String::from), 0..=2);
    let filters = (
        prop::collection::vec(select(&Action::ALL[..]), 0..=2),
        texts(&["one", "two", "none"]),
        texts(&["TEAM", "PLUGIN", "NONE"]),
        prop::collection::vec(select(&ActorType::ALL[..]), 0..=3),
        texts(&["ci", "none"]),
        texts(&["a@x", "none"]),
        texts(&["192.0.2.1", "none"]),
        texts(&["SLACK_COMMAND", "CRON", "NONE"]),
    )
        .prop_map(|(actions, object_identifiers, object_types, actor_types, keys, emails, addresses, requests)| {
            Filters {
                actions,
                object_identifiers,
                object_types,
                actor_types,
                actor_api_key_identifiers: keys,
                actor_emails: emails,
                actor_ip_addresses: addresses,
                actor_request_types: requests,
            }
        });
    let moment = || prop::option::of((-2_i64..22).prop_map(instant));
    // Most queries have few filters, so that most find something.
    let filters = prop_oneof![Just(Filters::default()), filters];
    (moment(), moment(), 0_u32..8, 1_u32..12, filters).prop_map(|(start_time, end_time, page, page_size, filters)| {
        Query { start_time, end_time, page, page_size, filters }
    })
}

fn instant(offset: i64) -> Timestamp {
    time(NOW).checked_add(chrono::TimeDelta::nanoseconds(offset)).unwrap()
}

/// What the contract says, written once more in the plainest way.
fn naively(entries: &[Entry], query: &Query) -> (Vec<Entry>, usize) {
    fn listed(list: &[String], value: Option<&String>) -> bool {
        list.is_empty() || value.is_some_and(|value| list.contains(value))
    }
    let filters = &query.filters;
    let mut hits: Vec<Entry> = Vec::new();
    for entry in entries {
        let hit = query.start_time.is_none_or(|start| entry.timestamp >= start)
            && query.end_time.is_none_or(|end| entry.timestamp <= end)
            && (filters.actions.is_empty() || filters.actions.contains(&entry.action))
            && (filters.actor_types.is_empty() || filters.actor_types.contains(&entry.actor.kind))
            && listed(&filters.object_identifiers, Some(&entry.object_identifier))
            && listed(&filters.object_types, Some(&entry.object_type))
            && listed(&filters.actor_api_key_identifiers, entry.actor.api_key_identifier.as_ref())
            && listed(&filters.actor_emails, entry.actor.email.as_ref())
            && listed(&filters.actor_ip_addresses, entry.ip_address.as_ref())
            && listed(&filters.actor_request_types, entry.actor.request_type.as_ref());
        if hit {
            // Before the first that is older: newest first, equal instants in the order in which they came.
            let place = hits.iter().position(|other| other.timestamp < entry.timestamp).unwrap_or(hits.len());
            hits.insert(place, entry.clone());
        }
    }
    let total = hits.len();
    let start = (query.page * query.page_size) as usize;
    (hits.into_iter().skip(start).take(query.page_size as usize).collect(), total)
}

fn check(store: &Store, entries: &[Entry], query: &Query) -> Result<(), TestCaseError> {
    let page = store.page(query);
    let (expected, total) = naively(entries, query);
    let logs = page.logs;
    prop_assert_eq!(logs, expected);
    prop_assert_eq!(page.total, total);
    prop_assert_eq!(page.total_pages, total.div_ceil(query.page_size as usize));
    prop_assert_eq!(page.page, query.page);
    Ok(())
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(512))]

    /// FILTER-LOGIC, TIME-RANGE, RES-ORDER, RES-TOTALS
    #[test]
    fn the_store_answers_as_the_naive_model(entries in entries(), queries in prop::collection::vec(queries(), 1..8)) {
        let store = Store::over(Arc::new(Base::new(entries.clone())));
        for query in &queries {
            check(&store, &entries, query)?;
        }
    }

    /// RES-ORDER: entries that come later are found as if they had been there from the start.
    #[test]
    fn appending_is_the_same_as_starting_with_all(entries in entries(), cuts in prop::collection::vec(0_usize..60, 0..4), query in queries()) {
        let mut cuts: Vec<usize> = cuts.into_iter().map(|cut| cut.min(entries.len())).collect();
        cuts.sort_unstable();
        cuts.push(entries.len());
        let mut start = cuts[0];
        let store = Store::over(Arc::new(Base::new(entries[..start].to_vec())));
        for end in cuts {
            store.append(entries[start..end].to_vec());
            start = end;
        }
        prop_assert_eq!(store.len(), entries.len());
        check(&store, &entries, &query)?;
    }
}
