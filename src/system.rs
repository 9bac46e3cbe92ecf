//! What differs from one operating system to another, in one place.

use std::fs::{File, OpenOptions};
use std::future::Future;
use std::io;
use std::path::Path;

/// A file that is created is for nobody else's eyes. Elsewhere than on Unix the folder decides that.
pub fn owner_only(options: &mut OpenOptions) {
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(options, 0o600);
    #[cfg(not(unix))]
    let _ = options;
}

/// A temporary file that is created is as any new file: what others may read is the umask's to say. Elsewhere than on
/// Unix it is so anyway.
pub fn default_mode(builder: &mut tempfile::Builder<'_, '_>) {
    #[cfg(unix)]
    builder.permissions(std::os::unix::fs::PermissionsExt::from_mode(0o666));
    #[cfg(not(unix))]
    let _ = builder;
}

/// Whether an open file is still the one at a path: somebody may have removed it meanwhile. Elsewhere than on Unix a
/// third one that has taken its place since goes unnoticed: there is no name for an open file.
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

/// Lets this process have as many open files, and so connections, as it is allowed to: most systems begin with far fewer.
/// Elsewhere than on Unix there is no such limit.
#[cfg(unix)]
pub fn raise_fd_limit() -> io::Result<()> {
    use rustix::process::{Resource, Rlimit, getrlimit, setrlimit};

    let Rlimit { maximum, .. } = getrlimit(Resource::Nofile);
    Ok(setrlimit(Resource::Nofile, Rlimit { current: maximum, maximum })?)
}

#[cfg(not(unix))]
pub fn raise_fd_limit() -> io::Result<()> {
    Ok(())
}

/// Completes when the system asks the program to stop: at the first SIGTERM or SIGINT. The handlers are in place when
/// this returns.
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

/// Completes when the system asks the program to stop: at Ctrl-C, Ctrl-Break, or when its console is closed. The
/// handlers are in place when this returns.
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
