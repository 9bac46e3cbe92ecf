//! The differences between operating systems.

use std::fs::{File, Metadata, OpenOptions};
use std::future::Future;
use std::io::{self, IsTerminal};
use std::path::{Path, PathBuf};
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

/// Whether every user may write to a file. Elsewhere than on Unix it is not known.
pub fn is_writable_by_others(path: &Path) -> bool {
    #[cfg(unix)]
    {
        let mode = |metadata: Metadata| std::os::unix::fs::PermissionsExt::mode(&metadata.permissions());
        path.metadata().is_ok_and(|metadata| metadata.is_file() && mode(metadata) & 0o002 != 0)
    }
    #[cfg(not(unix))]
    {
        let _ = path;
        false
    }
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
        file_id(&open) == file_id(&there)
    }
    #[cfg(not(unix))]
    {
        open.created().ok() == there.created().ok()
    }
}

/// Whether two paths lead to one file, which need not exist yet. Elsewhere than on Unix, hard links are not detected.
pub fn is_same_file(one: &Path, other: &Path) -> bool {
    #[cfg(unix)]
    if let (Ok(one), Ok(other)) = (one.metadata(), other.metadata()) {
        return file_id(&one) == file_id(&other);
    }
    resolve(one).is_ok_and(|one| resolve(other).is_ok_and(|other| one == other))
}

#[cfg(unix)]
fn file_id(metadata: &Metadata) -> (u64, u64) {
    use std::os::unix::fs::MetadataExt;

    (metadata.dev(), metadata.ino())
}

/// The absolute path without links. The file itself need not exist, but its folder.
fn resolve(path: &Path) -> io::Result<PathBuf> {
    let absolute = std::path::absolute(path)?;
    absolute.canonicalize().or_else(|error| match (absolute.parent(), absolute.file_name()) {
        (Some(folder), Some(name)) => Ok(folder.canonicalize()?.join(name)),
        (None, _) | (_, None) => Err(error),
    })
}

/// Lowers the priority of the current thread for good: the processors prefer the threads that serve requests. Elsewhere than on
/// Linux a thread has no priority of its own.
pub fn lower_thread_priority() {
    #[cfg(target_os = "linux")]
    // Without it the work disturbs others more, and is right all the same.
    let _ = rustix::process::setpriority_process(None, 10);
}

/// The width of the terminal that standard error is; where it is not known, the usual one.
pub fn stderr_columns() -> usize {
    const USUAL_COLUMNS: usize = 80;

    #[cfg(unix)]
    if let Ok(size) = rustix::termios::tcgetwinsize(io::stderr())
        && size.ws_col > 0
    {
        return size.ws_col.into();
    }
    USUAL_COLUMNS
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

/// The signals that a program asks others to end with, or that end those that do not handle them. Faults of the program itself,
/// such as SIGSEGV and SIGABRT, are not among them, nor are real-time signals, which mean nothing by themselves.
#[cfg(unix)]
const ENDING_SIGNALS: &[rustix::process::Signal] = {
    use rustix::process::Signal;

    &[
        Signal::HUP,
        Signal::INT,
        Signal::QUIT,
        Signal::TERM,
        Signal::USR1,
        Signal::USR2,
        Signal::ALARM,
        Signal::VTALARM,
        Signal::PROF,
        Signal::IO,
        Signal::XCPU,
        #[cfg(target_os = "linux")]
        Signal::STKFLT,
        #[cfg(target_os = "linux")]
        Signal::POWER,
    ]
};

/// Makes a write beyond the limit of the size of files an error: SIGXFSZ, which comes with it, would end the process without a
/// message. What this process starts gets the signal as before. Elsewhere than on Unix there is no such signal.
pub fn survive_file_size_limit() -> io::Result<()> {
    #[cfg(unix)]
    {
        use rustix::process::Signal;
        use tokio::signal::unix::{SignalKind, signal};

        if IgnoredSignals::read().contains(Signal::XFSZ) {
            return Ok(());
        }
        // The handler stays when the stream and the runtime are dropped.
        let runtime = tokio::runtime::Builder::new_current_thread().enable_io().build()?;
        let _guard = runtime.enter();
        signal(SignalKind::from_raw(Signal::XFSZ.as_raw())).map(drop)
    }
    #[cfg(not(unix))]
    Ok(())
}

/// What SIGHUP means to a server.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Hangup {
    /// The terminal is gone: the server stops.
    Stops,
    /// Somebody asks the server to read its files again, as daemons do.
    Reloads,
}

