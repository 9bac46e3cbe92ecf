//! Where a command puts what it makes: standard output, or a file that appears whole or not at all.

use std::fs::Permissions;
use std::io::{self, BufWriter, Stdout, Write};
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};

use tempfile::NamedTempFile;

/// Written to as any writer; a file takes its place only when [`Output::finish`] is called.
pub struct Output {
    to: BufWriter<Target>,
}

enum Target {
    Standard(Stdout),
    File { beside: NamedTempFile, path: PathBuf },
}

impl Output {
    /// Standard output for `None`. A file is written beside its place, so that one that cannot be is refused before
    /// any work is done.
    pub fn open(path: Option<&Path>) -> Result<Self, String> {
        let target = match path {
            None => Target::Standard(io::stdout()),
            Some(path) => {
                let refused =
                    |error: &dyn std::fmt::Display| format!("cannot write {} (--out): {error}", path.display());
                if path.is_dir() {
                    return Err(refused(&"it is a folder"));
                }
                let folder = path.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new("."));
                // As any new file: what others may read is the umask's to say.
                let mut beside = tempfile::Builder::new();
                beside.prefix(".cortex-audit-mock-").suffix(".part");
                beside.permissions(Permissions::from_mode(0o666));
                let beside = beside.tempfile_in(folder).map_err(|error| refused(&error))?;
                Target::File { beside, path: path.to_owned() }
            }
        };
        Ok(Self { to: BufWriter::with_capacity(64 * 1024, target) })
    }

    /// Writes what is left and puts the file in its place.
    pub fn finish(self) -> Result<(), String> {
        let target = self.to.into_inner().map_err(io::IntoInnerError::into_error);
        match target.map_err(|error| told(&error))? {
            Target::Standard(_) => Ok(()),
            Target::File { beside, path } => {
                let refused = |error: io::Error| format!("cannot write {} (--out): {error}", path.display());
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

impl Write for Target {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        match self {
            Self::Standard(out) => out.write(bytes),
            Self::File { beside, .. } => beside.write(bytes),
        }
    }

    fn flush(&mut self) -> io::Result<()> {
        match self {
            Self::Standard(out) => out.flush(),
            Self::File { beside, .. } => beside.flush(),
        }
    }
}

/// The message for a write that failed midway.
pub fn told(error: &io::Error) -> String {
    format!("cannot write: {error}")
}
