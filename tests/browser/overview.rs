//! The timeline and the facets.

use std::time::Duration;

use fantoccini::actions::{InputSource, MOUSE_BUTTON_LEFT, MouseActions, PointerAction};
use fantoccini::key::Key;
use serde_json::json;

use super::tab::Tab;
use super::{at_a_known_time, browse};

const TIMELINE: &str = "group Timeline";

async fn has_bars(tab: &Tab) {
    tab.eventually("bars", async || {
        let bars = tab.script("return document.querySelectorAll('.plot rect').length", vec![]).await;
        if bars.as_u64() > Some(20) { Ok(()) } else { Err(bars.to_string()) }
    })
    .await;
}

/// Drags the mouse from one fraction of the width to another.
async fn brush(tab: &Tab, from: f64, to: f64) {
    let plot = tab.the(TIMELINE).await;
    let (left, top, width, height) = plot.rectangle().await.unwrap();
    let scrolled = tab.script("return scrollY", vec![]).await.as_f64().unwrap();
    let at = |share: f64| PointerAction::MoveTo {
        duration: None,
        x: left + width * share,
        y: top - scrolled + height / 2.0,
    };
    let drawing = MouseActions::new("mouse".to_owned())
        .then(at(from))
        .then(PointerAction::Down { button: MOUSE_BUTTON_LEFT })
        .then(at(f64::midpoint(from, to)))
        .then(at(to))
        .then(PointerAction::Up { button: MOUSE_BUTTON_LEFT });
    tab.client.perform_actions(drawing).await.unwrap();
}

/// The time range in the address.
async fn range(tab: &Tab) -> (String, String) {
    let script = "const given = new URLSearchParams(location.search);
        return [given.get('startTime') ?? '', given.get('endTime') ?? ''];";
    serde_json::from_value(tab.script(script, vec![]).await).unwrap()
}

#[test]
fn brushing_the_time_line_sets_the_range_and_the_way_back_lets_it_go() {
    browse(at_a_known_time(), async |tab| {
        tab.goto("/").await;
        has_bars(tab).await;
        brush(tab, 0.4, 0.7).await;
        tab.address_holds("startTime=").await;
        let (start, end) = range(tab).await;
        assert!(start < end && end.as_str() < super::NOW, "{start} to {end}");
        tab.click("button Show all time").await;
        tab.eventually("no range", async || match range(tab).await {
            (start, end) if start.is_empty() && end.is_empty() => Ok(()),
            range => Err(format!("{range:?}")),
        })
        .await;
        tab.client.back().await.unwrap();
        tab.address_holds("startTime=").await;
        assert_eq!(range(tab).await, (start, end));
    });
}

#[test]
fn the_time_line_is_brushed_by_keys_too() {
    browse(at_a_known_time(), async |tab| {
        tab.goto("/").await;
        let plot = tab.the(TIMELINE).await;
        let keys = [Key::Home, Key::Right, Key::Right].map(char::from).into_iter().collect::<String>();
        let held = [Key::Shift, Key::Right, Key::Right, Key::Right].map(char::from).into_iter().collect::<String>();
        plot.send_keys(&keys).await.unwrap();
        plot.send_keys(&held).await.unwrap();
        tab.reads("region Timeline", "CREATE").await;
        plot.send_keys(&char::from(Key::Enter).to_string()).await.unwrap();
        tab.address_holds("startTime=").await;
        let (start, end) = range(tab).await;
        assert!(start < end, "{start} to {end}");
    });
}

/// The mouse: pressed, moved, an entry arrives, moved on, released.
#[test]
fn an_arrival_leaves_the_range_that_is_being_dragged() {
    browse(at_a_known_time().live("6/min"), async |tab| {
        tab.goto("/?range=all").await;
        has_bars(tab).await;
        let plot = tab.the(TIMELINE).await;
        let (left, top, width, height) = plot.rectangle().await.unwrap();
        let at = |share: f64| PointerAction::MoveTo { duration: None, x: left + width * share, y: top + height / 3.0 };
        let mouse = || MouseActions::new("mouse".to_owned());
        let press = mouse().then(at(0.2)).then(PointerAction::Down { button: MOUSE_BUTTON_LEFT }).then(at(0.4));
        tab.client.perform_actions(press).await.unwrap();
        let before = tab.reads("region Timeline", "CREATE").await;
        let now = tab.the(TIMELINE).await.rectangle().await.unwrap().1;
        assert!((now - top).abs() < 1.0, "the bars stay under the pointer: {top}, then {now}");
        tab.server.world().advance(Duration::from_secs(3 * 24 * 60 * 60));
        tab.reads("region Entries", "of 26,560 entries").await;
        assert_eq!(tab.texts("region Timeline").await, [before], "the bars and the range are those of before");
        tab.client.perform_actions(mouse().then(PointerAction::Up { button: MOUSE_BUTTON_LEFT })).await.unwrap();
        tab.address_holds("endTime=").await;
        let (start, end) = range(tab).await;
        assert!(start.as_str() > "2025-05-07" && end.as_str() < "2025-05-13", "{start} to {end}");
    });
}

