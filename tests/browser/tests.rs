//! The web UI in headless Chromium, controlled by `chromedriver`.
//!
//! Elements are located by role and accessible name, such as `button Copy`. Each test has its own server, browser and
//! profile, and ends with a check of console errors and requests: [`browse`]. Without Chromium and `chromedriver` the tests
//! print a message and pass, except in CI. They are a package of their own because their libraries take a minute to build:
//! `cargo test -p browser-tests`.

mod axe;
mod driver;
mod evidence;
#[path = "../it/support/external_tools.rs"]
mod external_tools;
mod finding;
mod tab;

mod accessibility;
mod base_path;
mod control;
mod cors;
mod delivery;
mod drawer;
mod export;
mod hidden_characters;
mod hostile;
mod layout;
mod live;
mod logs;
mod overview;
mod pictures;
mod policy;
mod rebinding;
mod refused;
mod request;
mod search;
mod shell;
mod speed;

use std::panic::{AssertUnwindSafe, resume_unwind};

use cortex_audit_mock::{MockServer, MockServerBuilder};
use futures_util::FutureExt;
use tab::Tab;
use tokio::sync::Semaphore;
use ureq::http::HeaderValue;

/// The time of the frozen clock.
const NOW: &str = "2025-05-20T12:00:00Z";

/// Concurrent browsers; more than CPUs would only wait for each other.
static PLACES: Semaphore = Semaphore::const_new(2);

/// A server with the built-in story and a clock frozen at [`NOW`].
fn at_a_known_time() -> MockServerBuilder {
    MockServer::builder().now(NOW)
}

/// Runs a test in a browser with a server. Also fails for a console error that the test does not allow, and for a request
/// to another host.
fn browse(server: MockServerBuilder, test: impl AsyncFnOnce(&Tab)) {
    let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(1).enable_all().build().unwrap();
    runtime.block_on(async {
        let Some(driver) = external_tools::require("a browser", &driver::shared()).cloned() else { return };
        let _place = PLACES.acquire().await.unwrap();
        let tab = Tab::open(&driver, server.start().await).await;
        let outcome = AssertUnwindSafe(test(&tab)).catch_unwind().await;
        if outcome.is_err() {
            tab.print_state().await;
        }
        let evidence = tab.evidence().await;
        tab.close().await;
        match outcome {
            Ok(()) => evidence.assert_clean(),
            Err(panic) => resume_unwind(panic),
        }
    });
}

/// Gets audit logs as a client other than the page; returns the status.
fn ask(tab: &Tab, token: &str, query: &str) -> u16 {
    let authorization = HeaderValue::from_bytes(format!("Bearer {token}").as_bytes()).unwrap();
    let request = ureq::get(format!("{}/api/v1/audit-logs?{query}", tab.server.uri()));
    let request = request.header("Authorization", authorization).config().http_status_as_error(false).build();
    request.call().unwrap().status().as_u16()
}
