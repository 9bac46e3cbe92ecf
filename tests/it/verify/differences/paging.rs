//! What differs about pages, and about what is none.

use super::super::exchange::{Asked, all};
use super::super::other::{Difference, answered, asked, both};

pub const ALL: &[Difference] = &[
    asked("PAGE-BOUNDS", "a hundred by default", |_, asked| {
        if asked.is_logs() && asked.raw("pageSize").is_empty() {
            asked.set("pageSize", "100");
        }
    }),
    asked("PAGE-BOUNDS", "500 at most", |_, asked| {
        let wrong = size(asked).is_some_and(|size| size > 500);
        asked.refuse_if(wrong);
    }),
    asked("PAGE-BOUNDS", "never more than 200", |_, asked| {
        if asked.is_logs() && size(asked).is_none_or(|size| (200..=1000).contains(&size)) {
            asked.set("pageSize", "200");
        }
    }),
    both(
        "PAGE-BOUNDS",
        "pages count from 1",
        |_, asked| match page(asked) {
            Some(0) => asked.refuse(),
            Some(number @ ..=2_147_483_647) if asked.raw("page").len() == 1 => {
                asked.set("page", &(number - 1).to_string());
            }
            _ => {}
        },
        |_, asked, answer| {
            if answer.is_page() && page(asked).is_some() {
                answer.set("page", page(asked));
            }
        },
    ),
    both(
        "PAGE-BOUNDS",
        "pages count from 1, and 0 is the first too",
        |_, asked| {
            if let Some(number @ 1..=2_147_483_647) = page(asked).filter(|_| asked.raw("page").len() == 1) {
                asked.set("page", &(number - 1).to_string());
            }
        },
        |_, asked, answer| {
            if answer.is_page() && page(asked).is_some() {
                answer.set("page", page(asked));
            }
        },
    ),
    asked("PAGE-BOUNDS", "page and size are required", |_, asked| {
        let wrong = asked.is_logs() && (asked.raw("page").is_empty() || asked.raw("pageSize").is_empty());
        asked.refuse_if(wrong);
    }),
    asked("PAGE-BOUNDS", "ten at least", |_, asked| {
        if asked.raw("pageSize").len() == 1 && size(asked).is_some_and(|size| (1..10).contains(&size)) {
            asked.set("pageSize", "10");
        }
    }),
    asked("PAGE-BOUNDS", "few pages", |_, asked| {
        let wrong = page(asked).is_some_and(|page| (10_000..=2_147_483_647).contains(&page));
        asked.refuse_if(wrong);
    }),
    asked("PARAM-INVALID", "a page below 0 is 0", |_, asked| instead(asked, "page", "-1", "0")),
    asked("PARAM-INVALID", "a page that is no number is 0", |_, asked| instead(asked, "page", "abc", "0")),
    asked("PARAM-INVALID", "an empty page is 0", |_, asked| instead(asked, "page", "", "0")),
    asked("PARAM-INVALID", "a page is of 64 bits", |_, asked| instead(asked, "page", "2147483648", "2147483647")),
    asked("PARAM-INVALID", "the last of two pages", |_, asked| last(asked, "page")),
    asked("PARAM-INVALID", "the last of two sizes", |_, asked| last(asked, "pageSize")),
    asked("PARAM-INVALID", "no size is the default", |_, asked| instead(asked, "pageSize", "0", "250")),
    asked("PARAM-INVALID", "too large a size is the largest", |_, asked| instead(asked, "pageSize", "1001", "1000")),
    asked("PARAM-INVALID", "an unreadable time is none", |_, asked| {
        if asked.raw("startTime") == ["yesterday"] {
            asked.remove("startTime");
        }
    }),
    asked("PARAM-INVALID", "an empty time is none", |_, asked| {
        if asked.raw("startTime") == [""] {
            asked.remove("startTime");
        }
    }),
    asked("PARAM-INVALID", "days that do not exist", |_, asked| {
        instead(asked, "endTime", "2025-02-30T00:00:00Z", "2025-03-02T00:00:00Z");
    }),
    answered("PARAM-INVALID", "a wrong size is a 422", |_, asked, answer| {
        if answer.status == 400 && asked.raw("pageSize") == ["1001"] {
            answer.becomes(422);
        }
    }),
    answered("RES-TOTALS", "the total is of the page", |_, _, answer| {
        if answer.is_page() {
            let count = answer.logs().len();
            answer.set("total", count);
        }
    }),
    answered("RES-TOTALS", "the total is of everything", |world, _, answer| {
        if answer.is_page() {
            answer.set("total", world.entry_count());
        }
    }),
    answered("RES-TOTALS", "rounded down", |_, asked, answer| {
        if let (true, Some(size)) = (answer.is_page(), size(asked)) {
            let total = answer.body["total"].as_u64().unwrap();
            answer.set("totalPages", total / size);
        }
    }),
    answered("RES-TOTALS", "nothing is one page", |_, _, answer| {
        if answer.is_page() && answer.body["total"] == 0 {
            answer.set("totalPages", 1);
        }
    }),
    answered("RES-TOTALS", "nothing is past the end", |_, asked, answer| {
        if answer.is_page() && answer.logs().is_empty() && page(asked).is_some_and(|page| page > 0) {
            answer.becomes(404);
        }
    }),
    answered("RES-TOTALS", "past the end there is no total", |_, asked, answer| {
        if answer.is_page() && answer.logs().is_empty() && page(asked).is_some_and(|page| page > 0) {
            answer.set("total", 0);
            answer.set("totalPages", 0);
        }
    }),
    answered("RES-TOTALS", "past the end is the last page", |world, asked, answer| {
        let Some(query) = asked.read(world).filter(|query| answer.is_page() && query.page > 0) else { return };
        let everything = all(world, &query);
        if answer.logs().is_empty() && !everything.is_empty() {
            let rest = everything.len() % query.page_size as usize;
            answer.set("logs", everything[everything.len() - rest.max(1)..].to_vec());
        }
    }),
    answered("RES-ORDER", "oldest first", |world, asked, answer| {
        if let Some(query) = asked.read(world).filter(|_| answer.is_page()) {
            let mut everything = all(world, &query);
            everything.reverse();
            answer.becomes_page_of(&query, &everything);
        }
    }),
    answered("RES-ORDER", "each page reversed", |_, _, answer| {
        if answer.is_page() {
            answer.logs().reverse();
        }
    }),
    answered("RES-ORDER", "by name", |world, asked, answer| {
        if let Some(query) = asked.read(world).filter(|_| answer.is_page()) {
            let mut everything = all(world, &query);
            everything.sort_by_key(|entry| entry["objectIdentifier"].to_string());
            answer.becomes_page_of(&query, &everything);
        }
    }),
    answered("RES-ORDER", "of one instant in the order of the page size", |world, asked, answer| {
        if let Some(query) = asked.read(world).filter(|query| answer.is_page() && query.page_size < 100) {
            let mut everything = all(world, &query);
            everything.reverse();
            everything.sort_by_key(|entry| std::cmp::Reverse(entry["timestamp"].as_str().map(String::from)));
            // As texts, those without a fraction are last of their second, where no other entry is.
            answer.becomes_page_of(&query, &everything);
        }
    }),
];

fn size(asked: &Asked) -> Option<u64> {
    asked.first("pageSize")?.parse().ok()
}

fn page(asked: &Asked) -> Option<u64> {
    asked.first("page")?.parse().ok()
}

/// Takes one value for another.
fn instead(asked: &mut Asked, name: &str, given: &str, taken: &str) {
    if asked.raw(name) == [given] {
        asked.set(name, taken);
    }
}

fn last(asked: &mut Asked, name: &str) {
    if let [_, .., last] = asked.raw(name).as_slice() {
        asked.set(name, &last.clone());
    }
}
