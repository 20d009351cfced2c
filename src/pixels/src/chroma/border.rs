//! The colour of a background, from the edge of the picture, where the subject seldom is.

use super::matte::Matte;
use crate::decode::Picture;

/// The border is this part of the shorter edge, and this many pixels at most: deep enough for a median, too shallow to
/// reach the subject.
const PART: u32 = 64;
const MAX_DEPTH: u32 = 8;

/// The visible colours of the border.
pub(super) fn pixels(picture: &Picture) -> Vec<[u8; 3]> {
    let (width, height) = (picture.width, picture.height);
    let depth = width.min(height).div_ceil(PART).clamp(1, MAX_DEPTH);
    let (right, bottom) = (width.saturating_sub(depth), height.saturating_sub(depth));
    let mut found = Vec::new();
    let mut add = |pixels: &[[u8; 4]]| {
        found.extend(pixels.iter().filter(|[.., alpha]| *alpha >= 128).map(|[r, g, b, _]| [*r, *g, *b]));
    };
    let (pixels, _) = picture.rgba.as_chunks::<4>();
    for (y, row) in (0_u32..).zip(pixels.chunks_exact(width.max(1) as usize)) {
        if y < depth || y >= bottom {
            add(row);
        } else {
            add(row.get(..depth as usize).unwrap_or_default());
            add(row.get((right.max(depth)) as usize..).unwrap_or_default());
        }
    }
    found
}

/// Sixteen levels of each channel.
const LEVELS: usize = 16;
const BINS: usize = LEVELS * LEVELS * LEVELS;

fn bin([r, g, b]: [u8; 3]) -> [usize; 3] {
    [r, g, b].map(|channel| usize::from(channel >> 4))
}

fn place([r, g, b]: [usize; 3]) -> usize {
    (r << 8) | (g << 4) | b
}

fn near(one: [usize; 3], other: [usize; 3]) -> bool {
    one.into_iter().zip(other).all(|(one, other)| one.abs_diff(other) <= 1)
}

/// The commonest colour: the median of each channel among the pixels around the fullest place of a coarse colour cube.
/// Neighbours count together, so that noise across the edge of a place does not matter.
pub(super) fn color(border: &[[u8; 3]]) -> Option<[u8; 3]> {
    let mut counts = vec![0_u32; BINS];
    for pixel in border {
        if let Some(count) = counts.get_mut(place(bin(*pixel))) {
            *count = count.saturating_add(1);
        }
    }
    let occupied: Vec<([usize; 3], u32)> = (0..BINS)
        .map(|place| [place >> 8, (place >> 4) & 15, place & 15])
        .zip(counts)
        .filter(|(_, count)| *count > 0)
        .collect();
    let around = |center: [usize; 3]| -> u32 {
        occupied
            .iter()
            .filter(|(bin, _)| near(*bin, center))
            .fold(0, |sum, (_, count)| sum.saturating_add(*count))
    };
    // Of equal surroundings the fuller place, then the darker one: the same picture always gives the same colour.
    let (center, _) = occupied.iter().rev().max_by_key(|(bin, count)| (around(*bin), *count))?;
    let mut channels: [Vec<u8>; 3] = Default::default();
    for pixel in border.iter().filter(|pixel| near(bin(**pixel), *center)) {
        for (channel, value) in channels.iter_mut().zip(pixel) {
            channel.push(*value);
        }
    }
    Some(channels.map(|mut channel| {
        let middle = channel.len() / 2;
        channel.sort_unstable();
        channel.get(middle).copied().unwrap_or_default()
    }))
}

/// The share of the border that the matte makes transparent.
pub(super) fn share(border: &[[u8; 3]], matte: &Matte) -> f32 {
    if border.is_empty() {
        return 0.0;
    }
    let background = border.iter().filter(|pixel| matte.alpha(**pixel) == 0).count();
    background as f32 / border.len() as f32
}
