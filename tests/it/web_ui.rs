//! The files of the web UI and their headers.

use std::collections::BTreeSet;
use std::fs;

use axum::body::to_bytes;
use axum::http::request::Builder;
use axum::http::{HeaderMap, HeaderValue, Request, StatusCode};
use cortex_audit_mock::Admin;
use cortex_audit_mock::Config;
use cortex_audit_mock::KeySource;
use cortex_audit_mock::contract::{ACTOR_REQUEST_TYPES, Action, ActorType, OBJECT_TYPES};

use crate::support::TestMock;

const FOLDER: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/src/http/page");

async fn file(mock: &TestMock, path: &str) -> (StatusCode, HeaderMap, String) {
    let (status, headers, body) = bytes(mock, Request::get(path)).await;
    (status, headers, String::from_utf8(body).unwrap())
}

async fn bytes(mock: &TestMock, request: Builder) -> (StatusCode, HeaderMap, Vec<u8>) {
    let (parts, body) = mock.send_unchecked(request).await.into_parts();
    (parts.status, parts.headers, to_bytes(body, usize::MAX).await.unwrap().to_vec())
}

fn names() -> BTreeSet<String> {
    let files = fs::read_dir(FOLDER).unwrap();
    let names = files.map(|file| file.unwrap().file_name().into_string().unwrap());
    names.filter(|name| name != "index.html").collect()
}

/// The paths of the style sheet and of the script, as the markup has them.
fn assets(html: &str) -> [String; 2] {
    let mut paths = ["href=\"", "src=\""].into_iter().flat_map(|before| html.split(before).skip(1));
    let mut path = |end: &str| {
        let path = paths.find_map(|rest| rest.split_once('"').map(|(path, _)| path).filter(|path| path.ends_with(end)));
        format!("/{}", path.unwrap_or_else(|| panic!("no {end} in {html}")))
    };
    [path(".css"), path(".js")]
}

#[tokio::test]
async fn every_file_of_the_folder_is_in_the_style_sheet_or_the_script() {
    let mock = TestMock::default();
    let (_, _, html) = file(&mock, "/").await;
    let [styles, script] = assets(&html);
    let (status, headers, styles) = file(&mock, &styles).await;
    assert_eq!(
        (status, &headers["content-type"]),
        (StatusCode::OK, &HeaderValue::from_static("text/css; charset=utf-8"))
    );
    let (status, headers, script) = file(&mock, &script).await;
    assert_eq!(status, 200);
    assert_eq!(headers["content-type"], "text/javascript; charset=utf-8");
    for name in names() {
        let text = fs::read_to_string(format!("{FOLDER}/{name}")).unwrap();
        match name.rsplit_once('.').unwrap() {
            (_, "css") => assert!(styles.contains(&text), "{name} is missing in STYLE_SHEETS of build.rs"),
            (module, "js") => {
                let variable = format!("const ${} = ", module.replace('-', "_"));
                assert!(script.contains(&variable), "no module imports {name}");
            }
            _ => panic!("{name} is neither a style sheet nor a module"),
        }
    }
}

#[tokio::test]
async fn script_and_style_sheet_are_small_and_kept_for_ever() {
    let mock = TestMock::default();
    let (_, _, html) = file(&mock, "/").await;
    let mut total = html.len();
    for path in assets(&html) {
        let (status, headers, plain) = bytes(&mock, Request::get(&path)).await;
        assert_eq!(status, 200);
        assert!(!headers.contains_key("content-encoding"), "{path}");
        for (accepted, is_compressed) in
            [("gzip, deflate, br", true), ("br;q=1, GZIP;q=0.5", true), ("gzip;q=0", false), ("br", false)]
        {
            let (_, headers, body) = bytes(&mock, Request::get(&path).header("Accept-Encoding", accepted)).await;
            assert_eq!(headers.get("content-encoding").is_some(), is_compressed, "{path} {accepted}");
            assert_eq!(body == plain, !is_compressed, "{path} {accepted}");
        }
        let (_, headers, compressed) = bytes(&mock, Request::get(&path).header("Accept-Encoding", "gzip")).await;
        assert_eq!(headers["cache-control"], "public, max-age=31536000, immutable");
        assert_eq!(headers["vary"], "Accept-Encoding");
        assert_eq!(headers["x-content-type-options"], "nosniff");
        total += compressed.len();
    }
    assert!(total <= 62_000, "{total} bytes; a visit has 80,000, data included");
}

#[tokio::test]
async fn what_the_browser_has_is_not_sent_again() {
    let mock = TestMock::default();
    let (_, _, html) = file(&mock, "/").await;
    let [styles, script] = assets(&html);
    for path in ["/", &styles, &script] {
        let (_, headers, _) = bytes(&mock, Request::get(path).header("Accept-Encoding", "gzip")).await;
        let tag = headers["etag"].to_str().unwrap().to_owned();
        for (known, status) in
            [(tag.clone(), 304), (format!("\"another\", W/{tag}"), 304), ("\"another\"".to_owned(), 200)]
        {
            let request = Request::get(path).header("Accept-Encoding", "gzip").header("If-None-Match", &known);
            let (got, headers, body) = bytes(&mock, request).await;
            assert_eq!(got, status, "{path} {known}");
            assert_eq!(headers["etag"], tag);
            assert_eq!(body.is_empty(), status == 304);
        }
    }
}

/// The page is another for another server at the same address, so a browser asks each time.
#[tokio::test]
async fn the_markup_has_a_tag_of_its_own_for_each_way_to_be_served() {
    let mut tags = BTreeSet::new();
    for (admin, prefix) in [(Admin::Open, ""), (Admin::Off, ""), (Admin::Open, "/cortex")] {
        let mock = TestMock::with_config(Config { admin, ..Config::default() });
        let (_, headers, _) = bytes(&mock, Request::get("/").header("X-Forwarded-Prefix", prefix)).await;
        assert_eq!(headers["cache-control"], "no-cache");
        tags.insert(headers["etag"].clone());
    }
    assert_eq!(tags.len(), 3);
}

#[tokio::test]
async fn the_policy_forbids_other_origins_and_inline_scripts() {
    let mock = TestMock::default();
    let (_, headers, html) = file(&mock, "/?tab=control&actions=CREATE&nonsense=%ff").await;
    let policy = headers["content-security-policy"].to_str().unwrap();
    assert!(policy.starts_with("default-src 'none'; script-src 'self'; style-src 'self';"), "{policy}");
    assert!(!policy.contains("unsafe") && !policy.contains("http"), "{policy}");
    assert!(policy.contains("img-src data:;"), "{policy}");
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
