//! Exact pixels by hand, and a slow, obvious reference.

#![allow(
    clippy::arithmetic_side_effects,
    clippy::float_cmp,
    reason = "a test that panics has failed, and says where"
)]

use proptest::prelude::*;

use super::{ChromaKey, Method, chroma_key};
use crate::decode::{Limits, Picture, decode};
use crate::encode::{Output, encode};

const GREEN: [u8; 3] = [0, 255, 0];
const MAGENTA: [u8; 3] = [255, 0, 255];
const WHITE: [u8; 3] = [255, 255, 255];

fn key(color: [u8; 3], tolerance: f32, softness: f32) -> ChromaKey {
    ChromaKey { color: Some(color), tolerance: Some(tolerance), softness: Some(softness), keep_spill: false }
}

fn keyed(pixel: [u8; 4], key: ChromaKey) -> [u8; 4] {
    let mut picture = Picture { width: 1, height: 1, rgba: pixel.to_vec() };
    chroma_key(&mut picture, key);
    picture.rgba.try_into().unwrap()
}

#[test]
fn pixels_become_what_they_should() {
    let exact = |color| key(color, 0.0, 255.0);
    let spill = ChromaKey { keep_spill: true, ..exact(GREEN) };
    let default = |color| ChromaKey { color: Some(color), ..ChromaKey::default() };
    for (what, given, key, expected) in [
        ("the background", [0, 255, 0, 255], exact(GREEN), [0, 0, 0, 0]),
        ("black", [0, 0, 0, 255], exact(GREEN), [0, 0, 0, 255]),
        ("white", [255, 255, 255, 255], exact(GREEN), [255, 255, 255, 255]),
        ("red", [255, 0, 0, 255], exact(GREEN), [255, 0, 0, 255]),
        // (255 - 128) of 255 is subject: 64 * 255 / 127, and 255 - 63 * 255 / 127.
        ("grey and green", [64, 192, 64, 255], exact(GREEN), [129, 129, 129, 127]),
        ("the same, its colour kept", [64, 192, 64, 255], spill, [64, 192, 64, 127]),
        // A fifth of white.
        ("white and green", [51, 255, 51, 255], exact(GREEN), [255, 255, 255, 51]),
        // Two fifths of black.
        ("black and green", [0, 153, 0, 255], exact(GREEN), [0, 0, 0, 102]),
        ("red and green", [102, 153, 0, 255], exact(GREEN), [128, 128, 0, 204]),
        ("a picture's own alpha", [51, 255, 51, 100], exact(GREEN), [255, 255, 255, 20]),
        ("transparent before", [255, 0, 0, 0], exact(GREEN), [255, 0, 0, 0]),
        ("magenta", [255, 0, 255, 255], exact(MAGENTA), [0, 0, 0, 0]),
        ("green before magenta", [0, 255, 0, 255], exact(MAGENTA), [0, 255, 0, 255]),
        ("white and magenta", [255, 51, 255, 255], exact(MAGENTA), [255, 255, 255, 51]),
        ("a dull background", [20, 180, 30, 255], exact([20, 180, 30]), [0, 0, 0, 0]),
        ("near grey", [100, 110, 100, 255], default(GREEN), [100, 110, 100, 255]),
        ("white itself", [255, 255, 255, 255], default(WHITE), [0, 0, 0, 0]),
        ("white within the tolerance", [239, 255, 255, 255], default(WHITE), [0, 0, 0, 0]),
        // 24 - 16 of 32 levels: a quarter; 255 - 24 * 255 / 64 of red is left, rounded.
        ("white beside it", [231, 255, 255, 255], default(WHITE), [159, 255, 255, 64]),
        ("far from white", [207, 255, 255, 255], default(WHITE), [207, 255, 255, 255]),
        ("a step, below", [10, 10, 10, 255], key([0, 0, 0], 10.0, 0.0), [0, 0, 0, 0]),
        ("a step, above", [11, 0, 0, 255], key([0, 0, 0], 10.0, 0.0), [11, 0, 0, 255]),
    ] {
        assert_eq!(keyed(given, key), expected, "{what}");
    }
}

#[test]
fn defaults_hold_small_differences_for_background() {
    // 245 - 10 of 255 levels of green stand out: 20 fewer than all, 4 more than the tolerance, of 223 in all.
    let default = ChromaKey { color: Some(GREEN), ..ChromaKey::default() };
    assert_eq!(keyed([10, 245, 5, 255], default)[3], 5);
    assert_eq!(keyed([8, 249, 5, 255], default), [0; 4]);
}

