//! GIF headers, by the `GIF89a` specification: <https://www.w3.org/Graphics/GIF/spec-gif89a.txt>.

use super::bytes::Cursor;
use super::{Color, ImageInfo};

/// Reads the logical screen, then walks the blocks as far as the head goes for transparency and a second frame.
pub(super) fn inspect(cursor: &mut Cursor<'_>, info: &mut ImageInfo) -> Option<()> {
    cursor.skip(6);
    let (width, height) = (cursor.number(2), cursor.number(2));
    // Behind the flags stand the background and the shape of pixels.
    let flags = cursor.number(3);
    cursor.in_bounds()?;
    if width == 0 || height == 0 {
        return None;
    }
    (info.width, info.height, info.color) = (width, height, Color::Palette);
    color_table(cursor, flags);
    let mut loops = false;
    if blocks(cursor, info, &mut loops).is_none() && !(info.animated && info.has_alpha) {
        // Files that say how often to repeat are animations, nearly all of them.
        info.animated |= loops;
        return None;
    }
    Some(())
}

/// `None` when the bytes end before the file does.
fn blocks(cursor: &mut Cursor<'_>, info: &mut ImageInfo, loops: &mut bool) -> Option<()> {
    let mut has_frame = false;
    loop {
        match cursor.number(1) {
            0x2c => {
                info.animated = core::mem::replace(&mut has_frame, true);
                // The flags are the last byte of the descriptor; the size of codes follows the colors.
                let flags = cursor.take(9).last().copied().unwrap_or_default();
                color_table(cursor, flags.into());
                cursor.skip(1);
            }
            0x21 => {
                let kind = cursor.number(1);
                let data = cursor.rest().get(1..).unwrap_or_default();
                info.has_alpha |= kind == 0xf9 && data.first().is_some_and(|flags| flags & 1 == 1);
                *loops |= kind == 0xff && data.starts_with(b"NETSCAPE2.0");
            }
            // The trailer, or what no reader goes on behind, or the end of the bytes.
            _ => return cursor.in_bounds(),
        }
        // Sub-blocks, up to an empty one.
        while let length @ 1.. = cursor.number(1) {
            cursor.skip(length as usize);
        }
    }
}

fn color_table(cursor: &mut Cursor<'_>, flags: u32) {
    if flags & 0x80 != 0 {
        cursor.skip(6 << (flags & 7));
    }
}
