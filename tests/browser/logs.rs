//! The view of the audit logs: filters, paging, one entry, and the address.

use std::time::Duration;

use super::tab::Tab;
use super::{at_a_known_time, browse};

const ROWS: &str = "grid > row";
/// The number of rows: the head and a page of the default size.
const A_PAGE: usize = 51;

/// Waits until the counter of entries has this text.
async fn shows(tab: &Tab, totals: &str) {
    tab.reads("region Entries", totals).await;
}

/// The texts of a column, counted from 0.
async fn column(tab: &Tab, number: usize) -> Vec<String> {
    let cells = tab.texts("grid > gridcell").await;
    cells.into_iter().skip(number).step_by(6).collect()
}

#[test]
fn the_columns_are_those_of_the_product_and_the_newest_entry_is_first() {
    browse(at_a_known_time(), async |tab| {
        tab.goto("/").await;
        shows(tab, "1–50 of 640 entries").await;
        let columns = tab.texts("grid > columnheader").await;
        assert_eq!(columns, ["Actor", "Action", "Object type", "Object identifier", "IP address", "Date (local)"]);
        let times =
            tab.script("return [...document.querySelectorAll('tbody time')].map((time) => time.dateTime)", vec![]);
        let times: Vec<String> = serde_json::from_value(times.await).unwrap();
        assert_eq!(times.len(), 50);
        assert!(times.is_sorted_by(|newer, older| newer >= older), "{times:?}");
        // The page shows local time, two hours ahead of UTC, and says so.
        let first = column(tab, 5).await.remove(0);
        let title = tab.script("return document.querySelector('tbody time').title", vec![]).await;
        assert!(title.as_str().unwrap().starts_with(&format!("{} (UTC)", times[0])), "{title}");
        let hour: u8 = times[0][11..13].parse().unwrap();
        assert!(first.contains(&format!("{}:{} PM", (hour + 2) % 12, &times[0][14..19])), "{first} for {}", times[0]);
        tab.goto("/?actorTypes=ANONYMOUS").await;
        tab.reads("region Entries", "of ").await;
        assert!(column(tab, 0).await.iter().any(|actor| actor == "N/A"));
    });
}

#[test]
fn a_filter_changes_table_and_address_and_is_taken_back_by_its_chip_and_by_the_way_back() {
    browse(at_a_known_time(), async |tab| {
        tab.goto("/").await;
        tab.click("region Filters > button Action").await;
        tab.click("region Filters > checkbox DELETE").await;
        shows(tab, "1–50 of 78 entries").await;
        tab.address_holds("actions=DELETE").await;
        assert!(column(tab, 1).await.iter().all(|action| action == "DELETE"));
        tab.search_for("no-such-object").await;
        tab.address_holds("objectIdentifiers=no-such-object").await;
        tab.the("heading No entry matches these filters").await;
        tab.click("button Remove Object identifier no-such-object").await;
        shows(tab, "1–50 of 78 entries").await;
        tab.client.refresh().await.unwrap();
        shows(tab, "1–50 of 78 entries").await;
        tab.the("button Remove Action DELETE").await;
        for _ in 0..3 {
            tab.client.back().await.unwrap();
        }
        shows(tab, "1–50 of 640 entries").await;
        assert_eq!(tab.address().await, "/");
    });
}

#[test]
fn a_picker_tells_how_many_entries_a_value_has() {
    browse(at_a_known_time(), async |tab| {
        tab.goto("/").await;
        tab.click("region Filters > button Object type").await;
        tab.fill("searchbox Search object types", "custom_d").await;
        tab.reads("group Object type values", "CUSTOM_DATA").await;
        tab.reads("group Object type values", "51").await;
    });
}

#[test]
fn a_range_of_time_is_set_with_one_click() {
    browse(at_a_known_time(), async |tab| {
        tab.goto("/").await;
        for (preset, range, start) in [
            ("Last hour", "range=1h", "2025-05-20T11%3A00%3A00Z"),
            ("Last 24 hours", "range=24h", "2025-05-19T12"),
            ("Last 7 days", "range=7d", "2025-05-13T12"),
        ] {
            tab.click("button Time: ").await;
            tab.click(&format!("group Presets > button {preset}")).await;
            tab.reads("region Request", start).await;
            assert_eq!(tab.address().await, format!("/?{range}"));
            tab.the(&format!("button Time: {preset}")).await;
        }
        tab.click("button Time: ").await;
        tab.click("group Presets > button All time").await;
        shows(tab, "of 640 entries").await;
        assert_eq!(tab.address().await, "/");
    });
}

#[test]
fn a_range_ends_now_whenever_that_is() {
    browse(at_a_known_time(), async |tab| {
        tab.goto("/?range=1h").await;
        tab.reads("region Request", "startTime=2025-05-20T11%3A00%3A00Z").await;
        tab.server.world().advance(Duration::from_secs(60 * 60));
        tab.reads("region Request", "startTime=2025-05-20T12%3A00%3A00Z").await;
        assert_eq!(tab.address().await, "/?range=1h");
    });
}

