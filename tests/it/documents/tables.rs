//! The tables of the documents, compared with the code.

use std::collections::BTreeSet;

use cortex_audit_mock::Config;
use cortex_audit_mock::contract::{ActorType, Entry};
use cortex_audit_mock::fault::{Delay, EffectType};
use cortex_audit_mock::generate::{Generator, Recipe, Story};
use cortex_audit_mock::internal::{EndedSessions, Limiter, LiveFeed, SharedMemory};
use cortex_audit_mock::world::verdict::{Bug, Delivered, Expectation, Observations};
use cortex_audit_mock::world::{Faults, Journal, Scenario, Sessions};
use serde_json::Value;

use super::file;
use super::markdown::table;
use crate::support::process::{Server, head};
use crate::support::{TestMock, time};

/// The shares of request types among generated entries, each within a fifth of what is written.
#[test]
fn the_shares_of_anonymous_actors_are_those_of_generated_entries() {
    let entries: Vec<Entry> = Generator::new(&Recipe::new(60_000, time("2025-06-01T00:00:00Z"))).unwrap().collect();
    let text = file("docs/generated-data.md");
    let (_, section) = text.split_once("\n### Anonymous actors\n").unwrap();
    let rows = section.lines().skip_while(|line| !line.starts_with('|')).take_while(|line| line.starts_with('|'));
    let mut written = 0;
    for row in rows.skip(2) {
        let row = row.replace('`', "");
        let cells: Vec<&str> = row.trim_matches('|').split(" | ").map(str::trim).collect();
        let [request_type, actor] = [cells[0], cells[1]].map(|name| Some(name).filter(|name| *name != "none"));
        let of_row = entries.iter().filter(|entry| {
            entry.actor.kind == ActorType::Anonymous
                && entry.actor.request_type.as_deref() == request_type
                && entry.actor_identifier.as_deref() == actor
        });
        let count = of_row.count();
        let thousandths: usize = cells[3].replace('.', "").parse().unwrap();
        let expected = thousandths * entries.len() / 1000;
        assert!((expected * 4..expected * 6).contains(&(count * 5)), "{row}: {count}, expected about {expected}");
        written += count;
    }
    let anonymous = entries.iter().filter(|entry| entry.actor.kind == ActorType::Anonymous).count();
    assert_eq!(written, anonymous, "each anonymous entry is of one row");
}

#[tokio::test(start_paused = true)]
async fn the_keys_are_the_built_in_ones() {
    let built_in: Value = serde_json::from_str(&file("fixtures/keys.json")).unwrap();
    let tokens: Vec<&str> =
        built_in["keys"].as_array().unwrap().iter().map(|key| key["token"].as_str().unwrap()).collect();
    let rows = table("README.md", "Keys");
    let written = rows.iter().flat_map(|cells| cells[0].split(", ").map(|token| (token, &cells[1])));
    let written: Vec<(&str, &String)> = written.collect();
    assert_eq!(written.iter().map(|(token, _)| *token).collect::<Vec<_>>(), tokens);
    let mock = TestMock::default();
    for (token, answer) in written {
        let status = mock.get_as(token, "/api/v1/audit-logs").await.status;
        assert!(answer.starts_with(status.as_str()), "{token}: {status}");
    }
}

/// The source of a function of `src/http.rs`.
fn source_of(function: &str) -> String {
    let source = file("src/http.rs");
    let (_, body) = source.split_once(&format!("\nfn {function}(")).unwrap();
    body.split_once("\n}\n").unwrap().0.to_owned()
}

/// The paths of the routes in a function of `src/http.rs`.
fn routes_of(function: &str) -> BTreeSet<String> {
    let source = source_of(function);
    source.split(".route(\"").skip(1).map(|route| route.split('"').next().unwrap().to_owned()).collect()
}

/// A route of the control plane that is not in `control_plane` has no guard in front of it.
#[test]
fn every_route_but_the_health_check_is_in_a_group_behind_its_middleware() {
    assert_eq!(
        routes_of("routes"),
        BTreeSet::new(),
        "add a route to one of the groups: below a layer it does not pass it"
    );
    assert_eq!(
        routes_of("health"),
        BTreeSet::from(["/health".to_owned()]),
        "add a route to control_plane: this group has no guard"
    );
    for group in ["api", "documents"] {
        let source = source_of(group);
        assert!(!source.contains("__admin"), "{group}: add a route below /__admin to control_plane: no guard is here");
    }
}

#[test]
fn the_control_plane_is_that_of_the_router() {
    let rows = table("docs/control-plane.md", "Calls");
    let paths: BTreeSet<String> = rows.iter().map(|cells| cells[0].clone()).collect();
    let routes = routes_of("control_plane").into_iter().chain(routes_of("health"));
    let routes: BTreeSet<String> = routes.map(|path| format!("/__admin{path}")).collect();
    assert_eq!(paths, routes, "the table Calls of docs/control-plane.md, and the routes of src/http.rs");
    let server = Server::start(&[]);
    for cells in rows {
        let path = cells[0].replace("{id}", "1").replace("{name}", "one");
        let mut connection = server.connect();
        connection.send(head("BREW", &path, ""));
        let answer = connection.answer();
        assert_eq!(answer.status, 405, "{path}");
        let allowed: BTreeSet<&str> =
            answer.header("allow").unwrap().split(',').filter(|method| *method != "HEAD").collect();
        assert_eq!(cells[1].split(", ").collect::<BTreeSet<_>>(), allowed, "{path}");
    }
}

