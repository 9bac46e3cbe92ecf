//! The crawls of a client: a crawl reads one set of filters in one range of time, whatever the size of its pages.

use std::collections::{BTreeMap, BTreeSet, HashMap, HashSet};

use uuid::Uuid;

use super::exchange::{Exchange, Served};
use super::replay::Replay;
use crate::contract::{Filters, Query, Selection, Timestamp};

/// The crawls of one client.
pub struct Crawls<'a> {
    /// Those of each distinct query, both in the order in which they began.
    pub by_query: Vec<Vec<Crawl<'a>>>,
    /// Of each exchange by its place: the crawl that its page belongs to.
    of_exchange: Vec<Option<CrawlId>>,
}

/// The place of a crawl in [`Crawls::by_query`].
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct CrawlId {
    query: u32,
    crawl: u32,
}

/// One pass through the pages of a query, in whatever order: some clients ask for several at a time.
pub struct Crawl<'a> {
    /// The query of its first request.
    pub query: &'a Query,
    /// The pages that were served.
    pub pages: Vec<CrawledPage<'a>>,
    /// The last request, if it failed.
    pub failed: Option<&'a Exchange>,
    /// Of each page that was never served, the last request that failed.
    pub failed_pages: BTreeMap<u32, &'a Exchange>,
    /// Pages that were served again later in the crawl, once for each time.
    pub repeated: Vec<u32>,
    /// How often the page that was asked for last was asked for again.
    pub retried: usize,
    /// Whether it is a look at the first page, such as a connection test, and why: no client relies on what it was given.
    pub probe: Option<ProbeReason>,
    /// The numbers of its pages, and of those with entries.
    numbers: HashSet<u32>,
    with_entries: BTreeSet<u32>,
    /// Whether the last page was served.
    reached_end: bool,
    /// Page and page size of the last request.
    asked_last: Option<(u32, u32)>,
}

/// What tells a look at the first page from a crawl that ended there.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ProbeReason {
    /// Another crawl of the client has larger pages.
    SmallerPage,
    /// A later crawl reads what was looked at: it is judged for what was left.
    ReadLater,
}

/// A page of a crawl.
pub struct CrawledPage<'a> {
    pub exchange: &'a Exchange,
    pub served: &'a Served,
    /// It was asked for again next, so the client may never have received it.
    pub retried: bool,
}

impl<'a> Crawls<'a> {
    pub fn new(exchanges: &[&'a Exchange]) -> Self {
        let mut crawls = Self { by_query: Vec::new(), of_exchange: vec![None; exchanges.len()] };
        let mut places: HashMap<Selection, usize> = HashMap::new();
        let mut previous: Option<&Exchange> = None;
        for (place, exchange) in exchanges.iter().enumerate() {
            let Some(query) = exchange.asked_query() else { continue };
            let number = *places.entry(query.selection()).or_insert(crawls.by_query.len());
            if number == crawls.by_query.len() {
                crawls.by_query.push(Vec::new());
            }
            let theirs = &mut crawls.by_query[number];
            // The first page begins another crawl, so whether it is a retry is known from the request before.
            if let (Some(before), Some(last)) = (previous.and_then(Exchange::served_query), theirs.last_mut())
                && query.page == 0
                && before == query
                && let Some(page) = last.pages.last_mut()
            {
                page.retried = true;
                last.retried += 1;
            }
            if !theirs.last().is_some_and(|crawl| crawl.goes_on_with(exchange, query)) {
                theirs.push(Crawl::new(query));
            }
            let crawl = theirs.len() - 1;
            theirs[crawl].push(exchange, query);
            if exchange.served.is_some() {
                let index = |place| u32::try_from(place).unwrap_or(u32::MAX);
                crawls.of_exchange[place] = Some(CrawlId { query: index(number), crawl: index(crawl) });
            }
            previous = Some(exchange);
        }
        crawls.mark_probes();
        crawls
    }

    pub fn iter(&self) -> impl Iterator<Item = &Crawl<'a>> {
        self.by_query.iter().flatten()
    }

