//! A minimal Markdown reader: fenced blocks, tables, headings and links.

use std::collections::BTreeSet;

use super::file;

/// A fenced block.
pub struct Block {
    /// The info string: a language and, for a file, its name.
    pub info: String,
    pub text: String,
}

impl Block {
    pub fn file_name(&self) -> Option<&str> {
        self.info.split_once(' ').map(|(_, name)| name)
    }

    /// The commands of a shell block, with continued lines joined; none for another language.
    pub fn commands(&self) -> Vec<String> {
        let joined = self.text.replace("\\\n", "");
        let lines = joined.lines().filter(|line| !line.is_empty());
        match self.info.as_str() {
            "sh" => lines.map(String::from).collect(),
            "console" => lines.filter_map(|line| line.strip_prefix("$ ")).map(String::from).collect(),
            _ => Vec::new(),
        }
    }

    /// The output in a `console` block; `…` stands for omitted text.
    pub fn output(&self) -> String {
        let lines = self.text.lines().filter(|line| self.info == "console" && !line.starts_with("$ "));
        lines.collect::<Vec<_>>().join("\n")
    }
}

pub fn blocks(document: &str) -> Vec<Block> {
    let text = file(document);
    let parts: Vec<&str> = text.split("```").collect();
    assert_eq!(parts.len() % 2, 1, "every fence of {document} is closed");
    let fenced = parts.iter().skip(1).step_by(2);
    fenced
        .map(|part| part.split_once('\n').expect("a fence ends its line"))
        .map(|(info, text)| Block { info: info.to_owned(), text: text.to_owned() })
        .collect()
}

/// The cells of each row of the first table below a heading, the header left out.
pub fn table(document: &str, heading: &str) -> Vec<Vec<String>> {
    let text = file(document);
    let section = text.split_once(&format!("# {heading}\n")).unwrap_or_else(|| panic!("no {heading}")).1;
    let rows = section.lines().skip_while(|line| !line.starts_with('|')).take_while(|line| line.starts_with('|'));
    rows.skip(2)
        .map(|row| row.trim_matches('|').split(" | ").map(|cell| cell.trim().replace('`', "")).collect())
        .collect()
}

/// The headings one level below a heading of the second level.
pub fn subheadings(document: &str, heading: &str) -> Vec<String> {
    let text = file(document);
    let (_, section) = text.split_once(&format!("\n## {heading}\n")).unwrap_or_else(|| panic!("no {heading}"));
    let section = section.split("\n## ").next().unwrap();
    section.lines().filter_map(|line| line.strip_prefix("### ")).map(String::from).collect()
}

/// The lines of a document outside fences.
fn prose(document: &str) -> String {
    let text = file(document);
    text.split("```").step_by(2).collect()
}

/// The targets of the links and images of a document, as written.
pub fn links(document: &str) -> Vec<String> {
    let prose = prose(document);
    let ends = prose.split("](").skip(1).map(|part| part.split_once(')').expect("a link ends").0);
    ends.map(String::from).collect()
}

/// The anchors that GitHub generates for the headings of a document.
pub fn anchors(document: &str) -> BTreeSet<String> {
    let prose = prose(document);
    let headings = prose.lines().filter(|line| line.starts_with('#')).map(|line| line.trim_start_matches('#').trim());
    let mut anchors = BTreeSet::new();
    for heading in headings {
        let anchor_text = heading.to_lowercase().replace(' ', "-");
        let anchor: String = anchor_text.chars().filter(|c| c.is_alphanumeric() || matches!(c, '-' | '_')).collect();
        assert!(anchors.insert(anchor), "two headings of {document} are called {heading}");
    }
    anchors
}
