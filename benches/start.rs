//! How long from exec to the first answer, beside a bare axum server that does nothing else.
//!
//! A stand-in is started once a test, so its start is part of every test's time. Both servers are started in turn,
//! so that whatever else the machine does meets both alike; the run fails when the median of the stand-in is more than
//! [`LIMIT`] times that of the bare one.
//!
//! `cargo bench --bench start` measures; run as a test it starts each server once and judges nothing.

use std::env;
use std::error::Error;
use std::fs;
use std::io::{BufRead, BufReader, Read, Write};
use std::net::TcpStream;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, ExitCode, Stdio};
use std::time::{Duration, Instant};

use axum::Router;
use axum::http::header::CONTENT_TYPE;
use axum::routing::get;
use hyper::server::conn::http1;
use hyper::service::service_fn;
use hyper_util::rt::TokioIo;
use tokio::net::TcpListener;
use tower::ServiceExt;

/// The largest ratio of the medians that is still a pass.
const LIMIT: f64 = 2.0;
/// Starts of each server that are not counted: they bring the executables into the page cache.
const WARM_UPS: usize = 5;
/// Starts of each server that are counted.
const COUNTED: usize = 40;
/// How often it is measured before it counts as a failure: what else the machine does can hit one of the two for the
/// whole of a run, and a start that is really too slow is too slow each time.
const ATTEMPTS: usize = 3;
/// With this argument and a length the bench is the bare server.
const BARE: &str = "--bare";
/// How long a server may take to answer before the bench gives up on it.
const PATIENCE: Duration = Duration::from_secs(10);

const PATH: &str = "/api/v1/audit-logs";

type Result<T> = std::result::Result<T, Box<dyn Error>>;

