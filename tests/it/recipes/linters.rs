//! Checks of files by the tools of `requirements.txt`: schemas and grammars.

use std::path::{Path, PathBuf};
use std::process::Command;

use serde_json::Value;

use super::{packages, repository};

/// The installed tools.
pub struct Linters {
    programs: PathBuf,
}

impl Linters {
    /// Installs the tools; `None`, with a message, if that is not possible.
    pub fn new() -> Option<Self> {
        let packages = packages::requirements("tests/it/recipes/requirements.txt");
        Some(Self { programs: packages::python(&packages)? })
    }

    /// Runs a tool on a file, which must pass; returns its output.
    #[track_caller]
    pub fn pass(&self, program: &str, arguments: &[&str], path: &Path) -> String {
        let output = Command::new(self.programs.join(program)).args(arguments).arg(path).output().unwrap();
        let (printed, errors) = (String::from_utf8_lossy(&output.stdout), String::from_utf8_lossy(&output.stderr));
        assert!(output.status.success(), "{printed}{errors}");
        printed.into_owned()
    }

    /// Checks a file against a schema that comes with the tool.
    #[track_caller]
    pub fn fits(&self, schema: &str, path: &Path) {
        self.pass("check-jsonschema", &["--builtin-schema", schema], path);
    }

    /// The documents of a YAML file.
    #[track_caller]
    pub fn yaml(&self, path: &Path) -> Vec<Value> {
        let script = repository("tests/it/recipes/yaml_as_json.py");
        serde_json::from_str(&self.pass("python", &[script.to_str().unwrap()], path)).unwrap()
    }

    /// Parses a file of Go or Java.
    #[track_caller]
    pub fn parses(&self, path: &Path) {
        let script = repository("tests/it/recipes/parse.py");
        self.pass("python", &[script.to_str().unwrap()], path);
    }
}
