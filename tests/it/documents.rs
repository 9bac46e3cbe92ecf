//! The README, `llms.txt` and the documents under `docs/`: their tables equal the code, their commands run and print the
//! documented output, their files load, their links have targets.

mod command_line;
mod commands;
mod container;
mod fidelity;
mod files;
mod links;
mod markdown;
mod tables;

use std::fs;
use std::path::Path;

fn repository() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

fn file(name: &str) -> String {
    fs::read_to_string(repository().join(name)).unwrap()
}

/// Method and path of every call of the control plane but the health check, from the table in docs/control-plane.md, which a
/// test compares with the router.
pub fn guarded_calls() -> Vec<(String, String)> {
    let rows = markdown::table("docs/control-plane.md", "Calls").into_iter().filter(|row| row[0] != "/__admin/health");
    rows.flat_map(|row| {
        let path = row[0].trim_start_matches("/__admin").replace("{id}", "1").replace("{name}", "one");
        row[1].split(", ").map(|method| (method.to_owned(), path.clone())).collect::<Vec<_>>()
    })
    .collect()
}

/// The paths of the README, `llms.txt` and every document.
fn documents() -> Vec<String> {
    let files = fs::read_dir(repository().join("docs")).unwrap().map(|file| file.unwrap().path());
    let documents = files.filter(|path| path.extension().is_some_and(|extension| extension == "md"));
    let names = documents.map(|path| format!("docs/{}", path.file_name().unwrap().to_str().unwrap()));
    ["README.md", "llms.txt"].map(String::from).into_iter().chain(names).collect()
}

/// A first reader sees it whole.
#[test]
fn the_readme_is_two_screens() {
    const SCREENS: usize = 2;
    const LINES: usize = 50;
    const COLUMNS: usize = 120;
    let lines: usize = file("README.md").lines().map(|line| line.chars().count().div_ceil(COLUMNS).max(1)).sum();
    assert!(lines <= SCREENS * LINES, "{lines} lines of {COLUMNS} columns: the rest belongs to docs/");
}

/// An assistant reads it in addition to its task.
#[test]
fn the_page_for_assistants_is_one_page() {
    let lines = file("docs/agents.md").lines().count();
    assert!(lines <= 120, "{lines} lines: the rest belongs to the documents that it links");
}

/// The form of llmstxt.org: a title, a summary, and lists of links with notes.
#[test]
fn llms_txt_describes_every_document_in_its_form() {
    let text = file("llms.txt");
    assert!(text.starts_with("# cortex-audit-mock\n\n> "), "{text}");
    let links: Vec<&str> = text.lines().filter_map(|line| line.strip_prefix("- [")).collect();
    for document in documents().iter().filter(|document| *document != "llms.txt") {
        let link = format!("]({document}): ");
        assert_eq!(links.iter().filter(|line| line.contains(&link)).count(), 1, "llms.txt describes {document}");
    }
}

/// The oldest versions of docs/install.md are those that the packages ask for.
#[test]
fn the_oldest_versions_of_the_languages_are_those_of_the_packages() {
    let installing = file("docs/install.md");
    let between = |text: &str, start: &str| {
        let (_, rest) = text.split_once(start).expect("the package names its oldest version");
        rest.split('"').next().expect("split yields at least one").to_owned()
    };
    let python = between(&file("packages/python/pyproject.toml"), "requires-python = \">=");
    let node = between(&file("packages/node/package.json"), "\"node\": \">=");
    for (language, version) in [("Rust", env!("CARGO_PKG_RUST_VERSION")), ("Python", &python), ("Node", &node)] {
        assert!(installing.contains(&format!("For {language} {version} or later")), "{language} {version}");
    }
}
