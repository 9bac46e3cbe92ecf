//! `verify --document`: finds each planted difference in a published document, and none in what says the same.

use std::fs::File;

use cortex_audit_mock::contract::RULES;
use cortex_audit_mock::internal::verify::{Difference, DocumentReport, compare_document};
use insta::assert_snapshot;
use serde_json::{Value, json};

use crate::remote::{http_response, one_shot_server};
use crate::support::process::{Finished, binary};

/// What Cortex publishes, in other words.
const PUBLISHED: &str = include_str!("../../data/published-openapi.json");
const PATH: &str = "tests/data/published-openapi.json";

fn published() -> Value {
    serde_json::from_str(PUBLISHED).unwrap()
}

fn compare(document: &Value) -> DocumentReport {
    compare_document("openapi.json", &document.to_string()).unwrap_or_else(|error| panic!("{error}"))
}

/// The place of a part of the document; `{pageSize}` is the parameter of that name, `GET` the operation, and `SCHEMAS` the
/// components.
fn pointer(document: &Value, short: &str) -> String {
    let mut pointer =
        short.replace("GET", "/paths/~1api~1v1~1audit-logs/get").replace("SCHEMAS", "/components/schemas");
    if let Some((before, rest)) = pointer.split_once('{') {
        let (name, after) = rest.split_once('}').unwrap();
        let parameters = document.pointer("/paths/~1api~1v1~1audit-logs/get/parameters").unwrap();
        let index = parameters.as_array().unwrap().iter().position(|parameter| parameter["name"] == name).unwrap();
        pointer = format!("{before}{index}{after}");
    }
    pointer
}

/// Sets a part, appends it to an array whose place ends in `-`, or removes it if the value is `null`.
fn change(document: &mut Value, at: &str, value: Value) {
    let pointer = pointer(document, at);
    let (parent, last) = pointer.rsplit_once('/').unwrap();
    let last = last.replace("~1", "/");
    match document.pointer_mut(parent).unwrap_or_else(|| panic!("{pointer}")) {
        Value::Array(elements) if last == "-" => elements.push(value),
        Value::Array(elements) if value.is_null() => drop(elements.remove(last.parse().unwrap())),
        Value::Array(elements) => elements[last.parse::<usize>().unwrap()] = value,
        Value::Object(members) if value.is_null() => drop(members.remove(&last).unwrap()),
        Value::Object(members) => drop(members.insert(last, value)),
        other => panic!("{pointer} is in {other}"),
    }
}

fn taken(document: &mut Value, at: &str) -> Value {
    let value = document.pointer(&pointer(document, at)).unwrap().clone();
    change(document, at, Value::Null);
    value
}

/// The first line of a difference and its rule, such as `changed: parameter page, default (PAGE-BOUNDS)`.
fn short(difference: &Difference) -> String {
    format!("{} ({})", difference.to_string().lines().next().unwrap(), difference.rule)
}

// What differs

