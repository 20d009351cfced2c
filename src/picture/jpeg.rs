//! JPEG headers, by ITU-T T.81 annex B: <https://www.w3.org/Graphics/JPEG/itu-t81.pdf>.

use super::bytes::{Cursor, Order};
use super::{Color, ImageInfo, exif};

/// Walks the segments to the frame header, which holds the size.
pub(super) fn inspect(cursor: &mut Cursor<'_>, info: &mut ImageInfo) -> Option<()> {
    cursor.skip(2);
    loop {
        let marker = marker(cursor)?;
        match marker {
            // Markers that stand alone: TEM and a restart that strayed here.
            0x01 | 0xd0..=0xd7 => continue,
            // The image data begins, or ends, before any frame header.
            0xda | 0xd9 => return None,
            _ => {}
        }
        let length = cursor.number(2).checked_sub(2)?;
        let segment = cursor.take(length as usize);
        match marker {
            0xc0..=0xcf if !matches!(marker, 0xc4 | 0xc8 | 0xcc) => return frame(segment, info),
            0xe1 => {
                if let Some(tiff) = segment.strip_prefix(b"Exif\0\0") {
                    info.orientation = exif::orientation(tiff).unwrap_or(info.orientation);
                }
            }
            _ => {}
        }
    }
}

/// The next marker. Decoders skip bytes between segments, and fill bytes before a marker.
fn marker(cursor: &mut Cursor<'_>) -> Option<u32> {
    let mut before = 0;
    while cursor.in_bounds().is_some() {
        match (before, cursor.number(1)) {
            (0xff, marker @ 0x01..=0xfe) => return Some(marker),
            (_, byte) => before = byte,
        }
    }
    None
}

fn frame(segment: &[u8], info: &mut ImageInfo) -> Option<()> {
    let mut cursor = Cursor::new(segment, Order::Big);
    info.bit_depth = u8::try_from(cursor.number(1)).ok()?;
    info.height = cursor.number(2);
    info.width = cursor.number(2);
    info.color = match cursor.number(1) {
        1 => Color::Gray,
        3 => Color::Rgb,
        4 => Color::Cmyk,
        _ => return None,
    };
    // A height of 0 is told after the first scan (DNL): no encoder in use does that, and no API accepts it.
    (info.width > 0 && info.height > 0 && info.bit_depth > 0).then_some(())
}
