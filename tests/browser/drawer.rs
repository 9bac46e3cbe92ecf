//! One entry: its address, what is copied and filtered from it, and the keys.

use fantoccini::key::Key;
use serde_json::json;

use super::tab::Tab;
use super::{at_a_known_time, browse};

const JSON: &str = "region The entry as JSON";

async fn open_row(tab: &Tab, number: usize) -> String {
    tab.script("document.querySelectorAll('tbody tr')[arguments[0]].click()", vec![json!(number)]).await;
    tab.the(JSON).await;
    tab.texts(JSON).await.remove(0)
}

#[test]
fn an_entry_has_an_address_of_its_own() {
    browse(at_a_known_time(), async |tab| {
        tab.goto("/?pageSize=10&page=3").await;
        tab.reads("region Entries", "31–40 of 640").await;
        let entry = open_row(tab, 4).await;
        tab.address_holds("entry=2025-").await;
        let address = tab.address().await;
        // On its page its row is marked; on another one it is asked for.
        for address in [address.clone(), address.replace("page=3&", "")] {
            tab.goto(&address).await;
            assert_eq!(tab.reads(JSON, "timestamp").await, entry);
        }
        assert_eq!(tab.script("return document.querySelectorAll('[aria-selected=true]').length", vec![]).await, 0);
        tab.client.back().await.unwrap();
        tab.eventually("its row", async || {
            match tab.script("return document.querySelectorAll('tr[aria-selected=true]').length", vec![]).await {
                rows if rows == 1 => Ok(()),
                rows => Err(rows.to_string()),
            }
        })
        .await;
        tab.client.back().await.unwrap();
        tab.gone("complementary Entry").await;
        tab.client.forward().await.unwrap();
        assert_eq!(tab.reads(JSON, "timestamp").await, entry);
        tab.goto("/?entry=2025-05-20T11%3A58%3A32Z.nosuch").await;
        tab.the("heading Entry not found").await;
    });
}

#[test]
fn a_value_is_copied_or_filtered_by() {
    browse(at_a_known_time(), async |tab| {
        let permissions = json!({"permissions": ["clipboardReadWrite", "clipboardSanitizedWrite"]});
        tab.browser("Browser.grantPermissions", permissions).await;
        tab.goto("/").await;
        tab.reads("region Entries", "1–50 of 640").await;
        let entry: serde_json::Value = serde_json::from_str(&open_row(tab, 1).await).unwrap();
        let read =
            "const [done] = arguments; navigator.clipboard.readText().then(done, (error) => done(String(error)))";
        for (button, expected) in [
            ("Copy object identifier", entry["objectIdentifier"].as_str().unwrap().to_owned()),
            ("Copy date", entry["timestamp"].as_str().unwrap().to_owned()),
            ("Copy link to this entry", format!("{}{}", tab.server.uri(), tab.address().await)),
        ] {
            tab.click(&format!("complementary Entry > button {button}")).await;
            tab.eventually(button, async || {
                let copied = tab.client.execute_async(read, vec![]).await.unwrap();
                if copied == json!(expected) { Ok(()) } else { Err(copied.to_string()) }
            })
            .await;
        }
        tab.click("button Show entries around this time").await;
        tab.address_holds("startTime=").await;
        tab.the("complementary Entry").await;
    });
}

#[test]
fn keys_lead_from_entry_to_entry_and_from_page_to_page() {
    browse(at_a_known_time(), async |tab| {
        tab.goto("/?pageSize=10").await;
        tab.reads("region Entries", "1–10 of 640").await;
        let focused = async || {
            tab.script("return [...document.querySelectorAll('tbody tr')].indexOf(document.activeElement)", vec![])
                .await
        };
        tab.press("jjk".chars()).await;
        assert_eq!(focused().await, 0);
        tab.press("j".chars()).await;
        assert_eq!(focused().await, 1);
        tab.press([Key::Enter.into()]).await;
        let second = tab.reads(JSON, "timestamp").await;
        tab.press("j".chars()).await;
        tab.eventually("the third entry", async || {
            let shown = tab.texts(JSON).await;
            if shown == [second.clone()] { Err("the second".to_owned()) } else { Ok(()) }
        })
        .await;
        tab.press([Key::Escape.into()]).await;
        tab.gone("complementary Entry").await;
        tab.press("]".chars()).await;
        tab.reads("region Entries", "11–20 of 640").await;
        tab.press("[[".chars()).await;
        tab.reads("region Entries", "1–10 of 640").await;
        tab.press("/".chars()).await;
        tab.press("j?".chars()).await;
        assert_eq!(tab.value("combobox Search values").await, "j?", "letters that are typed are letters");
        tab.press([Key::Tab.into()]).await;
        tab.press("?".chars()).await;
        tab.click("dialog Keyboard shortcuts > checkbox Use single-key shortcuts").await;
        tab.click("dialog Keyboard shortcuts > button Close").await;
        tab.press("]".chars()).await;
        assert_eq!(tab.address().await, "/?pageSize=10", "they can be turned off");
    });
}

#[test]
fn a_link_skips_to_the_entries() {
    browse(at_a_known_time(), async |tab| {
        tab.goto("/").await;
        tab.reads("region Entries", "1–50 of 640").await;
        tab.press([Key::Tab, Key::Tab, Key::Enter].map(char::from)).await;
        assert_eq!(tab.script("return document.activeElement.id", vec![]).await, "entries");
        assert!(tab.texts("region Entries").await[0].contains("newest first"));
    });
}
