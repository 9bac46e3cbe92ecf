//! Which requests of a client belong together: a crawl is a run through the pages of one query.

use std::collections::{BTreeSet, HashMap};
use std::time::Duration;

use super::exchange::{Exchange, Served};
use super::replay::Replay;
use crate::contract::Query;

/// A run through the pages of a query.
pub struct Crawl<'a> {
    pub pages: Vec<(&'a Exchange, &'a Served)>,
    /// The last request, if it was not answered with a page.
    pub failed: Option<&'a Exchange>,
    /// Pages that were served again.
    pub repeated: usize,
    /// It did not come to the end, or something came meanwhile, and the client read it all again: what it was given here
    /// does not count as read once.
    pub begun_anew: bool,
    /// The world's age at its first and its last request.
    began: Duration,
    ended: Duration,
}

/// Who begins a crawl anew does so at once, or after a wait of this length at most; who comes later polls again.
const SOON: Duration = Duration::from_secs(60);

/// The crawls of each distinct query, in the order in which they were first asked.
pub fn of_each_query<'a>(exchanges: &[&'a Exchange], replay: &Replay<'_>) -> Vec<Vec<Crawl<'a>>> {
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
        Self { pages: Vec::new(), failed: None, repeated: 0, begun_anew: false, began, ended }
    }

    fn last(&self) -> Option<&'a Served> {
        self.pages.last().map(|(_, served)| *served)
    }

    fn is_given_up_for(&self, next: &Self, replay: &Replay<'_>) -> bool {
        let from_the_start = next.pages.first().is_some_and(|(_, served)| served.query.page == 0);
        let soon = next.began.saturating_sub(self.ended) <= SOON;
        from_the_start && soon && (!self.finished() || self.moved(replay))
    }

    /// Whether the total changed between its first page and its last: so much a client can see.
    fn moved(&self, replay: &Replay<'_>) -> bool {
        let (Some((_, first)), Some((_, last))) = (self.pages.first(), self.pages.last()) else { return false };
        let meanwhile = first.arrivals + 1..=last.arrivals;
        !meanwhile.is_empty() && replay.all(&last.query).iter().any(|held| meanwhile.contains(&held.arrival))
    }

    /// Whether it came to the last page.
    pub fn finished(&self) -> bool {
        self.last().is_some_and(|served| served.entries == 0 || served.query.page as usize + 1 >= served.total_pages)
    }

    /// Pages before the last one that were never served.
    pub fn skipped(&self) -> Vec<u32> {
        let pages: BTreeSet<u32> = self.pages.iter().map(|(_, served)| served.query.page).collect();
        let last = pages.last().copied().unwrap_or_default();
        (0..last).filter(|page| !pages.contains(page)).collect()
    }
}

/// The exchanges of each distinct query, in the order of their first; those that failed go with the query that has the
/// same raw text but for the page.
fn by_query<'a>(exchanges: &[&'a Exchange]) -> Vec<Vec<&'a Exchange>> {
    let understood =
        exchanges.iter().filter_map(|exchange| Some((without_page(&exchange.query), exchange.asked()?.subject())));
    let meanings: HashMap<String, String> = understood.collect();
    let mut places: HashMap<String, usize> = HashMap::new();
    let mut queries: Vec<Vec<&Exchange>> = Vec::new();
    for exchange in exchanges {
        let words = without_page(&exchange.query);
        let about = exchange.asked().map(Query::subject).or_else(|| meanings.get(&words).cloned()).unwrap_or(words);
        let place = *places.entry(about).or_insert(queries.len());
        if place == queries.len() {
            queries.push(Vec::new());
        }
        queries[place].push(exchange);
    }
    queries
}

fn without_page(raw: &str) -> String {
    raw.split('&').filter(|pair| !pair.starts_with("page=")).collect::<Vec<_>>().join("&")
}

fn crawls<'a>(exchanges: &[&'a Exchange]) -> Vec<Crawl<'a>> {
    let mut crawls: Vec<Crawl<'a>> = Vec::new();
    for exchange in exchanges {
        let Some(served) = &exchange.served else {
            match crawls.last_mut() {
                Some(crawl) if !crawl.finished() => (crawl.failed, crawl.ended) = (Some(*exchange), exchange.elapsed),
                _ => crawls.push(Crawl { failed: Some(exchange), ..Crawl::new(exchange) }),
            }
            continue;
        };
        let page = served.query.page;
        let goes_on = crawls.last().is_some_and(|crawl| {
            crawl.last().is_none_or(|last| page > last.query.page || (page == last.query.page && page > 0))
        });
        if !goes_on {
            crawls.push(Crawl::new(exchange));
        }
        let Some(crawl) = crawls.last_mut() else { continue };
        (crawl.failed, crawl.ended) = (None, exchange.elapsed);
        crawl.repeated += usize::from(crawl.pages.iter().any(|(_, known)| known.query.page == page));
        crawl.pages.push((exchange, served));
    }
    crawls
}
