//! The recipes, each run in a copy of its folder against the built binary.
//!
//! What they need besides Rust is installed once, from its registry and in the version that the recipe names. Where that
//! cannot be done the tests say why and pass, except in CI (the environment variable `CI`), where they fail.

mod clients;
mod collectors;
mod deployments;
mod documentation;
mod github_action;
mod linters;
mod ocsf;
pub mod packages;
pub mod recipe_copy;
mod test_runners;
mod testcontainers;

use std::fs;
use std::path::{Path, PathBuf};

/// A file or folder of this repository.
fn repository(path: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join(path)
}

fn file(path: &str) -> String {
    fs::read_to_string(repository(path)).unwrap_or_else(|error| panic!("{path}: {error}"))
}
