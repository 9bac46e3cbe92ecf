//! `/__admin/openapi.json`, compared with routes, parsers and enums. The client of the tests compares every response of the
//! control plane with it, see `support::control_plane_document`.

use std::collections::{BTreeMap, BTreeSet};

use axum::http::Request;
use cortex_audit_mock::contract::{Action, ActorType, FilterField, RULES, Severity};
use cortex_audit_mock::fault::EffectType;
use cortex_audit_mock::world::verdict::{Bug, Expectation};
use cortex_audit_mock::world::{InterventionKind, Scenario};
use serde_json::{Value, json};

use crate::documents::guarded_calls;
use crate::support::control_plane_document::{TEXT, document, parameter_names, resolve};
use crate::support::{TestMock, TestResponse, json_schema};

/// An operation with its method and its path without parameters.
struct Operation {
    method: String,
    /// Below `/__admin`.
    path: String,
    definition: &'static Value,
}

impl Operation {
    fn name(&self) -> &'static str {
        self.definition["operationId"].as_str().unwrap()
    }

    fn parameters(&self) -> impl Iterator<Item = &'static Value> {
        self.definition["parameters"].as_array().into_iter().flatten().map(resolve)
    }

    /// The names of the parameters in the query.
    fn query_parameters(&self) -> BTreeSet<&'static str> {
        parameter_names(self.definition)
    }

    /// The schema of a JSON body.
    fn body(&self) -> Option<&'static Value> {
        Some(resolve(self.definition.get("requestBody")?.get("content")?.get("application/json")?.get("schema")?))
    }

    /// The examples of bodies, each as the text that is sent.
    fn examples(&self) -> Vec<String> {
        let media = self.definition["requestBody"]["content"].as_object().into_iter().flatten();
        let examples = media.flat_map(|(_, media)| media["examples"].as_object().unwrap());
        examples.map(|(_, example)| text(&example["value"])).collect()
    }

    async fn send(&self, mock: &TestMock, query: &str, body: &str) -> TestResponse {
        mock.admin(&self.method, &format!("{}{query}", self.path), body).await
    }
}

fn operations() -> Vec<Operation> {
    let paths = document()["paths"].as_object().unwrap().iter();
    let all = paths.flat_map(|(path, methods)| {
        methods.as_object().unwrap().iter().map(move |(method, definition)| Operation {
            method: method.to_uppercase(),
            path: path.strip_prefix("/__admin").unwrap().replace("{id}", "1").replace("{name}", "one"),
            definition,
        })
    });
    all.collect()
}

fn schema(name: &str) -> &'static Value {
    let schema = &document()["components"]["schemas"][name];
    assert!(schema.is_object(), "no schema {name}");
    schema
}

