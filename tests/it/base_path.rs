//! A prefix of all paths: `--base-path`, and a proxy that takes a prefix off and says so in `X-Forwarded-Prefix`.

use std::io::{Read, Write};
use std::net::{TcpListener, TcpStream};
use std::thread;

use axum::http::Request;
use cortex_audit_mock::{Admin, BasePath, Config, MockServer};

use crate::support::process::{Connection, Server, binary, head};
use crate::support::{TestMock, TestResponse};

const LOGS: &str = "/api/v1/audit-logs";

/// What a proxy does with the head of a request.
type Rewrite = fn(String) -> String;

fn keep(head: String) -> String {
    head
}

fn strip(head: String) -> String {
    head.replacen(" /cortex", " ", 1).replacen("  HTTP", " / HTTP", 1)
}

fn strip_and_tell(head: String) -> String {
    strip(head).replacen("\r\n", "\r\nX-Forwarded-Prefix: /cortex\r\n", 1)
}

/// Gets a path through a proxy of the server at an address.
fn get(server: &str, rewrite: Rewrite, path: &str) -> TestResponse {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = listener.local_addr().unwrap().to_string();
    thread::scope(|scope| {
        scope.spawn(|| {
            let (mut client, _) = listener.accept().unwrap();
            let mut head = Vec::new();
            while !head.ends_with(b"\r\n\r\n") {
                let mut byte = [0];
                client.read_exact(&mut byte).unwrap();
                head.extend(byte);
            }
            let mut upstream = TcpStream::connect(server).unwrap();
            upstream.write_all(rewrite(String::from_utf8(head).unwrap()).as_bytes()).unwrap();
            std::io::copy(&mut upstream, &mut client).unwrap();
        });
        let mut connection = Connection::to(&address);
        connection.send(self::head("GET", path, "Connection: close\r\nAuthorization: Bearer mock-admin\r\n"));
        let mut answer = connection.read_head();
        answer.body = connection.read_to_close().unwrap();
        answer
    })
}

/// The targets of the links of a page at this path, as a browser resolves them.
fn links(page: &TestResponse, path: &str) -> Vec<String> {
    let (folder, _) = path.rsplit_once('/').unwrap();
    let text = page.text();
    let targets = ["href=\"", "src=\""].into_iter().flat_map(|name| text.split(name).skip(1));
    let targets = targets.map(|rest| rest.split('"').next().unwrap());
    let targets = targets.filter(|target| !target.starts_with(['#', '?']) && !target.starts_with("data:"));
    targets.map(|link| if link.starts_with('/') { link.to_owned() } else { format!("{folder}/{link}") }).collect()
}

#[test]
fn everything_works_below_a_prefix_that_a_proxy_keeps_or_takes_off() {
    let below = MockServer::builder().base_path("/cortex").start_blocking();
    let at_root = MockServer::start_blocking();
    let address = |server: &MockServer| server.uri().split('/').nth(2).unwrap().to_owned();
    // Without a slash, only the proxy knows what the page's links are relative to.
    let cases: [(&MockServer, Rewrite, &[&str], &str); 3] = [
        (&below, keep, &["/cortex/"], "/cortex"),
        (&at_root, strip, &["/cortex/"], "/"),
        (&at_root, strip_and_tell, &["/cortex/", "/cortex"], "/cortex"),
    ];
    for (server, rewrite, pages, server_path) in cases {
        let address = address(server);
        let get = |path: &str| get(&address, rewrite, path);
        assert_eq!(get("/cortex/api/v1/audit-logs?pageSize=7").identifiers().len(), 7);
        assert_eq!(get("/cortex/__admin/health").ok()["status"], "ok");
        for document in ["/cortex/openapi.json", "/cortex/__admin/openapi.json"] {
            assert_eq!(get(document).ok()["servers"][0]["url"], server_path);
        }
        for path in pages {
            let page = get(path);
            assert_eq!(page.status, 200);
            let links = links(&page, path);
            assert_eq!(links.len(), 2, "{links:?}");
            for link in links {
                assert_eq!(get(&link).status, 200, "{link}");
            }
        }
        let journal = server.world().journal().list(&Default::default());
        assert_eq!(journal.first().unwrap().path, LOGS, "the journal has the path of the API");
    }
}

