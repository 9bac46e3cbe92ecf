//! The store against a naive model of it.

use std::cmp::Reverse;
use std::collections::HashSet;
use std::ops::Range;
use std::sync::Arc;

use cortex_audit_mock::contract::{Action, Actor, ActorType, Entry, FilterField, Filters, Query, Timestamp};
use cortex_audit_mock::generate::{Generator, Recipe};
use cortex_audit_mock::internal::store::{BaseSegment, Store};
use proptest::prelude::*;
use proptest::sample::select;

use crate::support::{NOW, size, time};

/// Few values of everything, so that filters hit and instants coincide.
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

pub fn queries(largest_page: u32) -> impl Strategy<Value = Query> {
    let some = |(field, values, most): &(FilterField, &'static [&'static str], usize)| {
        let field = *field;
        prop::collection::vec(select(*values), 0..=*most).prop_map(move |values| (field, values))
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
    let filters = all.iter().map(some).collect::<Vec<_>>().prop_map(|all| {
        all.into_iter().fold(Filters::default(), |filters, (field, values)| filters.with(field, values))
    });
    let moment = || prop::option::of((-2_i64..22).prop_map(instant));
    // Most queries have few filters, so that most find something.
    let filters = prop_oneof![Just(Filters::default()), filters];
    (moment(), moment(), 0_u32..8, 1_u32..largest_page, filters).prop_map(
        |(start_time, end_time, page, page_size, filters)| Query { start_time, end_time, page, page_size, filters },
    )
}

fn instant(offset: i64) -> Timestamp {
    time(NOW).checked_add(chrono::TimeDelta::nanoseconds(offset)).unwrap()
}

/// What a filter compares, written once more.
pub fn value(entry: &Entry, field: FilterField) -> Option<&str> {
    let Entry { action, ip_address, object_identifier, object_type, actor, .. } = entry;
    match field {
        FilterField::Actions => Some(action.as_str()),
        FilterField::ObjectIdentifiers => Some(object_identifier),
        FilterField::ObjectTypes => Some(object_type),
        FilterField::ActorTypes => Some(actor.kind.as_str()),
        FilterField::ActorApiKeyIdentifiers => actor.api_key_identifier.as_deref(),
        FilterField::ActorEmails => actor.email.as_deref(),
        FilterField::ActorIpAddresses => ip_address.as_deref(),
        FilterField::ActorRequestTypes => actor.request_type.as_deref(),
    }
}

