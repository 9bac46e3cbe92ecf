//! Probes of pages: their bounds, wrong values, and totals.

use super::values::NOBODY;
use crate::contract::{DEFAULT_PAGE_SIZE, MAX_PAGE, MAX_PAGE_SIZE, Timestamp};
use crate::verify::context::{
    ObservedEntry, ProbeContext, ProbeRequest, ProbeResponse, ProbeResult, inconclusive, mismatch_in, require,
};
use crate::verify::survey::widest;

pub fn bounds(p: &mut ProbeContext<'_>) -> ProbeResult {
    let first = p.expect_page(widest())?;
    let count = first.entries().len();
    if count < MAX_PAGE_SIZE as usize && first.number("total").is_some_and(|total| total > count as u64) {
        let next = p.ask(ProbeRequest::logs(format!("page=1&pageSize={MAX_PAGE_SIZE}")))?;
        p.expect(&first, next.entries().is_empty(), format!("a page of {MAX_PAGE_SIZE} entries"))?;
    }
    defaults(p)?;
    counted_from_zero(p)?;
    if p.ask(past_the_end(p, uneven_size(p.sample().len() as u64)))?.status() == 200 {
        p.expect_page(p.page_request(&format!("page={MAX_PAGE}&pageSize=1")))?;
    } else {
        p.add_gap("a page past the end is refused, see RES-TOTALS");
    }
    Ok(format!(
        "pages count from 0 up to {MAX_PAGE}; sizes 1 and {MAX_PAGE_SIZE} are kept, {DEFAULT_PAGE_SIZE} without one"
    ))
}

/// A parameter that is left out has its default.
fn defaults(p: &mut ProbeContext<'_>) -> ProbeResult<()> {
    let size = DEFAULT_PAGE_SIZE as usize;
    let expected = p.sample().len().min(size);
    let without = p.expect_page(p.page_request(""))?;
    p.expect(&without, without.entries().len() == expected, format!("{expected} entries"))?;
    let with_page = p.expect_page(p.page_request("page=0"))?;
    // The order of entries of one instant is checked by RES-ORDER.
    let is_same = times(with_page.entries()) == times(without.entries());
    p.expect(&with_page, is_same, "the same as without page")?;
    let is_longer = p.sample().len() > size;
    p.add_gap_unless(is_longer, format!("there are no more than {size} entries to see the default size"));
    Ok(())
}

fn counted_from_zero(p: &mut ProbeContext<'_>) -> ProbeResult<()> {
    let one = p.expect_page(p.page_request(&format!("{}&pageSize=1", p.first_page())))?;
    p.expect(&one, one.entries().len() == p.sample().len().min(1), "1 entry")?;
    let Some((request, expected)) = second_page(p) else {
        return p.skip("there are too few entries for a second page");
    };
    let second = p.expect_page(request)?;
    p.expect(&second, expected.contains(&times(second.entries())), "the second page")
}

/// A request for a second page that starts with another instant than the first, and the instants on it: counted from the
/// newest entry, or from the oldest, for a server with the reverse order.
fn second_page(p: &ProbeContext<'_>) -> Option<(ProbeRequest, [Vec<Option<Timestamp>>; 2])> {
    let sample = p.sample();
    let (length, last) = (sample.len(), sample.len().checked_sub(1)?);
    let differs = |one: usize, other: usize| sample[one].timestamp != sample[other].timestamp;
    let size = (1..=length / 2).find(|size| differs(*size, 0) && differs(last - size, last))?;
    let expected = [times(&sample[size..2 * size]), times(&sample[length - 2 * size..length - size])];
    Some((p.page_request(&format!("page=1&pageSize={size}")), expected))
}

/// Whether the server counts pages from 0.
pub fn pages_work(p: &mut ProbeContext<'_>) -> ProbeResult<bool> {
    let Some((request, expected)) = second_page(p) else { return Ok(false) };
    Ok(p.ask(request)?.page().is_some_and(|page| expected.contains(&times(page))))
}

