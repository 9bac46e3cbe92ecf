//! `chromedriver` as a process: one for all tests that run at the same time, ended with the last of them.

use std::io::{BufRead, BufReader};
use std::path::PathBuf;
use std::process::{Child, ChildStdin, ChildStdout, Command, Stdio};
use std::sync::{Arc, Mutex, Weak};

use tempfile::TempDir;

static SHARED: Mutex<Weak<Driver>> = Mutex::new(Weak::new());

/// Waits for the end of standard input, which the tests keep open: so the driver ends with them, even if they are killed.
const UNTIL_INPUT_ENDS: &str = r#""$0" --port=0 </dev/null & read -r _; kill $!; wait"#;

/// A `chromedriver` that runs until it is dropped. Its browsers end with it.
pub struct Driver {
    pub url: String,
    pub browser: PathBuf,
    process: Child,
    input: Option<ChildStdin>,
    /// Kept open: the driver ends if it is closed.
    _output: BufReader<ChildStdout>,
    /// A temporary home, so that the driver leaves no files in that of the user.
    _home: TempDir,
}

/// The running driver, or a new one.
pub fn shared() -> Result<Arc<Driver>, String> {
    let mut shared = SHARED.lock().unwrap_or_else(std::sync::PoisonError::into_inner);
    if let Some(driver) = shared.upgrade() {
        return Ok(driver);
    }
    let driver = Arc::new(Driver::start()?);
    *shared = Arc::downgrade(&driver);
    Ok(driver)
}

fn on_the_path(program: &str) -> Result<PathBuf, String> {
    let path = std::env::var_os("PATH").unwrap_or_default();
    let places: Vec<_> = std::env::split_paths(&path).map(|folder| folder.join(program)).collect();
    places.into_iter().find(|place| place.is_file()).ok_or_else(|| format!("{program} is not installed"))
}

impl Driver {
    fn start() -> Result<Self, String> {
        let program = on_the_path("chromedriver")?;
        let browser = on_the_path("chromium")?;
        let home = tempfile::tempdir().map_err(|error| error.to_string())?;
        let mut command = Command::new("sh");
        command.args(["-c", UNTIL_INPUT_ENDS]).arg(&program).env("HOME", home.path());
        // Not UTC, to tell local times from UTC.
        command.env("TZ", "Europe/Berlin");
        let streams = command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::null());
        let mut process = streams.spawn().map_err(|error| format!("{}: {error}", program.display()))?;
        let input = process.stdin.take();
        let mut output = BufReader::new(process.stdout.take().expect("it is piped"));
        let mut said = String::new();
        let port = loop {
            let mut line = String::new();
            if output.read_line(&mut line).map_err(|error| error.to_string())? == 0 {
                return Err(format!("{} did not start: {said}", program.display()));
            }
            let port = line.split_once("successfully on port ").and_then(|(_, port)| port.trim().strip_suffix('.'));
            if let Some(port) = port {
                break port.to_owned();
            }
            said += &line;
        };
        Ok(Self { url: format!("http://127.0.0.1:{port}"), browser, process, input, _output: output, _home: home })
    }
}

impl Drop for Driver {
    fn drop(&mut self) {
        drop(self.input.take());
        // The shell ends with its driver.
        let _ = self.process.wait();
    }
}
