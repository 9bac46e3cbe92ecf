//! `--report`: the file while the server runs, after it was killed, and on a full disk.

use std::fs;

use serde_json::{Value, json};

use super::{folder, path, port_in_use};
use crate::support::process::{Launch, Server, Signal, binary};

/// The number of failures that a report of each format has.
fn failures(name: &str, text: &str) -> usize {
    match name.rsplit_once('.').unwrap().1 {
        "xml" => text.matches("<failure ").count(),
        "txt" => text.matches(": NO\n").count(),
        _ => {
            let parts: Value = serde_json::from_str(text).unwrap();
            let verdicts = parts.as_array().unwrap().iter().flat_map(|part| part["expectations"].as_object().unwrap());
            verdicts.filter(|(_, verdict)| verdict["kept"] == false).count()
        }
    }
}

/// F9
#[test]
fn report_fails_until_the_run_has_ended() {
    let files = folder(&[("v.xml", "green"), ("v.txt", "green"), ("v.json", "green")]);
    for name in ["v.xml", "v.txt", "v.json"] {
        let report = path(&files, name);
        let server = Server::start(&["--report", &report]);
        let names = || fs::read_dir(files.path()).unwrap().count();
        assert_eq!(names(), 3, "nothing temporary lies beside it");
        server.logs("page=0&pageSize=1000");
        server.signal(Signal::KILL);
        assert_eq!(server.end().code, None);
        let text = fs::read_to_string(&report).unwrap();
        assert!(failures(name, &text) > 0 && text.contains("the run has not ended"), "{text}");
        assert_eq!(names(), 3);

        let server = Server::start(&["--report", &report]);
        server.logs("page=0&pageSize=1000");
        server.stop();
        let text = fs::read_to_string(&report).unwrap();
        assert!(failures(name, &text) == 0 && !text.contains("has not ended"), "{text}");
    }
}

/// F9: a CI job that starts the server the wrong way does not find the report of the last run.
#[test]
fn report_of_a_server_that_does_not_start_fails() {
    let files = folder(&[("v.xml", "green")]);
    let (_taken, address) = port_in_use();
    let report = path(&files, "v.xml");
    binary(["--listen", &address, "--report", &report]).run().failed(1);
    assert_eq!(failures("v.xml", &fs::read_to_string(&report).unwrap()), 1);
}

/// The limit of a file's size stands for a disk that is full.
#[test]
fn report_that_does_not_fit_is_named_and_keeps_what_stood_there() {
    let files = folder(&[]);
    let report = path(&files, "v.xml");
    let limit = "trap '' XFSZ; ulimit -f 2";
    let args = ["--listen", "127.0.0.1:0", "--log", "json", "--report", &report];
    let server = Launch::after(limit, &args).serve();
    for number in 0..20 {
        server.get_as(&format!("mock-admin~s{number}"), "/api/v1/audit-logs");
    }
    server.signal(Signal::TERM);
    let ended = server.end();
    let message = format!("error: cannot write {report} (--report): File too large (os error 27)\n");
    assert_eq!((ended.code, ended.stderr.lines().last()), (Some(1), message.as_str().lines().last()));
    assert!(fs::read_to_string(&report).unwrap().contains("the run has not ended"));
    assert_eq!(fs::read_dir(files.path()).unwrap().count(), 1);
}

/// M6. One that nobody asked for audit logs has nothing to judge.
#[test]
fn evicted_sessions_are_judged_and_one_failing_line_says_how_many() {
    let entry =
        |name: &str| json!({"action": "CREATE", "objectType": "TEAM", "objectIdentifier": name, "timestamp": "now-1h"});
    let files = folder(&[("entries.json", &json!([entry("one"), entry("two")]).to_string())]);
    let (report, entries) = (path(&files, "v.xml"), path(&files, "entries.json"));
    let server = Server::start(&["--report", &report, "--rate-limit", "off", "--fixtures", &entries]);
    let mut connection = server.connect();
    for number in 0..1003 {
        let path = match number {
            0 => "/__admin/clock?session=s0",
            1 => "/api/v1/audit-logs?page=0&pageSize=1",
            _ => "/api/v1/audit-logs?page=0&pageSize=2",
        };
        connection.get_as(&format!("mock-admin~s{number}"), path).ok();
    }
    server.signal(Signal::TERM);
    assert_eq!(server.end().code, Some(0));
    let text = fs::read_to_string(&report).unwrap();
    let evicted: Vec<&str> = text.lines().filter(|line| line.contains("until it was ended to make room")).collect();
    let complete = |session: &str| {
        format!("classname=\"{session} until it was ended to make room.Admin (…dmin)\" name=\"complete\"")
    };
    assert!(evicted[0].contains(&complete("s1")) && evicted[5].contains(&complete("s2")), "{evicted:?}");
    assert_eq!((failures("v.xml", &text), evicted.len()), (2, 10));
    assert!(text.contains("3 sessions were ended to make room for others: at most 1000 live"), "{text}");
}
