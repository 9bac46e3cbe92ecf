//! The checkpoint file, from which an interrupted recording resumes.

use std::fs::{self, File};
use std::path::Path;

use cortex_audit_mock::internal::record::{Checkpoint, RecordRange, RecordingSpec};
use cortex_audit_mock::internal::remote::ApiUrl;
use cortex_audit_mock::world::JournalFilter;
use insta::assert_snapshot;
use proptest::prelude::*;

use super::{
    assert_same_entries, entries_until, expected_entries, file_names, full_range, load, normalize, path, record,
    run_record, server_with, spec, waiting_record,
};
use crate::support::{NOW, cases, time};

/// Interrupted after some pages, several times.
#[test]
fn killed_recording_resumes() {
    let server = server_with(12_345);
    let world = server.world();
    let folder = tempfile::tempdir().unwrap();
    let out = path(&folder, "logs.json");
    let args = ["--to", NOW, "--out", &out];
    for pages in [2, 4, 5] {
        let (mut child, fault) = waiting_record(&server, "mock-admin", &args, pages);
        child.kill().unwrap();
        child.wait().unwrap();
        assert_eq!(file_names(&folder), ["logs.json.part"]);
        world.faults().remove(fault);
        // Late entries are recorded too.
        world.append(entries_until(3, time(NOW)));
    }
    let before = world.journal().count(&JournalFilter::default());
    let finished = run_record(&server.uri(), &args);
    assert_eq!(finished.code, Some(0), "{}", finished.stderr);
    let first = finished.stderr.lines().next().unwrap();
    assert!(first.starts_with("going on with ") && first.ends_with(&format!("{out}.part")), "{first}");
    let requests = world.journal().count(&JournalFilter::default()) - before;
    assert!(requests < 13, "it started again: {requests} requests");
    assert_eq!(file_names(&folder), ["logs.json"]);
    assert_same_entries(&load(&out), &expected_entries(&world, full_range()));
}

/// Cut off at any byte by a crash, and followed by what a disk may leave there.
#[test]
fn damaged_checkpoint_is_resumed_or_started_again() {
    let server = server_with(2600);
    let expected = expected_entries(&server.world(), full_range());
    let folder = tempfile::tempdir().unwrap();
    let out = folder.path().join("logs.json");
    let path = folder.path().join("logs.json.part");
    let mut checkpoint = Checkpoint::open(&out, &spec(&server)).unwrap();
    record(&server, Some(&mut checkpoint), &|_| {}).unwrap();
    drop(checkpoint);
    let whole = fs::read(&path).unwrap();
    let resumed = |bytes: &[u8]| {
        fs::write(&path, bytes).unwrap();
        let mut checkpoint = Checkpoint::open(&out, &spec(&server)).unwrap();
        let recorded = record(&server, Some(&mut checkpoint), &|_| {}).unwrap();
        assert_same_entries(&recorded.entries, &expected);
        drop(checkpoint);
        assert_eq!(fs::read(&path).unwrap().len(), whole.len(), "the file is complete again");
    };
    resumed(&whole);
    let first_line = whole.iter().position(|byte| *byte == b'\n').unwrap() + 1;
    for cut in [0, 1, first_line - 1, first_line, first_line + 1, whole.len() - 1] {
        resumed(&whole[..cut]);
    }
    proptest!(ProptestConfig { failure_persistence: None, ..cases(96) }, |(cut in 0..whole.len(), garbage in "\\PC{0,30}|\u{0}{1,40}|\n\n")| {
        resumed(&whole[..cut]);
        let mut damaged = whole[..cut.max(first_line)].to_vec();
        damaged.extend_from_slice(garbage.as_bytes());
        resumed(&damaged);
    });
}

