//! The output of a command: standard output, or a file that appears whole or not at all.

use std::ffi::OsStr;
use std::fs::{self, File, TryLockError};
use std::io::{self, BufWriter, Stdout, Write};
use std::path::{Path, PathBuf};

use tempfile::NamedTempFile;

use crate::system;

/// Written to as any writer; a file takes its place only when [`Output::finish`] is called.
pub struct Output {
    flag: String,
    to: BufWriter<NamedTarget>,
}

/// A target, and the flag that its errors name.
struct NamedTarget {
    flag: String,
    target: Target,
}

enum Target {
    Standard(Stdout),
    /// A device or a pipe: renaming would put a file in its place.
    Special {
        file: File,
        path: PathBuf,
    },
    File {
        beside: NamedTempFile,
        path: PathBuf,
    },
}

/// Beginning and end of the name of a file that is not complete yet.
const TEMPORARY_NAME: (&str, &str) = (".cortex-audit-mock-", ".part");

impl Output {
    /// Opens the output of `--out`: standard output for `None`, else a file. The file is created under a temporary name
    /// now, so that a path that cannot be written fails before any work is done.
    pub fn open(path: Option<&Path>) -> Result<Self, String> {
        Self::open_for("--out", path)
    }

    /// Opens the output of the flag that messages shall name; otherwise like [`Output::open`].
    pub fn open_for(flag: &str, path: Option<&Path>) -> Result<Self, String> {
        let target = match path {
            None => Target::Standard(io::stdout()),
            // Opening the path again would write from its beginning.
            Some(path) if path == Path::new("-") || path == Path::new("/dev/stdout") => Target::Standard(io::stdout()),
            Some(path) => {
                Target::at(path).map_err(|error| format!("cannot write {} ({flag}): {error}", path.display()))?
            }
        };
        let target = NamedTarget { flag: flag.to_owned(), target };
        Ok(Self { flag: flag.to_owned(), to: BufWriter::with_capacity(64 * 1024, target) })
    }

    /// Whether this is a file that is replaced as a whole, and not a stream.
    pub fn is_file(&self) -> bool {
        matches!(self.to.get_ref().target, Target::File { .. })
    }

    /// Flushes the buffer and gives the file its name.
    pub fn finish(self) -> Result<(), String> {
        let target = self.to.into_inner().map_err(io::IntoInnerError::into_error);
        match target.map_err(|error| told(&error))?.target {
            Target::Standard(_) | Target::Special { .. } => Ok(()),
            Target::File { beside, path } => {
                let refused = |error| format!("cannot write {} ({}): {error}", path.display(), self.flag);
                beside.as_file().sync_all().map_err(refused)?;
                beside.persist(&path).map_err(|error| refused(error.error))?;
                Ok(())
            }
        }
    }
}

impl Write for Output {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.to.write(bytes)
    }

    fn flush(&mut self) -> io::Result<()> {
        self.to.flush()
    }
}

impl Target {
    fn at(path: &Path) -> io::Result<Self> {
        // A link stays one; what it points to is replaced.
        let path = match path.read_link() {
            // One that points to nothing yet counts from its folder.
            Ok(to) if !path.exists() => path.parent().unwrap_or(Path::new("")).join(to),
            _ => path.canonicalize().unwrap_or_else(|_| path.to_owned()),
        };
        if path.is_dir() {
            return Err(io::Error::new(io::ErrorKind::IsADirectory, "it is a folder"));
        }
        if path.exists() && !path.is_file() {
            return Ok(Self::Special { file: File::options().write(true).open(&path)?, path });
        }
        let folder = path.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new("."));
        // Looked at first, because the error of a file in a folder that is not there would name that file.
        folder.metadata()?;
        remove_abandoned(folder);
        let beside = temporary_file(folder)?;
        if let Ok(there) = path.metadata() {
            beside.as_file().set_permissions(there.permissions())?;
        }
        Ok(Self::File { beside, path })
    }
}

/// A new file, which its lock marks as in use.
fn temporary_file(folder: &Path) -> io::Result<NamedTempFile> {
    let mut builder = tempfile::Builder::new();
    builder.prefix(TEMPORARY_NAME.0).suffix(TEMPORARY_NAME.1);
    system::default_mode(&mut builder);
    loop {
        let file = builder.tempfile_in(folder)?;
        match file.as_file().try_lock() {
            // Another process may take it for abandoned until it is locked.
            Err(TryLockError::WouldBlock) => {}
            Ok(()) if !system::is_at(file.as_file(), file.path()) => {}
            // Without locks, such as on some network drives, nobody removes it.
            Ok(()) | Err(TryLockError::Error(_)) => return Ok(file),
        }
    }
}

/// Removes the temporary files of processes that were killed. What cannot be removed stays: it is in nobody's way.
fn remove_abandoned(folder: &Path) {
    let is_temporary = |name: &OsStr| {
        name.to_str().is_some_and(|name| name.starts_with(TEMPORARY_NAME.0) && name.ends_with(TEMPORARY_NAME.1))
    };
    let files = folder.read_dir().into_iter().flatten().flatten();
    for file in files.filter(|file| is_temporary(&file.file_name())) {
        let is_file = file.file_type().is_ok_and(|kind| kind.is_file());
        let open = File::options().write(true).open(file.path()).ok().filter(|_| is_file);
        if open.is_some_and(|open| open.try_lock().is_ok()) {
            let _ = fs::remove_file(file.path());
        }
    }
}

impl NamedTarget {
    /// An error that says where it happened.
    fn named(&self, error: &io::Error) -> io::Error {
        let place = match &self.target {
            Target::Standard(_) => "to standard output".to_owned(),
            Target::Special { path, .. } | Target::File { path, .. } => format!("{} ({})", path.display(), self.flag),
        };
        io::Error::new(error.kind(), format!("{place}: {error}"))
    }
}

impl Write for NamedTarget {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        let written = match &mut self.target {
            Target::Standard(out) => out.write(bytes),
            Target::Special { file, .. } => file.write(bytes),
            // Without the name of the temporary file, which tempfile adds to errors.
            Target::File { beside, .. } => beside.as_file_mut().write(bytes),
        };
        written.map_err(|error| self.named(&error))
    }

    fn flush(&mut self) -> io::Result<()> {
        let flushed = match &mut self.target {
            Target::Standard(out) => out.flush(),
            Target::Special { file, .. } => file.flush(),
            Target::File { beside, .. } => beside.as_file_mut().flush(),
        };
        flushed.map_err(|error| self.named(&error))
    }
}

/// The message for a write that failed midway.
pub fn told(error: &io::Error) -> String {
    format!("cannot write {error}")
}
