//! Ten thousand hostile connections: their cost, and the latency of a well-behaved client beside them.
//!
//! A third of them sends nothing, a third sends a head byte by byte, a third is idle after one request; and a thread sends
//! bytes that are not HTTP, each time over a new connection. Measured without a limit of open files, and with a limit far
//! below the number of connections: then the server cannot accept all of them, and must keep working. A bare axum server
//! is measured for comparison, without limits.
//!
//! `cargo bench --bench hostile_clients` prints the table of `docs/trust.md` and fails if a figure is above its limit. Run
//! as a test, it opens few connections and compares nothing with a limit. With `-- memory` it measures the attacks of
//! `memory.rs` instead.

mod attacks;
#[path = "../common/mod.rs"]
mod common;
mod memory;

use std::io::{Read, Write};
use std::net::{SocketAddr, TcpStream};
use std::process::ExitCode;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant};
use std::{env, fs, thread};

use common::client::{self, Client};
use common::quantile::quantile;
use common::server_process::ServerCommand;
use common::{PATH, Result, bare_server};
use rustix::process::{Pid, Resource, Rlimit, getrlimit, prlimit, setrlimit};

/// The target for the ratio of the p99 beside the connections to that without them.
const TARGET_RATIO: f64 = 2.0;
/// The limit of that ratio: other work on the machine shows in a p99 first.
const MAX_RATIO: f64 = 3.0;
/// The limit of memory per connection in KiB.
const MAX_KIB_PER_CONNECTION: f64 = 32.0;
/// The limit of the time to the first response of a new client when no further connection can be accepted: the server
/// closes silent connections after a second, idle ones after half a minute.
const MAX_ADMISSION_TIME: Duration = Duration::from_secs(30);
/// Measurements before a figure counts as above its limit.
const ATTEMPTS: usize = 3;

/// The size of a run.
struct Size {
    connections: usize,
    /// Requests of the well-behaved client in each measurement.
    requests: usize,
}

const FULL: Size = Size { connections: 10_000, requests: 50_000 };
const SMALL: Size = Size { connections: 30, requests: 10 };

fn main() -> Result<ExitCode> {
    let arguments: Vec<String> = env::args().skip(1).collect();
    if let [flag, length] = arguments.as_slice()
        && flag == bare_server::FLAG
    {
        bare_server::serve(length)?;
    }
    let judged = arguments.iter().any(|argument| argument == "--bench");
    let size = if judged { FULL } else { SMALL };
    let maximum = getrlimit(Resource::Nofile).maximum;
    setrlimit(Resource::Nofile, Rlimit { current: maximum, maximum })?;

    if let Some(place) = arguments.iter().position(|argument| argument == "memory") {
        return memory::measure_all(&arguments[place + 1..], judged);
    }
    if !judged {
        memory::measure_all(&[], judged)?;
    }
    let mock = ServerCommand::mock(&["--rate-limit", "off"]);
    measure(&size, &ServerCommand::bare(mock.start()?.body)?, None)?;
    let mut within = true;
    for open_files in [None, Some(u64::try_from(size.connections)? / 20 + 32)] {
        let mut good = measure(&size, &mock, open_files)?;
        for _ in 1..ATTEMPTS {
            if good || !judged {
                break;
            }
            println!("measured again");
            good = measure(&size, &mock, open_files)?;
        }
        within &= good;
    }
    Ok(if within || !judged { ExitCode::SUCCESS } else { ExitCode::FAILURE })
}

