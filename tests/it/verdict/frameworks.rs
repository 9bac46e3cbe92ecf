//! The verdict on frameworks that people use, in the settings of their documents, agrees with what they were served and
//! delivered.

use std::path::PathBuf;
use std::process::Command;
use std::sync::LazyLock;

use cortex_audit_mock::world::Scenario;
use serde_json::Value;

use crate::support::external_tools::{self, run};
use crate::support::process::{Server, head};

const DLT: &str = "dlt==1.31.0";

fn python(requirement: &str) -> Result<PathBuf, String> {
    let home = external_tools::installed(requirement, |home| {
        run(Command::new("python3").args(["-m", "venv", "--clear"]).arg(home))?;
        let pip = ["-m", "pip", "install", "--quiet", "--disable-pip-version-check", requirement];
        run(Command::new(home.join("bin/python")).args(pip))
    })?;
    Ok(home.join("bin/python"))
}

/// A call of the control plane with a body, and the JSON of its answer.
fn call(server: &Server, method: &str, path: &str, body: &str) -> Value {
    let mut connection = server.connect();
    connection.send(head(method, path, &format!("Content-Length: {}\r\n", body.len())) + body);
    connection.answer().ok()
}

/// The cursor of dlt is inclusive, and it drops what it has at the cursor.
#[test]
fn the_verdict_on_dlt_agrees_with_what_it_delivered() {
    static PYTHON: LazyLock<Result<PathBuf, String>> = LazyLock::new(|| python(DLT));
    let Some(python) = external_tools::require("dlt", &PYTHON) else { return };
    let server = Server::start(&[]);
    let folder = tempfile::tempdir().unwrap();
    let script = folder.path().join("dlt_syncs.py");
    std::fs::write(&script, include_str!("frameworks/dlt_syncs.py")).unwrap();
    // A squeezed quota takes a client on its own clock minutes.
    let scenarios = Scenario::ALL.into_iter().filter(|scenario| *scenario != Scenario::QuotaSqueeze);
    let sessions: Vec<String> = scenarios.map(|scenario| scenario.to_string()).collect();
    for session in &sessions {
        let body = format!(r#"{{"name": "{session}", "seed": 1}}"#);
        call(&server, "PUT", &format!("/__admin/scenario?session={session}"), &body);
    }
    let mut syncs = Command::new(python);
    syncs.arg(&script).arg(server.url()).arg(folder.path()).arg("calm").args(&sessions).env("HOME", folder.path());
    run(&mut syncs).unwrap();
    for session in ["calm"].into_iter().chain(sessions.iter().map(String::as_str)) {
        let sink = std::fs::read_to_string(folder.path().join(format!("{session}.ndjson"))).unwrap();
        let delivered = call(&server, "POST", &format!("/__admin/verdict/delivered?session={session}"), &sink);
        let verdict = server.get(&format!("/__admin/verdict?session={session}&overlap=0s")).json();
        let coverage = &verdict["clients"][0]["coverage"];
        let count = |name: &str| delivered[name]["count"].as_u64().unwrap();
        let covered = |name: &str| coverage[name].as_u64().unwrap();
        for name in ["missing", "altered", "truncated", "neverServed"] {
            assert_eq!(count(name), 0, "{session}: {delivered}");
        }
        assert_eq!(count("doubled"), covered("doubled"), "{session}: {delivered}\n{verdict}");
        assert_eq!(delivered["neverRead"], covered("never") + covered("pending"), "{session}: {verdict}");
        assert_eq!(verdict["expectations"]["no-rereads"]["kept"], true, "{session}: {verdict}");
        if ["calm", "burst", "flaky"].contains(&session) {
            assert_eq!(verdict["clients"][0]["findings"], serde_json::json!([]), "{session}: {verdict}");
        }
    }
}
