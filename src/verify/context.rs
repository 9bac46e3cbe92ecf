//! What every probe needs: the sample, requests for parts of it, and checks of the responses.

use std::cell::Cell;
use std::rc::Rc;

use super::client::ProbeClient;
use super::report::{Mismatch, Outcome};
use super::response::EntryCounts;
use super::sample_range::{SampleRange, SplitTime};
use super::survey::{RangeSupport, Survey, check_is_cortex};
use crate::remote::RequestError;
use crate::text::counted;

pub use super::request::{Credentials, ProbeRequest, encode};
pub use super::response::{ObservedEntry, ProbeResponse};

/// A probe of one rule.
pub type Probe = fn(&mut ProbeContext<'_>) -> ProbeResult;

/// Evidence that a rule is kept, or the reason why there is none.
pub type ProbeResult<T = String> = Result<T, ProbeFailure>;

/// Reason why a probe did not find a rule kept.
#[derive(Debug)]
pub enum ProbeFailure {
    /// A response contradicts the rule.
    Mismatch(Mismatch),
    /// The responses show neither.
    Inconclusive(String),
}

impl From<RequestError> for ProbeFailure {
    fn from(error: RequestError) -> Self {
        Self::Inconclusive(error.to_string())
    }
}

/// Ends a probe whose responses show neither that the rule is kept nor that it is not.
pub fn inconclusive<T>(why: impl Into<String>) -> ProbeResult<T> {
    Err(ProbeFailure::Inconclusive(why.into()))
}

/// Ends a probe as inconclusive unless its condition holds.
pub fn require(condition: bool, why: impl Into<String>) -> ProbeResult<()> {
    if condition { Ok(()) } else { inconclusive(why) }
}

/// Ends a probe because a part of a response, `answered`, contradicts the rule.
pub fn mismatch_in<T>(response: &ProbeResponse, expected: impl Into<String>, answered: String) -> ProbeResult<T> {
    let (request, expected) = (response.request.to_string(), expected.into());
    Err(ProbeFailure::Mismatch(Mismatch { request, expected, answered }))
}

/// The server, and what is known of it.
pub struct ProbeContext<'a> {
    pub client: ProbeClient<'a>,
    survey: Survey,
    /// What the running probe could not check.
    gaps: Vec<String>,
    /// Whether the running probe met an unexpected page: entries may have arrived since the survey.
    has_doubts: bool,
    /// Whether the running probe used the sample.
    used_sample: Cell<bool>,
}

impl<'a> ProbeContext<'a> {
    /// Limit of runs of a probe while entries arrive.
    const MAX_RUNS: usize = 3;

    /// Surveys the server.
    ///
    /// # Errors
    /// When it is not a Cortex API that accepts the token.
    pub fn new(mut client: ProbeClient<'a>) -> Result<Self, RequestError> {
        check_is_cortex(&mut client)?;
        let mut survey = Survey::run(&mut client)?;
        // Entries may have arrived between two requests.
        if matches!(survey.range_support, RangeSupport::Wrong(_)) {
            client.clear_cache();
            survey = Survey::run(&mut client)?;
        }
        Ok(Self { client, survey, gaps: Vec::new(), has_doubts: false, used_sample: Cell::default() })
    }

    /// Runs a probe; again when it met something unexpected and entries arrived meanwhile.
    pub fn run(&mut self, probe: Probe) -> Outcome {
        for _ in 0..Self::MAX_RUNS {
            self.gaps.clear();
            self.has_doubts = false;
            self.used_sample.set(false);
            let result = probe(self);
            // Conclusions from an incomplete sample mean nothing.
            if let Some(why) = self.survey.incomplete.filter(|_| self.used_sample.get()) {
                return Outcome::Inconclusive { why: why.to_owned() };
            }
            let has_doubts = self.has_doubts || matches!(result, Err(ProbeFailure::Mismatch(_)));
            if !has_doubts || !self.sample_changed() {
                return self.outcome(result);
            }
            self.client.clear_cache();
        }
        Outcome::Inconclusive { why: "the entries keep changing while they are read".to_owned() }
    }

