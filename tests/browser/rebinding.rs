//! DNS rebinding: the page of an attacker, whose name he has pointed at this machine. For the browser it is the same site.

use serde_json::{Value, json};

use super::tab::Tab;
use super::{at_a_known_time, browse};

const ENTRY: &str = r#"{"action": "CREATE", "objectType": "TEAM", "objectIdentifier": "sre", "timestamp": "now-1m"}"#;

/// Requests paths of the page's own site; the result are the statuses.
const FETCH: &str = r#"
    const [requests, done] = arguments;
    const headers = { Authorization: "Bearer mock-admin" };
    Promise.all(requests.map(([method, path]) => fetch(path, { method, headers }).then(({ status }) => status))).then(done);"#;

/// Opens the document that the server has for everybody, under a foreign name, and requests what an attacker would.
async fn statuses(tab: &Tab, name: &str) -> Value {
    let (_, port) = tab.server.uri().rsplit_once(':').map(|(uri, port)| (uri.to_owned(), port.to_owned())).unwrap();
    let url = format!("http://{name}:{port}/");
    tab.allow_url(&url);
    tab.allow_status(403);
    tab.allow("favicon");
    tab.client.goto(&format!("{url}openapi.json")).await.unwrap();
    let requests = json!([
        ["GET", "/__admin/requests"],
        ["GET", "/__admin/audit-logs"],
        ["POST", "/__admin/reset"],
        ["DELETE", "/__admin/audit-logs"],
        ["GET", "/api/v1/audit-logs"],
    ]);
    tab.client.execute_async(FETCH, vec![requests]).await.unwrap()
}

#[test]
fn a_rebound_name_reads_and_changes_nothing() {
    browse(at_a_known_time().entries(ENTRY), async |tab| {
        assert_eq!(statuses(tab, "attacker.example").await, json!([403, 403, 403, 403, 403]));
        assert_eq!(tab.server.world().entry_count(), 1);
    });
}

#[test]
fn an_allowed_name_reads_and_changes_all() {
    browse(at_a_known_time().entries(ENTRY).allow_host("*.example"), async |tab| {
        let statuses = statuses(tab, "mock.example").await;
        assert_eq!(statuses, json!([200, 200, 200, 200, 200]));
    });
}

#[test]
fn the_page_under_a_foreign_name_says_what_to_do() {
    browse(at_a_known_time(), async |tab| {
        let port = tab.server.uri().rsplit(':').next().unwrap().to_owned();
        tab.allow_url(format!("http://mock.example:{port}/"));
        tab.allow_status(403);
        tab.client.goto(&format!("http://mock.example:{port}/?tab=control")).await.unwrap();
        tab.the("heading The control plane does not answer this page").await;
        tab.reads("region The control plane does not answer this page", "--allow-host mock.example").await;
    });
}
