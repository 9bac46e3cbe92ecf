//! A web page of another origin, as the browser lets it read the API.

use cortex_audit_mock::MockServer;
use cortex_audit_mock::world::{JournalFilter, RequestOutcome};
use serde_json::{Value, json};

use super::tab::Tab;
use super::{at_a_known_time, browse};

const LOGS: &str = "/api/v1/audit-logs";

/// Requests a URL from the page with a token; the result is the status and the header `Retry-After`, or `refused`.
const FETCH: &str = r#"
    const [url, token, done] = arguments;
    fetch(url, { headers: { Authorization: `Bearer ${token}` } })
      .then(async (response) => done([response.status, response.headers.get("Retry-After"), (await response.json()) !== null]))
      .catch(() => done("refused"));"#;

async fn fetch(tab: &Tab, token: &str, path: &str) -> Value {
    let url = format!("{}{path}", tab.server.uri());
    tab.client.execute_async(FETCH, vec![json!(url), json!(token)]).await.unwrap()
}

/// Opens a document of another server, which has no policy that forbids requests.
async fn open_page_of(tab: &Tab, other: &MockServer) {
    tab.allow_url(other.uri());
    tab.client.goto(&format!("{}/openapi.json", other.uri())).await.unwrap();
    tab.allow("favicon");
}

#[test]
fn an_allowed_page_reads_every_response_of_the_api_and_nothing_else() {
    let page = MockServer::start_blocking();
    browse(at_a_known_time().cors(&page.uri()).rate_limit("2/d"), async |tab| {
        open_page_of(tab, &page).await;
        assert_eq!(fetch(tab, "mock-admin", LOGS).await, json!([200, null, true]));
        assert_eq!(fetch(tab, "mock-admin", "/api/v1/audit-logs?page=x").await, json!([400, null, true]));
        let limited = fetch(tab, "mock-admin", LOGS).await;
        assert_eq!((&limited[0], limited[1].is_string()), (&json!(429), true), "{limited}");
        assert_eq!(fetch(tab, "unknown", LOGS).await, json!([401, null, true]));
        for path in ["/__admin/clock", "/__admin/health", "/openapi.json"] {
            assert_eq!(fetch(tab, "mock-admin", path).await, "refused", "{path}");
        }
        for status in [400, 401, 403, 405, 429] {
            tab.allow_status(status);
        }
        tab.allow("blocked by CORS policy");
        tab.allow("net::ERR_FAILED");
    });
}

#[test]
fn without_the_flag_the_browser_refuses_and_the_journal_has_the_preflight() {
    let page = MockServer::start_blocking();
    browse(at_a_known_time(), async |tab| {
        open_page_of(tab, &page).await;
        assert_eq!(fetch(tab, "mock-admin", LOGS).await, "refused");
        let journal = tab.server.world().journal().list(&JournalFilter::default());
        assert_eq!((journal.len(), &*journal[0].method), (1, "OPTIONS"));
        assert_eq!(journal[0].outcome, RequestOutcome::Status(405));
        assert!(journal[0].problem().unwrap().contains("--cors http://127.0.0.1:"));
        tab.allow("blocked by CORS policy");
        tab.allow("net::ERR_FAILED");
    });
}