/// What the contract says, written once more in the plainest way.
fn naively(entries: &[Entry], query: &Query) -> (Vec<Entry>, usize) {
    let filters = &query.filters;
    let mut hits: Vec<Entry> = Vec::new();
    for entry in entries {
        let passes = |field: FilterField| {
            let asked = filters.values(field);
            asked.is_empty() || value(entry, field).is_some_and(|value| asked.contains(&value.to_owned()))
        };
        let hit = query.start_time.is_none_or(|start| entry.timestamp >= start)
            && query.end_time.is_none_or(|end| entry.timestamp <= end)
            && FilterField::ALL.into_iter().all(passes);
        if hit {
            // Before the first that is older: newest first, equal instants in the order in which they came.
            let place = hits.partition_point(|other| other.timestamp >= entry.timestamp);
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
    prop_assert_eq!(&page.logs, &expected);
    prop_assert_eq!(page.total, total);
    prop_assert_eq!(page.total_pages, total.div_ceil(query.page_size as usize));
    prop_assert_eq!(page.page, query.page);
    // What is sent is put together from ready-made pieces, twice: the second time some of it is ready as a whole.
    for _ in 0..2 {
        let answer = store.render_page(query);
        prop_assert_eq!(String::from_utf8(answer.body.concat()).unwrap(), serde_json::to_string(&page).unwrap());
        prop_assert_eq!((answer.entries, answer.total_pages), (expected.len(), page.total_pages));
    }
    Ok(())
}

/// What happened is told in the order of answers, each entry with its arrival and a number of its own.
fn check_history(store: &Store, entries: &[Entry], from_the_start: usize, query: &Query) -> Result<(), TestCaseError> {
    let whole = Query { page: 0, page_size: u32::MAX, ..query.clone() };
    let (expected, _) = naively(entries, &whole);
    let history = store.entries(query.start_time, query.end_time, &query.filters);
    let told: Vec<Entry> = history.iter().map(|held| store.entry(held).unwrap()).collect();
    prop_assert_eq!(told, expected);
    let numbers: HashSet<usize> = history.iter().map(|held| held.number).collect();
    prop_assert_eq!(numbers.len(), history.len());
    for held in &history {
        let entry = store.entry(held).unwrap();
        prop_assert_eq!(held.timestamp, entry.timestamp);
        prop_assert!(held.arrival <= entries.len() - from_the_start);
        if held.arrival > 0 {
            prop_assert_eq!(&entry, &entries[from_the_start + held.arrival - 1]);
        }
    }
    Ok(())
}

/// However many are there today, each moment has the page that was answered then, in whatever order one asks.
fn check_past(store: &Store, entries: &[Entry], moments: &[usize], query: &Query) -> Result<(), TestCaseError> {
    let (past, from_the_start) = (store.history(), moments[0]);
    prop_assert_eq!(past.len(), entries.len());
    let mut before = from_the_start;
    for there in moments.iter().chain(moments.iter().rev()) {
        let arrivals = there - from_the_start;
        let (expected, total) = naively(&entries[..*there], query);
        let page = past.page(query, arrivals);
        let told: Vec<Entry> = page.iter().map(|held| past.entry(held).unwrap()).collect();
        prop_assert_eq!(told, expected);
        prop_assert!(page.iter().all(|held| held.arrival <= arrivals));
        prop_assert_eq!(past.count(query, arrivals), total);

        let whole = Query { page: 0, page_size: u32::MAX, ..query.clone() };
        let came = past.came(query, before - from_the_start, arrivals);
        let told: Vec<Entry> = came.iter().map(|held| past.entry(held).unwrap()).collect();
        prop_assert_eq!(told, naively(&entries[before.min(*there)..*there], &whole).0);
        before = *there;
    }
    Ok(())
}

proptest! {
    #![proptest_config(crate::support::cases(512))]

    /// FILTER-LOGIC, TIME-RANGE, RES-ORDER, RES-TOTALS
    #[test]
    fn the_store_answers_as_the_naive_model(entries in entries(0..60), queries in prop::collection::vec(queries(12), 1..8)) {
        let store = Store::new(Arc::new(BaseSegment::new(entries.clone())));
        for query in &queries {
            check(&store, &entries, query)?;
        }
    }

    /// However often entries that lie apart are read, and whether or not their neighbours are ready by then.
    #[test]
    fn an_answer_stays_the_same_however_often_it_is_asked_for(entries in entries(200..700), query in queries(300)) {
        let store = Store::new(Arc::new(BaseSegment::new(entries)));
        let query = Query { page: query.page % 2, ..query };
        let page = serde_json::to_string(&store.page(&query)).unwrap();
        for _ in 0..20 {
            prop_assert_eq!(&String::from_utf8(store.render_page(&query).body.concat()).unwrap(), &page);
        }
    }

    /// RES-ORDER: entries that come later are found as if they had been there from the start.
    #[test]
    fn appending_is_the_same_as_starting_with_all(entries in entries(0..60), cuts in prop::collection::vec(0_usize..60, 0..4), query in queries(12)) {
        let mut cuts: Vec<usize> = cuts.into_iter().map(|cut| cut.min(entries.len())).collect();
        cuts.sort_unstable();
        cuts.push(entries.len());
        let store = appended(&entries, &cuts);
        prop_assert_eq!(store.len(), entries.len());
        check(&store, &entries, &query)?;
        check_history(&store, &entries, cuts[0], &query)?;
        let moments: Vec<usize> = (cuts[0]..=entries.len()).collect();
        check_past(&store, &entries, &moments, &query)?;
    }
}

proptest! {
    // Each has thousands of entries.
    #![proptest_config(crate::support::cases(24))]

    /// So many that values have bitmaps and what is added becomes runs, of which pages are put together.
    #[test]
    fn many_entries_are_answered_as_few(
        entries in entries(2000..4000),
        first in 0_usize..3000,
        step in prop_oneof![1_usize..20, 200_usize..2000],
        queries in prop::collection::vec(queries(400), 8),
    ) {
        let first = first.min(entries.len());
        let mut cuts: Vec<usize> = (first..entries.len()).step_by(step).collect();
        cuts.push(entries.len());
        let store = appended(&entries, &cuts);
        for query in &queries {
            check(&store, &entries, query)?;
            check_history(&store, &entries, cuts[0], query)?;
            let moments: Vec<usize> = (cuts[0]..=entries.len()).step_by(911).collect();
            check_past(&store, &entries, &moments, query)?;
        }
    }
}

/// A store that starts with the entries up to the first cut, and to which the others are added from cut to cut.
pub fn appended(entries: &[Entry], cuts: &[usize]) -> Store {
    let store = Store::new(Arc::new(BaseSegment::new(entries[..cuts[0]].to_vec())));
    for cut in cuts.windows(2) {
        store.append(entries[cut[0]..cut[1]].to_vec());
    }
    store
}

/// A reader has a whole moment: what comes while it reads is on no page of it, or on all that it belongs to.
#[test]
fn readers_never_see_half_of_what_is_added_at_once() {
    let entry =
        |number: u32| Entry::new(Action::Create, "SERVICE", format!("service-{number}"), instant(i64::from(number)));
    let store = Store::new(Arc::new(BaseSegment::new((0..50).map(entry))));
    std::thread::scope(|scope| {
        let writer = scope.spawn(|| (0..200).for_each(|round| store.append((0..10).map(|_| entry(50 + round)))));
        while !writer.is_finished() {
            let page = store.page(&Query { page_size: 1000, ..Query::default() });
            assert_eq!(page.total % 10, 0);
            assert!(page.logs.is_sorted_by(|one, next| one.timestamp >= next.timestamp));
            assert_eq!(page.logs.len(), page.total.min(1000));
        }
    });
    assert_eq!(store.len(), 2050);
}

/// RES-ORDER, RES-TOTALS at a size at which nothing is small; in a full run, where it is better optimised (a minute with
/// `FULL_TESTS=1 cargo test --release store::a_million`).
#[test]
fn a_million_entries_are_answered_as_the_naive_model() {
    let recipe = Recipe { seed: 7, ..Recipe::new(size(1_000_000, 10_000), time(NOW)) };
    let mut entries: Vec<Entry> = Generator::new(&recipe).unwrap().collect();
    // Some come later, in the middle of the others.
    let added: Vec<Entry> = entries.iter().step_by(97).cloned().collect();
    let store = Store::new(Arc::new(BaseSegment::new(entries.clone())));
    added.chunks(300).for_each(|chunk| store.append(chunk.to_vec()));
    entries.extend(added);
    entries.sort_by_key(|entry| Reverse(entry.timestamp));
    let oldest_first: Vec<&Entry> = entries.iter().rev().collect();
    let mut chance = 1_u64;
    let mut draw = |below: usize| {
        chance = chance.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        usize::try_from(chance >> 33).unwrap() % below
    };
    for _ in 0..size(200, 50) {
        let mut filters = Filters::default();
        for _ in 0..draw(4) {
            let model = oldest_first[draw(oldest_first.len())];
            let field = FilterField::ALL[draw(FilterField::ALL.len())];
            filters = filters.with(field, value(model, field));
        }
        let range = (draw(3) == 0).then(|| (draw(entries.len()), draw(entries.len())));
        let range = range.map(|(one, other)| (entries[one.max(other)].timestamp, entries[one.min(other)].timestamp));
        let (start_time, end_time) = range.unzip();
        let base = Query { start_time, end_time, page: 0, page_size: 250, filters };
        let matches = |entry: &&Entry| {
            start_time.is_none_or(|start| entry.timestamp >= start)
                && end_time.is_none_or(|end| entry.timestamp <= end)
                && base.filters.matches(entry)
        };
        let hits: Vec<&Entry> = entries.iter().filter(matches).collect();
        let pages = hits.len().div_ceil(250).max(1);
        let query = Query { page: u32::try_from(draw(pages)).unwrap(), ..base.clone() };
        let page = store.page(&query);
        let skip = query.page as usize * 250;
        let expected: Vec<&Entry> = hits.iter().skip(skip).take(250).copied().collect();
        assert_eq!(page.total, hits.len(), "{query:?}");
        assert_eq!(page.logs.iter().collect::<Vec<_>>(), expected, "{query:?}");
        assert_eq!(store.render_page(&query).body.concat(), serde_json::to_vec(&page).unwrap(), "{query:?}");
    }
}