/// Measures and prints; returns whether every figure is within its limit.
fn measure(size: &Size, command: &ServerCommand, open_files: Option<u64>) -> Result<bool> {
    let server = command.start()?;
    if let Some(limit) = open_files {
        let process = Pid::from_raw(server.id().try_into()?);
        prlimit(process, Resource::Nofile, Rlimit { current: Some(limit), maximum: Some(limit) })?;
    }
    let resident = || common::memory::kib(server.id(), "VmRSS").unwrap_or_default();
    let files = || fs::read_dir(format!("/proc/{}/fd", server.id())).map_or(0, Iterator::count);
    let mut good = Client::connect(&server.address)?;
    let before = p99(&mut good, &server.address, size)?;
    let (memory_before, files_before) = (resident(), files());

    let ended = AtomicBool::new(false);
    let (hostile, beside, admission, memory_with, files_with) = thread::scope(|scope| -> Result<_> {
        let mut hostile = open_hostile(&server.address, size.connections, &mut good)?;
        scope.spawn(|| send_noise(&server.address, &ended));
        let (memory_with, files_with) = (resident(), files());
        let dripping = scope.spawn(|| {
            drip(&mut hostile, &ended);
            hostile
        });
        let beside = p99(&mut good, &server.address, size);
        let started = Instant::now();
        let new = Client::connect(&server.address).and_then(|mut new| {
            new.request(&client::get(&server.address, &format!("{PATH}?pageSize=1"), "mock-admin")).map(|_| ())
        });
        let admission = started.elapsed();
        ended.store(true, Ordering::Relaxed);
        new?;
        let hostile = dripping.join().map_err(|_| "the dripping thread panicked")?;
        Ok((hostile, beside?, admission, memory_with, files_with))
    })?;
    let connected = hostile.len();
    drop(hostile);
    let accepted = files_with.saturating_sub(files_before);
    #[expect(clippy::cast_precision_loss)]
    let each = memory_with.saturating_sub(memory_before) as f64 / accepted.max(1) as f64;
    // The server must close all of them.
    let files_closed = (0..200).any(|_| {
        thread::sleep(Duration::from_millis(50));
        files() <= files_before + 2
    });

    // Other work on the machine may disturb one of the two.
    let usual = before.min(p99(&mut good, &server.address, size)?);

    let ratio = beside / usual;
    println!(
        "{}, {} open files: {connected} connections, {accepted} of them accepted at once, {each:.1} KiB each (at most \
         {MAX_KIB_PER_CONNECTION})",
        command.name,
        open_files.map_or_else(|| "all".to_owned(), |limit| limit.to_string()),
    );
    println!(
        "  p99 of a good client: alone {:.0} µs, beside them {:.0} µs, ratio {ratio:.2} (target {TARGET_RATIO}, at most {MAX_RATIO}); a new one \
         answered after {admission:.2?} (at most {MAX_ADMISSION_TIME:?}); files closed: {files_closed}",
        usual * 1e6,
        beside * 1e6
    );
    Ok(ratio <= MAX_RATIO && each <= MAX_KIB_PER_CONNECTION && admission <= MAX_ADMISSION_TIME && files_closed)
}

/// The p99 of the latency of the well-behaved client, in seconds.
fn p99(good: &mut Client, address: &str, size: &Size) -> Result<f64> {
    let request = client::get(address, &format!("{PATH}?pageSize=250"), "mock-admin");
    let mut times = Vec::new();
    for _ in 0..size.requests {
        let started = Instant::now();
        good.request(&request)?;
        times.push(started.elapsed().as_secs_f64());
    }
    Ok(quantile(&times, 0.99))
}

/// Opens hostile connections: a third silent, a third within a head, a third idle after a response. Does not wait for those
/// that are not accepted at once. The well-behaved client sends requests meanwhile, or it would be closed as idle.
fn open_hostile(address: &str, count: usize, good: &mut Client) -> Result<Vec<TcpStream>> {
    let to: SocketAddr = address.parse()?;
    let mut connections = Vec::new();
    for number in 0..count {
        if number % 1000 == 0 {
            good.request(&client::get(address, PATH, "mock-admin"))?;
        }
        let Ok(mut stream) = TcpStream::connect_timeout(&to, Duration::from_millis(5)) else { continue };
        match number % 3 {
            0 => {}
            1 => stream.write_all(b"GET / HTTP/1.1\r\nHost: x\r\nX-Slow: ")?,
            _ => {
                stream.write_all(&client::get(address, &format!("{PATH}?pageSize=1"), "mock-admin"))?;
                stream.set_read_timeout(Some(Duration::from_millis(5)))?;
                // Times out if the server has not accepted the connection.
                let _ = stream.read(&mut [0; 4096]);
            }
        }
        connections.push(stream);
    }
    Ok(connections)
}

/// Sends bytes of the unfinished heads, one connection after another: each of three thousand gets one about every five
/// seconds.
fn drip(connections: &mut [TcpStream], ended: &AtomicBool) {
    for index in (1..connections.len()).step_by(3).cycle() {
        if ended.load(Ordering::Relaxed) {
            break;
        }
        // The server may have closed it.
        let _ = connections[index].write_all(b"x");
        thread::sleep(Duration::from_micros(1500));
    }
}

/// Sends bytes that are not HTTP, a hundred times a second, each time over a new connection.
fn send_noise(address: &str, ended: &AtomicBool) {
    let Ok(to) = address.parse() else { return };
    while !ended.load(Ordering::Relaxed) {
        if let Ok(mut stream) = TcpStream::connect_timeout(&to, Duration::from_millis(5)) {
            let _ = stream.write_all(b"\0\x16\x03 nonsense \xff\r\n\r\n");
        }
        thread::sleep(Duration::from_millis(10));
    }
}
