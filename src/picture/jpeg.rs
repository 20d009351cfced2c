//! JPEG headers, by ITU-T T.81 annex B: <https://www.w3.org/Graphics/JPEG/itu-t81.pdf>.

use super::bytes::Cursor;
use super::{Color, Format, Found, ImageInfo, Stop, exif};

pub(super) const SIGNATURE: &[u8] = b"\xff\xd8\xff";

/// Walks the segments to the frame header, which holds the size.
pub(super) fn inspect(cursor: &mut Cursor<'_>) -> Found {
    cursor.take(2).ok_or(Stop::Truncated)?;
    let mut orientation = 1;
    loop {
        let marker = marker(cursor).ok_or(Stop::Truncated)?;
        match marker {
            // Markers that stand alone: TEM and a restart that strayed here.
            0x01 | 0xd0..=0xd7 => continue,
            // The image data begins, or ends, before any frame header.
            0xda | 0xd9 => return Err(Stop::Corrupt),
            _ => {}
        }
        let length = usize::from(cursor.u16_be().ok_or(Stop::Truncated)?);
        let segment = cursor.take(length.checked_sub(2).ok_or(Stop::Corrupt)?).ok_or(Stop::Truncated)?;
        match marker {
            0xc0..=0xcf if !matches!(marker, 0xc4 | 0xc8 | 0xcc) => {
                return frame(segment, orientation).ok_or(Stop::Corrupt);
            }
            0xe1 => {
                if let Some(tiff) = segment.strip_prefix(b"Exif\0\0") {
                    orientation = exif::orientation(tiff).unwrap_or(orientation);
                }
            }
            _ => {}
        }
    }
}

/// The next marker. Decoders skip bytes between segments, and fill bytes before a marker.
fn marker(cursor: &mut Cursor<'_>) -> Option<u8> {
    loop {
        while cursor.u8()? != 0xff {}
        let mut byte = cursor.u8()?;
        while byte == 0xff {
            byte = cursor.u8()?;
        }
        if byte != 0 {
            return Some(byte);
        }
    }
}

fn frame(segment: &[u8], orientation: u8) -> Option<ImageInfo> {
    let mut cursor = Cursor::new(segment);
    let bit_depth = cursor.u8()?;
    let height = u32::from(cursor.u16_be()?);
    let width = u32::from(cursor.u16_be()?);
    let color = match cursor.u8()? {
        1 => Color::Gray,
        3 => Color::Rgb,
        4 => Color::Cmyk,
        _ => return None,
    };
    // A height of 0 is told after the first scan (DNL): no encoder in use does that, and no API accepts it.
    if width == 0 || height == 0 || bit_depth == 0 {
        return None;
    }
    Some(ImageInfo {
        format: Format::Jpeg,
        width,
        height,
        bit_depth,
        color,
        has_alpha: false,
        animated: false,
        orientation,
        complete: true,
    })
}
