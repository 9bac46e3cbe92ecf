//! The control panel: journal, verdict, faults, clock, sessions.

use cortex_audit_mock::Admin;
use fantoccini::key::Key;
use serde_json::json;

use super::{NOW, ask, at_a_known_time, browse};

const CONTROL: &str = "/?tab=control";
const REQUESTS: &str = "region Requests > list";

#[test]
fn the_journal_shows_each_request_as_it_comes_and_what_was_wrong_with_it() {
    browse(at_a_known_time(), async |tab| {
        tab.goto(CONTROL).await;
        tab.reads("region Requests", "No requests yet").await;
        assert_eq!(ask(tab, "mock-admin", "page=0&pageSize=50"), 200);
        tab.reads(&format!("{REQUESTS} > listitem"), "page=0").await;
        ask(tab, "mock-no-audit", "");
        tab.reads(REQUESTS, "403").await;
        assert_eq!(ask(tab, "mock-admin", "objectTyp=SERVICE"), 200);
        let shown = tab.reads(REQUESTS, "objectTypes").await;
        assert!(shown.contains("PARAM-UNKNOWN") && shown.contains("mock-no-audit"), "{shown}");
        tab.counts(&format!("{REQUESTS} > listitem"), 3).await;
        tab.choose("region Requests > combobox Status", "4xx").await;
        tab.counts(&format!("{REQUESTS} > listitem"), 1).await;
        tab.choose("region Requests > combobox Status", "All").await;
        tab.choose("region Requests > combobox Key", "mock-admin").await;
        tab.counts(&format!("{REQUESTS} > listitem"), 2).await;
        tab.choose("region Requests > combobox Key", "All").await;
        tab.click("region Requests > button Clear the journal").await;
        tab.reads("region Requests", "No requests yet").await;
    });
}

#[test]
fn the_journal_is_searched_by_words_and_by_filters_of_the_control_plane() {
    browse(at_a_known_time(), async |tab| {
        for query in ["actions=DELETE", "objectTypes=SERVICE&pageSize=10", "objectTyp=TEAM"] {
            ask(tab, "mock-admin", query);
        }
        ask(tab, "no-such-key", "");
        // Chromium gives names to everything that is refused.
        tab.allow_status(400);
        tab.goto(CONTROL).await;
        for (typed, found) in [
            ("delete", 1),
            ("SERVICE pagesize", 1),
            ("unauthorized", 1),
            ("rule=PARAM-UNKNOWN", 1),
            ("pageSize=10", 1),
            ("method=get key=mock-admin", 3),
            ("nothing-of-this", 0),
            ("", 4),
        ] {
            tab.fill("combobox Search requests", typed).await;
            tab.counts(&format!("{REQUESTS} > listitem"), found).await;
        }
        tab.fill("combobox Search requests", "rule=PAGE-BOUND").await;
        tab.reads("region Requests > alert", "did you mean \"PAGE-BOUNDS\"?").await;
        tab.fill("combobox Search requests", "").await;
        tab.counts(&format!("{REQUESTS} > listitem"), 4).await;
    });
}

#[test]
fn a_request_is_shown_whole_copied_and_sent_again() {
    browse(at_a_known_time(), async |tab| {
        assert_eq!(ask(tab, "mock-admin", "actions=DELETE&pageSize=10"), 200);
        tab.goto(CONTROL).await;
        tab.click("region Requests > summary actions").await;
        let shown = tab.reads("region Requests", "X-Request-Id").await;
        for part in ["127.0.0.1, HTTP/1.1", "User-Agent: ureq/", "kB", "the audit logs", "mock-admin"] {
            assert!(shown.contains(part), "{part} in {shown}");
        }
        let keep = "Object.defineProperty(navigator, 'clipboard', { value: { writeText: async (text) => { window.copied = text; } } })";
        tab.script(keep, vec![]).await;
        tab.click("button Copy as curl").await;
        let copied = tab.script("return window.copied", vec![]).await;
        let copied = copied.as_str().unwrap();
        assert!(copied.starts_with("curl -i") && copied.contains("'Authorization: Bearer mock-admin'"), "{copied}");
        assert!(copied.ends_with("/api/v1/audit-logs?actions=DELETE&pageSize=10'"), "{copied}");
        tab.click("button Send again").await;
        tab.reads("region Requests", "Sent again: 200 OK").await;
        tab.click("region Requests > checkbox Include this page").await;
        tab.counts(&format!("{REQUESTS} > listitem"), 2).await;
    });
}

