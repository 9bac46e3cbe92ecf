//! The verdict on frameworks that people use agrees with what they were served and delivered: in the settings of their
//! documents, and in those of recipes/collectors, in which nothing is wrong.

use std::collections::{HashMap, HashSet};
use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::LazyLock;

use cortex_audit_mock::contract::Timestamp;
use cortex_audit_mock::world::Scenario;
use serde_json::Value;

use crate::support::external_tools::{self, run};
use crate::support::process::Server;

/// Moves the clock of a framework.
const CLOCK: &str = "time-machine==3.6.0";
const SESSIONS: &str = include_str!("frameworks/sessions.py");

#[test]
fn the_verdict_on_dlt_agrees_with_what_it_delivered() {
    static PYTHON: LazyLock<Result<PathBuf, String>> = LazyLock::new(|| python("dlt==1.31.0"));
    agrees("dlt", &PYTHON, include_str!("frameworks/dlt_syncs.py"));
}

#[test]
fn the_verdict_on_airbytes_cdk_agrees_with_what_it_delivered() {
    static PYTHON: LazyLock<Result<PathBuf, String>> = LazyLock::new(|| python("airbyte-cdk==7.39.1"));
    agrees("airbyte", &PYTHON, include_str!("frameworks/airbyte_syncs.py"));
}

#[test]
fn the_verdict_on_singers_sdk_agrees_with_what_it_delivered() {
    static PYTHON: LazyLock<Result<PathBuf, String>> = LazyLock::new(|| python("singer-sdk==0.54.9"));
    agrees("singer", &PYTHON, include_str!("frameworks/singer_syncs.py"));
}

/// Installs a framework in an environment of its own: they need different versions of some packages.
fn python(framework: &str) -> Result<PathBuf, String> {
    let home = external_tools::installed(framework, |home| {
        run(Command::new("python3").args(["-m", "venv", "--clear"]).arg(home))?;
        // Most modules are never imported, so compiling all takes longer than it saves.
        let pip = ["-m", "pip", "install", "--quiet", "--disable-pip-version-check", "--no-compile", framework, CLOCK];
        run(Command::new(home.join("bin/python")).args(pip))
    })?;
    Ok(home.join("bin/python"))
}

fn agrees(framework: &str, python: &Result<PathBuf, String>, script: &str) {
    let Some(python) = external_tools::require(framework, python) else { return };
    let folder = tempfile::tempdir().unwrap();
    let scenarios: Vec<String> = Scenario::ALL.into_iter().map(|scenario| scenario.to_string()).collect();
    let scenarios = || ["calm"].into_iter().chain(scenarios.iter().map(String::as_str));
    let named = |settings| scenarios().map(move |scenario| format!("{settings}-{scenario}"));
    let sessions: Vec<String> = named("documented").chain(named("clean")).collect();
    let results = syncs(python, script, &sessions, folder.path());
    for session in &sessions {
        check(&format!("{framework}, {session}"), &results[session], session.starts_with("clean"));
    }
    // A page that breaks off is taken for the last one by one of them, and ends the sync of the others.
    assert_eq!(results["documented-flaky"]["verdict"]["expectations"]["complete"]["kept"], false, "{framework}");
}

/// Runs the syncs of a framework in each session; returns what came of them.
fn syncs(python: &Path, script: &str, sessions: &[String], folder: &Path) -> Value {
    let server = Server::start(&[]);
    std::fs::write(folder.join("sessions.py"), SESSIONS).unwrap();
    std::fs::write(folder.join("syncs.py"), script).unwrap();
    let results = folder.join("results.json");
    let mut command = Command::new(python);
    command.arg(folder.join("syncs.py")).arg(server.url()).arg(&results).args(sessions);
    run(command.current_dir(folder).env("HOME", folder)).unwrap();
    serde_json::from_str(&std::fs::read_to_string(results).unwrap()).unwrap()
}

