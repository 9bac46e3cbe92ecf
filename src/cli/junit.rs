//! JUnit's XML, in the form that CI servers read.

use crate::contract::Timestamp;
use crate::text::is_control;

/// Test cases as XML, and their number.
#[derive(Default)]
pub struct JunitCases {
    text: String,
    tests: usize,
    failures: usize,
    skipped: usize,
}

impl JunitCases {
    /// Adds a case that fails for these reasons; without one it succeeds.
    pub fn add(&mut self, class: &str, name: &str, reasons: &[String]) {
        self.failures += usize::from(!reasons.is_empty());
        self.add_with(class, name, reasons, |reason, reasons| {
            format!("<failure message=\"{reason}\">{reasons}</failure>")
        });
    }

    /// Adds a case that succeeds, because nobody expected what is not met for these reasons.
    pub fn add_unexpected(&mut self, class: &str, name: &str, reasons: &[String]) {
        self.add_with(class, name, reasons, |_, reasons| format!("<system-out>not expected: {reasons}</system-out>"));
    }

    /// Adds a case that shows neither.
    pub fn add_skipped(&mut self, class: &str, name: &str, why: String) {
        self.skipped += 1;
        self.add_with(class, name, &[why], |why, _| format!("<skipped message=\"{why}\"/>"));
    }

    fn add_with(&mut self, class: &str, name: &str, reasons: &[String], element: impl Fn(&str, &str) -> String) {
        self.tests += 1;
        let case = format!("  <testcase classname=\"{}\" name=\"{name}\" time=\"0.000\"", escaped(class));
        self.text += &match reasons.first() {
            None => case + "/>\n",
            Some(first) => {
                let element = element(&escaped(first), &escaped(&reasons.join("\n")));
                format!("{case}>\n    {element}\n  </testcase>\n")
            }
        };
    }

    /// The report, with all cases in a test suite of this name.
    pub fn into_xml(self, suite: &str, started: Timestamp, seconds: f64) -> String {
        let Self { text, tests, failures, skipped } = self;
        // Whole seconds without an offset, as CI servers read them.
        let timestamp = started.to_string().chars().take("2025-05-20T12:00:00".len()).collect::<String>();
        format!(
            "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<testsuite name=\"{suite}\" tests=\"{tests}\" failures=\"{failures}\" errors=\"0\" skipped=\"{skipped}\" timestamp=\"{timestamp}\" time=\"{seconds:.3}\">\n{text}</testsuite>\n"
        )
    }
}

/// As text and as an attribute of XML 1.0, which has no control characters, and nothing that is no character.
fn escaped(text: &str) -> String {
    let mut escaped = String::with_capacity(text.len());
    for c in text.chars() {
        match c {
            '&' => escaped.push_str("&amp;"),
            '<' => escaped.push_str("&lt;"),
            '>' => escaped.push_str("&gt;"),
            '"' => escaped.push_str("&quot;"),
            '\n' => escaped.push_str("&#10;"),
            c if is_control(c) => escaped.push('\u{fffd}'),
            c => escaped.push(c),
        }
    }
    escaped
}
