//! The program that `run` starts: whether it can be started, and why not, with the exit codes of a shell.

use std::env;
use std::ffi::OsStr;
use std::fmt;
use std::fs::File;
use std::io::{self, ErrorKind, Read};
use std::path::{Path, PathBuf};

use crate::system::{has_unknown_format, is_executable};

/// Why a program cannot be started.
#[derive(Debug)]
pub enum ProgramError {
    /// Its name is empty.
    Unnamed,
    NotFound,
    Folder,
    NotExecutable,
    /// It is a script, and this interpreter of its first line is not found.
    NoInterpreter(String),
    /// It is neither a program of this system nor a script that names its interpreter.
    UnknownFormat,
    /// It needs another system.
    NoLoader,
    Other(io::Error),
}

impl ProgramError {
    /// The error of an attempt to start a program that [`check`] has accepted.
    pub fn from_start(program: &OsStr, error: io::Error) -> Self {
        match error.kind() {
            ErrorKind::NotFound if matches!(find(program), Ok(Some(_))) => Self::NoLoader,
            ErrorKind::NotFound => Self::NotFound,
            _ if has_unknown_format(&error) => Self::UnknownFormat,
            _ => Self::Other(error),
        }
    }

    /// The exit code with which a shell reports it.
    pub const fn exit_code(&self) -> u8 {
        match self {
            Self::Unnamed | Self::NotFound | Self::NoInterpreter(_) | Self::NoLoader => 127,
            Self::Folder | Self::NotExecutable | Self::UnknownFormat | Self::Other(_) => 126,
        }
    }
}

impl fmt::Display for ProgramError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        const ACCEPTED: &str = "accepted: a program on the PATH, or the path of one, such as ./test.sh";
        match self {
            Self::Unnamed => write!(f, "its name is empty, as from a variable that is not set; {ACCEPTED}"),
            Self::NotFound => write!(f, "it is not found; {ACCEPTED}"),
            Self::Folder => write!(f, "it is a folder; {ACCEPTED}"),
            Self::NotExecutable => f.write_str("it is no program that may be executed, which takes chmod +x"),
            Self::NoInterpreter(name) if name.ends_with('\r') => {
                write!(
                    f,
                    "its interpreter {name:?} is not found: its first line ends with a carriage return, as on Windows"
                )
            }
            Self::NoInterpreter(name) => write!(f, "the interpreter {name:?} of its first line is not found"),
            Self::UnknownFormat => f.write_str(
                "it has no #! line and is no program of this system; a script begins with a line such as #!/bin/sh",
            ),
            Self::NoLoader => f.write_str("it is built for another system: what loads it is not found"),
            Self::Other(error) => error.fmt(f),
        }
    }
}

/// Checks that there is a program to start. Whether a program is one of this system, only starting it shows; elsewhere than on Unix
/// also whether it exists.
pub fn check(program: &OsStr) -> Result<(), ProgramError> {
    if program.is_empty() {
        return Err(ProgramError::Unnamed);
    }
    let Some(start) = find(program)?.and_then(|path| read_start(&path).ok()) else { return Ok(()) };
    match interpreter(&start) {
        Some(name) if !Path::new(&name).exists() => Err(ProgramError::NoInterpreter(name)),
        Some(_) => Ok(()),
        // The head of a program has zeros, which no text has.
        None if !start.contains(&0) => Err(ProgramError::UnknownFormat),
        None => Ok(()),
    }
}

/// The file of a program; `None` if only the system knows where it is.
fn find(program: &OsStr) -> Result<Option<PathBuf>, ProgramError> {
    let is_path = program.as_encoded_bytes().contains(&b'/');
    let places: Vec<PathBuf> = match env::var_os("PATH") {
        _ if cfg!(not(unix)) => return Ok(None),
        _ if is_path => vec![program.into()],
        Some(path) => env::split_paths(&path).map(|folder| folder.join(program)).collect(),
        // The system has folders of its own then.
        None => return Ok(None),
    };
    let mut error = ProgramError::NotFound;
    for place in places {
        match place.metadata() {
            Ok(metadata) if metadata.is_file() && is_executable(&metadata) => return Ok(Some(place)),
            Ok(metadata) if metadata.is_file() => error = ProgramError::NotExecutable,
            Ok(metadata) if is_path && metadata.is_dir() => error = ProgramError::Folder,
            Ok(_) if is_path => error = ProgramError::NotExecutable,
            Err(denied) if is_path && denied.kind() == ErrorKind::PermissionDenied => {
                error = ProgramError::Other(denied)
            }
            Ok(_) | Err(_) => {}
        }
    }
    Err(error)
}

/// The start of a file, as much as Linux reads of it to see how to run it.
fn read_start(path: &Path) -> io::Result<Vec<u8>> {
    const MAX_BYTES: u64 = 256;

    let mut start = Vec::new();
    File::open(path)?.take(MAX_BYTES).read_to_end(&mut start)?;
    Ok(start)
}

/// The interpreter that the first line of a script names.
fn interpreter(start: &[u8]) -> Option<String> {
    let line = start.strip_prefix(b"#!")?.split(|byte| *byte == b'\n').next()?;
    let blanks = [' ', '\t'];
    let line = String::from_utf8_lossy(line);
    line.trim_start_matches(blanks).split(blanks).next().filter(|name| !name.is_empty()).map(str::to_owned)
}
