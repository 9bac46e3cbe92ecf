//! Signals: SIGHUP reads the files again, and every other one that ends the server lets it write the report.

use std::fs::{self, File};
use std::path::{Path, PathBuf};
use std::process::Command;
use std::thread;
use std::time::{Duration, Instant};

use serde_json::json;
use tempfile::TempDir;

use super::{LOGS, entry, folder, keys, path};
use crate::support::external_tools;
use crate::support::h2_client::{HttpClient, TlsClient};
use crate::support::process::{Launch, Server, Signal, binary};

/// A server whose log a test reads while it runs.
struct LoggingServer {
    server: Server,
    log: PathBuf,
}

impl LoggingServer {
    fn start(files: &TempDir, launch: Launch) -> Self {
        let log = files.path().join("log");
        Self { server: launch.stderr(File::create(&log).unwrap()).serve(), log }
    }

    /// Sends SIGHUP, and waits until the log has this text.
    #[track_caller]
    fn hang_up(&self, logged: &str) -> String {
        fs::write(&self.log, "").unwrap();
        self.server.signal(Signal::HUP);
        wait_for(logged, || Some(fs::read_to_string(&self.log).unwrap()).filter(|log| log.contains(logged)))
    }
}

/// Asks until there is an answer.
#[track_caller]
fn wait_for<T>(what: &str, ask: impl Fn() -> Option<T>) -> T {
    let started = Instant::now();
    loop {
        if let Some(found) = ask() {
            return found;
        }
        assert!(started.elapsed() < Duration::from_secs(20), "{what}");
        thread::sleep(Duration::from_millis(5));
    }
}

fn flags<'a>(further: &[&'a str]) -> Vec<&'a str> {
    [&["--listen", "127.0.0.1:0", "--log", "json"], further].concat()
}

#[test]
fn sighup_reads_the_files_again() {
    let files = folder(&[("keys.json", &keys("key-old")), ("logs.json", &entry("old"))]);
    let (keys_file, entries_file) = (path(&files, "keys.json"), path(&files, "logs.json"));
    let args = flags(&["--keys", &keys_file, "--fixtures", &entries_file]);
    let server = binary(args).serve();
    assert_eq!(server.get_as("key-old", LOGS).identifiers(), ["old"]);
    fs::write(&keys_file, keys("key-new")).unwrap();
    fs::write(&entries_file, entry("new")).unwrap();
    server.signal(Signal::HUP);
    wait_for("the new key", || Some(()).filter(|()| server.get_as("key-new", LOGS).status == 200));
    assert_eq!(server.get_as("key-old", LOGS).status, 401);
    assert_eq!(server.get_as("key-new", LOGS).identifiers(), ["old"], "an open session keeps its entries");
    assert_eq!(server.get_as("key-new~later", LOGS).identifiers(), ["new"]);
}

#[test]
fn what_is_wrong_is_logged_with_every_error_and_the_old_stays() {
    let files = folder(&[("keys.json", &keys("key-old")), ("logs.json", &entry("old"))]);
    let (keys_file, entries_file) = (path(&files, "keys.json"), path(&files, "logs.json"));
    let args = flags(&["--keys", &keys_file, "--fixtures", &entries_file]);
    let running = LoggingServer::start(&files, binary(args));
    fs::write(&keys_file, keys("key-new")).unwrap();
    fs::write(&entries_file, format!("{} {}", entry("new").replace("CREATE", "MADE"), json!({"zzz": 1}))).unwrap();
    let log = running.hang_up("nothing was read again, and all stays as it was: ");
    for told in ["logs.json:1:", "MADE", "entry 2, action: is required and missing"] {
        assert!(log.contains(told), "{told} in {log}");
    }
    assert_eq!(running.server.get_as("key-old~later", LOGS).identifiers(), ["old"]);
    fs::write(&entries_file, entry("new")).unwrap();
    let log = running.hang_up("again: 1 key from now on; 1 entry in new sessions, in others from their next reset");
    assert!(log.contains(&keys_file) && log.contains(&entries_file), "{log}");
    assert_eq!(running.server.get_as("key-new~again", LOGS).identifiers(), ["new"]);
    assert!(!log.contains("key-new"), "{log}");
}

#[test]
fn a_server_without_files_goes_on_after_sighup() {
    let files = folder(&[]);
    let running = LoggingServer::start(&files, binary(flags(&[])));
    running.hang_up("There is no file to read again");
    assert_eq!(running.server.logs("")["total"], 640);
}

