//! What is there: a stretch of the past whose entries are all known, from which the probes pick their values.

use std::rc::Rc;

use super::answer::{Answer, Seen, same_entries};
use super::ask::{Asker, Unasked};
use super::moment::{Moment, Stretch};
use super::question::Request;
use super::report::Difference;
use crate::contract::{DEFAULT_PAGE_SIZE, MAX_PAGE_SIZE, Timestamp};
use crate::remote::Failure;
use ureq::http::header::CONTENT_TYPE;

/// What is known of the server's entries.
#[derive(Debug)]
pub struct Look {
    /// How the first page is asked for: `page=0`, unless the server does not take that.
    pub first: &'static str,
    /// Entries in a page: the most that the server gives.
    pub size: usize,
    /// Where all of the sample is; `None` when the sample is all that the server has.
    pub stretch: Option<Stretch>,
    /// Every entry of the stretch, in the server's order.
    pub sample: Vec<Seen>,
    /// Why that is not so: there are more entries than a page has room for, and no range of time to ask for some.
    pub unknown: Option<String>,
    /// An instant amid the sample.
    pub moment: Option<Moment>,
    /// Whether the server keeps to ranges of time.
    pub ranges: Ranges,
}

/// Whether a server keeps to ranges of time, in their plainest form.
#[derive(Debug, Clone)]
pub enum Ranges {
    Kept,
    /// The form is not read.
    Refused(Difference),
    /// It is read, and other entries are answered.
    Wrong(Difference),
    /// Why that cannot be known.
    Unknown(String),
}

/// The first question: whatever there is, as little said as can be.
pub fn newest() -> Request {
    Request::logs("")
}

/// The newest entries, as many as the API gives.
pub fn widest() -> Request {
    Request::logs(format!("page=0&pageSize={MAX_PAGE_SIZE}"))
}

/// Whether this is a Cortex API that answers this token; if not, one sentence why.
pub fn greet(asker: &mut Asker<'_>) -> Result<(), String> {
    let mut answer = asker.ask(&newest()).map_err(|Unasked(why)| why)?;
    if answer.status() == 400 {
        // Page and size are published as required: where they are, PAGE-BOUNDS tells.
        answer = asker.ask(&widest()).map_err(|Unasked(why)| why)?;
    }
    let connection = asker.connection();
    let failure = match (answer.status(), &answer.body, answer.page()) {
        (200, _, Some(_)) => return Ok(()),
        (200, Some(_), None) => {
            connection.no_cortex("its JSON is no page of audit logs, which has a list of entries in \"logs\"")
        }
        (200, None, _) if answer.reply.is_json() => connection.no_cortex("its answer is no JSON object"),
        (200, None, _) => {
            let kind = answer.reply.header(CONTENT_TYPE).unwrap_or("something without a content type");
            connection.no_cortex(&format!("it answers {}", connection.token().cleaned(kind)))
        }
        _ => connection.refused(&answer.reply),
    };
    match failure {
        Failure::Passing { why, .. } | Failure::Unreachable(why) | Failure::Final(why) => Err(why),
    }
}

impl Look {
    /// Looks; a difference that it meets is kept for the rule that it belongs to.
    pub fn at(asker: &mut Asker<'_>) -> Result<Self, Unasked> {
        let mut look = Self::first(asker)?;
        if look.sample.is_empty() {
            return Ok(look);
        }
        look.narrow(asker)?;
        if matches!(look.ranges, Ranges::Kept) {
            look.halve(asker)?;
        }
        Ok(look)
    }

