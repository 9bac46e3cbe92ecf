//! Refused requests as the page shows them.

use cortex_audit_mock::fault::Effect;

use super::{at_a_known_time, browse};

#[test]
fn a_key_without_the_permission_is_refused_and_another_is_offered() {
    browse(at_a_known_time(), async |tab| {
        tab.allow_status(403);
        tab.goto("/").await;
        tab.choose("combobox Key", "mock-no-audit").await;
        tab.the("heading This key may not read audit logs").await;
        tab.reads("region Request", "403").await;
        tab.gone("grid").await;
        tab.click("button Use mock-admin").await;
        tab.reads("region Entries", "1–50 of 640 entries").await;
    });
}

#[test]
fn the_error_of_another_key_is_gone_while_the_next_one_is_awaited() {
    browse(at_a_known_time(), async |tab| {
        tab.allow_status(403);
        tab.goto("/?key=mock-no-audit").await;
        tab.the("heading This key may not read audit logs").await;
        tab.choose("combobox Key", "mock-slow").await;
        tab.reads("region Request", "Loading …").await;
        assert_eq!(tab.count("heading This key may not read audit logs").await, 0);
        tab.reads("region Entries", "of 640 entries").await;
    });
}

#[test]
fn keys_that_are_not_accepted_are_told_so() {
    browse(at_a_known_time(), async |tab| {
        tab.allow_status(401);
        for key in ["mock-expired", "mock-revoked"] {
            tab.goto(&format!("/?key={key}")).await;
            tab.the("heading 401 The API does not accept this key").await;
        }
    });
}

#[test]
fn too_many_requests_are_counted_down() {
    browse(at_a_known_time(), async |tab| {
        tab.allow_status(429);
        tab.goto("/?key=mock-throttled").await;
        tab.reads("region Entries", "of 640 entries").await;
        for _ in 0..2 {
            tab.click("button Refresh").await;
            tab.reads("region Request", "200").await;
        }
        tab.eventually("a refusal", async || {
            tab.click("button Refresh").await;
            if tab.count("heading Too many requests").await == 1 { Ok(()) } else { Err("not yet".to_owned()) }
        })
        .await;
        tab.reads("region Request", "429").await;
        let told = tab.reads("timer", "This page retries in ").await;
        let seconds =
            |told: &str| -> u32 { told.rsplit_once("in ").unwrap().1.split(' ').next().unwrap().parse().unwrap() };
        let first = seconds(&told);
        assert!((2..=60).contains(&first), "{told}");
        tab.eventually("a lower count", async || {
            let told = tab.texts("timer").await.remove(0);
            if seconds(&told) < first { Ok(()) } else { Err(told) }
        })
        .await;
        // The clock of the world decides: the next request is accepted.
        tab.server.world().advance(std::time::Duration::from_secs(60));
        tab.click("button Ask anyway").await;
        tab.reads("region Entries", "of 640 entries").await;
    });
}

#[test]
fn a_flaky_key_fails_twice_and_then_answers() {
    browse(at_a_known_time(), async |tab| {
        tab.allow_status(503);
        tab.goto("/?key=mock-flaky").await;
        for _ in 0..2 {
            tab.the("heading 503 The server failed").await;
            tab.click("button Retry").await;
        }
        tab.reads("region Entries", "of 640 entries").await;
    });
}

#[test]
fn a_slow_answer_is_awaited_in_sight() {
    browse(at_a_known_time(), async |tab| {
        tab.goto("/?key=mock-slow").await;
        tab.reads("region Entries", "Loading …").await;
        tab.reads("region Entries", "of 640 entries").await;
    });
}

#[test]
fn what_the_api_does_not_understand_is_told_in_its_words() {
    browse(at_a_known_time(), async |tab| {
        tab.allow_status(400);
        tab.goto("/?startTime=yesterday&actions=UPDTE").await;
        tab.the("heading 400 The API does not understand this request").await;
        let said = tab.reads("region Entries", "startTime").await;
        assert!(said.contains("yesterday") && said.contains("UPDTE"), "{said}");
        tab.click("region Entries > button Clear all filters").await;
        tab.reads("region Entries", "of 640 entries").await;
        assert_eq!(tab.address().await, "/");
    });
}

#[test]
fn an_answer_that_breaks_off_is_no_answer() {
    browse(at_a_known_time(), async |tab| {
        tab.server.world().faults().add(Effect::Truncate { bytes: 100 });
        tab.allow("net::ERR_");
        tab.goto("/?faults=on").await;
        tab.the("heading Connection lost before the response was complete").await;
    });
}