/// A pipe was read at the start, and has nothing any more.
#[test]
fn standard_input_and_pipes_are_not_read_again() {
    let files = folder(&[("in.json", &keys("key-old")), ("logs.json", &entry("old"))]);
    let (pipe, entries_file) = (path(&files, "pipe"), path(&files, "logs.json"));
    let script = format!("mkfifo '{pipe}'; cat '{}' > '{pipe}' & ", path(&files, "in.json"));
    let args = flags(&["--keys", &pipe, "--fixtures", "-", "--fixtures", &entries_file]);
    // The shell reads `;` behind the script, which must not follow `&`.
    let launch = Launch::after(&format!("{script} true"), &args).input(entry("input"));
    let running = LoggingServer::start(&files, launch);
    fs::write(&entries_file, entry("new")).unwrap();
    let log = running.hang_up("again: 1 key from now on; 2 entries in new sessions");
    assert!(log.contains(&entries_file) && !log.contains(&pipe), "{log}");
    let mut read = running.server.get_as("key-old~later", LOGS).identifiers();
    read.sort();
    assert_eq!(read, ["input", "new"]);
}

/// A reload that waits for a pipe keeps nobody from stopping the server.
#[test]
fn a_server_stops_while_it_reads_again() {
    let files = folder(&[("keys.json", &keys("key"))]);
    let keys_file = path(&files, "keys.json");
    let server = Server::start(&["--keys", &keys_file]);
    fs::remove_file(&keys_file).unwrap();
    assert!(Command::new("mkfifo").arg(&keys_file).status().unwrap().success());
    server.signal(Signal::HUP);
    // Opens when the server reads.
    let _open = File::options().write(true).open(&keys_file).unwrap();
    server.stop();
}

fn write_certificate(certificate: &Path, key: &Path) -> String {
    let made = rcgen::generate_simple_self_signed(["localhost".to_owned()]).unwrap();
    fs::write(certificate, made.cert.pem()).unwrap();
    fs::write(key, made.signing_key.serialize_pem()).unwrap();
    made.cert.pem()
}

#[tokio::test]
async fn a_new_certificate_is_shown_at_once() {
    let files = folder(&[]);
    let (certificate, key) = (path(&files, "certificate.pem"), path(&files, "key.pem"));
    let old = TlsClient::new(&write_certificate(certificate.as_ref(), key.as_ref()));
    let running = LoggingServer::start(&files, binary(flags(&["--tls-cert", &certificate, "--tls-key", &key])));
    let address = running.server.address();
    let mut open = HttpClient::http1(old.connect(address, "localhost").await.unwrap()).await;
    open.get(LOGS).await.ok();

    let new = TlsClient::new(&write_certificate(certificate.as_ref(), key.as_ref()));
    let log = running.hang_up("640 entries in new sessions");
    assert!(log.contains(&certificate) && log.contains(&key), "{log}");
    new.connect(address, "localhost").await.unwrap();
    old.connect(address, "localhost").await.unwrap_err();
    open.get(LOGS).await.ok();

    fs::write(&certificate, "nothing").unwrap();
    running.hang_up("no certificate can be read");
    new.connect(address, "localhost").await.unwrap();
}

#[test]
fn every_signal_that_ends_the_server_lets_it_write_the_report() {
    let mut signals = vec![
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
    ];
    if cfg!(target_os = "linux") {
        signals.extend([Signal::STKFLT, Signal::POWER]);
    }
    for signal in signals {
        let files = folder(&[]);
        let report = path(&files, "v.txt");
        let server = Server::start(&["--report", &report]);
        server.logs("page=0&pageSize=1000");
        server.stop_with(signal);
        let text = fs::read_to_string(&report).unwrap();
        assert!(text.contains("complete: yes"), "{signal:?}: {text}");
    }
}

/// The terminal is gone: nobody else would stop the server.
#[test]
fn sighup_ends_a_server_on_a_terminal() {
    if Command::new("script").arg("--version").output().is_err() {
        return external_tools::report_skipped("SIGHUP on a terminal; script is not installed");
    }
    let files = folder(&[]);
    let report = path(&files, "v.txt");
    let script =
        format!("exec script -qec 'echo $$; exec \"$BINARY\" --listen 127.0.0.1:0 --report \"{report}\"' /dev/null #");
    let mut process = Launch::after(&script, &[]).env("BINARY", crate::support::process::BINARY).spawn();
    let id: i32 = process.read_line().parse().unwrap();
    assert!(process.read_line().starts_with("cortex-audit-mock listening on"));
    rustix::process::kill_process(rustix::process::Pid::from_raw(id).unwrap(), Signal::HUP).unwrap();
    let ended = process.end();
    assert_eq!(ended.code, Some(0), "{}{}", ended.stdout, ended.stderr);
    assert!(fs::read_to_string(&report).unwrap().contains("complete: NO"), "{}", ended.stdout);
}
