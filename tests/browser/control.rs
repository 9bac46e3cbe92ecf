//! The control panel: journal, verdict, faults, clock, sessions.

use cortex_audit_mock::Admin;

use super::{NOW, ask, at_a_known_time, browse};

const CONTROL: &str = "/?tab=control";
const REQUESTS: &str = "region Requests > list";

#[test]
fn the_journal_shows_each_request_as_it_comes_and_what_was_wrong_with_it() {
    browse(at_a_known_time(), async |tab| {
        tab.goto(CONTROL).await;
        tab.reads("region Requests", "No client has asked yet").await;
        assert_eq!(ask(tab, "mock-admin", "page=0&pageSize=50"), 200);
        tab.reads(&format!("{REQUESTS} > listitem"), "page=0").await;
        ask(tab, "mock-no-audit", "");
        tab.reads(REQUESTS, "403").await;
        assert_eq!(ask(tab, "mock-admin", "objectTyp=SERVICE"), 200);
        let shown = tab.reads(REQUESTS, "objectTypes").await;
        assert!(shown.contains("PARAM-UNKNOWN"), "{shown}");
        tab.counts(&format!("{REQUESTS} > listitem"), 3).await;
        tab.choose("region Requests > combobox Status", "4xx").await;
        tab.counts(&format!("{REQUESTS} > listitem"), 1).await;
        tab.choose("region Requests > combobox Status", "All").await;
        tab.click("region Requests > button Clear the journal").await;
        tab.reads("region Requests", "No client has asked yet").await;
    });
}

#[test]
fn a_request_leads_to_its_entries_in_the_other_view() {
    browse(at_a_known_time(), async |tab| {
        assert_eq!(ask(tab, "mock-admin", "actions=DELETE&pageSize=10"), 200);
        tab.goto(CONTROL).await;
        tab.click("region Requests > summary actions").await;
        tab.click("link Open this query in the audit logs").await;
        tab.reads("region Entries", "1–10 of 78 entries").await;
        assert_eq!(tab.address().await, "/?pageSize=10&actions=DELETE");
    });
}

#[test]
fn a_fault_is_added_with_one_click_and_seen() {
    browse(at_a_known_time(), async |tab| {
        tab.allow_status(503);
        tab.goto(CONTROL).await;
        tab.reads("region Faults", "Nothing goes wrong").await;
        tab.click("group Add a fault > button 503 once").await;
        tab.reads("region Faults", "Answers 503 Service Unavailable").await;
        tab.click("link Audit logs").await;
        tab.the("heading 503 The server failed").await;
        tab.click("button Retry").await;
        tab.reads("region Entries", "of 640 entries").await;
        tab.click("link Control room").await;
        tab.reads("region Faults", "Fired 1 time").await;
        tab.click("button Remove all faults").await;
        tab.reads("region Faults", "Nothing goes wrong").await;
    });
}

#[test]
fn the_clock_is_frozen_and_advanced() {
    browse(at_a_known_time(), async |tab| {
        tab.goto(CONTROL).await;
        tab.reads("region Clock", "2025-05-20T12:00:00").await;
        tab.click("region Clock > button Advance 1 h").await;
        tab.reads("region Clock", "2025-05-20T13:00:00").await;
        tab.reads("banner", "3:00:00").await;
        assert_eq!(tab.server.world().now(), "2025-05-20T13:00:00Z".parse().unwrap());
        tab.fill("region Clock > textbox Set to", NOW).await;
        tab.click("region Clock > button Set").await;
        tab.reads("region Clock", "2025-05-20T12:00:00").await;
        tab.click("region Clock > button Follow the system").await;
        tab.reads("region Clock", "Runs with the system's clock").await;
        tab.click("region Clock > button Freeze").await;
        tab.reads("banner", "Clock frozen").await;
    });
}

#[test]
fn live_activity_is_switched_on_and_off() {
    browse(at_a_known_time(), async |tab| {
        tab.goto(CONTROL).await;
        tab.click("region Live activity > button 6/min").await;
        tab.reads("region Live activity", "New entries come: 6/min").await;
        tab.reads("banner", "Live").await;
        tab.click("region Clock > button Advance 60 s").await;
        tab.reads("banner", "646 entries").await;
        tab.click("region Live activity > button Off").await;
        tab.reads("region Live activity", "No entries come by themselves").await;
    });
}

