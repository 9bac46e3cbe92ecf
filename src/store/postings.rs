//! For each value of an attribute, the places of the entries that have it.

use std::borrow::Cow;

use roaring::RoaringBitmap;

use super::row_set::RowSet;

/// The places of each value of one attribute; no entry has two.
#[derive(Debug, Default)]
pub struct Postings {
    values: Vec<Posting>,
    /// Where lists lie, one behind the other.
    lists: Vec<u32>,
}

#[derive(Debug)]
enum Posting {
    List { start: usize, length: u32 },
    Bitmap(RoaringBitmap),
}

/// A bitmap has a part for so many places.
const PART: usize = 1 << 16;
/// With fewer places than this in a part, a list is read in a fraction of the time, and takes half a kilobyte more at most.
const WORTH_A_BITMAP: usize = 256;

impl Postings {
    /// From the value of each row in turn, of so many values.
    ///
    /// # Panics
    /// Beyond four billion rows.
    pub fn of(values: usize, rows: impl Iterator<Item = Option<usize>> + Clone) -> Self {
        let mut counts = vec![0_u32; values];
        let mut length = 0;
        for value in rows.clone() {
            length += 1;
            if let Some(value) = value {
                counts[value] += 1;
            }
        }
        let enough = WORTH_A_BITMAP * usize::div_ceil(length, PART);
        let mut listed = 0;
        let mut postings: Vec<Posting> = Vec::with_capacity(values);
        for count in counts {
            postings.push(if count as usize >= enough {
                Posting::Bitmap(RoaringBitmap::new())
            } else {
                let start = listed;
                listed += count as usize;
                Posting::List { start, length: 0 }
            });
        }
        let mut lists = vec![0; listed];
        for (row, value) in (0..).zip(rows) {
            match value.map(|value| &mut postings[value]) {
                None => {}
                Some(Posting::Bitmap(bitmap)) => {
                    // RowSet come in ascending order.
                    let _ = bitmap.try_push(row);
                }
                Some(Posting::List { start, length }) => {
                    lists[*start + *length as usize] = row;
                    *length += 1;
                }
            }
        }
        for posting in &mut postings {
            if let Posting::Bitmap(bitmap) = posting {
                bitmap.optimize();
                // A copy has no room for growth.
                *bitmap = bitmap.clone();
            }
        }
        Self { values: postings, lists }
    }

    /// The rows of a value.
    pub fn get(&self, value: usize) -> RowSet<'_> {
        match &self.values[value] {
            Posting::Bitmap(bitmap) => RowSet::Many(Cow::Borrowed(bitmap)),
            Posting::List { start, length } => {
                RowSet::Few(Cow::Borrowed(&self.lists[*start..*start + *length as usize]))
            }
        }
    }
}
