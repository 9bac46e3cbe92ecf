//! The content security policy: only the files of the page run.

use cortex_audit_mock::Admin;
use cortex_audit_mock::world::JournalFilter;
use serde_json::json;

use super::{at_a_known_time, browse};

#[test]
fn no_script_or_handler_in_the_markup_runs_and_no_style_in_it_holds() {
    browse(at_a_known_time(), async |tab| {
        tab.goto("/").await;
        tab.the("heading Audit logs").await;
        // Inserts markup as an injection would.
        let script = r#"
            const script = document.createElement("script");
            script.textContent = "window.ran = 'script'";
            document.body.append(script);
            const markup = document.createElement("div");
            markup.innerHTML = `<p id="styled" style="position: fixed">styled</p>
              <button onclick="window.ran = 'handler'">x</button>`;
            document.body.append(markup);
            markup.querySelector("button").click();
            return [window.ran ?? null, getComputedStyle(document.getElementById("styled")).position];"#;
        assert_eq!(tab.script(script, vec![]).await, json!([null, "static"]));
        for refused in ["inline script", "inline event handler", "inline style"] {
            tab.allow(refused);
        }
        let elsewhere = r#"
            const [done] = arguments;
            fetch("http://127.0.0.2:9/").then(() => done("asked"), () => done("refused"));"#;
        assert_eq!(tab.client.execute_async(elsewhere, vec![]).await.unwrap(), "refused");
        tab.allow("http://127.0.0.2:9/");
    });
}

#[test]
fn a_token_of_the_users_own_stays_in_the_tab() {
    let keys = json!({"keys": [{
        "token": "a-secret-of-theirs", "name": "Theirs", "roles": [{"type": "DEFAULT", "role": "ADMIN"}],
    }]});
    browse(at_a_known_time().keys(keys.to_string()), async |tab| {
        tab.allow_status(401);
        tab.goto("/").await;
        tab.choose("combobox Key", "a token").await;
        tab.fill("textbox Token of a key", "a-secret-of-theirs").await;
        tab.eventually("a request with it", async || {
            let journal = tab.server.world().journal().list(&JournalFilter::default());
            let answered = journal.iter().any(|record| record.status() == Some(200));
            if answered { Ok(()) } else { Err(format!("{} requests", journal.len())) }
        })
        .await;
        let seen = tab.script("return location.href + document.documentElement.outerHTML", vec![]).await;
        assert!(!seen.as_str().unwrap().contains("a-secret-of-theirs"));
        // This server does not have the built-in keys.
        assert_eq!(tab.texts("combobox Key").await, ["a token of your keys file …"]);
        tab.client.refresh().await.unwrap();
        assert_eq!(tab.value("textbox Token of a key").await, "a-secret-of-theirs");
    });
}

#[test]
fn without_a_control_plane_the_page_asks_none() {
    browse(at_a_known_time().admin(Admin::Off), async |tab| {
        tab.goto("/").await;
        tab.the("heading Audit logs").await;
        assert_eq!(tab.script("return document.documentElement.dataset.control", vec![]).await, "off");
        tab.click("link Control panel").await;
        tab.the("heading Control panel").await;
        tab.client.refresh().await.unwrap();
        tab.the("heading Control panel").await;
        assert!(!tab.requests().await.iter().any(|url| url.contains("/__admin")), "{:?}", tab.requests().await);
    });
}