    /// The crawl that the page of an exchange belongs to, by the place of the exchange.
    pub fn of(&self, place: usize) -> Option<(CrawlId, &Crawl<'a>)> {
        let id = self.of_exchange[place]?;
        Some((id, self.get(id)))
    }

    pub fn get(&self, id: CrawlId) -> &Crawl<'a> {
        &self.by_query[id.query as usize][id.crawl as usize]
    }

    /// The identifiers of exchanges whose page was asked for again next.
    pub fn retried(&self) -> impl Iterator<Item = Uuid> {
        let pages = self.iter().flat_map(|crawl| &crawl.pages);
        pages.filter(|page| page.retried).map(|page| page.exchange.observation.id)
    }

    /// Marks the first pages that were never gone on with, where another crawl reads what they were a look at.
    fn mark_probes(&mut self) {
        let mut readers: HashMap<Filters, Readers> = HashMap::new();
        let mut all = Readers::default();
        for crawl in self.iter().filter(|crawl| !crawl.is_look()) {
            readers.entry(crawl.query.filters.sorted()).or_default().add(crawl);
            all.add(crawl);
        }
        all.sort();
        readers.values_mut().for_each(Readers::sort);
        for crawls in &mut self.by_query {
            let largest_page = crawls.iter().filter(|crawl| !crawl.is_look()).map(Crawl::page_size).max();
            for crawl in crawls.iter_mut().filter(|crawl| crawl.has_first_page_alone()) {
                let filters = crawl.query.filters.sorted();
                let readers = if filters.is_empty() { Some(&all) } else { readers.get(&filters) };
                // A smaller page of the same query is a count, even where it holds all that there is.
                let is_count = largest_page > Some(crawl.page_size());
                let of_look = || readers.filter(|_| crawl.is_look())?.probe(crawl);
                crawl.probe = if is_count { Some(ProbeReason::SmallerPage) } else { of_look() };
            }
        }
    }
}

/// Crawls that are more than a look at the first page.
#[derive(Default)]
struct Readers {
    largest_page: u32,
    /// The number of the first request of each, in order, and how far it or any later one reaches.
    reach: Vec<(usize, Timestamp)>,
}

impl Readers {
    fn add(&mut self, crawl: &Crawl<'_>) {
        self.largest_page = self.largest_page.max(crawl.page_size());
        if let (Some(exchange), Some(end)) = (crawl.first(), crawl.end()) {
            self.reach.push((exchange.number, end));
        }
    }

    fn sort(&mut self) {
        self.reach.sort_unstable();
        for place in (1..self.reach.len()).rev() {
            self.reach[place - 1].1 = self.reach[place - 1].1.max(self.reach[place].1);
        }
    }

    /// Whether a look is a probe: a crawl has larger pages, or a later one reaches as far as the look began.
    fn probe(&self, look: &Crawl<'_>) -> Option<ProbeReason> {
        if look.page_size() < self.largest_page {
            return Some(ProbeReason::SmallerPage);
        }
        let number = look.first()?.number;
        let (_, end) = self.reach.get(self.reach.partition_point(|(began, _)| *began <= number))?;
        (look.query.start_time <= Some(*end)).then_some(ProbeReason::ReadLater)
    }
}

impl<'a> Crawl<'a> {
    fn new(query: &'a Query) -> Self {
        Self {
            query,
            pages: Vec::new(),
            failed: None,
            failed_pages: BTreeMap::new(),
            repeated: Vec::new(),
            retried: 0,
            probe: None,
            numbers: HashSet::new(),
            with_entries: BTreeSet::new(),
            reached_end: false,
            asked_last: None,
        }
    }

