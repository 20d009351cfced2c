//! Files to pixels, within limits.

use std::io::{Cursor, ErrorKind};

use gpt_image_edge::picture::{self, Format};
use image_webp::WebPDecoder;
use zune_jpeg::JpegDecoder;
use zune_jpeg::errors::DecodeErrors;
use zune_jpeg::zune_core::bytestream::{ZByteIoError, ZCursor};
use zune_jpeg::zune_core::colorspace::ColorSpace;
use zune_jpeg::zune_core::options::DecoderOptions;

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

/// A picture in memory: rows of red, green, blue, alpha bytes from the top left; alpha is not multiplied in.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Picture {
    /// Pixels from left to right.
    pub width: u32,
    /// Pixels from top to bottom.
    pub height: u32,
    /// Four bytes a pixel.
    pub rgba: Vec<u8>,
}

/// Decodes a PNG, JPEG or WebP: 8 bits a channel, the first picture of an animation, as it is stored (no EXIF orientation
/// is applied, no colour profile).
///
/// # Errors
/// [`PixelsError`] when the file is none of these, is damaged, or is larger than `limits` allows.
pub fn decode(file: &[u8], limits: Limits) -> Result<Picture, PixelsError> {
    match picture::sniff(file) {
        Some(Format::Png) => png(file, limits),
        Some(Format::Jpeg) => jpeg(file, limits),
        Some(Format::Webp) => webp(file, limits),
        Some(format @ Format::Gif) => Err(PixelsError::UnsupportedFormat(format)),
        None => Err(PixelsError::NotAnImage),
    }
}

/// Spells every pixel of `N` bytes out as four.
fn spelled<const N: usize>(data: &[u8], pixel: impl Fn([u8; N]) -> [u8; 4]) -> Vec<u8> {
    data.as_chunks::<N>().0.iter().flat_map(|chunk| pixel(*chunk)).collect()
}

fn png(file: &[u8], limits: Limits) -> Result<Picture, PixelsError> {
    let corrupt = PixelsError::Corrupt(Format::Png);
    let eight_bits = png::Transformations::normalize_to_color8() | png::Transformations::ALPHA;
    let mut reader = png_reader(file, limits, eight_bits)?;
    let (width, height) = (reader.info().width, reader.info().height);
    let mut data = vec![0; reader.output_buffer_size().ok_or(corrupt)?];
    reader.next_frame(&mut data).map_err(|error| png_error(&error))?;
    let rgba = match reader.output_color_type().0 {
        png::ColorType::Rgba => data,
        png::ColorType::GrayscaleAlpha => spelled(&data, |[gray, alpha]| [gray, gray, gray, alpha]),
        _ => return Err(corrupt),
    };
    Ok(Picture { width, height, rgba })
}

fn jpeg(file: &[u8], limits: Limits) -> Result<Picture, PixelsError> {
    let options = DecoderOptions::default()
        .set_strict_mode(false)
        .set_max_width(MAX_EDGE as usize)
        .set_max_height(MAX_EDGE as usize)
        .jpeg_set_out_colorspace(ColorSpace::RGBA);
    let mut decoder = JpegDecoder::new_with_options(ZCursor::new(file), options);
    decoder.decode_headers().map_err(|error| jpeg_error(&error))?;
    let corrupt = PixelsError::Corrupt(Format::Jpeg);
    let edge = |edge: usize| u32::try_from(edge).map_err(|_| corrupt);
    let (width, height) = decoder.dimensions().ok_or(corrupt)?;
    let (width, height) = (edge(width)?, edge(height)?);
    limits.bytes(width, height)?;
    let data = decoder.decode().map_err(|error| jpeg_error(&error))?;
    let rgba = match decoder.output_colorspace() {
        Some(ColorSpace::RGBA) => data,
        Some(ColorSpace::RGB) => spelled(&data, |[r, g, b]| [r, g, b, 255]),
        Some(ColorSpace::Luma) => spelled(&data, |[gray]| [gray, gray, gray, 255]),
        _ => return Err(PixelsError::UnsupportedFormat(Format::Jpeg)),
    };
    Ok(Picture { width, height, rgba })
}

fn jpeg_error(error: &DecodeErrors) -> PixelsError {
    match error {
        DecodeErrors::ExhaustedData | DecodeErrors::IoErrors(ZByteIoError::NotEnoughBytes(..)) => {
            PixelsError::Truncated(Format::Jpeg)
        }
        DecodeErrors::Unsupported(_) => PixelsError::UnsupportedFormat(Format::Jpeg),
        _ => PixelsError::Corrupt(Format::Jpeg),
    }
}

fn webp(file: &[u8], limits: Limits) -> Result<Picture, PixelsError> {
    let mut decoder = webp_decoder(file, limits)?;
    let (width, height) = decoder.dimensions();
    let data = webp_pixels(&mut decoder, file)?;
    let rgba = if decoder.has_alpha() { data } else { spelled(&data, |[r, g, b]| [r, g, b, 255]) };
    Ok(Picture { width, height, rgba })
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
