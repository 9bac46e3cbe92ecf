//! No rule of accessibility is broken on any view, in either scheme of colours.

use super::tab::Tab;
use super::{at_a_known_time, browse};

async fn in_both_schemes(tab: &Tab, view: &str) {
    for scheme in ["light", "dark"] {
        tab.prefers(scheme).await;
        tab.assert_accessible(&format!("{view}, {scheme}")).await;
    }
}

#[test]
fn the_audit_logs() {
    browse(at_a_known_time(), async |tab| {
        tab.goto("/").await;
        tab.the("heading Audit logs").await;
        in_both_schemes(tab, "audit logs").await;
    });
}

#[test]
fn the_control_room() {
    browse(at_a_known_time(), async |tab| {
        tab.goto("/?tab=control").await;
        tab.the("heading Control room").await;
        in_both_schemes(tab, "control room").await;
    });
}
