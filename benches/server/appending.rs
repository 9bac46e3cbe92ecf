//! Entries that are appended one at a time while four clients read: what the writer waits, and what the readers do.

use std::sync::atomic::{AtomicBool, Ordering};
use std::thread::{self, ScopedJoinHandle};
use std::time::{Duration, Instant};

use crate::common::client::{self, Client};
use crate::common::contender::Running;
use crate::common::quantile::quantile;
use crate::common::{PATH, Result};
use crate::filters;
use crate::lab::Lab;
use crate::table::{Outcome, short};

const MARGIN: f64 = 1.5;
/// Spells with the writer, and as many without it, in turn.
const SPELLS: usize = 4;
/// A world of its own, so that the other rows meet the entries as they were loaded.
const SESSION: &str = "appended-to";
const ENTRY: &str = r#"{"action":"UPDATE","objectType":"SERVICE","objectIdentifier":"appended","timestamp":"now"}"#;

pub fn measure(lab: &Lab) -> Result<Vec<Outcome>> {
    let server = lab.large()?;
    let filter = filters::one_percent(lab.entries()?).ok_or("no filter to ask with")?;
    let mut readers = Vec::new();
    for number in 0..4 {
        let query = if number % 2 == 0 { "pageSize=250" } else { &filter.query };
        readers.push(Reader::new(server, query)?);
    }
    let mut writer = Writer::new(server)?;
    let each = lab.scale.appends / SPELLS;
    let (mut appends, mut disturbed, mut alone) = (Vec::new(), Vec::new(), Vec::new());
    for spell in 1..=SPELLS {
        let began = Instant::now();
        disturbed.extend(while_reading(&mut readers, || {
            // A slow store is known as such after fewer.
            while appends.len() < each * spell && began.elapsed() < lab.scale.patience {
                appends.push(writer.append()?);
            }
            Ok(())
        })?);
        let as_long = began.elapsed();
        alone.extend(while_reading(&mut readers, || {
            thread::sleep(as_long);
            Ok(())
        })?);
    }
    let (append, with, without) = (quantile(&appends, 0.99), quantile(&disturbed, 0.99), quantile(&alone, 0.99));
    let what = format!("at {} entries, four clients reading", lab.scale.large);
    Ok(vec![
        Outcome::absolute(format!("p99 of appending an entry {what}"), append, "ms", 1.0).with_margin(MARGIN),
        Outcome::ratio(
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
    fn new(server: &Running) -> Result<Self> {
        let head = format!("POST /__admin/audit-logs?session={SESSION} HTTP/1.1\r\nHost: {}\r\n", server.address);
        let request = format!("{head}Content-Type: application/json\r\nContent-Length: {}\r\n\r\n{ENTRY}", ENTRY.len());
        Ok(Self { client: Client::connect(&server.address)?, request: request.into_bytes() })
    }

    /// Milliseconds.
    fn append(&mut self) -> Result<f64> {
        let began = Instant::now();
        self.client.ask(&self.request)?;
        Ok(began.elapsed().as_secs_f64() * 1000.0)
    }
}

struct Reader {
    client: Client,
    request: Vec<u8>,
}

impl Reader {
    fn new(server: &Running, query: &str) -> Result<Self> {
        let token = format!("mock-admin~{SESSION}");
        let request = client::get(&server.address, &format!("{PATH}?{query}"), &token);
        Ok(Self { client: Client::connect(&server.address)?, request })
    }

    /// Reads again and again until told to stop; how many milliseconds each took.
    fn read(&mut self, stop: &AtomicBool) -> Result<Vec<f64>> {
        let mut milliseconds = Vec::new();
        while !stop.load(Ordering::Relaxed) {
            let began = Instant::now();
            self.client.ask(&self.request)?;
            milliseconds.push(began.elapsed().as_secs_f64() * 1000.0);
        }
        Ok(milliseconds)
    }
}

/// What the readers wait for their pages while something else is done.
fn while_reading(readers: &mut [Reader], work: impl FnOnce() -> Result<()>) -> Result<Vec<f64>> {
    let stop = AtomicBool::new(false);
    thread::scope(|scope| {
        let threads: Vec<ScopedJoinHandle<'_, Result<Vec<f64>>>> =
            readers.iter_mut().map(|reader| scope.spawn(|| reader.read(&stop))).collect();
        thread::sleep(Duration::from_millis(20));
        let done = work();
        stop.store(true, Ordering::Relaxed);
        let mut all = Vec::new();
        for thread in threads {
            all.extend(thread.join().map_err(|_| "a reader panicked")??);
        }
        done.map(|()| all)
    })
}