    /// The newest entries; of a server that has more than a page, only those.
    fn first(asker: &mut Asker<'_>) -> Result<Self, Unasked> {
        let mut first = "page=0";
        let mut wide = asker.ask(&widest())?;
        let narrow = asker.ask(&newest())?;
        if wide.page().is_none() {
            let from_one = asker.ask(&Request::logs(format!("page=1&pageSize={MAX_PAGE_SIZE}")))?;
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
        let mut look = Self {
            first,
            size,
            stretch: None,
            sample: page.to_vec(),
            unknown: None,
            moment: None,
            ranges: Ranges::Kept,
        };
        if page.iter().any(|seen| seen.at.is_none()) {
            look.ranges = Ranges::Unknown("the timestamps cannot be read, see RES-TIMESTAMP".to_owned());
        } else {
            look.stretch = Stretch::around(&instants, older);
        }
        if older && look.stretch.is_none() {
            let why = "there are more entries than fit on a page, and their times do not tell them apart";
            look.unknown = Some(why.to_owned());
            look.ranges = Ranges::Unknown(why.to_owned());
        }
        look.moment = Moment::between(&instants);
        Ok(look)
    }

    /// Reads the stretch alone: the same entries as were seen in it before.
    fn narrow(&mut self, asker: &mut Asker<'_>) -> Result<(), Unasked> {
        let Some(stretch) = self.stretch else { return Ok(()) };
        let expected: Vec<Seen> =
            self.sample.iter().filter(|seen| seen.at.is_some_and(|at| stretch.holds(at))).cloned().collect();
        let complete = self.sample.len() < self.size;
        let request = self.request();
        let answer = asker.ask(&request)?;
        if let Some(page) = answer.page().filter(|page| same_entries(*page, &expected)) {
            self.moment = Moment::between(&instants(page));
            self.sample = page.to_vec();
            return Ok(());
        }
        self.ranges = broken(asker, &request, &answer, expected.len());
        self.stretch = None;
        if !complete {
            let why = "there are more entries than fit on a page, and ranges of time are not as expected, see TIME-RANGE and TIME-FORMAT";
            self.unknown = Some(why.to_owned());
        }
        Ok(())
    }

    /// Asks for both sides of an instant amid the stretch.
    fn halve(&mut self, asker: &mut Asker<'_>) -> Result<(), Unasked> {
        let (Some(stretch), Some(moment)) = (self.stretch, self.moment) else {
            self.ranges = Ranges::Unknown("no two entries are more than two seconds apart".to_owned());
            return Ok(());
        };
        let later = (Stretch { start: moment.at, ..stretch }, true);
        let earlier = (Stretch { end: moment.at, ..stretch }, false);
        for (half, is_later) in [later, earlier] {
            let expected: Vec<&Seen> = self.sample.iter().filter(|seen| seen.is_from(moment.at) == is_later).collect();
            let request = Request::logs(format!("{}&{}", half.query(), self.page()));
            let answer = asker.ask(&request)?;
            if !answer.page().is_some_and(|page| same_entries(page, expected.iter().copied())) {
                self.ranges = broken(asker, &request, &answer, expected.len());
                return Ok(());
            }
        }
        Ok(())
    }

    /// The question for the sample.
    pub fn request(&self) -> Request {
        Request::logs(self.query(""))
    }

    /// The first page, as long as a page can be; said in full, because it is published as required.
    pub fn page(&self) -> String {
        format!("{}&pageSize={}", self.first, self.size)
    }

    /// A query for some of the sample: its stretch, these parameters, and a page that holds all of it.
    pub fn query(&self, parameters: &str) -> String {
        let times = self.stretch.map(|stretch| stretch.query()).unwrap_or_default();
        let page = self.page();
        let parts = [times.as_str(), parameters, page.as_str()];
        parts.into_iter().filter(|part| !part.is_empty()).collect::<Vec<_>>().join("&")
    }
}

/// The instants of entries, in order, each once.
pub fn instants(entries: &[Seen]) -> Vec<Timestamp> {
    let mut instants: Vec<Timestamp> = entries.iter().filter_map(|seen| seen.at).collect();
    instants.sort_unstable();
    instants.dedup();
    instants
}

fn broken(asker: &Asker<'_>, request: &Request, answer: &Rc<Answer>, expected: usize) -> Ranges {
    let difference = Difference {
        request: request.to_string(),
        expected: format!("200 with the entries of that range, which are {expected}"),
        answered: asker.told(answer),
    };
    if answer.page().is_some() { Ranges::Wrong(difference) } else { Ranges::Refused(difference) }
}
