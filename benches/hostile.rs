//! What a well-behaved client notices of ten thousand connections that do nothing good, and what they cost.
//!
//! A third of them says nothing, a third sends a head byte by byte, a third has asked once and idles; and a thread
//! beside them sends what is no HTTP, on a new connection each time. It is measured with as many open files as the server
//! may have, and once more with far fewer than there are connections: then it cannot accept all of them, and must live on.
//! A bare axum server stands beside it, to show what the machine makes of such a crowd; it is not judged.
//!
//! `cargo bench --bench hostile` measures and judges; run as a test it makes a small crowd and judges nothing.

mod common;

use std::io::{Read, Write};
use std::net::{SocketAddr, TcpStream};
use std::process::ExitCode;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant};
use std::{env, fs, thread};

use common::client::{self, Client};
use common::contender::Contender;
use common::quantile::quantile;
use common::{PATH, Result, bare, memory};
use rustix::process::{Pid, Resource, Rlimit, getrlimit, prlimit, setrlimit};

/// How many times its usual p99 a well-behaved client is wanted to wait at most.
const WANTED: f64 = 2.0;
/// What fails: a p99 meets whatever else a machine does before anything else does.
const LIMIT: f64 = 3.0;
/// The most memory that a connection may cost, in KiB.
const EACH: f64 = 32.0;
/// How soon a new client is answered where no further connection can be accepted: silence makes room after a second, and
/// whoever idles behind an answer after half a minute.
const ADMITTED: Duration = Duration::from_secs(30);
/// How often it is measured before it counts as a failure: whatever else the machine does hits a p99 first of all.
const ATTEMPTS: usize = 3;

/// How much is measured.
struct Size {
    crowd: usize,
    /// How often the good client asks, each time that it is measured: long enough to meet every sort of nuisance.
    requests: usize,
}

const JUDGED: Size = Size { crowd: 10_000, requests: 50_000 };
const TRIED: Size = Size { crowd: 30, requests: 10 };

fn main() -> Result<ExitCode> {
    let arguments: Vec<String> = env::args().skip(1).collect();
    if let [flag, length] = arguments.as_slice()
        && flag == bare::FLAG
    {
        bare::serve(length)?;
    }
    let judged = arguments.iter().any(|argument| argument == "--bench");
    let size = if judged { JUDGED } else { TRIED };
    let maximum = getrlimit(Resource::Nofile).maximum;
    setrlimit(Resource::Nofile, Rlimit { current: maximum, maximum })?;

    let stand_in = Contender::stand_in(&["--rate-limit", "off"]);
    measure(&size, &Contender::bare(stand_in.start()?.body)?, None)?;
    let mut kept = true;
    for open_files in [None, Some(u64::try_from(size.crowd)? / 20 + 32)] {
        let mut good = measure(&size, &stand_in, open_files)?;
        for _ in 1..ATTEMPTS {
            if good || !judged {
                break;
            }
            println!("once more");
            good = measure(&size, &stand_in, open_files)?;
        }
        kept &= good;
    }
    Ok(if kept || !judged { ExitCode::SUCCESS } else { ExitCode::FAILURE })
}

