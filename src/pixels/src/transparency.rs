//! How much of a picture is transparent: what makes a mask useful or useless.

use gpt_image_edge::picture::{self, Format};

use crate::PixelsError;
use crate::decode::{self, Limits};

/// How much of a picture is transparent.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Transparency {
    /// Every pixel is fully opaque.
    None,
    /// Some pixels are transparent, at least partly, and some are visible, at least partly.
    Some,
    /// Every pixel is fully transparent.
    All,
}

/// Looks at the alpha of every pixel until the answer is certain. Of an animation the first picture counts. A PNG is read
/// row by row, so that it takes the memory of one row; a WebP is decoded whole.
///
/// # Errors
/// [`PixelsError`] when the file is no PNG or WebP, is damaged as far as it was read, or is larger than `limits` allows.
pub fn transparency(file: &[u8], limits: Limits) -> Result<Transparency, PixelsError> {
    match picture::sniff(file) {
        Some(Format::Png) => png(file, limits),
        Some(Format::Webp) => webp(file, limits),
        // Neither has an alpha channel to look at.
        Some(format @ (Format::Jpeg | Format::Gif)) => Err(PixelsError::UnsupportedFormat(format)),
        None => Err(PixelsError::NotAnImage),
    }
}

/// What the alpha values so far have in common: the bits that all of them have, and those that any of them has.
#[derive(Clone, Copy)]
struct Seen {
    all: u8,
    any: u8,
}

impl Seen {
    const NOTHING: Self = Self { all: 0xff, any: 0 };

    /// Adds pixels of `N` bytes whose last `A` bytes are their alpha.
    fn add<const N: usize, const A: usize>(self, pixels: &[u8]) -> Self {
        let (pixels, _) = pixels.as_chunks::<N>();
        pixels
            .iter()
            .flat_map(|pixel| pixel.iter().skip(N.saturating_sub(A)))
            .fold(self, |seen, alpha| Self { all: seen.all & alpha, any: seen.any | alpha })
    }

    const fn answer(self) -> Transparency {
        match self {
            Self { all: 0xff, .. } => Transparency::None,
            Self { any: 0, .. } => Transparency::All,
            _ => Transparency::Some,
        }
    }
}

fn png(file: &[u8], limits: Limits) -> Result<Transparency, PixelsError> {
    // 16-bit alpha stays as it is: cut to 8 bits, 0xfffe would be called opaque.
    let mut reader = decode::png_reader(file, limits, png::Transformations::EXPAND)?;
    let add = match reader.output_color_type() {
        (png::ColorType::GrayscaleAlpha, png::BitDepth::Sixteen) => Seen::add::<4, 2>,
        (png::ColorType::GrayscaleAlpha, _) => Seen::add::<2, 1>,
        (png::ColorType::Rgba, png::BitDepth::Sixteen) => Seen::add::<8, 2>,
        (png::ColorType::Rgba, _) => Seen::add::<4, 1>,
        // No alpha channel and no transparent colour: the header says it all.
        _ => return Ok(Transparency::None),
    };
    let mut seen = Seen::NOTHING;
    while let Some(row) = reader.next_row().map_err(|error| decode::png_error(&error))? {
        seen = add(seen, row.data());
        if seen.answer() == Transparency::Some {
            break;
        }
    }
    Ok(seen.answer())
}

fn webp(file: &[u8], limits: Limits) -> Result<Transparency, PixelsError> {
    let mut decoder = decode::webp_decoder(file, limits)?;
    if !decoder.has_alpha() {
        return Ok(Transparency::None);
    }
    Ok(Seen::NOTHING.add::<4, 1>(&decode::webp_pixels(&mut decoder, file)?).answer())
}

#[cfg(test)]
mod tests {
    use super::{Transparency, transparency};
    use crate::{Limits, PixelsError};
    use gpt_image_edge::picture::Format;
    use png::{BitDepth, ColorType};
    use proptest::prelude::*;

