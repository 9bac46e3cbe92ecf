//! What is there: a stretch of the past whose entries are all known, from which the probes pick their values.

use std::rc::Rc;

use super::client::{ProbeClient, RequestFailed};
use super::report::Mismatch;
use super::request::ProbeRequest;
use super::response::{ObservedEntry, ProbeResponse, same_entries};
use super::sample_range::{SampleRange, SplitTime};
use crate::contract::{DEFAULT_PAGE_SIZE, MAX_PAGE_SIZE, Timestamp};
use crate::remote::RequestError;
use ureq::http::header::CONTENT_TYPE;

/// What is known of the server's entries.
#[derive(Debug)]
pub struct Survey {
    /// How the first page is asked for: `page=0`, unless the server does not take that.
    pub first_page: &'static str,
    /// Entries in a page: the most that the server gives.
    pub page_size: usize,
    /// Where all of the sample is; `None` when the sample is all that the server has.
    pub range: Option<SampleRange>,
    /// Every entry of the stretch, in the server's order.
    pub sample: Vec<ObservedEntry>,
    /// Why that is not so: there are more entries than a page has room for, and no range of time to ask for some.
    pub incomplete: Option<String>,
    /// An instant amid the sample.
    pub split: Option<SplitTime>,
    /// Whether the server keeps to ranges of time.
    pub range_support: RangeSupport,
}

/// Whether a server keeps to ranges of time, in their plainest form.
#[derive(Debug, Clone)]
pub enum RangeSupport {
    Supported,
    /// The form is not read.
    Refused(Mismatch),
    /// It is read, and other entries are answered.
    Wrong(Mismatch),
    /// Why that cannot be known.
    Unknown(String),
}

/// The first question: whatever there is, as little said as can be.
pub fn newest() -> ProbeRequest {
    ProbeRequest::logs("")
}

/// The newest entries, as many as the API gives.
pub fn widest() -> ProbeRequest {
    ProbeRequest::logs(format!("page=0&pageSize={MAX_PAGE_SIZE}"))
}

/// Whether this is a Cortex API that answers this token; if not, one sentence why.
pub fn check_is_cortex(client: &mut ProbeClient<'_>) -> Result<(), String> {
    let mut answer = client.request(&newest()).map_err(|RequestFailed(why)| why)?;
    if answer.status() == 400 {
        // Page and size are published as required: where they are, PAGE-BOUNDS tells.
        answer = client.request(&widest()).map_err(|RequestFailed(why)| why)?;
    }
    let connection = client.connection();
    let failure = match (answer.status(), &answer.body, answer.page()) {
        (200, _, Some(_)) => return Ok(()),
        (200, Some(_), None) => {
            connection.not_cortex("its JSON is no page of audit logs, which has a list of entries in \"logs\"")
        }
        (200, None, _) if answer.reply.is_json() => connection.not_cortex("its answer is no JSON object"),
        (200, None, _) => {
            let kind = answer.reply.header(CONTENT_TYPE).unwrap_or("something without a content type");
            connection.not_cortex(&format!("it answers {}", connection.token().excerpt(kind)))
        }
        _ => connection.error_for(&answer.reply),
    };
    match failure {
        RequestError::Retryable { why, .. } | RequestError::Unreachable(why) | RequestError::Permanent(why) => Err(why),
    }
}

impl Survey {
    /// Looks; a difference that it meets is kept for the rule that it belongs to.
    pub fn at(client: &mut ProbeClient<'_>) -> Result<Self, RequestFailed> {
        let mut survey = Self::first(client)?;
        if survey.sample.is_empty() {
            return Ok(survey);
        }
        survey.narrow(client)?;
        if matches!(survey.range_support, RangeSupport::Supported) {
            survey.halve(client)?;
        }
        Ok(survey)
    }

