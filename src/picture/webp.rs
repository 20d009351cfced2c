//! WebP headers, by RFC 9649: <https://www.rfc-editor.org/rfc/rfc9649>.

use super::bytes::Cursor;
use super::{Color, Format, Found, ImageInfo, Stop, exif};

/// Whether bytes begin as a WebP file does: `RIFF`, a length, `WEBP`.
pub(super) fn matches(bytes: &[u8]) -> bool {
    bytes.starts_with(b"RIFF") && bytes.get(8..12) == Some(b"WEBP")
}

/// How many bytes that takes.
pub(super) const SIGNATURE_BYTES: usize = 12;

/// Whether the few bytes that are there are the beginning of one.
pub(super) fn may_become(bytes: &[u8]) -> bool {
    let begins = |signature: &[u8], bytes: &[u8]| signature.starts_with(bytes);
    let (name, kind) = (bytes.get(..4).unwrap_or(bytes), bytes.get(8..).unwrap_or_default());
    begins(b"RIFF", name) && begins(b"WEBP", kind)
}

/// Reads the first chunk; of an extended file also `EXIF`, which stands behind the image data.
pub(super) fn inspect(cursor: &mut Cursor<'_>) -> Found {
    cursor.take(12).ok_or(Stop::Truncated)?;
    let kind = cursor.array::<4>().ok_or(Stop::Truncated)?;
    let length = cursor.u32_le().ok_or(Stop::Truncated)?;
    match &kind {
        b"VP8 " => lossy(cursor),
        b"VP8L" => lossless(cursor),
        b"VP8X" if length >= 10 => extended(cursor, length),
        _ => Err(Stop::Corrupt),
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
        complete: true,
    }
}

/// A key frame's header, RFC 6386 section 9.1.
fn lossy(cursor: &mut Cursor<'_>) -> Found {
    let [tag, ..] = cursor.array::<3>().ok_or(Stop::Truncated)?;
    let start = cursor.array::<3>().ok_or(Stop::Truncated)?;
    if tag & 1 != 0 || start != [0x9d, 0x01, 0x2a] {
        return Err(Stop::Corrupt);
    }
    // The upper two bits are a scale for display.
    let width = u32::from(cursor.u16_le().ok_or(Stop::Truncated)? & 0x3fff);
    let height = u32::from(cursor.u16_le().ok_or(Stop::Truncated)? & 0x3fff);
    if width == 0 || height == 0 { Err(Stop::Corrupt) } else { Ok(info(width, height, false)) }
}

fn lossless(cursor: &mut Cursor<'_>) -> Found {
    if cursor.u8().ok_or(Stop::Truncated)? != 0x2f {
        return Err(Stop::Corrupt);
    }
    let bits = cursor.u32_le().ok_or(Stop::Truncated)?;
    // 14 bits of width less 1, 14 of height less 1, one for alpha, three for the version, which is 0.
    if bits >> 29 != 0 {
        return Err(Stop::Corrupt);
    }
    let edge = |bits: u32| (bits & 0x3fff).saturating_add(1);
    Ok(info(edge(bits), edge(bits >> 14), bits >> 28 & 1 == 1))
}

fn extended(cursor: &mut Cursor<'_>, length: u32) -> Found {
    let mut chunk = Cursor::new(cursor.take(10).ok_or(Stop::Truncated)?);
    let [flags, ..] = chunk.array::<4>().ok_or(Stop::Truncated)?;
    let width = chunk.u24_le().ok_or(Stop::Truncated)?.saturating_add(1);
    let height = chunk.u24_le().ok_or(Stop::Truncated)?.saturating_add(1);
    // The canvas has fewer than 2^32 pixels.
    if u32::try_from(u64::from(width).saturating_mul(u64::from(height))).is_err() {
        return Err(Stop::Corrupt);
    }
    let mut info = info(width, height, flags & 0x10 != 0);
    info.animated = flags & 0x02 != 0;
    let has_exif = flags & 0x08 != 0;
    if has_exif {
        info.complete = false;
        if let Some(orientation) = orientation(cursor, length) {
            (info.orientation, info.complete) = (orientation, true);
        }
    }
    Ok(info)
}

/// Walks the chunks, each padded to an even length, to `EXIF`; `None` when the bytes end before it.
fn orientation(cursor: &mut Cursor<'_>, first: u32) -> Option<u8> {
    let padded = |length: u32| usize::try_from(length.saturating_add(length & 1)).unwrap_or(usize::MAX);
    cursor.take(padded(first).saturating_sub(10))?;
    loop {
        let (kind, length) = (cursor.array::<4>()?, cursor.u32_le()?);
        let data = cursor.take(padded(length))?;
        if kind == *b"EXIF" {
            let tiff = data.strip_prefix(b"Exif\0\0").unwrap_or(data);
            return Some(exif::orientation(tiff).unwrap_or(1));
        }
    }
}
