//! The differences between operating systems.

use std::ffi::OsStr;
use std::fs::{File, Metadata, OpenOptions};
use std::future::Future;
use std::io;
use std::path::Path;
use std::process::ExitStatus;

/// Makes a new file readable by its owner only. Elsewhere than on Unix, the folder's permissions apply.
pub fn owner_only(options: &mut OpenOptions) {
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(options, 0o600);
    #[cfg(not(unix))]
    let _ = options;
}

/// Gives a new temporary file the permissions of any new file, subject to the umask. Elsewhere than on Unix it has them
/// anyway.
pub fn default_mode(builder: &mut tempfile::Builder<'_, '_>) {
    #[cfg(unix)]
    builder.permissions(std::os::unix::fs::PermissionsExt::from_mode(0o666));
    #[cfg(not(unix))]
    let _ = builder;
}

/// Whether a file is a socket, which cannot be opened. Elsewhere than on Unix there is none.
pub fn is_socket(metadata: &Metadata) -> bool {
    #[cfg(unix)]
    {
        std::os::unix::fs::FileTypeExt::is_socket(&metadata.file_type())
    }
    #[cfg(not(unix))]
    {
        let _ = metadata;
        false
    }
}

/// Whether an open file is still the file at a path, or was removed or replaced. Elsewhere than on Unix, a file
/// replaced by one with the same creation time is not detected: there is no stable file id.
pub fn is_at(file: &File, path: &Path) -> bool {
    let (Ok(open), Ok(there)) = (file.metadata(), path.metadata()) else { return false };
    #[cfg(unix)]
    {
        use std::os::unix::fs::MetadataExt;
        (open.dev(), open.ino()) == (there.dev(), there.ino())
    }
    #[cfg(not(unix))]
    {
        open.created().ok() == there.created().ok()
    }
}

/// Lowers the priority of the current thread for good: the processors prefer the threads that serve requests. Elsewhere than on
/// Linux a thread has no priority of its own.
pub fn lower_thread_priority() {
    #[cfg(target_os = "linux")]
    // Without it the work disturbs others more, and is right all the same.
    let _ = rustix::process::setpriority_process(None, 10);
}

/// Sets the limit of open files, and so of connections: to the maximum allowed, because most systems start far below it, but
/// to no more than 16,384, because some allow a billion and each connection takes memory. Elsewhere than on Unix there is no
/// such limit.
#[cfg(unix)]
pub fn set_fd_limit() -> io::Result<()> {
    use rustix::process::{Resource, Rlimit, getrlimit, setrlimit};

    const MAX_OPEN_FILES: u64 = 16_384;

    let Rlimit { maximum, .. } = getrlimit(Resource::Nofile);
    let current = Some(maximum.map_or(MAX_OPEN_FILES, |maximum| maximum.min(MAX_OPEN_FILES)));
    Ok(setrlimit(Resource::Nofile, Rlimit { current, maximum })?)
}

#[cfg(not(unix))]
pub fn set_fd_limit() -> io::Result<()> {
    Ok(())
}

/// Completes at the first SIGTERM or SIGINT. The handlers are installed when this returns.
#[cfg(unix)]
pub fn stop_signal() -> io::Result<impl Future<Output = ()>> {
    use tokio::signal::unix::{SignalKind, signal};

    let mut terminate = signal(SignalKind::terminate())?;
    let mut interrupt = signal(SignalKind::interrupt())?;
    Ok(async move {
        tokio::select! {
            _ = terminate.recv() => {}
            _ = interrupt.recv() => {}
        }
    })
}

/// Completes at Ctrl-C, Ctrl-Break, or when the console is closed. The handlers are installed when this returns.
#[cfg(windows)]
pub fn stop_signal() -> io::Result<impl Future<Output = ()>> {
    use tokio::signal::windows::{ctrl_break, ctrl_c, ctrl_close};

    let (mut interrupt, mut terminate, mut closed) = (ctrl_c()?, ctrl_break()?, ctrl_close()?);
    Ok(async move {
        tokio::select! {
            _ = interrupt.recv() => {}
            _ = terminate.recv() => {}
            _ = closed.recv() => {}
        }
    })
}

