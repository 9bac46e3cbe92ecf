//! A recipe's folder where it may write, with what it needs on the `PATH`.

use std::fs;
use std::os::unix::fs::symlink;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use tempfile::TempDir;

use super::{packages, repository};
use crate::support::process::BINARY;

/// A copy of a recipe's folder, to run it in.
pub struct RecipeCopy {
    folder: TempDir,
    /// Folders of the programs that it needs.
    programs: Vec<PathBuf>,
}

impl RecipeCopy {
    /// Of a recipe for Python, with what its `requirements.txt` names.
    pub fn python(recipe: &str) -> Option<Self> {
        let packages = packages::requirements(&format!("{recipe}/requirements.txt"));
        Some(Self::new(recipe, &packages::python(&packages)?))
    }

    /// Of a recipe for Node, with what its `package.json` names.
    pub fn node(recipe: &str) -> Option<Self> {
        let packages = packages::dependencies(&format!("{recipe}/package.json"));
        let modules = packages::node(&packages)?;
        let copy = Self::new(recipe, &modules.join(".bin"));
        copy.link_modules(&modules);
        Some(copy)
    }

    /// Of a recipe that has no folder and needs nothing but the binary.
    pub fn empty() -> Self {
        let own = Path::new(BINARY).parent().unwrap();
        Self { folder: tempfile::tempdir().unwrap(), programs: vec![own.to_owned()] }
    }

    /// Of a recipe that needs these programs.
    pub fn new(recipe: &str, programs: &Path) -> Self {
        let mut copy = Self::empty();
        copy.programs.push(programs.to_owned());
        for entry in fs::read_dir(repository(recipe)).unwrap() {
            let entry = entry.unwrap();
            // What a reader's own runs have left is no part of the recipe.
            if entry.file_type().unwrap().is_file() {
                fs::copy(entry.path(), copy.folder.path().join(entry.file_name())).unwrap();
            }
        }
        copy
    }

    /// Puts the modules where Node looks for them.
    pub fn link_modules(&self, modules: &Path) {
        symlink(modules, self.folder.path().join("node_modules")).unwrap();
    }

    /// Changes what a file says, to show that the recipe notices.
    #[track_caller]
    pub fn break_file(&self, name: &str, right: &str, wrong: &str) {
        let path = self.folder.path().join(name);
        let text = fs::read_to_string(&path).unwrap();
        assert!(text.contains(right), "{name} has {right}");
        fs::write(path, text.replace(right, wrong)).unwrap();
    }

    /// Runs a line of shell with these variables and nothing of the tester's own configuration.
    pub fn run(&self, line: &str, variables: &[(&str, &str)]) -> Outcome {
        let system = std::env::var_os("PATH").unwrap_or_default();
        let path = std::env::join_paths(self.programs.iter().cloned().chain(std::env::split_paths(&system))).unwrap();
        let mut shell = Command::new("bash");
        shell.args(["-eo", "pipefail", "-c", &format!("exec 2>&1\n{line}")]).current_dir(self.folder.path());
        for (name, _) in std::env::vars_os() {
            if name.to_str().is_some_and(|name| name.starts_with("CORTEX_")) {
                shell.env_remove(name);
            }
        }
        shell.env("PATH", path).env("HOME", self.folder.path()).env("NO_COLOR", "1");
        shell.env("PYTHONDONTWRITEBYTECODE", "1").env("NPM_CONFIG_UPDATE_NOTIFIER", "false");
        let output = shell.envs(variables.iter().copied()).stdin(Stdio::null()).output().unwrap();
        Outcome { succeeded: output.status.success(), printed: String::from_utf8_lossy(&output.stdout).into_owned() }
    }
}

/// How a recipe ended.
pub struct Outcome {
    succeeded: bool,
    pub printed: String,
}

impl Outcome {
    #[track_caller]
    pub fn succeeds(&self, told: &str) {
        assert!(self.succeeded && self.printed.contains(told), "{}", self.printed);
    }

    #[track_caller]
    pub fn fails(&self, told: &str) {
        assert!(!self.succeeded && self.printed.contains(told), "{}", self.printed);
    }
}
