//! No circle of imports among the source files, so that a file can be read with those below it alone.
//!
//! File A imports file B when A names something that B defines, in a `use` or by a path. A re-export (`pub use`) is looked
//! through: `crate::contract::Entry` is an import of `contract/entry.rs`, and the re-export alone imports nothing.

use std::collections::{BTreeMap, BTreeSet, VecDeque};
use std::fs;
use std::iter::Peekable;

use super::{files, repository};

/// Such as `world`, `clock`, `Clock`.
type Path = Vec<String>;

/// What one source file says of others. Paths begin at the crate.
#[derive(Default)]
struct Source {
    imports: Vec<Path>,
    reexports: BTreeMap<String, Path>,
}

#[test]
fn no_file_imports_itself_through_others() {
    let circles: Vec<String> = circles().into_iter().map(|circle| circle.join(" -> ")).collect();
    assert!(
        circles.is_empty(),
        "these files import each other in a circle:\n{}\nMove what both ends need into a file that imports neither of \
         them, or pass it as an argument.",
        circles.join("\n")
    );
}

/// The shortest circle through each file that is in one, each circle once.
fn circles() -> Vec<Vec<String>> {
    let sources = sources();
    let imports = |file: &String| -> BTreeSet<String> {
        let defined_in = sources[file].imports.iter().filter_map(|path| defining_file(path, &sources));
        defined_in.filter(|other| other != file).collect()
    };
    let graph: BTreeMap<&String, BTreeSet<String>> = sources.keys().map(|file| (file, imports(file))).collect();
    let mut members = BTreeSet::new();
    let circles = graph.keys().filter_map(|file| shortest_circle(file, &graph));
    circles.filter(|circle| members.insert(circle.iter().cloned().collect::<BTreeSet<_>>())).collect()
}

fn shortest_circle(file: &String, graph: &BTreeMap<&String, BTreeSet<String>>) -> Option<Vec<String>> {
    let mut paths = VecDeque::from([vec![file.clone()]]);
    let mut seen = BTreeSet::new();
    while let Some(path) = paths.pop_front() {
        for next in &graph[&path[path.len() - 1]] {
            let longer = [path.clone(), vec![next.clone()]].concat();
            if next == file {
                return Some(longer);
            }
            if seen.insert(next.clone()) {
                paths.push_back(longer);
            }
        }
    }
    None
}

/// The file that defines what a path names, re-exports looked through; `None` for a path out of the crate.
fn defining_file(path: &[String], sources: &BTreeMap<String, Source>) -> Option<String> {
    let length = (1..=path.len()).rev().find(|length| sources.contains_key(&path[..*length].join("::")))?;
    let file = path[..length].join("::");
    let reexport = path.get(length).and_then(|name| sources[&file].reexports.get(name));
    reexport.and_then(|path| defining_file(path, sources)).or(Some(file))
}

/// Every source file below `lib.rs` by the path of its module.
fn sources() -> BTreeMap<String, Source> {
    let root = repository().join("src");
    let all: BTreeMap<String, String> = super::modules()
        .concat()
        .iter()
        .filter(|module| *module != "main")
        .flat_map(|module| files(module))
        .map(|file| {
            let module = file.strip_prefix(&root).unwrap().with_extension("");
            let module: Vec<&str> = module.iter().map(|part| part.to_str().unwrap()).collect();
            (module.join("::"), fs::read_to_string(&file).unwrap())
        })
        .collect();
    all.iter().map(|(module, text)| (module.clone(), source(module, text, &all))).collect()
}

