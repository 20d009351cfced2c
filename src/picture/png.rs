//! PNG headers, by the third edition of the specification: <https://www.w3.org/TR/png-3/>.

use super::bytes::Cursor;
use super::{Color, Format, ImageInfo, Problem, exif};

pub(super) const SIGNATURE: &[u8] = b"\x89PNG\r\n\x1a\n";

/// Reads the chunks before the first image data: `IHDR`, and `tRNS`, `acTL` and `eXIf` where they are.
///
/// When the bytes end before the image data, what was seen so far decides: only a cut inside `IHDR` is truncation, for
/// the chunks behind it (color profiles, content credentials of 70 KB) may be larger than any head that was read.
pub(super) fn inspect(bytes: &[u8]) -> Result<ImageInfo, Problem> {
    let truncated = Problem::Truncated(Format::Png);
    let corrupt = Problem::Corrupt(Format::Png);
    let mut cursor = Cursor::new(bytes);
    cursor.take(SIGNATURE.len()).ok_or(truncated)?;
    let length = cursor.u32_be().ok_or(truncated)?;
    if cursor.array::<4>().ok_or(truncated)? != *b"IHDR" || length != 13 {
        return Err(corrupt);
    }
    let width = cursor.u32_be().ok_or(truncated)?;
    let height = cursor.u32_be().ok_or(truncated)?;
    let [bit_depth, color_type, compression, filter, interlace] = cursor.array().ok_or(truncated)?;
    cursor.u32_be().ok_or(truncated)?;
    let (color, has_alpha, depths): (_, _, &[u8]) = match color_type {
        0 => (Color::Gray, false, &[1, 2, 4, 8, 16]),
        2 => (Color::Rgb, false, &[8, 16]),
        3 => (Color::Palette, false, &[1, 2, 4, 8]),
        4 => (Color::Gray, true, &[8, 16]),
        6 => (Color::Rgb, true, &[8, 16]),
        _ => return Err(corrupt),
    };
    let edge = 1..=0x7fff_ffff;
    let sound = depths.contains(&bit_depth) && compression == 0 && filter == 0 && interlace <= 1;
    if !sound || !edge.contains(&width) || !edge.contains(&height) {
        return Err(corrupt);
    }
    let mut info = ImageInfo {
        format: Format::Png,
        width,
        height,
        bit_depth,
        color,
        has_alpha,
        animated: false,
        orientation: 1,
    };
    while let Some(length) = cursor.u32_be() {
        let Some(kind) = cursor.array::<4>() else { break };
        match &kind {
            b"IDAT" | b"IEND" => break,
            b"tRNS" => info.has_alpha = true,
            b"acTL" => info.animated = true,
            _ => {}
        }
        let Some(data) = usize::try_from(length).ok().and_then(|length| cursor.take(length)) else { break };
        if kind == *b"eXIf" {
            info.orientation = exif::orientation(data).unwrap_or(1);
        }
        if cursor.u32_be().is_none() {
            break;
        }
    }
    Ok(info)
}