    /// A PNG of those bytes; `palette` holds the colours and their alpha.
    fn png(
        width: u32,
        height: u32,
        color: ColorType,
        depth: BitDepth,
        data: &[u8],
        palette: &[[u8; 4]],
    ) -> Vec<u8> {
        let mut out = Vec::new();
        let mut encoder = png::Encoder::new(&mut out, width, height);
        encoder.set_color(color);
        encoder.set_depth(depth);
        if !palette.is_empty() {
            encoder.set_palette(palette.iter().flat_map(|color| color[..3].to_vec()).collect::<Vec<_>>());
            encoder.set_trns(palette.iter().map(|color| color[3]).collect::<Vec<_>>());
        }
        let mut writer = encoder.write_header().unwrap();
        writer.write_image_data(data).unwrap();
        writer.finish().unwrap();
        out
    }

    fn rgba(alphas: &[u8]) -> Vec<u8> {
        alphas.iter().flat_map(|alpha| [9, 8, 7, *alpha]).collect()
    }

    fn webp(width: u32, height: u32, alphas: &[u8]) -> Vec<u8> {
        let mut out = Vec::new();
        let encoder = image_webp::WebPEncoder::new(&mut out);
        encoder.encode(&rgba(alphas), width, height, image_webp::ColorType::Rgba8).unwrap();
        out
    }

    #[test]
    fn every_pixel_counts() {
        let cases: &[(&[u8], Transparency)] = &[
            (&[255; 6], Transparency::None),
            (&[0; 6], Transparency::All),
            (&[255, 255, 255, 255, 255, 0], Transparency::Some),
            (&[0, 255, 255, 255, 255, 255], Transparency::Some),
            (&[254, 255, 255, 255, 255, 255], Transparency::Some),
            (&[0, 0, 0, 0, 0, 1], Transparency::Some),
            (&[128; 6], Transparency::Some),
        ];
        for (alphas, expected) in cases {
            let file = png(3, 2, ColorType::Rgba, BitDepth::Eight, &rgba(alphas), &[]);
            assert_eq!(transparency(&file, Limits::default()), Ok(*expected), "png {alphas:?}");
            let gray = alphas.iter().flat_map(|alpha| [77, *alpha]).collect::<Vec<_>>();
            let file = png(3, 2, ColorType::GrayscaleAlpha, BitDepth::Eight, &gray, &[]);
            assert_eq!(transparency(&file, Limits::default()), Ok(*expected), "gray {alphas:?}");
            let deep = alphas.iter().flat_map(|alpha| [1, 2, 3, 4, 5, 6, *alpha, *alpha]).collect::<Vec<_>>();
            let file = png(3, 2, ColorType::Rgba, BitDepth::Sixteen, &deep, &[]);
            assert_eq!(transparency(&file, Limits::default()), Ok(*expected), "16 bits {alphas:?}");
            assert_eq!(
                transparency(&webp(3, 2, alphas), Limits::default()),
                Ok(*expected),
                "webp {alphas:?}"
            );
        }
    }

    #[test]
    fn what_has_no_alpha_channel_may_have_transparent_colors() {
        let opaque = png(2, 1, ColorType::Rgb, BitDepth::Eight, &[1, 2, 3, 4, 5, 6], &[]);
        assert_eq!(transparency(&opaque, Limits::default()), Ok(Transparency::None));
        let palette = [[1, 2, 3, 0], [4, 5, 6, 255]];
        for (indices, expected) in
            [([0, 0], Transparency::All), ([0, 1], Transparency::Some), ([1, 1], Transparency::None)]
        {
            let file = png(2, 1, ColorType::Indexed, BitDepth::Eight, &indices, &palette);
            assert_eq!(transparency(&file, Limits::default()), Ok(expected), "{indices:?}");
        }
    }

    #[test]
    fn sixteen_bits_are_not_cut() {
        let file = png(1, 1, ColorType::GrayscaleAlpha, BitDepth::Sixteen, &[0, 0, 0xff, 0xfe], &[]);
        assert_eq!(transparency(&file, Limits::default()), Ok(Transparency::Some));
        let file = png(1, 1, ColorType::GrayscaleAlpha, BitDepth::Sixteen, &[0, 0, 0, 1], &[]);
        assert_eq!(transparency(&file, Limits::default()), Ok(Transparency::Some));
    }

