//! Live entries in an open view.

use std::time::Duration;

use serde_json::json;

use super::{at_a_known_time, browse};

#[test]
fn a_live_entry_appears_marked_and_at_the_top() {
    browse(at_a_known_time().live("6/min"), async |tab| {
        tab.goto("/?range=all").await;
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
        tab.goto("/?range=all").await;
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
fn rows_that_were_scrolled_to_stay_where_they_are() {
    browse(at_a_known_time().live("6/min"), async |tab| {
        tab.goto("/?range=all").await;
        tab.reads("region Entries", "of 640 entries").await;
        tab.script("document.querySelector('.list').scrollTop = 300", vec![]).await;
        let place = "const row = document.querySelectorAll('tbody tr')[20];
            return [row.innerText, row.getBoundingClientRect().top]";
        let before = tab.script(place, vec![]).await;
        tab.server.world().advance(Duration::from_secs(30));
        tab.the("button 3 new entries").await;
        assert_eq!(tab.script(place, vec![]).await, before);
        tab.click("button 3 new entries").await;
        tab.reads("region Entries", "1–50 of 643 entries").await;
        assert_eq!(tab.script("return document.querySelector('.list').scrollTop", vec![]).await, json!(0));
    });
}

#[test]
fn the_view_begins_with_the_last_hour() {
    browse(at_a_known_time().live("6/min"), async |tab| {
        tab.goto("/").await;
        tab.the("button Time: Last hour").await;
        tab.reads("region Request", "startTime=2025-05-20T11%3A00%3A00Z").await;
        assert_eq!(tab.address().await, "/?range=1h");
        tab.click("button Time: ").await;
        tab.click("group Presets > button All time").await;
        tab.reads("region Entries", "of 640 entries").await;
        tab.client.refresh().await.unwrap();
        tab.reads("region Entries", "of 640 entries").await;
    });
}

#[test]
fn a_paused_view_stands_still_until_it_is_resumed() {
    browse(at_a_known_time().live("6/min"), async |tab| {
        tab.goto("/?range=all").await;
        tab.reads("region Entries", "of 640 entries").await;
        tab.click("button Pause updates").await;
        tab.server.world().advance(Duration::from_secs(30));
        tab.the("button 3 new entries").await;
        tab.reads("region Entries", "of 640 entries").await;
        tab.click("button Resume updates").await;
        tab.reads("region Entries", "of 643 entries").await;
        tab.gone("button 3 new entries").await;
    });
}

#[test]
fn another_world_is_read_anew() {
    browse(at_a_known_time(), async |tab| {
        tab.goto("/?range=all").await;
        tab.reads("region Entries", "of 640 entries").await;
        tab.server.world().remove_entries();
        tab.the("heading No entries yet").await;
        tab.server.reset();
        tab.reads("region Entries", "of 640 entries").await;
    });
}