#[test]
fn a_scenario_is_started_and_stopped() {
    browse(at_a_known_time(), async |tab| {
        tab.goto(CONTROL).await;
        tab.click("button Start same-millisecond").await;
        tab.reads("region Scenario", "Running: ").await;
        tab.click("button Stop same-millisecond").await;
        tab.the("button Start same-millisecond").await;
    });
}

#[test]
fn the_verdict_tells_what_a_client_got_wrong_and_leads_to_the_request() {
    browse(at_a_known_time(), async |tab| {
        tab.goto(CONTROL).await;
        tab.reads("region Verdict", "No client has asked").await;
        assert_eq!(ask(tab, "mock-admin", "page=0&pageSize=100"), 200);
        assert_eq!(ask(tab, "mock-admin", "page=2&pageSize=100"), 200);
        tab.reads("region Verdict", "skipped-page").await;
        tab.reads(REQUESTS, "page=2").await;
        tab.click_first("region Verdict > button Show request").await;
        tab.reads("region Requests", "X-Request-Id").await;
    });
}

#[test]
fn reset_asks_first_and_puts_everything_back() {
    browse(at_a_known_time(), async |tab| {
        tab.goto(CONTROL).await;
        tab.click("group Add a fault > button Delay 2 s").await;
        tab.reads("region Faults", "Answers 2s later").await;
        tab.click("region Entries > button Add one now").await;
        tab.reads("banner", "641 entries").await;
        tab.click("button Reset this session").await;
        tab.click("button No").await;
        tab.reads("banner", "641 entries").await;
        tab.click("button Reset this session").await;
        tab.click("button Yes, reset it").await;
        tab.reads("banner", "640 entries").await;
        tab.reads("region Faults", "Nothing goes wrong").await;
    });
}

#[test]
fn a_session_is_begun_steered_and_ended() {
    browse(at_a_known_time(), async |tab| {
        tab.goto(CONTROL).await;
        tab.fill("region Sessions > textbox New session", "of-a-test").await;
        tab.click("region Sessions > button Begin").await;
        tab.address_holds("session=of-a-test").await;
        tab.click("region Clock > button Advance 1 d").await;
        tab.reads("region Clock", "2025-05-21T12:00:00").await;
        assert_eq!(tab.server.world().now(), NOW.parse().unwrap());
        assert_eq!(tab.server.session("of-a-test").now(), "2025-05-21T12:00:00Z".parse().unwrap());
        tab.click("region Sessions > button Unnamed").await;
        tab.reads("region Clock", "2025-05-20T12:00:00").await;
        tab.click("button End of-a-test").await;
        tab.gone("button End of-a-test").await;
    });
}

#[test]
fn a_guarded_control_plane_asks_for_its_token() {
    browse(at_a_known_time().admin(Admin::Token("guard-of-this-test".to_owned())), async |tab| {
        tab.allow_status(401);
        tab.goto(CONTROL).await;
        tab.the("heading The control plane is guarded").await;
        tab.fill("textbox Control token", "another").await;
        tab.click("button Open the control room").await;
        tab.reads("alert", "That is not the token").await;
        tab.fill("textbox Control token", "guard-of-this-test").await;
        tab.click("button Open the control room").await;
        tab.reads("region Clock", "2025-05-20T12:00:00").await;
        assert!(!tab.address().await.contains("guard"));
        tab.client.refresh().await.unwrap();
        tab.reads("region Clock", "2025-05-20T12:00:00").await;
    });
}

#[test]
fn a_control_plane_that_is_off_is_told_so_in_both_views() {
    browse(at_a_known_time().admin(Admin::Off), async |tab| {
        tab.goto(CONTROL).await;
        tab.the("heading The control plane is off").await;
        tab.click("link Audit logs").await;
        tab.reads("region Entries", "of 640 entries").await;
        tab.reads("region Timeline", "--no-admin").await;
    });
}