/// Compares a verdict with the pages that came over the wire, the rows that were handed over, and all entries.
fn check(what: &str, result: &Value, is_clean: bool) {
    let Value::Array(pages) = &result["pages"] else { panic!("{what}: {result}") };
    let entries: HashSet<Record> = records(&result["entries"]).collect();
    assert_eq!(records(&result["entries"]).count(), entries.len(), "{what}: entries are distinct");
    let wire = Wire::new(pages);
    let unserved = entries.difference(&wire.served).count();
    let next: HashSet<Record> =
        result["next"].as_array().unwrap().iter().flat_map(|page| records(&page["logs"])).collect();
    let lost = entries.difference(&wire.served).filter(|entry| !next.contains(*entry)).count();
    // A sync that failed had asked for everything.
    let has_failed = result["failures"].as_array().is_some_and(|failures| !failures.is_empty());
    let never = if has_failed { unserved } else { lost };
    let mut sink: HashMap<Record, usize> = HashMap::new();
    for record in records(&result["sink"]) {
        *sink.entry(record).or_default() += 1;
    }
    let missing = wire.served.iter().filter(|entry| !sink.contains_key(*entry)).count();
    let doubled: usize = sink.values().map(|count| count - 1).sum();

    let (verdict, delivered) = (&result["verdict"], &result["delivered"]);
    let client = &verdict["clients"][0];
    let coverage = &client["coverage"];
    let told = format!("{what}\n{verdict}\n{delivered}\n{}", result["failures"]);
    assert_eq!(&verdict["delivered"], delivered, "{told}");
    assert_eq!(delivered["missing"]["count"], missing, "{told}");
    assert_eq!(delivered["doubled"]["count"], doubled, "{told}");
    for name in ["altered", "truncated", "neverServed"] {
        assert_eq!(delivered[name]["count"], 0, "{told}");
    }
    assert_eq!(delivered["neverRead"], unserved, "{told}");
    assert_eq!(coverage["never"], never, "{told}");
    assert_eq!(coverage["pending"], unserved - never, "{told}");
    assert_eq!(coverage["doubled"], wire.doubled.len(), "{told}");
    assert_eq!(client["rereads"]["entries"], wire.reread.len(), "{told}");
    let kept = |name: &str| verdict["expectations"][name]["kept"].as_bool().unwrap();
    assert_eq!(kept("complete"), never == 0, "{told}");
    assert_eq!(kept("no-duplicates"), wire.doubled.is_empty(), "{told}");
    assert_eq!(kept("delivered"), missing + doubled == 0, "{told}");
    if is_clean {
        let all = verdict["expectations"].as_object().unwrap();
        assert!(all.keys().all(|name| kept(name)), "{told}");
        assert_eq!(client["findings"], serde_json::json!([]), "{told}");
    }
}

/// What came over the wire.
#[derive(Default)]
struct Wire {
    served: HashSet<Record>,
    /// Served twice in one crawl.
    doubled: HashSet<Record>,
    /// Served by several crawls.
    reread: HashSet<Record>,
}

impl Wire {
    fn new(pages: &[Value]) -> Self {
        let mut wire = Self::default();
        let (mut crawl, mut range) = (HashSet::new(), None);
        for page in pages {
            let query = &page["query"];
            let of_page = (&query["startTime"], &query["endTime"]);
            if query["page"] == "0" || range != Some(of_page) {
                crawl.clear();
                range = Some(of_page);
            }
            for record in records(&page["logs"]) {
                if !crawl.insert(record.clone()) {
                    wire.doubled.insert(record);
                } else if !wire.served.insert(record.clone()) {
                    wire.reread.insert(record);
                }
            }
        }
        wire
    }
}

/// An entry, with its time as an instant: frameworks write it and the names of the fields in various ways.
type Record = (Timestamp, [Option<String>; 5]);

fn records(list: &Value) -> impl Iterator<Item = Record> {
    list.as_array().unwrap().iter().map(|record| {
        let field = |[camel, snake]: [&str; 2]| record.get(camel).or(record.get(snake))?.as_str().map(String::from);
        let fields = [
            ["action"; 2],
            ["actorIdentifier", "actor_identifier"],
            ["ipAddress", "ip_address"],
            ["objectIdentifier", "object_identifier"],
            ["objectType", "object_type"],
        ];
        (record["timestamp"].as_str().unwrap().parse().unwrap(), fields.map(field))
    })
}
