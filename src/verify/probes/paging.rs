//! Rules about pages: their bounds, what is none, and the totals.

use super::super::context::ProbeContext;
use super::super::probe_result::{ProbeFailure, ProbeResult, encoded, inconclusive, mismatch_in};
use super::super::request::ProbeRequest;
use super::super::response::{ObservedEntry, ProbeResponse};
use super::super::survey;
use super::lists::NOBODY;
use crate::contract::{DEFAULT_PAGE_SIZE, MAX_PAGE, MAX_PAGE_SIZE, Timestamp};

pub fn bounds(p: &mut ProbeContext<'_>) -> ProbeResult {
    let widest = p.expect_page(&survey::widest())?;
    let first = widest.page().unwrap_or_default().len();
    if first < MAX_PAGE_SIZE as usize && widest.number("total").is_some_and(|total| total > first as u64) {
        let next = ProbeRequest::logs(format!("page=1&pageSize={MAX_PAGE_SIZE}"));
        if p.ask(&next)?.page().is_some_and(|page| !page.is_empty()) {
            return p.mismatch(&survey::widest(), format!("a page of {MAX_PAGE_SIZE} entries"), &widest);
        }
    }
    default(p)?;
    counted_from_zero(p)?;
    let last = p.page_request(&format!("page={MAX_PAGE}&pageSize=1"));
    if p.ask(&past_the_end(p, uneven(p.sample().len() as u64)))?.status() == 200 {
        p.expect_page(&last)?;
    } else {
        p.add_gap("a page past the end is refused, see RES-TOTALS");
    }
    Ok(format!(
        "pages count from 0 up to {MAX_PAGE}; sizes 1 and {MAX_PAGE_SIZE} are kept, {DEFAULT_PAGE_SIZE} without one"
    ))
}

/// What is left out has its default.
fn default(p: &mut ProbeContext<'_>) -> Result<(), ProbeFailure> {
    let size = DEFAULT_PAGE_SIZE as usize;
    let neither = p.page_request("");
    let answer = p.expect_page(&neither)?;
    let found = answer.page().unwrap_or_default();
    if found.len() != p.sample().len().min(size) {
        return p.mismatch(&neither, format!("{} entries", p.sample().len().min(size)), &answer);
    }
    let zero = p.page_request("page=0");
    let with_page = p.expect_page(&zero)?;
    // Of one instant, others may come first: that is for RES-ORDER to tell.
    if times(with_page.page().unwrap_or_default()) != times(found) {
        return p.mismatch(&zero, "the same as without page", &with_page);
    }
    if p.sample().len() <= size {
        p.add_gap(format!("there are no more than {size} entries to see the default size"));
    }
    Ok(())
}

fn counted_from_zero(p: &mut ProbeContext<'_>) -> Result<(), ProbeFailure> {
    let one = p.page_request(&format!("{}&pageSize=1", p.first_page()));
    let answer = p.expect_page(&one)?;
    if answer.page().map(<[ObservedEntry]>::len) != Some(p.sample().len().min(1)) {
        return p.mismatch(&one, "1 entry", &answer);
    }
    let Some((request, expected)) = second_page(p) else {
        p.add_gap("there are too few entries for a second page");
        return Ok(());
    };
    let answer = p.expect_page(&request)?;
    if answer.page().is_some_and(|page| expected.contains(&times(page))) {
        return Ok(());
    }
    p.mismatch(&request, "the second page", &answer)
}

/// A question for a second page that begins with another instant than the first, and the instants on it: from the one end
/// of all that there is, or from the other, where each page is in the reverse order.
fn second_page(p: &ProbeContext<'_>) -> Option<(ProbeRequest, [Vec<Option<Timestamp>>; 2])> {
    let sample = p.sample();
    let (length, last) = (sample.len(), sample.len().checked_sub(1)?);
    let begins_anew = |size: &usize| sample[*size].at != sample[0].at && sample[last - *size].at != sample[last].at;
    let size = (1..=length / 2).find(begins_anew)?;
    let expected = [times(&sample[size..2 * size]), times(&sample[length - 2 * size..length - size])];
    Some((p.page_request(&format!("page=1&pageSize={size}")), expected))
}

