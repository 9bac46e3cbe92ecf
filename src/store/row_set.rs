//! Sets of rows of one segment, in ascending order.

use std::ops::Range;
use std::sync::Arc;

use roaring::RoaringBitmap;

/// A set of rows, in the form that takes least memory: cheap to clone, never changed.
#[derive(Debug, Clone)]
pub enum RowSet<'a> {
    /// All rows in a range.
    Range(Range<u32>),
    /// A few rows.
    List(&'a [u32]),
    /// Many rows.
    Bitmap(Arc<RoaringBitmap>),
}

impl RowSet<'_> {
    pub fn contains(&self, row: u32) -> bool {
        match self {
            Self::Range(range) => range.contains(&row),
            Self::List(list) => list.binary_search(&row).is_ok(),
            Self::Bitmap(bitmap) => bitmap.contains(row),
        }
    }

    /// The number of elements before a row.
    pub fn rank(&self, row: u32) -> usize {
        match self {
            Self::Range(range) => row.clamp(range.start, range.end) as usize - range.start as usize,
            Self::List(list) => list.partition_point(|other| *other < row),
            Self::Bitmap(bitmap) => {
                row.checked_sub(1).map_or(0, |last| usize::try_from(bitmap.rank(last)).unwrap_or(usize::MAX))
            }
        }
    }

    /// At most `limit` elements, from the n-th on.
    pub fn slice(&self, n: usize, limit: usize) -> Vec<u32> {
        match self {
            Self::Range(range) => range.clone().skip(n).take(limit).collect(),
            Self::List(list) => list.iter().skip(n).take(limit).copied().collect(),
            Self::Bitmap(bitmap) => {
                let first = u32::try_from(n).ok().and_then(|n| bitmap.select(n));
                first.map_or_else(Vec::new, |first| bitmap.range(first..).take(limit).collect())
            }
        }
    }

    /// The n-th element.
    pub fn select(&self, n: usize) -> Option<u32> {
        self.slice(n, 1).first().copied()
    }

    pub fn to_bitmap(&self) -> RoaringBitmap {
        match self {
            Self::Range(range) => range.clone().collect(),
            Self::List(list) => list.iter().copied().collect(),
            Self::Bitmap(bitmap) => RoaringBitmap::clone(bitmap),
        }
    }
}
