//! Live entries in an open view.

use std::time::Duration;

use serde_json::json;

use super::{at_a_known_time, browse};

#[test]
fn a_live_entry_appears_marked_and_at_the_top() {
    browse(at_a_known_time().live("6/min"), async |tab| {
        tab.goto("/").await;
        tab.reads("region Entries", "of 640 entries").await;
        tab.server.world().advance(Duration::from_secs(10));
        tab.reads("region Entries", "1–50 of 641 entries").await;
        let first = "return document.querySelector('tbody tr').innerText";
        let first = tab.script(first, vec![]).await;
        assert!(first.as_str().unwrap().contains("new"), "{first}");
        tab.reads("banner", "641 entries").await;
    });
}

#[test]
fn what_is_being_read_does_not_move() {
    browse(at_a_known_time().live("6/min"), async |tab| {
        tab.goto("/").await;
        tab.reads("region Entries", "of 640 entries").await;
        tab.script("document.querySelectorAll('tbody tr')[1].click()", vec![]).await;
        let read = tab.texts("region The entry as JSON").await;
        tab.server.world().advance(Duration::from_secs(30));
        tab.the("button 3 new entries").await;
        assert_eq!(tab.texts("region The entry as JSON").await, read);
        assert_eq!(tab.script("return document.querySelectorAll('.pill.new').length", vec![]).await, json!(0));
        tab.click("button 3 new entries").await;
        tab.reads("region Entries", "1–50 of 643 entries").await;
        assert_eq!(tab.script("return document.querySelectorAll('.pill.new').length", vec![]).await, json!(3));
    });
}

#[test]
fn another_world_is_read_anew() {
    browse(at_a_known_time(), async |tab| {
        tab.goto("/").await;
        tab.reads("region Entries", "of 640 entries").await;
        tab.server.world().remove_entries();
        tab.the("heading There is no entry yet").await;
        tab.server.reset();
        tab.reads("region Entries", "of 640 entries").await;
    });
}
