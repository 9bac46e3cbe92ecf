//! `docs/recipes.md`: links every recipe, and its commands and excerpts are those of the recipes.

use std::collections::BTreeSet;
use std::fs;

use super::{file, repository};

const PAGE: &str = "docs/recipes.md";
/// The beginnings of commands that belong to no recipe: one builds the project, one runs the reader's own tests.
const OF_NO_RECIPE: [&str; 2] = ["cargo install --locked --path .", "cortex-audit-mock run "];

/// Every file of every recipe, by its path.
fn files() -> Vec<String> {
    let mut found = vec!["compose.yaml".to_owned()];
    for entry in fs::read_dir(repository("recipes")).unwrap() {
        let path = format!("recipes/{}", entry.unwrap().file_name().to_str().unwrap());
        match fs::read_dir(repository(&path)) {
            Ok(folder) => {
                let files = folder.map(Result::unwrap).filter(|entry| entry.file_type().unwrap().is_file());
                found.extend(files.map(|entry| format!("{path}/{}", entry.file_name().to_str().unwrap())));
            }
            Err(_) => found.push(path),
        }
    }
    found
}

/// The lines of a text without their indentation.
fn flat(text: &str) -> String {
    text.lines().map(|line| line.trim().to_owned() + "\n").collect()
}

#[test]
fn every_recipe_is_linked_and_every_link_has_a_target() {
    let page = file(PAGE);
    let links: BTreeSet<&str> = page.split("](").skip(1).map(|rest| rest.split(')').next().unwrap()).collect();
    for link in links.iter().filter_map(|link| link.strip_prefix("../")) {
        assert!(repository(link).exists(), "{link}");
    }
    for path in files() {
        let folder = path.rsplit_once('/').map_or("", |(folder, _)| folder);
        let linked = |path: &str| links.contains(format!("../{path}").as_str());
        assert!(linked(&path) || linked(folder), "{PAGE} has no link to {path}");
    }
    for anchor in links.iter().filter_map(|link| link.strip_prefix('#')) {
        let heading =
            |line: &str| line.strip_prefix("## ").map(|text| text.to_lowercase().replace(' ', "-").replace('\'', ""));
        assert!(page.lines().filter_map(heading).any(|heading| heading == anchor), "{anchor}");
    }
}

/// So are the examples of docs/agents.md, whose commands `documents::commands` runs.
#[test]
fn the_excerpts_on_the_page_are_in_the_recipes() {
    let texts: Vec<(String, String)> = files().into_iter().map(|path| (flat(&file(&path)), path)).collect();
    let pages = file(PAGE) + &file("docs/agents.md");
    let mut excerpts = 0;
    for block in pages.split("```").skip(1).step_by(2) {
        let (language, text) = block.split_once('\n').unwrap();
        if !["sh", "bash", "console"].contains(&language) {
            excerpts += 1;
            for part in flat(text).split("…\n") {
                assert!(texts.iter().any(|(text, _)| text.contains(part)), "in no recipe:\n{part}");
            }
        }
    }
    assert!(excerpts > 5, "{excerpts} excerpts");
}

/// A reader of the page runs the commands that the tests run.
#[test]
fn the_commands_of_the_page_are_those_of_the_recipe() {
    let page = file(PAGE);
    let blocks = page.split("```bash\n").skip(1).map(|rest| rest.split("```").next().unwrap());
    for block in blocks.filter(|block| !OF_NO_RECIPE.iter().any(|start| block.starts_with(start))) {
        let mut recipe = "recipes/kubernetes.yaml".to_owned();
        for line in block.lines() {
            if let Some(folder) = line.strip_prefix("cd ") {
                folder.clone_into(&mut recipe);
                continue;
            }
            let mut texts = files().into_iter().filter(|path| path.starts_with(&recipe)).map(|path| file(&path));
            assert!(texts.any(|text| text.contains(&format!("    {line}\n"))), "{line} is not in {recipe}");
        }
    }
}
