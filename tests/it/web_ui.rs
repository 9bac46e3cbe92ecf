//! The files of the web UI and their headers.

use std::collections::BTreeSet;
use std::fs;

use axum::body::to_bytes;
use axum::http::{HeaderMap, Request, StatusCode};
use cortex_audit_mock::Admin;
use cortex_audit_mock::Config;
use cortex_audit_mock::KeySource;
use cortex_audit_mock::contract::{ACTOR_REQUEST_TYPES, Action, ActorType, OBJECT_TYPES};

use crate::support::TestMock;

const FOLDER: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/src/http/page");

async fn file(mock: &TestMock, path: &str) -> (StatusCode, HeaderMap, String) {
    let (parts, body) = mock.send_unchecked(Request::get(path)).await.into_parts();
    let body = to_bytes(body, usize::MAX).await.unwrap();
    (parts.status, parts.headers, String::from_utf8(body.to_vec()).unwrap())
}

fn names() -> BTreeSet<String> {
    let files = fs::read_dir(FOLDER).unwrap();
    let names = files.map(|file| file.unwrap().file_name().into_string().unwrap());
    names.filter(|name| name != "index.html").collect()
}

#[tokio::test]
async fn every_file_of_the_folder_is_served_and_their_total_size_is_small() {
    let mock = TestMock::default();
    let (status, _, html) = file(&mock, "/").await;
    assert_eq!(status, 200);
    let mut bytes = html.len();
    for name in names() {
        let (status, headers, text) = file(&mock, &format!("/page/{name}")).await;
        assert_eq!(status, 200, "{name}");
        let written = fs::read_to_string(format!("{FOLDER}/{name}")).unwrap();
        assert_eq!(text, written, "{name}");
        let media_type = headers["content-type"].to_str().unwrap();
        let expected = match name.rsplit_once('.').unwrap().1 {
            "js" => "text/javascript; charset=utf-8",
            "css" => "text/css; charset=utf-8",
            "svg" => "image/svg+xml",
            other => panic!("no media type for {other}"),
        };
        assert_eq!(media_type, expected, "{name}");
        assert_eq!(headers["x-content-type-options"], "nosniff");
        bytes += text.len();
    }
    assert!(bytes <= 220_000, "{bytes} bytes");
}

#[tokio::test]
async fn every_reference_of_a_file_is_served_by_this_server() {
    let names = names();
    let mut reached = BTreeSet::from(["index.html".to_owned()]);
    let mut ahead: Vec<String> = reached.iter().cloned().collect();
    while let Some(name) = ahead.pop() {
        let text = fs::read_to_string(format!("{FOLDER}/{name}")).unwrap();
        let referred = ["\"{{root}}page/", "\"./"].into_iter().flat_map(|before| text.split(before).skip(1));
        for referred in referred.filter_map(|rest| Some(rest.split_once('"')?.0)) {
            assert!(names.contains(referred), "{name} refers to {referred}");
            if reached.insert(referred.to_owned()) {
                ahead.push(referred.to_owned());
            }
        }
    }
    reached.remove("index.html");
    assert_eq!(reached, names, "files that nothing refers to");
}

#[tokio::test]
async fn the_policy_forbids_other_origins_and_inline_scripts() {
    let mock = TestMock::default();
    let (_, headers, html) = file(&mock, "/?tab=control&actions=CREATE&nonsense=%ff").await;
    let policy = headers["content-security-policy"].to_str().unwrap();
    assert!(policy.starts_with("default-src 'none'; script-src 'self'; style-src 'self';"), "{policy}");
    assert!(!policy.contains("unsafe") && !policy.contains("http"), "{policy}");
    for within in ["<style", " style=", " onclick=", " onload=", "<script>", "javascript:"] {
        assert!(!html.contains(within), "{within}");
    }
}

#[tokio::test]
async fn the_markup_has_the_built_in_keys_and_the_guard_of_the_control_plane() {
    let keys = r#"{"keys": [{"token": "their-own-secret-1", "name": "Theirs", "roles": [{"type": "DEFAULT", "role": "ADMIN"}]}]}"#;
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("keys.json");
    fs::write(&path, keys).unwrap();
    let own =
        Config { keys: KeySource::Path(path), admin: Admin::Token("control-secret-1".to_owned()), ..Config::default() };
    let off = Config { admin: Admin::Off, ..Config::default() };
    for (config, expected) in [
        (Config::default(), r#"data-keys="built-in" data-control="open""#),
        (own, r#"data-keys="own" data-control="token""#),
        (off, r#"data-keys="built-in" data-control="off""#),
    ] {
        let (_, _, html) = file(&TestMock::with_config(config), "/").await;
        assert!(html.contains(expected), "{html}");
        assert!(!html.contains("{{") && !html.contains("their-own") && !html.contains("control-secret"));
    }
}

#[tokio::test]
async fn an_unknown_file_and_another_method_are_the_usual_errors() {
    let mock = TestMock::default();
    let missing = mock.send(Request::get("/page/no-such.js")).await;
    assert_eq!(missing.status, 404);
    assert_eq!(missing.json()["type"], "NOT_FOUND");
    let posted = mock.send(Request::post("/")).await;
    assert_eq!(posted.status, 405);
    assert_eq!(posted.headers["allow"], "GET,HEAD");
    let head = mock.send_unchecked(Request::head("/")).await;
    assert_eq!(head.status(), 200);
    assert!(to_bytes(head.into_body(), usize::MAX).await.unwrap().is_empty());
}

#[test]
fn the_values_in_the_scripts_are_those_of_the_server() {
    let script = fs::read_to_string(format!("{FOLDER}/known-values.js")).unwrap();
    let known = |list: &str| {
        let (_, rest) = script.split_once(&format!("  {list}: words(")).expect(list);
        let (words, _) = rest.split_once(')').unwrap();
        words.replace(['"', ','], " ").split_whitespace().map(str::to_owned).collect::<Vec<_>>()
    };
    assert_eq!(known("actions"), Action::ALL.map(Action::as_str));
    assert_eq!(known("actorTypes"), ActorType::ALL.map(ActorType::as_str));
    assert_eq!(known("actorRequestTypes"), ACTOR_REQUEST_TYPES);
    assert_eq!(known("objectTypes"), OBJECT_TYPES);
}
