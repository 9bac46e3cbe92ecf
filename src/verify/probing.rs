//! What every probe needs: to ask, to compare with what is known, and to say what follows.

use std::cell::Cell;
use std::rc::Rc;

use super::answer::{Answer, Seen, same_entries};
use super::ask::{Asker, Unasked};
use super::found::{Found, Probe, Verdict, cannot_tell, differs_in};
use super::look::{self, Look, Ranges};
use super::moment::{Moment, Stretch};
use super::question::Request;
use super::report::{Difference, Outcome};
use crate::text::counted;

/// A server, and what is known of it.
pub struct Probing<'a> {
    asker: Asker<'a>,
    look: Look,
    /// What the running probe had no way to ask.
    untold: Vec<String>,
    /// Whether it met what does not fit: entries may have come in.
    doubt: bool,
    /// Whether it looked at the sample.
    looked: Cell<bool>,
}

impl<'a> Probing<'a> {
    /// How often a probe runs while entries come in.
    const RUNS: usize = 3;

    /// Looks at what is there.
    ///
    /// # Errors
    /// When there is no Cortex API that answers the token.
    pub fn begin(mut asker: Asker<'a>) -> Result<Self, String> {
        look::greet(&mut asker)?;
        let look = Look::at(&mut asker).map_err(|Unasked(why)| why)?;
        let mut probing = Self { asker, look, untold: Vec::new(), doubt: false, looked: Cell::default() };
        // What seems to be wrong may have moved between two questions.
        if matches!(probing.look.ranges, Ranges::Wrong(_)) {
            probing.asker.forget();
            probing.look = Look::at(&mut probing.asker).map_err(|Unasked(why)| why)?;
        }
        Ok(probing)
    }

    pub fn url(&self) -> String {
        self.asker.connection().url().to_string()
    }

    pub fn requests(&self) -> usize {
        self.asker.requests()
    }

