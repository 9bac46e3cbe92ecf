//! The panel of the request behind the view: request, response, and snippets for other clients.

use super::{at_a_known_time, browse};

/// The kinds of snippets, each with a text that only it has.
const KINDS: [(&str, &str); 5] = [
    ("curl", "curl "),
    ("Python", "requests.get("),
    ("JavaScript", "await fetch("),
    ("Rust", "reqwest::"),
    ("Cortex", "cortex audit-logs get"),
];

#[test]
fn every_kind_of_snippet_asks_what_the_view_asks() {
    browse(at_a_known_time(), async |tab| {
        tab.goto("/?actions=DELETE&objectTypes=SERVICE&pageSize=25").await;
        tab.reads("region Request", "200").await;
        let asked = tab.texts("region Request").await.remove(0);
        for part in ["/api/v1/audit-logs?page=0&pageSize=25&", "actions=DELETE", "objectTypes=SERVICE"] {
            assert!(asked.contains(part), "{asked}");
        }
        tab.click("region Request > button Code").await;
        for (kind, only) in KINDS {
            tab.click(&format!("region Request > tab {kind}")).await;
            let text = tab.reads("region Request > tabpanel", only).await;
            for part in ["mock-admin", "DELETE", "SERVICE", "25"] {
                assert!(text.contains(part), "{kind} without {part}: {text}");
            }
        }
    });
}

#[test]
fn the_raw_answer_is_shown_with_status_and_headers() {
    browse(at_a_known_time(), async |tab| {
        tab.goto("/?pageSize=10").await;
        tab.click("region Request > button Code").await;
        tab.click("region Request > tab Raw response").await;
        let raw = tab.reads("region Request > tabpanel", "HTTP 200").await;
        assert!(raw.contains("x-request-id: ") && raw.contains("\"total\": 640"), "{raw}");
    });
}
