//! Which requests of a client belong together: a crawl is a run through the pages of one query.

use std::collections::{BTreeMap, BTreeSet, HashMap, HashSet};
use std::time::Duration;

use super::exchange::{Exchange, Served, retryable_page};
use super::replay::Replay;
use crate::contract::{Query, Selection};

/// A run through the pages of a query, in whatever order: some clients ask for several at a time.
pub struct Crawl<'a> {
    pub pages: Vec<(&'a Exchange, &'a Served)>,
    /// The last request, if it was not answered with a page.
    pub failed: Option<&'a Exchange>,
    /// The last request for each page that was not answered with one, then or later.
    pub failed_pages: BTreeMap<u32, &'a Exchange>,
    /// Pages that were served again, once for each time.
    pub repeated: Vec<u32>,
    /// It did not come to the end, or something came meanwhile, and the client read it all again: what it was given here
    /// does not count as read once.
    pub begun_anew: bool,
    /// The numbers of its pages, and of those with entries.
    numbers: HashSet<u32>,
    with_entries: BTreeSet<u32>,
    /// The last page was among them.
    reached_end: bool,
    /// The world's age at its first and its last request.
    began: Duration,
    ended: Duration,
}

/// Who begins a crawl anew does so at once, or after a wait of this length at most; who comes later polls again.
const SOON: Duration = Duration::from_secs(60);

/// The crawls of each distinct query, in the order in which they were first asked.
pub fn of_each_query<'a>(exchanges: &[&'a Exchange], replay: &Replay) -> Vec<Vec<Crawl<'a>>> {
    let queries = by_query(exchanges);
    let mut all: Vec<Vec<Crawl<'a>>> = queries.iter().map(|theirs| crawls(theirs)).collect();
    for crawls in &mut all {
        for next in 1..crawls.len() {
            crawls[next - 1].begun_anew = crawls[next - 1].is_given_up_for(&crawls[next], replay);
        }
    }
    all
}

impl<'a> Crawl<'a> {
    fn new(exchange: &Exchange) -> Self {
        let (began, ended) = (exchange.elapsed, exchange.elapsed);
        let (numbers, with_entries) = (HashSet::new(), BTreeSet::new());
        let (pages, failed, repeated, begun_anew) = (Vec::new(), None, Vec::new(), false);
        let (failed_pages, reached_end) = (BTreeMap::new(), false);
        Self { pages, failed, failed_pages, repeated, begun_anew, numbers, with_entries, reached_end, began, ended }
    }

    fn push(&mut self, exchange: &'a Exchange, served: &'a Served) {
        let page = served.query.page;
        (self.failed, self.ended) = (None, exchange.elapsed);
        self.failed_pages.remove(&page);
        if !self.numbers.insert(page) {
            self.repeated.push(page);
        }
        if served.entries > 0 {
            self.with_entries.insert(page);
        }
        self.reached_end |= page as usize + 1 == served.total_pages;
        self.pages.push((exchange, served));
    }

    fn fail(&mut self, exchange: &'a Exchange) {
        (self.failed, self.ended) = (Some(exchange), exchange.elapsed);
        if let Some(page) = retryable_page(exchange) {
            self.failed_pages.insert(page, exchange);
        }
    }

