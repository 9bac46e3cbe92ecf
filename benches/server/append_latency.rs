//! Latency of appending entries one at a time while four clients read, and the latency of their pages.

use std::sync::atomic::{AtomicBool, Ordering};
use std::thread::{self, ScopedJoinHandle};
use std::time::{Duration, Instant};

use crate::common::client::{self, Client};
use crate::common::quantile::quantile;
use crate::common::server_process::RunningServer;
use crate::common::{PATH, Result};
use crate::filters;
use crate::setup::Setup;
use crate::table::{Row, short};

const MARGIN: f64 = 1.5;
/// Rounds with the writer, each followed by one without it.
const ROUNDS: usize = 4;
/// A separate session, so that the entries of the other rows do not change.
const SESSION: &str = "appended-to";
const ENTRY: &str = r#"{"action":"UPDATE","objectType":"SERVICE","objectIdentifier":"appended","timestamp":"now"}"#;

pub fn measure(setup: &Setup) -> Result<Vec<Row>> {
    let server = setup.large()?;
    let filter = filters::one_percent(setup.entries()?).ok_or("no filter")?;
    let mut readers = Vec::new();
    for number in 0..4 {
        let query = if number % 2 == 0 { "pageSize=250" } else { &filter.query };
        readers.push(Reader::new(server, query)?);
    }
    let mut writer = Writer::new(server)?;
    let each = setup.scale.appends / ROUNDS;
    let (mut appends, mut disturbed, mut alone) = (Vec::new(), Vec::new(), Vec::new());
    for round in 1..=ROUNDS {
        let started = Instant::now();
        disturbed.extend(while_reading(&mut readers, || {
            // A slow store needs fewer appends to show.
            while appends.len() < each * round && started.elapsed() < setup.scale.max_duration {
                appends.push(writer.append()?);
            }
            Ok(())
        })?);
        let duration = started.elapsed();
        alone.extend(while_reading(&mut readers, || {
            thread::sleep(duration);
            Ok(())
        })?);
    }
    let (append, with, without) = (quantile(&appends, 0.99), quantile(&disturbed, 0.99), quantile(&alone, 0.99));
    let what = format!("at {} entries, four clients reading", setup.scale.large);
    Ok(vec![
        Row::absolute(format!("p99 of appending an entry {what}"), append, "ms", 1.0).with_margin(MARGIN),
        Row::ratio(
            format!("p99 of their pages {what}"),
            format!("{} ms", short(with)),
            format!("without the writer: {} ms", short(without)),
            with / without,
            2.0,
        )
        .with_margin(MARGIN),
    ])
}

struct Writer {
    client: Client,
    request: Vec<u8>,
}

impl Writer {
    fn new(server: &RunningServer) -> Result<Self> {
        let head = format!("POST /__admin/audit-logs?session={SESSION} HTTP/1.1\r\nHost: {}\r\n", server.address);
        let request = format!("{head}Content-Type: application/json\r\nContent-Length: {}\r\n\r\n{ENTRY}", ENTRY.len());
        Ok(Self { client: Client::connect(&server.address)?, request: request.into_bytes() })
    }

    /// Appends an entry; returns the milliseconds.
    fn append(&mut self) -> Result<f64> {
        let started = Instant::now();
        self.client.request(&self.request)?;
        Ok(started.elapsed().as_secs_f64() * 1000.0)
    }
}

struct Reader {
    client: Client,
    request: Vec<u8>,
}

impl Reader {
    fn new(server: &RunningServer, query: &str) -> Result<Self> {
        let token = format!("mock-admin~{SESSION}");
        let request = client::get(&server.address, &format!("{PATH}?{query}"), &token);
        Ok(Self { client: Client::connect(&server.address)?, request })
    }

    /// Reads until stopped; returns the milliseconds of each page.
    fn read(&mut self, stop: &AtomicBool) -> Result<Vec<f64>> {
        let mut milliseconds = Vec::new();
        while !stop.load(Ordering::Relaxed) {
            let started = Instant::now();
            self.client.request(&self.request)?;
            milliseconds.push(started.elapsed().as_secs_f64() * 1000.0);
        }
        Ok(milliseconds)
    }
}

/// Runs `work` while the readers read; returns the milliseconds of their pages.
fn while_reading(readers: &mut [Reader], work: impl FnOnce() -> Result<()>) -> Result<Vec<f64>> {
    let stop = AtomicBool::new(false);
    thread::scope(|scope| {
        let threads: Vec<ScopedJoinHandle<'_, Result<Vec<f64>>>> =
            readers.iter_mut().map(|reader| scope.spawn(|| reader.read(&stop))).collect();
        thread::sleep(Duration::from_millis(20));
        let result = work();
        stop.store(true, Ordering::Relaxed);
        let mut all = Vec::new();
        for thread in threads {
            all.extend(thread.join().map_err(|_| "a reader panicked")??);
        }
        result.map(|()| all)
    })
}
