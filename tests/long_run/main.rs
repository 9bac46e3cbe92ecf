//! Mixed traffic against the built server for an hour: every response is compared with a model, and at the end the server
//! must not use more memory than after the first sixth.
//!
//! - `cargo test --release --test long_run -- --minutes 60` prints a line a minute; without `--minutes` it takes five.
//! - `--rate 300` is the number of requests a second, so that it can share a machine with other work.
//! - `--minutes 0` takes a second and checks the responses alone.
//!
//! The exit code is 1 after the first wrong response, or if memory, files or the journal exceed their limits.

#[path = "../../benches/common/memory.rs"]
mod memory;

mod http;
mod model;
mod monitor;
mod operations;
mod server;
mod statistics;
mod worker;

use std::process::ExitCode;
use std::sync::Arc;
use std::thread;
use std::time::{Duration, Instant};

use http::Connection;
use model::Model;
use monitor::Monitor;
use server::Server;
use statistics::Statistics;
use worker::Worker;

/// Any error ends the run: it is printed, and the exit code is 1.
type Result<T> = std::result::Result<T, Box<dyn std::error::Error + Send + Sync>>;

/// Simulated clients that send requests at the same time.
const WORKERS: u32 = 4;

/// How many times faster the warm-up is.
const WARM_UP_SPEED: u32 = 10;

/// The session whose journal and observations are filled before the run, to see that they do not grow.
const FULL_SESSION: &str = "full";

/// Length, rate and preparation of a run.
pub struct Plan {
    duration: Duration,
    /// Duration of the traffic before that, [`WARM_UP_SPEED`] times faster, so that everything bounded reaches its size.
    warm_up: Duration,
    /// Requests a second.
    rate: u32,
    check_memory: bool,
    /// Sessions opened before the run: as many as there can be, so that each new session ends another one.
    sessions: u32,
    /// Requests sent to [`FULL_SESSION`] before the run: more than journal and observations keep.
    full_session_requests: u32,
}

impl Plan {
    fn from_arguments(arguments: &[String]) -> Result<Self> {
        let rate = number(arguments, "--rate", 300)?;
        Ok(match number(arguments, "--minutes", 5)? {
            0 => Self {
                duration: Duration::from_secs(1),
                warm_up: Duration::ZERO,
                rate,
                check_memory: false,
                sessions: 20,
                full_session_requests: 20,
            },
            minutes => Self {
                duration: Duration::from_secs(60 * u64::from(minutes)),
                warm_up: Duration::from_secs(30),
                rate,
                check_memory: true,
                sessions: 1000,
                full_session_requests: 100_500,
            },
        })
    }
}

/// The number after a flag.
fn number(arguments: &[String], flag: &str, default: u32) -> Result<u32> {
    let Some(index) = arguments.iter().position(|argument| argument == flag) else { return Ok(default) };
    let text = arguments.get(index + 1).ok_or(format!("{flag} needs a number"))?;
    text.parse().map_err(|error| format!("{flag} {text}: {error}").into())
}

fn main() -> ExitCode {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    match Plan::from_arguments(&arguments).and_then(|plan| run(&plan)) {
        Ok(true) => ExitCode::SUCCESS,
        Ok(false) => ExitCode::FAILURE,
        Err(error) => {
            eprintln!("error: {error}");
            ExitCode::FAILURE
        }
    }
}

/// Runs the plan and returns whether everything was right.
fn run(plan: &Plan) -> Result<bool> {
    let server = Server::start()?;
    let model = Arc::new(Model::generated()?);
    let statistics = Statistics::default();
    let open_files = server.open_files();
    fill(&server.address, &statistics, plan)?;
    let mut workers: Vec<Worker<'_>> =
        (0..WORKERS).map(|number| Worker::new(number, &server.address, Arc::clone(&model), &statistics)).collect();
    let work = |workers: &mut Vec<Worker<'_>>, until: Instant, rate: u32, meanwhile: &mut dyn FnMut()| {
        thread::scope(|scope| {
            for worker in workers {
                scope.spawn(move || worker.work_until(until, f64::from(rate) / f64::from(WORKERS)));
            }
            meanwhile();
        });
    };
    work(&mut workers, Instant::now() + plan.warm_up, plan.rate * WARM_UP_SPEED, &mut || {});
    let until = Instant::now() + plan.duration;
    let mut monitor = Monitor::new(&server, plan);
    work(&mut workers, until, plan.rate, &mut || monitor.watch_until(until, &statistics));
    drop(workers);
    monitor.check_limits(&statistics, open_files, plan.full_session_requests);
    if let Some(failure) = statistics.failure() {
        println!("WRONG: {failure}");
    }
    Ok(monitor.passed(&statistics) && statistics.requests() > 0)
}

/// Opens the sessions of the plan and fills [`FULL_SESSION`].
fn fill(address: &str, statistics: &Statistics, plan: &Plan) -> Result<()> {
    let mut connection = Connection::open(address)?;
    let mut request = |session: &str| -> Result<()> {
        statistics.count_request();
        connection.send("GET", "/api/v1/audit-logs?page=0&pageSize=1", &format!("mock-admin~{session}"), "")?;
        match connection.receive()? {
            Some(response) if response.status == 200 && response.complete => Ok(()),
            other => Err(format!("{session}: {other:?}").into()),
        }
    };
    (0..plan.sessions).try_for_each(|number| request(&format!("before-{number}")))?;
    (0..plan.full_session_requests).try_for_each(|_| request(FULL_SESSION))
}
