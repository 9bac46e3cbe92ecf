//! Markup and scripts in entries, keys and requests: the page shows them as text, and nothing runs.

use serde_json::{Value, json};

use super::tab::Tab;
use super::{ask, at_a_known_time, browse};

/// Texts that would run a script or load something if they were inserted as markup.
const HOSTILE: [&str; 5] = [
    "<script>window.ran = 'script'</script>",
    "<img src=x onerror=\"window.ran = 'image'\">",
    "\"><svg/onload=window.ran='svg'>",
    "</textarea></title><style>* { display: none }</style>",
    "javascript:window.ran='address'",
];

/// One entry for each text, which is in every free-text field.
fn entries() -> String {
    let entries = HOSTILE.iter().enumerate().map(|(number, text)| {
        json!({
            "action": "UPDATE",
            "objectType": text,
            "objectIdentifier": format!("object {text}"),
            "actorIdentifier": format!("actor {text}"),
            "ipAddress": format!("address {text}"),
            "actorType": "API_KEY",
            "actorRequestType": text,
            "actorApiKeyIdentifier": format!("key {text}"),
            "actorEmail": format!("email {text}"),
            "timestamp": format!("now-{number}m"),
        })
    });
    Value::from(entries.collect::<Vec<_>>()).to_string()
}

fn keys() -> String {
    let key = json!({
        "token": "their-secret", "name": format!("Key {}", HOSTILE[1]), "roles": [{"type": "DEFAULT", "role": "ADMIN"}],
    });
    json!({"keys": [key]}).to_string()
}

/// Checks that no script ran, and that no such element exists.
async fn assert_harmless(tab: &Tab) {
    let script = r#"return [window.ran ?? null,
        document.querySelectorAll("body script, body style, img[src=x], [onerror], [onload]").length,
        document.querySelectorAll("a[href^='javascript:' i], iframe, object, embed").length];"#;
    assert_eq!(tab.script(script, vec![]).await, json!([null, 0, 0]));
}

/// Waits until the page shows these texts literally.
async fn reads_everywhere(tab: &Tab, within: &str, texts: &[String]) {
    for text in texts {
        tab.eventually(&format!("{text} within {within}"), async || {
            let read = tab.texts(within).await.join("\n");
            if read.contains(text) { Ok(()) } else { Err(read) }
        })
        .await;
    }
}

fn prefixed(prefix: &str) -> Vec<String> {
    HOSTILE.iter().map(|text| format!("{prefix}{text}")).collect()
}

#[test]
fn hostile_entries_are_text_in_the_table_and_in_the_panel() {
    browse(at_a_known_time().entries(entries()), async |tab| {
        tab.goto("/").await;
        for prefix in ["actor ", "object ", "address ", ""] {
            reads_everywhere(tab, "grid", &prefixed(prefix)).await;
        }
        for text in HOSTILE {
            tab.click(&format!("grid > row actor {text}")).await;
            tab.eventually("the entry as JSON", async || {
                let read = tab.script("return document.body.innerText", vec![]).await;
                let quoted = json!(format!("object {text}")).to_string();
                if read.as_str().unwrap().contains(&quoted) { Ok(()) } else { Err(read.to_string()) }
            })
            .await;
        }
        assert_harmless(tab).await;
    });
}

#[test]
fn a_hostile_address_is_text_in_filters_and_snippets() {
    browse(at_a_known_time().entries(entries()), async |tab| {
        let mut query = url::form_urlencoded::Serializer::new(String::new());
        for text in HOSTILE {
            for name in
                ["objectTypes", "objectIdentifiers", "actorEmails", "actorApiKeyIdentifiers", "actorIpAddresses"]
            {
                query.append_pair(name, text);
            }
            query.append_pair("actions", text);
            query.append_pair("startTime", text);
        }
        tab.allow_status(400);
        tab.goto(&format!("/?{}", query.finish())).await;
        tab.reads("region Request", "400").await;
        assert_harmless(tab).await;
        tab.click("region Request > button Code").await;
        for kind in tab.texts("region Request > tab").await {
            tab.click(&format!("region Request > tab {kind}")).await;
            tab.the("region Request > tabpanel").await;
        }
        assert_harmless(tab).await;
    });
}

#[test]
fn hostile_requests_and_key_names_are_text_in_the_control_panel() {
    browse(at_a_known_time().entries(entries()).keys(keys()), async |tab| {
        for text in HOSTILE {
            let query = url::form_urlencoded::Serializer::new(String::new())
                .append_pair("objectIdentifiers", text)
                .append_pair(text, text)
                .finish();
            ask(tab, "their-secret", &query);
            ask(tab, text, "");
        }
        tab.allow_status(401);
        tab.goto("/?tab=control").await;
        reads_everywhere(tab, "region Control panel", &[format!("Key {}", HOSTILE[1])]).await;
        assert_harmless(tab).await;
    });
}
