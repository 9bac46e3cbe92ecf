//! What a million entries cost: to write them with `generate`, and to be served by `serve --generate`.
//!
//! `cargo bench --bench generate` measures and judges; run as a test it makes a thousand and judges nothing. The times
//! are of this machine; what is wanted is what a person waits without wondering, the limits are that on half as quick a
//! machine. A machine of CI has needed 3.1 s for the first.

use std::env;
use std::error::Error;
use std::fs;
use std::io::{BufRead, BufReader, Read, Write};
use std::net::TcpStream;
use std::process::{Child, Command, ExitCode, Stdio};
use std::sync::mpsc::{self, RecvTimeoutError};
use std::thread;
use std::time::{Duration, Instant};

/// What is wanted of `generate`, and of `serve --generate` from exec to the first answer.
const WANTED: Duration = Duration::from_secs(3);
/// What neither may exceed.
const LIMIT: Duration = Duration::from_secs(6);
/// The most memory that `generate` may ever have had, in megabytes.
const MEMORY: u64 = 100;
/// Runs, of which the quickest counts: what is left when nothing else disturbs.
const RUNS: usize = 3;

const BINARY: &str = env!("CARGO_BIN_EXE_cortex-audit-mock");

type Result<T> = std::result::Result<T, Box<dyn Error>>;

fn main() -> Result<ExitCode> {
    let judged = env::args().any(|argument| argument == "--bench");
    let (count, runs) = if judged { ("1000000", RUNS) } else { ("1000", 1) };

    let mut written = Vec::new();
    for _ in 0..runs {
        written.push(write(count)?);
    }
    let (time, memory, bytes) = written.into_iter().min().expect("at least one run");
    println!(
        "generate {count}: {time:.2?}, {memory} MB at most, {} MB written \
         (wanted {WANTED:?}, at most {LIMIT:?}, {MEMORY} MB)",
        bytes / 1_000_000
    );

    let mut served = Vec::new();
    for _ in 0..runs {
        served.push(serve(count)?);
    }
    let (answer, resident) = served.into_iter().min().expect("at least one run");
    println!(
        "serve --generate {count}: first answer after {answer:.2?}, {resident} MB (wanted {WANTED:?}, at most {LIMIT:?})"
    );

    let kept = time <= LIMIT && memory <= MEMORY && answer <= LIMIT;
    Ok(if kept || !judged { ExitCode::SUCCESS } else { ExitCode::FAILURE })
}

/// Time, most memory in megabytes, and bytes written.
fn write(count: &str) -> Result<(Duration, u64, u64)> {
    let started = Instant::now();
    let mut child =
        Command::new(BINARY).args(["generate", count]).stdout(Stdio::piped()).stderr(Stdio::null()).spawn()?;
    let watched = watch(child.id());
    let mut out = child.stdout.take().expect("piped");
    let bytes = std::io::copy(&mut out, &mut std::io::sink())?;
    let status = child.wait()?;
    let time = started.elapsed();
    if !status.success() {
        return Err(format!("generate ended with {status}").into());
    }
    Ok((time, watched(), bytes))
}

/// From exec to the first answer, and the memory then.
fn serve(count: &str) -> Result<(Duration, u64)> {
    let started = Instant::now();
    let arguments = ["--listen", "127.0.0.1:0", "--log", "off", "--generate", count];
    let mut server =
        Stopped(Command::new(BINARY).args(arguments).stdout(Stdio::piped()).stderr(Stdio::null()).spawn()?);
    let mut line = String::new();
    BufReader::new(server.0.stdout.take().expect("piped")).read_line(&mut line)?;
    let address = line.split("http://").nth(1).and_then(|rest| rest.split(' ').next()).ok_or("it did not start")?;
    let mut connection = TcpStream::connect(address)?;
    let head = "GET /api/v1/audit-logs HTTP/1.1\r\nHost: mock\r\nAuthorization: Bearer mock-admin\r\nConnection: close\r\n\r\n";
    connection.write_all(head.as_bytes())?;
    let mut answer = String::new();
    connection.read_to_string(&mut answer)?;
    let time = started.elapsed();
    if !answer.contains(&format!("\"total\":{count}")) {
        return Err("the first answer is not what was asked for".into());
    }
    Ok((time, memory(server.0.id(), "VmRSS:").unwrap_or_default()))
}

struct Stopped(Child);

impl Drop for Stopped {
    fn drop(&mut self) {
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

/// Looks at the high-water mark of a process until told to stop; then tells it in megabytes, 0 where there is no `/proc`.
fn watch(process: u32) -> impl FnOnce() -> u64 {
    let (stop, stopped) = mpsc::channel::<()>();
    let watching = thread::spawn(move || {
        let mut most = 0;
        while stopped.recv_timeout(Duration::from_millis(5)) == Err(RecvTimeoutError::Timeout) {
            most = most.max(memory(process, "VmHWM:").unwrap_or_default());
        }
        most
    });
    move || {
        drop(stop);
        watching.join().unwrap_or_default()
    }
}

fn memory(process: u32, field: &str) -> Option<u64> {
    let status = fs::read_to_string(format!("/proc/{process}/status")).ok()?;
    let line = status.lines().find_map(|line| line.strip_prefix(field))?;
    Some(line.split_whitespace().next()?.parse::<u64>().ok()? / 1024)
}
