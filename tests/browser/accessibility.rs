//! Accessibility rules on every view, in both colour schemes.

use cortex_audit_mock::Admin;
use cortex_audit_mock::fault::Effect;

use fantoccini::key::Key;

use super::tab::Tab;
use super::{ask, at_a_known_time, browse};

async fn in_both_schemes(tab: &Tab, view: &str) {
    for scheme in ["light", "dark"] {
        tab.prefers(scheme).await;
        tab.settled().await;
        tab.assert_accessible(&format!("{view}, {scheme}")).await;
    }
}

#[test]
fn the_audit_logs() {
    browse(at_a_known_time(), async |tab| {
        tab.goto("/?actions=DELETE&actions=UPDATE").await;
        tab.reads("region Entries", "1–50 of 563").await;
        in_both_schemes(tab, "audit logs").await;
        tab.click("region Filters > button Object type").await;
        tab.the("searchbox Search object types").await;
        in_both_schemes(tab, "audit logs with a picker").await;
    });
}

#[test]
fn an_entry_beside_the_table() {
    browse(at_a_known_time(), async |tab| {
        tab.goto("/").await;
        tab.reads("region Entries", "1–50 of 640").await;
        tab.script("document.querySelectorAll('tbody tr')[2].click()", vec![]).await;
        tab.the("region The entry as JSON").await;
        in_both_schemes(tab, "entry").await;
    });
}

#[test]
fn suggestions_time_and_export() {
    browse(at_a_known_time(), async |tab| {
        tab.goto("/").await;
        tab.reads("region Entries", "1–50 of 640").await;
        tab.the("combobox Search values").await.send_keys("check").await.unwrap();
        tab.the("listbox Suggestions").await;
        in_both_schemes(tab, "suggestions").await;
        tab.click("button Time: ").await;
        tab.the("group Presets").await;
        in_both_schemes(tab, "time").await;
        tab.press([Key::Escape.into()]).await;
        tab.click("button Export").await;
        tab.the("group Export all matching entries").await;
        in_both_schemes(tab, "export").await;
    });
}

#[test]
fn the_keyboard_shortcuts() {
    browse(at_a_known_time(), async |tab| {
        tab.goto("/").await;
        tab.reads("region Entries", "1–50 of 640").await;
        tab.click("button Keyboard shortcuts").await;
        tab.the("dialog Keyboard shortcuts").await;
        in_both_schemes(tab, "shortcuts").await;
    });
}

#[test]
fn the_request_to_copy() {
    browse(at_a_known_time(), async |tab| {
        tab.goto("/").await;
        tab.click("region Request > button Code").await;
        tab.the("region Request > tabpanel").await;
        in_both_schemes(tab, "request").await;
    });
}

#[test]
fn what_went_wrong() {
    browse(at_a_known_time(), async |tab| {
        tab.allow_status(403);
        tab.goto("/?key=mock-no-audit").await;
        tab.the("heading This key may not read audit logs").await;
        in_both_schemes(tab, "403").await;
        tab.goto("/?objectIdentifiers=no-such-object").await;
        tab.the("heading No entry matches").await;
        in_both_schemes(tab, "nothing").await;
    });
}

#[test]
fn a_wait_that_is_counted_down() {
    browse(at_a_known_time(), async |tab| {
        tab.allow_status(429);
        tab.server.world().faults().add(Effect::status(429, Some(600)));
        tab.goto("/?faults=on").await;
        tab.reads("timer", "This page retries in ").await;
        in_both_schemes(tab, "429").await;
    });
}

#[test]
fn the_control_panel() {
    browse(at_a_known_time().live("6/min"), async |tab| {
        for query in ["page=0&pageSize=100", "page=2&pageSize=100&objectTyp=SERVICE", "pageSize=5000"] {
            ask(tab, "mock-admin", query);
        }
        for panel in ["verdict", "faults", "time", "data", "sessions"] {
            tab.goto(&format!("/?tab=control&panel={panel}")).await;
            if panel == "faults" {
                tab.click("group Add a fault > button 503 once").await;
                tab.reads("region Faults", "Responds 503").await;
            }
            tab.counts("region Requests > list > listitem", 3).await;
            tab.click("region Requests > summary pageSize=5000").await;
            in_both_schemes(tab, &format!("control panel, {panel}")).await;
        }
    });
}

#[test]
fn a_guarded_control_plane() {
    browse(at_a_known_time().admin(Admin::Token("guard".to_owned())), async |tab| {
        tab.allow_status(401);
        tab.goto("/?tab=control").await;
        tab.the("heading The control plane is guarded").await;
        in_both_schemes(tab, "guarded").await;
    });
}

#[test]
fn on_a_narrow_screen() {
    browse(at_a_known_time(), async |tab| {
        tab.screen(390, 844).await;
        tab.goto("/").await;
        tab.reads("region Entries", "1–50 of 640").await;
        in_both_schemes(tab, "narrow audit logs").await;
        tab.goto("/?tab=control&panel=time").await;
        tab.reads("region Clock", "2025-05-20T12:00:00").await;
        in_both_schemes(tab, "narrow control panel").await;
    });
}
