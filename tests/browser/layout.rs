//! What is in sight, and that it stays where it is.

use serde_json::json;

use super::tab::Tab;
use super::{ask, at_a_known_time, browse};

/// Rows of which nothing is hidden.
const IN_SIGHT: &str = "
    const list = document.querySelector('.list').getBoundingClientRect();
    const head = document.querySelector('.entries thead').getBoundingClientRect();
    const top = head.height > 1 ? head.bottom : list.top;
    return [...document.querySelectorAll('.entries tbody tr')].map((row) => row.getBoundingClientRect())
      .filter((row) => row.top >= top - 1 && row.bottom <= Math.min(list.bottom, innerHeight) + 1).length;";

/// Shifts of the layout that nobody caused by a click or a key, added up.
const SHIFT: &str = "
    const [done] = arguments;
    let sum = 0;
    const seen = [];
    new PerformanceObserver((list) => {
      for (const { value, hadRecentInput, sources } of list.getEntries()) {
        if (hadRecentInput) continue;
        sum += value;
        seen.push(...sources.map(({ node }) => node?.className || node?.nodeName));
      }
    }).observe({ type: 'layout-shift', buffered: true });
    setTimeout(() => done([sum, seen.join(', ')]), 100);";

async fn assert_steady(tab: &Tab, visit: &str) {
    let shift = tab.client.execute_async(SHIFT, vec![]).await.unwrap();
    assert!(shift[0].as_f64().unwrap() <= 0.02, "{visit}: {shift}");
}

#[test]
fn enough_rows_are_in_sight_on_every_screen() {
    browse(at_a_known_time(), async |tab| {
        for ((width, height), rows) in [((1440, 900), 15), ((1024, 768), 12), ((390, 844), 8)] {
            tab.screen(width, height).await;
            for address in ["/", "/?actions=UPDATE&objectTypes=SERVICE&objectTypes=RESOURCE"] {
                tab.goto(address).await;
                tab.reads("region Entries", "1–50 of").await;
                let seen = tab.script(IN_SIGHT, vec![]).await.as_u64().unwrap();
                assert!(seen >= rows, "{seen} rows at {width} × {height} of {address}");
            }
        }
    });
}

#[test]
fn the_heads_of_the_columns_stay_while_the_rows_scroll() {
    browse(at_a_known_time(), async |tab| {
        tab.screen(1440, 900).await;
        tab.goto("/").await;
        tab.reads("region Entries", "1–50 of 640").await;
        let top = "return document.querySelector('.entries th').getBoundingClientRect().top";
        let before = tab.script(top, vec![]).await;
        tab.script("document.querySelector('.list').scrollTop = 500", vec![]).await;
        assert_eq!(tab.script(top, vec![]).await, before);
        assert_eq!(tab.script("return scrollY", vec![]).await, 0);
        tab.click("button Next page").await;
        tab.reads("region Entries", "51–100 of 640").await;
        assert_eq!(tab.script("return document.querySelector('.list').scrollTop", vec![]).await, 0);
    });
}

#[test]
fn nothing_moves_by_itself() {
    browse(at_a_known_time(), async |tab| {
        tab.allow_status(403);
        for size in [(1440, 900), (1024, 768), (390, 844)] {
            tab.screen(size.0, size.1).await;
            for address in ["/", "/?actions=DELETE&range=7d", "/?key=mock-no-audit"] {
                tab.goto(address).await;
                tab.reads("region Request", if address.contains("no-audit") { "403" } else { "200" }).await;
                tab.eventually("what is counted", async || {
                    let shown = "return document.querySelectorAll('.facet-value').length > 0
                        || document.querySelector('#logs').classList.contains('uncounted')";
                    if tab.script(shown, vec![]).await == json!(true) { Ok(()) } else { Err("not yet".to_owned()) }
                })
                .await;
                assert_steady(tab, &format!("{address} at {size:?}")).await;
            }
        }
    });
}

#[test]
fn nothing_moves_by_itself_in_the_control_panel() {
    browse(at_a_known_time(), async |tab| {
        for query in ["pageSize=10", "page=9&objectTyp=TEAM", "pageSize=5000"] {
            ask(tab, "mock-admin", query);
        }
        for size in [(1440, 900), (1024, 768), (390, 844)] {
            tab.screen(size.0, size.1).await;
            for (panel, text) in [
                ("verdict", "problems so far"),
                ("faults", "2 faults built into keys"),
                ("time", "2025-05-20T12:00:00"),
                ("data", "640 entries in this session"),
                ("sessions", "default"),
            ] {
                tab.goto(&format!("/?tab=control&panel={panel}")).await;
                tab.counts("region Requests > list > listitem", 3).await;
                tab.reads("tabpanel", text).await;
                assert_steady(tab, &format!("{panel} at {size:?}")).await;
            }
        }
    });
}

/// A query in the background, as when an entry arrives, and one that takes long.
#[test]
fn the_request_has_the_same_height_before_and_after_its_response() {
    browse(at_a_known_time(), async |tab| {
        tab.goto("/?key=mock-slow").await;
        let height = "return document.querySelector('.dock').getBoundingClientRect().height";
        tab.reads("region Request", "Loading …").await;
        let before = tab.script(height, vec![]).await;
        tab.reads("region Request", "200").await;
        assert_eq!(tab.script(height, vec![]).await, before);
        assert_steady(tab, "a slow answer").await;
    });
}

/// What only colours tell, in a palette of the system's.
#[test]
fn forced_colours_leave_what_is_chosen_and_the_swatches() {
    browse(at_a_known_time(), async |tab| {
        let features = json!([{"name": "forced-colors", "value": "active"}]);
        tab.browser("Emulation.setEmulatedMedia", json!({"features": features})).await;
        tab.goto("/?objectTypes=SERVICE").await;
        tab.the("region Facets > button SERVICE").await;
        let script = "
            const background = (selector) => getComputedStyle(document.querySelector(selector)).backgroundColor;
            const swatch = (action) => getComputedStyle(document.querySelector(`.legend .${action}`), '::before').backgroundColor;
            return [
              background('.facet-value[aria-pressed=true]') !== background('.facet-value[aria-pressed=false]'),
              background('nav [aria-current]') !== background('nav a:not([aria-current])'),
              new Set(['CREATE', 'UPDATE', 'DELETE'].map(swatch)).size,
            ];";
        assert_eq!(tab.script(script, vec![]).await, json!([true, true, 3]));
    });
}

#[test]
fn forced_colours_leave_what_is_chosen_and_armed_in_the_control_panel() {
    browse(at_a_known_time(), async |tab| {
        let features = json!([{"name": "forced-colors", "value": "active"}]);
        tab.browser("Emulation.setEmulatedMedia", json!({"features": features})).await;
        tab.goto("/?tab=control&panel=faults").await;
        tab.click("group Add a fault > button 503 once").await;
        tab.the("banner > link 1 fault armed").await;
        tab.reads("group Add a fault > button 503 once", "Armed").await;
        let script = "
            const style = (selector) => getComputedStyle(document.querySelector(selector));
            const differ = (one, other) => style(one).backgroundColor !== style(other).backgroundColor;
            return [
              differ('.tile[aria-pressed=true]', '.tile[aria-pressed=false]'),
              differ('[role=tab][aria-selected=true]', '[role=tab][aria-selected=false]'),
              differ('nav [aria-current]', 'nav a:not([aria-current])'),
              style('.marks .armed').borderTopStyle,
            ];";
        assert_eq!(tab.script(script, vec![]).await, json!([true, true, true, "solid"]));
    });
}
