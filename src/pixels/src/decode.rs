//! Files to pixels, within limits.

use std::io::{Cursor, ErrorKind};

use gpt_image_edge::picture::Format;
use image_webp::WebPDecoder;

use crate::PixelsError;

/// What a picture may take. A decoded picture has four bytes a pixel.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Limits {
    /// Width times height, at most.
    pub max_pixels: u32,
}

impl Default for Limits {
    /// 67,108,864 pixels, decoded 256 MiB: eight times what any image model draws, and more than most cameras make.
    fn default() -> Self {
        Self { max_pixels: 64 * 1024 * 1024 }
    }
}

/// No picture is a strip: this is the longest edge JPEG can say, and it bounds a row in memory.
const MAX_EDGE: u32 = 65_535;

impl Limits {
    /// The bytes of a decoded picture of that size.
    pub(crate) fn bytes(self, width: u32, height: u32) -> Result<usize, PixelsError> {
        let too_large = PixelsError::TooLarge { width, height, max_pixels: self.max_pixels };
        let pixels = u64::from(width).saturating_mul(u64::from(height));
        if width.max(height) > MAX_EDGE || pixels > u64::from(self.max_pixels) {
            return Err(too_large);
        }
        usize::try_from(pixels.saturating_mul(4)).map_err(|_| too_large)
    }
}

/// A reader of the pixels of a PNG that is within the limits.
pub(crate) fn png_reader(
    file: &[u8],
    limits: Limits,
    transformations: png::Transformations,
) -> Result<png::Reader<Cursor<&[u8]>>, PixelsError> {
    let mut decoder = png::Decoder::new(Cursor::new(file));
    decoder.set_transformations(transformations);
    // Nothing of these is used, and they can be compressed a thousandfold.
    decoder.set_ignore_text_chunk(true);
    decoder.set_ignore_iccp_chunk(true);
    let info = decoder.read_header_info().map_err(|error| png_error(&error))?;
    limits.bytes(info.width, info.height)?;
    decoder.read_info().map_err(|error| png_error(&error))
}

pub(crate) fn png_error(error: &png::DecodingError) -> PixelsError {
    match error {
        png::DecodingError::IoError(error) if error.kind() == ErrorKind::UnexpectedEof => {
            PixelsError::Truncated(Format::Png)
        }
        _ => PixelsError::Corrupt(Format::Png),
    }
}

/// A decoder of a WebP that is within the limits.
pub(crate) fn webp_decoder(file: &[u8], limits: Limits) -> Result<WebPDecoder<Cursor<&[u8]>>, PixelsError> {
    let mut decoder = WebPDecoder::new(Cursor::new(file)).map_err(|_| webp_error(file))?;
    let (width, height) = decoder.dimensions();
    decoder.set_memory_limit(limits.bytes(width, height)?);
    Ok(decoder)
}

/// The pixels of the first picture: four bytes each where it has alpha, else three.
pub(crate) fn webp_pixels(
    decoder: &mut WebPDecoder<Cursor<&[u8]>>,
    file: &[u8],
) -> Result<Vec<u8>, PixelsError> {
    let mut pixels = vec![0; decoder.output_buffer_size().ok_or(PixelsError::Corrupt(Format::Webp))?];
    let read = if decoder.is_animated() {
        decoder.read_frame(&mut pixels).map(drop)
    } else {
        decoder.read_image(&mut pixels)
    };
    read.map_err(|_| webp_error(file))?;
    Ok(pixels)
}

/// What was wrong with a WebP that could not be read: the decoder tells a missing end apart only sometimes, the length that
/// the file says of itself always does.
fn webp_error(file: &[u8]) -> PixelsError {
    let stated = file.get(4..).and_then(|rest| rest.first_chunk()).map(|bytes| u32::from_le_bytes(*bytes));
    let missing = stated.is_none_or(|stated| file.len().saturating_sub(8) < stated as usize);
    if missing { PixelsError::Truncated(Format::Webp) } else { PixelsError::Corrupt(Format::Webp) }
}
