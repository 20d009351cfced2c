//! The orientation in EXIF data, by the Exif specification (CIPA DC-008) and TIFF 6.0.

use super::bytes::Cursor;

const ORIENTATION: u16 = 0x0112;
const SHORT: u16 = 3;

/// The orientation, 1 to 8, from a TIFF block; `None` where there is none or the block is broken.
pub(super) fn orientation(tiff: &[u8]) -> Option<u8> {
    let mut cursor = Cursor::new(tiff);
    let little = match &cursor.array::<4>()? {
        b"II*\0" => true,
        b"MM\0*" => false,
        _ => return None,
    };
    let u16 = |cursor: &mut Cursor<'_>| if little { cursor.u16_le() } else { cursor.u16_be() };
    let directory = if little { cursor.u32_le()? } else { cursor.u32_be()? };
    let mut cursor = Cursor::new(tiff.get(usize::try_from(directory).ok()?..)?);
    for _ in 0..u16(&mut cursor)? {
        let mut entry = Cursor::new(cursor.take(12)?);
        if u16(&mut entry)? == ORIENTATION {
            let kind = u16(&mut entry)?;
            entry.take(4)?;
            let value = u16(&mut entry)?;
            return u8::try_from(value).ok().filter(|value| kind == SHORT && (1..=8).contains(value));
        }
    }
    None
}
