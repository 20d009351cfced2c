//! PNG headers, by the third edition of the specification: <https://www.w3.org/TR/png-3/>.

use super::bytes::{Cursor, Order, tag};
use super::{Color, ImageInfo, exif};

const IHDR: u32 = tag(*b"IHDR");
const IDAT: u32 = tag(*b"IDAT");
const IEND: u32 = tag(*b"IEND");
const ACTL: u32 = tag(*b"acTL");
const EXIF: u32 = tag(*b"eXIf");
const TRNS: u32 = tag(*b"tRNS");

/// Lengths and edges have 31 bits.
const MOST: u32 = 0x7fff_ffff;

/// Reads the chunks before the first image data: `IHDR`, and `tRNS`, `acTL` and `eXIf` where they are.
///
/// Only a cut inside `IHDR` is truncation: the chunks behind it (colour profiles, content credentials of 70 KB) may be
/// larger than any head that was read, so when the bytes end before the image data the answer is marked as incomplete.
pub(super) fn inspect(cursor: &mut Cursor<'_>, info: &mut ImageInfo) -> Option<()> {
    cursor.skip(8);
    if cursor.number(4) != 13 {
        return None;
    }
    let chunk = cursor.take(17);
    let check = cursor.number(4);
    cursor.in_bounds()?;
    if check != crc(chunk) {
        return None;
    }
    header(Cursor::new(chunk, Order::Big), info)?;
    chunks(cursor, info)
}

fn header(mut cursor: Cursor<'_>, info: &mut ImageInfo) -> Option<()> {
    if cursor.tag() != IHDR {
        return None;
    }
    (info.width, info.height) = (cursor.number(4), cursor.number(4));
    let &[bit_depth, color_type, 0, 0, 0..=1] = cursor.rest() else { return None };
    // The depths are powers of two: together they are a set.
    let depths: u8 = match color_type {
        0 => 1 | 2 | 4 | 8 | 16,
        2 | 4 | 6 => 8 | 16,
        3 => 1 | 2 | 4 | 8,
        _ => return None,
    };
    info.bit_depth = bit_depth;
    info.color = match color_type & 3 {
        0 => Color::Gray,
        2 => Color::Rgb,
        _ => Color::Palette,
    };
    info.has_alpha = color_type & 4 != 0;
    let edges = 1..=MOST;
    let sound = bit_depth.is_power_of_two() && depths & bit_depth != 0;
    (sound && edges.contains(&info.width) && edges.contains(&info.height)).then_some(())
}

/// Walks to the image data.
fn chunks(cursor: &mut Cursor<'_>, info: &mut ImageInfo) -> Option<()> {
    loop {
        let (length, kind) = (cursor.number(4), cursor.tag());
        match kind {
            IDAT => return Some(()),
            // A file that ends without image data, or chunks that are none, or the end of the bytes.
            IEND => return None,
            _ if length > MOST || !kind.to_le_bytes().iter().all(u8::is_ascii_alphabetic) => return None,
            // Readers ignore it where there is a whole alpha channel.
            TRNS => info.has_alpha = true,
            _ => {}
        }
        let data = cursor.take(length as usize);
        cursor.in_bounds()?;
        match kind {
            // An animation of one frame is none.
            ACTL => info.animated = Cursor::new(data, Order::Big).number(4) > 1,
            EXIF => info.orientation = exif::orientation(data).unwrap_or(1),
            _ => {}
        }
        cursor.skip(4);
    }
}

/// The checksum of chunks, bit by bit: there are seventeen bytes.
fn crc(bytes: &[u8]) -> u32 {
    let mut crc = u32::MAX;
    for byte in bytes {
        crc ^= u32::from(*byte);
        for _ in 0..8 {
            crc = if crc & 1 == 1 { crc >> 1 ^ 0xedb8_8320 } else { crc >> 1 };
        }
    }
    !crc
}
