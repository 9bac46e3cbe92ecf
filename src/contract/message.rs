//! Text that others chose, as part of a message: it is shown, and not obeyed.

/// Whether a character would shape what stands around it instead of being shown: what controls a terminal, begins a
/// line or turns the direction of writing; and what is no character, which XML refuses.
pub(crate) fn is_control(c: char) -> bool {
    let turns = matches!(c, '\u{61c}' | '\u{200e}' | '\u{200f}' | '\u{2028}'..='\u{202e}' | '\u{2066}'..='\u{2069}');
    c.is_control() || turns || c == '\u{feff}' || u32::from(c) & 0xfffe == 0xfffe
}

/// The text with such characters written as Rust writes them.
pub(crate) fn escape_control(text: &str) -> String {
    let mut harmless = String::with_capacity(text.len());
    for c in text.chars() {
        if is_control(c) {
            harmless.extend(c.escape_default());
        } else {
            harmless.push(c);
        }
    }
    harmless
}

/// The beginning of it, so that hostile input cannot shape a message, nor make it endless.
pub(crate) fn excerpt(text: &str) -> String {
    /// Long enough for any identifier, short enough for a line.
    const LONGEST: usize = 80;

    match text.char_indices().nth(LONGEST) {
        Some((end, _)) => escape_control(&text[..end]) + "…",
        None => escape_control(text),
    }
}