    pub fn asker(&self) -> &Asker<'a> {
        &self.asker
    }

    /// Runs a probe; once more when entries came in meanwhile and it met what does not fit.
    pub fn outcome(&mut self, probe: Probe) -> Outcome {
        for _ in 0..Self::RUNS {
            self.untold.clear();
            self.doubt = false;
            self.looked.set(false);
            let found = probe(self);
            // What it concluded from a sample that is not whole means nothing.
            if let Some(why) = self.look.unknown.as_ref().filter(|_| self.looked.get()) {
                return Outcome::CannotTell { why: why.clone() };
            }
            let doubtful = self.doubt || matches!(found, Err(Verdict::Differs(_)));
            if !doubtful || !self.moved() {
                return self.said(found);
            }
            self.asker.forget();
        }
        Outcome::CannotTell { why: "the entries keep changing while they are read".to_owned() }
    }

    fn said(&self, found: Found) -> Outcome {
        match found {
            Ok(evidence) if self.untold.is_empty() => Outcome::Agrees { evidence: self.asker.shown(&evidence) },
            Ok(_) => Outcome::CannotTell { why: self.asker.shown(&self.untold.join("; ")) },
            Err(Verdict::CannotTell(why)) => Outcome::CannotTell { why: self.asker.shown(&why) },
            Err(Verdict::Differs(difference)) => Outcome::Differs(Difference {
                request: self.asker.shown(&difference.request),
                expected: self.asker.shown(&difference.expected),
                answered: self.asker.shown(&difference.answered),
            }),
        }
    }

    /// Reads the sample again; whether it is another one now.
    fn moved(&mut self) -> bool {
        let request = self.look.request();
        let Ok(answer) = self.asker.ask_anew(&request) else { return false };
        match answer.page() {
            Some(page) if !same_entries(page, &self.look.sample) => {
                self.look.sample = page.to_vec();
                true
            }
            _ => false,
        }
    }

    // What is known

    /// The entries that all questions are about, in the server's order.
    pub fn sample(&self) -> &[Seen] {
        self.looked.set(true);
        &self.look.sample
    }

    pub fn ranges(&self) -> &Ranges {
        &self.look.ranges
    }

    /// A question for a range of time, in these words.
    pub fn times(&self, start: &str, end: &str) -> Request {
        Request::logs(format!("startTime={start}&endTime={end}&{}", self.look.page()))
    }

    /// The question for the whole sample.
    pub fn sample_request(&self) -> Request {
        self.looked.set(true);
        self.look.request()
    }

    /// A question for the entries of the sample that these parameters choose.
    pub fn within(&self, parameters: &str) -> Request {
        self.looked.set(true);
        Request::logs(self.look.query(parameters))
    }

    /// How the first page is asked for.
    pub fn first(&self) -> &'static str {
        self.look.first
    }

    /// A question for one entry: the shortest one that is answered.
    pub fn short(&self) -> Request {
        Request::logs(format!("{}&pageSize=1", self.look.first))
    }

    /// A question for a page of the sample.
    pub fn paged(&self, parameters: &str) -> Request {
        self.looked.set(true);
        let times = self.look.stretch.map(|stretch| stretch.query()).unwrap_or_default();
        let between = if times.is_empty() || parameters.is_empty() { "" } else { "&" };
        Request::logs(format!("{times}{between}{parameters}"))
    }

    /// An instant amid the sample, and the stretch that holds it, of a server that keeps to ranges of time.
    pub fn moment(&self) -> Result<(Moment, Stretch), Verdict> {
        match (&self.look.ranges, self.look.moment, self.look.stretch) {
            (Ranges::Kept, Some(moment), Some(stretch)) => Ok((moment, stretch)),
            (Ranges::Unknown(why), ..) => cannot_tell(why.as_str()),
            (Ranges::Refused(_), ..) => cannot_tell("a plain range of time is refused, see TIME-FORMAT"),
            (Ranges::Wrong(_), ..) => cannot_tell("ranges of time are not kept, see TIME-RANGE"),
            (Ranges::Kept, ..) if self.look.sample.is_empty() => cannot_tell("there are no entries"),
            (Ranges::Kept, ..) => cannot_tell("no two entries are more than two seconds apart"),
        }
    }

    /// Notes that a part of the rule cannot be told.
    pub fn untold(&mut self, why: impl Into<String>) {
        self.untold.push(why.into());
    }

    /// Notes that nothing can be told of filters when there is nothing to filter.
    pub fn needs_entries(&mut self) {
        if self.look.sample.is_empty() {
            self.untold("it is accepted, but there are no entries");
        }
    }

    // Asking

    pub fn ask(&mut self, request: &Request) -> Result<Rc<Answer>, Verdict> {
        Ok(self.asker.ask(request)?)
    }

    pub fn ask_anew(&mut self, request: &Request) -> Result<Rc<Answer>, Verdict> {
        Ok(self.asker.ask_anew(request)?)
    }

    /// An answer that is not as the contract says.
    pub fn differs<T>(&self, request: &Request, expected: impl Into<String>, answer: &Answer) -> Result<T, Verdict> {
        let answered = self.asker.told(answer);
        differs_in(request, expected, answered)
    }

    /// A question that must have an answer of this status.
    pub fn status(&mut self, request: &Request, status: u16) -> Result<Rc<Answer>, Verdict> {
        let answer = self.ask(request)?;
        if answer.status() == status { Ok(answer) } else { self.differs(request, status.to_string(), &answer) }
    }

    /// A question that must be answered with a page.
    pub fn page(&mut self, request: &Request) -> Result<Rc<Answer>, Verdict> {
        let answer = self.ask(request)?;
        if answer.page().is_some() { Ok(answer) } else { self.differs(request, "200 with a page", &answer) }
    }

    /// A question that must be answered with these entries of the sample; `which` tells them in words.
    pub fn same(
        &mut self,
        request: &Request,
        which: &str,
        keep: impl Fn(&Seen) -> bool,
    ) -> Result<Rc<Answer>, Verdict> {
        let answer = self.ask(request)?;
        let expected: Vec<&Seen> = self.look.sample.iter().filter(|seen| keep(seen)).collect();
        if answer.page().is_some_and(|page| same_entries(page, expected.iter().copied())) {
            return Ok(answer);
        }
        let expected = match expected.len() {
            0 => format!("200 without an entry: {which}"),
            count => format!("200 with {}: {which}", counted(count, "entry", "entries")),
        };
        self.differs(request, expected, &answer)
    }

    /// Whether a question is answered with these entries: for a probe that needs it and is not about it.
    pub fn holds(&mut self, request: &Request, keep: impl Fn(&Seen) -> bool) -> Result<bool, Verdict> {
        match self.same(request, "", keep) {
            Ok(_) => Ok(true),
            Err(Verdict::Differs(_)) => {
                self.doubt = true;
                Ok(false)
            }
            Err(cannot_tell) => Err(cannot_tell),
        }
    }
}
