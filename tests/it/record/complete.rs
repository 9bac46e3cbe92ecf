//! A recording that nothing disturbs: its range, its file and its output.

use std::fs;
use std::path::Path;
use std::process::Command;
use std::time::Duration;

use cortex_audit_mock::contract::{Query, Timestamp};
use cortex_audit_mock::fault::{Effect, FaultRule};
use cortex_audit_mock::internal::fixture;
use cortex_audit_mock::internal::record::{RecordRange, record};
use cortex_audit_mock::world::{Activity, JournalFilter};
use cortex_audit_mock::{EntrySource, MockServer, Rate};
use insta::assert_snapshot;

use super::{
    SECOND, assert_same_entries, entries_until, expected_entries, file_names, load, path, run_record, server_with,
    world_time,
};
use crate::remote::{connection, http_response, one_shot_server};
use crate::support::process::{BINARY, binary};
use crate::support::{NOW, size, time};

/// By a clock that the requests and waits of the recorder move.
#[test]
fn late_entries_are_recorded() {
    let server = MockServer::builder().entries("[]").now(NOW).start_blocking();
    let world = server.world();
    let count = size(100_000_u32, 20_000);
    world.append(entries_until(count, time(NOW)));
    // Shorter than the recording takes.
    let lateness = Duration::from_millis(size(2000, 100));
    world.set_live(Some(Activity { lateness, ..Activity::from("20/s".parse::<Rate>().unwrap()) }));
    world.advance(SECOND);

    let range = RecordRange { start: None, end: time(NOW).saturating_add(SECOND) };
    let connection = connection(&server.uri(), server.token());
    let recording = record(connection, range, world_time(&world), None, &|_| {}).unwrap();
    world.advance(lateness);
    let (count, requests) = (count as usize, recording.requests);
    assert!((count / 1000 + 1..=count / 500).contains(&requests), "{requests}");
    let expected = expected_entries(&world, range);
    assert!(expected.len() > count + 10, "live activity came before the end: {}", expected.len());
    assert_same_entries(&recording.entries, &expected);
    let records = world.journal().list(&JournalFilter::default());
    assert!(records.iter().all(|record| record.status() == Some(200) && record.issues().is_empty()));
}

#[test]
fn recorded_file_is_valid_and_gives_the_same_pages() {
    let server = server_with(2500);
    let folder = tempfile::tempdir().unwrap();
    for name in ["logs.json", "logs.ndjson", "logs.jsonl"] {
        let out = path(&folder, name);
        let finished = run_record(&server.uri(), &["--to", NOW, "--out", &out]);
        assert_eq!(finished.code, Some(0), "{}", finished.stderr);
        binary(["validate", &out]).run().succeeded();
        let again = MockServer::builder().sources([EntrySource::Path(out.into())]).start_blocking();
        for page in 0..5 {
            let query = Query { page, page_size: 700, ..Query::default() };
            assert_eq!(again.world().page(&query), server.world().page(&query));
        }
    }
    assert!(fs::read_to_string(path(&folder, "logs.json")).unwrap().starts_with("[\n{\"action\":"));
    assert_eq!(fs::read_to_string(path(&folder, "logs.ndjson")).unwrap().lines().count(), 2500);
}

#[test]
fn range_is_inclusive_and_goes_to_standard_output() {
    let server = server_with(100);
    let (from, to) = ("2025-05-20T11:59:40.020Z", "2025-05-20T11:59:53.340Z");
    let finished = run_record(&server.uri(), &["--from", from, "--to", to, "--format", "ndjson"]);
    let range = RecordRange { start: Some(time(from)), end: time(to) };
    let expected = expected_entries(&server.world(), range);
    assert_eq!(expected.len(), 80 - 20 + 20 - 20);
    assert_same_entries(&fixture::read("stdout", &finished.stdout, time(NOW)).unwrap().entries, &expected);
    assert_snapshot!(finished.stderr, @"recorded 60 entries from 2025-05-20T11:59:40.020Z to 2025-05-20T11:59:53.340Z in 1 request");
}

#[test]
fn end_in_the_future_is_now() {
    let server = MockServer::builder().entries("[]").start_blocking();
    let now = Timestamp::now();
    server.world().append(entries_until(10, now.saturating_add(SECOND * 3600)));
    server.world().append(entries_until(10, now));
    let finished = run_record(&server.uri(), &["--to", "now+2d", "--format", "ndjson"]);
    assert_eq!(finished.stdout.lines().count(), 10, "{}", finished.stderr);
}