impl Hangup {
    /// Only a process that was started from a terminal loses one.
    pub fn for_standard_input() -> Self {
        if io::stdin().is_terminal() { Self::Stops } else { Self::Reloads }
    }
}

/// The signals of a server. The handlers are installed when one is made.
#[cfg(unix)]
pub struct ServerSignals {
    stop: SignalStreams,
    reload: Option<tokio::signal::unix::Signal>,
}

#[cfg(unix)]
impl ServerSignals {
    pub fn new(hangup: Hangup) -> io::Result<Self> {
        use rustix::process::Signal;
        use tokio::signal::unix::{SignalKind, signal};

        let stops = |sent: &Signal| *sent != Signal::HUP || hangup == Hangup::Stops;
        let reload = match hangup {
            Hangup::Stops => None,
            Hangup::Reloads => Some(signal(SignalKind::hangup())?),
        };
        Ok(Self { stop: SignalStreams::new(ENDING_SIGNALS.iter().copied().filter(stops))?, reload })
    }

    /// Completes at the first signal that ends the server. Until then, calls `reload` at each that asks for it, and waits for
    /// its end: of those that come meanwhile, one counts.
    pub async fn stop<F: Future>(mut self, reload: impl Fn() -> F) {
        let reloads = async {
            let Some(signal) = &mut self.reload else { return std::future::pending().await };
            while signal.recv().await.is_some() {
                reload().await;
            }
        };
        tokio::select! {
            _ = self.stop.next() => {}
            () = reloads => {}
        }
    }
}

/// The signals of a server. The handlers are installed when one is made.
#[cfg(windows)]
pub struct ServerSignals {
    interrupt: tokio::signal::windows::CtrlC,
    terminate: tokio::signal::windows::CtrlBreak,
    closed: tokio::signal::windows::CtrlClose,
}

#[cfg(windows)]
impl ServerSignals {
    pub fn new(_: Hangup) -> io::Result<Self> {
        use tokio::signal::windows::{ctrl_break, ctrl_c, ctrl_close};

        Ok(Self { interrupt: ctrl_c()?, terminate: ctrl_break()?, closed: ctrl_close()? })
    }

    /// Completes at Ctrl-C, Ctrl-Break, or when the console is closed. No signal asks for a reload.
    pub async fn stop<F: Future>(mut self, _: impl Fn() -> F) {
        tokio::select! {
            _ = self.interrupt.recv() => {}
            _ = self.terminate.recv() => {}
            _ = self.closed.recv() => {}
        }
    }
}

/// Signals of this process, in the order in which they come.
#[cfg(unix)]
struct SignalStreams(Vec<(rustix::process::Signal, tokio::signal::unix::Signal)>);

#[cfg(unix)]
impl SignalStreams {
    fn new(signals: impl IntoIterator<Item = rustix::process::Signal>) -> io::Result<Self> {
        use rustix::process::Signal;
        use tokio::signal::unix::{SignalKind, signal};

        let stream = |sent: Signal| Ok((sent, signal(SignalKind::from_raw(sent.as_raw()))?));
        signals.into_iter().map(stream).collect::<io::Result<_>>().map(Self)
    }

    async fn next(&mut self) -> rustix::process::Signal {
        use std::task::Poll;

        let next = std::future::poll_fn(|context| {
            let received =
                self.0.iter_mut().find_map(|(signal, stream)| stream.poll_recv(context).is_ready().then_some(*signal));
            received.map_or(Poll::Pending, Poll::Ready)
        });
        next.await
    }
}

/// Whether a file may be executed by somebody. Elsewhere than on Unix, only starting it shows that.
pub fn is_executable(metadata: &Metadata) -> bool {
    #[cfg(unix)]
    {
        std::os::unix::fs::PermissionsExt::mode(&metadata.permissions()) & 0o111 != 0
    }
    #[cfg(not(unix))]
    {
        let _ = metadata;
        true
    }
}

