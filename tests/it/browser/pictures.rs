//! Pictures of the main views, in `target/screenshots/`, for people to look at.

use super::tab::Tab;
use super::{at_a_known_time, browse};

const WIDE: (u32, u32) = (1400, 1000);
const NARROW: (u32, u32) = (390, 844);

/// Light, dark and narrow.
async fn in_every_light(tab: &Tab, view: &str) {
    for (name, scheme, (width, height)) in
        [("light", "light", WIDE), ("dark", "dark", WIDE), ("narrow", "light", NARROW), ("narrow-dark", "dark", NARROW)]
    {
        tab.prefers(scheme).await;
        tab.screen(width, height).await;
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
