//! Pictures to files.

use crate::draw::Pixels;

/// The formats that are written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Format {
    /// Lossless, with alpha.
    Png,
    /// Lossy, without alpha: transparent pixels fall on white.
    Jpeg,
    /// Lossy, with lossless alpha.
    Webp,
}

impl Format {
    /// The format of an `output_format`; `None` for the formats the sandbox does not draw.
    pub fn of(name: &str) -> Option<Self> {
        match name {
            "png" => Some(Self::Png),
            "jpeg" => Some(Self::Jpeg),
            "webp" => Some(Self::Webp),
            _ => None,
        }
    }
}

/// Writes a picture. `quality` is `output_compression`: 0 for the smallest file, 100 for the finest; PNG has none.
///
/// `None` if an encoder refuses, which no picture of a legal size makes it do: WebP ends at 16,383 pixels, JPEG at 65,535.
pub fn encode(pixels: &Pixels, format: Format, quality: u8) -> Option<Vec<u8>> {
    match format {
        Format::Png => png(pixels),
        Format::Jpeg => jpeg(pixels, quality),
        Format::Webp => webp(pixels, quality),
    }
}

fn png(pixels: &Pixels) -> Option<Vec<u8>> {
    let transparent = pixels.has_transparency();
    let mut out = Vec::with_capacity(pixels.bytes().len() / 6);
    let mut encoder = png::Encoder::new(&mut out, pixels.width(), pixels.height());
    encoder.set_color(if transparent { png::ColorType::Rgba } else { png::ColorType::Rgb });
    encoder.set_depth(png::BitDepth::Eight);
    // The specialised fast mode: a tenth of the time of zlib's default for files about a quarter larger.
    encoder.set_compression(png::Compression::Fast);
    let mut writer = encoder.write_header().ok()?;
    if transparent {
        writer.write_image_data(pixels.bytes()).ok()?;
    } else {
        writer.write_image_data(&opaque(pixels)).ok()?;
    }
    writer.finish().ok()?;
    Some(out)
}

fn jpeg(pixels: &Pixels, quality: u8) -> Option<Vec<u8>> {
    let (width, height) = edges(pixels)?;
    let mut out = Vec::with_capacity(pixels.bytes().len() / 16);
    let mut encoder = jpeg_encoder::Encoder::new(&mut out, quality.clamp(1, 100));
    let fine = quality >= 90;
    encoder.set_sampling_factor(if fine {
        jpeg_encoder::SamplingFactor::R_4_4_4
    } else {
        jpeg_encoder::SamplingFactor::R_4_2_0
    });
    encoder.encode(&flattened(pixels), width, height, jpeg_encoder::ColorType::Rgb).ok()?;
    Some(out)
}

fn webp(pixels: &Pixels, quality: u8) -> Option<Vec<u8>> {
    let (width, height) = (pixels.width(), pixels.height());
    let mut out = Vec::with_capacity(pixels.bytes().len() / 16);
    let mut encoder = image_webp::WebPEncoder::new(&mut out);
    let mut params = image_webp::EncoderParams::default();
    params.use_lossy = true;
    params.lossy_quality = quality.min(100);
    encoder.set_params(params);
    if pixels.has_transparency() {
        encoder.encode(pixels.bytes(), width, height, image_webp::ColorType::Rgba8).ok()?;
    } else {
        encoder.encode(&opaque(pixels), width, height, image_webp::ColorType::Rgb8).ok()?;
    }
    Some(out)
}

fn edges(pixels: &Pixels) -> Option<(u16, u16)> {
    Some((u16::try_from(pixels.width()).ok()?, u16::try_from(pixels.height()).ok()?))
}

fn opaque(pixels: &Pixels) -> Vec<u8> {
    let mut out = Vec::with_capacity(pixels.bytes().len());
    for pixel in pixels.bytes().chunks_exact(4) {
        out.extend(pixel.iter().take(3));
    }
    out
}

