//! Proptest strategies that several tests share.

use std::ops::Range;

use cortex_audit_mock::contract::{Action, Actor, ActorType, Entry, FilterField, Filters, Query, Timestamp};
use proptest::prelude::*;
use proptest::sample::select;

use super::{NOW, time};

/// Entries with few different values, so that filters match and timestamps coincide.
pub fn entries(count: Range<usize>) -> impl Strategy<Value = Vec<Entry>> {
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
            actor_identifier,
            ip_address,
            actor,
            ..Entry::new(action, object_type, object_identifier, instant(offset))
        });
    prop::collection::vec(entry, count)
}

/// Queries that match some of [`entries`].
pub fn queries(largest_page: u32) -> impl Strategy<Value = Query> {
    let values = |(field, values, max): &(FilterField, &'static [&'static str], usize)| {
        let field = *field;
        prop::collection::vec(select(*values), 0..=*max).prop_map(move |values| (field, values))
    };
    let all: [(FilterField, &'static [&'static str], usize); FilterField::ALL.len()] = [
        (FilterField::Actions, &Action::WORDS, 2),
        (FilterField::ObjectIdentifiers, &["one", "two", "none"], 2),
        (FilterField::ObjectTypes, &["TEAM", "PLUGIN", "NONE"], 2),
        (FilterField::ActorTypes, &ActorType::WORDS, 3),
        (FilterField::ActorApiKeyIdentifiers, &["ci", "none"], 2),
        (FilterField::ActorEmails, &["a@x", "none"], 2),
        (FilterField::ActorIpAddresses, &["192.0.2.1", "none"], 2),
        (FilterField::ActorRequestTypes, &["SLACK_COMMAND", "CRON", "NONE"], 2),
    ];
    let filters = all.iter().map(values).collect::<Vec<_>>().prop_map(|all| {
        all.into_iter().fold(Filters::default(), |filters, (field, values)| filters.with(field, values))
    });
    let time = || prop::option::of((-2_i64..22).prop_map(instant));
    // Half of the queries have no filter, so that many match something.
    let filters = prop_oneof![Just(Filters::default()), filters];
    (time(), time(), 0_u32..8, 1_u32..largest_page, filters).prop_map(
        |(start_time, end_time, page, page_size, filters)| Query { start_time, end_time, page, page_size, filters },
    )
}

/// This many nanoseconds after [`NOW`].
pub fn instant(offset: i64) -> Timestamp {
    time(NOW).checked_add(chrono::TimeDelta::nanoseconds(offset)).unwrap()
}
