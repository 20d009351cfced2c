//! The orientation in EXIF data, by the Exif specification (CIPA DC-008) and TIFF 6.0.

use super::bytes::{Cursor, Order, tag};

const LITTLE: u32 = tag(*b"II*\0");
const BIG: u32 = tag(*b"MM\0*");
const ORIENTATION: u32 = 0x0112;
const SHORT: u32 = 3;

/// The orientation, 1 to 8, from a TIFF block; `None` where there is none or the block is broken.
pub(super) fn orientation(tiff: &[u8]) -> Option<u8> {
    let order = match tiff.first_chunk().map(|letters| tag(*letters))? {
        LITTLE => Order::Little,
        BIG => Order::Big,
        _ => return None,
    };
    let directory = Cursor::new(tiff.get(4..)?, order).number(4);
    let mut cursor = Cursor::new(tiff.get(usize::try_from(directory).ok()?..)?, order);
    for _ in 0..cursor.number(2) {
        let mut entry = Cursor::new(cursor.take(12), order);
        cursor.in_bounds()?;
        if entry.number(2) == ORIENTATION {
            let kind = entry.number(2);
            entry.skip(4);
            let value = entry.number(2);
            return u8::try_from(value).ok().filter(|value| kind == SHORT && (1..=8).contains(value));
        }
    }
    None
}
