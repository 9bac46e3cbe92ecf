//! What every probe needs: to ask, to compare with what is known, and to say what follows.

use std::cell::Cell;
use std::rc::Rc;

use super::client::{ProbeClient, RequestFailed};
use super::probe_result::{Probe, ProbeFailure, ProbeResult, inconclusive, mismatch_in};
use super::report::{Mismatch, Outcome};
use super::request::ProbeRequest;
use super::response::{ObservedEntry, ProbeResponse, same_entries};
use super::sample_range::{SampleRange, SplitTime};
use super::survey::{self, RangeSupport, Survey};
use crate::text::counted;

/// A server, and what is known of it.
pub struct ProbeContext<'a> {
    client: ProbeClient<'a>,
    survey: Survey,
    /// What the running probe had no way to ask.
    gaps: Vec<String>,
    /// Whether it met what does not fit: entries may have come in.
    unexpected: bool,
    /// Whether it looked at the sample.
    used_sample: Cell<bool>,
}

impl<'a> ProbeContext<'a> {
    /// How often a probe runs while entries come in.
    const MAX_RUNS: usize = 3;

    /// Looks at what is there.
    ///
    /// # Errors
    /// When there is no Cortex API that answers the token.
    pub fn new(mut client: ProbeClient<'a>) -> Result<Self, String> {
        survey::check_is_cortex(&mut client)?;
        let survey = Survey::at(&mut client).map_err(|RequestFailed(why)| why)?;
        let mut context = Self { client, survey, gaps: Vec::new(), unexpected: false, used_sample: Cell::default() };
        // What seems to be wrong may have moved between two questions.
        if matches!(context.survey.range_support, RangeSupport::Wrong(_)) {
            context.client.forget();
            context.survey = Survey::at(&mut context.client).map_err(|RequestFailed(why)| why)?;
        }
        Ok(context)
    }

    pub fn url(&self) -> String {
        self.client.connection().url().to_string()
    }

    pub fn requests(&self) -> usize {
        self.client.requests()
    }

