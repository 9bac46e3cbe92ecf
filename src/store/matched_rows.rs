//! The order of answers across several runs of entries: which hit is the so manieth, and which follow it.

use std::cmp::Reverse;
use std::ops::Range;

use super::filter_cache::MatchedRows;
use super::key::Key;
use super::source::Source;
use crate::contract::{Filters, Timestamp};

/// What a query hits in one source.
pub struct Hits<'a> {
    pub source: Source<'a>,
    /// What passes the filters, in range or not; `None` when everything does.
    passing: Option<MatchedRows<'a>>,
    /// The range of time, as rows.
    start: usize,
    end: usize,
    /// How many pass in front of the range.
    before: usize,
    len: usize,
}

impl<'a> Hits<'a> {
    /// In a range whose ends are inclusive (TIME-RANGE).
    pub fn of(source: Source<'a>, from: Option<Timestamp>, to: Option<Timestamp>, filters: &Filters) -> Self {
        Self::among(source, from, to, source.rows(filters))
    }

    /// The same of what passes; `None` when everything does.
    pub fn among(
        source: Source<'a>,
        from: Option<Timestamp>,
        to: Option<Timestamp>,
        passing: Option<MatchedRows<'a>>,
    ) -> Self {
        let start = to.map_or(0, |to| source.first_from(|key| key.newest < Reverse(to.parts())));
        let end = from.map_or(source.len(), |from| source.first_from(|key| key.newest <= Reverse(from.parts())));
        let end = end.max(start);
        let (before, len) = match &passing {
            None => (0, end - start),
            Some(rows) => {
                let before = if start == 0 { 0 } else { rows.rank(narrow(start)) };
                let until = if end == source.len() { rows.len() } else { rows.rank(narrow(end)) };
                (before, until - before)
            }
        };
        Self { source, passing, start, end, before, len }
    }

    pub fn len(&self) -> usize {
        self.len
    }

    /// Whether a row is a hit.
    pub fn has(&self, row: u32) -> bool {
        let in_range = (self.start..self.end).contains(&(row as usize));
        in_range && self.passing.as_ref().is_none_or(|rows| rows.contains(row))
    }

    /// The rows of so many hits from the `first`th on, if they are neighbours.
    pub fn stretch(&self, first: usize, most: usize) -> Option<Range<usize>> {
        let start = self.start.saturating_add(first).min(self.end);
        self.passing.is_none().then(|| start..self.end.min(start.saturating_add(most)))
    }

    /// The rows of so many hits from the `first`th on.
    pub fn some(&self, first: usize, most: usize) -> Vec<u32> {
        let most = most.min(self.len.saturating_sub(first));
        match &self.passing {
            None => self.from(first).take(most).map(narrow).collect(),
            Some(rows) => rows.some(self.before.saturating_add(first), most),
        }
    }

    /// The rows of the hits from the `first`th on.
    pub fn from(&self, first: usize) -> Box<dyn Iterator<Item = usize> + '_> {
        match &self.passing {
            None => Box::new(self.start.saturating_add(first)..self.end),
            Some(_) if first >= self.len => Box::new(std::iter::empty()),
            Some(rows) => Box::new(rows.from(self.before + first).take(self.len - first).map(|row| row as usize)),
        }
    }

    /// How many hits stand in front of a key.
    fn in_front_of(&self, key: Key) -> usize {
        let row = self.source.first_from(|other| other < key).clamp(self.start, self.end);
        match &self.passing {
            None => row - self.start,
            Some(rows) => rows.rank(narrow(row)) - self.before,
        }
    }

    /// Where the so manieth hit stands.
    pub fn key(&self, number: usize) -> Option<Key> {
        self.from(number).next().map(|row| self.source.key(row))
    }
}

/// RowSet are counted in 32 bits, see [`super::segment::Builder::push`].
fn narrow(row: usize) -> u32 {
    u32::try_from(row).unwrap_or(u32::MAX)
}

/// How many hits of each are among the first `skip` of all together.
///
/// Halves what is undecided of one of them at a time: some dozens of looks, however many hits there are.
pub fn split(all: &[Hits<'_>], skip: usize) -> Vec<usize> {
    let mut inside = vec![0; all.len()];
    if skip == 0 {
        return inside;
    }
    let mut outside: Vec<usize> = all.iter().map(Hits::len).collect();
    if let [only] = outside.as_slice() {
        return vec![skip.min(*only)];
    }
    loop {
        let undecided = |which: &usize| outside[*which] - inside[*which];
        let Some(widest) = (0..all.len()).max_by_key(undecided).filter(|which| undecided(which) > 0) else {
            return inside;
        };
        let middle = inside[widest] + undecided(&widest) / 2;
        let Some(pivot) = all[widest].key(middle) else { return inside };
        let in_front = |which: usize| if which == widest { middle } else { all[which].in_front_of(pivot) };
        let in_front: Vec<usize> = (0..all.len()).map(in_front).collect();
        let pivot_is_inside = in_front.iter().sum::<usize>() < skip;
        for (which, count) in in_front.into_iter().enumerate() {
            if pivot_is_inside {
                inside[which] = inside[which].max(count + usize::from(which == widest));
            } else {
                outside[which] = outside[which].min(count);
            }
        }
    }
}

/// Calls `take` with each hit of all together in turn: from the `skip`th on, and so many.
pub fn each<'a>(all: &[Hits<'a>], skip: usize, most: usize, mut take: impl FnMut(&Source<'a>, usize)) {
    let starts = split(all, skip);
    if let [only] = all {
        return only.from(starts[0]).take(most).for_each(|row| take(&only.source, row));
    }
    let mut next: Vec<_> = all.iter().zip(starts).map(|(hits, start)| hits.from(start)).collect();
    let head = |which: usize, row: Option<usize>| row.map(|row| (all[which].source.key(row), row));
    let mut heads: Vec<_> = next.iter_mut().enumerate().map(|(which, rows)| head(which, rows.next())).collect();
    for _ in 0..most {
        let least = heads.iter().enumerate().filter_map(|(which, head)| Some((head.as_ref()?, which))).min();
        let Some((&(_, row), which)) = least else { return };
        take(&all[which].source, row);
        heads[which] = head(which, next[which].next());
    }
}
