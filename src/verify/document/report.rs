//! The differences of a document, as a table for people and as JSON for programs.

use std::fmt;

use serde::Serialize;
use serde_json::Value;

use crate::contract::{Rule, Source};
use crate::text::{counted, escape_control, word_enum};

/// The outcome of a comparison. `Display` is the table, `Serialize` the JSON.
#[derive(Debug, Clone, Serialize)]
pub struct DocumentReport {
    /// The name of the document.
    pub document: String,
    /// Number of things that the document has and the rules do not.
    pub new: usize,
    /// Number of things that the rules have and the document does not.
    pub gone: usize,
    /// Number of things of which they say something else.
    pub changed: usize,
    /// What differs, in the order of the rules.
    pub differences: Vec<Difference>,
    /// Identifiers of the rules that the document was compared with, in the order of the fidelity table.
    pub rules: Vec<&'static str>,
}

word_enum! {
    /// How a document differs.
    pub enum DifferenceKind {
        /// The document has it, the rules do not.
        New = "new",
        /// The rules have it, the document does not.
        Gone = "gone",
        /// They say something else.
        Changed = "changed",
    }
}

/// One difference.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Difference {
    /// How the document differs.
    pub kind: DifferenceKind,
    /// What differs.
    #[serde(flatten)]
    pub subject: Subject,
    /// What the document says.
    pub published: Option<Value>,
    /// What the rule says.
    pub expected: Option<Value>,
    /// Identifier of the rule.
    pub rule: &'static str,
    /// Source of the rule.
    pub source: Source,
    /// Reason to doubt the rule in spite of its source.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub doubt: Option<&'static str>,
    /// Text of the rule, in Markdown.
    pub text: &'static str,
}

/// A place of a document, or a keyword of it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Subject {
    /// The place.
    pub place: String,
    /// The keyword; `None` for the place with all that is in it.
    pub keyword: Option<String>,
}

impl DocumentReport {
    pub(super) fn new(
        name: &str,
        mut differences: Vec<Difference>,
        rules: impl Iterator<Item = &'static Rule>,
    ) -> Self {
        let rules: Vec<&str> = rules.map(|rule| rule.id).collect();
        differences.sort_by_key(|difference| rules.iter().position(|id| *id == difference.rule));
        let count = |kind| differences.iter().filter(|difference| difference.kind == kind).count();
        let (new, gone, changed) =
            (count(DifferenceKind::New), count(DifferenceKind::Gone), count(DifferenceKind::Changed));
        Self { document: name.to_owned(), new, gone, changed, differences, rules }
    }
}

impl Subject {
    /// The place, and the keyword behind it.
    pub(super) fn name(&self) -> String {
        [Some(&self.place), self.keyword.as_ref()].into_iter().flatten().cloned().collect::<Vec<_>>().join(", ")
    }
}

/// Three lines: what differs, what the document says, what the rule says.
impl fmt::Display for Difference {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { kind, subject, published, expected, rule: _, source: _, doubt: _, text: _ } = self;
        writeln!(f, "{kind}: {}", escape_control(&subject.name()))?;
        writeln!(f, "    document: {}", described(published.as_ref(), expected.as_ref()))?;
        write!(f, "    rule:     {}", described(expected.as_ref(), None))
    }
}

/// A value in words; of a list what it has more and less than the other, if both are lists.
fn described(value: Option<&Value>, other: Option<&Value>) -> String {
    let joined = |values: &[Value]| values.iter().map(Value::to_string).collect::<Vec<_>>().join(", ");
    let text = match (value, other) {
        (None, _) => "nothing".to_owned(),
        (Some(Value::Array(values)), Some(Value::Array(others))) => {
            let without = |of: &[Value], all: &[Value]| -> Vec<Value> {
                of.iter().filter(|value| !all.contains(value)).cloned().collect()
            };
            let (more, less) = (without(values, others), without(others, values));
            let parts = [("with", more), ("without", less)].into_iter().filter(|(_, values)| !values.is_empty());
            parts.map(|(word, values)| format!("{word} {}", joined(&values))).collect::<Vec<_>>().join(", ")
        }
        (Some(Value::Array(values)), _) => joined(values),
        (Some(Value::Object(keywords)), _) if keywords.is_empty() => "listed".to_owned(),
        (Some(Value::Object(keywords)), _) => {
            keywords.iter().map(|(name, value)| format!("{name} {value}")).collect::<Vec<_>>().join(", ")
        }
        (Some(value), _) => value.to_string(),
    };
    escape_control(&text)
}

/// The table: the differences below the rule that each concerns, and their number.
impl fmt::Display for DocumentReport {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (number, difference) in self.differences.iter().enumerate() {
            if number == 0 || self.differences[number - 1].rule != difference.rule {
                writeln!(f, "{} ({})", difference.rule, difference.source)?;
                write_wrapped(f, "  ", 2, difference.text)?;
                if let Some(doubt) = difference.doubt {
                    write_wrapped(f, "  ", 2, &format!("In doubt: {doubt}"))?;
                }
            }
            difference.to_string().lines().try_for_each(|line| write_wrapped(f, "    ", 18, line))?;
        }
        let Self { document, new, gone, changed, differences, rules } = self;
        let all = counted(differences.len(), "difference", "differences");
        writeln!(f, "{all} ({new} new, {gone} gone, {changed} changed) from {} rules: {document}", rules.len())
    }
}

/// Writes a text in lines of at most 80 columns, those after the first indented by so many columns.
fn write_wrapped(f: &mut fmt::Formatter<'_>, first_indent: &str, indent: usize, text: &str) -> fmt::Result {
    const COLUMNS: usize = 80;

    f.write_str(first_indent)?;
    let mut column = first_indent.len();
    for (number, word) in text.split(' ').enumerate() {
        let width = word.chars().count() + 1;
        if number > 0 && column + width > COLUMNS {
            write!(f, "\n{:indent$}", "")?;
            column = indent;
        } else if number > 0 {
            f.write_str(" ")?;
        }
        f.write_str(word)?;
        column += width;
    }
    writeln!(f)
}