/// Whether a program did not start because the system does not know its format.
pub fn has_unknown_format(error: &io::Error) -> bool {
    #[cfg(unix)]
    {
        error.raw_os_error() == Some(rustix::io::Errno::NOEXEC.raw_os_error())
    }
    #[cfg(not(unix))]
    {
        let _ = error;
        false
    }
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

/// Passes the signals of this process on to a child of its process group, unless the child got them as well.
#[cfg(unix)]
pub struct SignalForwarder {
    signals: SignalStreams,
    /// Handles SIGCHLD: where it is ignored, as a parent may have it, the system forgets how a child ended.
    _child: tokio::signal::unix::Signal,
    witness: Option<GroupWitness>,
    /// The signal that ended a witness, until this process has handled it too: of several it may handle another first.
    group_signal: Option<i32>,
}

#[cfg(unix)]
impl SignalForwarder {
    /// The handlers are installed when this returns. A signal that is ignored stays so, for the child too.
    pub fn new() -> io::Result<Self> {
        use tokio::signal::unix::{SignalKind, signal};

        let ignored = IgnoredSignals::read();
        let handled = ENDING_SIGNALS.iter().copied().filter(|signal| !ignored.contains(*signal));
        let signals = SignalStreams::new(handled)?;
        let child = signal(SignalKind::child())?;
        Ok(Self { signals, _child: child, witness: GroupWitness::start(), group_signal: None })
    }

    /// Waits for a signal, and passes it on if it was sent to this process alone; `None` is a child that has ended.
    pub async fn forward_next(&mut self, child: Option<u32>) {
        use rustix::process::{Pid, kill_process};

        let received = self.signals.next().await;
        if let Some(witness) = &mut self.witness
            && let Some(ended_by) = witness.ended_by().await
        {
            self.witness = GroupWitness::start();
            self.group_signal = Some(ended_by);
        }
        if self.group_signal == Some(received.as_raw()) {
            self.group_signal = None;
            return;
        }
        if let Some(child) = child.and_then(|child| Pid::from_raw(child.try_into().ok()?)) {
            // It may have ended just now.
            let _ = kill_process(child, received);
        }
    }
}

/// A process that does nothing. A signal that ends it was sent to the whole process group, as a terminal, a shell or `timeout` do, or
/// to all processes, as systemd does.
#[cfg(unix)]
struct GroupWitness {
    process: tokio::process::Child,
    /// Ends with this process, and then the witness does.
    input: tokio::process::ChildStdin,
    output: tokio::process::ChildStdout,
}

#[cfg(unix)]
impl GroupWitness {
    /// How long after this process the witness may get a signal.
    const DELAY: std::time::Duration = std::time::Duration::from_millis(10);
    /// How long a witness that was stopped is waited for.
    const TIMEOUT: std::time::Duration = std::time::Duration::from_secs(1);

    /// `None` if there is no `cat`, as in an image without a shell.
    fn start() -> Option<Self> {
        use std::process::Stdio;

        let mut command = tokio::process::Command::new("cat");
        let mut process = command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::null()).spawn().ok()?;
        let (input, output) = (process.stdin.take()?, process.stdout.take()?);
        Some(Self { process, input, output })
    }

    /// The signal that has ended it.
    async fn ended_by(&mut self) -> Option<i32> {
        use tokio::io::{AsyncReadExt, AsyncWriteExt};

        tokio::time::sleep(Self::DELAY).await;
        let ending = async {
            // One that lives copies what is written, however busy the machine is.
            if self.input.write_all(b"\n").await.is_ok() && self.output.read_u8().await.is_ok() {
                return None;
            }
            self.process.wait().await.ok().and_then(ending_signal)
        };
        tokio::time::timeout(Self::TIMEOUT, ending).await.ok().flatten()
    }
}

/// The signals that were ignored when this process started, a bit each, as `nohup` has it. Only Linux says.
#[cfg(unix)]
struct IgnoredSignals(u64);

#[cfg(unix)]
impl IgnoredSignals {
    fn read() -> Self {
        let status = std::fs::read_to_string("/proc/self/status").unwrap_or_default();
        let mask = status.lines().find_map(|line| line.strip_prefix("SigIgn:"));
        Self(mask.and_then(|mask| u64::from_str_radix(mask.trim(), 16).ok()).unwrap_or_default())
    }

    fn contains(&self, signal: rustix::process::Signal) -> bool {
        self.0 >> (signal.as_raw() - 1) & 1 == 1
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