    /// The newest entries; of a server that has more than a page, only those.
    fn first(client: &mut ProbeClient<'_>) -> Result<Self, RequestFailed> {
        let mut first = "page=0";
        let mut wide = client.request(&widest())?;
        let narrow = client.request(&newest())?;
        if wide.page().is_none() {
            let from_one = client.request(&ProbeRequest::logs(format!("page=1&pageSize={MAX_PAGE_SIZE}")))?;
            if from_one.page().is_some_and(|page| !page.is_empty()) {
                (first, wide) = ("page=1", from_one);
            }
        }
        let (page, most, total) = match (wide.page(), narrow.page()) {
            (Some(page), _) => (page, MAX_PAGE_SIZE as usize, wide.number("total")),
            (None, page) => (page.unwrap_or_default(), DEFAULT_PAGE_SIZE as usize, narrow.number("total")),
        };
        let cut_short = page.len() < most && total.is_some_and(|total| total > page.len() as u64);
        let size = if cut_short { page.len().max(1) } else { most };
        let older = page.len() >= size;
        let instants = instants(page);
        let mut survey = Self {
            first_page: first,
            page_size: size,
            range: None,
            sample: page.to_vec(),
            incomplete: None,
            split: None,
            range_support: RangeSupport::Supported,
        };
        if page.iter().any(|seen| seen.at.is_none()) {
            survey.range_support = RangeSupport::Unknown("the timestamps cannot be read, see RES-TIMESTAMP".to_owned());
        } else {
            survey.range = SampleRange::around(&instants, older);
        }
        if older && survey.range.is_none() {
            let why = "there are more entries than fit on a page, and their times do not tell them apart";
            survey.incomplete = Some(why.to_owned());
            survey.range_support = RangeSupport::Unknown(why.to_owned());
        }
        survey.split = SplitTime::between(&instants);
        Ok(survey)
    }

    /// Reads the stretch alone: the same entries as were seen in it before.
    fn narrow(&mut self, client: &mut ProbeClient<'_>) -> Result<(), RequestFailed> {
        let Some(stretch) = self.range else { return Ok(()) };
        let expected: Vec<ObservedEntry> =
            self.sample.iter().filter(|seen| seen.at.is_some_and(|at| stretch.holds(at))).cloned().collect();
        let complete = self.sample.len() < self.page_size;
        let request = self.request();
        let answer = client.request(&request)?;
        if let Some(page) = answer.page().filter(|page| same_entries(*page, &expected)) {
            self.split = SplitTime::between(&instants(page));
            self.sample = page.to_vec();
            return Ok(());
        }
        self.range_support = broken(client, &request, &answer, expected.len());
        self.range = None;
        if !complete {
            let why = "there are more entries than fit on a page, and ranges of time are not as expected, see TIME-RANGE and TIME-FORMAT";
            self.incomplete = Some(why.to_owned());
        }
        Ok(())
    }

    /// Asks for both sides of an instant amid the stretch.
    fn halve(&mut self, client: &mut ProbeClient<'_>) -> Result<(), RequestFailed> {
        let (Some(stretch), Some(moment)) = (self.range, self.split) else {
            self.range_support = RangeSupport::Unknown("no two entries are more than two seconds apart".to_owned());
            return Ok(());
        };
        let later = (SampleRange { start: moment.at, ..stretch }, true);
        let earlier = (SampleRange { end: moment.at, ..stretch }, false);
        for (half, is_later) in [later, earlier] {
            let expected: Vec<&ObservedEntry> =
                self.sample.iter().filter(|seen| seen.is_from(moment.at) == is_later).collect();
            let request = ProbeRequest::logs(format!("{}&{}", half.query(), self.page()));
            let answer = client.request(&request)?;
            if !answer.page().is_some_and(|page| same_entries(page, expected.iter().copied())) {
                self.range_support = broken(client, &request, &answer, expected.len());
                return Ok(());
            }
        }
        Ok(())
    }

    /// The question for the sample.
    pub fn request(&self) -> ProbeRequest {
        ProbeRequest::logs(self.query(""))
    }

    /// The first page, as long as a page can be; said in full, because it is published as required.
    pub fn page(&self) -> String {
        format!("{}&pageSize={}", self.first_page, self.page_size)
    }

    /// A query for some of the sample: its stretch, these parameters, and a page that holds all of it.
    pub fn query(&self, parameters: &str) -> String {
        let times = self.range.map(|stretch| stretch.query()).unwrap_or_default();
        let page = self.page();
        let parts = [times.as_str(), parameters, page.as_str()];
        parts.into_iter().filter(|part| !part.is_empty()).collect::<Vec<_>>().join("&")
    }
}

/// The instants of entries, in order, each once.
pub fn instants(entries: &[ObservedEntry]) -> Vec<Timestamp> {
    let mut instants: Vec<Timestamp> = entries.iter().filter_map(|seen| seen.at).collect();
    instants.sort_unstable();
    instants.dedup();
    instants
}

fn broken(
    client: &ProbeClient<'_>,
    request: &ProbeRequest,
    answer: &Rc<ProbeResponse>,
    expected: usize,
) -> RangeSupport {
    let difference = Mismatch {
        request: request.to_string(),
        expected: format!("200 with the entries of that range, which are {expected}"),
        answered: client.told(answer),
    };
    if answer.page().is_some() { RangeSupport::Wrong(difference) } else { RangeSupport::Refused(difference) }
}
