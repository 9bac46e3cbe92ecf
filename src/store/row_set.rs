//! Sets of places in a run of entries: few as a list, many as a compressed bitmap.

use std::borrow::Cow;

use roaring::{MultiOps, RoaringBitmap};

/// RowSet in ascending order.
#[derive(Debug, Clone)]
pub enum RowSet<'a> {
    /// One after the other.
    Few(Cow<'a, [u32]>),
    /// As a bitmap.
    Many(Cow<'a, RoaringBitmap>),
}

impl RowSet<'_> {
    pub fn len(&self) -> usize {
        match self {
            Self::Few(list) => list.len(),
            Self::Many(bitmap) => usize::try_from(bitmap.len()).unwrap_or(usize::MAX),
        }
    }

    pub fn contains(&self, row: u32) -> bool {
        match self {
            Self::Few(list) => list.binary_search(&row).is_ok(),
            Self::Many(bitmap) => bitmap.contains(row),
        }
    }

    /// The same without any borrowed part.
    pub fn into_owned(self) -> RowSet<'static> {
        match self {
            Self::Few(list) => RowSet::Few(Cow::Owned(list.into_owned())),
            Self::Many(bitmap) => RowSet::Many(Cow::Owned(bitmap.into_owned())),
        }
    }

    /// How many are below a row.
    pub fn rank(&self, row: u32) -> usize {
        match self {
            Self::Few(list) => list.partition_point(|other| *other < row),
            Self::Many(bitmap) => {
                row.checked_sub(1).map_or(0, |last| usize::try_from(bitmap.rank(last)).unwrap_or(usize::MAX))
            }
        }
    }

    /// So many from the `first`th on, if there are so many.
    pub fn some(&self, first: usize, most: usize) -> Vec<u32> {
        match self {
            Self::Few(list) => list.iter().skip(first).take(most).copied().collect(),
            Self::Many(bitmap) => {
                let mut some = Vec::with_capacity(most);
                if let Some(row) = u32::try_from(first).ok().and_then(|first| bitmap.select(first)) {
                    some.extend(bitmap.range(row..).take(most));
                }
                some
            }
        }
    }

    /// From the `first`th on.
    pub fn from(&self, first: usize) -> Box<dyn Iterator<Item = u32> + '_> {
        match self {
            Self::Few(list) => Box::new(list.iter().skip(first).copied()),
            Self::Many(bitmap) => match u32::try_from(first).ok().and_then(|first| bitmap.select(first)) {
                Some(row) => Box::new(bitmap.range(row..)),
                None => Box::new(std::iter::empty()),
            },
        }
    }
}

/// What is in any of several sets.
pub fn union(mut sets: Vec<RowSet<'_>>) -> RowSet<'_> {
    if sets.len() == 1
        && let Some(only) = sets.pop()
    {
        return only;
    }
    let mut few = Vec::new();
    let mut many = Vec::new();
    for set in sets {
        match set {
            RowSet::Few(list) => few.extend_from_slice(&list),
            RowSet::Many(bitmap) => many.push(bitmap),
        }
    }
    few.sort_unstable();
    few.dedup();
    if many.is_empty() {
        return RowSet::Few(Cow::Owned(few));
    }
    let mut union = many.iter().map(AsRef::as_ref).union();
    union.extend(few);
    RowSet::Many(Cow::Owned(union))
}

/// What is in all of several sets, of which there is at least one.
pub fn intersection(mut sets: Vec<RowSet<'_>>) -> Option<RowSet<'_>> {
    sets.sort_by_key(RowSet::len);
    let mut sets = sets.into_iter();
    let mut least = sets.next()?;
    for other in sets {
        least = match (least, other) {
            (RowSet::Many(one), RowSet::Many(other)) => RowSet::Many(Cow::Owned(one.as_ref() & other.as_ref())),
            (RowSet::Many(many), RowSet::Few(list)) | (RowSet::Few(list), RowSet::Many(many)) => {
                RowSet::Few(list.iter().copied().filter(|row| many.contains(*row)).collect())
            }
            (RowSet::Few(list), other @ RowSet::Few(_)) => {
                RowSet::Few(list.iter().copied().filter(|row| other.contains(*row)).collect())
            }
        };
    }
    Some(least)
}