    fn outcome(&self, result: ProbeResult) -> Outcome {
        let redact = |text: &str| self.client.redact(text);
        match result {
            Ok(evidence) if self.gaps.is_empty() => Outcome::Agrees { evidence: redact(&evidence) },
            Ok(_) => Outcome::Inconclusive { why: redact(&self.gaps.join("; ")) },
            Err(ProbeFailure::Inconclusive(why)) => Outcome::Inconclusive { why: redact(&why) },
            Err(ProbeFailure::Mismatch(Mismatch { request, expected, answered })) => Outcome::Mismatch(Mismatch {
                request: redact(&request),
                expected: redact(&expected),
                answered: redact(&answered),
            }),
        }
    }

    /// Reads the sample again, and says whether it is another one now.
    fn sample_changed(&mut self) -> bool {
        let Ok(response) = self.client.request_again(&self.survey.sample_request("")) else { return false };
        match response.page() {
            Some(page) if EntryCounts::new(page) != EntryCounts::new(&self.survey.sample) => {
                self.survey.sample = page.to_vec();
                true
            }
            _ => false,
        }
    }

    // The sample

    /// The entries with which the probes work, in the server's order.
    pub fn sample(&self) -> &[ObservedEntry] {
        self.used_sample.set(true);
        &self.survey.sample
    }

    pub fn range_support(&self) -> &RangeSupport {
        &self.survey.range_support
    }

    /// An instant amid the sample and the range of the sample, of a server that supports ranges of time.
    pub fn split_time(&self) -> ProbeResult<(SplitTime, SampleRange)> {
        match &self.survey.range_support {
            RangeSupport::Supported(split, range) => Ok((*split, *range)),
            RangeSupport::Unknown(why) => inconclusive(*why),
            RangeSupport::Refused(_) => inconclusive("a plain range of time is refused, see TIME-FORMAT"),
            RangeSupport::Wrong(_) => inconclusive("ranges of time are not kept, see TIME-RANGE"),
        }
    }

    /// Notes a part of the rule that could not be checked: the probe agrees only if there is none.
    pub fn add_gap(&mut self, why: impl Into<String>) {
        self.gaps.push(why.into());
    }

    /// Notes a part of the rule that could not be checked, and ends the check of that part.
    pub fn skip(&mut self, why: impl Into<String>) -> ProbeResult<()> {
        self.add_gap(why);
        Ok(())
    }

    /// Notes a part of the rule that could not be checked, unless the condition holds.
    pub fn add_gap_unless(&mut self, condition: bool, why: impl Into<String>) {
        if !condition {
            self.add_gap(why);
        }
    }

    /// Notes that a filter was accepted, but had no entries to filter.
    pub fn require_entries(&mut self) {
        self.add_gap_unless(!self.survey.sample.is_empty(), "it is accepted, but there are no entries");
    }

    // Requests

    /// A request for the entries of the sample that pass these parameters.
    pub fn sample_request(&self, parameters: &str) -> ProbeRequest {
        self.used_sample.set(true);
        self.survey.sample_request(parameters)
    }

    /// A request for the entries of the sample that pass a filter.
    pub fn filter_request(&self, parameter: &str, value: &str) -> ProbeRequest {
        self.sample_request(&format!("{parameter}={}", encode(value)))
    }

    /// A request for a page of the sample.
    pub fn page_request(&self, parameters: &str) -> ProbeRequest {
        self.used_sample.set(true);
        let range = self.survey.range.map(|range| range.query()).unwrap_or_default();
        let separator = if range.is_empty() || parameters.is_empty() { "" } else { "&" };
        ProbeRequest::logs(format!("{range}{separator}{parameters}"))
    }

    /// A request for a range of time in this spelling.
    pub fn range_request(&self, start: &str, end: &str) -> ProbeRequest {
        ProbeRequest::logs(format!("startTime={start}&endTime={end}&{}", self.survey.first_full_page()))
    }

    /// A request for the entries of a range.
    pub fn entries_request(&self, range: SampleRange) -> ProbeRequest {
        self.survey.entries_request(range)
    }

