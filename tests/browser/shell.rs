//! The header of both views: tabs, key and session, clock.

use serde_json::json;

use super::{at_a_known_time, browse};

#[test]
fn the_tabs_are_links_and_the_way_back_leads_back() {
    browse(at_a_known_time(), async |tab| {
        tab.goto("/").await;
        tab.the("heading Audit logs").await;
        tab.click("link Control panel").await;
        tab.the("heading Control panel").await;
        tab.gone("heading Audit logs").await;
        assert_eq!(tab.address().await, "/?tab=control");
        assert!(tab.client.title().await.unwrap().starts_with("Control panel"));
        tab.client.back().await.unwrap();
        tab.the("heading Audit logs").await;
        assert_eq!(tab.address().await, "/");
        tab.client.forward().await.unwrap();
        tab.the("heading Control panel").await;
        tab.client.refresh().await.unwrap();
        tab.the("heading Control panel").await;
    });
}

#[test]
fn key_and_session_are_chosen_and_kept_in_the_address() {
    browse(at_a_known_time(), async |tab| {
        tab.goto("/").await;
        tab.choose("combobox Key", "mock-auditor").await;
        tab.address_holds("key=mock-auditor").await;
        tab.fill("textbox Session", "of-a-test").await;
        tab.address_holds("session=of-a-test").await;
        tab.client.refresh().await.unwrap();
        assert_eq!(tab.value("combobox Key").await, "mock-auditor");
        assert_eq!(tab.value("textbox Session").await, "of-a-test");
        tab.client.back().await.unwrap();
        tab.eventually("the session before", async || match tab.value("textbox Session").await {
            session if session.is_empty() => Ok(()),
            session => Err(session),
        })
        .await;
        assert_eq!(tab.script("return sessionStorage.length", vec![]).await, json!(0));
    });
}
