//! `record`: downloads each entry of a server once, whatever happens meanwhile.

mod assembler;
mod checkpoint;
mod complete;
mod errors;
mod order;
mod pseudonyms;
mod retries;
mod token;

use std::fs;
use std::io::{BufRead, BufReader};
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::sync::Arc;
use std::time::Duration;

use cortex_audit_mock::contract::{Action, Actor, Entry, Query, Timestamp};
use cortex_audit_mock::fault::{Effect, FaultRule};
use cortex_audit_mock::internal::fixture;
use cortex_audit_mock::internal::record::{
    self, Checkpoint, RecordError, RecordRange, Recording, RecordingEvent, RecordingSpec,
};
use cortex_audit_mock::internal::remote::{ApiUrl, TimeSource};
use cortex_audit_mock::{EntrySource, MockServer, World};
use tempfile::TempDir;

use crate::remote::connection;
use crate::support::process::{BINARY, Finished, binary, path};
use crate::support::{NOW, time};

const SECOND: Duration = Duration::from_secs(1);

/// Entries up to an instant, twenty in each third of a second; many are equal in all fields, as in a bulk change.
fn entries_until(count: u32, until: Timestamp) -> Vec<Entry> {
    let entry = |number: u32| {
        let index = number as usize;
        let actor = ["ada@example.com", "ci-deploy", ""][index / 40 % 3];
        let action = [Action::Create, Action::Update, Action::Delete][index / 7 % 3];
        let timestamp = until.saturating_sub(Duration::from_millis(333) * (number / 20 * 20));
        let ip_address = (!number.is_multiple_of(5)).then(|| "192.0.2.7".to_owned());
        let entry = Entry { ip_address, ..Entry::new(action, "SERVICE", format!("object-{}", number / 10), timestamp) };
        if actor.is_empty() { entry } else { entry.with_actor(actor) }
    };
    (0..count).map(entry).collect()
}

/// A server with entries up to [`NOW`], where its clock stands.
fn server_with(count: u32) -> MockServer {
    let server = MockServer::builder().entries("[]").now(NOW).start_blocking();
    server.world().append(entries_until(count, time(NOW)));
    server
}

/// The entries of the world in the range as the API returns them, newest first.
fn expected_entries(world: &World, range: RecordRange) -> Vec<Entry> {
    let query = Query { start_time: range.start, end_time: Some(range.end), page_size: u32::MAX, ..Query::default() };
    // Attributes that only filters see are not in a response.
    let returned = |entry: &Entry| {
        let actor = Actor::from_identifier(entry.actor_identifier.as_deref());
        Entry { actor, ..Entry::clone(entry) }
    };
    world.page(&query).logs.iter().map(returned).collect()
}

/// Everything up to [`NOW`].
fn full_range() -> RecordRange {
    RecordRange { start: None, end: time(NOW) }
}

/// The recording that `--to NOW` names.
fn spec(server: &MockServer) -> RecordingSpec {
    let url = ApiUrl::parse(&server.uri()).unwrap();
    RecordingSpec { url, from: None, to: Some(NOW.to_owned()), range: full_range() }
}

/// A clock that a request advances by 10 ms, and a wait by its length.
fn world_time(world: &Arc<World>) -> TimeSource {
    let (read, moved) = (Arc::clone(world), Arc::clone(world));
    let now = move || {
        read.advance(Duration::from_millis(10));
        read.clock().world_age
    };
    TimeSource::new(now, move |length| moved.advance(length))
}

/// Records everything up to [`NOW`] in this process, by the clock of the server.
fn record(
    server: &MockServer,
    checkpoint: Option<&mut Checkpoint>,
    on_event: &dyn Fn(RecordingEvent<'_>),
) -> Result<Recording, RecordError> {
    let range = checkpoint.as_ref().map_or(full_range(), |checkpoint| checkpoint.range());
    let connection = connection(&server.uri(), server.token());
    record::record(connection, range, world_time(&server.world()), checkpoint, on_event)
}

/// Fails without printing a hundred thousand entries.
#[track_caller]
fn assert_same_entries(recorded: &[Entry], expected: &[Entry]) {
    let first_difference = recorded.iter().zip(expected).position(|(one, other)| one != other);
    assert_eq!((recorded.len(), first_difference), (expected.len(), None));
}

fn load(path: &str) -> Vec<Entry> {
    fixture::load(&[EntrySource::Path(path.into())], Timestamp::now()).unwrap().entries
}

/// Runs the command with the key `mock-admin`.
fn run_record(url: &str, args: &[&str]) -> Finished {
    binary(["record", "--url", url].into_iter().chain(args.iter().copied())).env("CORTEX_API_KEY", "mock-admin").run()
}

/// A command that has read `pages` pages and waits for the server, which fails from then on until the fault is removed.
/// Returns the process and the number of the fault.
fn waiting_record(server: &MockServer, token: &str, args: &[&str], pages: u64) -> (Child, u64) {
    let effect = Effect::status(503, Some(600));
    let fault = server.world().faults().add(FaultRule { after: pages, ..effect.into() }).id;
    let mut command = Command::new(BINARY);
    command.args(["record", "--url", &server.uri()]).args(args).env("CORTEX_API_KEY", token);
    let mut child = command.stdout(Stdio::null()).stderr(Stdio::piped()).spawn().unwrap();
    let lines = BufReader::new(child.stderr.take().unwrap()).lines().map(Result::unwrap);
    let lines: Vec<String> = lines.take_while(|line| !line.starts_with("waiting 10m")).collect();
    assert!(lines.len() <= 1 && child.try_wait().unwrap().is_none(), "{lines:?}");
    (child, fault)
}

/// The names of the files in a folder.
fn file_names(folder: &TempDir) -> Vec<String> {
    let items = fs::read_dir(folder.path()).unwrap();
    let mut names: Vec<String> = items.map(|item| item.unwrap().file_name().into_string().unwrap()).collect();
    names.sort();
    names
}

/// The message with words in place of the port and the temporary folder.
fn normalize(message: &str, url: &str, folder: &Path) -> String {
    message.replace(url, "URL").replace(folder.to_str().unwrap(), "FOLDER")
}
