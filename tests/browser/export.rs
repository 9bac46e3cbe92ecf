//! The export of all entries that match.

use std::fs;

use serde_json::{Value, json};

use super::{at_a_known_time, browse};

#[test]
fn all_pages_of_the_filtered_view_are_saved_in_three_formats() {
    let folder = tempfile::tempdir().unwrap();
    let quoted = json!({
        "action": "DELETE", "objectType": "TEAM", "objectIdentifier": "a \"b\", c", "timestamp": "now-1m",
    });
    browse(at_a_known_time(), async |tab| {
        tab.allow_url("blob:");
        tab.server.world().append_json(&quoted.to_string()).unwrap();
        let behaviour = json!({"behavior": "allow", "downloadPath": folder.path()});
        tab.browser("Browser.setDownloadBehavior", behaviour).await;
        tab.goto("/?actions=DELETE&pageSize=10").await;
        tab.reads("region Entries", "1–10 of 79 entries").await;
        tab.click("button Export").await;
        let mut files = Vec::new();
        for (format, ending) in [("CSV as", "csv"), ("JSON as", "json"), ("NDJSON one", "ndjson")] {
            tab.click(&format!("group Export all matching entries > button {format}")).await;
            let file = folder.path().join(format!("audit-logs-2025-05-20T120000Z.{ending}"));
            files.push(
                tab.eventually(ending, async || fs::read_to_string(&file).map_err(|error| error.to_string())).await,
            );
        }
        let whole: Value = serde_json::from_str(&files[1]).unwrap();
        let logs = whole["logs"].as_array().unwrap();
        assert_eq!(logs.len(), 79);
        let lines: Vec<Value> = files[2].lines().map(|line| serde_json::from_str(line).unwrap()).collect();
        assert_eq!(&lines, logs);
        let mut csv = files[0].lines();
        assert_eq!(csv.next(), Some("Action,ObjectType,ActorIdentifier,ObjectIdentifier,IpAddress,Timestamp"));
        assert_eq!(csv.next(), Some(r#"DELETE,TEAM,,"a ""b"", c",,2025-05-20T11:59:00Z"#));
        assert_eq!(csv.count(), 78);
    });
}
