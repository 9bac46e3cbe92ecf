//! The differences between operating systems.

use std::fs::{File, Metadata, OpenOptions};
use std::future::Future;
use std::io;
use std::path::Path;

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
