//! Reading numbers out of bytes that may end anywhere. Its functions are called from everywhere and are never worth
//! repeating in place.

/// A position in bytes. Reading past the end gives nothing or zero, then and from then on, and is remembered: so a reader
/// asks [`Cursor::in_bounds`] where zero could be taken for an answer, and not after each number.
#[derive(Clone, Copy, Debug)]
pub(super) struct Cursor<'a> {
    bytes: &'a [u8],
    order: Order,
    at: usize,
    needed: usize,
}

/// Which byte of a number comes first.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Order {
    Big,
    Little,
}

impl<'a> Cursor<'a> {
    pub(super) const fn new(bytes: &'a [u8], order: Order) -> Self {
        Self { bytes, order, at: 0, needed: 0 }
    }

    /// The next `count` bytes.
    #[inline(never)]
    pub(super) fn take(&mut self, count: usize) -> &'a [u8] {
        if self.needed > 0 {
            return &[];
        }
        let end = self.at.saturating_add(count);
        let Some((taken, rest)) = self.bytes.split_at_checked(count) else {
            (self.bytes, self.needed) = (&[], end);
            return &[];
        };
        (self.bytes, self.at) = (rest, end);
        taken
    }

    /// Leaves `count` bytes out.
    #[inline(never)]
    pub(super) fn skip(&mut self, count: usize) {
        self.take(count);
    }

    /// A number of up to four bytes.
    #[inline(never)]
    pub(super) fn number(&mut self, bytes: usize) -> u32 {
        let order = self.order;
        let mut number = 0;
        for (shift, byte) in (0..).step_by(8).zip(self.take(bytes)) {
            number = match order {
                Order::Big => number << 8 | u32::from(*byte),
                Order::Little => number | u32::from(*byte).wrapping_shl(shift),
            };
        }
        number
    }

    /// The name of a chunk, as [`tag`] writes it.
    #[inline(never)]
    pub(super) fn tag(&mut self) -> u32 {
        self.take(4).first_chunk().map_or(0, |letters| tag(*letters))
    }

    /// `None` once something was asked for behind the end.
    pub(super) fn in_bounds(&self) -> Option<()> {
        (self.needed == 0).then_some(())
    }

    /// How many bytes there would have to be in all for the read that failed; 0 when none has.
    pub(super) const fn needed(&self) -> usize {
        self.needed
    }

    /// What is left.
    pub(super) const fn rest(&self) -> &'a [u8] {
        self.bytes
    }
}

/// Four letters as a number.
pub(super) const fn tag(letters: [u8; 4]) -> u32 {
    u32::from_le_bytes(letters)
}
