//! The page below a prefix.

use super::{at_a_known_time, browse};

#[test]
fn the_page_works_below_a_base_path() {
    browse(at_a_known_time().base_path("/mocks/cortex"), async |tab| {
        tab.allow_url(tab.server.uri());
        for path in ["", "/", "/?actions=CREATE"] {
            tab.goto(path).await;
            tab.reads("region Entries", "entries").await;
            tab.the("link Control panel").await;
        }
        tab.click("link Control panel").await;
        tab.the("heading Control panel").await;
        assert_eq!(tab.address().await, "/?tab=control&actions=CREATE");
        tab.client.refresh().await.unwrap();
        tab.the("heading Control panel").await;
        let requests = tab.requests().await;
        assert!(requests.iter().any(|url| url.contains("/mocks/cortex/__admin/changes")), "{requests:?}");
    });
}
