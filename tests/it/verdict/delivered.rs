//! A sink is compared with what was served: what it lacks, has twice, or has in another form.

use std::io;
use std::time::Duration;

use axum::body::{Body, Bytes, to_bytes};
use axum::http::Request;
use cortex_audit_mock::world::verdict::{Expectation, Scope};
use futures_util::FutureExt;
use futures_util::stream::pending;
use serde_json::{Value, json};

use crate::support::process::Server;
use crate::support::{NOW, TestMock, full_tests};

type Chunk = io::Result<Bytes>;

/// Three entries of one millisecond, to the nanosecond, and one of another time.
fn entries() -> Value {
    let entry = |name: &str, time: &str| {
        json!({
            "action": "UPDATE", "objectType": "SERVICE", "objectIdentifier": name, "timestamp": time,
            "actorIdentifier": "ada@example.com", "ipAddress": "192.0.2.1",
        })
    };
    json!([
        entry("one", "2025-05-20T11:00:00.123456789Z"),
        entry("two", "2025-05-20T11:00:00.123456789Z"),
        entry("three", "2025-05-20T11:00:00.123456789Z"),
        entry("four", "2025-05-20T10:00:00Z"),
    ])
}

/// A mock of which everything was read, and what was.
async fn read() -> (TestMock, Vec<Value>) {
    let mock = TestMock::with_entries(&entries());
    let body = mock.logs("page=0&pageSize=1000").await.ok();
    let logs = body["logs"].as_array().unwrap().clone();
    (mock, logs)
}

async fn deliver(mock: &TestMock, sink: impl ToString) -> Value {
    mock.admin("POST", "/verdict/delivered", sink).await.ok()
}

fn counts(delivered: &Value) -> [u64; 5] {
    ["missing", "doubled", "altered", "truncated", "neverServed"]
        .map(|name| delivered[name]["count"].as_u64().unwrap_or_else(|| panic!("{name}: {delivered}")))
}

#[tokio::test]
async fn the_same_entries_are_delivered_in_whatever_form_and_order() {
    let (mock, mut logs) = read().await;
    logs.reverse();
    for entry in &mut logs {
        entry["_loaded_at"] = json!({"at": NOW, "by": [1, 2]});
    }
    let lines: Vec<String> = logs.iter().map(Value::to_string).collect();
    let snake: Vec<Value> = logs
        .iter()
        .map(|entry| {
            json!({
                "action": entry["action"], "object_type": entry["objectType"],
                "object_identifier": entry["objectIdentifier"], "timestamp": entry["timestamp"],
                "actor_identifier": entry["actorIdentifier"], "ip_address": entry["ipAddress"],
            })
        })
        .collect();
    let mut upper = json!(snake).to_string();
    for name in ["timestamp", "action", "object_type", "object_identifier", "actor_identifier", "ip_address"] {
        upper = upper.replace(&format!("\"{name}\":"), &format!("\"{}\":", name.to_uppercase()));
    }
    let answer = json!({"page": 0, "logs": logs, "total": 4, "totalPages": 1});
    for sink in [json!(logs).to_string(), lines.join("\n"), answer.to_string(), json!(snake).to_string(), upper] {
        let delivered = deliver(&mock, &sink).await;
        assert_eq!(counts(&delivered), [0; 5], "{delivered}");
        assert_eq!((&delivered["records"], &delivered["neverRead"]), (&json!(4), &json!(0)));
    }
    mock.admin("POST", "/verdict/delivered?expect=delivered", json!(logs)).await.ok();
}

