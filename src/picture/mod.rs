//! What the header of an image file says, without decoding it: a small file that claims to be huge costs nothing here.

mod bytes;
mod exif;
mod gif;
mod jpeg;
mod png;
mod serialize;
mod webp;

use bytes::{Cursor, Order};

/// So many first bytes answer for nearly every file; a JPEG with a large thumbnail or profile may need more.
pub const HEAD_BYTES: usize = 64 * 1024;

/// Reads the header at the beginning of a file. The more of the file is given the more is seen: a second frame or an
/// orientation may stand behind much else, and [`ImageInfo::complete`] says whether all of it was seen.
///
/// # Errors
/// [`Problem::NotAnImage`] for content of another kind, [`Problem::Truncated`] when more bytes would answer,
/// [`Problem::Corrupt`] when the header contradicts its format.
pub fn inspect(head: &[u8]) -> Result<ImageInfo, Problem> {
    walk(head).0
}

/// So many first bytes, at least, would tell more than these; `None` when they tell all there is to tell.
pub fn needed(head: &[u8]) -> Option<usize> {
    match walk(head) {
        (Ok(ImageInfo { complete: true, .. }) | Err(Problem::Corrupt(_)), _) => None,
        (Ok(_) | Err(Problem::Truncated(_)), needed) => Some(needed),
        (Err(Problem::NotAnImage), _) => signature_needed(head),
    }
}

/// How files of each format begin; `?` stands for any byte.
const SIGNATURES: [(&[u8], Format); 5] = [
    (b"\x89PNG\r\n\x1a\n", Format::Png),
    (b"\xff\xd8\xff", Format::Jpeg),
    (b"RIFF????WEBP", Format::Webp),
    (b"GIF87a", Format::Gif),
    (b"GIF89a", Format::Gif),
];

/// Whether the bytes are those of the signature, as far as there are both.
fn agrees(signature: &[u8], head: &[u8]) -> bool {
    signature.iter().zip(head).all(|(expected, byte)| *expected == b'?' || expected == byte)
}

/// The length of the shortest signature that these few bytes may still become.
fn signature_needed(head: &[u8]) -> Option<usize> {
    let longer = SIGNATURES.iter().map(|(signature, _)| *signature).filter(|it| it.len() > head.len());
    longer.filter(|signature| agrees(signature, head)).map(<[u8]>::len).min()
}

/// What the header says, and how many bytes would have said more. A reader fills in what it finds and comes to its end, or
/// gives up: because the bytes do, or because they contradict the format.
fn walk(head: &[u8]) -> (Result<ImageInfo, Problem>, usize) {
    let Some(format) = sniff(head) else { return (Err(Problem::NotAnImage), 0) };
    let mut info = ImageInfo {
        format,
        width: 0,
        height: 0,
        bit_depth: 8,
        color: Color::Rgb,
        has_alpha: false,
        animated: false,
        orientation: 1,
        complete: false,
    };
    let order = if matches!(format, Format::Png | Format::Jpeg) { Order::Big } else { Order::Little };
    let mut cursor = Cursor::new(head, order);
    let read = match format {
        Format::Png => png::inspect(&mut cursor, &mut info),
        Format::Jpeg => jpeg::inspect(&mut cursor, &mut info),
        Format::Webp => webp::inspect(&mut cursor, &mut info),
        Format::Gif => gif::inspect(&mut cursor, &mut info),
    };
    info.complete = read.is_some();
    let needed = cursor.needed();
    let found = if !info.complete && needed == 0 {
        Err(Problem::Corrupt(format))
    } else if info.width == 0 {
        Err(Problem::Truncated(format))
    } else {
        Ok(info)
    };
    (found, needed)
}

/// The format by the first 12 bytes alone.
pub fn sniff(head: &[u8]) -> Option<Format> {
    let found =
        SIGNATURES.iter().find(|(signature, _)| head.len() >= signature.len() && agrees(signature, head));
    found.map(|(_, format)| *format)
}

/// The container formats that can be told apart by their first bytes.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Format {
    /// Portable Network Graphics, APNG included.
    Png,
    /// JPEG, JFIF and Exif.
    Jpeg,
    /// WebP, lossy, lossless or extended.
    Webp,
    /// GIF, of either version.
    Gif,
}

impl Format {
    /// The word the API uses for it.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Png => "png",
            Self::Jpeg => "jpeg",
            Self::Webp => "webp",
            Self::Gif => "gif",
        }
    }

    /// The format of exactly that name.
    pub fn from_name(name: &str) -> Option<Self> {
        [Self::Png, Self::Jpeg, Self::Webp, Self::Gif].into_iter().find(|format| format.name() == name)
    }

    /// Its media type.
    pub const fn media_type(self) -> &'static str {
        match self {
            Self::Png => "image/png",
            Self::Jpeg => "image/jpeg",
            Self::Webp => "image/webp",
            Self::Gif => "image/gif",
        }
    }
}

/// What a header tells. Every field is what the file says of itself, before any orientation is applied.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ImageInfo {
    /// The format, by content.
    pub format: Format,
    /// Pixels from left to right.
    pub width: u32,
    /// Pixels from top to bottom.
    pub height: u32,
    /// Bits of each channel.
    pub bit_depth: u8,
    /// How colours are stored.
    pub color: Color,
    /// Whether pixels can be transparent: an alpha channel, or a transparent palette entry.
    pub has_alpha: bool,
    /// Whether there is more than one frame.
    pub animated: bool,
    /// The EXIF orientation, 1 to 8; 1 is upright.
    pub orientation: u8,
    /// Whether the bytes reach far enough for all of this: where not, transparency, animation or orientation may still be
    /// told by what follows.
    pub complete: bool,
}

impl ImageInfo {
    /// Width and height as the picture is seen, after the EXIF orientation is applied.
    pub const fn upright_size(&self) -> (u32, u32) {
        if self.orientation >= 5 { (self.height, self.width) } else { (self.width, self.height) }
    }
}

/// How colours are stored.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Color {
    /// Shades of grey.
    Gray,
    /// Red, green, blue, or a luma-chroma form of it.
    Rgb,
    /// Indices into a palette.
    Palette,
    /// Four inks.
    Cmyk,
}

/// Why no header could be read.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Problem {
    /// The bytes are none of the formats of [`Format`].
    NotAnImage,
    /// The bytes end before the header does: more of them would answer.
    Truncated(Format),
    /// The header contradicts its format.
    Corrupt(Format),
}
