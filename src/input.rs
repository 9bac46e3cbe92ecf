//! Inputs: files, pipes, devices and standard input. Each is opened once, because a pipe cannot be read a second time.

use std::convert::Infallible;
use std::fs::{self, File};
use std::io::{self, Read, Write};
use std::path::Path;
use std::sync::mpsc::{self, RecvTimeoutError, Sender};
use std::thread;
use std::time::Duration;

use crate::system;

/// An open input.
pub struct Input {
    reader: Box<dyn Read>,
    /// Until the first bytes arrive.
    notice: Option<WaitNotice>,
}

impl Input {
    /// Opens a file; `-` is standard input. A named pipe is open when a program opens it to write.
    pub fn open(path: &Path) -> io::Result<Self> {
        if is_standard_input(path) {
            return Ok(Self::standard_input());
        }
        let metadata = fs::metadata(path)?;
        if system::is_socket(&metadata) {
            return Err(io::Error::other("it is a socket; give a file or a pipe"));
        }
        let notice = if metadata.is_file() { None } else { WaitNotice::start(path.display().to_string()) };
        Ok(Self { reader: Box::new(File::open(path)?), notice })
    }

    pub fn standard_input() -> Self {
        Self { reader: Box::new(io::stdin()), notice: WaitNotice::start("standard input".to_owned()) }
    }
}

impl Read for Input {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let count = self.reader.read(buffer);
        self.notice = None;
        count
    }
}

/// The name of an input in messages.
pub fn display_name(path: &Path) -> String {
    if is_standard_input(path) { "standard input".to_owned() } else { path.display().to_string() }
}

fn is_standard_input(path: &Path) -> bool {
    path == Path::new("-")
}

/// Whether a path can be read a second time: a file or a folder can, a pipe or a device cannot.
pub fn can_be_read_again(path: &Path) -> bool {
    !is_standard_input(path) && path.metadata().is_ok_and(|metadata| metadata.is_file() || metadata.is_dir())
}

/// Far more than any small file has; bounds what a device such as /dev/zero can send.
pub const MAX_SMALL_FILE_BYTES: u64 = 16 << 20;

/// The content of a small file, such as a certificate.
pub fn read_small_file(path: &Path) -> io::Result<Vec<u8>> {
    let mut bytes = Vec::new();
    Input::open(path)?.take(MAX_SMALL_FILE_BYTES + 1).read_to_end(&mut bytes)?;
    if bytes.len() as u64 > MAX_SMALL_FILE_BYTES {
        let message = format!("it is larger than {} MiB", MAX_SMALL_FILE_BYTES >> 20);
        return Err(io::Error::new(io::ErrorKind::FileTooLarge, message));
    }
    Ok(bytes)
}

/// Tells a person about an input: in the log of a server, or else on standard error.
pub fn notify(message: &str) {
    if tracing::dispatcher::has_been_set() {
        tracing::warn!("{message}");
    } else {
        // Nobody can be told that standard error is closed.
        let _ = writeln!(io::stderr(), "{message}");
    }
}

/// Says on standard error what the program waits for, unless it is dropped within two seconds.
struct WaitNotice {
    _cancel: Sender<Infallible>,
}

impl WaitNotice {
    const DELAY: Duration = Duration::from_secs(2);

    /// `None` when the system has no thread left.
    fn start(name: String) -> Option<Self> {
        let (cancel, cancelled) = mpsc::channel::<Infallible>();
        let wait = move || {
            if cancelled.recv_timeout(Self::DELAY) != Err(RecvTimeoutError::Timeout) {
                return;
            }
            notify(&format!("waiting for {name}: no program has written to it yet"));
        };
        thread::Builder::new().spawn(wait).ok().map(|_| Self { _cancel: cancel })
    }
}