    /// The parameter of the first page.
    pub fn first_page(&self) -> &'static str {
        self.survey.first_page
    }

    /// A request for one entry, without any optional parameter.
    pub fn minimal_request(&self) -> ProbeRequest {
        ProbeRequest::logs(format!("{}&pageSize=1", self.survey.first_page))
    }

    /// A request for one entry with other credentials.
    pub fn request_as(&self, credentials: Credentials) -> ProbeRequest {
        ProbeRequest { credentials, ..self.minimal_request() }
    }

    pub fn ask(&mut self, request: ProbeRequest) -> ProbeResult<Rc<ProbeResponse>> {
        Ok(self.client.request(&request)?)
    }

    // Checks of a response

    /// Ends a probe because a response contradicts the rule.
    pub fn mismatch<T>(&self, response: &ProbeResponse, expected: impl Into<String>) -> ProbeResult<T> {
        mismatch_in(response, expected, self.client.describe(response))
    }

    /// Ends a probe with a mismatch unless the condition holds.
    pub fn expect(&self, response: &ProbeResponse, condition: bool, expected: impl Into<String>) -> ProbeResult<()> {
        if condition { Ok(()) } else { self.mismatch(response, expected) }
    }

    /// Like [`Self::expect`], for a rule about headers, which the mismatch shows.
    pub fn expect_header(&self, response: &ProbeResponse, headers: &str, met: bool, expected: &str) -> ProbeResult<()> {
        let answered = || format!("{headers}, {}", self.client.describe(response));
        if met { Ok(()) } else { mismatch_in(response, expected, answered()) }
    }

    /// Requires a response with this status.
    pub fn expect_status(&mut self, request: ProbeRequest, status: u16) -> ProbeResult<()> {
        let response = self.ask(request)?;
        self.expect(&response, response.status() == status, status.to_string())
    }

    /// Requires a page.
    pub fn expect_page(&mut self, request: ProbeRequest) -> ProbeResult<Rc<ProbeResponse>> {
        let response = self.ask(request)?;
        self.expect(&response, response.page().is_some(), "200 with a page")?;
        Ok(response)
    }

    /// Requires a page of those entries of the sample that `fits` selects; `which` describes them.
    pub fn expect_entries(
        &mut self,
        request: ProbeRequest,
        which: &str,
        fits: impl Fn(&ObservedEntry) -> bool,
    ) -> ProbeResult<()> {
        let response = self.ask(request)?;
        let expected: Vec<_> = self.survey.sample.iter().filter(|entry| fits(entry)).collect();
        let count = expected.len();
        let expected = EntryCounts::new(expected);
        if response.page().is_some_and(|page| EntryCounts::new(page) == expected) {
            return Ok(());
        }
        let expected = match count {
            0 => format!("200 without an entry: {which}"),
            count => format!("200 with {}: {which}", counted(count, "entry", "entries")),
        };
        self.mismatch(&response, expected)
    }

    /// Requires that a filter selects the entries whose field has its value.
    pub fn expect_filter(&mut self, parameter: &str, (field, value): (&str, &str), which: &str) -> ProbeResult<()> {
        let request = self.filter_request(parameter, value);
        self.expect_entries(request, which, |entry| entry.has(field, value))
    }

    /// Whether a response has those entries of the sample that `fits` selects. For a probe that depends on it, but
    /// does not check it.
    pub fn returns(&mut self, request: ProbeRequest, fits: impl Fn(&ObservedEntry) -> bool) -> ProbeResult<bool> {
        match self.expect_entries(request, "", fits) {
            Ok(()) => Ok(true),
            Err(ProbeFailure::Mismatch(_)) => {
                self.has_doubts = true;
                Ok(false)
            }
            Err(inconclusive @ ProbeFailure::Inconclusive(_)) => Err(inconclusive),
        }
    }

    /// Whether a filter selects the entries whose field has its value.
    pub fn filter_works(&mut self, parameter: &str, (field, value): (&str, &str)) -> ProbeResult<bool> {
        let request = self.filter_request(parameter, value);
        self.returns(request, |entry| entry.has(field, value))
    }
}
