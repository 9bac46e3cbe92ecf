//! A command whose standard output and standard error are a terminal.

use std::fs::File;
use std::io::Read;
use std::os::fd::OwnedFd;
use std::os::unix::fs::OpenOptionsExt;
use std::process::{Child, ChildStdin, Stdio};
use std::sync::mpsc::{self, Receiver, RecvTimeoutError};
use std::thread;
use std::time::Duration;

use rustix::fs::OFlags;
use rustix::pty::{OpenptFlags, grantpt, openpt, ptsname, unlockpt};

use super::{Launch, READ_TIMEOUT};

/// A running command. Killed when it is dropped.
pub struct TerminalProcess {
    child: Child,
    pub stdin: Option<ChildStdin>,
    chunks: Receiver<Vec<u8>>,
    printed: String,
}

impl Launch {
    /// Starts the command on a terminal of its own; its standard input is a pipe.
    pub fn on_terminal(mut self) -> TerminalProcess {
        let (ours, theirs) = terminal();
        let streams = self.command.stdin(Stdio::piped()).stdout(theirs.try_clone().unwrap()).stderr(theirs);
        let mut child = streams.spawn().unwrap();
        // It has copies of the terminal, which ends when the last is closed.
        drop(self.command);
        let (sender, chunks) = mpsc::channel();
        thread::spawn(move || {
            let mut ours = File::from(ours);
            let mut buffer = [0; 4096];
            // The end of the terminal is an error on Linux.
            while let Ok(count @ 1..) = ours.read(&mut buffer) {
                if sender.send(buffer[..count].to_vec()).is_err() {
                    return;
                }
            }
        });
        TerminalProcess { stdin: child.stdin.take(), child, chunks, printed: String::new() }
    }
}

impl TerminalProcess {
    /// Waits until the terminal has this text; returns everything that was printed.
    #[track_caller]
    pub fn read_until(&mut self, text: &str) -> &str {
        while !self.printed.contains(text) {
            if let Err(error) = self.receive(READ_TIMEOUT) {
                panic!("{text} is not printed ({error}): {}", self.printed);
            }
        }
        &self.printed
    }

    /// Everything that is printed up to the end of this time.
    pub fn read_for(&mut self, time: Duration) -> &str {
        while self.receive(time).is_ok() {}
        &self.printed
    }

    /// Closes standard input, and waits until the command ends; returns its exit code and everything that was printed.
    pub fn end(mut self) -> (Option<i32>, String) {
        drop(self.stdin.take());
        while self.receive(READ_TIMEOUT).is_ok() {}
        (self.child.wait().unwrap().code(), std::mem::take(&mut self.printed))
    }

    fn receive(&mut self, timeout: Duration) -> Result<(), RecvTimeoutError> {
        let chunk = self.chunks.recv_timeout(timeout)?;
        self.printed += &String::from_utf8_lossy(&chunk).replace("\r\n", "\n");
        Ok(())
    }
}

impl Drop for TerminalProcess {
    fn drop(&mut self) {
        // Both fail if it has ended already.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// The two ends of a terminal: ours, and that of the command.
fn terminal() -> (OwnedFd, File) {
    let ours = openpt(OpenptFlags::RDWR | OpenptFlags::NOCTTY).unwrap();
    grantpt(&ours).unwrap();
    unlockpt(&ours).unwrap();
    let path = ptsname(&ours, Vec::new()).unwrap().into_string().unwrap();
    let flags = OFlags::NOCTTY.bits().cast_signed();
    (ours, File::options().read(true).write(true).custom_flags(flags).open(path).unwrap())
}
