//! Characters that nobody sees: the page writes them as escapes, and marks them.

use serde_json::json;

use super::tab::Tab;
use super::{ask, at_a_known_time, browse};

/// An override of the direction, a zero width space, a soft hyphen, and a tag outside the first plane.
const IDENTIFIER: &str = "check\u{202e}tuo\u{200b}-\u{ad}api\u{e0041}";
const SHOWN: &str = r"check\u202Etuo\u200B-\u00ADapi\uDB40\uDC41";

async fn marks(tab: &Tab, within: &str) -> Vec<String> {
    let script = "return [...document.querySelectorAll(arguments[0] + ' .unseen')].map((mark) => mark.textContent)";
    serde_json::from_value(tab.script(script, vec![json!(within)]).await).unwrap()
}

#[test]
fn they_are_escaped_and_marked_in_table_drawer_and_json() {
    let entry = json!({
        "action": "UPDATE", "objectType": "SERVICE", "objectIdentifier": IDENTIFIER,
        "actorIdentifier": "ada\u{200d}@x.example", "timestamp": "now-1m",
    });
    browse(at_a_known_time().entries(entry.to_string()), async |tab| {
        tab.goto("/").await;
        tab.reads("grid", SHOWN).await;
        assert_eq!(marks(tab, "tbody").await, [r"\u200D", r"\u202E", r"\u200B", r"\u00AD", r"\uDB40\uDC41"]);
        tab.reads("region Facets", SHOWN).await;
        tab.click_first("grid > gridcell check").await;
        let drawer = tab.reads("complementary Entry", SHOWN).await;
        assert!(drawer.contains(r"ada\u200D@x.example"), "{drawer}");
        let text = tab.reads("region The entry as JSON", SHOWN).await;
        let parsed: serde_json::Value = serde_json::from_str(&text).unwrap();
        assert_eq!(parsed["objectIdentifier"], IDENTIFIER, "the JSON is still that of the same value");
        assert_eq!(marks(tab, ".raw pre").await.len(), 6);
        tab.click("button Filter by this object identifier").await;
        tab.the("button Remove Object identifier check").await;
        assert_eq!(marks(tab, ".chip").await.len(), 4);
        tab.reads("region Entries", "1–1 of 1 entry").await;
        let seen = tab.script("return document.body.innerText", vec![]).await;
        for hidden in ['\u{202e}', '\u{200b}', '\u{200d}', '\u{ad}', '\u{e0041}'] {
            assert!(!seen.as_str().unwrap().contains(hidden), "{hidden:?}");
        }
    });
}

#[test]
fn they_are_escaped_and_marked_in_the_requests_too() {
    browse(at_a_known_time(), async |tab| {
        assert_eq!(ask(tab, "mock-admin", "objectIdentifiers=check%E2%80%AEtuo&page%E2%80%8B=1"), 200);
        tab.goto("/?tab=control").await;
        tab.reads("region Requests > list", r"check\u202Etuo").await;
        tab.click("region Requests > summary check").await;
        tab.reads("region Requests", "X-Request-Id").await;
        tab.reads("region Verdict", "PARAM-UNKNOWN").await;
        assert!(marks(tab, ".requests").await.len() >= 4, "in the row, decoded, understood, and in what is wrong");
        let seen = tab.script("return document.body.innerText", vec![]).await;
        for hidden in ['\u{202e}', '\u{200b}'] {
            assert!(!seen.as_str().unwrap().contains(hidden), "{hidden:?} in {seen}");
        }
    });
}
