//! Who makes up names, so that two who do not know of each other never make up the same.

/// Who asks for names: each has first words of its own, so that none invents what the other has.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Source {
    /// The generator.
    Generated,
    /// Live activity, which goes on after the generator and does not know how far that came.
    Live,
}

/// The first words of a source: live activity has the last eighth.
pub fn words_of<T>(list: &[T], source: Source) -> &[T] {
    let (generated, live) = list.split_at(list.len() - (list.len() / 8).max(1));
    match source {
        Source::Generated => generated,
        Source::Live => live,
    }
}
