//! CONTRIBUTING.md, compared with the source: modules, their order, named files.

mod circles;

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};

fn repository() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

fn contributing() -> String {
    fs::read_to_string(repository().join("CONTRIBUTING.md")).unwrap()
}

/// The modules in the table, top to bottom; those of one row are on one level.
fn modules() -> Vec<Vec<String>> {
    let text = contributing();
    let (_, table) = text.split_once("| module | what it is |\n| --- | --- |\n").unwrap();
    let rows = table.lines().take_while(|line| line.starts_with('|'));
    rows.map(|row| row.split('|').nth(1).unwrap().split(", ").map(|name| name.trim().replace('`', "")).collect())
        .collect()
}

/// The files of a module.
fn files(module: &str) -> Vec<PathBuf> {
    let mut files = vec![repository().join(format!("src/{module}.rs"))];
    let mut folders = vec![repository().join("src").join(module)];
    while let Some(folder) = folders.pop() {
        for path in fs::read_dir(folder).into_iter().flatten().map(|file| file.unwrap().path()) {
            if path.is_dir() {
                folders.push(path);
            } else if path.extension().is_some_and(|ending| ending == "rs") {
                files.push(path);
            }
        }
    }
    files
}

/// The modules after each `crate::` in a source, without its unit tests, which may import anything.
fn imports(source: &str) -> BTreeSet<String> {
    let source = source.split("#[cfg(test)]").next().unwrap();
    let word = |text: &str| text.trim().chars().take_while(|c| c.is_alphanumeric() || *c == '_').collect::<String>();
    let imported = source.split("crate::").skip(1).flat_map(|rest| match rest.strip_prefix('{') {
        Some(several) => several.split('}').next().unwrap().split(',').map(word).collect(),
        None => vec![word(rest)],
    });
    // A name with a capital is an item of the crate root.
    imported.filter(|name| name.starts_with(|c: char| c.is_lowercase())).collect()
}

#[test]
fn every_module_is_in_the_table() {
    let modules: BTreeSet<String> = modules().concat().into_iter().collect();
    let files: BTreeSet<String> = fs::read_dir(repository().join("src"))
        .unwrap()
        .map(|file| file.unwrap().path())
        .filter(|path| path.is_file())
        .map(|path| path.file_stem().unwrap().to_str().unwrap().to_owned())
        .filter(|name| name != "lib")
        .collect();
    assert_eq!(modules, files);
}

#[test]
fn no_module_imports_one_above_it() {
    let modules = modules();
    for (height, row) in modules.iter().enumerate() {
        for path in row.iter().flat_map(|module| files(module)) {
            for imported in imports(&fs::read_to_string(&path).unwrap()) {
                let at = modules.iter().position(|row| row.contains(&imported));
                assert!(at.is_none_or(|at| at >= height), "{} imports {imported}", path.display());
            }
        }
    }
}

#[test]
fn every_file_that_it_names_exists() {
    let text = contributing();
    let named: Vec<&str> = text
        .split('`')
        .skip(1)
        .step_by(2)
        .chain(text.split("](").skip(1).map(|rest| rest.split(')').next().unwrap()))
        .filter(|word| {
            let place = ["src/", "tests/", "docs/", ".ci/"].iter().any(|place| word.starts_with(place));
            (place || word.rsplit_once('.').is_some_and(|(_, ending)| ending == "md")) && !word.contains([' ', '\n'])
        })
        .collect();
    assert!(named.len() > 20);
    for name in named {
        assert!(repository().join(name).exists(), "{name}");
    }
}
