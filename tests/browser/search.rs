//! The search box.

use fantoccini::key::Key;

use super::{at_a_known_time, browse};

const BOX: &str = "combobox Search values of all attributes";
const SUGGESTIONS: &str = "listbox Suggestions > option";

#[test]
fn values_of_all_attributes_are_suggested_as_one_types() {
    browse(at_a_known_time(), async |tab| {
        tab.goto("/").await;
        tab.reads("region Entries", "1–50 of 640").await;
        let field = tab.the(BOX).await;
        field.send_keys("CHECKOUT-API").await.unwrap();
        tab.eventually("the commonest first", async || {
            let suggested = tab.texts(SUGGESTIONS).await;
            let first = suggested.first().cloned().unwrap_or_default();
            if first.contains("Object identifier") && first.contains("checkout-api") {
                Ok(())
            } else {
                Err(format!("{suggested:?}"))
            }
        })
        .await;
        field.send_keys(&char::from(Key::Enter).to_string()).await.unwrap();
        tab.address_holds("objectIdentifiers=checkout-api").await;
        tab.the("button Remove Object identifier checkout-api").await;
        assert_eq!(tab.value(BOX).await, "");
        field.send_keys("action del").await.unwrap();
        tab.click(&format!("{SUGGESTIONS} DELETE")).await;
        tab.address_holds("actions=DELETE").await;
    });
}

#[test]
fn keys_choose_among_the_suggestions_and_any_text_can_be_asked_for() {
    browse(at_a_known_time(), async |tab| {
        tab.goto("/").await;
        tab.reads("region Entries", "1–50 of 640").await;
        let field = tab.the(BOX).await;
        field.send_keys("nobody@x.example").await.unwrap();
        tab.eventually("its forms", async || {
            let suggested = tab.texts(SUGGESTIONS).await;
            if suggested.len() == 2 && suggested[0].contains("Actor e-mail") {
                Ok(())
            } else {
                Err(format!("{suggested:?}"))
            }
        })
        .await;
        field
            .send_keys(&[Key::Down, Key::Up, Key::Enter].map(char::from).into_iter().collect::<String>())
            .await
            .unwrap();
        tab.the("heading No entry matches these filters").await;
        assert_eq!(tab.address().await, "/?actorEmails=nobody%40x.example");
        field.send_keys("x").await.unwrap();
        tab.the("listbox Suggestions").await;
        field.send_keys(&char::from(Key::Escape).to_string()).await.unwrap();
        tab.gone("listbox Suggestions").await;
    });
}