    #[test]
    fn limits_hold_before_anything_is_decoded() {
        let too_large = |width, height, max_pixels| Err(PixelsError::TooLarge { width, height, max_pixels });
        let clear = vec![0; 4 * 100 * 100];
        let file = png(100, 100, ColorType::Rgba, BitDepth::Eight, &clear, &[]);
        assert_eq!(transparency(&file, Limits { max_pixels: 9_999 }), too_large(100, 100, 9_999));
        assert_eq!(transparency(&file, Limits { max_pixels: 10_000 }), Ok(Transparency::All));
        assert_eq!(
            transparency(&webp(100, 100, &[0; 10_000]), Limits { max_pixels: 9_999 }),
            too_large(100, 100, 9_999)
        );
        // A few bytes that claim the largest picture PNG knows.
        let mut bomb = file;
        bomb[16..24].copy_from_slice(&[0x7f, 0xff, 0xff, 0xff, 0, 0, 0, 1]);
        let crc = crc32(&bomb[12..29]);
        bomb[29..33].copy_from_slice(&crc.to_be_bytes());
        assert_eq!(transparency(&bomb, Limits { max_pixels: u32::MAX }), too_large(0x7fff_ffff, 1, u32::MAX));
    }

    fn crc32(bytes: &[u8]) -> u32 {
        !bytes.iter().fold(!0, |crc, byte| {
            (0..8).fold(crc ^ u32::from(*byte), |crc, _| {
                if crc & 1 == 1 { (crc >> 1) ^ 0xedb8_8320 } else { crc >> 1 }
            })
        })
    }

    #[test]
    fn what_cannot_be_read_is_named() {
        let file = png(64, 64, ColorType::Rgba, BitDepth::Eight, &noise(64 * 64 * 4), &[]);
        let opaque = png(64, 64, ColorType::Rgba, BitDepth::Eight, &[255; 64 * 64 * 4], &[]);
        // The first byte of the compressed data, behind signature, IHDR and the head of IDAT.
        let mut bent = opaque.clone();
        bent[41] ^= 0xff;
        let whole = webp(16, 16, &[255; 256]);
        for (given, expected) in [
            (&b"no picture"[..], PixelsError::NotAnImage),
            (b"", PixelsError::NotAnImage),
            (b"GIF89a...........", PixelsError::UnsupportedFormat(Format::Gif)),
            (b"\xff\xd8\xff\xe0....", PixelsError::UnsupportedFormat(Format::Jpeg)),
            (&file[..40], PixelsError::Truncated(Format::Png)),
            (&opaque[..opaque.len() - 20], PixelsError::Truncated(Format::Png)),
            (&bent, PixelsError::Corrupt(Format::Png)),
            (&whole[..whole.len() - 8], PixelsError::Truncated(Format::Webp)),
        ] {
            assert_eq!(transparency(given, Limits::default()), Err(expected), "{}", given.len());
        }
    }

    fn noise(length: usize) -> Vec<u8> {
        let mut state = 1_u32;
        let mut next = || {
            state = state.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
            (state >> 24) as u8
        };
        (0..length).map(|_| next()).collect()
    }

    proptest! {
        #[test]
        fn no_bytes_make_it_panic(bytes: Vec<u8>, format in 0..2_usize) {
            let head: &[u8] = [&b"\x89PNG\r\n\x1a\n"[..], b"RIFF\x40\0\0\0WEBPVP8L"][format];
            let _ = transparency(&[head, &bytes].concat(), Limits::default());
        }

        #[test]
        fn no_damage_makes_it_panic(at in 0..2_000_usize, bits in 1..=255_u8, cut in 0..2_000_usize) {
            let pixels = noise(16 * 16);
            for mut file in [
                png(16, 16, ColorType::Rgba, BitDepth::Eight, &rgba(&pixels), &[]),
                webp(16, 16, &pixels),
            ] {
                let place = at.checked_rem(file.len()).unwrap();
                file[place] ^= bits;
                let _ = transparency(&file, Limits::default());
                file.truncate(cut.checked_rem(file.len()).unwrap());
                let _ = transparency(&file, Limits::default());
            }
        }
    }
}
