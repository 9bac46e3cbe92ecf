//! Surveys a server: chooses a range of the past, reads all entries in it, and finds out whether ranges of time work.

use super::client::ProbeClient;
use super::report::Mismatch;
use super::request::ProbeRequest;
use super::response::{EntryCounts, ObservedEntry};
use super::sample_range::{SampleRange, SplitTime};
use crate::contract::{DEFAULT_PAGE_SIZE, MAX_PAGE_SIZE, Timestamp};
use crate::remote::RequestError;

/// What is known of the server's entries.
#[derive(Debug)]
pub struct Survey {
    /// Parameter of the first page: `page=0`, unless the server counts from 1.
    pub first_page: &'static str,
    /// Number of entries in a page: the most that the server returns.
    page_size: usize,
    /// Range of the sample; `None` when the sample is everything that the server has.
    pub range: Option<SampleRange>,
    /// Every entry of the range, in the server's order.
    pub sample: Vec<ObservedEntry>,
    /// Reason why the sample is incomplete: the server has more than a page of entries and no working range of time.
    pub incomplete: Option<&'static str>,
    pub range_support: RangeSupport,
}

/// Whether ranges of time work, in their plainest form.
#[derive(Debug, Clone)]
pub enum RangeSupport {
    /// They work. An instant amid the sample, and the range of the sample.
    Supported(SplitTime, SampleRange),
    /// A range is refused.
    Refused(Mismatch),
    /// A range is answered with other entries.
    Wrong(Mismatch),
    /// Reason why this cannot be known.
    Unknown(&'static str),
}

/// The first request, without parameters.
pub fn newest() -> ProbeRequest {
    ProbeRequest::logs("")
}

/// The longest page of the newest entries.
pub fn widest() -> ProbeRequest {
    ProbeRequest::logs(format!("page=0&pageSize={MAX_PAGE_SIZE}"))
}

/// Checks that the server is a Cortex API that accepts the token.
pub fn check_is_cortex(client: &mut ProbeClient<'_>) -> Result<(), RequestError> {
    let mut response = client.request(&newest())?;
    if response.status() == 400 {
        // Page and size are published as required; whether they are is checked by PAGE-BOUNDS.
        response = client.request(&widest())?;
    }
    let (connection, reply) = (client.connection(), &response.reply);
    match (response.status(), &response.body) {
        (200, _) if response.page().is_some() => Ok(()),
        (200, Some(_)) => {
            Err(connection.not_cortex("its JSON is no page of audit logs, which has a list of entries in \"logs\""))
        }
        (200, None) if reply.is_json() => Err(connection.not_cortex("its answer is no JSON object")),
        (200, None) => Err(connection.not_json(reply)),
        _ => Err(connection.error_for(reply)),
    }
}

impl Survey {
    /// Surveys the server. A mismatch is kept for the probe of the rule that it belongs to.
    pub fn run(client: &mut ProbeClient<'_>) -> Result<Self, RequestError> {
        let mut survey = Self::of_newest_page(client)?;
        if let Some(range) = survey.range {
            survey.range_support = survey.read_range(client, range)?;
        }
        Ok(survey)
    }

    /// Reads the newest page and chooses the range of the sample.
    fn of_newest_page(client: &mut ProbeClient<'_>) -> Result<Self, RequestError> {
        let mut first_page = "page=0";
        let mut wide = client.request(&widest())?;
        let narrow = client.request(&newest())?;
        if wide.page().is_none() {
            let from_one = client.request(&ProbeRequest::logs(format!("page=1&pageSize={MAX_PAGE_SIZE}")))?;
            if !from_one.entries().is_empty() {
                (first_page, wide) = ("page=1", from_one);
            }
        }
        let (response, max_size) =
            if wide.page().is_some() { (wide, MAX_PAGE_SIZE) } else { (narrow, DEFAULT_PAGE_SIZE) };
        let (page, max_size) = (response.entries(), max_size as usize);
        let is_cut_short =
            page.len() < max_size && response.number("total").is_some_and(|total| total > page.len() as u64);
        let page_size = if is_cut_short { page.len().max(1) } else { max_size };
        let has_older = page.len() >= page_size;
        let times = distinct_times(page);
        let are_readable = page.iter().all(|entry| entry.timestamp.is_some());
        let range = if are_readable { SampleRange::around(&times, has_older) } else { None };
        let incomplete = (has_older && range.is_none())
            .then_some("there are more entries than fit on a page, and their times do not tell them apart");
        let unreadable =
            if page.is_empty() { "there are no entries" } else { "the timestamps cannot be read, see RES-TIMESTAMP" };
        let range_support = RangeSupport::Unknown(incomplete.unwrap_or(unreadable));
        Ok(Self { first_page, page_size, range, sample: page.to_vec(), incomplete, range_support })
    }

