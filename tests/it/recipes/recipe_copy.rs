//! A writable copy of a recipe's folder, with the programs that it needs on the `PATH`.

use std::fs;
use std::os::unix::fs::symlink;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use tempfile::TempDir;

use super::{file, packages, repository};
use crate::support::process::BINARY;

/// See the module.
pub struct RecipeCopy {
    folder: TempDir,
    /// Folders of the programs that it needs.
    programs: Vec<PathBuf>,
}

impl RecipeCopy {
    /// Copies a recipe for Python, and installs its `requirements.txt`.
    pub fn python(recipe: &str) -> Option<Self> {
        let packages = packages::requirements(&format!("{recipe}/requirements.txt"));
        Some(Self::new(recipe, &packages::python(&packages)?))
    }

    /// Copies a recipe for Node, and installs its `package.json`. The package of this project comes from its folder.
    pub fn node(recipe: &str) -> Option<Self> {
        let packages = packages::dependencies(&format!("{recipe}/package.json"));
        let copy = if packages.is_empty() {
            if !packages::has_node() {
                return None;
            }
            Self::new(recipe, Path::new(BINARY).parent().unwrap())
        } else {
            let modules = packages::node(&packages)?;
            let copy = Self::new(recipe, &modules.join(".bin"));
            copy.link_modules(&modules);
            copy
        };
        if file(&format!("{recipe}/package.json")).contains(env!("CARGO_PKG_NAME")) {
            copy.add_package();
        }
        Some(copy)
    }

    /// Creates an empty folder, for a recipe that needs only the binary.
    pub fn empty() -> Self {
        let own = Path::new(BINARY).parent().unwrap();
        Self { folder: tempfile::tempdir().unwrap(), programs: vec![own.to_owned()] }
    }

    /// Copies a recipe that needs these programs.
    pub fn new(recipe: &str, programs: &Path) -> Self {
        let mut copy = Self::empty();
        copy.programs.push(programs.to_owned());
        for entry in fs::read_dir(repository(recipe)).unwrap() {
            let entry = entry.unwrap();
            // Folders are leftovers of earlier runs.
            if entry.file_type().unwrap().is_file() {
                fs::copy(entry.path(), copy.folder.path().join(entry.file_name())).unwrap();
            }
        }
        copy
    }

    /// Links the modules to where Node looks for them.
    pub fn link_modules(&self, modules: &Path) {
        let place = self.path("node_modules");
        fs::create_dir(&place).unwrap();
        for module in fs::read_dir(modules).unwrap() {
            let module = module.unwrap();
            symlink(module.path(), place.join(module.file_name())).unwrap();
        }
    }

    /// Copies the npm package of this project to where Node looks for it. A link would not do: what it imports lies beside it.
    pub fn add_package(&self) {
        let place = self.path("node_modules/cortex-audit-mock");
        fs::create_dir_all(place.join("lib")).unwrap();
        for folder in ["", "lib"] {
            for entry in fs::read_dir(repository("packages/node").join(folder)).unwrap() {
                let path = entry.unwrap().path();
                if path.is_file() {
                    fs::copy(&path, place.join(folder).join(path.file_name().unwrap())).unwrap();
                }
            }
        }
    }

    /// The path of a file in the copy.
    pub fn path(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    /// Replaces a text in a file, to show that the recipe then fails.
    #[track_caller]
    pub fn break_file(&self, name: &str, right: &str, wrong: &str) {
        let path = self.folder.path().join(name);
        let text = fs::read_to_string(&path).unwrap();
        assert!(text.contains(right), "{name} has {right}");
        fs::write(path, text.replace(right, wrong)).unwrap();
    }

    /// The text of a file that a command wrote.
    #[track_caller]
    pub fn read(&self, name: &str) -> String {
        fs::read_to_string(self.folder.path().join(name)).unwrap_or_else(|error| panic!("{name}: {error}"))
    }

    /// Runs a shell command with these variables, without those of the caller that would change its behaviour.
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

/// The result of a command.
pub struct Outcome {
    succeeded: bool,
    pub printed: String,
}

impl Outcome {
    #[track_caller]
    pub fn succeeds(&self, message: &str) {
        assert!(self.succeeded && self.printed.contains(message), "{}", self.printed);
    }

    #[track_caller]
    pub fn fails(&self, message: &str) {
        assert!(!self.succeeded && self.printed.contains(message), "{}", self.printed);
    }
}