    pub fn client(&self) -> &ProbeClient<'a> {
        &self.client
    }

    /// Runs a probe; once more when entries came in meanwhile and it met what does not fit.
    pub fn run(&mut self, probe: Probe) -> Outcome {
        for _ in 0..Self::MAX_RUNS {
            self.gaps.clear();
            self.unexpected = false;
            self.used_sample.set(false);
            let found = probe(self);
            // What it concluded from a sample that is not whole means nothing.
            if let Some(why) = self.survey.incomplete.as_ref().filter(|_| self.used_sample.get()) {
                return Outcome::Inconclusive { why: why.clone() };
            }
            let is_suspicious = self.unexpected || matches!(found, Err(ProbeFailure::Mismatch(_)));
            if !is_suspicious || !self.sample_changed() {
                return self.outcome_of(found);
            }
            self.client.forget();
        }
        Outcome::Inconclusive { why: "the entries keep changing while they are read".to_owned() }
    }

    fn outcome_of(&self, found: ProbeResult) -> Outcome {
        match found {
            Ok(evidence) if self.gaps.is_empty() => Outcome::Agrees { evidence: self.client.shown(&evidence) },
            Ok(_) => Outcome::Inconclusive { why: self.client.shown(&self.gaps.join("; ")) },
            Err(ProbeFailure::Inconclusive(why)) => Outcome::Inconclusive { why: self.client.shown(&why) },
            Err(ProbeFailure::Mismatch(difference)) => Outcome::Mismatch(Mismatch {
                request: self.client.shown(&difference.request),
                expected: self.client.shown(&difference.expected),
                answered: self.client.shown(&difference.answered),
            }),
        }
    }

    /// Reads the sample again; whether it is another one now.
    fn sample_changed(&mut self) -> bool {
        let request = self.survey.request();
        let Ok(answer) = self.client.request_again(&request) else { return false };
        match answer.page() {
            Some(page) if !same_entries(page, &self.survey.sample) => {
                self.survey.sample = page.to_vec();
                true
            }
            _ => false,
        }
    }

    // What is known

    /// The entries that all questions are about, in the server's order.
    pub fn sample(&self) -> &[ObservedEntry] {
        self.used_sample.set(true);
        &self.survey.sample
    }

    pub fn range_support(&self) -> &RangeSupport {
        &self.survey.range_support
    }

    /// A question for a range of time, in these words.
    pub fn range_request(&self, start: &str, end: &str) -> ProbeRequest {
        ProbeRequest::logs(format!("startTime={start}&endTime={end}&{}", self.survey.page()))
    }

    /// A question for the entries of the sample that these parameters choose.
    pub fn sample_request(&self, parameters: &str) -> ProbeRequest {
        self.used_sample.set(true);
        ProbeRequest::logs(self.survey.query(parameters))
    }

    /// How the first page is asked for.
    pub fn first_page(&self) -> &'static str {
        self.survey.first_page
    }

    /// A question for one entry: the shortest one that is answered.
    pub fn minimal_request(&self) -> ProbeRequest {
        ProbeRequest::logs(format!("{}&pageSize=1", self.survey.first_page))
    }

    /// A question for a page of the sample.
    pub fn page_request(&self, parameters: &str) -> ProbeRequest {
        self.used_sample.set(true);
        let times = self.survey.range.map(|stretch| stretch.query()).unwrap_or_default();
        let between = if times.is_empty() || parameters.is_empty() { "" } else { "&" };
        ProbeRequest::logs(format!("{times}{between}{parameters}"))
    }

    /// An instant amid the sample, and the stretch that holds it, of a server that keeps to ranges of time.
    pub fn split_time(&self) -> Result<(SplitTime, SampleRange), ProbeFailure> {
        match (&self.survey.range_support, self.survey.split, self.survey.range) {
            (RangeSupport::Supported, Some(moment), Some(stretch)) => Ok((moment, stretch)),
            (RangeSupport::Unknown(why), ..) => inconclusive(why.as_str()),
            (RangeSupport::Refused(_), ..) => inconclusive("a plain range of time is refused, see TIME-FORMAT"),
            (RangeSupport::Wrong(_), ..) => inconclusive("ranges of time are not kept, see TIME-RANGE"),
            (RangeSupport::Supported, ..) if self.survey.sample.is_empty() => inconclusive("there are no entries"),
            (RangeSupport::Supported, ..) => inconclusive("no two entries are more than two seconds apart"),
        }
    }

    /// Notes that a part of the rule cannot be told.
    pub fn add_gap(&mut self, why: impl Into<String>) {
        self.gaps.push(why.into());
    }

    /// Notes that nothing can be told of filters when there is nothing to filter.
    pub fn require_entries(&mut self) {
        if self.survey.sample.is_empty() {
            self.add_gap("it is accepted, but there are no entries");
        }
    }

    // Asking

    pub fn ask(&mut self, request: &ProbeRequest) -> Result<Rc<ProbeResponse>, ProbeFailure> {
        Ok(self.client.request(request)?)
    }

    pub fn ask_again(&mut self, request: &ProbeRequest) -> Result<Rc<ProbeResponse>, ProbeFailure> {
        Ok(self.client.request_again(request)?)
    }

    /// An answer that is not as the contract says.
    pub fn mismatch<T>(
        &self,
        request: &ProbeRequest,
        expected: impl Into<String>,
        answer: &ProbeResponse,
    ) -> Result<T, ProbeFailure> {
        let answered = self.client.told(answer);
        mismatch_in(request, expected, answered)
    }

    /// A question that must have an answer of this status.
    pub fn expect_status(&mut self, request: &ProbeRequest, status: u16) -> Result<Rc<ProbeResponse>, ProbeFailure> {
        let answer = self.ask(request)?;
        if answer.status() == status { Ok(answer) } else { self.mismatch(request, status.to_string(), &answer) }
    }

    /// A question that must be answered with a page.
    pub fn expect_page(&mut self, request: &ProbeRequest) -> Result<Rc<ProbeResponse>, ProbeFailure> {
        let answer = self.ask(request)?;
        if answer.page().is_some() { Ok(answer) } else { self.mismatch(request, "200 with a page", &answer) }
    }

    /// A question that must be answered with these entries of the sample; `which` tells them in words.
    pub fn expect_entries(
        &mut self,
        request: &ProbeRequest,
        which: &str,
        keep: impl Fn(&ObservedEntry) -> bool,
    ) -> Result<Rc<ProbeResponse>, ProbeFailure> {
        let answer = self.ask(request)?;
        let expected: Vec<&ObservedEntry> = self.survey.sample.iter().filter(|seen| keep(seen)).collect();
        if answer.page().is_some_and(|page| same_entries(page, expected.iter().copied())) {
            return Ok(answer);
        }
        let expected = match expected.len() {
            0 => format!("200 without an entry: {which}"),
            count => format!("200 with {}: {which}", counted(count, "entry", "entries")),
        };
        self.mismatch(request, expected, &answer)
    }

    /// Whether a question is answered with these entries: for a probe that needs it and is not about it.
    pub fn returns_entries(
        &mut self,
        request: &ProbeRequest,
        keep: impl Fn(&ObservedEntry) -> bool,
    ) -> Result<bool, ProbeFailure> {
        match self.expect_entries(request, "", keep) {
            Ok(_) => Ok(true),
            Err(ProbeFailure::Mismatch(_)) => {
                self.unexpected = true;
                Ok(false)
            }
            Err(cannot_tell) => Err(cannot_tell),
        }
    }
}
