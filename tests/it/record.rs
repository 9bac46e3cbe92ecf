//! `record`: what a server holds becomes a file, each entry once, whatever happens on the way.

use std::cell::RefCell;
use std::collections::{BTreeMap, BTreeSet};
use std::fs::{self, File};
use std::io::{Read, Write};
use std::net::TcpListener;
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::sync::Arc;
use std::thread::{self, JoinHandle};
use std::time::Duration;

use cortex_audit_mock::EntrySource;
use cortex_audit_mock::contract::{Action, Actor, Entry, Query, Timestamp};
use cortex_audit_mock::fault::{Delay, Effect, FaultRule};
use cortex_audit_mock::internal::fixture;
use cortex_audit_mock::internal::fixture::Moment;
use cortex_audit_mock::internal::record::{
    Api, Checkpoint, RangeBound, RecordError, RecordRange, Recorder, Recording, RecordingEvent, RecordingSpec,
};
use cortex_audit_mock::internal::remote::{ApiUrl, TimeSource, Token};
use cortex_audit_mock::world::{Activity, Intervention, JournalFilter, JournalRecord};
use cortex_audit_mock::{MockServer, Rate, World};
use insta::assert_snapshot;
use proptest::prelude::*;
use tempfile::TempDir;

use crate::support::process::{BINARY, Finished, binary};
use crate::support::{NOW, sample, size, time};

const SECOND: Duration = Duration::from_secs(1);

/// So many entries up to an instant, a third of a second apart; many are equal in all fields, as in a bulk change.
fn history(count: u32, until: Timestamp) -> Vec<Entry> {
    let entry = |number: u32| {
        let place = number as usize;
        let who = ["ada@example.com", "ci-deploy", ""][place / 40 % 3];
        let action = [Action::Create, Action::Update, Action::Delete][place / 7 % 3];
        let timestamp = until.saturating_sub(Duration::from_millis(333) * (number / 20 * 20));
        let ip_address = (!number.is_multiple_of(5)).then(|| "192.0.2.7".to_owned());
        let entry = Entry { ip_address, ..Entry::new(action, "SERVICE", format!("object-{}", number / 10), timestamp) };
        if who.is_empty() { entry } else { entry.with_actor(who) }
    };
    (0..count).map(entry).collect()
}

/// A server over a history that ends at [`NOW`], with its clock there.
fn server_over(count: u32) -> MockServer {
    let server = MockServer::builder().entries("[]").now(NOW).start_blocking();
    server.world().append(history(count, time(NOW)));
    server
}

/// What the server itself says that the range holds, newest first.
fn truth(world: &World, range: RecordRange) -> Vec<Entry> {
    let query = Query { start_time: range.start, end_time: Some(range.end), page_size: u32::MAX, ..Query::default() };
    // What only filters see is not answered, so it cannot be recorded.
    let answered = |entry: &Entry| {
        let actor = Actor::from_identifier(entry.actor_identifier.as_deref());
        Entry { actor, ..Entry::clone(entry) }
    };
    world.page(&query).logs.iter().map(answered).collect()
}

/// Everything up to the start of the tests' clock.
fn all() -> RecordRange {
    RecordRange { start: None, end: time(NOW) }
}

fn api(server: &MockServer) -> Api {
    Api::new(ApiUrl::read(&server.uri()).unwrap(), Token::new("KEY", server.token()).unwrap()).unwrap()
}

/// TimeSource by a world's clock: waiting moves it, and a request takes a while.
fn world_time(world: &Arc<World>, request: Duration) -> TimeSource {
    let (read, moved) = (Arc::clone(world), Arc::clone(world));
    let now = move || {
        read.advance(request);
        read.clock().elapsed
    };
    TimeSource::new(now, move |length| moved.advance(length))
}

