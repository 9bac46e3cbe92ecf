//! All entries of a store at one moment. It never changes: whoever reads it is not disturbed by who adds.

use std::cmp::Reverse;
use std::sync::Arc;

use super::base_segment::BaseSegment;
use super::key::Key;
use super::matched_rows::{self, Hits};
use super::page_body::PageBody;
use super::segment::{Builder, Segment};
use super::source::{Loose, Source};
use super::summary::Summary;
use super::timestamp_formatter::TimestampFormatter;
use super::{EntryRef, RenderedPage};
use crate::contract::{Entry, Filters, Page, Query, Timestamp, Vocabulary};

/// The base, what was added since in runs, and the latest one by one.
#[derive(Debug, Clone)]
pub struct Snapshot {
    base: Arc<BaseSegment>,
    /// Each about twice as long as the next, so that there are few.
    runs: Vec<Arc<Segment>>,
    /// In the order of answers.
    loose: Vec<Arc<Loose>>,
    /// How many entries were added.
    added: usize,
    vocabulary: Arc<Vocabulary>,
}

impl Snapshot {
    /// So many loose entries are looked through for each query; more become a run.
    const MOST_LOOSE: usize = 256;

    pub fn new(base: Arc<BaseSegment>) -> Self {
        let vocabulary = Arc::clone(base.vocabulary());
        Self { base, runs: Vec::new(), loose: Vec::new(), added: 0, vocabulary }
    }

    /// The same with more entries.
    pub fn with(&self, entries: impl IntoIterator<Item = Entry>) -> Self {
        let mut snapshot = self.clone();
        for entry in entries {
            if !snapshot.vocabulary.knows(&entry) {
                Arc::make_mut(&mut snapshot.vocabulary).learn(&entry);
            }
            snapshot.added += 1;
            snapshot.loose.push(Arc::new(Loose::new(entry, snapshot.added)));
        }
        snapshot.loose.sort_by_key(|loose| loose.key());
        if snapshot.loose.len() > Self::MOST_LOOSE {
            snapshot.settle();
        }
        snapshot
    }

    /// Makes a run of the loose entries, together with the runs that are not much longer.
    fn settle(&mut self) {
        let mut builder = Builder::default();
        for loose in self.loose.drain(..) {
            builder.push(&loose.entry, loose.arrival);
        }
        while let Some(run) = self.runs.pop_if(|run| run.len() < 2 * builder.len()) {
            for row in 0..run.len() {
                builder.push(&run.entry(row), run.arrival(row));
            }
        }
        self.runs.push(Arc::new(builder.finish()));
    }

    pub fn len(&self) -> usize {
        self.base.run().len() + self.added
    }

    /// How many entries were added.
    pub fn added(&self) -> usize {
        self.added
    }

    pub fn vocabulary(&self) -> &Arc<Vocabulary> {
        &self.vocabulary
    }