/// Whether the server counts pages from 0.
pub fn pages_hold(p: &mut ProbeContext<'_>) -> Result<bool, ProbeFailure> {
    let Some((request, expected)) = second_page(p) else { return Ok(false) };
    Ok(p.ask(&request)?.page().is_some_and(|page| expected.contains(&times(page))))
}

/// The instants on a page; in which order they are there is for RES-ORDER to tell.
fn times(entries: &[ObservedEntry]) -> Vec<Option<Timestamp>> {
    let mut times: Vec<_> = entries.iter().map(|seen| seen.at).collect();
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
    // The rest of each is in full, or it might be refused for what it leaves out.
    let pages = PAGES.map(|wrong| format!("{wrong}&pageSize=1"));
    let others = OTHERS.map(|wrong| format!("{}&{wrong}", p.first_page()));
    for query in pages.iter().chain(&others) {
        p.expect_status(&ProbeRequest::logs(query), 400)?;
    }
    Ok(format!("each of {} wrong values is a 400", pages.len() + others.len()))
}

pub fn totals(p: &mut ProbeContext<'_>) -> ProbeResult {
    let all = p.sample_request("");
    let answer = p.expect_page(&all)?;
    let Some(total) = answer.number("total") else { return inconclusive("there is no total, see RES-PAGE") };
    let count = answer.page().unwrap_or_default().len() as u64;
    if total != count {
        return mismatch_in(&all, format!("\"total\":{count}"), format!("\"total\":{total} with {count} entries"));
    }
    let size = uneven(count);
    let pages = count.div_ceil(size);
    for (request, on_page) in
        [(p.page_request(&format!("{}&pageSize={size}", p.first_page())), size.min(count)), (past_the_end(p, size), 0)]
    {
        let answer = p.expect_page(&request)?;
        let found = answer.page().unwrap_or_default().len() as u64;
        if on_page > 0 && found != on_page {
            return inconclusive(format!("a page of {size} has {found} entries, see PAGE-BOUNDS"));
        }
        expect(&request, &answer, (count, pages))?;
        if found != on_page {
            return p.mismatch(&request, "200 without entries: the page is past the end", &answer);
        }
    }
    let nothing = p.sample_request(&format!("objectIdentifiers={}", encoded(NOBODY)));
    let answer = p.ask(&nothing)?;
    if answer.page().is_some_and(<[ObservedEntry]>::is_empty) {
        expect(&nothing, &answer, (0, 0))?;
    } else {
        p.add_gap("what matches nothing has entries, see LIST-STRINGS");
    }
    p.require_entries();
    Ok(format!("{count} entries are {pages} pages of {size}, also past the end; nothing is 0 pages"))
}

fn expect(request: &ProbeRequest, answer: &ProbeResponse, (total, pages): (u64, u64)) -> Result<(), ProbeFailure> {
    if (answer.number("total"), answer.number("totalPages")) == (Some(total), Some(pages)) {
        return Ok(());
    }
    if answer.number("total").is_none() || answer.number("totalPages").is_none() {
        return inconclusive("totals are missing, see RES-PAGE");
    }
    let shown = |field| answer.number(field).unwrap_or_default();
    mismatch_in(
        request,
        format!("\"total\":{total},\"totalPages\":{pages}"),
        format!("\"total\":{},\"totalPages\":{}", shown("total"), shown("totalPages")),
    )
}

/// A size of pages of which the last is not full, or rounding up could not be seen.
fn uneven(count: u64) -> u64 {
    [7, 11, 13].into_iter().find(|size| !count.is_multiple_of(*size)).unwrap_or(count + 1)
}

/// A page of this size that the sample does not reach.
fn past_the_end(p: &ProbeContext<'_>, size: u64) -> ProbeRequest {
    let page = (p.sample().len() as u64).div_ceil(size) + 5;
    p.page_request(&format!("page={page}&pageSize={size}"))
}
