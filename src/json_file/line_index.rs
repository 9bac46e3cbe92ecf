//! Finds line and column of a byte of a text, at a cost that does not grow with the text.

/// Line and column of a byte every few kilobytes.
#[derive(Debug)]
pub struct LineIndex {
    /// Offset, line and column, counted from 0.
    marks: Vec<(usize, usize, usize)>,
}

/// Bytes between two marks, which bounds what a look-up reads.
const MARK_DISTANCE: usize = 4096;

impl LineIndex {
    pub fn new(text: &str) -> Self {
        let mut marks = vec![(0, 0, 0)];
        let mut last = (0, 0, 0);
        while last.0 + MARK_DISTANCE < text.len() {
            last = walk(text, last, last.0 + MARK_DISTANCE);
            marks.push(last);
        }
        Self { marks }
    }

    /// Line and column of a byte, counted from 1 in characters.
    pub fn at(&self, text: &str, offset: usize) -> (usize, usize) {
        let mark = self.marks.partition_point(|(marked, ..)| *marked <= offset).saturating_sub(1);
        let (_, line, column) = walk(text, self.marks[mark], offset);
        (line + 1, column + 1)
    }
}

/// Line and column of the byte `to`, or of the start of its character, counted on from an earlier byte.
fn walk(text: &str, (from, line, column): (usize, usize, usize), to: usize) -> (usize, usize, usize) {
    let to = (0..=to.min(text.len())).rev().find(|at| text.is_char_boundary(*at)).unwrap_or(0).max(from);
    let part = &text[from..to];
    match part.rfind('\n') {
        None => (to, line, column + part.chars().count()),
        Some(newline) => (to, line + part.matches('\n').count(), part[newline + 1..].chars().count()),
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    proptest! {
        #[test]
        fn a_place_is_what_counting_from_the_start_gives(text in "(a|é|\\n|𝄞){0,200}", times in 1_usize..80, part in 0.0..1.0) {
            let text = text.repeat(times);
            #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, clippy::cast_precision_loss, reason = "a test of small numbers")]
            let mut offset = (text.len() as f64 * part) as usize;
            while !text.is_char_boundary(offset) {
                offset -= 1;
            }
            let before = &text[..offset];
            let column = before.chars().rev().take_while(|c| *c != '\n').count();
            let expected = (before.matches('\n').count() + 1, column + 1);
            prop_assert_eq!(LineIndex::new(&text).at(&text, offset), expected);
        }
    }
}