fn flattened(pixels: &Pixels) -> Vec<u8> {
    if !pixels.has_transparency() {
        return opaque(pixels);
    }
    let mut out = Vec::with_capacity(pixels.bytes().len());
    for pixel in pixels.bytes().chunks_exact(4) {
        let alpha = u32::from(pixel.last().copied().unwrap_or(255));
        out.extend(pixel.iter().take(3).map(|channel| {
            let sum = u32::from(*channel)
                .saturating_mul(alpha)
                .saturating_add(255_u32.saturating_mul(255_u32.saturating_sub(alpha)));
            (sum / 255) as u8
        }));
    }
    out
}

#[cfg(test)]
mod tests {
    use super::{Format, encode};
    use crate::draw::Pixels;
    use image::{GenericImageView, ImageFormat};

    /// Smooth colours, with a clear corner where asked.
    fn picture(width: u32, height: u32, clear: bool) -> Pixels {
        let mut rgba = Vec::new();
        for y in 0..height {
            for x in 0..width {
                let alpha = if clear && x + y < width / 2 { (x + y).min(255) as u8 } else { 255 };
                rgba.extend([(x * 255 / width) as u8, (y * 255 / height) as u8, 90, alpha]);
            }
        }
        Pixels::from_rgba(width, height, rgba).unwrap()
    }

    fn reread(bytes: &[u8], format: ImageFormat) -> image::RgbaImage {
        image::load_from_memory_with_format(bytes, format).unwrap().to_rgba8()
    }

    fn error(pixels: &Pixels, other: &image::RgbaImage) -> f64 {
        let differences = pixels.bytes().iter().zip(other.as_raw()).map(|(a, b)| f64::from(a.abs_diff(*b)));
        differences.sum::<f64>() / pixels.bytes().len() as f64
    }

    #[test]
    fn another_decoder_reads_what_was_written() {
        for (width, height) in [(16, 32), (48, 48), (160, 96)] {
            for (format, reader) in [
                (Format::Png, ImageFormat::Png),
                (Format::Jpeg, ImageFormat::Jpeg),
                (Format::Webp, ImageFormat::WebP),
            ] {
                let pixels = picture(width, height, false);
                let file = encode(&pixels, format, 100).unwrap();
                let image = reread(&file, reader);
                assert_eq!(image.dimensions(), (width, height), "{format:?}");
                assert!(
                    error(&pixels, &image) < 4.0,
                    "{format:?} {width}x{height}: {}",
                    error(&pixels, &image)
                );
            }
        }
    }

    #[test]
    fn alpha_survives_where_the_format_has_it() {
        let pixels = picture(96, 64, true);
        for (format, reader) in [(Format::Png, ImageFormat::Png), (Format::Webp, ImageFormat::WebP)] {
            let image = reread(&encode(&pixels, format, 90).unwrap(), reader);
            for (x, y, pixel) in image.view(0, 0, 96, 64).pixels() {
                assert_eq!(pixel.0[3], pixels.pixel(x, y)[3], "{format:?} at {x},{y}");
            }
        }
        let jpeg = reread(&encode(&pixels, Format::Jpeg, 95).unwrap(), ImageFormat::Jpeg);
        assert!(jpeg.get_pixel(0, 0).0.iter().all(|channel| *channel > 240), "{:?}", jpeg.get_pixel(0, 0));
    }

    #[test]
    fn compression_trades_size_for_fidelity() {
        let scene = crate::scene::draw(
            &crate::words::Brief::read("lake"),
            256,
            256,
            crate::scene::Detail::of("high"),
            5,
            false,
        );
        for (format, reader) in [(Format::Jpeg, ImageFormat::Jpeg), (Format::Webp, ImageFormat::WebP)] {
            let coarse = encode(&scene, format, 5).unwrap();
            let medium = encode(&scene, format, 60).unwrap();
            let fine = encode(&scene, format, 100).unwrap();
            assert!(coarse.len() * 2 < medium.len() && medium.len() * 2 < fine.len(), "{format:?}");
            let errors = [&coarse, &medium, &fine].map(|file| error(&scene, &reread(file, reader)));
            assert!(errors[0] > errors[1] && errors[1] > errors[2], "{format:?} {errors:?}");
        }
    }
}