#[test]
fn the_same_keys_choose_the_same_range_while_entries_arrive() {
    let mut chosen = Vec::new();
    for arrivals in [0, 1] {
        browse(at_a_known_time().live("6/min"), async |tab| {
            tab.goto("/?range=all").await;
            has_bars(tab).await;
            let plot = tab.the(TIMELINE).await;
            let keys = [Key::Home, Key::Right, Key::Shift, Key::Right, Key::Right].map(char::from);
            plot.send_keys(&keys.into_iter().collect::<String>()).await.unwrap();
            if arrivals > 0 {
                tab.server.world().advance(Duration::from_secs(3 * 24 * 60 * 60));
                tab.reads("region Entries", "of 26,560 entries").await;
            }
            let keys = [Key::Shift, Key::Right].map(char::from);
            plot.send_keys(&keys.into_iter().collect::<String>()).await.unwrap();
            plot.send_keys(&char::from(Key::Enter).to_string()).await.unwrap();
            tab.address_holds("endTime=").await;
            chosen.push(range(tab).await);
        });
    }
    assert!(chosen.windows(2).all(|pair| pair[0] == pair[1]), "{chosen:?}");
}

#[test]
fn the_largest_bar_has_its_number_and_the_timeline_folds_away() {
    browse(at_a_known_time(), async |tab| {
        tab.goto("/").await;
        has_bars(tab).await;
        assert_eq!(tab.script("return document.querySelector('.largest').textContent", vec![]).await, "max 56");
        let height = "return document.querySelector('.plot').getBoundingClientRect().height";
        assert_eq!(tab.script(height, vec![]).await, 64);
        tab.click("region Timeline > button Timeline").await;
        tab.gone(TIMELINE).await;
        tab.client.refresh().await.unwrap();
        tab.the("region Timeline > button Timeline").await;
        tab.gone(TIMELINE).await;
    });
}

#[test]
fn without_entries_to_read_there_is_nothing_to_count() {
    browse(at_a_known_time(), async |tab| {
        tab.allow_status(403);
        tab.goto("/?key=mock-no-audit").await;
        tab.the("heading This key may not read audit logs").await;
        tab.reads("region Timeline", "No counts: ").await;
        tab.gone(TIMELINE).await;
        tab.gone("region Facets").await;
        tab.choose("combobox Key", "mock-admin").await;
        tab.the(TIMELINE).await;
        tab.the("region Facets").await;
    });
}

/// A session that is deleted ends the stream of changes, and what is blocked cannot open it again.
#[test]
fn a_server_that_is_gone_is_told_and_nothing_is_counted_until_it_is_back() {
    browse(at_a_known_time(), async |tab| {
        tab.allow("net::ERR_");
        tab.goto("/?session=one").await;
        has_bars(tab).await;
        tab.browser("Network.enable", json!({})).await;
        tab.browser("Network.setBlockedURLs", json!({"urls": ["*"]})).await;
        ureq::delete(format!("{}/__admin/sessions/one", tab.server.uri())).call().unwrap();
        tab.reads("region Timeline", "No counts: the server is not reachable.").await;
        let told = tab.texts("status").await;
        assert!(told.iter().any(|text| text.starts_with("Server not reachable.")), "{told:?}");
        tab.gone(TIMELINE).await;
        tab.gone("region Facets").await;
        tab.reads("region Entries", "1–50 of 640 entries").await;
        tab.browser("Network.setBlockedURLs", json!({"urls": []})).await;
        tab.the(TIMELINE).await;
        tab.the("region Facets").await;
    });
}

#[test]
fn a_facet_adds_and_takes_back_a_filter() {
    browse(at_a_known_time(), async |tab| {
        tab.goto("/").await;
        tab.click("region Facets > button SERVICE").await;
        tab.reads("region Entries", "1–50 of 74 entries").await;
        tab.click("region Facets > button CATALOG").await;
        tab.reads("region Entries", "1–50 of 152 entries").await;
        tab.click("region Facets > button SERVICE").await;
        tab.reads("region Entries", "1–50 of 78 entries").await;
        assert_eq!(tab.address().await, "/?objectTypes=CATALOG");
    });
}

#[test]
fn all_values_of_a_facet_are_seen_and_searched() {
    browse(at_a_known_time(), async |tab| {
        tab.goto("/").await;
        let values = "list Object identifier > listitem";
        tab.counts(values, 5).await;
        tab.script("[...document.querySelectorAll('.facet')][3].querySelector('.row button').click()", vec![]).await;
        tab.eventually("all values", async || match tab.count(values).await {
            count if count > 20 => Ok(()),
            count => Err(format!("{count}")),
        })
        .await;
        tab.fill("searchbox Search object identifier values", "CHECKOUT-api").await;
        tab.eventually("those that contain it", async || {
            let texts = tab.texts(values).await;
            let all = texts.iter().all(|text| text.contains("checkout-api"));
            if all && !texts.is_empty() { Ok(()) } else { Err(format!("{texts:?}")) }
        })
        .await;
    });
}
