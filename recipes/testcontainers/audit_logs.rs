//! cortex-audit-mock from Testcontainers for Rust. `MockServer` of this crate does the same without a container and in the
//! test's own process; this is for a test of a whole stack.
//!
//! ```text
//! cargo add --dev testcontainers reqwest tokio --features reqwest/json,tokio/macros,tokio/rt-multi-thread
//! cargo add --dev serde_json uuid --features uuid/v4
//! ```

use reqwest::Client;
use serde_json::json;
use testcontainers::core::{IntoContainerPort, WaitFor};
use testcontainers::runners::AsyncRunner;
use testcontainers::{GenericImage, ImageExt};
use uuid::Uuid;

#[tokio::test]
async fn a_503_is_over_after_one_request() {
    // The image brings its own HEALTHCHECK.
    let image = GenericImage::new("cortex-audit-mock", "latest")
        .with_exposed_port(8080.tcp())
        .with_wait_for(WaitFor::healthcheck())
        .with_cmd(["--rate-limit", "100/min"]);
    let container = image.start().await.unwrap();
    let host = container.get_host().await.unwrap();
    let port = container.get_host_port_ipv4(8080.tcp()).await.unwrap();
    let url = format!("http://{host}:{port}");

    // A session has entries, clock and faults of its own, so one container is enough for all tests.
    let session = Uuid::new_v4();
    let client = Client::new();
    let fault = json!({"type": "status", "status": 503, "times": 1});
    let faults = format!("{url}/__admin/faults?session={session}");
    client.post(faults).json(&fault).send().await.unwrap().error_for_status().unwrap();

    for expected in [503, 200] {
        let request = client.get(format!("{url}/api/v1/audit-logs")).bearer_auth(format!("mock-admin~{session}"));
        assert_eq!(request.send().await.unwrap().status(), expected);
    }
}