/// A recording of everything in this process; the waits it told are looked at by `tell`.
fn record(
    server: &MockServer,
    part: Option<&mut Checkpoint>,
    tell: &dyn Fn(RecordingEvent<'_>),
) -> Result<Recording, RecordError> {
    let api = api(server);
    let range = part.as_ref().map_or(all(), |part| part.range());
    Recorder::new(&api, range, world_time(&server.world(), Duration::from_millis(10)), tell).run(part)
}

/// What is asked for by `--to NOW` of a server.
fn asked(server: &MockServer) -> RecordingSpec {
    let to = RangeBound { given: NOW.to_owned(), moment: Moment::At(time(NOW)) };
    RecordingSpec { url: ApiUrl::read(&server.uri()).unwrap(), from: None, to: Some(to), range: all() }
}

/// Compared without printing a hundred thousand entries.
#[track_caller]
fn same(recorded: &[Entry], expected: &[Entry]) {
    let differ = recorded.iter().zip(expected).position(|(one, other)| one != other);
    assert_eq!((recorded.len(), differ), (expected.len(), None));
}

/// The entries of a file.
fn loaded(path: &Path) -> Vec<Entry> {
    fixture::load(&[EntrySource::Path(path.to_owned())], Timestamp::now()).unwrap().entries
}

/// The command line with the key `mock-admin`, unless `args` name another.
fn record_command(url: &str, args: &[&str]) -> Command {
    let mut command = Command::new(BINARY);
    command.args(["record", "--url", url]).args(args).env("CORTEX_API_KEY", "mock-admin");
    command
}

/// The same, run to its end.
fn recorded(url: &str, args: &[&str]) -> Finished {
    binary(["record", "--url", url].into_iter().chain(args.iter().copied())).env("CORTEX_API_KEY", "mock-admin").run()
}

fn path(folder: &TempDir, name: &str) -> String {
    folder.path().join(name).to_str().unwrap().to_owned()
}

/// The names in a folder.
fn names(folder: &TempDir) -> Vec<String> {
    let mut names: Vec<String> =
        fs::read_dir(folder.path()).unwrap().map(|item| item.unwrap().file_name().into_string().unwrap()).collect();
    names.sort();
    names
}

/// A message with what is another one each time left out.
fn told(message: &str, url: &str, folder: &TempDir) -> String {
    message.replace(url, "URL").replace(folder.path().to_str().unwrap(), "FOLDER")
}

/// A server that gives one connection this answer.
fn canned(answer: impl Into<Vec<u8>>) -> (String, JoinHandle<String>) {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let url = format!("http://{}", listener.local_addr().unwrap());
    let answer = answer.into();
    let thread = thread::spawn(move || {
        let (mut stream, _) = listener.accept().unwrap();
        let mut request = Vec::new();
        let mut buffer = [0; 4096];
        while !request.ends_with(b"\r\n\r\n") {
            let read = stream.read(&mut buffer).unwrap();
            request.extend_from_slice(&buffer[..read]);
        }
        stream.write_all(&answer).unwrap();
        String::from_utf8(request).unwrap()
    });
    (url, thread)
}

/// An answer of this status line, content type and body.
fn http(status: &str, headers: &str, body: &str) -> String {
    format!("HTTP/1.1 {status}\r\n{headers}Content-Length: {}\r\nConnection: close\r\n\r\n{body}", body.len())
}

// Everything, once

#[test]
fn a_hundred_thousand_entries_are_recorded_while_others_come_in_late() {
    let server = MockServer::builder().entries("[]").start_blocking();
    let world = server.world();
    let count = size(100_000_usize, 20_000);
    world.append(history(u32::try_from(count).unwrap(), Timestamp::now().trunc_to_millis()));
    // Shorter than the recording takes.
    let lateness = Duration::from_millis(size(2000, 100));
    world.set_live(Some(Activity { lateness, ..Activity::from("20/s".parse::<Rate>().unwrap()) }));
    let folder = tempfile::tempdir().unwrap();
    let out = path(&folder, "logs.json");
    thread::sleep(SECOND);

    let ended = recorded(&server.uri(), &["--out", &out]);
    assert_eq!((ended.code, ended.stdout.as_str()), (Some(0), ""), "{}", ended.stderr);
    // `recorded N entries from … to … in R requests`: the range is told, and by now nothing comes into it any more.
    let words: Vec<&str> = ended.stderr.split_whitespace().collect();
    let end = time(words[words.iter().position(|word| *word == "to").unwrap() + 1]);
    thread::sleep(lateness.saturating_sub(Timestamp::now().since(end)));
    let requests: usize = words[words.len() - 2].parse().unwrap();
    assert!((count / 1000 + 1..=count / 500).contains(&requests), "{}", ended.stderr);
    let expected = truth(&world, RecordRange { start: None, end });
    assert!(expected.len() > count + 10, "live activity came before the end: {}", expected.len());
    same(&loaded(Path::new(&out)), &expected);
    assert_eq!(names(&folder), ["logs.json"]);
    let statuses = world.journal().list(&JournalFilter::default());
    assert!(statuses.iter().all(|record| record.status() == Some(200) && record.issues().is_empty()));
}

#[test]
fn the_recorded_file_is_valid_and_served_again_page_by_page() {
    let server = server_over(2500);
    let folder = tempfile::tempdir().unwrap();
    for name in ["logs.json", "logs.ndjson", "logs.jsonl"] {
        let out = path(&folder, name);
        let ended = recorded(&server.uri(), &["--to", NOW, "--out", &out]);
        assert_eq!(ended.code, Some(0), "{}", ended.stderr);
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
fn a_range_is_recorded_with_both_its_ends_to_standard_output() {
    let server = server_over(100);
    let (from, to) = ("2025-05-20T11:59:40.020Z", "2025-05-20T11:59:53.340Z");
    let ended = recorded(&server.uri(), &["--from", from, "--to", to, "--format", "ndjson"]);
    let range = RecordRange { start: Some(time(from)), end: time(to) };
    let expected = truth(&server.world(), range);
    assert_eq!(expected.len(), 80 - 20 + 20 - 20);
    same(&fixture::read("stdout", &ended.stdout, time(NOW)).unwrap().entries, &expected);
    assert_snapshot!(ended.stderr, @"recorded 60 entries from 2025-05-20T11:59:40.020Z to 2025-05-20T11:59:53.340Z in 1 request");
}

#[test]
fn nothing_is_recorded_as_an_empty_list() {
    let server = server_over(0);
    let ended = recorded(&server.uri(), &["--to", NOW]);
    assert_eq!((ended.code, ended.stdout.as_str()), (Some(0), "[]\n"));
    assert_snapshot!(ended.stderr, @"recorded 0 entries to 2025-05-20T12:00:00Z in 1 request");
    let folder = tempfile::tempdir().unwrap();
    let out = path(&folder, "logs.ndjson");
    assert_eq!(recorded(&server.uri(), &["--to", NOW, "--out", &out]).code, Some(0));
    assert_eq!((names(&folder), fs::read(out).unwrap()), (vec!["logs.ndjson".to_owned()], vec![]));
}

#[test]
fn an_older_file_stays_until_the_new_one_is_whole() {
    let server = server_over(10);
    let folder = tempfile::tempdir().unwrap();
    let out = path(&folder, "logs.json");
    fs::write(&out, "older").unwrap();
    let args = ["--to", NOW, "--out", &out];
    server
        .world()
        .faults()
        .add(FaultRule { times: Some(1), ..Effect::Status { status: 400, retry_after: None }.into() });
    recorded(&server.uri(), &args).failed(1);
    assert_eq!((names(&folder), fs::read_to_string(&out).unwrap()), (vec!["logs.json".to_owned()], "older".to_owned()));
    assert_eq!(recorded(&server.uri(), &args).code, Some(0));
    assert_eq!(loaded(Path::new(&out)).len(), 10);
}

#[test]
fn an_end_in_the_future_is_now() {
    let server = MockServer::builder().entries("[]").start_blocking();
    let now = Timestamp::now();
    server.world().append(history(10, now.saturating_add(SECOND * 3600)));
    server.world().append(history(10, now));
    let ended = recorded(&server.uri(), &["--to", "now+2d", "--format", "ndjson"]);
    assert_eq!(ended.stdout.lines().count(), 10, "{}", ended.stderr);
}

/// Against a mock in place of the real API, which is the only word that is changed.
#[test]
fn the_document_shows_commands_that_run_and_every_flag() {
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

// Whatever goes wrong

/// Faults of every kind by chance, entries that come in late, and a clock that only the recorder's waits move.
fn through_trouble(seed: u32) {
    let server = MockServer::builder().entries("[]").now(NOW).seed(seed.into()).rate_limit("40/min").start_blocking();
    let world = server.world();
    world.append(history(4000 + seed * 37, time(NOW).saturating_sub(SECOND * 5)));
    let lateness = SECOND * 40;
    world.set_live(Some(Activity { lateness, burst: 2, ..Activity::from("30/min".parse::<Rate>().unwrap()) }));
    let every = Duration::from_millis(1);
    for effect in [
        Effect::Reset,
        Effect::Empty,
        Effect::Truncate { bytes: 100_000 },
        Effect::Malformed,
        Effect::Drip { bytes: 100_000, every },
        Effect::Delay(Delay::Fixed(every)),
        Effect::Status { status: 503, retry_after: Some(7) },
        Effect::Status { status: 429, retry_after: Some(11) },
        Effect::Status { status: 500, retry_after: None },
        Effect::Status { status: 408, retry_after: None },
    ] {
        world.faults().add(FaultRule { probability: 0.06, ..effect.into() });
    }
    let waits = RefCell::new(Vec::new());
    let recorded = record(&server, None, &|event| {
        if let RecordingEvent::Waiting { wait, why } = event {
            waits.borrow_mut().push((wait, why.to_owned()));
        }
    });
    let recorded = recorded.unwrap_or_else(|error| panic!("seed {seed}: {error}"));
    same(&recorded.entries, &truth(&world, all()));
    for (wait, why) in waits.into_inner() {
        // Without the address, whose port may have the same digits.
        let least =
            if why.replace(&server.uri(), "").contains("503") { SECOND * 7 } else { Duration::from_millis(500) };
        assert!(wait >= least, "{wait:?} after {why}");
    }
    let records = world.journal().list(&JournalFilter::default());
    let early = records.windows(2).filter(|pair| pair.iter().all(|record| record.status() == Some(429)));
    let limited = early.filter(|pair| pair.iter().all(|record| record.intervention() == Some(&Intervention::Limit)));
    assert_eq!(limited.count(), 0, "it came back before the limit was over");
    assert!(records.len() >= recorded.requests);
}

#[test]
fn a_recording_through_every_fault_and_late_entries_is_the_truth() {
    sample(0..6, 2).for_each(through_trouble);
}

#[test]
fn a_small_limit_is_waited_for_and_never_met_twice() {
    let server = server_over(5000);
    let world = server.world();
    world.change_settings(|settings| settings.rate_limit = "2/min".parse().unwrap());
    let waits = RefCell::new(Vec::new());
    let recorded = record(&server, None, &|event| {
        if let RecordingEvent::Waiting { wait, .. } = event {
            waits.borrow_mut().push(wait);
        }
    });
    same(&recorded.unwrap().entries, &truth(&world, all()));
    assert!(waits.borrow().len() >= 4 && waits.borrow().iter().all(|wait| *wait <= SECOND * 30), "{waits:?}");
    let statuses: Vec<_> =
        world.journal().list(&JournalFilter::default()).iter().filter_map(JournalRecord::status).collect();
    assert!(statuses.windows(2).all(|pair| pair != [429, 429]), "{statuses:?}");
}

#[test]
fn a_server_that_stays_broken_is_given_up_and_what_came_is_kept() {
    let server = server_over(3500);
    let folder = tempfile::tempdir().unwrap();
    let out = folder.path().join("logs.json");
    let broken = FaultRule { after: 2, ..Effect::Status { status: 500, retry_after: None }.into() };
    let broken = server.world().faults().add(broken).id;
    let mut part = Checkpoint::open(&out, &asked(&server)).unwrap();
    let error = record(&server, Some(&mut part), &|_| {}).unwrap_err();
    assert_snapshot!(error.to_string(), @"gave up after 8 attempts in a row; the last: the server answers 500: This 500 was asked for by fault 3.");
    assert_eq!(server.world().journal().count(&JournalFilter::default()), 2 + 8);
    assert_eq!(part.len(), 500);
    drop(part);

    server.world().faults().remove(broken);
    let mut part = Checkpoint::open(&out, &asked(&server)).unwrap();
    let recorded = record(&server, Some(&mut part), &|_| {}).unwrap();
    assert_eq!(recorded.requests, 3 + 2, "three pages were missing; two are looked at again");
    same(&recorded.entries, &truth(&server.world(), all()));
}

#[test]
fn a_server_that_wants_more_patience_than_a_quarter_of_an_hour_is_left() {
    let server = server_over(10);
    server.world().faults().add(Effect::Status { status: 503, retry_after: Some(86_400) });
    let error = record(&server, None, &|_| {}).unwrap_err();
    assert_snapshot!(error.to_string(), @"the server asks to come back in 1d: the server answers 503: This 503 was asked for by fault 3.");
}

#[test]
fn a_range_that_never_holds_still_is_given_up() {
    let server = server_over(0);
    let world = server.world();
    let refill = || {
        world.remove_entries();
        let count = 2000 + u32::try_from(world.journal().count(&JournalFilter::default())).unwrap();
        // Another list each time, of another length.
        world.append(history(count, time(NOW).saturating_sub(SECOND * count)));
    };
    refill();
    let error = record(&server, None, &|_| refill()).unwrap_err();
    assert_snapshot!(error.to_string(), @"the entries up to 2025-05-20T12:00:00Z keep changing while they are read; choose an earlier --to");
}

// Interruptions

#[test]
fn a_recording_that_is_killed_again_and_again_ends_whole() {
    let server = server_over(12_345);
    let world = server.world();
    // So slow that there is a middle to be killed in.
    world.faults().add(Effect::Delay(Delay::Fixed(Duration::from_millis(50))));
    let folder = tempfile::tempdir().unwrap();
    let out = path(&folder, "logs.json");
    let part = format!("{out}.part");
    let args = ["--to", NOW, "--out", &out];
    for least in [1, 300_000, 700_000, 1_000_000] {
        let mut child = record_command(&server.uri(), &args).stderr(Stdio::null()).spawn().unwrap();
        wait_for(&mut child, || fs::metadata(&part).is_ok_and(|part| part.len() >= least));
        child.kill().unwrap();
        child.wait().unwrap();
        assert_eq!(names(&folder), ["logs.json.part"]);
        // What came in late meanwhile is recorded too.
        world.append(history(3, time(NOW)));
    }
    let before = world.journal().count(&JournalFilter::default());
    let ended = recorded(&server.uri(), &args);
    assert_eq!(ended.code, Some(0), "{}", ended.stderr);
    let going_on = ended.stderr.lines().next().unwrap();
    assert!(going_on.starts_with("going on with ") && going_on.ends_with(&part), "{}", ended.stderr);
    assert!(world.journal().count(&JournalFilter::default()) - before < 13, "it began anew: {}", ended.stderr);
    assert_eq!(names(&folder), ["logs.json"]);
    same(&loaded(Path::new(&out)), &truth(&world, all()));
}

/// Waits for a condition of a process that goes on meanwhile.
fn wait_for(child: &mut Child, condition: impl Fn() -> bool) {
    while !condition() {
        assert!(child.try_wait().unwrap().is_none(), "it ended first");
        thread::sleep(Duration::from_millis(1));
    }
}

/// Torn by a crash wherever it may, followed by what a disk may leave there.
#[test]
fn a_torn_part_is_gone_on_with_or_begun_anew() {
    let server = server_over(2600);
    let expected = truth(&server.world(), all());
    let folder = tempfile::tempdir().unwrap();
    let out = folder.path().join("logs.json");
    let path = folder.path().join("logs.json.part");
    let mut part = Checkpoint::open(&out, &asked(&server)).unwrap();
    record(&server, Some(&mut part), &|_| {}).unwrap();
    drop(part);
    let whole = fs::read(&path).unwrap();
    let resumed = |bytes: &[u8]| {
        fs::write(&path, bytes).unwrap();
        let mut part = Checkpoint::open(&out, &asked(&server)).unwrap();
        let recorded = record(&server, Some(&mut part), &|_| {}).unwrap();
        same(&recorded.entries, &expected);
        drop(part);
        assert_eq!(fs::read(&path).unwrap().len(), whole.len(), "the part is whole again");
    };
    resumed(&whole);
    let first_line = whole.iter().position(|byte| *byte == b'\n').unwrap() + 1;
    for cut in [0, 1, first_line - 1, first_line, first_line + 1, whole.len() - 1] {
        resumed(&whole[..cut]);
    }
    let cases = ProptestConfig { cases: 12, failure_persistence: None, ..ProptestConfig::default() };
    proptest!(cases, |(cut in 0..whole.len(), rubbish in "\\PC{0,30}|\u{0}{1,40}|\n\n")| {
        resumed(&whole[..cut]);
        let mut damaged = whole[..cut.max(first_line)].to_vec();
        damaged.extend_from_slice(rubbish.as_bytes());
        resumed(&damaged);
    });
}

#[test]
fn the_same_words_are_the_same_recording_and_others_are_not() {
    let server = server_over(10);
    let folder = tempfile::tempdir().unwrap();
    let out = folder.path().join("logs.json");
    let (long_ago, later) = (time("2025-05-01T00:00:00Z"), time("2025-05-02T00:00:00Z"));
    let bound = |text: &str| Some(RangeBound { given: text.to_owned(), moment: text.parse().unwrap() });
    let ask = |from: &str, start| RecordingSpec {
        from: bound(from),
        to: None,
        range: RecordRange { start: Some(start), ..all() },
        ..asked(&server)
    };
    let open = |asked: &RecordingSpec| Checkpoint::open(&out, asked).map(|part| (part.len(), part.range().start));
    let mut part = Checkpoint::open(&out, &ask("now-30d", long_ago)).unwrap();
    record(&server, Some(&mut part), &|_| {}).unwrap();
    drop(part);
    // A day later it is the same command, and goes on with the range of the day before.
    assert_eq!(open(&ask("now-30d", later)), Ok((10, Some(long_ago))));
    assert_eq!(open(&ask("2025-05-01T00:00:00Z", long_ago)), Ok((10, Some(long_ago))));
    let refused = open(&ask("now-29d", later)).unwrap_err();
    assert_snapshot!(told(&refused, &server.uri(), &folder), @"FOLDER/logs.json.part belongs to another recording (URL/api/v1/audit-logs from 2025-05-01T00:00:00Z to 2025-05-20T12:00:00Z); go on with that one, delete the file, or choose another --out");
    open(&RecordingSpec { from: None, ..ask("now-30d", long_ago) }).unwrap_err();
    open(&RecordingSpec {
        to: bound("2025-05-20T11:00:00Z"),
        range: RecordRange { end: time("2025-05-20T11:00:00Z"), start: Some(long_ago) },
        ..ask("now-30d", long_ago)
    })
    .unwrap_err();
    let other = RecordingSpec { url: ApiUrl::read("http://127.0.0.1:1").unwrap(), ..ask("now-30d", long_ago) };
    open(&other).unwrap_err();
    assert_eq!(open(&ask("now-30d", later)), Ok((10, Some(long_ago))), "it is still there");
}

#[test]
fn two_recorders_do_not_write_one_file() {
    let server = server_over(10);
    let folder = tempfile::tempdir().unwrap();
    let out = path(&folder, "logs.json");
    let part = Checkpoint::open(Path::new(&out), &asked(&server)).unwrap();
    let ended = recorded(&server.uri(), &["--to", NOW, "--out", &out]);
    assert_snapshot!(told(ended.failed(1), &server.uri(), &folder), @"error: cannot write FOLDER/logs.json.part (--out): another recording is writing it");
    drop(part);
    assert_eq!(recorded(&server.uri(), &["--to", NOW, "--out", &out]).code, Some(0));
}

#[test]
fn a_file_that_is_no_part_is_not_overwritten() {
    let server = server_over(10);
    let folder = tempfile::tempdir().unwrap();
    let out = path(&folder, "logs.json");
    let refused = ["my notes", "{\"my\": \"notes\"}\n"].map(|text| {
        fs::write(format!("{out}.part"), text).unwrap();
        let ended = recorded(&server.uri(), &["--to", NOW, "--out", &out]);
        assert_eq!(fs::read_to_string(format!("{out}.part")).unwrap(), text);
        assert_eq!(names(&folder), ["logs.json.part"]);
        told(ended.failed(1), &server.uri(), &folder)
    });
    assert_eq!(refused[0], refused[1]);
    assert_snapshot!(refused[0], @"error: FOLDER/logs.json.part is not the part of a recording; move it away or choose another --out");
}

// The token

#[cfg(target_os = "linux")]
#[test]
fn the_token_is_in_no_file_no_output_and_no_process_list() {
    use std::os::unix::fs::PermissionsExt;

    const SECRET: &str = "s3cret-t0ken";
    let keys = r#"{"keys": [{"token": "s3cret-t0ken", "name": "A", "roles": [{"type": "DEFAULT", "role": "ADMIN"}]}]}"#;
    let server = MockServer::builder().entries("[]").keys(keys).now(NOW).start_blocking();
    server.world().append(history(9000, time(NOW)));
    server.world().faults().add(Effect::Delay(Delay::Fixed(Duration::from_millis(50))));
    let folder = tempfile::tempdir().unwrap();
    let out = path(&folder, "logs.json");
    let mut command = record_command(&server.uri(), &["--to", NOW, "--token-env", "OTHER", "--out", &out]);
    let mut child = command.env("OTHER", SECRET).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
    let part = format!("{out}.part");
    wait_for(&mut child, || fs::metadata(&part).is_ok_and(|part| part.len() > 100_000));
    let command_line = fs::read(format!("/proc/{}/cmdline", child.id())).unwrap();
    let kept = File::open(&part).unwrap();
    assert_eq!(kept.metadata().unwrap().permissions().mode() & 0o777, 0o600);
    let kept = std::io::read_to_string(kept).unwrap();
    let ended = child.wait_with_output().unwrap();
    assert!(ended.status.success());
    let texts = [command_line, kept.into_bytes(), fs::read(&out).unwrap(), ended.stdout, ended.stderr];
    for text in texts {
        assert!(!String::from_utf8(text).unwrap().contains("s3cret"));
    }
}

#[test]
fn a_token_that_a_server_echoes_is_not_shown() {
    let folder = tempfile::tempdir().unwrap();
    let (url, server) = canned(http(
        "401 Unauthorized",
        "Content-Type: application/json\r\n",
        r#"{"details": "no such key: mock-admin"}"#,
    ));
    let ended = recorded(&url, &[]);
    assert_snapshot!(told(ended.failed(1), &url, &folder), @"error: the server does not accept the token in CORTEX_API_KEY (401): no such key: [token]");
    let request = server.join().unwrap();
    assert!(
        request.contains("mock-admin") && request.to_lowercase().contains("user-agent: cortex-audit-mock/"),
        "{request}"
    );
    let (url, server) = canned(http("302 Found", "Location: https://evil.example/?t=mock-admin\r\n", ""));
    assert_snapshot!(told(recorded(&url, &[]).failed(1), &url, &folder), @"error: URL/api/v1/audit-logs is not a Cortex API: it redirects (302) to https://evil.example/?t=[token], where the token was not sent");
    server.join().unwrap();
}

// Bad input

/// What a recording into a file says when it fails, and that it leaves nothing behind.
#[track_caller]
fn refused(url: &str, args: &[&str], code: i32) -> String {
    let folder = tempfile::tempdir().unwrap();
    let out = path(&folder, "logs.json");
    let args: Vec<&str> = args.iter().copied().chain(["--out", &out]).collect();
    let ended = recorded(url, &args);
    assert_eq!(names(&folder), Vec::<String>::new());
    told(ended.failed(code), url, &folder)
}

#[test]
fn a_token_that_is_not_accepted_is_told_at_once() {
    let server = server_over(10);
    let refused = |key: &str| {
        let folder = tempfile::tempdir().unwrap();
        let out = path(&folder, "logs.json");
        let args = ["record", "--url", &server.uri(), "--out", &out, "--token-env", "MY_TOKEN"];
        let ended = binary(args).env("MY_TOKEN", key).run();
        assert_eq!(names(&folder), Vec::<String>::new());
        told(ended.failed(1), &server.uri(), &folder)
    };
    assert_snapshot!(refused("mock-revoked"), @"error: the server does not accept the token in MY_TOKEN (401): The key Revoked (…oked) is revoked.");
    assert_snapshot!(refused("mock-no-audit"), @r#"error: the token in MY_TOKEN may not read audit logs (403), which takes the permission "View audit logs": The key No audit (…udit) is valid, but none of its roles grants the permission "View audit logs". Ask with a key whose role grants it."#);
    assert_eq!(server.world().journal().count(&JournalFilter::default()), 2);
}

#[test]
fn a_server_that_is_no_cortex_api_is_told_at_once() {
    let json = "Content-Type: application/json\r\n";
    let refused_by = |answer: String| {
        let (url, server) = canned(answer);
        let told = refused(&url, &[], 1);
        server.join().unwrap();
        told
    };
    assert_snapshot!(refused_by(http("200 OK", "Content-Type: text/html\r\n", "<!DOCTYPE html><p>Hello")), @"error: URL/api/v1/audit-logs is not a Cortex API: it answers text/html");
    assert_snapshot!(refused_by(http("404 Not Found", "Content-Type: text/html\r\n", "<!DOCTYPE html><p>Nothing here")), @"error: URL/api/v1/audit-logs is not a Cortex API: it has no such path (404)");
    assert_snapshot!(refused_by(http("200 OK", json, r#"{"items": []}"#)), @"error: URL/api/v1/audit-logs is not a Cortex API: its JSON is no page of audit logs (missing field `logs` at line 1 column 13)");
    assert_snapshot!(refused_by(http("200 OK", json, r#"{"logs": "none", "page": 0, "total": 1, "totalPages": 1}"#)), @r#"error: URL/api/v1/audit-logs is not a Cortex API: its JSON is no page of audit logs ("logs": invalid type: string "none", expected a sequence at line 1 column 6)"#);
    assert_snapshot!(refused_by(http("400 Bad Request", json, r#"{"type": "BAD_REQUEST", "message": "Bad Request", "details": "Unknown endTime."}"#)), @"error: URL/api/v1/audit-logs refuses the request (400): Unknown endTime.");
    assert_snapshot!(refused_by("SSH-2.0-OpenSSH_9.2\r\n".to_owned()), @"error: URL/api/v1/audit-logs is not a Cortex API: it does not speak HTTP (protocol: http parse fail: invalid HTTP version)");
    let odd = r#"{"logs": [{"action": "RENAME", "objectType": "TEAM", "objectIdentifier": "a", "timestamp": "2025-05-20T06:51:43Z"}], "page": 0, "total": 1, "totalPages": 1}"#;
    assert_snapshot!(refused_by(http("200 OK", json, odd)), @r#"error: URL/api/v1/audit-logs answered an entry that cannot be recorded: page 0, entry 1, action: "RENAME" is not one of CREATE, UPDATE, DELETE"#);
}

#[test]
fn a_server_that_cannot_be_reached_is_told_at_once() {
    let free = TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap();
    let told = refused(&format!("http://{free}"), &[], 1);
    assert!(told.starts_with("error: cannot reach URL/api/v1/audit-logs: Connection refused"), "{told}");
}

#[test]
fn a_server_without_tls_is_told_at_once() {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let url = format!("https://{}", listener.local_addr().unwrap());
    let server = thread::spawn(move || {
        let (mut stream, _) = listener.accept().unwrap();
        assert!(stream.read(&mut [0; 4096]).unwrap() > 0);
        stream.write_all(b"HTTP/1.1 400 Bad Request\r\n\r\n").unwrap();
    });
    assert_snapshot!(refused(&url, &[], 1), @"error: cannot speak TLS with URL/api/v1/audit-logs: received corrupt message of type InvalidContentType; SSL_CERT_FILE can name certificate authorities of your own");
    server.join().unwrap();
}

#[test]
fn what_is_not_known_of_an_entry_is_left_out_and_told() {
    let entry = r#"{"action": "CREATE", "objectType": "TEAM", "objectIdentifier": "a", "timestamp": "2025-05-20T06:51:43Z", "actorIdentifier": null, "objectTypes": [1], "riskScore": 7}"#;
    let page = format!(r#"{{"logs": [{entry}], "page": 0, "total": 1, "totalPages": 1, "traceId": "x"}}"#);
    let (url, server) = canned(http("200 OK", "Content-Type: application/json\r\n", &page));
    let ended = recorded(&url, &["--format", "ndjson", "--to", NOW]);
    server.join().unwrap();
    assert_snapshot!(ended.stdout, @r#"{"action":"CREATE","objectIdentifier":"a","objectType":"TEAM","timestamp":"2025-05-20T06:51:43Z"}"#);
    assert_snapshot!(ended.stderr, @r#"
note: not recorded, because the API is not known to have them: objectTypes, riskScore
recorded 1 entry from 2025-05-20T06:51:43Z to 2025-05-20T12:00:00Z in 1 request
"#);
}

// Pseudonyms

/// What a recording with pseudonyms holds, and what it said.
fn pseudonymized(url: &str, flags: &[&str], secret: &str) -> (String, String) {
    let flags = [&["record", "--url", url, "--to", NOW, "--pseudonymize", "--format", "ndjson"], flags].concat();
    let mut launch = binary(flags.iter().copied()).env("CORTEX_API_KEY", "mock-admin");
    if !secret.is_empty() {
        launch = launch.env("CORTEX_MOCK_PSEUDONYM_SECRET", secret);
    }
    let ended = launch.run();
    assert_eq!(ended.code, Some(0), "{}", ended.stderr);
    (ended.stdout, ended.stderr)
}

#[test]
fn a_recording_with_pseudonyms_names_nobody_and_keeps_who_did_what() {
    let server = MockServer::builder().now(NOW).start_blocking();
    let (text, _) = pseudonymized(&server.uri(), &[], "a secret");
    let truth = truth(&server.world(), all());
    let given = fixture::read("recorded", &text, time(NOW)).unwrap().entries;
    assert_eq!(given.len(), truth.len());
    let mut names = BTreeMap::new();
    for (given, truth) in given.iter().zip(&truth) {
        assert_eq!((given.action, given.timestamp), (truth.action, truth.timestamp));
        assert_eq!((&given.object_type, given.actor.kind), (&truth.object_type, truth.actor.kind));
        assert_eq!(names.entry(&truth.actor_identifier).or_insert(&given.actor_identifier), &&given.actor_identifier);
        for original in
            [&truth.actor_identifier, &truth.ip_address].into_iter().flatten().chain([&truth.object_identifier])
        {
            assert!(!text.contains(&format!("\"{original}\"")), "{original} is left");
        }
    }
    for word in ["brightwave", "checkout", "deploy", "postgres", "198.18.66.6"] {
        assert!(!text.contains(word), "{word} is left");
    }
    let folder = tempfile::tempdir().unwrap();
    fs::write(folder.path().join("given.ndjson"), &text).unwrap();
    let valid = binary(["validate", &path(&folder, "given.ndjson")]).run();
    assert!(valid.succeeded().starts_with("640 entries, all valid"));
}

#[test]
fn the_same_secret_gives_the_same_pseudonyms_and_no_secret_never_the_same() {
    let server = MockServer::builder().now(NOW).start_blocking();
    let made = |flags: &[&str], secret: &str| pseudonymized(&server.uri(), flags, secret).0;
    assert_eq!(made(&["--seed", "7"], ""), made(&["--seed", "7"], ""));
    assert_eq!(made(&["--seed", "7"], "one"), made(&["--seed", "7"], "one"));
    assert_eq!(made(&[], "one"), made(&[], "one"));
    let different = [
        made(&["--seed", "7"], ""),
        made(&["--seed", "8"], ""),
        made(&[], "one"),
        made(&["--seed", "7"], "one"),
        made(&[], ""),
        made(&[], ""),
    ];
    assert_eq!(different.iter().collect::<BTreeSet<_>>().len(), different.len());
    let (_, said) = pseudonymized(&server.uri(), &["--seed", "7"], "");
    assert_snapshot!(said.trim_end(), @"
    note: only --seed keeps the pseudonyms from being turned back, and it can be guessed; set CORTEX_MOCK_PSEUDONYM_SECRET too
    recorded 640 entries from 2025-05-06T12:52:22.491Z to 2025-05-20T12:00:00Z in 1 request
    ");
    assert!(!pseudonymized(&server.uri(), &["--seed", "7"], "one").1.contains("note"));
}

#[test]
fn a_device_is_written_to_as_it_is() {
    let server = server_over(3);
    let ended = recorded(&server.uri(), &["--out", "/dev/null"]);
    assert_eq!(ended.code, Some(0), "{}", ended.stderr);
    assert!(!Path::new("/dev/null.part").exists() && !fs::metadata("/dev/null").unwrap().is_file());
}

#[test]
fn a_place_that_cannot_be_written_is_told_before_anything_is_asked() {
    let server = server_over(10);
    let folder = tempfile::tempdir().unwrap();
    let refused = |out: &str| {
        let ended = recorded(&server.uri(), &["--out", out]);
        told(ended.failed(1), &server.uri(), &folder)
    };
    assert_snapshot!(refused(&path(&folder, "missing/logs.json")), @"error: cannot write FOLDER/missing/logs.json.part (--out): No such file or directory (os error 2)");
    assert_snapshot!(refused(folder.path().to_str().unwrap()), @"error: cannot write FOLDER (--out): it is a folder");
    assert_eq!(server.world().journal().count(&JournalFilter::default()), 0);
    assert_eq!(names(&folder), Vec::<String>::new());
}

#[test]
fn wrong_flags_are_told_with_what_is_accepted() {
    let url = "http://127.0.0.1:1";
    assert_snapshot!(refused(url, &["--from", "2025-05-21T00:00:00Z", "--to", "2025-05-20T00:00:00Z"], 2), @"error: --from (2025-05-21T00:00:00Z) is after --to (2025-05-20T00:00:00Z), so there is nothing to record");
    assert_snapshot!(refused(url, &["--from", "yesterday"], 2), @r#"
error: invalid value 'yesterday' for '--from <T>': it is not a date-time; accepted: RFC 3339 such as "2025-05-20T06:51:43.235Z", or relative such as "now-5m"

For more information, try '--help'.
"#);
    assert_snapshot!(refused(url, &["--to", "now-9999999d"], 2), @"error: --to now-9999999d: it is outside the years 0 to 9999");
    assert_snapshot!(refused(url, &["--token-env", "NOT_SET"], 2), @"error: the environment variable NOT_SET is not set; --token-env takes the name of the variable that holds the token");
    assert_snapshot!(refused(url, &["--token-env", "s3cret-token"], 2), @"error: the environment variable that --token-env names is not set; --token-env takes the name of the variable that holds the token");
    assert_snapshot!(refused("https://me:s3cret@127.0.0.1:1", &[], 2), @"error: --url has a user or password in it, which belong nowhere; accepted: a base URL such as https://api.getcortexapp.com or http://127.0.0.1:8080");
    assert_snapshot!(refused("127.0.0.1:1", &[], 2), @r#"error: --url "URL" is not a URL that begins with https:// or http://; accepted: a base URL such as https://api.getcortexapp.com or http://127.0.0.1:8080"#);
    assert!(refused(url, &["--from", "2999-01-01T00:00:00Z"], 2).contains("is after now, where the range ends"));
    let empty = binary(["record", "--url", url]).env("CORTEX_API_KEY", "").run();
    assert_snapshot!(empty.failed(2), @"error: the environment variable CORTEX_API_KEY holds no token: accepted are ASCII letters, digits and signs, without spaces");
}