#[test]
fn the_types_of_faults_are_those_of_the_code() {
    let rows = table("docs/control-plane.md", "Faults");
    let written: BTreeSet<&str> = rows.iter().map(|cells| cells[0].as_str()).collect();
    assert_eq!(
        written,
        BTreeSet::from(EffectType::WORDS),
        "the table Faults of docs/control-plane.md has a row a type"
    );
}

#[test]
fn the_expectations_and_findings_are_those_of_the_code() {
    let names: Vec<String> = table("docs/verdict.md", "Expectations").iter().map(|row| row[0].clone()).collect();
    assert_eq!(names, Expectation::ALL.map(|expectation| expectation.to_string()));
    for row in table("docs/verdict.md", "Findings") {
        let bug = Bug::ALL.into_iter().find(|bug| bug.as_str() == row[0]).unwrap_or_else(|| panic!("{}", row[0]));
        let breaks = bug.breaks().iter().map(ToString::to_string).collect::<Vec<_>>().join(", ");
        assert_eq!(row[2].replace('`', ""), breaks, "{}", row[0]);
    }
    assert_eq!(table("docs/verdict.md", "Findings").len(), Bug::ALL.len());
}

#[test]
fn the_page_for_assistants_names_findings_of_the_code() {
    for row in table("docs/agents.md", "Mistakes") {
        assert!(Bug::ALL.iter().any(|bug| bug.as_str() == row[0]), "{} is no finding", row[0]);
    }
}

#[test]
fn the_scenarios_are_those_of_the_code() {
    let names: Vec<String> = table("docs/verdict.md", "Scenarios").iter().map(|row| row[0].clone()).collect();
    assert_eq!(names, Scenario::ALL.map(|scenario| scenario.to_string()));
}

#[test]
fn the_stories_are_those_of_the_code() {
    let written = table("docs/generated-data.md", "Stories");
    let quoted = |cell: &str| cell.replace('`', "");
    let right =
        Story::ALL.map(|story| [story.as_str().to_owned(), story.clue().to_owned(), story.queries().join(", ")]);
    assert_eq!(written.iter().map(|row| [row[0].clone(), row[2].clone(), quoted(&row[3])]).collect::<Vec<_>>(), right);
}

#[test]
fn the_limits_are_those_of_the_code() {
    let rows = table("docs/control-plane.md", "Limits");
    let written: Vec<String> = rows.iter().map(|cells| cells[1].replace(',', "")).collect();
    let minutes = Delay::MAX.as_secs() / 60;
    let right = [
        Sessions::MAX_SESSIONS.to_string(),
        Journal::CAPACITY.to_string(),
        format!("{} MiB", Journal::MAX_BYTES >> 20),
        "32 MiB".to_owned(),
        format!("{} GiB", Delivered::MAX_BYTES >> 30),
        Config::DEFAULT_MAX_ENTRIES.to_string(),
        LiveFeed::MAX_ENTRIES_PER_DELIVERY.to_string(),
        Faults::MAX_RULES.to_string(),
        format!("{minutes} minutes"),
    ];
    assert_eq!(written, right);
}

/// Each number is written with commas.
#[test]
fn the_bounds_of_memory_are_those_of_the_code() {
    let rows = table("docs/trust.md", "What a client can make the server keep");
    let limit = |what: &str| {
        let row = rows.iter().find(|row| row[1].starts_with(what)).unwrap_or_else(|| panic!("no row {what}"));
        row[2].replace(',', "")
    };
    let mib = |bytes: usize| format!("{} MiB", bytes >> 20);
    for (what, right) in [
        ("journal", format!("{} records {}", Journal::CAPACITY, mib(Journal::MAX_BYTES))),
        ("requests that the verdict", format!("{} with {}", Observations::CAPACITY, mib(Observations::MAX_BYTES))),
        ("entries added", Config::DEFAULT_MAX_ENTRIES.to_string()),
        ("entries of one delivery", LiveFeed::MAX_ENTRIES_PER_DELIVERY.to_string()),
        ("fault rules", Faults::MAX_RULES.to_string()),
        ("addresses", Limiter::MAX_BUCKETS.to_string()),
        ("rates", Limiter::MAX_RATES.to_string()),
        ("sessions", Sessions::MAX_SESSIONS.to_string()),
        ("sessions that only", Sessions::MAX_SESSIONS.to_string()),
        ("verdicts on sessions", format!("{} with {}", EndedSessions::MAX_SESSIONS, mib(EndedSessions::MAX_BYTES))),
        ("journals", format!("{}; then {} KiB", mib(SharedMemory::MAX_BYTES), SharedMemory::SHARE >> 10)),
    ] {
        assert!(limit(what).starts_with(&right), "{what}: {} is {right} in the code", limit(what));
    }
}

#[test]
fn the_parameters_are_those_of_the_openapi_document() {
    let server = Server::start(&[]);
    let document = server.get("/openapi.json").json();
    let parameters = document["paths"]["/api/v1/audit-logs"]["get"]["parameters"].as_array().unwrap();
    let right: BTreeSet<&str> = parameters.iter().map(|parameter| parameter["name"].as_str().unwrap()).collect();
    let rows = table("docs/api.md", "Parameters");
    assert_eq!(rows.iter().flat_map(|cells| cells[0].split(", ")).collect::<BTreeSet<_>>(), right);
}