/// A subject of that colour before a background, softly: the inner half is subject, one ring between is half of each.
fn subject(size: u32, color: [u8; 3], background: [u8; 3]) -> Picture {
    let half = |one: u8, other: u8| u8::midpoint(one, other);
    let rgba = (0..size * size).flat_map(|index| {
        let (x, y) = (index % size, index / size);
        let inset = x.min(y).min(size - 1 - x).min(size - 1 - y);
        let [r, g, b] = match inset.cmp(&(size / 4)) {
            std::cmp::Ordering::Less => background,
            std::cmp::Ordering::Equal => [0, 1, 2].map(|at| half(color[at], background[at])),
            std::cmp::Ordering::Greater => color,
        };
        [r, g, b, 255]
    });
    Picture { width: size, height: size, rgba: rgba.collect() }
}

#[test]
fn the_background_is_found_on_the_border() {
    for (background, method) in [
        (GREEN, Method::Hue),
        (MAGENTA, Method::Hue),
        ([0, 0, 255], Method::Hue),
        ([4, 248, 9], Method::Hue),
        (WHITE, Method::Distance),
        ([128, 128, 128], Method::Distance),
        ([0, 0, 0], Method::Distance),
    ] {
        let mut picture = subject(64, [200, 120, 90], background);
        let report = chroma_key(&mut picture, ChromaKey::default());
        assert_eq!((report.color, report.method), (Some(background), method));
        assert!(report.border_share == 1.0 && report.is_flat());
        // Insets 0 to 15 are background, 16 is the ring.
        assert_eq!(report.keyed, 64 * 64 - 32 * 32, "{background:?}");
        let at = |x: usize, y: usize| &picture.rgba[(y * 64 + x) * 4..][..4];
        assert_eq!((at(0, 0), at(32, 32)), (&[0, 0, 0, 0][..], &[200, 120, 90, 255][..]), "{background:?}");
    }
}

#[test]
fn noise_moves_neither_the_color_nor_the_matte() {
    let mut picture = subject(128, [90, 90, 200], [2, 240, 15]);
    let mut state = 7_u32;
    for value in picture.rgba.as_chunks_mut::<4>().0.iter_mut().flat_map(|pixel| &mut pixel[..3]) {
        state = state.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
        *value = value.saturating_add((state >> 30) as u8).saturating_sub((state >> 28 & 3) as u8);
    }
    let report = chroma_key(&mut picture, ChromaKey::default());
    let [r, g, b] = report.color.unwrap();
    assert!(r.abs_diff(2) <= 2 && g.abs_diff(240) <= 2 && b.abs_diff(15) <= 2, "{:?}", report.color);
    assert!(report.border_share > 0.99, "{}", report.border_share);
    assert_eq!(report.keyed, 128 * 128 - 64 * 64);
}

#[test]
fn a_border_of_many_colors_is_not_called_flat() {
    let rgba =
        (0..64 * 64_u32).flat_map(|at| [(at * 37 % 256) as u8, (at * 91 % 256) as u8, (at / 16) as u8, 255]);
    let mut picture = Picture { width: 64, height: 64, rgba: rgba.collect() };
    let report = chroma_key(&mut picture, ChromaKey::default());
    assert!(report.border_share < 0.5 && !report.is_flat(), "{}", report.border_share);
    // A subject that leaves at one edge is another matter.
    let mut picture = subject(64, [9, 9, 9], GREEN);
    let end = picture.rgba.len();
    picture.rgba[end - 64 * 4..].as_chunks_mut::<4>().0.fill([9, 9, 9, 255]);
    let report = chroma_key(&mut picture, ChromaKey::default());
    assert!((0.7..0.8).contains(&report.border_share) && report.is_flat(), "{}", report.border_share);
}

#[test]
fn what_is_transparent_already_stays_as_it_is() {
    let mut picture = Picture { width: 3, height: 3, rgba: [[5, 6, 7, 0]; 9].concat() };
    picture.rgba[4 * 4..5 * 4].copy_from_slice(&[1, 2, 3, 255]);
    let before = picture.clone();
    let report = chroma_key(&mut picture, ChromaKey::default());
    assert_eq!((report.color, report.keyed, report.is_flat()), (None, 0, false));
    assert_eq!(picture, before);
}

