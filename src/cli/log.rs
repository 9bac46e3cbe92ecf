//! The log of a server on standard error. No request waits for it: a thread of its own writes the lines, and those for
//! which there is no room are dropped and counted.

use std::fmt::Display;
use std::io::{self, IsTerminal, Write};
use std::mem;
use std::process::ExitCode;
use std::sync::Arc;
use std::thread;
use std::time::{Duration, Instant};

use clap::ValueEnum;
use parking_lot::{Condvar, Mutex, MutexGuard};
use tracing_subscriber::Layer;
use tracing_subscriber::filter::{LevelFilter, Targets};
use tracing_subscriber::layer::SubscriberExt;
use tracing_subscriber::util::SubscriberInitExt;

use super::diagnostics;
use crate::text::counted;

/// Form of the log.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum LogFormat {
    Text,
    Json,
    Off,
}

/// Runs a server with its log on standard error. An error is printed there; returns the exit code. At the end, waits for
/// the reader of the log, but not for long.
pub fn with_log<E: Display + Into<ExitCode>>(
    format: LogFormat,
    run: impl FnOnce(&Log) -> Result<ExitCode, E>,
) -> ExitCode {
    let log = match Log::start(format) {
        Ok(log) => log,
        Err(message) => {
            diagnostics::print(format_args!("error: {message}"));
            return ExitCode::FAILURE;
        }
    };
    run(&log).unwrap_or_else(|error| {
        log.print(format_args!("error: {error}\n"));
        error.into()
    })
}

/// A log that is being written. Dropping it flushes it.
pub struct Log {
    queue: Arc<Queue>,
}

/// The lines on their way to the thread that writes them.
#[derive(Default)]
struct Queue {
    inner: Mutex<Inner>,
    changed: Condvar,
}

#[derive(Default)]
struct Inner {
    lines: Vec<u8>,
    /// How many lines were dropped, until that is logged.
    dropped: u64,
    /// Whether the thread waits for lines, after it has written all others.
    is_idle: bool,
}

impl Log {
    /// Longest wait for the reader at the end; SIGTERM is obeyed also if there is none.
    const FLUSH_TIMEOUT: Duration = Duration::from_millis(500);

    /// Starts the thread, and the log in this form. `RUST_LOG` is honoured, as `info` or `cortex_audit_mock=debug`; a
    /// request is a line at `debug`.
    fn start(format: LogFormat) -> Result<Self, String> {
        let queue = Arc::new(Queue::default());
        if let Some(levels) = levels(format)? {
            let layer = tracing_subscriber::fmt::layer().with_writer(Arc::clone(&queue));
            if format == LogFormat::Json {
                tracing_subscriber::registry().with(layer.json().with_filter(levels)).init();
            } else {
                let layer = layer.with_target(false).with_ansi(io::stderr().is_terminal());
                tracing_subscriber::registry().with(layer.with_filter(levels)).init();
            }
        }
        let writer = Arc::clone(&queue);
        let thread = thread::Builder::new().name("log".to_owned());
        thread
            .spawn(move || writer.write_to(&mut io::stderr()))
            .map_err(|error| format!("cannot start the thread of the log: {error}"))?;
        Ok(Self { queue })
    }

    /// Prints a text that is no line of the log, such as the verdict; it is not dropped.
    pub fn print(&self, text: impl Display) {
        self.queue.add(text.to_string().as_bytes(), usize::MAX);
    }
}

impl Drop for Log {
    fn drop(&mut self) {
        let deadline = Instant::now() + Self::FLUSH_TIMEOUT;
        let mut inner = self.queue.inner.lock();
        while !(inner.is_idle && inner.lines.is_empty()) {
            if self.queue.changed.wait_until(&mut inner, deadline).timed_out() {
                return;
            }
        }
    }
}

impl Queue {
    /// Limit of the lines that wait.
    const MAX_BYTES: usize = 256 * 1024;
    /// Wait for further lines, which are then written together: waking the thread for each costs more than the line.
    const GATHER_TIME: Duration = Duration::from_millis(1);
    /// Wait before another attempt to write to a full pipe that does not block.
    const RETRY_INTERVAL: Duration = Duration::from_millis(10);

    /// Adds a line, or drops and counts it when there would be more than `max_bytes`.
    fn add(&self, line: &[u8], max_bytes: usize) {
        let mut inner = self.inner.lock();
        if inner.lines.len().saturating_add(line.len()) > max_bytes {
            inner.dropped += 1;
            return;
        }
        inner.lines.extend_from_slice(line);
        if inner.is_idle {
            self.changed.notify_all();
        }
    }

    /// Writes lines as they come, as long as the process lives.
    fn write_to(&self, out: &mut impl Write) {
        let mut lines = Vec::new();
        loop {
            let mut inner = self.inner.lock();
            while inner.lines.is_empty() {
                inner.is_idle = true;
                self.changed.notify_all();
                self.changed.wait(&mut inner);
            }
            if mem::take(&mut inner.is_idle) {
                MutexGuard::unlocked(&mut inner, || thread::sleep(Self::GATHER_TIME));
            }
            mem::swap(&mut inner.lines, &mut lines);
            let dropped = mem::take(&mut inner.dropped);
            drop(inner);
            if dropped > 0 {
                // Becomes the first line behind those that were kept.
                let lines = counted(dropped, "line of the log was", "lines of the log were");
                tracing::warn!("{lines} dropped here, because standard error was not read in time");
            }
            Self::write_all(out, &lines);
            lines.clear();
        }
    }

    /// Writes what can be written: nobody could be told of an error.
    fn write_all(out: &mut impl Write, mut bytes: &[u8]) {
        while !bytes.is_empty() {
            match out.write(bytes).map_err(|error| error.kind()) {
                Ok(count) if count > 0 => bytes = &bytes[count..],
                // A process that shares the pipe made it non-blocking.
                Err(io::ErrorKind::WouldBlock) => thread::sleep(Self::RETRY_INTERVAL),
                Err(io::ErrorKind::Interrupted) => {}
                Ok(_) | Err(_) => return,
            }
        }
    }
}

/// The log writes each line in one call.
impl Write for &Queue {
    fn write(&mut self, line: &[u8]) -> io::Result<usize> {
        self.add(line, Queue::MAX_BYTES);
        Ok(line.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

/// The levels that are logged; `None` is nothing at all.
fn levels(format: LogFormat) -> Result<Option<Targets>, String> {
    match std::env::var("RUST_LOG") {
        _ if format == LogFormat::Off => Ok(None),
        Ok(given) if !given.is_empty() => parse_levels(&given).map(Some).ok_or_else(|| {
            format!(
                "RUST_LOG=\"{given}\" cannot be read; accepted: such as info, debug, off or cortex_audit_mock=debug"
            )
        }),
        _ => Ok(Some(Targets::new().with_default(LevelFilter::INFO))),
    }
}

/// A word that is no level would name a target, and silence all others: a misspelt level more likely.
fn parse_levels(given: &str) -> Option<Targets> {
    let words = given.split(',').map(str::trim).filter(|word| !word.is_empty() && !word.contains('='));
    let all_levels = words.clone().all(|word| word.parse::<LevelFilter>().is_ok());
    if all_levels { given.parse().ok() } else { None }
}
