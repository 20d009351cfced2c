//! Files to pictures.

use std::io::Cursor;

use gpt_image_edge::picture::{self, Format};
use zune_jpeg::JpegDecoder;
use zune_jpeg::zune_core::bytestream::ZCursor;
use zune_jpeg::zune_core::colorspace::ColorSpace;
use zune_jpeg::zune_core::options::DecoderOptions;

use crate::draw::Pixels;

use super::orient;

/// The file cannot be decoded: it is no PNG, JPEG or WebP, is damaged, or has more pixels than fit into memory.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Unreadable;

/// The largest picture that is decoded, in pixels: 256 MB, more than any telephone's camera makes.
const MAX_PIXELS: u64 = 64 * 1024 * 1024;

/// Reads a file and turns it upright as its EXIF orientation says.
///
/// # Errors
/// [`Unreadable`] for anything that is not a whole picture in one of the three formats.
pub fn decode(file: &[u8]) -> Result<Pixels, Unreadable> {
    let pixels = match picture::sniff(file) {
        Some(Format::Png) => png(file)?,
        Some(Format::Jpeg) => jpeg(file)?,
        Some(Format::Webp) => webp(file)?,
        _ => return Err(Unreadable),
    };
    let orientation = picture::inspect(file).map_or(1, |info| info.orientation);
    Ok(orient::upright(pixels, orientation))
}

type Decoded = Result<Pixels, Unreadable>;

fn bytes(width: u32, height: u32) -> Result<usize, Unreadable> {
    let pixels = u64::from(width).saturating_mul(u64::from(height));
    if pixels == 0 || pixels > MAX_PIXELS {
        return Err(Unreadable);
    }
    usize::try_from(pixels.saturating_mul(4)).map_err(|_| Unreadable)
}

fn png(file: &[u8]) -> Decoded {
    let mut decoder = png::Decoder::new(Cursor::new(file));
    decoder.set_transformations(png::Transformations::normalize_to_color8() | png::Transformations::ALPHA);
    let mut reader = decoder.read_info().map_err(|_| Unreadable)?;
    let (width, height) = (reader.info().width, reader.info().height);
    let length = bytes(width, height)?;
    let mut data = vec![0; reader.output_buffer_size().filter(|size| *size <= length).ok_or(Unreadable)?];
    reader.next_frame(&mut data).map_err(|_| Unreadable)?;
    let (color, _) = reader.output_color_type();
    let rgba = match color {
        png::ColorType::Rgba => data,
        png::ColorType::GrayscaleAlpha => expand(&data, 2, length, |pixel| match pixel {
            [l, a] => [*l, *l, *l, *a],
            _ => [0; 4],
        }),
        _ => return Err(Unreadable),
    };
    Pixels::from_rgba(width, height, rgba).ok_or(Unreadable)
}

fn jpeg(file: &[u8]) -> Decoded {
    let options = DecoderOptions::default().set_strict_mode(false).jpeg_set_out_colorspace(ColorSpace::RGBA);
    let mut decoder = JpegDecoder::new_with_options(ZCursor::new(file), options);
    decoder.decode_headers().map_err(|_| Unreadable)?;
    let (width, height) = decoder.dimensions().ok_or(Unreadable)?;
    let (width, height) = (width as u32, height as u32);
    let length = bytes(width, height)?;
    let data = decoder.decode().map_err(|_| Unreadable)?;
    let color = decoder.output_colorspace();
    let rgba = match color {
        Some(ColorSpace::RGBA) => data,
        Some(ColorSpace::RGB) => expand(&data, 3, length, |pixel| match pixel {
            [r, g, b] => [*r, *g, *b, 255],
            _ => [0; 4],
        }),
        Some(ColorSpace::Luma) => expand(&data, 1, length, |pixel| match pixel {
            [l] => [*l, *l, *l, 255],
            _ => [0; 4],
        }),
        _ => return Err(Unreadable),
    };
    Pixels::from_rgba(width, height, rgba).ok_or(Unreadable)
}

