//! Hours of mixed traffic against the built server: what it answers is compared with a model all the time, nothing may
//! fail that was not asked to, and at the end it holds no more memory than after the first sixth.
//!
//! - `cargo test --release --test long_run -- --minutes 60` prints a line a minute; without `--minutes` it takes five.
//! - `--rate 300` is how many requests a second it sends, so that it shares a machine with others.
//! - With `--minutes 0` it takes a second and judges the answers alone.
//!
//! The exit code is 1 when something was not as it has to be.

#[path = "../../benches/common/memory.rs"]
mod memory;

mod acts;
mod book;
mod chance;
mod http;
mod model;
mod pace;
mod server;
mod tester;
mod watch;

use std::process::ExitCode;
use std::sync::Arc;
use std::sync::atomic::Ordering;
use std::thread;
use std::time::{Duration, Instant};

use book::Book;
use model::Model;
use server::Server;
use tester::Tester;
use watch::Watch;

/// Nobody here could handle an error: it is printed, and the run has failed.
type Result<T> = std::result::Result<T, Box<dyn std::error::Error + Send + Sync>>;

/// Who act side by side.
const TESTERS: u32 = 4;

/// So many times faster it goes until everything has been used once and what is kept has its size.
const WARMING: u32 = 10;

/// How long, how fast and with how much beforehand.
pub struct Plan {
    length: Duration,
    /// Before that, the same traffic in a hurry.
    warming: Duration,
    /// Requests a second.
    rate: u32,
    /// Whether memory is judged.
    judged: bool,
    /// Sessions that are opened before the clock starts, so that from the first minute on each new one ends another.
    sessions: u32,
    /// Requests that one session gets beforehand: as many as its journal and its verdict keep at most.
    filling: u32,
}

impl Plan {
    fn of(arguments: &[String]) -> Result<Self> {
        let rate = number(arguments, "--rate", 300)?;
        let minutes = number(arguments, "--minutes", 5)?;
        let long = Self {
            length: Duration::from_secs(60 * u64::from(minutes)),
            warming: Duration::from_secs(30),
            rate,
            judged: true,
            sessions: 1000,
            filling: 100_500,
        };
        let short = Self {
            length: Duration::from_secs(1),
            warming: Duration::ZERO,
            rate,
            judged: false,
            sessions: 20,
            filling: 20,
        };
        Ok(if minutes == 0 { short } else { long })
    }
}

/// The number behind a flag.
fn number(arguments: &[String], flag: &str, otherwise: u32) -> Result<u32> {
    let Some(place) = arguments.iter().position(|argument| argument == flag) else { return Ok(otherwise) };
    let text = arguments.get(place + 1).ok_or(format!("{flag} needs a number"))?;
    text.parse().map_err(|error| format!("{flag} {text}: {error}").into())
}

fn main() -> ExitCode {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    match Plan::of(&arguments).and_then(|plan| run(&plan)) {
        Ok(true) => ExitCode::SUCCESS,
        Ok(false) => ExitCode::FAILURE,
        Err(error) => {
            eprintln!("error: {error}");
            ExitCode::FAILURE
        }
    }
}

fn run(plan: &Plan) -> Result<bool> {
    let server = Server::start()?;
    let model = Arc::new(Model::of_the_start()?);
    let book = Book::default();
    let descriptors = server.descriptors();
    acts::beforehand(&server.address, &book, plan.sessions, plan.filling)?;
    let mut testers: Vec<Tester<'_>> =
        (0..TESTERS).map(|number| Tester::new(number, &server.address, Arc::clone(&model), &book)).collect();
    let act = |testers: &mut Vec<Tester<'_>>, ends: Instant, rate: u32, meanwhile: &mut dyn FnMut()| {
        thread::scope(|scope| {
            for tester in testers {
                scope.spawn(move || tester.act_until(ends, f64::from(rate) / f64::from(TESTERS)));
            }
            meanwhile();
        });
    };
    act(&mut testers, Instant::now() + plan.warming, plan.rate * WARMING, &mut || {});
    let ends = Instant::now() + plan.length;
    let mut watch = Watch::new(&server, plan);
    act(&mut testers, ends, plan.rate, &mut || watch.until(ends, &book));
    drop(testers);
    watch.after(&book, descriptors, plan.filling);
    if let Some(wrong) = book.wrong() {
        println!("WRONG: {wrong}");
    }
    Ok(watch.judge(&book) && book.requests.load(Ordering::Relaxed) > 0)
}
