//! How long from exec to the first answer, beside a bare axum server that does nothing else.
//!
//! A stand-in is started once a test, so its start is part of every test's time. Both servers are started in turn,
//! so that whatever else the machine does meets both alike; the run fails when the median of the stand-in is more than
//! [`LIMIT`] times that of the bare one.
//!
//! `cargo bench --bench start` measures; run as a test it starts each server once and judges nothing.

mod common;

use std::env;
use std::process::ExitCode;

use common::contender::Contender;
use common::quantile::quantile;
use common::{Result, bare, memory};

/// The largest ratio of the medians that is still a pass.
///
/// Wanted are 2.0, which a machine with a fast core keeps (1.7 on an AMD EPYC); where reading the story takes twice as long
/// and starting a process does not, 2.6 was measured (an Intel Xeon at 2.5 GHz). What is
/// gated is that it does not become more.
const LIMIT: f64 = 2.6;
/// Starts of each server that are not counted: they bring the executables into the page cache.
const WARM_UPS: usize = 5;
/// Starts of each server that are counted.
const COUNTED: usize = 40;
/// How often it is measured before it counts as a failure: what else the machine does can hit one of the two for the
/// whole of a run, and a start that is really too slow is too slow each time.
const ATTEMPTS: usize = 3;

fn main() -> ExitCode {
    let arguments: Vec<String> = env::args().skip(1).collect();
    let done = match arguments.as_slice() {
        [flag, length] if flag == bare::FLAG => bare::serve(length).map(|()| ExitCode::SUCCESS),
        // Cargo says `--bench` when it benches, and nothing when it tests.
        given if given.iter().any(|flag| flag == "--bench") => {
            let mut judged = compare(WARM_UPS, COUNTED, LIMIT);
            for _ in 1..ATTEMPTS {
                let Err(error) = &judged else { break };
                println!("once more, because {error}");
                judged = compare(WARM_UPS, COUNTED, LIMIT);
            }
            judged
        }
        _ => compare(0, 1, f64::INFINITY),
    };
    done.unwrap_or_else(|error| {
        eprintln!("error: {error}");
        ExitCode::FAILURE
    })
}

/// Starts both servers in turn, prints the table, and judges the ratio.
fn compare(warm_ups: usize, counted: usize, limit: f64) -> Result<ExitCode> {
    let mock = Contender::stand_in(&[]);
    let length = mock.start()?.body;
    let bare = Contender::bare(length)?;

    let (mut of_mock, mut of_bare) = (Vec::new(), Vec::new());
    for round in 0..warm_ups + counted {
        let starts = (Start::of(&mock)?, Start::of(&bare)?);
        if round >= warm_ups {
            of_mock.push(starts.0);
            of_bare.push(starts.1);
        }
    }

    println!("exec to the first 200, {counted} starts each, a body of {length} bytes");
    println!("{:<18} {:>10} {:>10} {:>12}", "server", "median ms", "p90 ms", "memory KiB");
    for (contender, starts) in [(&mock, &of_mock), (&bare, &of_bare)] {
        let (median, p90) = (quantile(&times(starts), 0.5), quantile(&times(starts), 0.9));
        let memory = starts.iter().filter_map(|start| start.memory).max();
        let memory = memory.map_or_else(|| "unknown".to_owned(), |kib| kib.to_string());
        println!("{:<18} {median:>10.2} {p90:>10.2} {memory:>12}", contender.name);
    }
    let ratio = quantile(&times(&of_mock), 0.5) / quantile(&times(&of_bare), 0.5);
    println!("ratio of the medians: {ratio:.2} (at most {limit:.1})");
    if ratio > limit {
        return Err(format!("{} takes {ratio:.2} times as long to start as {}", mock.name, bare.name).into());
    }
    Ok(ExitCode::SUCCESS)
}

fn times(starts: &[Start]) -> Vec<f64> {
    starts.iter().map(|start| start.milliseconds).collect()
}

/// What one start cost.
struct Start {
    milliseconds: f64,
    /// The most memory it ever held, in KiB; only Linux tells.
    memory: Option<u64>,
}

impl Start {
    /// Starts the server, asks once, and stops it.
    fn of(contender: &Contender) -> Result<Self> {
        let running = contender.start()?;
        let milliseconds = running.time.as_secs_f64() * 1000.0;
        Ok(Self { milliseconds, memory: memory::kib(running.id(), "VmHWM") })
    }
}