    fn push(&mut self, exchange: &'a Exchange, query: &'a Query) {
        let asked_again = self.asked_last.replace((query.page, query.page_size)) == self.asked_last;
        let Some(served) = &exchange.served else {
            self.failed = Some(exchange);
            if !self.numbers.contains(&query.page) {
                self.failed_pages.insert(query.page, exchange);
            }
            return;
        };
        self.failed = None;
        self.failed_pages.remove(&query.page);
        if !self.numbers.insert(query.page) {
            match self.pages.last_mut().filter(|page| asked_again && page.served.query.page == query.page) {
                Some(page) => {
                    page.retried = true;
                    self.retried += 1;
                }
                None => self.repeated.push(query.page),
            }
        }
        if served.entries > 0 {
            self.with_entries.insert(query.page);
        }
        self.reached_end |= query.page as usize + 1 == served.total_pages;
        self.pages.push(CrawledPage { exchange, served, retried: false });
    }

    /// Whether a request belongs to this crawl. The first page begins another one when it is asked for again, and so does
    /// the page that this one began with, once all pages were served or the last request failed.
    fn goes_on_with(&self, exchange: &Exchange, query: &Query) -> bool {
        if exchange.served.is_none() {
            return !self.is_complete();
        }
        let Some(first) = self.pages.first() else { return true };
        let begins = query.page == 0 && self.numbers.contains(&0);
        let as_this_began = query.page == first.served.query.page;
        !(begins || as_this_began && (self.is_complete() || self.broke_off()))
    }

    /// The request that it began with, as far as it is kept.
    pub fn first(&self) -> Option<&'a Exchange> {
        self.pages.first().map(|page| page.exchange).or(self.failed)
    }

    /// The end of its range; one without an end ends when it is first asked for.
    pub fn end(&self) -> Option<Timestamp> {
        self.query.end_time.or_else(|| Some(self.first()?.observation.time))
    }

    /// Whether entries came for it between its first page and its last: so much a client can see in `total`.
    pub fn moved(&self, replay: &Replay) -> bool {
        let (Some(first), Some(last)) = (self.pages.first(), self.pages.last()) else { return false };
        !replay.came_between(first.served, last.served).is_empty()
    }

    pub fn last(&self) -> Option<&CrawledPage<'a>> {
        self.pages.last()
    }

    /// Whether page 0 was served.
    pub fn has_first_page(&self) -> bool {
        self.numbers.contains(&0)
    }

    fn page_size(&self) -> u32 {
        self.query.page_size
    }

    fn has_first_page_alone(&self) -> bool {
        self.numbers.len() == 1 && self.numbers.contains(&0) && self.failed_pages.is_empty()
    }

    /// Whether it has the first page alone, although there are more.
    fn is_look(&self) -> bool {
        self.has_first_page_alone() && !self.finished()
    }

    /// Whether it ended at a failure, with pages left.
    pub fn broke_off(&self) -> bool {
        self.failed.is_some() && !self.is_complete()
    }

    /// Whether it came to the last page, or ended behind it.
    pub fn finished(&self) -> bool {
        let is_behind = |served: &Served| served.entries == 0 || served.query.page as usize >= served.total_pages;
        self.reached_end || self.last().is_some_and(|page| is_behind(page.served))
    }

    /// Pages before the last one with entries that were never served.
    pub fn skipped(&self) -> impl Iterator<Item = u32> {
        let last = self.with_entries.last().copied().unwrap_or_default();
        (0..last).filter(|page| !self.with_entries.contains(page))
    }

    /// Whether a page is one of these.
    pub fn leaves_out(&self, page: u32) -> bool {
        self.with_entries.last().is_some_and(|last| page < *last) && !self.with_entries.contains(&page)
    }

    /// How many these are.
    pub fn count_skipped(&self) -> usize {
        self.with_entries.last().map_or(0, |last| *last as usize + 1 - self.with_entries.len())
    }

    /// Whether every page was served.
    fn is_complete(&self) -> bool {
        self.finished() && self.count_skipped() == 0
    }

    /// The raw query of the last page, for a message.
    pub fn shown(&self) -> String {
        self.last().map(|page| format!("?{}", page.exchange.observation.query)).unwrap_or_default()
    }
}

/// A raw query string without its page.
pub fn without_page(raw: &str) -> String {
    raw.split('&').filter(|pair| !pair.starts_with("page=")).collect::<Vec<_>>().join("&")
}
