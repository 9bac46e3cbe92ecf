//! Hours of mixed traffic against the built server: what it answers is compared with a model all the time, nothing may
//! fail that was not asked to, and at the end it holds no more memory than after the first sixth.
//!
//! - `cargo bench --bench long_run -- --minutes 60` prints a line a minute; without `--minutes` it takes five.
//! - `--rate 300` is how many requests a second it sends, so that it shares a machine with others.
//! - Run as a test, it takes a second and judges the answers alone.
//!
//! The exit code is 1 when something was not as it has to be.

#[path = "../common/memory.rs"]
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

/// How long, how fast and with how much beforehand.
pub struct Plan {
    length: Duration,
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
        let flag = |name: &str| {
            let place = arguments.iter().position(|argument| argument == name);
            place
                .map(|place| {
                    arguments
                        .get(place + 1)
                        .ok_or(format!("{name} needs a number"))?
                        .parse::<u32>()
                        .map_err(|error| format!("{name}: {error}"))
                })
                .transpose()
        };
        let rate = flag("--rate")?.unwrap_or(300);
        // Cargo says `--bench` when it benches, and nothing when it tests.
        if arguments.iter().any(|argument| argument == "--bench") {
            let minutes = flag("--minutes")?.unwrap_or(5);
            let length = Duration::from_secs(60 * u64::from(minutes));
            return Ok(Self { length, rate, judged: true, sessions: 1000, filling: 100_500 });
        }
        Ok(Self { length: Duration::from_secs(1), rate, judged: false, sessions: 20, filling: 20 })
    }
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
    let mut watch = Watch::new(&server, plan);
    let ends = Instant::now() + plan.length;
    thread::scope(|scope| {
        for number in 0..TESTERS {
            let (server, model, book) = (&server, Arc::clone(&model), &book);
            let rate = f64::from(plan.rate) / f64::from(TESTERS);
            scope.spawn(move || Tester::new(number, &server.address, model, book).act_until(ends, rate));
        }
        watch.until(ends, &book);
    });
    watch.after(&book, descriptors, plan.filling);
    if let Some(wrong) = book.wrong() {
        println!("WRONG: {wrong}");
    }
    Ok(watch.judge(&book) && book.requests.load(Ordering::Relaxed) > 0)
}
