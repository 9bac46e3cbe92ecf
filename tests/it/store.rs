//! The store against a naive model of it.

use std::cmp::Reverse;
use std::collections::HashSet;
use std::sync::Arc;

use cortex_audit_mock::contract::{Action, Entry, FilterField, Filters, Query};
use cortex_audit_mock::generate::{Generator, Recipe};
use cortex_audit_mock::internal::store::{BaseSegment, Store};
use proptest::prelude::*;
use rand::rngs::ChaCha8Rng;
use rand::{RngExt, SeedableRng};

use crate::support::strategies::{self, entries, queries};
use crate::support::{NOW, size, time};

/// The value that a filter compares, independently of `Entry::value`.
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

/// The page of a query and the number of matches, by the simplest code that follows the contract.
fn naive_page(entries: &[Entry], query: &Query) -> (Vec<Entry>, usize) {
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
            // Newest first; entries with one timestamp in the order of arrival.
            let index = hits.partition_point(|other| other.timestamp >= entry.timestamp);
            hits.insert(index, entry.clone());
        }
    }
    let total = hits.len();
    let start = (query.page * query.page_size) as usize;
    (hits.into_iter().skip(start).take(query.page_size as usize).collect(), total)
}

fn check(store: &Store, entries: &[Entry], query: &Query) -> Result<(), TestCaseError> {
    let page = store.page(query);
    let (expected, total) = naive_page(entries, query);
    prop_assert_eq!(&page.logs, &expected);
    prop_assert_eq!(page.total, total);
    prop_assert_eq!(page.total_pages, total.div_ceil(query.page_size as usize));
    prop_assert_eq!(page.page, query.page);
    // The second time the JSON comes from the cache.
    for _ in 0..2 {
        let rendered = store.render_page(query);
        prop_assert_eq!(String::from_utf8(rendered.body.concat()).unwrap(), serde_json::to_string(&page).unwrap());
        prop_assert_eq!((rendered.entries, rendered.total_pages), (expected.len(), page.total_pages));
    }
    Ok(())
}

/// The history lists the entries in the order of responses, each with its arrival and a number of its own.
fn check_entry_refs(store: &Store, entries: &[Entry], base: usize, query: &Query) -> Result<(), TestCaseError> {
    let whole = Query { page: 0, page_size: u32::MAX, ..query.clone() };
    let (expected, _) = naive_page(entries, &whole);
    let history = store.history();
    let found = history.entries(query.start_time, query.end_time, &query.filters);
    let listed: Vec<Entry> = found.iter().map(|found| history.entry(found).unwrap()).collect();
    prop_assert_eq!(listed, expected);
    let numbers: HashSet<usize> = found.iter().map(|found| found.number).collect();
    prop_assert_eq!(numbers.len(), found.len());
    for found in &found {
        let entry = history.entry(found).unwrap();
        prop_assert_eq!(found.timestamp, entry.timestamp);
        prop_assert!(found.arrival <= entries.len() - base);
        if found.arrival > 0 {
            prop_assert_eq!(&entry, &entries[base + found.arrival - 1]);
        }
    }
    Ok(())
}

/// The history finds the page of each moment, in whatever order the moments are asked for. A moment is the number of entries
/// that were there; the first is the number in the base.
fn check_history(store: &Store, entries: &[Entry], moments: &[usize], query: &Query) -> Result<(), TestCaseError> {
    let (history, base) = (store.history(), moments[0]);
    prop_assert_eq!(history.len(), entries.len());
    let mut previous = base;
    for moment in moments.iter().chain(moments.iter().rev()) {
        let arrivals = moment - base;
        let (expected, total) = naive_page(&entries[..*moment], query);
        let page = history.page(query, arrivals);
        let listed: Vec<Entry> = page.iter().map(|found| history.entry(found).unwrap()).collect();
        prop_assert_eq!(listed, expected);
        prop_assert!(page.iter().all(|found| found.arrival <= arrivals));
        prop_assert_eq!(history.count(query, arrivals), total);

        let whole = Query { page: 0, page_size: u32::MAX, ..query.clone() };
        let appended = history.appended_between(query, previous - base, arrivals);
        let listed: Vec<Entry> = appended.iter().map(|found| history.entry(found).unwrap()).collect();
        prop_assert_eq!(listed, naive_page(&entries[previous.min(*moment)..*moment], &whole).0);
        previous = *moment;
    }
    Ok(())
}