    /// Reads the range, which must have those entries of the newest page that are in it, and its halves before and after an
    /// instant amid the sample.
    fn read_range(&mut self, client: &mut ProbeClient<'_>, range: SampleRange) -> Result<RangeSupport, RequestError> {
        if let Some(mismatch) = self.check_range(client, range)? {
            self.range = None;
            if self.sample.len() >= self.page_size {
                self.incomplete = Some(
                    "there are more entries than fit on a page, and ranges of time are not as expected, see TIME-RANGE and TIME-FORMAT",
                );
            }
            return Ok(mismatch);
        }
        self.sample = client.request(&self.entries_request(range))?.entries().to_vec();
        let Some(split) = SplitTime::between(&distinct_times(&self.sample)) else {
            return Ok(RangeSupport::Unknown("no two entries are more than two seconds apart"));
        };
        for half in [SampleRange { start: split.at, ..range }, SampleRange { end: split.at, ..range }] {
            if let Some(mismatch) = self.check_range(client, half)? {
                return Ok(mismatch);
            }
        }
        Ok(RangeSupport::Supported(split, range))
    }

    /// Reads a range; the mismatch when it does not have those entries of the sample that are in it.
    fn check_range(
        &self,
        client: &mut ProbeClient<'_>,
        range: SampleRange,
    ) -> Result<Option<RangeSupport>, RequestError> {
        let response = client.request(&self.entries_request(range))?;
        let expected: Vec<_> = self.sample.iter().filter(|entry| entry.is_in(range)).collect();
        let is_right = |page| EntryCounts::new(page) == EntryCounts::new(expected.iter().copied());
        if response.page().is_some_and(is_right) {
            return Ok(None);
        }
        let mismatch = Mismatch {
            request: response.request.to_string(),
            expected: format!("200 with the entries of that range, which are {}", expected.len()),
            answered: client.describe(&response),
        };
        let is_page = response.page().is_some();
        Ok(Some(if is_page { RangeSupport::Wrong(mismatch) } else { RangeSupport::Refused(mismatch) }))
    }

    /// The first page at full size. Both parameters, because they are published as required.
    pub fn first_full_page(&self) -> String {
        format!("{}&pageSize={}", self.first_page, self.page_size)
    }

    /// A request for the entries of a range.
    pub fn entries_request(&self, range: SampleRange) -> ProbeRequest {
        ProbeRequest::logs(format!("{}&{}", range.query(), self.first_full_page()))
    }

    /// A request for the entries of the sample that pass these parameters, on one page.
    pub fn sample_request(&self, parameters: &str) -> ProbeRequest {
        let range = self.range.map(|range| range.query()).unwrap_or_default();
        let parts = [range.as_str(), parameters, &self.first_full_page()];
        ProbeRequest::logs(parts.into_iter().filter(|part| !part.is_empty()).collect::<Vec<_>>().join("&"))
    }
}

/// The timestamps of entries, in order, each once.
pub fn distinct_times(entries: &[ObservedEntry]) -> Vec<Timestamp> {
    let mut times: Vec<Timestamp> = entries.iter().filter_map(|entry| entry.timestamp).collect();
    times.sort_unstable();
    times.dedup();
    times
}