/// Where the document is changed, to what, and what is found.
type Planted = (&'static str, Value, &'static [&'static str]);

/// REQ-OPERATION, REQ-PERMISSION, REQ-BODY, TIME-FORMAT, PAGE-BOUNDS, PARAM-UNKNOWN
fn planted_in_parameters() -> Vec<Planted> {
    vec![
        (
            "GET/parameters/{pageSize}/schema/default",
            json!(50),
            &["changed: parameter pageSize, default (PAGE-BOUNDS)"],
        ),
        ("GET/parameters/{page}/schema/default", Value::Null, &["gone: parameter page, default (PAGE-BOUNDS)"]),
        ("GET/parameters/{pageSize}/schema/maximum", json!(500), &["new: parameter pageSize, maximum (PAGE-BOUNDS)"]),
        ("GET/parameters/{page}/schema/minimum", json!(1), &["new: parameter page, minimum (PAGE-BOUNDS)"]),
        (
            "GET/parameters/{pageSize}/description",
            json!("From 1 up to 500, and 250 unless said otherwise."),
            &["changed: parameter pageSize, values in the description (PAGE-BOUNDS)"],
        ),
        ("GET/parameters/{page}/required", json!(false), &["changed: parameter page, required (PAGE-BOUNDS)"]),
        ("GET/parameters/{pageSize}/required", Value::Null, &["changed: parameter pageSize, required (PAGE-BOUNDS)"]),
        ("GET/parameters/{page}/schema/format", json!("int64"), &["changed: parameter page, format (PAGE-BOUNDS)"]),
        (
            "GET/parameters/{pageSize}/schema/type",
            json!("string"),
            &["changed: parameter pageSize, type (PAGE-BOUNDS)"],
        ),
        ("GET/parameters/{pageSize}", Value::Null, &["gone: parameter pageSize (PAGE-BOUNDS)"]),
        ("GET/parameters/{startTime}/required", json!(true), &["changed: parameter startTime, required (TIME-FORMAT)"]),
        (
            "GET/parameters/{endTime}/schema/format",
            json!("date"),
            &["changed: parameter endTime, format (TIME-FORMAT)"],
        ),
        ("GET/parameters/{startTime}/schema/format", Value::Null, &["gone: parameter startTime, format (TIME-FORMAT)"]),
        (
            "GET/parameters/-",
            json!({"name": "pageToken", "in": "query", "schema": {"type": "string"}}),
            &["new: parameter pageToken (PARAM-UNKNOWN)"],
        ),
        (
            "/paths/~1api~1v1~1audit-logs/parameters",
            json!([{"name": "X-Tenant", "in": "header", "required": true}]),
            &["new: parameter X-Tenant in header (PARAM-UNKNOWN)"],
        ),
        ("GET/parameters/-", json!({"description": "?"}), &["new: parameter without a name, nowhere (PARAM-UNKNOWN)"]),
        (
            "/components/securitySchemes",
            json!({}),
            &[
                "new: security, bearerAuth without a type (REQ-OPERATION)",
                "gone: security, http bearer (REQ-OPERATION)",
            ],
        ),
        ("GET/requestBody", json!({"required": true}), &["new: request body (REQ-BODY)"]),
        ("GET/deprecated", json!(true), &["changed: operation, deprecated (REQ-OPERATION)"]),
        (
            "GET/description",
            json!("Needs a key with the permission `View logs`."),
            &["changed: operation, values in the description (REQ-PERMISSION)"],
        ),
        ("/security", Value::Null, &["gone: security, http bearer (REQ-OPERATION)"]),
        ("/security/-", json!({}), &["new: security, none (REQ-OPERATION)"]),
        (
            "/components/securitySchemes/bearerAuth/scheme",
            json!("basic"),
            &["new: security, http basic (REQ-OPERATION)", "gone: security, http bearer (REQ-OPERATION)"],
        ),
    ]
}

/// LIST-ACTIONS, LIST-ACTOR-TYPES, LIST-REQUEST-TYPES, LIST-OBJECT-TYPES, LIST-STRINGS, LIST-SEVERAL, LIST-FORMS
fn planted_in_lists() -> Vec<Planted> {
    vec![
        (
            "GET/parameters/{actions}/schema/items/enum/-",
            json!("ARCHIVE"),
            &["changed: parameter actions[], enum (LIST-ACTIONS)"],
        ),
        (
            "GET/parameters/{actions}/schema/items/enum/1",
            Value::Null,
            &["changed: parameter actions[], enum (LIST-ACTIONS)"],
        ),
        (
            "GET/parameters/{actions}/schema/items/enum",
            Value::Null,
            &["gone: parameter actions[], enum (LIST-ACTIONS)"],
        ),
        (
            "GET/parameters/{actorTypes}/schema/items/enum/2",
            json!("OIDC"),
            &["changed: parameter actorTypes[], enum (LIST-ACTOR-TYPES)"],
        ),
        (
            "GET/parameters/{actorRequestTypes}/schema/enum/-",
            json!("WEBHOOK"),
            &["changed: parameter actorRequestTypes, enum (LIST-REQUEST-TYPES)"],
        ),
        (
            "GET/parameters/{objectTypes}/schema/enum/-",
            json!("DOMAIN"),
            &["changed: parameter objectTypes, enum (LIST-OBJECT-TYPES)"],
        ),
        (
            "GET/parameters/{objectTypes}/description",
            json!("CATALOG, SERVICE, TEAM, AWS_CONFIGURATION, BITBUCKET_CONFIGURATION, and more"),
            &["changed: parameter objectTypes, values in the description (LIST-OBJECT-TYPES)"],
        ),
        (
            "GET/parameters/{objectTypes}/schema",
            json!({"type": "array", "items": {"type": "string"}}),
            &[
                "gone: parameter objectTypes, enum (LIST-OBJECT-TYPES)",
                "new: parameter objectTypes[] (LIST-SEVERAL)",
                "changed: parameter objectTypes, type (LIST-SEVERAL)",
            ],
        ),
        (
            "GET/parameters/{objectIdentifiers}/schema/items/type",
            json!("integer"),
            &["changed: parameter objectIdentifiers[], type (LIST-STRINGS)"],
        ),
        (
            "GET/parameters/{actorEmails}/schema/maxItems",
            json!(10),
            &["new: parameter actorEmails, maxItems (LIST-STRINGS)"],
        ),
        (
            "GET/parameters/{actorEmails}/deprecated",
            json!(true),
            &["changed: parameter actorEmails, deprecated (LIST-STRINGS)"],
        ),
        (
            "GET/parameters/{actorEmails}/name",
            json!("actorEmail"),
            &["gone: parameter actorEmails (LIST-STRINGS)", "new: parameter actorEmail (PARAM-UNKNOWN)"],
        ),
        (
            "GET/parameters/{actorIpAddresses}/in",
            json!("header"),
            &[
                "new: parameter actorIpAddresses in header (LIST-STRINGS)",
                "gone: parameter actorIpAddresses (LIST-STRINGS)",
            ],
        ),
        (
            "GET/parameters/{actorApiKeyIdentifiers}/explode",
            json!(false),
            &["changed: parameter actorApiKeyIdentifiers, explode (LIST-FORMS)"],
        ),
        ("GET/parameters/{actions}/style", json!("pipeDelimited"), &["changed: parameter actions, style (LIST-FORMS)"]),
    ]
}

/// RES-PAGE, RES-TOTALS, RES-ENTRY, RES-ACTOR, RES-TIMESTAMP
fn planted_in_the_page() -> Vec<Planted> {
    vec![
        (
            "SCHEMAS/AuditLogsResponse/properties/nextCursor",
            json!({"type": "string"}),
            &["new: response 200, application/json: nextCursor (RES-PAGE)"],
        ),
        (
            "SCHEMAS/AuditLogsResponse/properties/page/format",
            json!("int64"),
            &["changed: response 200, application/json: page, format (RES-PAGE)"],
        ),
        (
            "SCHEMAS/AuditLogsResponse/properties/total/type",
            json!("string"),
            &["changed: response 200, application/json: total, type (RES-TOTALS)"],
        ),
        (
            "SCHEMAS/AuditLogsResponse/required/3",
            Value::Null,
            &["changed: response 200, application/json: totalPages, required (RES-TOTALS)"],
        ),
        (
            "GET/responses/200/content",
            json!({"application/vnd.cortex+json": {}}),
            &[
                "new: response 200, application/vnd.cortex+json (RES-PAGE)",
                "gone: response 200, application/json (RES-PAGE)",
            ],
        ),
        (
            "GET/responses/200/headers",
            json!({"Link": {"schema": {"type": "string"}}}),
            &["new: response 200, header link (RES-PAGE)"],
        ),
        (
            "SCHEMAS/AuditLogResponse/properties/actorType",
            json!({"type": "string"}),
            &["new: response 200, application/json: logs[].actorType (RES-ENTRY)"],
        ),
        (
            "SCHEMAS/AuditLogResponse/properties/ipAddress",
            Value::Null,
            &["gone: response 200, application/json: logs[].ipAddress (RES-ENTRY)"],
        ),
        (
            "SCHEMAS/AuditLogResponse/properties/ipAddress/nullable",
            json!(true),
            &["changed: response 200, application/json: logs[].ipAddress, nullable (RES-ENTRY)"],
        ),
        (
            "SCHEMAS/AuditLogResponse/properties/action/enum/-",
            json!("READ"),
            &["changed: response 200, application/json: logs[].action, enum (RES-ENTRY)"],
        ),
        (
            "SCHEMAS/AuditLogResponse/additionalProperties",
            json!(false),
            &["changed: response 200, application/json: logs[], additionalProperties (RES-ENTRY)"],
        ),
        (
            "SCHEMAS/AuditLogResponse/required/-",
            json!("actorIdentifier"),
            &["changed: response 200, application/json: logs[].actorIdentifier, required (RES-ACTOR)"],
        ),
        (
            "SCHEMAS/AuditLogResponse/properties/timestamp/format",
            Value::Null,
            &["gone: response 200, application/json: logs[].timestamp, format (RES-TIMESTAMP)"],
        ),
    ]
}

/// ERR-429, ERR-RETRY-AFTER, ERR-SHAPE, ERR-401
fn planted_in_errors() -> Vec<Planted> {
    vec![
        ("GET/responses/429", Value::Null, &["gone: response 429 (ERR-429)"]),
        ("GET/responses/401", json!({"description": "No token"}), &["new: response 401 (ERR-401)"]),
        ("GET/responses/503", json!({"description": "Wait"}), &["new: response 503 (ERR-SHAPE)"]),
        (
            "SCHEMAS/TooManyRequestsProblemDetail/properties/retryAfter/minimum",
            json!(1),
            &["changed: response 429, application/problem+json: retryAfter, minimum (ERR-429)"],
        ),
        (
            "SCHEMAS/TooManyRequestsProblemDetail/properties/status/maximum",
            Value::Null,
            &["gone: response 429, application/problem+json: status, maximum (ERR-429)"],
        ),
        (
            "SCHEMAS/TooManyRequestsProblemDetail/required/-",
            json!("detail"),
            &["changed: response 429, application/problem+json: detail, required (ERR-429)"],
        ),
        (
            "/components/responses/TooManyRequests/headers/Retry-After/schema/type",
            json!("string"),
            &["changed: response 429, header retry-after, type (ERR-RETRY-AFTER)"],
        ),
        (
            "/components/responses/TooManyRequests/headers",
            Value::Null,
            &["gone: response 429, header retry-after (ERR-RETRY-AFTER)"],
        ),
        (
            "SCHEMAS/ErrorResponse/required/1",
            Value::Null,
            &["changed: schema ErrorResponse: message, required (ERR-SHAPE)"],
        ),
        (
            "SCHEMAS/ErrorResponse/properties/type/enum/-",
            json!("UNAUTHORIZED"),
            &["changed: schema ErrorResponse: type, enum (ERR-SHAPE)"],
        ),
        ("SCHEMAS/ErrorResponse/properties/details", Value::Null, &["gone: schema ErrorResponse: details (ERR-SHAPE)"]),
        ("SCHEMAS/ErrorResponse", Value::Null, &["gone: schema ErrorResponse (ERR-SHAPE)"]),
    ]
}

#[test]
fn each_planted_difference_is_found_and_nothing_else() {
    let all = [planted_in_parameters(), planted_in_lists(), planted_in_the_page(), planted_in_errors()].concat();
    assert!(all.len() > 30);
    for (at, value, expected) in all {
        let mut document = published();
        change(&mut document, at, value.clone());
        let found: Vec<String> = compare(&document).differences.iter().map(short).collect();
        assert_eq!(found, expected, "{at}: {value}");
    }
}

// What does not

/// What `src/contract/openapi.json` gains and Cortex does not publish belongs to `notPublished` or `publishedOtherwise` in
/// `src/verify/document/places.json`.
#[test]
fn what_cortex_publishes_differs_in_nothing() {
    let report = compare(&published());
    assert_snapshot!(report, @"0 differences (0 new, 0 gone, 0 changed) from 23 rules: openapi.json");
}

/// A way to say the same.
type Rewriting = (&'static str, fn(&mut Value));

#[test]
fn form_of_a_document_is_no_difference() {
    let rewritings: [Rewriting; 9] = [
        ("annotations", |document| {
            for (at, text) in
                [("/info/version", "2"), ("GET/operationId", "logs"), ("GET/parameters/{page}/x-mcp", "page")]
            {
                change(document, at, json!(text));
            }
            change(document, "SCHEMAS/AuditLogResponse/properties/action/example", json!("CREATE"));
            change(document, "SCHEMAS/AuditLogResponse/properties/action/description", json!("READ is never here"));
        }),
        ("order", |document| {
            let lists =
                ["GET/parameters", "SCHEMAS/AuditLogResponse/required", "SCHEMAS/ErrorResponse/properties/type/enum"];
            for at in lists {
                let pointer = pointer(document, at);
                document.pointer_mut(&pointer).unwrap().as_array_mut().unwrap().reverse();
            }
        }),
        ("defaults", |document| {
            change(document, "GET/parameters/{startTime}/required", Value::Null);
            change(document, "GET/parameters/{actions}/style", json!("form"));
            change(document, "GET/parameters/{actions}/explode", json!(true));
            change(document, "SCHEMAS/ErrorResponse/additionalProperties", json!(true));
            change(document, "SCHEMAS/ErrorResponse/properties/details/nullable", json!(false));
        }),
        ("numbers", |document| change(document, "GET/parameters/{pageSize}/schema/default", json!(250.0))),
        ("references", |document| {
            let page = taken(document, "GET/parameters/{page}");
            change(document, "/components/parameters", json!({"the page/number": page}));
            change(document, "GET/parameters/-", json!({"$ref": "#/components/parameters/the%20page~1number"}));
            let entry = taken(document, "SCHEMAS/AuditLogResponse");
            change(document, "SCHEMAS/AuditLogsResponse/properties/logs/items", entry);
        }),
        ("allOf", |document| {
            let timestamp = taken(document, "SCHEMAS/AuditLogResponse/properties/timestamp");
            let rest = taken(document, "SCHEMAS/AuditLogResponse");
            let entry = json!({"allOf": [rest, {"properties": {"timestamp": {"$ref": "#/components/schemas/Time"}}}]});
            change(document, "SCHEMAS/Time", timestamp);
            change(document, "SCHEMAS/AuditLogResponse", entry);
        }),
        ("path", |document| {
            let page = taken(document, "GET/parameters/{page}");
            change(document, "/paths/~1api~1v1~1audit-logs/parameters", json!([page]));
            let item = taken(document, "/paths/~1api~1v1~1audit-logs");
            change(document, "/components/pathItems", json!({"logs": item}));
            change(document, "/paths/~1api~1v1~1audit-logs", json!({"$ref": "#/components/pathItems/logs"}));
        }),
        ("OpenAPI 3.1", |document| {
            change(document, "/openapi", json!("3.1.0"));
            change(document, "GET/parameters/{page}/schema/type", json!(["integer"]));
            change(document, "SCHEMAS/TooManyRequestsProblemDetail/properties/status/enum", Value::Null);
            change(document, "SCHEMAS/TooManyRequestsProblemDetail/properties/status/const", json!(429));
            let schema = json!({"$ref": "#/components/schemas/AuditLogsResponse", "description": "Since 2025"});
            change(document, "GET/responses/200/content/application~1json/schema", schema);
        }),
        ("other operations", |document| {
            change(document, "SCHEMAS/Tree", json!({"properties": {"child": {"$ref": "#/components/schemas/Tree"}}}));
            change(document, "SCHEMAS/Loop", json!({"$ref": "#/components/schemas/Loop"}));
            let body = json!({"content": {"application/json": {"schema": {"$ref": "#/components/schemas/Tree"}}}});
            change(document, "/paths/~1api~1v1~1trees", json!({"post": {"requestBody": body}}));
            change(document, "/paths/~1api~1v1~1audit-logs/post", json!({"requestBody": {"$ref": "other.yaml"}}));
        }),
    ];
    for (name, rewrite) in rewritings {
        let mut document = published();
        rewrite(&mut document);
        assert_ne!(document, published(), "{name}");
        let found: Vec<String> = compare(&document).differences.iter().map(short).collect();
        assert_eq!(found, Vec::<String>::new(), "{name}");
    }
}

/// Keywords beside `allOf`, or in two of its parts, that say different things: each shows, in either order.
#[test]
fn conflict_in_all_of_is_a_difference() {
    let found = |schema: &Value| -> Vec<String> {
        let mut document = published();
        change(&mut document, "GET/parameters/{pageSize}/schema", schema.clone());
        compare(&document).differences.iter().map(ToString::to_string).collect()
    };
    let base = json!({"type": "integer", "format": "int32", "default": 250});
    assert_eq!(found(&json!({"allOf": [base, base], "type": "integer"})), Vec::<String>::new());
    assert_snapshot!(found(&json!({"allOf": [base], "default": 50, "type": "string"})).join("\n"), @r#"
changed: parameter pageSize, default
    document: allOf [250,50]
    rule:     250
changed: parameter pageSize, type
    document: allOf ["integer","string"]
    rule:     "integer"
"#);

    let (all, created) = (json!({"enum": ["CREATE", "READ", "UPDATE", "DELETE"]}), json!({"enum": ["CREATE"]}));
    let both_orders = [[&all, &created], [&created, &all]].map(|parts| {
        let mut document = published();
        change(&mut document, "GET/parameters/{actions}/schema/items", json!({"type": "string", "allOf": parts}));
        compare(&document).differences.iter().map(short).collect::<Vec<_>>()
    });
    assert_eq!(both_orders, [["changed: parameter actions[], enum (LIST-ACTIONS)"]; 2]);
}

/// A value as YAML, with keys as generators write them: without quotes, even those of responses.
fn yaml(value: &Value, indent: usize) -> String {
    let line = |start: String, value: &Value| match value {
        Value::Array(elements) if !elements.is_empty() => format!("{start}\n{}", yaml(value, indent + 2)),
        Value::Object(members) if !members.is_empty() => format!("{start}\n{}", yaml(value, indent + 2)),
        _ => format!("{start} {value}\n"),
    };
    let pad = " ".repeat(indent);
    match value {
        Value::Array(elements) => elements.iter().map(|element| line(format!("{pad}-"), element)).collect(),
        Value::Object(members) => members.iter().map(|(key, value)| line(format!("{pad}{key}:"), value)).collect(),
        _ => format!("{pad}{value}\n"),
    }
}

#[test]
fn yaml_says_the_same_as_json() {
    let differences = |yaml: &str| -> Vec<String> {
        let report = compare_document("openapi.yaml", yaml).unwrap_or_else(|error| panic!("{error}\n{yaml}"));
        report.differences.iter().map(short).collect()
    };
    let text = yaml(&published(), 0);
    assert!(text.contains("\n        200:\n"), "{text}");
    assert_eq!(differences(&text), Vec::<String>::new());
    // YAML, too, may begin with a brace.
    let flow = PUBLISHED.replacen("\"openapi\": \"3.0.1\"", "openapi: 3.0.1", 1);
    assert!(flow.starts_with('{') && flow != PUBLISHED);
    assert_eq!(differences(&flow), Vec::<String>::new());
    // What people write by hand. An alias makes the filter take what an entry has, which is no READ.
    let by_hand = [
        ("openapi: \"3.0.1\"\n", "# Comment\nopenapi: 3.0\n"),
        ("enum:\n            - \"CREATE\"\n", "enum: &actions\n            - CREATE\n"),
        ("\"int32\"", "int32"),
        ("required: true", "required: True"),
        ("description: \"Seconds to wait.\"", "description: >-\n            Seconds\n            to wait: 3."),
        ("required:\n        - \"type\"\n        - \"message\"\n", "required: [type, 'message']\n"),
        (
            "enum:\n                - \"CREATE\"\n                - \"READ\"\n                - \"UPDATE\"\n                - \"DELETE\"\n",
            "enum: *actions\n",
        ),
    ];
    let edited = by_hand.into_iter().fold(text, |text, (from, to)| {
        assert!(text.contains(from), "{from}\n{text}");
        text.replace(from, to)
    });
    assert_eq!(differences(&edited), ["changed: parameter actions[], enum (LIST-ACTIONS)"]);
}

// What cannot be compared

/// A schema of the entry with a member that refers to another one, this many times.
fn chain(length: usize, link: fn(usize) -> Value) -> Value {
    let mut document = published();
    change(&mut document, "SCHEMAS/AuditLogResponse/properties/more", json!({"$ref": "#/components/schemas/Link0"}));
    for number in 0..length {
        change(&mut document, &format!("SCHEMAS/Link{number}"), link(number + 1));
    }
    change(&mut document, &format!("SCHEMAS/Link{length}"), json!({"type": "string"}));
    document
}

#[test]
fn what_is_no_such_document_is_one_sentence() {
    let with = |at: &str, value: Value| {
        let mut document = published();
        change(&mut document, at, value);
        document.to_string()
    };
    let doubled = |number| {
        let next = json!({"$ref": format!("#/components/schemas/Link{number}")});
        json!({"properties": {"a": next, "b": next}})
    };
    let laughs =
        |number: usize| format!("a{}: &a{} [{}]\n", number + 1, number + 1, vec![format!("*a{number}"); 10].join(","));
    let laughs =
        "a0: &a0 [lol, lol, lol, lol, lol, lol, lol, lol, lol]\n".to_owned() + &(0..9).map(laughs).collect::<String>();
    let nested = |number: usize| format!("a{}: &a{} [*a{number}]\n", number + 1, number + 1);
    let nested = "a0: &a0 []\n".to_owned() + &(0..1000).map(nested).collect::<String>();
    let cases: Vec<(&str, String)> = vec![
        ("nothing", String::new()),
        ("prose", "Hello, world".to_owned()),
        ("broken JSON", "{\"openapi\": \"3.0.1\",\n \"paths\": {]}".to_owned()),
        ("deep JSON", "{\"a\":".repeat(200)),
        ("broken YAML", "openapi: 3.0.1\npaths:\n  - a\n b: [".to_owned()),
        ("deep YAML", "- ".repeat(200)),
        ("two documents", "openapi: 3.0.1\n---\nopenapi: 3.0.1\n".to_owned()),
        ("key that is a list", "[a]: b".to_owned()),
        ("alias to itself", "a: &a\n  b: *a\n".to_owned()),
        ("aliases to aliases", laughs),
        ("aliases in aliases", nested),
        ("key twice in JSON", "{\"openapi\": \"3.0.1\",\n \"paths\": {},\n \"paths\": {}}".to_owned()),
        ("key twice in YAML", "openapi: 3.0.1\npaths: {}\npaths: {}".to_owned()),
        ("JSON without a version", "{\"logs\": []}".to_owned()),
        ("Swagger", "swagger: '2.0'\npaths: {}".to_owned()),
        ("version", with("/openapi", json!("4.0\u{1b}[31m"))),
        ("no paths", with("/paths", Value::Null)),
        ("other path", {
            let mut document = published();
            let item = taken(&mut document, "/paths/~1api~1v1~1audit-logs");
            change(&mut document, "/paths/~1api~1v2~1audit-logs", item);
            document.to_string()
        }),
        ("path below that of the servers", {
            let mut document = published();
            let item = taken(&mut document, "/paths/~1api~1v1~1audit-logs");
            change(&mut document, "/paths/~1audit-logs", item);
            document.to_string()
        }),
        ("other method", {
            let mut document = published();
            let operation = taken(&mut document, "GET");
            change(&mut document, "/paths/~1api~1v1~1audit-logs/post", operation);
            document.to_string()
        }),
        (
            "reference to nothing",
            with("GET/responses/200/content/application~1json/schema/$ref", json!("#/components/schemas/Page")),
        ),
        ("reference that is null", with("SCHEMAS/AuditLogsResponse", json!({"$ref": null}))),
        ("reference that is a number", with("GET/responses/429", json!({"$ref": 1}))),
        ("reference to a file", with("GET/responses/429/$ref", json!("errors.yaml#/TooManyRequests"))),
        (
            "reference to itself",
            with("SCHEMAS/AuditLogsResponse", json!({"$ref": "#/components/schemas/AuditLogsResponse"})),
        ),
        (
            "schema in itself",
            with(
                "SCHEMAS/AuditLogResponse/properties/parent",
                json!({"$ref": "#/components/schemas/AuditLogsResponse"}),
            ),
        ),
        ("long chain", chain(200, |number| json!({"$ref": format!("#/components/schemas/Link{number}")})).to_string()),
        ("doubling chain", chain(25, doubled).to_string()),
    ];
    let messages: String = cases
        .into_iter()
        .map(|(name, text)| format!("{name}: {}\n", compare_document("FILE", &text).expect_err(name)))
        .collect();
    assert_snapshot!(messages, @r##"
nothing: FILE: is empty
prose: FILE: is not an OpenAPI document; accepted: OpenAPI 3.0 to 3.2, in JSON or YAML, with a member such as "openapi": "3.0.1"
broken JSON: FILE:2:12: is not valid JSON: key must be a string
deep JSON: FILE:1:636: is not valid JSON: recursion limit exceeded
broken YAML: FILE:4:2: is not valid YAML: while parsing a block mapping, did not find expected key
deep YAML: FILE:1:257: it is nested more than 128 levels deep
two documents: FILE:2:1: a second YAML document begins; give a file of one
key that is a list: FILE:1:3: a key is not a text
alias to itself: FILE:2:6: an alias refers to the value that contains it
aliases to aliases: FILE:6:18: its aliases stand for more than 16 MiB
aliases in aliases: FILE:128:14: it is nested more than 128 levels deep
key twice in JSON: FILE:3:8: is not valid JSON: the key "paths" is there twice in one object
key twice in YAML: FILE:3:1: the key "paths" is there twice in one object
JSON without a version: FILE: is not an OpenAPI document; accepted: OpenAPI 3.0 to 3.2, in JSON or YAML, with a member such as "openapi": "3.0.1"
Swagger: FILE: is a document of Swagger 2.0; accepted: OpenAPI 3.0 to 3.2, in JSON or YAML, with a member such as "openapi": "3.0.1"
version: FILE: is of version "4.0\u{1b}[31m"; accepted: OpenAPI 3.0 to 3.2, in JSON or YAML, with a member such as "openapi": "3.0.1"
no paths: FILE: has no operation GET /api/v1/audit-logs
other path: FILE: has no operation GET /api/v1/audit-logs; the nearest path that it has is /api/v2/audit-logs
path below that of the servers: FILE: has no operation GET /api/v1/audit-logs; the nearest path that it has is /audit-logs; write the path of its servers into it, such as /api/v1
other method: FILE: has no operation GET /api/v1/audit-logs, only other methods of that path
reference to nothing: FILE: refers to #/components/schemas/Page, which it does not have
reference that is null: FILE: has "$ref": null; accepted: a text such as "#/components/schemas/AuditLogsResponse"
reference that is a number: FILE: has "$ref": 1; accepted: a text such as "#/components/schemas/AuditLogsResponse"
reference to a file: FILE: refers to errors.yaml#/TooManyRequests, which is not in it; give a document that is bundled into one file
reference to itself: FILE: refers to itself without end: #/components/schemas/AuditLogsResponse
schema in itself: FILE: refers to itself without end: #/components/schemas/AuditLogsResponse
long chain: FILE: describes the operation more than 64 levels deep
doubling chain: FILE: describes the operation more than 64 levels deep
"##);
}

// The command

fn run(args: &[&str]) -> Finished {
    binary(["verify"].into_iter().chain(args.iter().copied())).env("CORTEX_API_KEY", "s3cret").run()
}

#[test]
fn document_is_a_file_standard_input_or_a_url() {
    let sum = |name: &str| format!("0 differences (0 new, 0 gone, 0 changed) from 23 rules: {name}\n");
    assert_eq!(run(&["--document", PATH]).succeeded(), sum(PATH));
    assert_eq!(binary(["verify", "--document", "-"]).input(PUBLISHED).run().succeeded(), sum("standard input"));
    let (url, server) = one_shot_server(http_response("200 OK", "Content-Type: text/plain\r\n", PUBLISHED));
    let address = format!("{url}/docs/openapi.json?signature=abc");
    assert_eq!(run(&["--document", &address]).succeeded(), sum(&format!("{url}/docs/openapi.json")));
    let request = String::from_utf8(server.join().unwrap()).unwrap();
    assert!(request.starts_with("GET /docs/openapi.json?signature=abc HTTP/1.1\r\n"), "{request}");
    assert!(!request.contains("s3cret") && !request.to_lowercase().contains("authorization"), "{request}");
}

/// A redirect may lead to another server: there is no token that it could receive.
#[test]
fn redirect_is_followed() {
    let (target, second) = one_shot_server(http_response("200 OK", "", PUBLISHED));
    let (url, first) = one_shot_server(http_response("302 Found", &format!("Location: {target}/openapi.json\r\n"), ""));
    run(&["--document", &url]).succeeded();
    first.join().unwrap();
    second.join().unwrap();
}

fn changed() -> String {
    let mut document = published();
    change(&mut document, "GET/parameters/{pageSize}/schema/default", json!(50));
    change(&mut document, "SCHEMAS/AuditLogResponse/properties/action/enum/-", json!("READ & \u{1b}[31m"));
    change(&mut document, "SCHEMAS/AuditLogResponse/properties/actorType", json!({"type": "string"}));
    document.to_string()
}

#[test]
fn difference_is_shown_with_its_rule_in_every_format() {
    let output = |format: &str| {
        let finished = binary(["verify", "--document", "-", "--format", format]).input(changed()).run();
        assert_eq!((finished.code, finished.stderr.as_str()), (Some(1), ""));
        finished.stdout
    };
    assert_snapshot!(output("table"), @r#"
PAGE-BOUNDS (documented)
  `page` is an int32 from 0, default 0; `pageSize` from 1 to 1000, default 250;
  published as required, absent means the default
  In doubt: an older edition of the reference page has 50 as the default of
  `pageSize`: what a client gets that leaves it out may depend on the day
    changed: parameter pageSize, default
        document: 50
        rule:     250
RES-ENTRY (documented)
  an entry has `action` (`CREATE`, `UPDATE` or `DELETE`), `objectIdentifier`,
  `objectType`, `timestamp` always; `actorIdentifier` and `ipAddress` are
  absent, never null, when unknown, as of a change by GitOps or by the
  automatic import of entities
    new: response 200, application/json: logs[].actorType
        document: type "string"
        rule:     nothing
    changed: response 200, application/json: logs[].action, enum
        document: with "READ & \u001b[31m"
        rule:     "CREATE", "DELETE", "UPDATE"
3 differences (1 new, 0 gone, 2 changed) from 23 rules: standard input
"#);
    let json: Value = serde_json::from_str(&output("json")).unwrap();
    assert_snapshot!(serde_json::to_string_pretty(&json["differences"][0]).unwrap(), @r#"
{
  "doubt": "an older edition of the reference page has 50 as the default of `pageSize`: what a client gets that leaves it out may depend on the day",
  "expected": 250,
  "keyword": "default",
  "kind": "changed",
  "place": "parameter pageSize",
  "published": 50,
  "rule": "PAGE-BOUNDS",
  "source": "documented",
  "text": "`page` is an int32 from 0, default 0; `pageSize` from 1 to 1000, default 250; published as required, absent means the default"
}
"#);
    let counts: Vec<&Value> = ["new", "gone", "changed"].iter().map(|count| &json[count]).collect();
    assert_eq!(counts, [1, 0, 2]);
    let junit = output("junit");
    assert_eq!(junit.matches("<testcase ").count(), 23);
    let start = junit.find("name=\"PAGE-BOUNDS\"").unwrap();
    assert_snapshot!(junit[start..].lines().take(4).collect::<Vec<_>>().join("\n"), @r#"
name="PAGE-BOUNDS" time="0.000">
    <failure message="`page` is an int32 from 0, default 0; `pageSize` from 1 to 1000, default 250; published as required, absent means the default">`page` is an int32 from 0, default 0; `pageSize` from 1 to 1000, default 250; published as required, absent means the default&#10;In doubt: an older edition of the reference page has 50 as the default of `pageSize`: what a client gets that leaves it out may depend on the day&#10;changed: parameter pageSize, default&#10;    document: 50&#10;    rule:     250</failure>
  </testcase>
  <testcase classname="verify --document" name="LIST-ACTIONS" time="0.000"/>
"#);
}

#[test]
fn document_that_cannot_be_read_is_an_error() {
    let error_for = |argument: &str| run(&["--document", argument]).failed(2).to_owned();
    assert_snapshot!(error_for("missing.json"), @"error: missing.json: cannot be read: No such file or directory (os error 2)");
    assert_snapshot!(error_for("https://user:s3cret@example.com/openapi.json"), @"error: --document has a user or password in it, which belong nowhere; accepted: a file, - for standard input, or a URL such as https://example.com/openapi.json");
    assert_snapshot!(error_for("ftp://example.com/openapi.json"), @"error: --document is not a URL that begins with https:// or http://; accepted: a file, - for standard input, or a URL such as https://example.com/openapi.json");
    let folder = tempfile::tempdir().unwrap();
    let large = folder.path().join("large.json");
    File::create(&large).unwrap().set_len(50 << 20).unwrap();
    let large = large.to_str().unwrap();
    assert_snapshot!(error_for(large).replace(large, "large.json"), @"error: large.json: cannot be read: it is larger than 16 MiB");

    let download = |response: String| {
        let (url, _) = one_shot_server(response);
        error_for(&url).replace(&url, "URL")
    };
    assert_snapshot!(download(http_response("404 Not Found", "", "")), @"error: URL: cannot be downloaded: the server answers 404 Not Found");
    assert_snapshot!(download(http_response("200 OK", "Content-Type: text/html\r\n", "<!DOCTYPE html>")), @"error: URL: is HTML or XML; give the OpenAPI document itself, in JSON or YAML, not a page that shows it");
    assert_snapshot!(download(http_response("200 OK", "Content-Encoding: gzip\r\n", "\u{1f}")), @r#"error: URL: cannot be downloaded: the server sends it with "Content-Encoding: gzip", which was not asked for"#);
    assert_snapshot!(download("HTTP/1.1 200 OK\r\nContent-Length: 52428800\r\n\r\n{".to_owned() + &" ".repeat(17 << 20)), @"error: URL: cannot be downloaded: it is larger than 16 MiB");
    assert_snapshot!(download("HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\n{".to_owned()), @"error: URL: cannot be downloaded: the answer broke off: Peer disconnected");
}

// The table of places

#[test]
fn every_rule_of_a_place_exists() {
    let places: Value = serde_json::from_str(include_str!("../../../src/verify/document/places.json")).unwrap();
    for table in ["rules", "rulesOfKeywords"] {
        for (place, id) in places[table].as_object().unwrap() {
            assert!(RULES.iter().any(|rule| rule.id == id), "{place}: {id}");
        }
    }
}
