//! Bundles the web UI: all style sheets of `src/http/page` become one file, all modules another. Both are compressed here, once,
//! and named by their content, so that a browser can keep them for ever.

use std::collections::BTreeMap;
use std::error::Error;
use std::fmt::Write as _;
use std::fs;
use std::io::Write as _;
use std::path::Path;

use flate2::write::GzEncoder;
use flate2::{Compression, Crc};

const FOLDER: &str = "src/http/page";
/// In the order in which they override each other.
const STYLE_SHEETS: [&str; 5] = ["base.css", "logs.css", "entries.css", "overview.css", "control.css"];
const FIRST_MODULE: &str = "main.js";

fn main() -> Result<(), Box<dyn Error>> {
    println!("cargo::rerun-if-changed=build.rs");
    println!("cargo::rerun-if-changed={FOLDER}");
    let styles: String = STYLE_SHEETS.into_iter().map(read).collect::<Result<_, _>>()?;
    let mut bundle = Bundle::default();
    bundle.add(FIRST_MODULE)?;
    write_compressed("PAGE_STYLES", "css", &styles)?;
    write_compressed("PAGE_SCRIPT", "js", &bundle.text)
}

/// Writes `page.EXTENSION.gz`. `variable` tells the crate the name under which it is served, such as `page.5e1f00d1.css`.
fn write_compressed(variable: &str, extension: &str, text: &str) -> Result<(), Box<dyn Error>> {
    let mut checksum = Crc::new();
    checksum.update(text.as_bytes());
    println!("cargo::rustc-env={variable}=page.{:08x}.{extension}", checksum.sum());
    let mut encoder = GzEncoder::new(Vec::new(), Compression::best());
    encoder.write_all(text.as_bytes())?;
    let path = Path::new(&std::env::var("OUT_DIR")?).join(format!("page.{extension}.gz"));
    Ok(fs::write(path, encoder.finish()?)?)
}

fn read(name: &str) -> Result<String, Box<dyn Error>> {
    let path = format!("{FOLDER}/{name}");
    fs::read_to_string(&path).map_err(|error| format!("{path}: {error}").into())
}

/// Modules as one text. Each becomes a function that runs once and returns its exports, behind the modules that it imports. Lines
/// of comments, a fifth of the compressed text, are left out.
#[derive(Default)]
struct Bundle {
    text: String,
    /// The names that each module exports.
    exports: BTreeMap<String, Vec<String>>,
    /// The modules whose imports are being added: a module among them imports itself.
    open: Vec<String>,
}

impl Bundle {
    fn add(&mut self, module: &str) -> Result<(), Box<dyn Error>> {
        if self.exports.contains_key(module) {
            return Ok(());
        }
        if self.open.iter().any(|open| open == module) {
            return Err(format!("{FOLDER}: {} and {module} import each other", self.open.join(", ")).into());
        }
        self.open.push(module.to_owned());
        let mut body = String::new();
        let mut exports = Vec::new();
        let mut is_in_comment = false;
        for (number, line) in read(module)?.lines().enumerate() {
            let start = line.trim_start();
            is_in_comment |= start.starts_with("/**");
            if is_in_comment || start.starts_with("//") {
                is_in_comment &= !line.ends_with("*/");
                continue;
            }
            if line.starts_with("import ") {
                let (names, from) = imported(line).ok_or_else(|| not_understood(module, number, line))?;
                self.add(from)?;
                let missing = |name: &&str| !self.exports[from].iter().any(|export| export == name);
                if let Some(name) = imported_names(names).find(missing) {
                    return Err(format!("{FOLDER}/{module}:{}: {from} does not export {name}", number + 1).into());
                }
                writeln!(body, "const {{{}}} = {};", names.replace(" as ", ": "), variable(from))?;
            } else if let Some(declaration) = line.strip_prefix("export ") {
                if let Some(names) = declaration.strip_prefix('{').and_then(|rest| rest.strip_suffix("};")) {
                    exports.extend(imported_names(names).map(str::to_owned));
                    continue;
                }
                exports.push(declared(declaration).ok_or_else(|| not_understood(module, number, line))?.to_owned());
                writeln!(body, "{declaration}")?;
            } else {
                writeln!(body, "{line}")?;
            }
        }
        writeln!(
            self.text,
            "const {} = (() => {{\n{body}return {{ {} }};\n}})();",
            variable(module),
            exports.join(", ")
        )?;
        self.open.pop();
        self.exports.insert(module.to_owned(), exports);
        Ok(())
    }
}

/// The names and the file of `import { NAMES } from "./FILE";`.
fn imported(line: &str) -> Option<(&str, &str)> {
    let (names, from) = line.strip_prefix("import {")?.split_once("} from \"./")?;
    Some((names, from.strip_suffix("\";")?))
}

/// The names before ` as ` of a list such as `a, b as c`.
fn imported_names(list: &str) -> impl Iterator<Item = &str> {
    list.split(',').filter_map(|name| name.split_whitespace().next())
}

/// The name of a declaration.
fn declared(declaration: &str) -> Option<&str> {
    let starts = ["async function ", "function ", "const "];
    let rest = starts.into_iter().find_map(|start| declaration.strip_prefix(start))?;
    rest.split(|c: char| !c.is_alphanumeric() && c != '_' && c != '$').next()
}

/// The variable that holds the exports of a module: `$world_clock` for `world-clock.js`.
fn variable(module: &str) -> String {
    format!("${}", module.trim_end_matches(".js").replace('-', "_"))
}

fn not_understood(module: &str, number: usize, line: &str) -> String {
    format!(
        "{FOLDER}/{module}:{}: `{line}` is not understood; accepted: `import {{ a, b as c }} from \"./file.js\";`, `export {{ a }};` \
         and `export` before a function or a constant",
        number + 1
    )
}