#[test]
fn checkpoint_belongs_to_one_url_and_range() {
    let server = server_with(10);
    let folder = tempfile::tempdir().unwrap();
    let out = folder.path().join("logs.json");
    let (long_ago, later) = (time("2025-05-01T00:00:00Z"), time("2025-05-02T00:00:00Z"));
    let ask = |from: &str, start| RecordingSpec {
        from: Some(from.to_owned()),
        to: None,
        range: RecordRange { start: Some(start), ..full_range() },
        ..spec(&server)
    };
    let open = |spec: &RecordingSpec| {
        Checkpoint::open(&out, spec).map(|checkpoint| (checkpoint.count(), checkpoint.range().start))
    };
    let mut checkpoint = Checkpoint::open(&out, &ask("now-30d", long_ago)).unwrap();
    record(&server, Some(&mut checkpoint), &|_| {}).unwrap();
    drop(checkpoint);
    // A day later it is the same command, and goes on with the range of the day before.
    assert_eq!(open(&ask("now-30d", later)), Ok((10, Some(long_ago))));
    assert_eq!(open(&ask("2025-05-01T00:00:00Z", long_ago)), Ok((10, Some(long_ago))));
    let refused = open(&ask("now-29d", later)).unwrap_err();
    assert_snapshot!(normalize(&refused.to_string(), &server.uri(), folder.path()), @"FOLDER/logs.json.part belongs to another recording (URL/api/v1/audit-logs from 2025-05-01T00:00:00Z to 2025-05-20T12:00:00Z); go on with that one, delete the file, or choose another --out");
    open(&RecordingSpec { from: None, ..ask("now-30d", long_ago) }).unwrap_err();
    open(&RecordingSpec {
        to: Some("2025-05-20T11:00:00Z".to_owned()),
        range: RecordRange { end: time("2025-05-20T11:00:00Z"), start: Some(long_ago) },
        ..ask("now-30d", long_ago)
    })
    .unwrap_err();
    let other = RecordingSpec { url: ApiUrl::parse("http://127.0.0.1:1").unwrap(), ..ask("now-30d", long_ago) };
    open(&other).unwrap_err();
    assert_eq!(open(&ask("now-30d", later)), Ok((10, Some(long_ago))), "it is still there");
}

#[test]
fn two_recorders_cannot_write_one_file() {
    let server = server_with(10);
    let folder = tempfile::tempdir().unwrap();
    let out = path(&folder, "logs.json");
    let checkpoint = Checkpoint::open(Path::new(&out), &spec(&server)).unwrap();
    let finished = run_record(&server.uri(), &["--to", NOW, "--out", &out]);
    assert_snapshot!(normalize(finished.failed(1), &server.uri(), folder.path()), @"error: cannot write FOLDER/logs.json.part (--out): another recording is writing it");
    drop(checkpoint);
    assert_eq!(run_record(&server.uri(), &["--to", NOW, "--out", &out]).code, Some(0));
}

#[test]
fn file_that_is_not_a_checkpoint_is_not_overwritten() {
    let server = server_with(10);
    let folder = tempfile::tempdir().unwrap();
    let out = path(&folder, "logs.json");
    let refused = ["my notes", "{\"my\": \"notes\"}\n"].map(|text| {
        fs::write(format!("{out}.part"), text).unwrap();
        let finished = run_record(&server.uri(), &["--to", NOW, "--out", &out]);
        assert_eq!(fs::read_to_string(format!("{out}.part")).unwrap(), text);
        assert_eq!(file_names(&folder), ["logs.json.part"]);
        normalize(finished.failed(1), &server.uri(), folder.path())
    });
    assert_eq!(refused[0], refused[1]);
    assert_snapshot!(refused[0], @"error: FOLDER/logs.json.part is not the part of a recording; move it away or choose another --out");
}

/// A file of a run that was killed while it wrote its output, and one of a run that still writes.
#[test]
fn temporary_file_of_a_killed_run_is_removed_by_the_next() {
    let server = server_with(10);
    let folder = tempfile::tempdir().unwrap();
    let temporary = |name: &str| File::create(folder.path().join(format!(".cortex-audit-mock-{name}.part"))).unwrap();
    temporary("killed");
    let running = temporary("running");
    running.lock().unwrap();
    fs::create_dir(folder.path().join(".cortex-audit-mock-folder.part")).unwrap();
    let out = path(&folder, "logs.json");
    assert_eq!(run_record(&server.uri(), &["--to", NOW, "--out", &out]).code, Some(0));
    let expected = [".cortex-audit-mock-folder.part", ".cortex-audit-mock-running.part", "logs.json"];
    assert_eq!(file_names(&folder), expected);
}
