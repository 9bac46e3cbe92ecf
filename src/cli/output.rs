//! The output of a command: standard output, or a file that appears whole or not at all.

use std::fs::File;
use std::io::{self, BufWriter, Stdout, Write};
use std::path::{Path, PathBuf};

use tempfile::NamedTempFile;

use crate::system;

/// Written to as any writer; a file takes its place only when [`Output::finish`] is called.
pub struct Output {
    flag: &'static str,
    to: BufWriter<Target>,
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

impl Output {
    /// Opens the output of `--out`: standard output for `None`, else a file. The file is created under a temporary name
    /// now, so that a path that cannot be written fails before any work is done.
    pub fn open(path: Option<&Path>) -> Result<Self, String> {
        Self::open_for("--out", path)
    }

    /// Opens the output of the flag that messages shall name; otherwise like [`Output::open`].
    pub fn open_for(flag: &'static str, path: Option<&Path>) -> Result<Self, String> {
        let target = match path {
            None => Target::Standard(io::stdout()),
            // Opening the path again would write from its beginning.
            Some(path) if path == Path::new("-") || path == Path::new("/dev/stdout") => Target::Standard(io::stdout()),
            Some(path) => {
                Target::at(path).map_err(|error| format!("cannot write {} ({flag}): {error}", path.display()))?
            }
        };
        Ok(Self { flag, to: BufWriter::with_capacity(64 * 1024, target) })
    }

    /// Flushes the buffer and gives the file its name.
    pub fn finish(self) -> Result<(), String> {
        let target = self.to.into_inner().map_err(io::IntoInnerError::into_error);
        match target.map_err(|error| told(&error))? {
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
        let mut beside = tempfile::Builder::new();
        beside.prefix(".cortex-audit-mock-").suffix(".part");
        system::default_mode(&mut beside);
        let beside = beside.tempfile_in(folder)?;
        if let Ok(there) = path.metadata() {
            beside.as_file().set_permissions(there.permissions())?;
        }
        Ok(Self::File { beside, path })
    }

    /// An error that says where it happened.
    fn named(&self, error: &io::Error) -> io::Error {
        let place = match self {
            Self::Standard(_) => "to standard output".to_owned(),
            Self::Special { path, .. } | Self::File { path, .. } => format!("{} (--out)", path.display()),
        };
        io::Error::new(error.kind(), format!("{place}: {error}"))
    }
}

impl Write for Target {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        let written = match self {
            Self::Standard(out) => out.write(bytes),
            Self::Special { file, .. } => file.write(bytes),
            Self::File { beside, .. } => beside.write(bytes),
        };
        written.map_err(|error| self.named(&error))
    }

    fn flush(&mut self) -> io::Result<()> {
        let flushed = match self {
            Self::Standard(out) => out.flush(),
            Self::Special { file, .. } => file.flush(),
            Self::File { beside, .. } => beside.flush(),
        };
        flushed.map_err(|error| self.named(&error))
    }
}

/// The message for a write that failed midway.
pub fn told(error: &io::Error) -> String {
    format!("cannot write {error}")
}
