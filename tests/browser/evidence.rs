//! Errors in the browser's console, and its requests.

use serde_json::{Value, json};

use super::tab::Tab;

/// Console errors and requests of a test.
pub struct Evidence {
    /// The beginnings of the URLs that may be requested.
    own: Vec<String>,
    errors: Vec<String>,
    /// The URL of every request.
    requests: Vec<String>,
}

impl Tab {
    /// Allows console errors with this text, which the test causes.
    pub fn allow(&self, text: impl Into<String>) {
        self.allowed.lock().unwrap().push(text.into());
    }

    /// Allows requests to URLs that begin so, beside those of the server.
    pub fn allow_url(&self, beginning: impl Into<String>) {
        self.other_urls.lock().unwrap().push(beginning.into());
    }

    /// Allows responses with this status, which Chromium reports as console errors.
    pub fn allow_status(&self, status: u16) {
        self.allow(format!("the server responded with a status of {status} "));
    }

    pub async fn evidence(&self) -> Evidence {
        let allowed = self.allowed.lock().unwrap().clone();
        let noted = self.log("browser").await;
        let errors = noted.iter().filter(|entry| entry["level"] == "SEVERE" || entry["level"] == "WARNING");
        let errors = errors.map(|entry| entry["message"].as_str().unwrap().to_owned());
        let errors = errors.filter(|error| !allowed.iter().any(|allowed| error.contains(allowed))).collect();
        let own = self.other_urls.lock().unwrap().iter().cloned().chain([self.server.uri() + "/"]).collect();
        Evidence { own, errors, requests: self.requests().await }
    }

    /// The URL of every request so far.
    pub async fn requests(&self) -> Vec<String> {
        for entry in self.log("performance").await {
            let event: Value = serde_json::from_str(entry["message"].as_str().unwrap()).unwrap();
            if event["message"]["method"] == "Network.requestWillBeSent" {
                let url = event["message"]["params"]["request"]["url"].as_str().unwrap().to_owned();
                self.requested.lock().unwrap().push(url);
            }
        }
        self.requested.lock().unwrap().clone()
    }

    /// The log entries since the last call.
    async fn log(&self, of: &str) -> Vec<Value> {
        let log = self.chromium("se/log", json!({"type": of})).await.unwrap();
        let Value::Array(entries) = log else { panic!("{log}") };
        entries
    }
}

impl Evidence {
    #[track_caller]
    pub fn assert_clean(&self) {
        assert!(self.errors.is_empty(), "the console holds {:#?}", self.errors);
        let is_own = |url: &&String| self.own.iter().any(|own| url.starts_with(own));
        assert!(self.requests.iter().any(|url| is_own(&url)), "the page was never asked for");
        // The browser draws its own controls with data URLs.
        let asked = self.requests.iter().filter(|url| !url.starts_with("data:"));
        let elsewhere: Vec<_> = asked.filter(|url| !is_own(url)).collect();
        assert!(elsewhere.is_empty(), "the page asked {elsewhere:#?}");
    }
}