#[test]
fn empty_range_gives_a_file_that_loads() {
    let server = server_with(0);
    let finished = run_record(&server.uri(), &["--to", NOW]);
    assert_eq!((finished.code, finished.stdout.as_str()), (Some(0), "[]\n"));
    assert_snapshot!(finished.stderr, @"recorded 0 entries to 2025-05-20T12:00:00Z in 1 request");
    let folder = tempfile::tempdir().unwrap();
    let out = path(&folder, "logs.ndjson");
    assert_eq!(run_record(&server.uri(), &["--to", NOW, "--out", &out]).code, Some(0));
    assert_eq!(file_names(&folder), ["logs.ndjson"]);
    let loaded = fixture::read(&out, &fs::read_to_string(&out).unwrap(), time(NOW)).unwrap();
    assert!(loaded.entries.is_empty());
}

#[test]
fn unknown_fields_are_left_out_and_listed() {
    let entry = r#"{"action": "CREATE", "objectType": "TEAM", "objectIdentifier": "a", "timestamp": "2025-05-20T06:51:43Z", "actorIdentifier": null, "objectTypes": [1], "riskScore": 7}"#;
    let page = format!(r#"{{"logs": [{entry}], "page": 0, "total": 1, "totalPages": 1, "traceId": "x"}}"#);
    let (url, server) = one_shot_server(http_response("200 OK", "Content-Type: application/json\r\n", &page));
    let finished = run_record(&url, &["--format", "ndjson", "--to", NOW]);
    server.join().unwrap();
    assert_snapshot!(finished.stdout, @r#"{"action":"CREATE","objectIdentifier":"a","objectType":"TEAM","timestamp":"2025-05-20T06:51:43Z"}"#);
    assert_snapshot!(finished.stderr, @r#"
note: not recorded, because the API is not known to have them: objectTypes, riskScore
recorded 1 entry from 2025-05-20T06:51:43Z to 2025-05-20T12:00:00Z in 1 request
"#);
}

#[test]
fn existing_file_stays_until_the_recording_is_complete() {
    let server = server_with(10);
    let folder = tempfile::tempdir().unwrap();
    let out = path(&folder, "logs.json");
    fs::write(&out, "older").unwrap();
    let args = ["--to", NOW, "--out", &out];
    server.world().faults().add(FaultRule { times: Some(1), ..Effect::status(400, None).into() });
    run_record(&server.uri(), &args).failed(1);
    assert_eq!(
        (file_names(&folder), fs::read_to_string(&out).unwrap()),
        (vec!["logs.json".to_owned()], "older".to_owned())
    );
    assert_eq!(run_record(&server.uri(), &args).code, Some(0));
    assert_eq!(load(&out).len(), 10);
}

#[test]
fn device_is_written_directly() {
    let server = server_with(3);
    let finished = run_record(&server.uri(), &["--out", "/dev/null"]);
    assert_eq!(finished.code, Some(0), "{}", finished.stderr);
    assert!(!Path::new("/dev/null.part").exists() && !fs::metadata("/dev/null").unwrap().is_file());
}

/// The commands run with the URL of a mock in place of that of the real API.
#[test]
fn document_has_every_flag_and_its_commands_run() {
    let document = fs::read_to_string(Path::new(env!("CARGO_MANIFEST_DIR")).join("docs/recording.md")).unwrap();
    let (_, rest) = document.split_once("```bash\n").unwrap();
    let (script, _) = rest.split_once("```").unwrap();
    let server = MockServer::start_blocking();
    let script = script.replace("https://api.getcortexapp.com", &server.uri()).replace('…', server.token());
    let folder = tempfile::tempdir().unwrap();
    let programs = Path::new(BINARY).parent().unwrap().display();
    let path = format!("{programs}:{}", std::env::var("PATH").unwrap());
    let ran = Command::new("sh").args(["-ec", &script]).current_dir(folder.path()).env("PATH", path).output().unwrap();
    assert!(ran.status.success(), "{ran:?}");
    assert!(String::from_utf8(ran.stdout).unwrap().starts_with("640 entries, all valid\n"));

    let help = binary(["record", "--help"]).run().succeeded().to_owned();
    let word = |text: &str| text.split([' ', '`', '\n']).next().unwrap().to_owned();
    let of_help: Vec<String> = help.split("\n      --").skip(1).map(word).collect();
    let of_table: Vec<String> = document.split("\n| `--").skip(1).map(word).collect();
    assert_eq!(of_table, of_help);
}