fn main() -> ExitCode {
    let arguments: Vec<String> = env::args().skip(1).collect();
    let done = match arguments.as_slice() {
        [flag, length] if flag == BARE => bare(length).map(|()| ExitCode::SUCCESS),
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
    let mock = Contender {
        name: "cortex-audit-mock",
        executable: PathBuf::from(env!("CARGO_BIN_EXE_cortex-audit-mock")),
        arguments: ["--listen", "127.0.0.1:0", "--log", "json"].map(String::from).to_vec(),
    };
    let length = mock.start()?.body;
    let bare = Contender {
        name: "bare axum",
        executable: env::current_exe()?,
        arguments: vec![BARE.into(), length.to_string()],
    };

    let (mut of_mock, mut of_bare) = (Vec::new(), Vec::new());
    for round in 0..warm_ups + counted {
        let starts = (mock.start()?, bare.start()?);
        if starts.1.body != length {
            return Err(format!("the bare server sent {} bytes instead of {length}", starts.1.body).into());
        }
        if round >= warm_ups {
            of_mock.push(starts.0);
            of_bare.push(starts.1);
        }
    }

    println!("exec to the first 200, {counted} starts each, a body of {length} bytes");
    println!("{:<18} {:>10} {:>10} {:>12}", "server", "median ms", "p90 ms", "memory KiB");
    for (contender, starts) in [(&mock, &of_mock), (&bare, &of_bare)] {
        let (median, p90) = (quantile(starts, 0.5), quantile(starts, 0.9));
        let memory = starts.iter().filter_map(|start| start.memory).max();
        let memory = memory.map_or_else(|| "unknown".to_owned(), |kib| kib.to_string());
        println!("{:<18} {median:>10.2} {p90:>10.2} {memory:>12}", contender.name);
    }
    let ratio = quantile(&of_mock, 0.5) / quantile(&of_bare, 0.5);
    println!("ratio of the medians: {ratio:.2} (at most {limit:.1})");
    if ratio > limit {
        return Err(format!("{} takes {ratio:.2} times as long to start as {}", mock.name, bare.name).into());
    }
    Ok(ExitCode::SUCCESS)
}

/// The time in milliseconds that this share of the starts does not exceed.
fn quantile(starts: &[Start], share: f64) -> f64 {
    let mut times: Vec<f64> = starts.iter().map(|start| start.time.as_secs_f64() * 1000.0).collect();
    times.sort_by(f64::total_cmp);
    #[expect(clippy::cast_precision_loss, clippy::cast_possible_truncation, clippy::cast_sign_loss)]
    let rank = (times.len() as f64 * share).ceil() as usize;
    times[rank.clamp(1, times.len()) - 1]
}

/// A server that can be started again and again.
struct Contender {
    name: &'static str,
    executable: PathBuf,
    arguments: Vec<String>,
}

/// What one start cost.
struct Start {
    time: Duration,
    /// Bytes of the answer's body.
    body: usize,
    /// The largest resident memory until then in KiB, where the system tells it.
    memory: Option<u64>,
}

impl Contender {
    /// Starts the server, asks once, reads the whole answer, and stops it.
    fn start(&self) -> Result<Start> {
        let began = Instant::now();
        let mut running = Running(
            Command::new(&self.executable)
                .args(&self.arguments)
                .stdin(Stdio::null())
                .stdout(Stdio::piped())
                .spawn()
                .map_err(|error| format!("cannot start {}: {error}", self.executable.display()))?,
        );
        let mut line = String::new();
        let output = running.0.stdout.take().ok_or("no standard output")?;
        BufReader::new(output).read_line(&mut line)?;
        let line: serde_json::Value =
            serde_json::from_str(&line).map_err(|error| format!("{} said {line:?}: {error}", self.name))?;
        let address = line["url"].as_str().and_then(|url| url.strip_prefix("http://")).ok_or("no url")?;
        let body = ask(address).map_err(|error| format!("{}: {error}", self.name))?;
        let time = began.elapsed();
        Ok(Start { time, body, memory: peak_memory(running.0.id()) })
    }
}

/// A server that does not outlive its measurement, however that ends.
struct Running(Child);

impl Drop for Running {
    fn drop(&mut self) {
        // Both fail only for a process that is already gone.
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

/// The length of the body that answers the one request; anything but a 200 is an error.
fn ask(address: &str) -> Result<usize> {
    let mut stream = TcpStream::connect(address)?;
    stream.set_read_timeout(Some(PATIENCE))?;
    stream.set_nodelay(true)?;
    let request =
        format!("GET {PATH}?pageSize=1 HTTP/1.1\r\nHost: {address}\r\nAuthorization: Bearer mock-admin\r\n\r\n");
    stream.write_all(request.as_bytes())?;
    let mut answer = BufReader::new(stream);
    let mut line = String::new();
    answer.read_line(&mut line)?;
    if !line.starts_with("HTTP/1.1 200 ") {
        return Err(format!("answered {line:?}").into());
    }
    let mut length = None;
    loop {
        line.clear();
        answer.read_line(&mut line)?;
        match line.trim_end().split_once(':') {
            Some((name, value)) if name.eq_ignore_ascii_case("content-length") => length = Some(value.trim().parse()?),
            Some(_) => {}
            None => break,
        }
    }
    let mut body = vec![0; length.ok_or("no Content-Length")?];
    answer.read_exact(&mut body)?;
    Ok(body.len())
}

fn peak_memory(process: u32) -> Option<u64> {
    let status = fs::read_to_string(Path::new("/proc").join(process.to_string()).join("status")).ok()?;
    let peak = status.lines().find_map(|line| line.strip_prefix("VmHWM:"))?;
    peak.trim().strip_suffix("kB")?.trim().parse().ok()
}

/// The measure: one route, one fixed body, served by hyper as `axum::serve` does, until killed.
fn bare(length: &str) -> Result<()> {
    let body = "x".repeat(length.parse()?);
    let app = Router::new().route(PATH, get(|| async move { ([(CONTENT_TYPE, "application/json")], body) }));
    tokio::runtime::Builder::new_multi_thread().enable_all().build()?.block_on(async {
        let listener = TcpListener::bind("127.0.0.1:0").await?;
        println!("{{\"event\":\"listening\",\"url\":\"http://{}\"}}", listener.local_addr()?);
        loop {
            let (stream, _) = listener.accept().await?;
            let app = app.clone();
            let service = service_fn(move |request| app.clone().oneshot(request));
            tokio::spawn(http1::Builder::new().serve_connection(TokioIo::new(stream), service));
        }
    })
}