#[tokio::test]
async fn what_is_missing_doubled_altered_truncated_or_never_served_is_counted() {
    let (mock, logs) = read().await;
    assert_eq!(counts(&deliver(&mock, "").await), [4, 0, 0, 0, 0], "an empty sink");
    let missing = json!(logs[1..]);
    assert_eq!(counts(&deliver(&mock, missing).await), [1, 0, 0, 0, 0]);
    let doubled = json!([logs, [logs[0]]]);
    assert_eq!(counts(&deliver(&mock, doubled).await), [0, 1, 0, 0, 0]);

    let changed = |change: &dyn Fn(&mut Value)| {
        let mut logs = logs.clone();
        change(&mut logs[3]);
        json!(logs)
    };
    let altered = deliver(&mock, changed(&|entry| entry["ipAddress"] = json!("198.51.100.7"))).await;
    assert_eq!(counts(&altered), [0, 0, 1, 0, 0], "{altered}");
    assert_eq!(altered["altered"]["examples"][0]["fields"], json!(["ipAddress"]));
    let gone = |entry: &mut Value| {
        entry.as_object_mut().unwrap().remove("ipAddress");
        entry["actorIdentifier"] = json!("ADA@EXAMPLE.COM");
    };
    let altered = deliver(&mock, changed(&gone)).await;
    assert_eq!(altered["altered"]["examples"][0]["fields"], json!(["actorIdentifier", "ipAddress"]));
    let other = changed(&|entry| *entry = json!({"action": "DELETE", "timestamp": entry["timestamp"]}));
    assert_eq!(counts(&deliver(&mock, other).await), [1, 0, 0, 0, 1]);

    for cut in ["2025-05-20T11:00:00.123Z", "2025-05-20T11:00:00.123456Z", "2025-05-20 11:00:00.123456+00:00"] {
        let mut logs = logs.clone();
        logs[0]["timestamp"] = json!(cut);
        assert_eq!(counts(&deliver(&mock, json!(logs)).await), [0, 0, 0, 1, 0], "{cut}");
        mock.admin("POST", "/verdict/delivered?expect=delivered", json!(logs)).await.ok();
    }
    // The three of one time are too alike to say which one it was.
    let mut both = logs.clone();
    both.remove(1);
    both[0]["objectIdentifier"] = json!("other");
    assert_eq!(counts(&deliver(&mock, json!(both)).await), [2, 0, 0, 0, 1]);
}

#[tokio::test]
async fn what_was_never_read_is_counted_apart_and_what_lies_outside_the_scope_is_left_out() {
    let mock = TestMock::with_entries(&entries());
    let logs = mock.logs("page=0&pageSize=1").await.ok()["logs"].clone();
    let delivered = deliver(&mock, &logs).await;
    assert_eq!((counts(&delivered), &delivered["neverRead"]), ([0; 5], &json!(3)), "{delivered}");
    // An entry of the world that was never served cannot be in the sink.
    assert_eq!(counts(&deliver(&mock, entries()).await)[4], 3);
    mock.logs("page=0&pageSize=1000").await.ok();
    let scoped = mock.admin("POST", "/verdict/delivered?to=2025-05-20T10:30:00Z", &logs).await.ok();
    assert_eq!(counts(&scoped), [1, 0, 0, 0, 0], "{scoped}");
}

#[tokio::test]
async fn the_verdict_has_the_sink_that_was_compared_last() {
    let (mock, logs) = read().await;
    let before = mock.admin("GET", "/verdict?expect=delivered", "").await.details(400);
    assert!(before.contains("POST /__admin/verdict/delivered"), "{before}");
    let refused = mock.admin("POST", "/verdict/delivered?expect=delivered", json!(logs[1..])).await;
    let details = refused.details(409);
    assert!(
        details.starts_with("not delivered: 1 entry was served and is not in the sink, such as UPDATE SERVICE"),
        "{details}"
    );
    assert_eq!(refused.json()["expectations"]["delivered"]["kept"], false);
    assert_eq!(mock.admin("GET", "/verdict?expect=delivered", "").await.details(409), details);
    let world = mock.mock.world();
    assert!(world.verdict(&Scope::default()).to_string().contains("delivered: 3 records; of 4 served 1 missing"));
    let delivered = world.delivered(json!(logs).to_string().as_bytes(), &Scope::default()).unwrap();
    assert_eq!(delivered.reasons(), Vec::<String>::new());
    assert!(world.verdict(&Scope::default()).expectations[&Expectation::Delivered].kept);
}

/// As `complete` of a session that nobody asked.
#[tokio::test]
async fn nothing_is_delivered_of_nothing() {
    let mock = TestMock::with_entries(&entries());
    for sink in ["", "[]"] {
        let details = mock.admin("POST", "/verdict/delivered?expect=delivered", sink).await.details(409);
        assert_eq!(details, "not delivered: no entry was served, so there was nothing to deliver");
    }
    assert!(mock.admin("GET", "/verdict?expect=delivered", "").await.details(409).contains("no entry was served"));
    let logs = mock.logs("page=0&pageSize=1000").await.ok()["logs"].clone();
    assert_eq!(mock.admin("POST", "/verdict/delivered?expect=delivered", &logs).await.ok()["served"], 4);
    let outside = "/verdict/delivered?expect=delivered&from=2025-05-20T11:30:00Z";
    mock.admin("POST", outside, &logs).await.details(409);
}

