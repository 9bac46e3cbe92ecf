//! Deviations of pages, and about what is none.

use super::super::deviating_server::{Deviation, reads, reads_and_responds, responds};
use super::super::intercepted::{InterceptedRequest, all_entries};

pub const ALL: &[Deviation] = &[
    reads("PAGE-BOUNDS", "a hundred by default", |_, request| {
        if request.is_logs() && request.raw("pageSize").is_empty() {
            request.set("pageSize", "100");
        }
    }),
    reads("PAGE-BOUNDS", "500 at most", |_, request| {
        let wrong = size(request).is_some_and(|size| size > 500);
        request.refuse_if(wrong);
    }),
    reads("PAGE-BOUNDS", "never more than 200", |_, request| {
        if request.is_logs() && size(request).is_none_or(|size| (200..=1000).contains(&size)) {
            request.set("pageSize", "200");
        }
    }),
    reads_and_responds(
        "PAGE-BOUNDS",
        "pages count from 1",
        |_, request| match page(request) {
            Some(0) => request.refuse(),
            Some(number @ ..=2_147_483_647) if request.raw("page").len() == 1 => {
                request.set("page", &(number - 1).to_string());
            }
            _ => {}
        },
        |_, request, response| {
            if response.is_page() && page(request).is_some() {
                response.set("page", page(request));
            }
        },
    ),
    reads_and_responds(
        "PAGE-BOUNDS",
        "pages count from 1, and 0 is the first too",
        |_, request| {
            if let Some(number @ 1..=2_147_483_647) = page(request).filter(|_| request.raw("page").len() == 1) {
                request.set("page", &(number - 1).to_string());
            }
        },
        |_, request, response| {
            if response.is_page() && page(request).is_some() {
                response.set("page", page(request));
            }
        },
    ),
    reads("PAGE-BOUNDS", "page and size are required", |_, request| {
        let wrong = request.is_logs() && (request.raw("page").is_empty() || request.raw("pageSize").is_empty());
        request.refuse_if(wrong);
    }),
    reads("PAGE-BOUNDS", "ten at least", |_, request| {
        if request.raw("pageSize").len() == 1 && size(request).is_some_and(|size| (1..10).contains(&size)) {
            request.set("pageSize", "10");
        }
    }),
    reads("PAGE-BOUNDS", "few pages", |_, request| {
        let wrong = page(request).is_some_and(|page| (10_000..=2_147_483_647).contains(&page));
        request.refuse_if(wrong);
    }),
    reads("PARAM-INVALID", "a page below 0 is 0", |_, request| instead(request, "page", "-1", "0")),
    reads("PARAM-INVALID", "a page that is no number is 0", |_, request| instead(request, "page", "abc", "0")),
    reads("PARAM-INVALID", "an empty page is 0", |_, request| instead(request, "page", "", "0")),
    reads("PARAM-INVALID", "a page is of 64 bits", |_, request| instead(request, "page", "2147483648", "2147483647")),
    reads("PARAM-INVALID", "the last of two pages", |_, request| last(request, "page")),
    reads("PARAM-INVALID", "the last of two sizes", |_, request| last(request, "pageSize")),
    reads("PARAM-INVALID", "no size is the default", |_, request| instead(request, "pageSize", "0", "250")),
    reads("PARAM-INVALID", "too large a size is the largest", |_, request| {
        instead(request, "pageSize", "1001", "1000")
    }),
    reads("PARAM-INVALID", "an unreadable time is none", |_, request| {
        if request.raw("startTime") == ["yesterday"] {
            request.remove("startTime");
        }
    }),
    reads("PARAM-INVALID", "an empty time is none", |_, request| {
        if request.raw("startTime") == [""] {
            request.remove("startTime");
        }
    }),
    reads("PARAM-INVALID", "days that do not exist", |_, request| {
        instead(request, "endTime", "2025-02-30T00:00:00Z", "2025-03-02T00:00:00Z");
    }),
    responds("PARAM-INVALID", "a wrong size is a 422", |_, request, response| {
        if response.status == 400 && request.raw("pageSize") == ["1001"] {
            response.becomes(422);
        }
    }),
    responds("RES-TOTALS", "the total is of the page", |_, _, response| {
        if response.is_page() {
            let count = response.logs().len();
            response.set("total", count);
        }
    }),
    responds("RES-TOTALS", "the total is of everything", |world, _, response| {
        if response.is_page() {
            response.set("total", world.entry_count());
        }
    }),
    responds("RES-TOTALS", "rounded down", |_, request, response| {
        if let (true, Some(size)) = (response.is_page(), size(request)) {
            let total = response.body["total"].as_u64().unwrap();
            response.set("totalPages", total / size);
        }
    }),
    responds("RES-TOTALS", "nothing is one page", |_, _, response| {
        if response.is_page() && response.body["total"] == 0 {
            response.set("totalPages", 1);
        }
    }),
    responds("RES-TOTALS", "nothing is past the end", |_, request, response| {
        if response.is_page() && response.logs().is_empty() && page(request).is_some_and(|page| page > 0) {
            response.becomes(404);
        }
    }),
    responds("RES-TOTALS", "past the end there is no total", |_, request, response| {
        if response.is_page() && response.logs().is_empty() && page(request).is_some_and(|page| page > 0) {
            response.set("total", 0);
            response.set("totalPages", 0);
        }
    }),
    responds("RES-TOTALS", "past the end is the last page", |world, request, response| {
        let Some(query) = request.parse(world).filter(|query| response.is_page() && query.page > 0) else { return };
        let everything = all_entries(world, &query);
        if response.logs().is_empty() && !everything.is_empty() {
            let rest = everything.len() % query.page_size as usize;
            response.set("logs", everything[everything.len() - rest.max(1)..].to_vec());
        }
    }),
    responds("RES-ORDER", "oldest first", |world, request, response| {
        if let Some(query) = request.parse(world).filter(|_| response.is_page()) {
            let mut everything = all_entries(world, &query);
            everything.reverse();
            response.becomes_page_of(&query, &everything);
        }
    }),
    responds("RES-ORDER", "each page reversed", |_, _, response| {
        if response.is_page() {
            response.logs().reverse();
        }
    }),
    responds("RES-ORDER", "by name", |world, request, response| {
        if let Some(query) = request.parse(world).filter(|_| response.is_page()) {
            let mut everything = all_entries(world, &query);
            everything.sort_by_key(|entry| entry["objectIdentifier"].to_string());
            response.becomes_page_of(&query, &everything);
        }
    }),
    responds("RES-ORDER", "of one instant in the order of the page size", |world, request, response| {
        if let Some(query) = request.parse(world).filter(|query| response.is_page() && query.page_size < 100) {
            let mut everything = all_entries(world, &query);
            everything.reverse();
            everything.sort_by_key(|entry| std::cmp::Reverse(entry["timestamp"].as_str().map(String::from)));
            // As texts, those without a fraction are last of their second, where no other entry is.
            response.becomes_page_of(&query, &everything);
        }
    }),
];

fn size(request: &InterceptedRequest) -> Option<u64> {
    request.first("pageSize")?.parse().ok()
}

fn page(request: &InterceptedRequest) -> Option<u64> {
    request.first("page")?.parse().ok()
}

/// Takes one value for another.
fn instead(request: &mut InterceptedRequest, name: &str, given: &str, taken: &str) {
    if request.raw(name) == [given] {
        request.set(name, taken);
    }
}

fn last(request: &mut InterceptedRequest, name: &str) {
    if let [_, .., last] = request.raw(name).as_slice() {
        request.set(name, &last.clone());
    }
}
