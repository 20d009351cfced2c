//! GIF headers, by the `GIF89a` specification: <https://www.w3.org/Graphics/GIF/spec-gif89a.txt>.

use super::bytes::Cursor;
use super::{Color, Format, Found, ImageInfo, Stop};

pub(super) const SIGNATURES: [&[u8]; 2] = [b"GIF87a", b"GIF89a"];

/// Reads the logical screen, then walks the blocks as far as the head goes for transparency and a second frame.
pub(super) fn inspect(cursor: &mut Cursor<'_>) -> Found {
    cursor.take(6).ok_or(Stop::Truncated)?;
    let width = u32::from(cursor.u16_le().ok_or(Stop::Truncated)?);
    let height = u32::from(cursor.u16_le().ok_or(Stop::Truncated)?);
    let [flags, _, _] = cursor.array::<3>().ok_or(Stop::Truncated)?;
    if width == 0 || height == 0 {
        return Err(Stop::Corrupt);
    }
    let mut info = ImageInfo {
        format: Format::Gif,
        width,
        height,
        bit_depth: 8,
        color: Color::Palette,
        has_alpha: false,
        animated: false,
        orientation: 1,
        complete: false,
    };
    let mut loops = false;
    let walked = blocks(cursor, flags, &mut info, &mut loops).is_some();
    info.complete = walked || (info.animated && info.has_alpha);
    // Files that say how often to repeat are animations, nearly all of them; one that was seen to its end is known.
    info.animated |= loops && !info.complete;
    Ok(info)
}

/// `None` when the bytes end before the file does.
fn blocks(cursor: &mut Cursor<'_>, flags: u8, info: &mut ImageInfo, loops: &mut bool) -> Option<()> {
    color_table(cursor, flags)?;
    let mut frames = 0_u32;
    loop {
        match cursor.u8()? {
            0x2c => {
                frames = frames.saturating_add(1);
                info.animated = frames > 1;
                let [.., flags] = cursor.array::<9>()?;
                color_table(cursor, flags)?;
                cursor.u8()?;
                sub_blocks(cursor)?;
            }
            0x21 => {
                let kind = cursor.u8()?;
                if kind == 0xf9 && cursor.rest().get(1).is_some_and(|flags| flags & 1 == 1) {
                    info.has_alpha = true;
                }
                *loops |= kind == 0xff
                    && cursor.rest().get(1..).is_some_and(|rest| rest.starts_with(b"NETSCAPE2.0"));
                sub_blocks(cursor)?;
            }
            // The trailer, or what no reader goes on behind.
            _ => return Some(()),
        }
    }
}

fn color_table(cursor: &mut Cursor<'_>, flags: u8) -> Option<()> {
    if flags & 0x80 != 0 {
        cursor.take(3 << ((flags & 7).saturating_add(1)))?;
    }
    Some(())
}

fn sub_blocks(cursor: &mut Cursor<'_>) -> Option<()> {
    loop {
        match cursor.u8()? {
            0 => return Some(()),
            length => cursor.take(usize::from(length))?,
        };
    }
}