#[tokio::test]
async fn a_sink_in_another_format_is_named() {
    let (mock, _) = read().await;
    let utf16: Vec<u8> = "[]".encode_utf16().flat_map(u16::to_le_bytes).collect();
    for (sink, told) in [
        (&b"\x1f\x8b\x08\0\0\0\0\0"[..], "it is compressed with gzip; give what this prints: gunzip -c FILE."),
        (&utf16, "it is text in UTF-16LE; give what this prints: iconv -f UTF-16LE -t UTF-8 FILE."),
        (b"<html>", "it is HTML or XML, such as the error page of a proxy; expected JSON."),
    ] {
        let request = Request::post("/__admin/verdict/delivered").body(Body::from(sink.to_vec())).unwrap();
        let details = mock.call(request).await.details(400);
        assert!(details.contains(told), "{details}");
    }
}

#[tokio::test]
async fn a_sink_that_is_no_json_is_refused() {
    let (mock, _) = read().await;
    for sink in ["{", "[1, 2]", "gone", "[{}"] {
        let details = mock.admin("POST", "/verdict/delivered", sink).await.details(400);
        assert!(details.starts_with("The sink cannot be read"), "{sink}: {details}");
    }
    // Singer's form: the entry is one level further down.
    let wrapped = json!([entries()[0], {"type": "RECORD", "record": entries()[1]}]);
    let details = mock.admin("POST", "/verdict/delivered", wrapped).await.details(400);
    assert!(details.contains("record 2 has none of the fields timestamp, action, actorIdentifier"), "{details}");
    let details = mock.admin("POST", "/verdict/delivered?expect=complete", "").await.details(400);
    assert!(details.contains("only delivered"), "{details}");
    let other = mock.admin("POST", "/verdict/delivered?session=other", "").await.ok();
    assert_eq!(counts(&other), [0; 5]);
    let text = mock.send_unchecked(Request::get("/__admin/verdict").header("Accept", "text/plain")).await;
    let text = to_bytes(text.into_body(), usize::MAX).await.unwrap();
    assert!(!String::from_utf8_lossy(&text).contains("delivered"));
}

/// Sinks that never end keep one server busy, and not another one of the same process.
#[tokio::test]
async fn the_limit_of_comparisons_at_a_time_is_of_one_server() {
    let ((busy, _), (other, logs)) = (read().await, read().await);
    let compare = || {
        let request = Request::post("/__admin/verdict/delivered").body(Body::from_stream(pending::<Chunk>())).unwrap();
        Box::pin(busy.call(request))
    };
    let mut unfinished = [compare(), compare()];
    for comparison in &mut unfinished {
        assert!(comparison.as_mut().now_or_never().is_none());
    }
    let waiting = busy.admin("POST", "/verdict/delivered", json!(logs));
    assert!(tokio::time::timeout(Duration::from_millis(50), waiting).await.is_err());
    assert_eq!(counts(&deliver(&other, json!(logs)).await), [0; 5]);
}

/// A record of a gigabyte is one record. Only in a full run: it reads that much.
#[test]
fn a_sink_is_read_up_to_a_gigabyte() {
    if !full_tests() {
        return;
    }
    let endless = io::Read::chain(&b"{\"objectIdentifier\":\""[..], io::repeat(b'x'));
    let refused = TestMock::default().mock.world().delivered(endless, &Scope::default()).unwrap_err();
    assert_eq!(refused.to_string(), "The sink has more than 1000000 records, or 1073741824 bytes.");
}

#[test]
fn the_report_has_a_case_for_the_sink() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("verdict.xml");
    let server = Server::start(&["--report", path.to_str().unwrap()]);
    server.logs("page=0&pageSize=1000");
    let mut control = server.connect();
    control.send(crate::support::process::head("POST", "/__admin/verdict/delivered", "Content-Length: 0\r\n"));
    assert_eq!(control.answer().ok()["missing"]["count"], 640);
    drop(control);
    server.stop();
    let xml = std::fs::read_to_string(path).unwrap();
    assert!(
        xml.contains("name=\"delivered\"") && xml.contains("640 entries were served and are not in the sink"),
        "{xml}"
    );
}