proptest! {
    #![proptest_config(crate::support::cases(512))]

    /// FILTER-LOGIC, TIME-RANGE, RES-ORDER, RES-TOTALS
    #[test]
    fn a_page_is_that_of_the_naive_model(entries in entries(0..60), queries in prop::collection::vec(queries(12), 1..8)) {
        let store = Store::new(Arc::new(BaseSegment::new(entries.clone())));
        for query in &queries {
            check(&store, &entries, query)?;
        }
    }

    /// Whether or not the JSON of its entries is in the cache.
    #[test]
    fn a_page_has_the_same_bytes_each_time(entries in entries(200..700), query in queries(300)) {
        let store = Store::new(Arc::new(BaseSegment::new(entries)));
        let query = Query { page: query.page % 2, ..query };
        let page = serde_json::to_string(&store.page(&query)).unwrap();
        for _ in 0..3 {
            prop_assert_eq!(&String::from_utf8(store.render_page(&query).body.concat()).unwrap(), &page);
        }
    }

    /// RES-ORDER
    #[test]
    fn appended_entries_are_found_like_those_of_the_base(entries in entries(0..60), cuts in prop::collection::vec(0_usize..60, 0..4), query in queries(12)) {
        let mut cuts: Vec<usize> = cuts.into_iter().map(|cut| cut.min(entries.len())).collect();
        cuts.sort_unstable();
        cuts.push(entries.len());
        let store = appended(&entries, &cuts);
        prop_assert_eq!(store.len(), entries.len());
        check(&store, &entries, &query)?;
        check_entry_refs(&store, &entries, cuts[0], &query)?;
        let moments: Vec<usize> = (cuts[0]..=entries.len()).collect();
        check_history(&store, &entries, &moments, &query)?;
    }
}

proptest! {
    // Each has thousands of entries.
    #![proptest_config(crate::support::cases(24))]

    /// With enough entries for bitmaps and for several segments, from which a page is merged.
    #[test]
    fn a_page_of_several_segments_is_that_of_the_naive_model(
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
            check_entry_refs(&store, &entries, cuts[0], query)?;
            let moments: Vec<usize> = (cuts[0]..=entries.len()).step_by(911).collect();
            check_history(&store, &entries, &moments, query)?;
        }
    }
}

/// A store with the entries before the first cut as its base, to which the others are appended from cut to cut.
pub fn appended(entries: &[Entry], cuts: &[usize]) -> Store {
    let store = Store::new(Arc::new(BaseSegment::new(entries[..cuts[0]].to_vec())));
    for cut in cuts.windows(2) {
        store.append(entries[cut[0]..cut[1]].to_vec());
    }
    store
}

#[test]
fn a_reader_sees_all_entries_of_an_append_or_none() {
    let entry = |number: u32| {
        Entry::new(Action::Create, "SERVICE", format!("service-{number}"), strategies::instant(i64::from(number)))
    };
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

/// RES-ORDER, RES-TOTALS with a million entries in a full run (a minute with
/// `FULL_TESTS=1 cargo test --release store::a_page_of_a_million`), else with ten thousand.
#[test]
fn a_page_of_a_million_entries_is_that_of_the_naive_model() {
    let recipe = Recipe { seed: 7, ..Recipe::new(size(1_000_000, 10_000), time(NOW)) };
    let mut entries: Vec<Entry> = Generator::new(&recipe).unwrap().collect();
    // Some are appended later, with timestamps between those of the others.
    let added: Vec<Entry> = entries.iter().step_by(97).cloned().collect();
    let store = Store::new(Arc::new(BaseSegment::new(entries.clone())));
    added.chunks(300).for_each(|chunk| store.append(chunk.to_vec()));
    entries.extend(added);
    entries.sort_by_key(|entry| Reverse(entry.timestamp));
    let oldest_first: Vec<&Entry> = entries.iter().rev().collect();
    let mut rng = ChaCha8Rng::seed_from_u64(1);
    let mut draw = |bound: usize| rng.random_range(0..bound);
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