/// Checks that there is a program to start. Elsewhere than on Unix, only starting it shows that.
#[cfg(unix)]
pub fn check_program(program: &OsStr) -> io::Result<()> {
    use std::os::unix::fs::PermissionsExt;

    let is_path = Path::new(program).components().count() > 1 || program.as_encoded_bytes().contains(&b'/');
    let places = match std::env::var_os("PATH") {
        _ if is_path => vec![program.into()],
        Some(path) => std::env::split_paths(&path).map(|folder| folder.join(program)).collect(),
        // The system has folders of its own then.
        None => return Ok(()),
    };
    let mut error = io::ErrorKind::NotFound;
    for metadata in places.iter().filter_map(|place| place.metadata().ok()) {
        if metadata.is_file() && metadata.permissions().mode() & 0o111 != 0 {
            return Ok(());
        }
        if metadata.is_file() || is_path {
            error = io::ErrorKind::PermissionDenied;
        }
    }
    Err(error.into())
}

#[cfg(not(unix))]
pub fn check_program(_: &OsStr) -> io::Result<()> {
    Ok(())
}

/// The signal that ended a process. Elsewhere than on Unix there is none.
pub fn ending_signal(status: ExitStatus) -> Option<i32> {
    #[cfg(unix)]
    {
        std::os::unix::process::ExitStatusExt::signal(&status)
    }
    #[cfg(not(unix))]
    {
        let _ = status;
        None
    }
}

/// Passes the signals of this process on to another one, as long as it lives.
#[cfg(unix)]
pub struct SignalForwarder {
    streams: Vec<(rustix::process::Signal, tokio::signal::unix::Signal)>,
    /// Whether a terminal sends the signals of its keys to this process; it sends them to every process of the group.
    has_terminal: bool,
}

#[cfg(unix)]
impl SignalForwarder {
    /// The handlers are installed when this returns.
    pub fn new() -> io::Result<Self> {
        use rustix::process::Signal;
        use std::io::IsTerminal;
        use tokio::signal::unix::{SignalKind, signal};

        let all = [Signal::HUP, Signal::INT, Signal::QUIT, Signal::TERM, Signal::USR1, Signal::USR2];
        let stream = |sent: Signal| Ok((sent, signal(SignalKind::from_raw(sent.as_raw()))?));
        let streams = all.into_iter().map(stream).collect::<io::Result<_>>()?;
        let has_terminal = io::stdin().is_terminal() || io::stdout().is_terminal() || io::stderr().is_terminal();
        Ok(Self { streams, has_terminal })
    }

    /// Waits for a signal and passes it on; `None` is a process that has ended.
    pub async fn forward_next(&mut self, process: Option<u32>) {
        use rustix::process::{Pid, Signal, kill_process};
        use std::task::Poll;

        let received = std::future::poll_fn(|context| {
            let ready = |(signal, stream): &mut (Signal, tokio::signal::unix::Signal)| {
                stream.poll_recv(context).is_ready().then_some(*signal)
            };
            self.streams.iter_mut().find_map(ready).map_or(Poll::Pending, Poll::Ready)
        });
        let received = received.await;
        let is_of_keys = matches!(received, Signal::INT | Signal::QUIT);
        let process = process.and_then(|process| Pid::from_raw(process.try_into().ok()?));
        if let Some(process) = process.filter(|_| !(is_of_keys && self.has_terminal)) {
            // It may have ended just now.
            let _ = kill_process(process, received);
        }
    }
}

/// Keeps this process alive at Ctrl-C and Ctrl-Break, which every process of the console gets.
#[cfg(windows)]
pub struct SignalForwarder {
    _interrupt: tokio::signal::windows::CtrlC,
    _terminate: tokio::signal::windows::CtrlBreak,
}

#[cfg(windows)]
impl SignalForwarder {
    /// The handlers are installed when this returns.
    pub fn new() -> io::Result<Self> {
        use tokio::signal::windows::{ctrl_break, ctrl_c};

        Ok(Self { _interrupt: ctrl_c()?, _terminate: ctrl_break()? })
    }

    /// Never completes: the other process gets its own signals.
    pub async fn forward_next(&mut self, _: Option<u32>) {
        std::future::pending().await
    }
}