/// Prints what came of it, and whether every limit was kept.
fn measure(size: &Size, contender: &Contender, open_files: Option<u64>) -> Result<bool> {
    let server = contender.start()?;
    if let Some(most) = open_files {
        let process = Pid::from_raw(server.id().try_into()?);
        prlimit(process, Resource::Nofile, Rlimit { current: Some(most), maximum: Some(most) })?;
    }
    let resident = || memory::kib(server.id(), "VmRSS").unwrap_or_default();
    let files = || fs::read_dir(format!("/proc/{}/fd", server.id())).map_or(0, Iterator::count);
    let mut good = Client::connect(&server.address)?;
    let before = p99(&mut good, &server.address, size)?;
    let (memory_before, files_before) = (resident(), files());

    let ended = AtomicBool::new(false);
    let (crowd, beside, admitted, memory_with, files_with) = thread::scope(|scope| -> Result<_> {
        let mut crowd = crowd(&server.address, size.crowd, &mut good)?;
        scope.spawn(|| noise(&server.address, &ended));
        let (memory_with, files_with) = (resident(), files());
        let dripped = scope.spawn(|| {
            drip(&mut crowd, &ended);
            crowd
        });
        let beside = p99(&mut good, &server.address, size);
        let since = Instant::now();
        let new = Client::connect(&server.address).and_then(|mut new| {
            new.ask(&client::get(&server.address, &format!("{PATH}?pageSize=1"), "mock-admin")).map(|_| ())
        });
        let admitted = since.elapsed();
        ended.store(true, Ordering::Relaxed);
        new?;
        let crowd = dripped.join().map_err(|_| "the crowd panicked")?;
        Ok((crowd, beside?, admitted, memory_with, files_with))
    })?;
    let connected = crowd.len();
    drop(crowd);
    let accepted = files_with.saturating_sub(files_before);
    #[expect(clippy::cast_precision_loss)]
    let each = memory_with.saturating_sub(memory_before) as f64 / accepted.max(1) as f64;
    // It lives on, and gives back what it took.
    let given_back = (0..200).any(|_| {
        thread::sleep(Duration::from_millis(50));
        files() <= files_before + 2
    });

    // What else the machine does hits either; the quicker is the usual one.
    let usual = before.min(p99(&mut good, &server.address, size)?);

    let ratio = beside / usual;
    println!(
        "{}, {} open files: {connected} connections, {accepted} of them accepted at once, {each:.1} KiB each (at most \
         {EACH})",
        contender.name,
        open_files.map_or_else(|| "all".to_owned(), |most| most.to_string()),
    );
    println!(
        "  p99 of a good client: alone {:.0} µs, beside them {:.0} µs, ratio {ratio:.2} (wanted {WANTED}, at most {LIMIT}); a new one \
         answered after {admitted:.2?} (at most {ADMITTED:?}); files given back: {given_back}",
        usual * 1e6,
        beside * 1e6
    );
    Ok(ratio <= LIMIT && each <= EACH && admitted <= ADMITTED && given_back)
}

/// In seconds.
fn p99(good: &mut Client, address: &str, size: &Size) -> Result<f64> {
    let request = client::get(address, &format!("{PATH}?pageSize=250"), "mock-admin");
    let mut times = Vec::new();
    for _ in 0..size.requests {
        let began = Instant::now();
        good.ask(&request)?;
        times.push(began.elapsed().as_secs_f64());
    }
    Ok(quantile(&times, 0.99))
}

/// Connections in thirds: silent, in the middle of a head, and idle behind an answer. Those that the system does not let
/// in at once are not waited for. The good client asks meanwhile, lest it be closed for idling.
fn crowd(address: &str, most: usize, good: &mut Client) -> Result<Vec<TcpStream>> {
    let to: SocketAddr = address.parse()?;
    let mut crowd = Vec::new();
    for number in 0..most {
        if number % 1000 == 0 {
            good.ask(&client::get(address, PATH, "mock-admin"))?;
        }
        let Ok(mut stream) = TcpStream::connect_timeout(&to, Duration::from_millis(5)) else { continue };
        match number % 3 {
            0 => {}
            1 => stream.write_all(b"GET / HTTP/1.1\r\nHost: x\r\nX-Slow: ")?,
            _ => {
                stream.write_all(&client::get(address, &format!("{PATH}?pageSize=1"), "mock-admin"))?;
                stream.set_read_timeout(Some(Duration::from_millis(5)))?;
                // Where it is not accepted nobody answers.
                let _ = stream.read(&mut [0; 4096]);
            }
        }
        crowd.push(stream);
    }
    Ok(crowd)
}

/// Sends a byte of each unfinished head again and again: one connection after the other, so each of three thousand gets one
/// in about five seconds.
fn drip(crowd: &mut [TcpStream], ended: &AtomicBool) {
    for place in (1..crowd.len()).step_by(3).cycle() {
        if ended.load(Ordering::Relaxed) {
            break;
        }
        // It may have been closed meanwhile.
        let _ = crowd[place].write_all(b"x");
        thread::sleep(Duration::from_micros(1500));
    }
}

/// What is no HTTP, a hundred times a second.
fn noise(address: &str, ended: &AtomicBool) {
    let Ok(to) = address.parse() else { return };
    while !ended.load(Ordering::Relaxed) {
        if let Ok(mut stream) = TcpStream::connect_timeout(&to, Duration::from_millis(5)) {
            let _ = stream.write_all(b"\0\x16\x03 nonsense \xff\r\n\r\n");
        }
        thread::sleep(Duration::from_millis(10));
    }
}
