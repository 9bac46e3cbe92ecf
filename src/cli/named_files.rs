//! The files that the flags of a server name: none may be read and overwritten, and standard input is read once.
//!
//! The flags are taken as they stand on the command line and in the environment, because the file of `--report` has to say
//! also of a command line that is refused that the run did not start.

use std::path::{Path, PathBuf};

use super::environment::{program, raw_values, source};
use super::report::ReportFile;
use super::value;
use crate::fixture;
use crate::system;

/// The flags of files that are read.
const INPUT_FLAGS: [&str; 6] = ["--fixtures", "--keys", "--faults", "--object-types", "--tls-cert", "--tls-key"];

/// A file with the flag, variable or argument that names it.
pub struct NamedFile {
    name: String,
    path: PathBuf,
}

impl NamedFile {
    pub fn new(name: &str, path: impl Into<PathBuf>) -> Self {
        Self { name: name.to_owned(), path: path.into() }
    }

    /// The files that a flag of the server names.
    fn of_flag(flag: &str) -> impl Iterator<Item = Self> {
        raw_values(flag).into_iter().map(move |path| Self::new(&source(flag), path))
    }

    fn is_standard_input(&self) -> bool {
        ["-", "/dev/stdin"].iter().any(|name| self.path == Path::new(name))
    }

    /// Whether what is written there replaces no file, as with a device or a pipe.
    fn is_special(&self) -> bool {
        self.path == Path::new("-") || (self.path.exists() && !self.path.is_file())
    }

    /// Whether reading this file reads another one too: the same, or one of a folder of entries.
    fn reads(&self, other: &Path) -> bool {
        let folder = || other.parent().map(|folder| if folder == Path::new("") { Path::new(".") } else { folder });
        system::is_same_file(&self.path, other)
            || (fixture::is_file_of_entries(other) && folder().is_some_and(|it| system::is_same_file(&self.path, it)))
    }
}

/// Why an output cannot be written: one of the other files is the same. A device or a pipe can be read and written.
pub fn collision(output: &NamedFile, others: &[NamedFile]) -> Option<String> {
    let NamedFile { name, path } = output;
    if output.is_special() {
        return None;
    }
    let other = others.iter().find(|other| other.reads(path))?;
    let (path, other) = (path.display(), &other.name);
    Some(format!("{name} would overwrite {path}, which is a file of {other}: give {name} another file"))
}

/// Why the inputs cannot be read: standard input is named twice.
pub fn repeated_standard_input(inputs: &[NamedFile]) -> Option<String> {
    let mut named = inputs.iter().filter(|input| input.is_standard_input());
    let (NamedFile { name: first, .. }, NamedFile { name: second, .. }) = (named.next()?, named.next()?);
    let both =
        if first == second { format!("{first} names it twice") } else { format!("{first} and {second} name it") };
    Some(format!("standard input can be read only once, and {both}: give a file in one place"))
}

/// Ends the program as for a wrong value if the flags of the server contradict each other about files.
pub fn check() {
    let inputs = inputs();
    let report = NamedFile::of_flag("--report").last();
    if let Some(message) = report.as_ref().and_then(|report| collision(report, &inputs)) {
        value::wrong(&message);
    }
    let repeated = repeated_standard_input(&inputs);
    let others: Vec<NamedFile> = inputs.into_iter().chain(report).collect();
    let certificate = NamedFile::of_flag("--tls-write-cert").last();
    let overwritten = certificate.and_then(|certificate| collision(&certificate, &others));
    if let Some(message) = repeated.or(overwritten) {
        refuse(&message);
    }
}

/// Ends the program as for a wrong value of a flag of the server; the file of `--report` says so.
pub fn refuse(message: &str) -> ! {
    note_refusal(message);
    value::wrong(message)
}

/// Writes to the file of `--report` that the run did not start, unless the file is read. A pipe is not opened: nobody
/// may read it any more.
pub fn note_refusal(message: &str) {
    let report = NamedFile::of_flag("--report").last();
    if let Some(report) = report.filter(|report| !report.is_special() && collision(report, &inputs()).is_none()) {
        // The message itself is printed, and a report that cannot be written is the smaller error.
        let _ = ReportFile::write_refusal(&report.path, message);
    }
}

/// The files of flags, and the program that `run` starts, if it is a path.
fn inputs() -> Vec<NamedFile> {
    let program = program().filter(|program| Path::new(program).components().count() > 1);
    let program = program.map(|program| NamedFile::new("the command", program));
    INPUT_FLAGS.into_iter().flat_map(NamedFile::of_flag).chain(program).collect()
}
