//! The page's files as they are sent: without what only their authors read.

/// Leaves out comments that have lines to themselves, empty lines and indentation: a sixth of the page. No line of our
/// files begins within a string, which a test holds them to.
pub fn lean(text: &str) -> String {
    let mut sent = String::with_capacity(text.len());
    let mut within = false;
    for line in text.lines().map(str::trim) {
        let opens = line.starts_with("/*");
        let remark = within || opens || line.starts_with("//");
        within = (within || opens) && !line.ends_with("*/");
        if !remark && !line.is_empty() {
            sent.push_str(line);
            sent.push('\n');
        }
    }
    sent
}

#[cfg(test)]
mod tests {
    use super::lean;

    #[test]
    fn code_stays_and_what_only_its_authors_read_goes() {
        let text = "// Why.\n\n/** One line. */\nexport const a = 1; // kept\n/*\n * Several.\n */\nif (a) {\n  b(\"//\");\n}\n";
        assert_eq!(lean(text), "export const a = 1; // kept\nif (a) {\nb(\"//\");\n}\n");
    }
}
