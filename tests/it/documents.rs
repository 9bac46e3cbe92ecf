//! The README and the documents under `docs/` are kept true: their tables are what the code says, their commands run and
//! print what is shown, their files load, their links lead somewhere.

mod command_line;
mod commands;
mod container;
mod fidelity;
mod files;
mod links;
mod markdown;
mod newcomer;
mod tables;

use std::fs;
use std::path::Path;

fn repository() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

fn file(name: &str) -> String {
    fs::read_to_string(repository().join(name)).unwrap()
}

/// The README and every document, by name.
fn documents() -> Vec<String> {
    let files = fs::read_dir(repository().join("docs")).unwrap().map(|file| file.unwrap().path());
    let documents = files.filter(|path| path.extension().is_some_and(|extension| extension == "md"));
    let names = documents.map(|path| format!("docs/{}", path.file_name().unwrap().to_str().unwrap()));
    std::iter::once("README.md".to_owned()).chain(names).collect()
}
