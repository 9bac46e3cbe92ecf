//! A browser with one tab, and its server.

use std::fs;
use std::path::{Path, PathBuf};
use std::sync::Mutex;
use std::time::{Duration, Instant};

use cortex_audit_mock::MockServer;
use fantoccini::error::CmdError;
use fantoccini::wd::{Capabilities, WebDriverCompatibleCommand};
use fantoccini::{Client, ClientBuilder};
use hyper_util::client::legacy::connect::HttpConnector;
use serde_json::{Value, json};
use tempfile::TempDir;
use ureq::http::Method;
use url::{ParseError, Url};

use super::driver::Driver;

/// The longest wait, even if several browsers share a CPU.
const PATIENCE: Duration = Duration::from_secs(30);

pub struct Tab {
    pub client: Client,
    pub server: MockServer,
    /// Console errors that the test causes.
    pub(super) allowed: Mutex<Vec<String>>,
    /// The beginnings of URLs that the test requests beside those of the server.
    pub(super) other_urls: Mutex<Vec<String>>,
    /// The URLs of the known requests.
    pub(super) requested: Mutex<Vec<String>>,
    _profile: TempDir,
}

impl Tab {
    pub async fn open(driver: &Driver, server: MockServer) -> Self {
        let profile = tempfile::tempdir().unwrap();
        let mut builder = ClientBuilder::new(HttpConnector::new());
        builder.capabilities(capabilities(driver, profile.path()));
        let client = builder.connect(&driver.url).await.unwrap();
        Self {
            client,
            server,
            allowed: Mutex::default(),
            other_urls: Mutex::default(),
            requested: Mutex::default(),
            _profile: profile,
        }
    }

    pub async fn close(self) {
        self.client.close().await.unwrap();
    }

    /// Opens an address of the page, such as `/?tab=control`.
    pub async fn goto(&self, path: &str) {
        self.client.goto(&format!("{}{path}", self.server.uri())).await.unwrap();
    }

    /// The current address without the host.
    pub async fn address(&self) -> String {
        let url = self.client.current_url().await.unwrap();
        url.as_str().strip_prefix(&self.server.uri()).unwrap_or(url.as_str()).to_owned()
    }

    /// Runs a script in the page, regardless of its policy.
    pub async fn script(&self, script: &str, arguments: Vec<Value>) -> Value {
        self.client.execute(script, arguments).await.unwrap_or_else(|error| panic!("{error}: {script}"))
    }

    /// Runs a command of the Chrome `DevTools` protocol.
    pub async fn browser(&self, command: &str, parameters: Value) -> Value {
        let body = json!({"cmd": command, "params": parameters});
        self.chromium("goog/cdp/execute", body).await.unwrap_or_else(|error| panic!("{command}: {error}"))
    }

    pub(super) async fn chromium(&self, path: &'static str, body: Value) -> Result<Value, CmdError> {
        self.client.issue_cmd(Extension { path, body }).await
    }

    /// Sets the preferred colour scheme to `dark` or `light`.
    pub async fn prefers(&self, scheme: &str) {
        let features = json!([{"name": "prefers-color-scheme", "value": scheme}]);
        self.browser("Emulation.setEmulatedMedia", json!({"features": features})).await;
    }

    /// Sets the size of the screen.
    pub async fn screen(&self, width: u32, height: u32) {
        let metrics = json!({"width": width, "height": height, "deviceScaleFactor": 1, "mobile": false});
        self.browser("Emulation.setDeviceMetricsOverride", metrics).await;
    }

    /// Polls until there is a result; panics with the last error after a limit.
    pub async fn eventually<T>(&self, awaited: &str, look: impl AsyncFn() -> Result<T, String>) -> T {
        let since = Instant::now();
        loop {
            match look().await {
                Ok(seen) => return seen,
                Err(seen) if since.elapsed() > PATIENCE => panic!("{awaited}: not within {PATIENCE:?}: {seen}"),
                Err(_) => tokio::time::sleep(Duration::from_millis(25)).await,
            }
        }
    }

    /// Waits until no animation runs.
    pub async fn settled(&self) {
        let script = "const [done] = arguments;
            const look = () => requestAnimationFrame(() =>
              document.getAnimations().some(({ playState }) => playState === 'running') ? look() : done());
            requestAnimationFrame(look);";
        self.client.execute_async(script, vec![]).await.unwrap();
    }

    /// Saves a screenshot.
    pub async fn picture(&self, name: &str) -> PathBuf {
        let folder = Path::new(env!("CARGO_TARGET_TMPDIR")).parent().unwrap().join("screenshots");
        fs::create_dir_all(&folder).unwrap();
        let file = folder.join(format!("{name}.png"));
        fs::write(&file, self.client.screenshot().await.unwrap()).unwrap();
        file
    }

    /// Prints the state of the page, to debug a failed test.
    pub async fn print_state(&self) {
        let test = std::thread::current().name().unwrap_or("unnamed").replace("::", "-");
        let picture = self.picture(&format!("failed-{test}")).await;
        eprintln!("at {}, as in {}", self.address().await, picture.display());
    }
}

fn capabilities(driver: &Driver, profile: &Path) -> Capabilities {
    let arguments = [
        "--headless".to_owned(),
        // CI runs as root in a container, where the sandbox does not work.
        "--no-sandbox".to_owned(),
        // The browser ends with its driver.
        "--remote-debugging-pipe".to_owned(),
        format!("--user-data-dir={}", profile.display()),
        // Enables `computedRole` and `computedName` of an element.
        "--enable-blink-features=ComputedAccessibilityInfo".to_owned(),
        // Otherwise the accessibility tree is computed again for every element.
        "--force-renderer-accessibility".to_owned(),
        // Disables the browser's own requests. Names below `.example` are pointed at this machine, as an attacker does.
        "--host-resolver-rules=MAP *.example 127.0.0.1 , MAP * ~NOTFOUND , EXCLUDE 127.0.0.1".to_owned(),
        "--lang=en-US".to_owned(),
        "--window-size=1400,1000".to_owned(),
        "--disable-gpu".to_owned(),
        "--disable-dev-shm-usage".to_owned(),
        "--disable-extensions".to_owned(),
    ];
    let preferences = json!({"session.restore_on_startup": 4, "session.startup_urls": ["about:blank"]});
    let options = json!({"binary": driver.browser, "args": arguments, "prefs": preferences});
    let capabilities = json!({
        "goog:chromeOptions": options,
        "goog:loggingPrefs": {"browser": "ALL", "performance": "ALL"},
        "unhandledPromptBehavior": "ignore",
    });
    let Value::Object(capabilities) = capabilities else { unreachable!("it is written so above") };
    capabilities
}

/// A command specific to `chromedriver`.
#[derive(Debug)]
struct Extension {
    path: &'static str,
    body: Value,
}

impl WebDriverCompatibleCommand for Extension {
    fn endpoint(&self, base: &Url, session: Option<&str>) -> Result<Url, ParseError> {
        base.join(&format!("session/{}/{}", session.unwrap_or_default(), self.path))
    }

    fn method_and_body(&self, _: &Url) -> (Method, Option<String>) {
        (Method::POST, Some(self.body.to_string()))
    }
}