#[test]
fn a_request_that_did_not_reach_the_audit_logs_is_not_said_to_be_understood() {
    browse(at_a_known_time(), async |tab| {
        let missing = ureq::get(format!("{}/api/v1/audit-log?page=1", tab.server.uri()));
        let missing = missing.header("Authorization", "Bearer mock-admin").config().http_status_as_error(false).build();
        assert_eq!(missing.call().unwrap().status(), 404);
        tab.goto(CONTROL).await;
        tab.click("region Requests > summary audit-log").await;
        let shown = tab.reads("region Requests", "X-Request-Id").await;
        assert!(shown.contains("the router: nothing is at this path"), "{shown}");
        assert!(!shown.contains("As understood"), "{shown}");
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
fn a_fault_is_armed_with_one_click_and_left_to_the_client() {
    browse(at_a_known_time(), async |tab| {
        tab.goto("/?tab=control&panel=faults").await;
        tab.reads("region Faults", "No faults active").await;
        tab.click("group Add a fault > button 503 once").await;
        tab.reads("region Faults", "fault 3 Responds 503 Service Unavailable").await;
        tab.reads("banner", "1 fault armed").await;
        tab.click("link Audit logs").await;
        tab.reads("region Entries", "of 640 entries").await;
        assert_eq!(ask(tab, "mock-admin", ""), 503, "the page has not used it up");
        tab.click("banner > link 1 fault armed").await;
        tab.reads("group Add a fault > button 503 once", "Used up, fired 1 time").await;
        tab.click("group Add a fault > button 503 once").await;
        tab.reads("region Faults", "No faults active").await;
        tab.gone("banner > link 1 fault armed").await;
    });
}

#[test]
fn the_page_meets_faults_when_its_box_says_so() {
    browse(at_a_known_time(), async |tab| {
        tab.allow_status(503);
        tab.goto("/?tab=control&panel=faults").await;
        tab.click("group Add a fault > button 503 once").await;
        tab.reads("region Faults", "Responds 503").await;
        tab.click("region Faults > checkbox Apply faults to this page").await;
        tab.click("link Audit logs").await;
        tab.the("heading 503 The server failed").await;
        tab.click("button Retry").await;
        tab.reads("region Entries", "of 640 entries").await;
        tab.click("link Control panel").await;
        tab.reads("region Faults", "Fired 1 time for 2 requests").await;
        tab.click("button Remove all faults").await;
        tab.reads("region Faults", "No faults active").await;
    });
}

#[test]
fn the_clock_is_frozen_and_advanced() {
    browse(at_a_known_time(), async |tab| {
        tab.goto("/?tab=control&panel=time").await;
        tab.reads("region Clock", "2025-05-20T12:00:00").await;
        tab.click("region Clock > button Advance 1 h").await;
        tab.reads("region Clock", "2025-05-20T13:00:00").await;
        tab.reads("banner", "3:00:00").await;
        assert_eq!(tab.server.world().now(), "2025-05-20T13:00:00Z".parse().unwrap());
        tab.fill("region Clock > textbox Set to", NOW).await;
        tab.click("region Clock > button Set").await;
        tab.reads("region Clock", "2025-05-20T12:00:00").await;
        tab.click("region Clock > button Use system time").await;
        tab.reads("region Clock", "Runs with the system's clock").await;
        tab.click("region Clock > button Freeze").await;
        tab.reads("banner", "Clock stopped").await;
    });
}

#[test]
fn live_activity_is_switched_on_and_off() {
    browse(at_a_known_time(), async |tab| {
        tab.goto("/?tab=control&panel=data").await;
        tab.click("region Live activity > button 6/min").await;
        tab.reads("region Live activity", "6 new entries per minute").await;
        tab.reads("banner", "Live").await;
        tab.click("tab Time").await;
        tab.click("region Clock > button Advance 60 s").await;
        tab.reads("banner", "646 entries").await;
        tab.click("tab Data").await;
        tab.click("region Live activity > button Off").await;
        tab.reads("region Live activity", "No new entries over time").await;
    });
}

#[test]
fn a_scenario_is_started_and_stopped() {
    browse(at_a_known_time(), async |tab| {
        tab.goto("/?tab=control&panel=faults").await;
        tab.click("button Start quota-squeeze").await;
        tab.reads("region Scenarios", "Running: ").await;
        tab.the("banner > link Scenario quota-squeeze").await;
        tab.the("banner > link Rate limit 2/min").await;
        tab.click("button Stop quota-squeeze").await;
        tab.the("button Start quota-squeeze").await;
    });
}

#[test]
fn the_verdict_says_what_a_client_got_wrong_leads_to_the_request_and_is_copied() {
    browse(at_a_known_time(), async |tab| {
        tab.goto(CONTROL).await;
        tab.reads("region Verdict", "No client has sent a request").await;
        assert_eq!(ask(tab, "mock-admin", "page=0&pageSize=100"), 200);
        assert_eq!(ask(tab, "mock-admin", "page=2&pageSize=100"), 200);
        let verdict = tab.reads("region Verdict", "skipped-page").await;
        assert!(verdict.contains("so far") && verdict.contains("mock-admin: "), "{verdict}");
        tab.reads(REQUESTS, "page=2").await;
        tab.click_first("region Verdict > button Show request").await;
        tab.reads("region Requests", "X-Request-Id").await;
        let keep = "Object.defineProperty(navigator, 'clipboard', { value: { writeText: async (text) => { window.copied = text; } } })";
        tab.script(keep, vec![]).await;
        tab.click("button Copy as Markdown").await;
        let copied = tab.script("return window.copied", vec![]).await;
        let copied = copied.as_str().unwrap();
        assert!(copied.starts_with("## Verdict on session default: "), "{copied}");
        assert!(copied.contains("| complete | ✗ Incomplete read | mock-admin: "), "{copied}");
        assert!(copied.contains("- **skipped-page**: "), "{copied}");
    });
}

#[test]
fn reset_asks_first_and_puts_everything_back() {
    browse(at_a_known_time(), async |tab| {
        tab.goto("/?tab=control&panel=faults").await;
        tab.click("group Add a fault > button Delay 2 s").await;
        tab.reads("region Faults", "Delays the response by 2s").await;
        tab.click("tab Data").await;
        tab.click("region Entries > button Add one now").await;
        tab.reads("banner", "641 entries").await;
        tab.click("button Reset this session").await;
        tab.click("button No").await;
        tab.reads("banner", "641 entries").await;
        tab.click("button Reset this session").await;
        tab.click("button Yes, reset it").await;
        tab.reads("banner", "640 entries").await;
        tab.click("tab Faults").await;
        tab.reads("region Faults", "No faults active").await;
    });
}

#[test]
fn a_session_is_opened_controlled_and_deleted() {
    browse(at_a_known_time(), async |tab| {
        tab.goto("/?tab=control&panel=sessions").await;
        tab.fill("region Sessions > textbox New session", "of-a-test").await;
        tab.click("region Sessions > button Open").await;
        tab.address_holds("session=of-a-test").await;
        tab.click("tab Time").await;
        tab.click("region Clock > button Advance 1 d").await;
        tab.reads("region Clock", "2025-05-21T12:00:00").await;
        assert_eq!(tab.server.world().now(), NOW.parse().unwrap());
        assert_eq!(tab.server.session("of-a-test").now(), "2025-05-21T12:00:00Z".parse().unwrap());
        tab.click("tab Sessions").await;
        tab.click("region Sessions > button default").await;
        tab.click("button Delete of-a-test").await;
        tab.gone("button Delete of-a-test").await;
        tab.click("tab Time").await;
        tab.reads("region Clock", "2025-05-20T12:00:00").await;
    });
}

/// The panels are tabs: arrow keys move among them, and the address has the one that is shown.
#[test]
fn the_panels_are_chosen_by_keyboard_and_kept_in_the_address() {
    browse(at_a_known_time(), async |tab| {
        tab.goto(CONTROL).await;
        tab.the("tab Verdict").await.send_keys(&char::from(Key::Right).to_string()).await.unwrap();
        tab.the("region Faults").await;
        tab.address_holds("panel=faults").await;
        tab.client.refresh().await.unwrap();
        tab.the("region Faults").await;
        tab.gone("region Verdict").await;
    });
}

/// Each column scrolls by itself.
#[test]
fn the_control_panel_fits_the_screen() {
    browse(at_a_known_time(), async |tab| {
        for page in 0..40 {
            ask(tab, "mock-admin", &format!("page={page}&pageSize=10"));
        }
        for (width, height) in [(1440, 900), (1024, 768)] {
            tab.screen(width, height).await;
            for panel in ["verdict", "faults", "time", "data", "sessions"] {
                tab.goto(&format!("/?tab=control&panel={panel}")).await;
                tab.counts(&format!("{REQUESTS} > listitem"), 40).await;
                let script = "const { scrollWidth, scrollHeight } = document.documentElement;
                    const main = document.querySelector('main');
                    return [scrollWidth - innerWidth, scrollHeight - innerHeight, main.scrollHeight - main.clientHeight];";
                assert_eq!(tab.script(script, vec![]).await, json!([0, 0, 0]), "{panel} at {width}");
            }
        }
    });
}

#[test]
fn a_guarded_control_plane_asks_for_its_token() {
    browse(at_a_known_time().admin(Admin::Token("guard-of-this-test".to_owned())), async |tab| {
        tab.allow_status(401);
        tab.goto("/?tab=control&panel=time").await;
        tab.the("heading The control plane is guarded").await;
        tab.fill("textbox Control token", "another").await;
        tab.click("button Open the control panel").await;
        tab.reads("alert", "That is not the token").await;
        tab.fill("textbox Control token", "guard-of-this-test").await;
        tab.click("button Open the control panel").await;
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
