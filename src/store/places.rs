//! Sets of places in a run of entries: few as a list, many as a compressed bitmap.

use std::borrow::Cow;

use roaring::{MultiOps, RoaringBitmap};

/// Places in ascending order.
#[derive(Debug, Clone)]
pub enum Places<'a> {
    /// One after the other.
    Few(Cow<'a, [u32]>),
    /// As a bitmap.
    Many(Cow<'a, RoaringBitmap>),
}

impl Places<'_> {
    pub fn len(&self) -> usize {
        match self {
            Self::Few(list) => list.len(),
            Self::Many(bitmap) => usize::try_from(bitmap.len()).unwrap_or(usize::MAX),
        }
    }

    pub fn contains(&self, place: u32) -> bool {
        match self {
            Self::Few(list) => list.binary_search(&place).is_ok(),
            Self::Many(bitmap) => bitmap.contains(place),
        }
    }

    /// The same without any borrowed part.
    pub fn into_owned(self) -> Places<'static> {
        match self {
            Self::Few(list) => Places::Few(Cow::Owned(list.into_owned())),
            Self::Many(bitmap) => Places::Many(Cow::Owned(bitmap.into_owned())),
        }
    }

    /// How many are below a place.
    pub fn below(&self, place: u32) -> usize {
        match self {
            Self::Few(list) => list.partition_point(|other| *other < place),
            Self::Many(bitmap) => {
                place.checked_sub(1).map_or(0, |last| usize::try_from(bitmap.rank(last)).unwrap_or(usize::MAX))
            }
        }
    }

    /// So many from the `first`th on, if there are so many.
    pub fn some(&self, first: usize, most: usize) -> Vec<u32> {
        match self {
            Self::Few(list) => list.iter().skip(first).take(most).copied().collect(),
            Self::Many(bitmap) => {
                let mut some = Vec::with_capacity(most);
                if let Some(place) = u32::try_from(first).ok().and_then(|first| bitmap.select(first)) {
                    some.extend(bitmap.range(place..).take(most));
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
                Some(place) => Box::new(bitmap.range(place..)),
                None => Box::new(std::iter::empty()),
            },
        }
    }
}

/// What is in any of several sets.
pub fn any_of(mut sets: Vec<Places<'_>>) -> Places<'_> {
    if sets.len() == 1
        && let Some(only) = sets.pop()
    {
        return only;
    }
    let mut few = Vec::new();
    let mut many = Vec::new();
    for set in sets {
        match set {
            Places::Few(list) => few.extend_from_slice(&list),
            Places::Many(bitmap) => many.push(bitmap),
        }
    }
    few.sort_unstable();
    few.dedup();
    if many.is_empty() {
        return Places::Few(Cow::Owned(few));
    }
    let mut union = many.iter().map(AsRef::as_ref).union();
    union.extend(few);
    Places::Many(Cow::Owned(union))
}

/// What is in all of several sets, of which there is at least one.
pub fn all_of(mut sets: Vec<Places<'_>>) -> Option<Places<'_>> {
    sets.sort_by_key(Places::len);
    let mut sets = sets.into_iter();
    let mut least = sets.next()?;
    for other in sets {
        least = match (least, other) {
            (Places::Many(one), Places::Many(other)) => Places::Many(Cow::Owned(one.as_ref() & other.as_ref())),
            (Places::Many(many), Places::Few(list)) | (Places::Few(list), Places::Many(many)) => {
                Places::Few(list.iter().copied().filter(|place| many.contains(*place)).collect())
            }
            (Places::Few(list), other @ Places::Few(_)) => {
                Places::Few(list.iter().copied().filter(|place| other.contains(*place)).collect())
            }
        };
    }
    Some(least)
}
