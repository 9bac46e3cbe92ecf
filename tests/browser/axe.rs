//! An automated check of accessibility: `axe-core`, which is installed from its registry once.

use std::fmt::Write;
use std::path::PathBuf;
use std::process::Command;
use std::sync::LazyLock;

use super::tab::Tab;
use crate::external_tools::{self, run};

const AXE: &str = "axe-core@4.14.1";

/// The path of the script; `None`, with a message, if it cannot be installed.
fn script() -> Option<&'static PathBuf> {
    static SCRIPT: LazyLock<Result<PathBuf, String>> = LazyLock::new(|| {
        let home = external_tools::installed(AXE, |home| {
            let options = ["install", "--no-save", "--no-audit", "--no-fund", "--ignore-scripts", "--prefix"];
            run(Command::new("npm").args(options).arg(home).arg(AXE))
        })?;
        Ok(home.join("node_modules/axe-core/axe.min.js"))
    });
    external_tools::require("axe-core", &SCRIPT)
}

impl Tab {
    /// Checks the rules of WCAG 2.1 A and AA, and best practices.
    pub async fn assert_accessible(&self, view: &str) {
        let Some(script) = script() else { return };
        self.script(&std::fs::read_to_string(script).unwrap(), vec![]).await;
        let run = r#"const [done] = arguments;
            const values = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "best-practice"];
            axe.run(document, { runOnly: { type: "tag", values }, resultTypes: ["violations"] })
              .then(({ violations, passes }) => done({ violations, passed: passes.length }),
                    (error) => done({ failed: String(error) }));"#;
        let outcome = self.client.execute_async(run, vec![]).await.unwrap();
        assert!(outcome["passed"].as_u64().is_some_and(|passed| passed > 10), "{view}: {outcome}");
        let mut told = String::new();
        for violation in outcome["violations"].as_array().unwrap() {
            writeln!(told, "{}: {}", violation["id"], violation["help"]).unwrap();
            for node in violation["nodes"].as_array().unwrap() {
                writeln!(told, "  {} {}", node["html"], node["any"][0]["message"]).unwrap();
            }
        }
        assert!(told.is_empty(), "{view}:\n{told}");
    }
}