    fn last(&self) -> Option<&'a Served> {
        self.pages.last().map(|(_, served)| *served)
    }

    fn is_given_up_for(&self, next: &Self, replay: &Replay) -> bool {
        let from_the_start = next.has(0);
        let soon = next.began.saturating_sub(self.ended) <= SOON;
        from_the_start && soon && (!self.finished() || self.broke_off() || self.moved(replay))
    }

    /// Whether it ended at a failure, with pages left: it may have begun with the last one.
    pub fn broke_off(&self) -> bool {
        self.failed.is_some() && !self.is_complete()
    }

    /// Whether the total changed between its first page and its last: so much a client can see.
    fn moved(&self, replay: &Replay) -> bool {
        let (Some((_, first)), Some((_, last))) = (self.pages.first(), self.pages.last()) else { return false };
        !replay.came_between(first, last).is_empty()
    }

    /// Whether it came to the last page, or ended behind it.
    pub fn finished(&self) -> bool {
        let is_behind = |served: &Served| served.entries == 0 || served.query.page as usize >= served.total_pages;
        self.reached_end || self.last().is_some_and(is_behind)
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

    fn has(&self, page: u32) -> bool {
        self.numbers.contains(&page)
    }

    /// Whether a page belongs to this run. The first page of a query begins another one when it is served again; and so
    /// does, after all pages or a failure, the page that this one began with, and after all pages one of another size.
    fn goes_on_with(&self, next: &Served) -> bool {
        let Some((_, first)) = self.pages.first() else { return true };
        let begins = next.query.page == 0 && self.has(0);
        let as_this_began = next.query.page == first.query.page;
        let anew = as_this_began || next.query.page_size != first.query.page_size;
        !(begins || as_this_began && self.broke_off() || anew && self.is_complete())
    }

    /// The request that it began with, as far as it is kept.
    pub fn first(&self) -> Option<&'a Exchange> {
        self.pages.first().map(|(exchange, _)| *exchange).or(self.failed)
    }
}

/// What requests that belong to one query have in common.
#[derive(PartialEq, Eq, Hash)]
enum About {
    Selection(Selection),
    /// The raw query without its page, where no request with it was answered.
    Text(String),
}

/// The exchanges of each distinct query, in the order of their first; those that failed go with the query that has the
/// same raw text but for the page.
fn by_query<'a>(exchanges: &[&'a Exchange]) -> Vec<Vec<&'a Exchange>> {
    let understood =
        exchanges.iter().filter_map(|exchange| Some((without_page(&exchange.query), exchange.asked()?.selection())));
    let meanings: HashMap<String, Selection> = understood.collect();
    let mut places: HashMap<About, usize> = HashMap::new();
    let mut queries: Vec<Vec<&Exchange>> = Vec::new();
    for exchange in exchanges {
        let words = without_page(&exchange.query);
        let selection = exchange.asked().map(Query::selection).or_else(|| meanings.get(&words).cloned());
        let about = selection.map_or(About::Text(words), About::Selection);
        let place = *places.entry(about).or_insert(queries.len());
        if place == queries.len() {
            queries.push(Vec::new());
        }
        queries[place].push(exchange);
    }
    queries
}

/// A query string but for its page.
pub fn without_page(raw: &str) -> String {
    raw.split('&').filter(|pair| !pair.starts_with("page=")).collect::<Vec<_>>().join("&")
}

fn crawls<'a>(exchanges: &[&'a Exchange]) -> Vec<Crawl<'a>> {
    let mut crawls: Vec<Crawl<'a>> = Vec::new();
    for exchange in exchanges {
        let Some(served) = &exchange.served else {
            match crawls.last_mut() {
                Some(crawl) if !crawl.is_complete() => {}
                _ => crawls.push(Crawl::new(exchange)),
            }
            if let Some(crawl) = crawls.last_mut() {
                crawl.fail(exchange);
            }
            continue;
        };
        if !crawls.last().is_some_and(|crawl| crawl.goes_on_with(served)) {
            crawls.push(Crawl::new(exchange));
        }
        if let Some(crawl) = crawls.last_mut() {
            crawl.push(exchange, served);
        }
    }
    crawls
}

pub fn shown<'a>(crawl: &Crawl<'a>) -> Vec<&'a Exchange> {
    crawl.pages.last().map(|(exchange, _)| *exchange).into_iter().collect()
}

pub fn told(crawl: &Crawl<'_>) -> String {
    crawl.pages.last().map(|(exchange, _)| format!("?{}", exchange.query)).unwrap_or_default()
}
