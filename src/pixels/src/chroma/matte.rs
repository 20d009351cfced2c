//! How much of every pixel is background, and what is left without it.
//!
//! A pixel on an edge is a mixture `a * subject + (1 - a) * background`. For a background of a clear hue the mixture tells
//! `a`: how much the background's channels stand above the others falls in the same measure, whatever grey the subject has
//! (the colour difference key of film). White, grey and black have no such channels; there the distance has to do.

use super::ChromaKey;

/// How pixels are compared with the background.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Method {
    /// By how much its channels stand above the others: backgrounds of a clear hue. Softness defaults to what makes the
    /// edge exact.
    Hue,
    /// By the largest difference of any channel: white, grey, black and pale backgrounds. Softness defaults to 32.
    Distance,
}

/// A background's channels stand this much above the others when it has a clear hue.
const CLEAR_HUE: f32 = 96.0;
const TOLERANCE: f32 = 16.0;
const DISTANCE_SOFTNESS: f32 = 32.0;
/// More than any channel: keeps it out of a minimum or a maximum.
const OUT: f32 = 512.0;

/// So many pixels are worked on at once: whole vectors of every engine.
const LANES: usize = 16;
type Lanes = [f32; LANES];

pub(super) struct Matte {
    pub(super) method: Method,
    pub(super) tolerance: f32,
    pub(super) softness: f32,
    color: [f32; 3],
    /// Added before the minimum of the background's channels, so that the others do not count.
    low: [f32; 3],
    /// Taken off before the maximum of the others, so that the background's channels do not count.
    high: [f32; 3],
    /// How much the background's channels stand above the others.
    hue: f32,
    keep_spill: bool,
}

impl Matte {
    pub(super) fn new(color: [u8; 3], key: ChromaKey) -> Self {
        let color = color.map(f32::from);
        let most = color.into_iter().fold(0.0, f32::max);
        let least = color.into_iter().fold(255.0, f32::min);
        let middle = f32::midpoint(most, least);
        let of_hue = color.map(|channel| channel > middle);
        let low = of_hue.map(|counts| if counts { 0.0 } else { OUT });
        let high = of_hue.map(|counts| if counts { OUT } else { 0.0 });
        let mut matte = Self {
            method: Method::Hue,
            tolerance: TOLERANCE,
            softness: DISTANCE_SOFTNESS,
            color,
            low,
            high,
            hue: 1.0,
            keep_spill: key.keep_spill,
        };
        matte.hue = matte.above(color);
        let within = |levels: f32| if levels.is_finite() { levels.clamp(0.0, 255.0) } else { 0.0 };
        matte.tolerance = within(key.tolerance.unwrap_or(TOLERANCE));
        if most - least < CLEAR_HUE || matte.hue < CLEAR_HUE {
            matte.method = Method::Distance;
            matte.softness = within(key.softness.unwrap_or(DISTANCE_SOFTNESS));
        } else {
            matte.softness = within(key.softness.unwrap_or(255.0 - 2.0 * matte.tolerance));
        }
        matte
    }

    /// How much the background's channels stand above the others.
    #[inline]
    fn above(&self, [r, g, b]: [f32; 3]) -> f32 {
        let low = (r + self.low[0]).min(g + self.low[1]).min(b + self.low[2]);
        let high = (r - self.high[0]).max(g - self.high[1]).max(b - self.high[2]);
        low - high
    }

    /// How far a pixel is from the background, 0 to 255.
    #[inline]
    fn distance(&self, [r, g, b]: [f32; 3]) -> f32 {
        match self.method {
            Method::Hue => (255.0 - self.above([r, g, b]) * 255.0 / self.hue).clamp(0.0, 255.0),
            Method::Distance => {
                let [red, green, blue] = self.color;
                (r - red).abs().max((g - green).abs()).max((b - blue).abs())
            }
        }
    }

    /// The alpha of a pixel, 0 to 255, whole.
    #[inline]
    fn opacity(&self, pixel: [f32; 3]) -> f32 {
        // A softness of nothing is a step: whatever is above the tolerance is subject.
        let steep = 255.0 / self.softness.max(1.0 / 256.0);
        ((self.distance(pixel) - self.tolerance) * steep).clamp(0.0, 255.0).round_ties_even()
    }

    pub(super) fn alpha(&self, pixel: [u8; 3]) -> u8 {
        self.opacity(pixel.map(f32::from)) as u8
    }

    /// A channel without the background's share of it.
    #[inline]
    fn unmixed(&self, channel: f32, background: f32, alpha: f32) -> f32 {
        if self.keep_spill { channel } else { background + (channel - background) * 255.0 / alpha.max(1.0) }
    }

    /// Keys rows of red, green, blue, alpha bytes; how many became transparent, and how many half-transparent.
    pub(super) fn apply(&self, rgba: &mut [u8]) -> (u32, u32) {
        let (mut keyed, mut softened) = (0_u32, 0_u32);
        let mut count = |(clear, soft): (u32, u32)| {
            keyed = keyed.saturating_add(clear);
            softened = softened.saturating_add(soft);
        };
        let (blocks, rest) = rgba.as_chunks_mut::<{ LANES * 4 }>();
        for block in blocks {
            count(self.block(block));
        }
        // The rest is worked on among pixels that nobody asked for, and counted by itself.
        let mut block = [0; LANES * 4];
        let (given, _) = rest.as_chunks_mut::<4>();
        for (pixel, given) in block.as_chunks_mut::<4>().0.iter_mut().zip(given.iter()) {
            *pixel = *given;
            let [r, g, b, _] = *given;
            match self.alpha([r, g, b]) {
                0 => count((1, 0)),
                255 => {}
                _ => count((0, 1)),
            }
        }
        self.block(&mut block);
        for (given, pixel) in given.iter_mut().zip(block.as_chunks::<4>().0) {
            *given = *pixel;
        }
        (keyed, softened)
    }

    /// One block, channel by channel, in loops that compilers turn into vectors.
    #[inline]
    fn block(&self, block: &mut [u8; LANES * 4]) -> (u32, u32) {
        let mut planes: [Lanes; 4] = [[0.0; LANES]; 4];
        let (pixels, _) = block.as_chunks_mut::<4>();
        let [reds, greens, blues, alphas] = &mut planes;
        for ((((pixel, r), g), b), a) in
            pixels.iter().zip(&mut *reds).zip(&mut *greens).zip(&mut *blues).zip(&mut *alphas)
        {
            [*r, *g, *b, *a] = pixel.map(f32::from);
        }
        let (mut clear, mut soft) = (0_u32, 0_u32);
        let [red, green, blue] = self.color;
        for (((r, g), b), a) in reds.iter_mut().zip(greens).zip(blues).zip(alphas) {
            let alpha = self.opacity([*r, *g, *b]);
            clear = clear.wrapping_add(u32::from(alpha == 0.0));
            soft = soft.wrapping_add(u32::from(alpha > 0.0 && alpha < 255.0));
            // What is transparent is black, so that it compresses.
            let visible = if alpha == 0.0 { 0.0 } else { 1.0 };
            *r = self.unmixed(*r, red, alpha) * visible;
            *g = self.unmixed(*g, green, alpha) * visible;
            *b = self.unmixed(*b, blue, alpha) * visible;
            *a = *a * alpha / 255.0;
        }
        let [reds, greens, blues, alphas] = &planes;
        for ((((pixel, r), g), b), a) in pixels.iter_mut().zip(reds).zip(greens).zip(blues).zip(alphas) {
            *pixel = [*r, *g, *b, *a].map(|value| (value + 0.5) as u8);
        }
        (clear, soft)
    }
}
