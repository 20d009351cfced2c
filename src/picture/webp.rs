//! WebP headers, by RFC 9649: <https://www.rfc-editor.org/rfc/rfc9649>.

use super::bytes::{Cursor, Order, tag};
use super::{ImageInfo, exif};

const LOSSY: u32 = tag(*b"VP8 ");
const LOSSLESS: u32 = tag(*b"VP8L");
const EXTENDED: u32 = tag(*b"VP8X");
const EXIF: u32 = tag(*b"EXIF");

/// Reads the first chunk; of an extended file also `EXIF`, which stands behind the image data.
pub(super) fn inspect(cursor: &mut Cursor<'_>, info: &mut ImageInfo) -> Option<()> {
    cursor.skip(12);
    let (kind, length) = (cursor.tag(), cursor.number(4));
    match kind {
        LOSSY => lossy(cursor, info),
        LOSSLESS => lossless(cursor, info),
        EXTENDED if length >= 10 => extended(cursor, length, info),
        _ => None,
    }
}

/// A key frame's header, RFC 6386 section 9.1.
fn lossy(cursor: &mut Cursor<'_>, info: &mut ImageInfo) -> Option<()> {
    let (tag, start) = (cursor.number(3), cursor.number(3));
    if tag & 1 != 0 || start != 0x2a_019d {
        return None;
    }
    // The upper two bits are a scale for display.
    let (width, height) = (cursor.number(2) & 0x3fff, cursor.number(2) & 0x3fff);
    if width == 0 || height == 0 {
        return None;
    }
    (info.width, info.height) = (width, height);
    Some(())
}

fn lossless(cursor: &mut Cursor<'_>, info: &mut ImageInfo) -> Option<()> {
    if cursor.number(1) != 0x2f {
        return None;
    }
    let bits = cursor.number(4);
    cursor.in_bounds()?;
    // 14 bits of width less 1, 14 of height less 1, one for alpha, three for the version, which is 0.
    let edge = |bits: u32| (bits & 0x3fff).wrapping_add(1);
    (info.width, info.height) = (edge(bits), edge(bits >> 14));
    info.has_alpha = bits >> 28 & 1 == 1;
    (bits >> 29 == 0).then_some(())
}

fn extended(cursor: &mut Cursor<'_>, length: u32, info: &mut ImageInfo) -> Option<()> {
    let mut chunk = Cursor::new(cursor.take(10), Order::Little);
    cursor.in_bounds()?;
    let (flags, width, height) = (chunk.number(4), chunk.number(3), chunk.number(3));
    (info.width, info.height) = (width.wrapping_add(1), height.wrapping_add(1));
    info.has_alpha = flags & 0x10 != 0;
    info.animated = flags & 0x02 != 0;
    // The canvas has fewer than 2^32 pixels.
    info.width.checked_mul(info.height)?;
    if flags & 0x08 != 0 {
        info.orientation = orientation(cursor, length)?;
    }
    Some(())
}

/// Walks the chunks, each padded to an even length, to `EXIF`; `None` when the bytes end before it.
fn orientation(cursor: &mut Cursor<'_>, first: u32) -> Option<u8> {
    let padded = |length: u32| usize::try_from(length.saturating_add(length & 1)).unwrap_or(usize::MAX);
    cursor.skip(padded(first).saturating_sub(10));
    loop {
        let (kind, length) = (cursor.tag(), cursor.number(4));
        let data = cursor.take(padded(length));
        cursor.in_bounds()?;
        if kind == EXIF {
            let tiff = data.strip_prefix(b"Exif\0\0").unwrap_or(data);
            return Some(exif::orientation(tiff).unwrap_or(1));
        }
    }
}