/// The timestamps on a page, sorted: their order is checked by RES-ORDER.
fn times(entries: &[ObservedEntry]) -> Vec<Option<Timestamp>> {
    let mut times: Vec<_> = entries.iter().map(|entry| entry.timestamp).collect();
    times.sort_unstable();
    times
}

pub fn invalid(p: &mut ProbeContext<'_>) -> ProbeResult {
    const PAGES: [&str; 5] = ["page=-1", "page=abc", "page=", "page=2147483648", "page=0&page=1"];
    const OTHERS: [&str; 6] = [
        "pageSize=0",
        "pageSize=1001",
        "pageSize=2&pageSize=1",
        "pageSize=1&startTime=yesterday",
        "pageSize=1&startTime=",
        "pageSize=1&endTime=2025-02-30T00:00:00Z",
    ];
    // Both parameters are there, or the request could be refused for the missing one.
    let pages = PAGES.map(|wrong| format!("{wrong}&pageSize=1"));
    let others = OTHERS.map(|wrong| format!("{}&{wrong}", p.first_page()));
    for query in pages.into_iter().chain(others) {
        p.expect_status(ProbeRequest::logs(query), 400)?;
    }
    Ok(format!("each of {} wrong values is a 400", PAGES.len() + OTHERS.len()))
}

pub fn totals(p: &mut ProbeContext<'_>) -> ProbeResult {
    let all = p.expect_page(p.sample_request(""))?;
    let Some(total) = all.number("total") else { return inconclusive("there is no total, see RES-PAGE") };
    let count = all.entries().len() as u64;
    if total != count {
        return mismatch_in(&all, format!("\"total\":{count}"), format!("\"total\":{total} with {count} entries"));
    }
    let size = uneven_size(count);
    let pages = count.div_ceil(size);
    let first = p.expect_page(p.page_request(&format!("{}&pageSize={size}", p.first_page())))?;
    let found = first.entries().len() as u64;
    require(found == size.min(count), format!("a page of {size} has {found} entries, see PAGE-BOUNDS"))?;
    expect_totals(&first, (count, pages))?;
    let past = p.expect_page(past_the_end(p, size))?;
    expect_totals(&past, (count, pages))?;
    p.expect(&past, past.entries().is_empty(), "200 without entries: the page is past the end")?;
    let nothing = p.ask(p.filter_request("objectIdentifiers", NOBODY))?;
    if nothing.page().is_some_and(<[_]>::is_empty) {
        expect_totals(&nothing, (0, 0))?;
    } else {
        p.add_gap("what matches nothing has entries, see LIST-STRINGS");
    }
    p.require_entries();
    Ok(format!("{count} entries are {pages} pages of {size}, also past the end; nothing is 0 pages"))
}

fn expect_totals(response: &ProbeResponse, expected: (u64, u64)) -> ProbeResult<()> {
    let (Some(total), Some(pages)) = (response.number("total"), response.number("totalPages")) else {
        return inconclusive("totals are missing, see RES-PAGE");
    };
    if (total, pages) == expected {
        return Ok(());
    }
    let json = |(total, pages): (u64, u64)| format!("\"total\":{total},\"totalPages\":{pages}");
    mismatch_in(response, json(expected), json((total, pages)))
}

/// A page size for which the last page is not full, so that rounding up can be seen.
fn uneven_size(count: u64) -> u64 {
    [7, 11, 13].into_iter().find(|size| !count.is_multiple_of(*size)).unwrap_or(count + 1)
}

/// A request for a page behind the last one of the sample.
fn past_the_end(p: &ProbeContext<'_>, size: u64) -> ProbeRequest {
    let page = (p.sample().len() as u64).div_ceil(size) + 5;
    p.page_request(&format!("page={page}&pageSize={size}"))
}
