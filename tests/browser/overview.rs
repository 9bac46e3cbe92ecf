//! The timeline and the most active values.

use fantoccini::actions::{InputSource, MOUSE_BUTTON_LEFT, MouseActions, PointerAction};
use fantoccini::key::Key;

use super::tab::Tab;
use super::{at_a_known_time, browse};

const TIMELINE: &str = "group Over time";

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
        tab.eventually("bars", async || {
            let bars = tab.script("return document.querySelectorAll('svg rect').length", vec![]).await;
            if bars.as_u64() > Some(20) { Ok(()) } else { Err(bars.to_string()) }
        })
        .await;
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
        tab.reads("region Overview", "CREATE").await;
        plot.send_keys(&char::from(Key::Enter).to_string()).await.unwrap();
        tab.address_holds("startTime=").await;
        let (start, end) = range(tab).await;
        assert!(start < end, "{start} to {end}");
    });
}

#[test]
fn the_most_active_are_filters() {
    browse(at_a_known_time(), async |tab| {
        tab.goto("/").await;
        tab.click("region Overview > button SERVICE").await;
        tab.address_holds("objectTypes=SERVICE").await;
        tab.gone("region Overview > button RESOURCE").await;
        tab.reads("region Entries", "1–50 of 74 entries").await;
    });
}
