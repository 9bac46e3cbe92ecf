//! From a byte of a text to its line and column, at a cost that does not grow with the text.

/// The line and column at every few kilobytes of a text.
#[derive(Debug)]
pub struct Places {
    /// Offset, line and column, counted from 0.
    marks: Vec<(usize, usize, usize)>,
}

/// Bytes between two marks: what a look-up reads at most.
const APART: usize = 4096;

impl Places {
    pub fn of(text: &str) -> Self {
        let mut marks = vec![(0, 0, 0)];
        let (mut line, mut column, mut next) = (0, 0, APART);
        for (offset, c) in text.char_indices() {
            if offset >= next {
                marks.push((offset, line, column));
                next = offset + APART;
            }
            (line, column) = after(c, line, column);
        }
        Self { marks }
    }

    /// Line and column of a byte, counted from 1 in characters.
    pub fn at(&self, text: &str, offset: usize) -> (usize, usize) {
        let mark = self.marks.partition_point(|(marked, ..)| *marked <= offset).saturating_sub(1);
        let (marked, mut line, mut column) = self.marks[mark];
        for (place, c) in text[marked..].char_indices() {
            if marked + place + c.len_utf8() > offset {
                break;
            }
            (line, column) = after(c, line, column);
        }
        (line + 1, column + 1)
    }
}

fn after(c: char, line: usize, column: usize) -> (usize, usize) {
    if c == '\n' { (line + 1, 0) } else { (line, column + 1) }
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
            prop_assert_eq!(Places::of(&text).at(&text, offset), expected);
        }
    }
}
