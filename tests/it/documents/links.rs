//! Every link has a target, and every document is linked.

use std::collections::BTreeSet;
use std::fs;
use std::path::Path;

use super::markdown::{anchors, links};
use super::{documents, repository};

/// A link within the repository: the file, as a path from its root, and the heading.
struct Target {
    path: String,
    anchor: Option<String>,
}

fn targets(document: &str) -> Vec<Target> {
    let elsewhere = |link: &String| link.starts_with("https://") || link.starts_with("http://");
    links(document).into_iter().filter(|link| !elsewhere(link)).map(|link| target(document, &link)).collect()
}

fn target(document: &str, link: &str) -> Target {
    let (path, anchor) = link.split_once('#').map_or((link, None), |(path, anchor)| (path, Some(anchor.to_owned())));
    if path.is_empty() {
        return Target { path: document.to_owned(), anchor };
    }
    let from = repository().join(document);
    let found = from.parent().unwrap().join(path);
    let found = fs::canonicalize(found).unwrap_or_else(|error| panic!("{link} of {document}: {error}"));
    let root = fs::canonicalize(repository()).unwrap();
    let inside =
        found.strip_prefix(root).unwrap_or_else(|_| panic!("{link} of {document} leads out of the repository"));
    Target { path: inside.to_str().unwrap().to_owned(), anchor }
}

fn is_document(path: &str) -> bool {
    path == "llms.txt" || Path::new(path).extension().is_some_and(|extension| extension == "md")
}

#[test]
fn every_link_has_a_target() {
    for document in documents() {
        for Target { path, anchor } in targets(&document) {
            let Some(anchor) = anchor else { continue };
            assert!(is_document(&path), "{document} links to a heading of {path}");
            assert!(anchors(&path).contains(&anchor), "{document} links to {path}#{anchor}, which is no heading");
        }
    }
}

#[test]
fn every_document_is_linked_from_the_readme() {
    let mut reached = BTreeSet::new();
    let mut next = vec!["README.md".to_owned()];
    while let Some(document) = next.pop() {
        if reached.insert(document.clone()) {
            next.extend(targets(&document).into_iter().map(|target| target.path).filter(|path| is_document(path)));
        }
    }
    for document in documents() {
        assert!(reached.contains(&document), "no way leads from README.md to {document}");
    }
}
