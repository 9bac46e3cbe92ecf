//! Whether a file is what its language and its schema know, by the tools of `requirements.txt`.

use std::path::{Path, PathBuf};
use std::process::Command;

use serde_json::Value;

use super::{packages, repository};

/// The tools.
pub struct Linters {
    programs: PathBuf,
}

impl Linters {
    /// `None` (and said so) where they cannot be had.
    pub fn new() -> Option<Self> {
        let packages = packages::requirements("tests/it/recipes/requirements.txt");
        Some(Self { programs: packages::python(&packages)? })
    }

    /// What a tool prints about a file when it has nothing against it.
    #[track_caller]
    pub fn pass(&self, program: &str, arguments: &[&str], path: &Path) -> String {
        let output = Command::new(self.programs.join(program)).args(arguments).arg(path).output().unwrap();
        let (printed, told) = (String::from_utf8_lossy(&output.stdout), String::from_utf8_lossy(&output.stderr));
        assert!(output.status.success(), "{printed}{told}");
        printed.into_owned()
    }

    /// Holds a file against a schema that comes with the tool.
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