#[test]
fn files_come_out_as_they_were_keyed() {
    let mut picture = subject(40, [200, 30, 30], GREEN);
    let file = encode(&picture, Output::Png).unwrap();
    assert_eq!(decode(&file, Limits::default()), Ok(picture.clone()));
    chroma_key(&mut picture, ChromaKey::default());
    for output in [Output::Png, Output::Webp] {
        let file = encode(&picture, output).unwrap();
        assert_eq!(decode(&file, Limits::default()), Ok(picture.clone()), "{output:?}");
    }
    let wide = Picture { width: 16_500, height: 1, rgba: vec![0; 66_000] };
    assert_eq!(encode(&wide, Output::Webp).unwrap_err().code(), "unwritable");
    assert!(encode(&wide, Output::Png).is_ok());
}

/// The same by the definition, in wide numbers, one pixel at a time; and its alpha before rounding.
fn slowly([r, g, b, a]: [u8; 4], color: [u8; 3], tolerance: f64, softness: f64) -> ([f64; 4], f64) {
    let pixel = [r, g, b].map(f64::from);
    let color = color.map(f64::from);
    let (most, least) =
        (color.iter().copied().fold(0.0, f64::max), color.iter().copied().fold(255.0, f64::min));
    let above = |pixel: [f64; 3]| {
        let (mut low, mut high) = (f64::MAX, f64::MIN);
        for (value, of) in pixel.into_iter().zip(color) {
            if of > f64::midpoint(most, least) { low = low.min(value) } else { high = high.max(value) }
        }
        low - high
    };
    let distance = if most - least < 96.0 || above(color) < 96.0 {
        pixel.into_iter().zip(color).map(|(one, other)| (one - other).abs()).fold(0.0, f64::max)
    } else {
        (255.0 - above(pixel) * 255.0 / above(color)).clamp(0.0, 255.0)
    };
    let exact = ((distance - tolerance) / softness * 255.0).clamp(0.0, 255.0);
    let alpha = exact.round_ties_even();
    if alpha == 0.0 {
        return ([0.0; 4], exact);
    }
    let channel = |at: usize| (color[at] + (pixel[at] - color[at]) * 255.0 / alpha).clamp(0.0, 255.0);
    ([channel(0), channel(1), channel(2), f64::from(a) * alpha / 255.0], exact)
}

proptest! {
    #[test]
    fn vectors_do_what_the_definition_says(
        pixels in prop::collection::vec(any::<[u8; 4]>(), 1..70),
        color: [u8; 3],
        tolerance in 0..60_u8,
        softness in 1..=255_u8,
    ) {
        let mut picture = Picture { width: pixels.len() as u32, height: 1, rgba: pixels.concat() };
        let report = chroma_key(&mut picture, key(color, tolerance.into(), softness.into()));
        let (mut keyed, mut softened, mut unsure) = (0, 0, 0);
        for (given, found) in pixels.iter().zip(picture.rgba.as_chunks::<4>().0) {
            let (expected, exact) = slowly(*given, color, tolerance.into(), softness.into());
            // Single and double precision may round such an alpha to two sides.
            if (exact.fract() - 0.5).abs() < 0.001 {
                unsure += 1;
                continue;
            }
            let alpha = exact.round();
            keyed += u32::from(alpha == 0.0);
            softened += u32::from(alpha > 0.0 && alpha < 255.0);
            for (found, expected) in found.iter().zip(expected) {
                prop_assert!((f64::from(*found) - expected).abs() < 0.51, "{given:?}: {found} is not {expected}");
            }
            if alpha == 255.0 {
                prop_assert_eq!(found, given);
            }
        }
        prop_assert!(report.keyed.abs_diff(keyed) <= unsure && report.softened.abs_diff(softened) <= unsure);
    }

    #[test]
    fn no_picture_and_no_option_makes_it_panic(
        width in 1..40_u32,
        bytes in prop::collection::vec(any::<u8>(), 0..4000),
        color: Option<[u8; 3]>,
        tolerance: Option<f32>,
        softness: Option<f32>,
        keep_spill: bool,
    ) {
        let row = width as usize * 4;
        let height = bytes.len() / row;
        prop_assume!(height > 0);
        let mut picture = Picture { width, height: height as u32, rgba: bytes[..height * row].to_vec() };
        let report = chroma_key(&mut picture, ChromaKey { color, tolerance, softness, keep_spill });
        prop_assert!(report.keyed + report.softened <= width * height as u32);
        prop_assert!((0.0..=1.0).contains(&report.border_share));
    }

    #[test]
    fn no_bytes_make_the_decoder_panic(bytes: Vec<u8>, format in 0..3_usize) {
        let head: &[u8] = [&b"\x89PNG\r\n\x1a\n"[..], b"RIFF\x40\0\0\0WEBPVP8 ", b"\xff\xd8\xff"][format];
        let _ = decode(&[head, &bytes].concat(), Limits { max_pixels: 1 << 20 });
    }
}