fn webp(file: &[u8]) -> Decoded {
    let mut decoder = image_webp::WebPDecoder::new(Cursor::new(file)).map_err(|_| Unreadable)?;
    let (width, height) = decoder.dimensions();
    let length = bytes(width, height)?;
    let size = decoder.output_buffer_size().filter(|size| *size <= length).ok_or(Unreadable)?;
    let mut data = vec![0; size];
    if decoder.is_animated() {
        decoder.read_frame(&mut data).map_err(|_| Unreadable)?;
    } else {
        decoder.read_image(&mut data).map_err(|_| Unreadable)?;
    }
    let rgba = if decoder.has_alpha() {
        data
    } else {
        expand(&data, 3, length, |pixel| match pixel {
            [r, g, b] => [*r, *g, *b, 255],
            _ => [0; 4],
        })
    };
    Pixels::from_rgba(width, height, rgba).ok_or(Unreadable)
}

fn expand(data: &[u8], channels: usize, length: usize, pixel: impl Fn(&[u8]) -> [u8; 4]) -> Vec<u8> {
    let mut rgba = Vec::with_capacity(length);
    for chunk in data.chunks_exact(channels.max(1)) {
        rgba.extend(pixel(chunk));
    }
    rgba
}

#[cfg(test)]
mod tests {
    use super::{Unreadable, decode};
    use crate::codec::{Format, encode};
    use crate::draw::Pixels;

    fn quadrants() -> Pixels {
        let mut rgba = Vec::new();
        for y in 0..48 {
            for x in 0..64 {
                rgba.extend([if x < 32 { 220 } else { 20 }, if y < 24 { 220 } else { 20 }, 60, 255]);
            }
        }
        Pixels::from_rgba(64, 48, rgba).unwrap()
    }

    #[test]
    fn what_is_written_is_read() {
        for format in [Format::Png, Format::Jpeg, Format::Webp] {
            let read = decode(&encode(&quadrants(), format, 95).unwrap()).unwrap();
            assert_eq!((read.width(), read.height()), (64, 48));
            let [r, g, _, a] = read.pixel(8, 8);
            assert!(r > 190 && g > 190 && a == 255, "{format:?}");
            let [r, g, ..] = read.pixel(56, 40);
            assert!(r < 60 && g < 60, "{format:?}");
        }
    }

    #[test]
    fn orientation_turns_photographs_upright() {
        let file = encode(&quadrants(), Format::Jpeg, 95).unwrap();
        // SOI, then an APP1 with a big-endian TIFF whose only entry is Orientation = 6 (turn clockwise).
        let exif = b"\xff\xe1\x00\x22Exif\0\0MM\0*\0\0\0\x08\0\x01\x01\x12\0\x03\0\0\0\x01\0\x06\0\0\0\0\0\0";
        let turned = [&file[..2], exif, &file[2..]].concat();
        let read = decode(&turned).unwrap();
        assert_eq!((read.width(), read.height()), (48, 64));
        // The bright quadrant moves from the top left to the top right.
        assert!(read.pixel(44, 4)[0] > 190 && read.pixel(44, 4)[1] > 190);
        assert!(read.pixel(4, 60)[0] < 60 && read.pixel(4, 60)[1] < 60);
    }

    #[test]
    fn damage_is_an_error_and_never_a_panic() {
        assert_eq!(decode(b""), Err(Unreadable));
        assert_eq!(decode(b"hello, this is no image at all"), Err(Unreadable));
        for format in [Format::Png, Format::Jpeg, Format::Webp] {
            let file = encode(&quadrants(), format, 80).unwrap();
            for cut in (0..file.len()).step_by(7) {
                let _ = decode(&file[..cut]);
                let mut bent = file.clone();
                bent[cut] ^= 0x5a;
                let _ = decode(&bent);
            }
        }
    }
}
