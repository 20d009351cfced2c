//! PNG headers, by the third edition of the specification: <https://www.w3.org/TR/png-3/>.

use super::bytes::Cursor;
use super::{Color, Format, Found, ImageInfo, Stop, exif};

pub(super) const SIGNATURE: &[u8] = b"\x89PNG\r\n\x1a\n";

/// Reads the chunks before the first image data: `IHDR`, and `tRNS`, `acTL` and `eXIf` where they are.
///
/// Only a cut inside `IHDR` is truncation: the chunks behind it (colour profiles, content credentials of 70 KB) may be
/// larger than any head that was read, so when the bytes end before the image data the answer is marked as incomplete.
pub(super) fn inspect(cursor: &mut Cursor<'_>) -> Found {
    cursor.take(SIGNATURE.len()).ok_or(Stop::Truncated)?;
    let length = cursor.u32_be().ok_or(Stop::Truncated)?;
    if length != 13 {
        return Err(Stop::Corrupt);
    }
    let chunk = cursor.array::<17>().ok_or(Stop::Truncated)?;
    let check = cursor.u32_be().ok_or(Stop::Truncated)?;
    let mut info = header(&chunk).filter(|_| crc(&chunk) == check).ok_or(Stop::Corrupt)?;
    if chunks(cursor, &mut info)? {
        info.complete = true;
    }
    Ok(info)
}

fn header(chunk: &[u8; 17]) -> Option<ImageInfo> {
    let mut cursor = Cursor::new(chunk);
    if cursor.array::<4>()? != *b"IHDR" {
        return None;
    }
    let (width, height) = (cursor.u32_be()?, cursor.u32_be()?);
    let [bit_depth, color_type, compression, filter, interlace] = cursor.array()?;
    let (color, has_alpha, depths): (_, _, &[u8]) = match color_type {
        0 => (Color::Gray, false, &[1, 2, 4, 8, 16]),
        2 => (Color::Rgb, false, &[8, 16]),
        3 => (Color::Palette, false, &[1, 2, 4, 8]),
        4 => (Color::Gray, true, &[8, 16]),
        6 => (Color::Rgb, true, &[8, 16]),
        _ => return None,
    };
    let edge = 1..=0x7fff_ffff;
    let sound = depths.contains(&bit_depth) && compression == 0 && filter == 0 && interlace <= 1;
    (sound && edge.contains(&width) && edge.contains(&height)).then_some(ImageInfo {
        format: Format::Png,
        width,
        height,
        bit_depth,
        color,
        has_alpha,
        animated: false,
        orientation: 1,
        complete: false,
    })
}

/// Walks to the image data, which makes the answer complete.
fn chunks(cursor: &mut Cursor<'_>, info: &mut ImageInfo) -> Result<bool, Stop> {
    loop {
        let (Some(length), Some(kind)) = (cursor.u32_be(), cursor.array::<4>()) else { return Ok(false) };
        match &kind {
            b"IDAT" => return Ok(true),
            // A file that ends without image data, or chunks that are none.
            b"IEND" => return Err(Stop::Corrupt),
            _ if length > 0x7fff_ffff || !kind.iter().all(u8::is_ascii_alphabetic) => {
                return Err(Stop::Corrupt);
            }
            // Readers ignore it where there is a whole alpha channel.
            b"tRNS" => info.has_alpha = true,
            _ => {}
        }
        let length = usize::try_from(length).unwrap_or(usize::MAX);
        let Some(data) = cursor.take(length) else { return Ok(false) };
        match &kind {
            // An animation of one frame is none.
            b"acTL" => info.animated = Cursor::new(data).u32_be().is_some_and(|frames| frames > 1),
            b"eXIf" => info.orientation = exif::orientation(data).unwrap_or(1),
            _ => {}
        }
        if cursor.u32_be().is_none() {
            return Ok(false);
        }
    }
}

/// The checksum of chunks, half a byte at a time: fast enough for seventeen bytes, with a table of sixteen words.
fn crc(bytes: &[u8]) -> u32 {
    const TABLE: [u32; 16] = table();
    let step = |crc: u32| crc >> 4 ^ TABLE.get(crc as usize & 15).copied().unwrap_or(0);
    !bytes.iter().fold(u32::MAX, |crc, byte| step(step(crc ^ u32::from(*byte))))
}

#[allow(
    clippy::arithmetic_side_effects,
    clippy::cast_possible_truncation,
    clippy::indexing_slicing,
    reason = "constant: evaluated by the compiler"
)]
const fn table() -> [u32; 16] {
    let mut table = [0; 16];
    let mut index = 0;
    while index < table.len() {
        let mut crc = index as u32;
        let mut bit = 0;
        while bit < 4 {
            crc = if crc & 1 == 1 { crc >> 1 ^ 0xedb8_8320 } else { crc >> 1 };
            bit += 1;
        }
        table[index] = crc;
        index += 1;
    }
    table
}