#[tokio::test]
async fn nothing_is_outside_the_base_path() {
    let mock = TestMock::with_config(Config { base_path: "/mocks/cortex".parse().unwrap(), ..Config::default() });
    mock.get("/mocks/cortex/api/v1/audit-logs?pageSize=1").await.ok();
    for path in [LOGS, "/", "/page/page.js", "/__admin", "/mocks/cortexx/", "/mocks", "/mocks/Cortex/"] {
        let told = "This server has all its URLs below /mocks/cortex (--base-path), such as \
                    /mocks/cortex/api/v1/audit-logs. If a proxy takes that off, start the server without --base-path.";
        assert_eq!(mock.get(path).await.details(404), told, "{path}");
    }
    for (path, target) in [("/mocks/cortex", "cortex/"), ("/mocks/cortex?tab=control", "cortex/?tab=control")] {
        let answer = mock.send_unchecked(Request::get(path)).await;
        assert_eq!(answer.status(), 308);
        assert_eq!(answer.headers()["location"], target, "relative: a proxy may take off more");
    }
}

#[tokio::test]
async fn messages_name_urls_with_the_base_path() {
    let base_path = "/cortex".parse().unwrap();
    let mock = TestMock::with_config(Config { base_path, ..Config::default() });
    let unknown = mock.get("/cortex/api/v2/none").await.details(404);
    let told = "/cortex/api/v2/none does not exist. This server mocks GET /cortex/api/v1/audit-logs; \
                /cortex/openapi.json describes it.";
    assert_eq!(unknown, told);
    let unknown = mock.get("/cortex/page/none.js").await.details(404);
    assert!(unknown.contains(" /cortex/openapi.json"), "{unknown}");
    let unknown = mock.get("/cortex/__admin/none").await.details(404);
    assert!(unknown.contains(" /cortex/__admin/openapi.json"), "{unknown}");
    let base_path = "/cortex".parse().unwrap();
    let disabled = TestMock::with_config(Config { base_path, admin: Admin::Off, ..Config::default() });
    let disabled = disabled.get("/cortex/__admin/clock").await.details(404);
    assert!(disabled.contains(" /cortex/__admin/health"), "{disabled}");
}

/// It is put into markup, so anything but a plain path is ignored.
#[tokio::test]
async fn a_forwarded_prefix_is_a_plain_path_or_ignored() {
    let mock = TestMock::default();
    for (prefix, expected) in [
        ("/cortex", "src=\"/cortex/page/page."),
        ("/a/b/", "src=\"/a/b/page/page."),
        ("/", "src=\"/page/page."),
        ("", "src=\"page/page."),
        ("cortex", "src=\"page/page."),
        ("//evil.example", "src=\"page/page."),
        ("/\"><script>", "src=\"page/page."),
        ("/a/../b", "src=\"page/page."),
        ("http://evil.example/", "src=\"page/page."),
    ] {
        let request = Request::get("/").header("X-Forwarded-Prefix", prefix);
        let body = mock.send_unchecked(request).await.into_body();
        let html = String::from_utf8(axum::body::to_bytes(body, usize::MAX).await.unwrap().to_vec()).unwrap();
        assert!(html.contains(expected), "{prefix}: {html}");
    }
}

#[test]
fn the_binary_prints_it_and_the_health_check_and_run_use_it() {
    let server = Server::start(&["--base-path", "/cortex/"]);
    assert!(server.url().ends_with("/cortex"), "{}", server.url());
    server.get("/cortex/api/v1/audit-logs").ok();
    let check =
        |path: &str| binary(["healthcheck", "--listen", server.address()]).env("CORTEX_MOCK_BASE_PATH", path).run();
    assert_eq!(check("/cortex").succeeded(), "");
    let told = check("");
    assert!(told.failed(1).contains("/__admin/health answered 404 Not Found instead of 200"), "{}", told.stderr);
    let script = "echo \"$CORTEX_BASE_URL $CORTEX_AUDIT_MOCK_URL\"";
    let run = binary(["run", "--", "sh", "-c", script]).env("CORTEX_MOCK_BASE_PATH", "/cortex").run();
    let urls: Vec<&str> = run.stdout.split_whitespace().collect();
    assert!(urls.len() == 2 && urls.iter().all(|url| url.ends_with("/cortex")), "{urls:?}");
}

#[test]
fn a_base_path_is_a_plain_path() {
    for (text, path) in [("/", ""), ("/cortex", "/cortex"), ("/cortex/", "/cortex"), ("/a/b-c._~1", "/a/b-c._~1")] {
        assert_eq!(text.parse::<BasePath>().unwrap().as_str(), path);
    }
    for text in ["", "cortex", "//", "/a//b", "/a/../b", "/a b", "/a?b", "/%41", "http://a/"] {
        let error = text.parse::<BasePath>().unwrap_err().to_string();
        assert!(error.contains("such as /cortex"), "{text}: {error}");
    }
}
