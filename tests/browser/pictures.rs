//! Screenshots of the main views in `target/screenshots/`, for review.

use cortex_audit_mock::fault::Effect;
use serde_json::json;

use super::tab::Tab;
use super::{ask, at_a_known_time, browse};

const WIDE: (u32, u32) = (1440, 900);
const MEDIUM: (u32, u32) = (1024, 768);
const NARROW: (u32, u32) = (390, 844);

/// Takes screenshots on three screens, in light, dark and forced colours.
async fn in_every_light(tab: &Tab, view: &str) {
    for (name, scheme, forced, (width, height)) in [
        ("light", "light", "none", WIDE),
        ("dark", "dark", "none", WIDE),
        ("forced", "light", "active", WIDE),
        ("medium", "light", "none", MEDIUM),
        ("narrow", "light", "none", NARROW),
        ("narrow-dark", "dark", "none", NARROW),
    ] {
        let features = json!([
            {"name": "prefers-color-scheme", "value": scheme},
            {"name": "forced-colors", "value": forced},
        ]);
        tab.browser("Emulation.setEmulatedMedia", json!({"features": features})).await;
        tab.screen(width, height).await;
        tab.script("scrollTo(0, 0)", vec![]).await;
        tab.settled().await;
        tab.picture(&format!("{view}-{name}")).await;
        let widths = tab.script("return [document.documentElement.scrollWidth, innerWidth]", vec![]).await;
        assert!(widths[0].as_u64() <= widths[1].as_u64(), "{view} {name} is wider than the screen: {widths}");
    }
}

#[test]
fn the_audit_logs() {
    browse(at_a_known_time(), async |tab| {
        tab.goto("/").await;
        tab.counts("grid > row", 51).await;
        in_every_light(tab, "logs").await;
    });
}

#[test]
fn an_entry_beside_the_table() {
    browse(at_a_known_time(), async |tab| {
        tab.goto("/?pageSize=25&actions=DELETE").await;
        tab.reads("region Entries", "1–25 of 78").await;
        tab.script("document.querySelectorAll('tbody tr')[2].click()", vec![]).await;
        tab.the("region The entry as JSON").await;
        in_every_light(tab, "entry").await;
    });
}

#[test]
fn suggestions_and_the_time_control() {
    browse(at_a_known_time(), async |tab| {
        tab.goto("/?range=7d").await;
        tab.reads("region Entries", "1–50 of").await;
        tab.the("combobox Search values").await.send_keys("api").await.unwrap();
        tab.the("listbox Suggestions").await;
        in_every_light(tab, "search").await;
        tab.click("button Time: ").await;
        tab.the("group Presets").await;
        in_every_light(tab, "time").await;
    });
}

#[test]
fn the_request_to_copy() {
    browse(at_a_known_time(), async |tab| {
        tab.goto("/?actions=DELETE&pageSize=10").await;
        tab.click("region Request > button Code").await;
        tab.click("region Request > tab Python").await;
        tab.reads("region Request > tabpanel", "requests.get").await;
        in_every_light(tab, "request").await;
    });
}

#[test]
fn refusals() {
    browse(at_a_known_time(), async |tab| {
        tab.allow_status(403);
        tab.allow_status(429);
        tab.goto("/?key=mock-no-audit").await;
        tab.the("heading This key may not read audit logs").await;
        in_every_light(tab, "403").await;
        let world = tab.server.world();
        world.faults().add(Effect::status(429, Some(60)));
        tab.goto("/?faults=on").await;
        tab.the("heading Too many requests").await;
        in_every_light(tab, "429").await;
    });
}

#[test]
fn nothing_that_matches() {
    browse(at_a_known_time(), async |tab| {
        tab.goto("/?actions=CREATE&objectIdentifiers=no-such-object").await;
        tab.the("heading No entry matches").await;
        in_every_light(tab, "empty").await;
    });
}

#[test]
fn the_control_panel() {
    browse(at_a_known_time().live("6/min"), async |tab| {
        for (token, query) in [
            ("mock-admin", "page=0&pageSize=100"),
            ("mock-admin", "page=1&pageSize=100&objectTyp=SERVICE"),
            ("mock-no-audit", "page=0"),
            ("mock-expired", "page=0"),
            ("mock-auditor", "actions=CREATE&actions=DELETE&startTime=2025-05-19T00:00:00Z"),
            ("mock-flaky", "page=0"),
            ("mock-admin", "pageSize=5000"),
        ] {
            ask(tab, token, query);
        }
        for panel in ["verdict", "faults", "time", "data", "sessions"] {
            tab.goto(&format!("/?tab=control&panel={panel}")).await;
            tab.counts("region Requests > list > listitem", 7).await;
            if panel == "faults" {
                tab.click("group Add a fault > button 503 once").await;
                tab.reads("region Faults", "Responds 503").await;
                tab.click("region Requests > summary pageSize=5000").await;
            }
            in_every_light(tab, &format!("control-{panel}")).await;
        }
    });
}