    fn hits(&self, from: Option<Timestamp>, to: Option<Timestamp>, filters: &Filters) -> Vec<Hits<'_>> {
        let sources = self.sources().filter(|source| source.len() > 0);
        sources.map(|source| Hits::of(source, from, to, filters)).filter(|hits| hits.len() > 0).collect()
    }

    /// The base, and what was added in the order in which it came.
    pub fn sources(&self) -> impl Iterator<Item = Source<'_>> {
        let runs = std::iter::once(self.base.run()).chain(self.runs.iter().map(AsRef::as_ref)).map(Source::Segment);
        runs.chain(std::iter::once(Source::Loose(&self.loose)))
    }

    /// The hits of a query, how many they are, and how many come before the page.
    fn paged(&self, query: &Query) -> (Vec<Hits<'_>>, usize, usize) {
        let hits = self.hits(query.start_time, query.end_time, &query.filters);
        let total = hits.iter().map(Hits::len).sum();
        (hits, total, (query.page as usize).saturating_mul(query.page_size as usize))
    }

    pub fn page(&self, query: &Query) -> Page {
        let (hits, total, skip) = self.paged(query);
        let mut logs = Vec::new();
        matched_rows::each(&hits, skip, query.page_size as usize, |source, row| logs.push(source.entry(row)));
        Page { logs, page: query.page, total, total_pages: total.div_ceil(query.page_size as usize) }
    }

    pub fn render_page(&self, query: &Query) -> RenderedPage {
        let (hits, total, skip) = self.paged(query);
        let size = query.page_size as usize;
        let entries = total.saturating_sub(skip).min(size);
        let total_pages = total.div_ceil(size);
        let mut body = PageBody::after(b"{\"logs\":[");
        let mut printer = TimestampFormatter::new();
        match hits.as_slice() {
            [only] => match only.stretch(skip, size) {
                Some(rows) => only.source.write_all(rows, &mut printer, &mut body),
                None => only.source.write_each(&only.some(skip, size), &mut printer, body.text()),
            },
            _ => matched_rows::each(&hits, skip, size, |source, row| {
                source.write(row, &mut printer, body.text());
                body.text().push(b',');
            }),
        }
        if entries > 0 {
            body.pop();
        }
        let text = body.text();
        for (before, number) in
            [("],\"page\":", query.page as usize), (",\"total\":", total), (",\"totalPages\":", total_pages)]
        {
            text.extend_from_slice(before.as_bytes());
            push_number(number, text);
        }
        text.push(b'}');
        RenderedPage { body: body.finish(), entries, total_pages, arrivals: self.added }
    }

    pub fn entries(&self, from: Option<Timestamp>, to: Option<Timestamp>, filters: &Filters) -> Vec<EntryRef> {
        let hits = self.hits(from, to, filters);
        let mut history = Vec::with_capacity(hits.iter().map(Hits::len).sum());
        matched_rows::each(&hits, 0, usize::MAX, |source, row| history.push(self.held(source, row)));
        history
    }

    pub fn summary(&self, from: Option<Timestamp>, to: Option<Timestamp>, filters: &Filters) -> Summary {
        // The few that are in no run make one of their own, so that all are counted in the same way.
        let mut loose = Builder::default();
        self.loose.iter().for_each(|each| loose.push(&each.entry, each.arrival));
        let loose = loose.finish();
        let added = self.runs.iter().map(AsRef::as_ref).chain([&loose]);
        let runs: Vec<&Segment> = std::iter::once(self.base.run()).chain(added).collect();
        Summary::over(&runs, &self.vocabulary, from, to, filters)
    }

    pub fn held(&self, source: &Source<'_>, row: usize) -> EntryRef {
        let Key { newest: Reverse((millis, nanos)), arrival } = source.key(row);
        let number = arrival.checked_sub(1).map_or(row, |earlier| self.base.run().len() + earlier);
        EntryRef { number, arrival, timestamp: Timestamp::from_parts(millis, nanos) }
    }

    pub fn entry(&self, held: &EntryRef) -> Option<Entry> {
        if held.arrival == 0 {
            let base = self.base.run();
            return (held.number < base.len()).then(|| base.entry(held.number));
        }
        let key = Key { newest: Reverse(held.timestamp.parts()), arrival: held.arrival };
        let runs = self.runs.iter().map(|run| Source::Segment(run));
        runs.chain([Source::Loose(&self.loose)]).find_map(|source| {
            let row = source.first_from(|other| other < key);
            (row < source.len() && source.key(row) == key).then(|| source.entry(row))
        })
    }
}

/// In decimal digits, without the machinery of `format!`.
fn push_number(mut number: usize, to: &mut Vec<u8>) {
    let mut digits = [b'0'; 20];
    let mut first = digits.len();
    loop {
        first -= 1;
        digits[first] += u8::try_from(number % 10).unwrap_or_default();
        number /= 10;
        if number == 0 {
            return to.extend_from_slice(&digits[first..]);
        }
    }
}
