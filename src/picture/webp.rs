//! WebP headers, by RFC 9649: <https://www.rfc-editor.org/rfc/rfc9649>.

use super::bytes::Cursor;
use super::{Color, Format, ImageInfo, Problem, exif};

/// Whether bytes begin as a WebP file does: `RIFF`, a length, `WEBP`.
pub(super) fn matches(bytes: &[u8]) -> bool {
    bytes.starts_with(b"RIFF") && bytes.get(8..12) == Some(b"WEBP")
}

/// Reads the first chunk; of an extended file also `EXIF`, where the head reaches it.
pub(super) fn inspect(bytes: &[u8]) -> Result<ImageInfo, Problem> {
    let truncated = Problem::Truncated(Format::Webp);
    let corrupt = Problem::Corrupt(Format::Webp);
    let mut cursor = Cursor::new(bytes);
    cursor.take(12).ok_or(truncated)?;
    let kind = cursor.array::<4>().ok_or(truncated)?;
    let length = cursor.u32_le().ok_or(truncated)?;
    match &kind {
        b"VP8 " => lossy(&mut cursor, truncated, corrupt),
        b"VP8L" => lossless(&mut cursor, truncated, corrupt),
        b"VP8X" if length >= 10 => extended(&mut cursor, length, truncated),
        _ => Err(corrupt),
    }
}

const fn info(width: u32, height: u32, has_alpha: bool) -> ImageInfo {
    let format = Format::Webp;
    ImageInfo {
        format,
        width,
        height,
        bit_depth: 8,
        color: Color::Rgb,
        has_alpha,
        animated: false,
        orientation: 1,
    }
}

/// A key frame's header, RFC 6386 section 9.1.
fn lossy(cursor: &mut Cursor<'_>, truncated: Problem, corrupt: Problem) -> Result<ImageInfo, Problem> {
    let [tag, ..] = cursor.array::<3>().ok_or(truncated)?;
    let start = cursor.array::<3>().ok_or(truncated)?;
    if tag & 1 != 0 || start != [0x9d, 0x01, 0x2a] {
        return Err(corrupt);
    }
    // The upper two bits are a scale for display.
    let width = u32::from(cursor.u16_le().ok_or(truncated)? & 0x3fff);
    let height = u32::from(cursor.u16_le().ok_or(truncated)? & 0x3fff);
    if width == 0 || height == 0 { Err(corrupt) } else { Ok(info(width, height, false)) }
}

fn lossless(cursor: &mut Cursor<'_>, truncated: Problem, corrupt: Problem) -> Result<ImageInfo, Problem> {
    if cursor.u8().ok_or(truncated)? != 0x2f {
        return Err(corrupt);
    }
    let bits = cursor.u32_le().ok_or(truncated)?;
    // 14 bits of width less 1, 14 of height less 1, one for alpha, three for the version, which is 0.
    if bits >> 29 != 0 {
        return Err(corrupt);
    }
    let edge = |bits: u32| (bits & 0x3fff).saturating_add(1);
    Ok(info(edge(bits), edge(bits >> 14), bits >> 28 & 1 == 1))
}

fn extended(cursor: &mut Cursor<'_>, length: u32, truncated: Problem) -> Result<ImageInfo, Problem> {
    let mut chunk = Cursor::new(cursor.take(10).ok_or(truncated)?);
    let [flags, ..] = chunk.array::<4>().ok_or(truncated)?;
    let width = chunk.u24_le().ok_or(truncated)?.saturating_add(1);
    let height = chunk.u24_le().ok_or(truncated)?.saturating_add(1);
    let mut info = info(width, height, flags & 0x10 != 0);
    info.animated = flags & 0x02 != 0;
    if flags & 0x08 != 0 {
        // The rest of the first chunk, then chunk by chunk, each padded to an even length.
        let padded = |length: u32| usize::try_from(length.saturating_add(length & 1)).unwrap_or(usize::MAX);
        let mut at = cursor.take(padded(length).saturating_sub(10));
        while at.is_some() {
            let (Some(kind), Some(length)) = (cursor.array::<4>(), cursor.u32_le()) else { break };
            at = cursor.take(padded(length));
            if let (b"EXIF", Some(data)) = (&kind, at) {
                let tiff = data.strip_prefix(b"Exif\0\0").unwrap_or(data);
                info.orientation = exif::orientation(tiff).unwrap_or(1);
            }
        }
    }
    Ok(info)
}
