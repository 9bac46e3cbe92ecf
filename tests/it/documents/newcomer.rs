//! Whoever sees the project for the first time reads two screens.

use super::file;

const SCREENS: usize = 2;
const LINES: usize = 50;
const COLUMNS: usize = 120;

#[test]
fn the_readme_is_two_screens() {
    let lines: usize = file("README.md").lines().map(|line| line.chars().count().div_ceil(COLUMNS).max(1)).sum();
    assert!(lines <= SCREENS * LINES, "{lines} lines of {COLUMNS} columns: the rest belongs to docs/");
}
