//! What the server's process holds meanwhile, and whether it is as it has to be.

use std::collections::VecDeque;
use std::sync::atomic::Ordering;
use std::thread;
use std::time::{Duration, Instant};

use crate::Plan;
use crate::acts::FULL;
use crate::book::Book;
use crate::http::Connection;
use crate::server::Server;
use cortex_audit_mock::world::Journal;

/// How much more memory than at the mark is no growth.
const MARGIN: f64 = 1.05;
const MINUTE: Duration = Duration::from_secs(60);
/// Between two looks at the memory.
const STEP: Duration = Duration::from_secs(1);
/// How long closed connections may take to be gone.
const SETTLING: Duration = Duration::from_secs(10);

pub struct Watch<'a> {
    server: &'a Server,
    began: Instant,
    judged: bool,
    /// When memory is first taken: after a sixth, and not before the first minute is over.
    mark: Duration,
    /// Memory is the median of so many looks: one of them alone may fall on a moment at which much is under way.
    looks: usize,
    recent: VecDeque<u64>,
    at_mark: Option<u64>,
    at_end: u64,
    descriptors_returned: bool,
    journal_bounded: bool,
}

impl<'a> Watch<'a> {
    pub fn new(server: &'a Server, plan: &Plan) -> Self {
        let mark = (plan.length / 6).max(MINUTE).min(plan.length / 2);
        let looks = usize::try_from((plan.length / 10).min(MINUTE).as_secs()).unwrap_or(1).max(1);
        Self {
            server,
            began: Instant::now(),
            judged: plan.judged,
            mark,
            looks,
            recent: VecDeque::new(),
            at_mark: None,
            at_end: 0,
            descriptors_returned: false,
            journal_bounded: false,
        }
    }

    /// Looks each second, and prints a line a minute, until then or until something is wrong.
    pub fn until(&mut self, ends: Instant, book: &Book) {
        println!("minute   requests   compared  asked-for errors  memory KiB  descriptors  threads");
        self.print(book);
        let mut minutes = 1;
        while Instant::now() < ends && book.wrong().is_none() {
            thread::sleep(STEP.min(ends.saturating_duration_since(Instant::now())));
            if self.recent.len() == self.looks {
                self.recent.pop_front();
            }
            self.recent.push_back(self.server.status("VmRSS"));
            if self.began.elapsed() >= self.mark {
                let median = self.median();
                self.at_mark.get_or_insert(median);
            }
            if self.began.elapsed() >= MINUTE * minutes {
                minutes += 1;
                self.print(book);
            }
        }
        self.at_end = self.median();
    }

    fn median(&self) -> u64 {
        let mut sorted: Vec<u64> = self.recent.iter().copied().collect();
        sorted.sort_unstable();
        sorted.get(sorted.len() / 2).copied().unwrap_or_default()
    }

    fn print(&self, book: &Book) {
        let count = |of: &std::sync::atomic::AtomicU64| of.load(Ordering::Relaxed);
        println!(
            "{:>6} {:>10} {:>10} {:>17} {:>11} {:>12} {:>8}",
            self.began.elapsed().as_secs() / 60,
            count(&book.requests),
            count(&book.compared),
            count(&book.asked_for),
            self.server.status("VmRSS"),
            self.server.descriptors(),
            self.server.status("Threads"),
        );
    }

    /// When all testers are gone: so are their connections, and the fullest journal is no fuller than it may be.
    pub fn after(&mut self, book: &Book, descriptors_before: usize, filled: u32) {
        let asked = Instant::now();
        while self.server.descriptors() > descriptors_before && asked.elapsed() < SETTLING {
            thread::sleep(Duration::from_millis(50));
        }
        let left = self.server.descriptors();
        self.descriptors_returned = left <= descriptors_before;
        println!("descriptors: {descriptors_before} before, {left} after");
        match full_journal(&self.server.address) {
            Ok((kept, dropped)) => {
                self.journal_bounded = kept <= Journal::CAPACITY as u64 && kept + dropped >= u64::from(filled);
                println!("the fullest journal: {kept} kept, {dropped} dropped");
            }
            Err(error) => book.note(format!("the journal at the end: {error}")),
        }
    }

    /// Whether everything was as it has to be.
    pub fn judge(&self, book: &Book) -> bool {
        let at_mark = self.at_mark.unwrap_or(self.at_end);
        #[expect(clippy::cast_precision_loss, reason = "no process holds 2^53 KiB")]
        let ratio = self.at_end as f64 / at_mark.max(1) as f64;
        println!(
            "memory: {at_mark} KiB after {} s, {} KiB at the end: ratio {ratio:.3} (at most {MARGIN})",
            self.mark.as_secs(),
            self.at_end,
        );
        let as_it_has_to_be = book.wrong().is_none() && self.descriptors_returned && self.journal_bounded;
        as_it_has_to_be && (!self.judged || ratio <= MARGIN)
    }
}

/// How many requests the journal of the session holds that has had the most, and how many went.
fn full_journal(address: &str) -> crate::Result<(u64, u64)> {
    let mut connection = Connection::open(address)?;
    connection.send("GET", &format!("/__admin/requests/count?session={FULL}"), "", "")?;
    let told = connection.receive()?.ok_or("no answer")?.json()?;
    Ok((told["count"].as_u64().ok_or("no count")?, told["dropped"].as_u64().ok_or("no dropped")?))
}
