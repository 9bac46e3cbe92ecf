//! What a visit costs: requests and bytes on the wire, and what is not sent again.

use super::tab::Tab;
use super::{ask, at_a_known_time, browse};

const MAX_REQUESTS: usize = 6;
const MAX_BYTES: u64 = 80_000;

/// The bytes of the responses that are complete, heads included. The stream of changes is not.
async fn bytes(tab: &Tab) -> u64 {
    let script = "return [...performance.getEntriesByType('navigation'), ...performance.getEntriesByType('resource')]
        .reduce((sum, { transferSize }) => sum + transferSize, 0)";
    tab.script(script, vec![]).await.as_u64().unwrap()
}

#[test]
fn a_visit_takes_few_requests_and_bytes() {
    for (address, region) in [("/", "region Entries"), ("/?tab=control", "region Requests")] {
        browse(at_a_known_time(), async |tab| {
            ask(tab, "mock-admin", "pageSize=10");
            tab.goto(address).await;
            tab.reads(region, if address == "/" { "of 640 entries" } else { "pageSize=10" }).await;
            tab.reads("banner", "640 entries").await;
            // Whatever else would be asked for is asked for by now.
            tokio::time::sleep(std::time::Duration::from_millis(1500)).await;
            let requests = tab.requests().await;
            let requests: Vec<_> = requests.iter().filter(|url| !url.starts_with("data:")).collect();
            assert!(requests.len() <= MAX_REQUESTS, "{requests:#?}");
            let bytes = bytes(tab).await;
            assert!((10_000..=MAX_BYTES).contains(&bytes), "{bytes} bytes for {requests:#?}");
        });
    }
}

#[test]
fn script_and_style_sheet_are_not_sent_again() {
    browse(at_a_known_time(), async |tab| {
        tab.goto("/").await;
        tab.reads("region Entries", "of 640 entries").await;
        tab.client.refresh().await.unwrap();
        tab.reads("region Entries", "of 640 entries").await;
        let script = "return performance.getEntriesByType('resource').filter(({ name }) => /page\\/page\\./.test(name))
            .map(({ transferSize }) => transferSize)";
        let sizes: Vec<u64> = serde_json::from_value(tab.script(script, vec![]).await).unwrap();
        assert_eq!(sizes, [0, 0]);
    });
}

#[test]
fn nothing_is_asked_while_nothing_happens() {
    browse(at_a_known_time(), async |tab| {
        tab.goto("/?tab=control").await;
        tab.reads("region Requests", "No requests yet").await;
        tab.reads("region Verdict", "No client").await;
        let before = tab.requests().await.len();
        tokio::time::sleep(std::time::Duration::from_millis(2500)).await;
        assert_eq!(tab.requests().await.len(), before);
        ask(tab, "mock-admin", "pageSize=10");
        tab.reads("region Requests > list > listitem", "pageSize=10").await;
    });
}