#[test]
fn a_range_of_ones_own_is_typed_in_the_zone_of_the_reader() {
    browse(at_a_known_time(), async |tab| {
        tab.goto("/").await;
        tab.click("button Time: ").await;
        tab.script(
            "const field = document.querySelector('.custom input');
             field.value = '2025-05-19T14:00:00';
             field.dispatchEvent(new Event('change'));",
            vec![],
        )
        .await;
        tab.address_holds("startTime=2025-05-19T12%3A00%3A00Z").await;
        tab.the("button Time: Since May 19").await;
        tab.click("group Show times as > button UTC").await;
        let typed = tab.script("return document.querySelector('.custom input').value", vec![]).await;
        assert_eq!(typed, "2025-05-19T12:00");
    });
}

#[test]
fn times_are_local_or_utc_or_relative() {
    browse(at_a_known_time(), async |tab| {
        tab.goto("/").await;
        shows(tab, "1–50 of 640 entries").await;
        tab.click("button Time: ").await;
        for (choice, head, first) in [
            ("UTC", "Date (UTC)", "11:29:03"),
            ("Relative", "Date", "30 minutes ago"),
            ("Local", "Date (local)", "1:29:03"),
        ] {
            tab.click(&format!("group Show times as > button {choice}")).await;
            assert_eq!(tab.texts("grid > columnheader").await[5], head);
            let date = column(tab, 5).await.remove(0);
            assert!(date.contains(first), "{date}");
        }
        tab.click("group Show times as > button UTC").await;
        tab.client.refresh().await.unwrap();
        shows(tab, "1–50 of 640 entries").await;
        assert_eq!(tab.texts("grid > columnheader").await[5], "Date (UTC)", "it is kept");
    });
}

#[test]
fn paging_mirrors_the_api() {
    browse(at_a_known_time(), async |tab| {
        tab.goto("/").await;
        tab.click("button Next page").await;
        shows(tab, "51–100 of 640 entries").await;
        tab.address_holds("page=1").await;
        tab.reads("navigation Pages", "Page 2 of 13").await;
        tab.click("button Last page").await;
        shows(tab, "601–640 of 640 entries").await;
        tab.counts(ROWS, 41).await;
        assert!(!tab.the("button Next page").await.is_enabled().await.unwrap());
        tab.choose("combobox Entries per page", "250").await;
        shows(tab, "1–250 of 640 entries").await;
        tab.address_holds("pageSize=250").await;
        tab.goto("/?page=99").await;
        tab.the("heading There is no page 100").await;
        tab.click("button Go to the last page").await;
        shows(tab, "601–640 of 640 entries").await;
    });
}

#[test]
fn a_row_opens_the_panel_with_the_entry_as_json_and_keys_lead_on() {
    browse(at_a_known_time(), async |tab| {
        tab.goto("/").await;
        tab.counts(ROWS, A_PAGE).await;
        let identifiers = column(tab, 3).await;
        tab.script("document.querySelectorAll('tbody tr')[2].setAttribute('data-third', '')", vec![]).await;
        tab.client.find(fantoccini::Locator::Css("[data-third]")).await.unwrap().click().await.unwrap();
        let json = tab.reads("region The entry as JSON", &identifiers[2]).await;
        assert!(json.contains("\"timestamp\": \"2025-"), "{json}");
        let key = |key: fantoccini::key::Key| char::from(key).to_string();
        let focused = async || tab.client.active_element().await.unwrap();
        focused().await.send_keys(&key(fantoccini::key::Key::Down)).await.unwrap();
        tab.reads("region The entry as JSON", &identifiers[3]).await;
        focused().await.send_keys(&key(fantoccini::key::Key::Escape)).await.unwrap();
        tab.gone("complementary Entry").await;
        // The focus is back on the row.
        focused().await.send_keys(&key(fantoccini::key::Key::Enter)).await.unwrap();
        tab.reads("region The entry as JSON", &identifiers[3]).await;
        tab.click("complementary Entry > button Filter by this object identifier").await;
        tab.address_holds("objectIdentifiers=").await;
        tab.click("complementary Entry > button Close").await;
        tab.gone("complementary Entry").await;
    });
}

#[test]
fn an_address_can_be_sent_to_somebody_else() {
    browse(at_a_known_time(), async |tab| {
        let view =
            "/?page=1&pageSize=10&startTime=2025-05-01T00%3A00%3A00Z&actions=CREATE&actions=UPDATE&objectTypes=SERVICE";
        tab.goto(view).await;
        tab.reads("region Entries", "11–").await;
        tab.the("button Time: Since May 1").await;
        for chip in ["Action CREATE", "Action UPDATE", "Object type SERVICE"] {
            tab.the(&format!("button Remove {chip}")).await;
        }
        let entries = tab.texts(ROWS).await;
        let address = tab.address().await;
        tab.client.refresh().await.unwrap();
        tab.reads("region Entries", "11–").await;
        assert_eq!(tab.texts(ROWS).await, entries);
        assert_eq!(tab.address().await, address);
    });
}

#[test]
fn a_server_without_entries_says_what_to_do() {
    browse(at_a_known_time().sources([]), async |tab| {
        tab.goto("/").await;
        tab.the("heading No entries yet").await;
        tab.click("button Open the control panel").await;
        tab.address_holds("tab=control").await;
    });
}
