//! A body that is put together from what is ready: what is long is shared, what is short is copied.

use std::mem::take;
use std::ops::Range;

use bytes::Bytes;

/// A body under way.
#[derive(Debug, Default)]
pub struct PageBody {
    /// What is not changed any more.
    closed: Vec<Bytes>,
    /// What follows it, and grows.
    text: Vec<u8>,
    /// What comes before all, until anything follows it.
    head: &'static [u8],
}

impl PageBody {
    /// From about here on it costs less to send one piece more than to copy it.
    const WORTH_SHARING: usize = 4096;
    /// An entry and what is around it fit into it.
    const AROUND: usize = 512;

    /// One that begins with this.
    pub fn after(head: &'static [u8]) -> Self {
        Self { head, ..Self::default() }
    }

    /// The end of it, to write to.
    pub fn text(&mut self) -> &mut Vec<u8> {
        if self.text.capacity() == 0 {
            self.text.reserve(Self::AROUND);
        }
        self.text.extend_from_slice(take(&mut self.head));
        &mut self.text
    }

    /// Appends a part of what is ready.
    pub fn share(&mut self, ready: &Bytes, part: Range<usize>) {
        if part.len() < Self::WORTH_SHARING {
            self.text().extend_from_slice(&ready[part]);
            return;
        }
        if !self.head.is_empty() {
            self.closed.push(Bytes::from_static(take(&mut self.head)));
        }
        self.close();
        self.closed.push(ready.slice(part));
    }

    /// Takes the last byte away again.
    pub fn pop(&mut self) {
        if self.text.pop().is_none()
            && let Some(last) = self.closed.last_mut()
        {
            last.truncate(last.len().saturating_sub(1));
        }
    }

    /// All of it, one piece behind the other.
    pub fn finish(mut self) -> Vec<Bytes> {
        self.close();
        self.closed
    }

    fn close(&mut self) {
        if !self.text.is_empty() {
            self.closed.push(Bytes::from(take(&mut self.text)));
        }
    }
}