fn names(members: &'static Value) -> BTreeSet<&'static str> {
    members.as_object().into_iter().flat_map(|members| members.keys().map(String::as_str)).collect()
}

/// The words in a message behind `accepted: `, up to the next sentence or error.
fn accepted(message: &str, of: &str) -> BTreeSet<String> {
    let about = message.split_once(of).unwrap_or_else(|| panic!("{of} is not in {message}")).1;
    let list = about.split_once("accepted: ").unwrap_or_else(|| panic!("{message}")).1;
    let list = list.split(['.', ';', ' ']).take_while(|word| !word.is_empty());
    let mut words = BTreeSet::new();
    for word in list {
        words.insert(word.trim_end_matches(',').to_owned());
        if !word.ends_with(',') {
            break;
        }
    }
    words
}

#[tokio::test]
async fn the_server_sends_it() {
    let mock = TestMock::default();
    let answer = mock.admin("GET", "/openapi.json", "").await;
    assert_eq!(answer.text(), TEXT);
    assert_eq!(document()["info"]["version"], env!("CARGO_PKG_VERSION"));
}

#[tokio::test]
async fn an_unknown_call_names_it() {
    let details = TestMock::default().admin("GET", "/fault", "").await.details(404);
    assert_eq!(details, "The control plane has no such call; /__admin/openapi.json describes all that it has.");
}

#[test]
fn its_calls_are_those_of_the_router() {
    let listed = operations().into_iter().map(|operation| (operation.method, operation.path));
    let mut routes = guarded_calls();
    routes.push(("GET".to_owned(), "/health".to_owned()));
    assert_eq!(
        listed.collect::<BTreeSet<_>>(),
        routes.into_iter().collect(),
        "the paths of src/http/admin/openapi.json, and the table Calls of docs/control-plane.md"
    );
}

#[test]
fn every_operation_has_a_name_of_its_own_and_a_known_tag() {
    let tags: Vec<&Value> = document()["tags"].as_array().unwrap().iter().map(|tag| &tag["name"]).collect();
    let mut seen = BTreeSet::new();
    for operation in operations() {
        assert!(seen.insert(operation.name()), "{} twice", operation.name());
        assert!(tags.contains(&&operation.definition["tags"][0]), "{}", operation.name());
        assert!(operation.definition["summary"].is_string(), "{}", operation.name());
    }
}

/// The message about an unknown parameter lists all that the parser knows.
#[tokio::test]
async fn its_parameters_are_those_of_the_parsers() {
    let mock = TestMock::default();
    for operation in operations().iter().filter(|operation| operation.name() != "getHealth") {
        let details = operation.send(&mock, "?zzz=1", "").await.details(400);
        let known = accepted(&details, "\"zzz\" is not a parameter");
        let listed: BTreeSet<String> = operation.query_parameters().into_iter().map(String::from).collect();
        assert_eq!(listed, known, "the parameters of {} in src/http/admin/openapi.json", operation.name());
    }
}

/// A call does more than a body asks for that it ignores.
#[tokio::test]
async fn a_body_that_no_call_has_is_refused_and_changes_nothing() {
    let mock = TestMock::default();
    mock.admin("POST", "/faults", json!({"type": "status", "status": 503})).await.created();
    mock.logs("page=0").await;
    let state = async || {
        let paths = ["/faults", "/requests/count", "/changes", "/live", "/settings"];
        let mut state = Vec::new();
        for path in paths {
            state.push(mock.admin_get(path).await);
        }
        state
    };
    mock.admin("PUT", "/clock", json!({"frozen": true})).await.ok();
    let before = state().await;
    let is_change = |operation: &&Operation| operation.method != "GET" && operation.body().is_none();
    let operations = operations();
    let without_body: Vec<_> = operations.iter().filter(is_change).collect();
    assert_eq!(without_body.len(), 9);
    for operation in without_body {
        for body in ["{\"session\": \"one\"}", " "] {
            let details = operation.send(&mock, "", body).await.details(400);
            assert!(details.starts_with("This call takes no body"), "{}: {details}", operation.name());
        }
    }
    assert_eq!(state().await, before);
}

/// Generated clients for Java and Go cannot send a value of several types in a query, and some drop an empty list.
#[test]
fn no_parameter_has_a_choice_of_types() {
    for operation in operations() {
        for parameter in operation.parameters() {
            let schema = resolve(&parameter["schema"]);
            assert!(schema["type"].is_string(), "{}: {}", operation.name(), parameter["name"]);
        }
    }
}

/// Checks that the fields of schemas together are those that a call accepts in a body. `wrong` has the unknown field `zzz`.
async fn check_fields(method: &str, path: &str, wrong: Value, schemas: &[&'static Value]) {
    let mock = TestMock::default();
    let details = mock.admin(method, path, &wrong).await.details(400);
    let known = accepted(&details, "zzz: is not a field");
    let listed: BTreeSet<String> =
        schemas.iter().flat_map(|schema| names(&schema["properties"])).map(String::from).collect();
    assert_eq!(listed, known, "{method} {path} {wrong}: the fields in src/http/admin/openapi.json");
}

#[tokio::test]
async fn its_fields_are_those_of_the_parsers() {
    let mut checked = BTreeSet::new();
    for operation in operations() {
        let Some(body) = operation.body() else { continue };
        checked.insert(operation.name());
        if body.get("properties").is_some() {
            check_fields(&operation.method, &operation.path, json!({"zzz": 1}), &[body]).await;
        }
    }
    // The last three are tested below; a sink may have any fields.
    let all = [
        "setClock",
        "advanceClock",
        "setLive",
        "startScenario",
        "changeSettings",
        "addFaults",
        "addEntries",
        "compareDelivered",
    ];
    assert_eq!(checked, BTreeSet::from(all));
}

#[tokio::test]
async fn the_fields_of_each_fault_are_those_of_the_parser() {
    let mut by_type: BTreeMap<&str, Vec<&Value>> = BTreeMap::new();
    for fault in schema("FaultRule")["oneOf"].as_array().unwrap().iter().map(resolve) {
        by_type.entry(fault["properties"]["type"]["enum"][0].as_str().unwrap()).or_default().push(fault);
    }
    assert_eq!(by_type.keys().copied().collect::<BTreeSet<_>>(), BTreeSet::from(EffectType::WORDS));
    for (word, schemas) in &by_type {
        check_fields("POST", "/faults", json!({"type": word, "zzz": 1}), schemas).await;
    }
    let state = names(&schema("FaultRuleState")["properties"]);
    let counters = BTreeSet::from(["id", "ofKey", "matched", "fired"]);
    let of_rules = by_type.values().flatten().flat_map(|schema| names(&schema["properties"]));
    assert_eq!(state, counters.into_iter().chain(of_rules).collect());
    let delay = |name: &str| by_type["delay"].iter().find_map(|schema| schema["properties"].get(name)).unwrap();
    for (field, wrong) in [
        ("uniform", json!({"type": "delay", "uniform": {"zzz": 1}})),
        ("logNormal", json!({"type": "delay", "logNormal": {"zzz": 1}})),
    ] {
        check_fields("POST", "/faults", wrong, &[delay(field)]).await;
    }
    check_fields("POST", "/faults", json!({"type": "empty", "match": {"zzz": 1}}), &[schema("FaultMatch")]).await;
}

/// An export has every field of a fixture that has a value which does not follow from others.
#[tokio::test]
async fn the_fields_of_an_entry_are_those_of_a_fixture() {
    let mock = TestMock::with_entries(&json!([{"action": "CREATE", "objectIdentifier": "a", "objectType": "TEAM",
        "timestamp": "now", "actorIdentifier": "ci", "ipAddress": "192.0.2.1", "actorType": "PERSONAL_API_KEY",
        "actorRequestType": "CRON", "actorEmail": "a@example.com", "actorApiKeyIdentifier": "other"}]));
    let exported = mock.admin_get("/audit-logs").await;
    let fields = exported[0].as_object().unwrap().keys().map(String::as_str).collect();
    assert_eq!(names(&schema("FixtureEntry")["properties"]), fields);
}

#[test]
fn its_enums_are_those_of_the_code() {
    let rules: Vec<&str> = RULES.iter().map(|rule| rule.id).collect();
    assert_eq!(schema("ContractRule")["enum"], json!(rules));
    assert_eq!(schema("Expectation")["enum"], json!(Expectation::WORDS));
    assert_eq!(names(&schema("Expectations")["properties"]), BTreeSet::from(Expectation::WORDS));
    assert_eq!(schema("ScenarioName")["enum"], json!(Scenario::WORDS));
    assert_eq!(schema("ScenarioState")["properties"]["name"]["enum"], json!([&Scenario::WORDS[..], &["off"]].concat()));
    assert_eq!(schema("Action")["enum"], json!([Action::Create, Action::Update, Action::Delete]));
    assert_eq!(schema("ActorType")["enum"], json!(ActorType::WORDS));
    assert_eq!(schema("AnsweredBy")["enum"], json!(InterventionKind::WORDS));
    assert_eq!(schema("FaultRuleState")["properties"]["type"]["enum"], json!(EffectType::WORDS));
    assert_eq!(schema("Finding")["properties"]["bug"]["enum"], json!(Bug::WORDS));
    assert_eq!(schema("QueryIssue")["properties"]["severity"]["enum"], json!(Severity::WORDS));
    let filters = BTreeSet::from(FilterField::WORDS);
    assert_eq!(names(&schema("Summary")["properties"]["values"]["properties"]), filters);
    for name in ["Scope", "ParsedQuery"] {
        assert!(names(&schema(name)["properties"]).is_superset(&filters), "{name}");
    }
}

/// The filters of the journal are texts, whose patterns have the words that the lists of the other calls have.
#[test]
fn its_patterns_have_the_words_of_the_lists() {
    let parameters = &document()["components"]["parameters"];
    for name in ["Actions", "ActorTypes"] {
        let words: Vec<&str> = parameters[name]["schema"]["items"]["enum"]
            .as_array()
            .unwrap()
            .iter()
            .map(|word| word.as_str().unwrap())
            .collect();
        let word = format!("(?:{})", words.join("|"));
        let text = &parameters[format!("Asked{name}")]["schema"]["pattern"];
        assert_eq!(*text, format!("^(?:{word}(?:,{word})*)?$"), "{name}");
    }
}

/// The filters are those of the other document, to the letter but for the examples.
#[tokio::test]
async fn the_list_filters_are_those_of_the_api() {
    let api: Value = TestMock::default().send(Request::get("/openapi.json")).await.ok();
    let of_api = api["paths"]["/api/v1/audit-logs"]["get"]["parameters"].as_array().unwrap();
    let without_example = |parameter: &Value| {
        let mut parameter = parameter.clone();
        parameter.as_object_mut().unwrap().remove("example");
        parameter
    };
    let own: Vec<Value> =
        document()["components"]["parameters"].as_object().unwrap().values().map(without_example).collect();
    for parameter in of_api.iter().filter(|parameter| FilterField::WORDS.contains(&parameter["name"].as_str().unwrap()))
    {
        assert!(own.contains(&without_example(parameter)), "{parameter}");
    }
}

/// The text of an example in a URL or a body.
fn text(example: &Value) -> String {
    match example {
        Value::String(text) => text.clone(),
        other => other.to_string(),
    }
}

/// Each example of a body, and each of a parameter; the responses fit the document, as all do.
#[tokio::test]
async fn a_server_accepts_its_examples() {
    let mut sent = 0;
    for operation in operations() {
        let bodies = operation.examples();
        for body in &bodies {
            let answer = operation.send(&TestMock::default(), "", body).await;
            assert!(answer.status.is_success(), "{} {body}: {}", operation.name(), answer.text());
        }
        let mock = TestMock::default();
        let body = bodies.first().map(String::as_str).unwrap_or_default();
        let of_query = operation.parameters().filter(|parameter| parameter["in"] == "query");
        let examples = of_query.filter_map(|parameter| {
            let example = parameter.get("example")?;
            let values = example.as_array().map_or(vec![example], |values| values.iter().collect());
            Some((parameter["name"].as_str().unwrap(), values.into_iter().map(text).collect::<Vec<_>>().join(",")))
        });
        for (name, value) in examples {
            // A session that the call can delete.
            mock.admin_get("/clock?session=one").await;
            let query = format!("?{name}={value}");
            let status = match value.as_str() {
                // Not JSON.
                "ndjson" => mock.send_unchecked(Request::get(format!("/__admin/audit-logs{query}"))).await.status(),
                _ => operation.send(&mock, &query, body).await.status,
            };
            // Nothing was read yet, so no expectation needs to be met.
            let is_not_met = name == "expect" && status == 409;
            assert!(status.is_success() || is_not_met, "{} {query}: {status}", operation.name());
            sent += 1;
        }
        sent += bodies.len();
    }
    assert!(sent > 60, "{sent} examples");
}

/// Every parameter, body, response and header, in each content type.
#[test]
fn everything_has_examples_that_fit_its_schema() {
    fn check(name: &str, holder: &Value) {
        let several = holder["examples"].as_object().into_iter().flatten().map(|(_, example)| &example["value"]);
        let examples: Vec<&Value> = several.chain(holder.get("example")).collect();
        assert!(!examples.is_empty(), "{name}: has no example");
        for example in examples {
            json_schema::check(document(), &holder["schema"], example)
                .unwrap_or_else(|error| panic!("{name}: {error}"));
        }
    }
    let check_content = |name: &str, holder: &Value| {
        let content = holder["content"].as_object().unwrap();
        content.iter().for_each(|(media_type, media)| check(&format!("{name}, {media_type}"), media));
    };

    for operation in operations() {
        let (name, definition) = (operation.name(), operation.definition);
        for parameter in operation.parameters() {
            check(&format!("{name}, parameter {}", parameter["name"]), parameter);
        }
        if let Some(body) = definition.get("requestBody") {
            check_content(&format!("{name}, body"), body);
        }
        let responses = definition["responses"].as_object().unwrap();
        assert!(responses.keys().next().unwrap().starts_with('2'), "{name}: the success comes first");
        for (status, response) in responses {
            check_content(&format!("{name}, {status}"), resolve(response));
        }
    }
    let headers = document()["components"]["headers"].as_object().unwrap();
    headers.iter().for_each(|(name, header)| check(name, header));
}

/// Each call that takes a body refuses a compressed one.
#[tokio::test]
async fn a_compressed_body_is_a_415() {
    let mock = TestMock::default();
    let send = async |operation: &Operation, encoding: &str| {
        let request = Request::builder().method(&*operation.method).uri(format!("/__admin{}", operation.path));
        let body = operation.examples().swap_remove(0);
        mock.call(request.header("Content-Encoding", encoding).body(body.into()).unwrap()).await
    };
    let with_body = operations().into_iter().filter(|operation| operation.body().is_some());
    for operation in with_body {
        let details = send(&operation, "gzip").await.details(415);
        assert!(details.starts_with("Content-Encoding: gzip is not accepted. "), "{}: {details}", operation.name());
        assert!(send(&operation, "Identity").await.status.is_success(), "{}", operation.name());
    }
}

#[test]
fn every_reference_has_a_target_and_every_component_is_used() {
    let mut found = BTreeSet::new();
    json_schema::references(document(), &mut found);
    let kinds = ["parameters", "responses", "schemas", "headers"];
    let components = kinds.into_iter().flat_map(|kind| {
        let components = document()["components"][kind].as_object().unwrap();
        components.keys().map(move |name| format!("#/components/{kind}/{name}"))
    });
    assert_eq!(components.collect::<BTreeSet<_>>(), found);
}

/// A schema that accepts everything would check nothing.
#[test]
fn an_invalid_body_violates_its_schema() {
    let fits = |name: &str, body: Value| json_schema::check(document(), schema(name), &body).is_ok();
    assert!(fits("Clock", json!({"now": "2025-05-20T12:00:00Z", "frozen": true, "system": false})));
    assert!(!fits("Clock", json!({"now": "2025-05-20T12:00:00Z", "frozen": true})));
    assert!(!fits("Clock", json!({"now": null, "frozen": true, "system": false})));
    assert!(!fits("Clock", json!({"now": "2025-05-20T12:00:00Z", "frozen": true, "system": false, "more": 1})));
    assert!(fits("FaultRule", json!({"type": "delay", "fixed": "1s", "match": null})));
    assert!(!fits("FaultRule", json!({"type": "delay"})));
    assert!(!fits("FaultRule", json!({"type": "status", "status": 200})));
    assert!(fits("EntriesAdded", json!({"added": 1, "entries": 1, "ignoredFields": {"a": 2}})));
    assert!(!fits("EntriesAdded", json!({"added": 1, "entries": 1, "ignoredFields": {"a": "2"}})));
    assert!(!fits("ScenarioState", json!({"name": "on"})));
}
