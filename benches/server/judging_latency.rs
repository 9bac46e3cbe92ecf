//! Latency of the pages of one session while four verdicts on another are computed at once.

use std::sync::atomic::{AtomicBool, Ordering};
use std::thread::{self, ScopedJoinHandle};
use std::time::{Duration, Instant};

use crate::common::client::{self, Client};
use crate::common::quantile::quantile;
use crate::common::server_process::RunningServer;
use crate::common::{PATH, Result};
use crate::setup::Setup;
use crate::table::{Row, short};

const MARGIN: f64 = 1.5;
const VERDICTS: usize = 4;
/// Rounds with verdicts, each followed by one of the same length without them.
const ROUNDS: usize = 4;
const READERS: usize = 2;
/// The pause of a reader between two pages: a machine that is full without verdicts would measure itself.
const PAUSE: Duration = Duration::from_millis(2);
const JUDGED_TOKEN: &str = "mock-admin~judged";
const OTHER_TOKEN: &str = "mock-admin~other";

pub fn measure(setup: &Setup) -> Result<Vec<Row>> {
    let server = setup.large()?;
    crawl(server, setup.scale.large, setup.scale.observations)?;
    let (mut disturbed, mut alone) = (Vec::new(), Vec::new());
    for _ in 0..ROUNDS {
        let started = Instant::now();
        disturbed.extend(while_reading(server, || judge(server))?);
        let duration = started.elapsed();
        alone.extend(while_reading(server, || {
            thread::sleep(duration);
            Ok(())
        })?);
    }
    let (with, without) = (quantile(&disturbed, 0.99), quantile(&alone, 0.99));
    let what = format!(
        "p99 of a session's pages while {VERDICTS} verdicts on another are computed: {} requests over {} entries",
        setup.scale.observations, setup.scale.large
    );
    let (measured, compared_with) = (format!("{} ms", short(with)), format!("without them: {} ms", short(without)));
    Ok(vec![Row::ratio(what, measured, compared_with, with / without, 2.0).with_margin(MARGIN)])
}

/// Reads all entries with this many requests.
fn crawl(server: &RunningServer, entries: usize, requests: usize) -> Result<()> {
    let page_size = entries.div_ceil(requests);
    let mut client = Client::connect(&server.address)?;
    for page in 0..requests {
        let target = format!("{PATH}?page={page}&pageSize={page_size}");
        client.request(&client::get(&server.address, &target, JUDGED_TOKEN))?;
    }
    Ok(())
}

/// Asks for the verdicts at once; returns when all are there.
fn judge(server: &RunningServer) -> Result<()> {
    thread::scope(|scope| {
        let ask = || -> Result<()> {
            let request = client::get(&server.address, "/__admin/verdict?session=judged", "");
            Client::connect(&server.address)?.request(&request).map(|_| ())
        };
        let threads: Vec<ScopedJoinHandle<'_, Result<()>>> = (0..VERDICTS).map(|_| scope.spawn(ask)).collect();
        threads.into_iter().try_for_each(|thread| thread.join().map_err(|_| "a thread panicked")?)
    })
}

/// Runs `work` while readers of another session read; returns the milliseconds of their pages.
fn while_reading(server: &RunningServer, work: impl FnOnce() -> Result<()>) -> Result<Vec<f64>> {
    let stop = AtomicBool::new(false);
    let read = || -> Result<Vec<f64>> {
        let request = client::get(&server.address, &format!("{PATH}?pageSize=250"), OTHER_TOKEN);
        let mut client = Client::connect(&server.address)?;
        let mut milliseconds = Vec::new();
        while !stop.load(Ordering::Relaxed) {
            let started = Instant::now();
            client.request(&request)?;
            milliseconds.push(started.elapsed().as_secs_f64() * 1000.0);
            thread::sleep(PAUSE);
        }
        Ok(milliseconds)
    };
    thread::scope(|scope| {
        let threads: Vec<ScopedJoinHandle<'_, Result<Vec<f64>>>> = (0..READERS).map(|_| scope.spawn(read)).collect();
        let result = work();
        stop.store(true, Ordering::Relaxed);
        let mut all = Vec::new();
        for thread in threads {
            all.extend(thread.join().map_err(|_| "a reader panicked")??);
        }
        result.map(|()| all)
    })
}