fn source(module: &str, text: &str, all: &BTreeMap<String, String>) -> Source {
    // Tests within a file may import anything.
    let tokens = tokens(text.split("#[cfg(test)]").next().unwrap());
    let mut source = Source::default();
    let (mut reexported, mut named) = (Vec::new(), BTreeSet::new());
    let mut rest = tokens.into_iter().peekable();
    let mut before = String::new();
    while let Some(token) = rest.next() {
        let joined = before == "::" || before == ".";
        match token.as_str() {
            "mod" => drop(rest.next()),
            // The path of a visibility, as in `pub(super)`, imports nothing.
            "pub" if rest.next_if(|next| next == "(").is_some() => while rest.next().is_some_and(|next| next != ")") {},
            "use" => {
                let mut names = Vec::new();
                use_tree(&mut rest, &[], &mut names);
                let is_public = before == "pub";
                for (name, path) in names {
                    let Some(path) = absolute(path, module, all) else { continue };
                    if is_public {
                        reexported.push((name, path));
                    } else {
                        source.imports.push(path);
                    }
                }
            }
            _ if is_word(&token) && !joined => {
                let mut path = vec![token.clone()];
                while rest.peek().is_some_and(|next| next == "::") {
                    rest.next();
                    path.extend(rest.next_if(|next| is_word(next)));
                }
                named.insert(path[0].clone());
                // Not the `super` of `pub(super)` and the path of `pub(in path)`.
                if path.len() > 1 && before != "in" {
                    source.imports.extend(absolute(path, module, all));
                }
            }
            _ => {}
        }
        before = token;
    }
    // What a file re-exports and uses itself, it imports.
    source.imports.extend(reexported.iter().filter(|(name, _)| named.contains(name)).map(|(_, path)| path.clone()));
    source.reexports = reexported.into_iter().collect();
    source
}

/// The names and paths of what follows `use`, to its end or to that of a branch.
fn use_tree(tokens: &mut Peekable<impl Iterator<Item = String>>, start: &[String], names: &mut Vec<(String, Path)>) {
    let mut path = start.to_vec();
    while let Some(token) = tokens.next() {
        match token.as_str() {
            "::" => continue,
            "{" => {
                while tokens.next_if(|next| next == "}").is_none() {
                    use_tree(tokens, &path, names);
                    tokens.next_if(|next| next == ",");
                }
                return;
            }
            // `path::{self}` and `path::*` name the path.
            "self" if !start.is_empty() => {}
            "*" => {}
            _ => path.push(token),
        }
        if tokens.peek().is_none_or(|next| next != "::") {
            let alias = tokens.next_if(|next| next == "as").and_then(|_| tokens.next());
            names.push((alias.unwrap_or_else(|| path[path.len() - 1].clone()), path));
            return;
        }
    }
}

/// A path as it is from the root of the crate; `None` when it leads out of it, or is a name within the file.
fn absolute(path: Path, module: &str, all: &BTreeMap<String, String>) -> Option<Path> {
    let mut own: Path = module.split("::").map(str::to_owned).collect();
    let supers = path.iter().take_while(|word| *word == "super").count();
    match path[0].as_str() {
        "crate" => own.clear(),
        "super" => own.truncate(own.len() - supers),
        "self" => {}
        child => {
            return all.contains_key(&format!("{module}::{child}")).then(|| [own, path].concat());
        }
    }
    own.extend(path.into_iter().skip(supers.max(1)));
    Some(own)
}

fn is_word(token: &str) -> bool {
    token.starts_with(|c: char| c.is_alphabetic() || c == '_')
}

/// Words, `::` and single signs; no comments, strings and characters.
fn tokens(source: &str) -> Vec<String> {
    let mut tokens = Vec::new();
    let mut rest = source;
    while let Some(first) = rest.chars().next() {
        let length = if rest.starts_with("//") {
            rest.find('\n').unwrap_or(rest.len())
        } else if let Some(raw) = rest.strip_prefix("r#\"") {
            raw.find("\"#").unwrap() + 5
        } else if first == '"' {
            quoted(rest, '"')
        } else if first == '\'' && (rest[1..].starts_with('\\') || rest.chars().nth(2) == Some('\'')) {
            quoted(rest, '\'')
        } else if is_word(rest) {
            rest.find(|c: char| !c.is_alphanumeric() && c != '_').unwrap_or(rest.len())
        } else if rest.starts_with("::") {
            2
        } else {
            first.len_utf8()
        };
        let token = &rest[..length];
        if is_word(token) && !token.starts_with("r#") || token == "::" || token.len() == 1 && !first.is_whitespace() {
            tokens.push(token.to_owned());
        }
        rest = &rest[length..];
    }
    tokens
}

/// The length of a literal in quotation marks, in bytes.
fn quoted(text: &str, mark: char) -> usize {
    let mut escaped = false;
    for (at, c) in text.char_indices().skip(1) {
        if c == mark && !escaped {
            return at + 1;
        }
        escaped = c == '\\' && !escaped;
    }
    text.len()
}
