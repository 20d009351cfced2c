//! The flexible formula: how many output tokens an image of any size has.

use super::model::FlexibleSize;

/// With `g` the factor of the quality, `L` and `S` the long and short edge and `P` the pixels,
/// `tokens = ceil(g * round(g * S / L) * (base_pixels + P) / divisor)`.
///
/// All steps are in whole numbers, so nothing depends on how floats round.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Grid {
    /// The factor of each quality.
    pub factors: &'static [(&'static str, u32)],
    /// The fewest and the most tokens of each quality over all legal sizes, in the order of `factors`; see [`ranges`].
    pub ranges: &'static [(u32, u32)],
    /// How the tokens of one factor are counted.
    pub formula: Formula,
}

/// The constants of the formula.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Formula {
    /// Added to the pixels.
    pub base_pixels: u32,
    /// What the product is divided by; not 0.
    pub divisor: u32,
    /// How the short axis is rounded when it lies exactly between two whole numbers.
    pub rounding: Rounding,
}

/// What becomes of exact halves.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Rounding {
    /// Upwards, as JavaScript's `Math.round`.
    HalfUp,
    /// To the even neighbour.
    HalfEven,
}

impl Grid {
    /// Image output tokens of so many finished images of one call; `None` for a quality without a factor.
    pub fn tokens(&self, quality: &str, width: u32, height: u32, count: u32) -> Option<u32> {
        let (_, factor) = self.factors.iter().find(|(name, _)| *name == quality)?;
        self.formula.tokens(*factor, width, height, count)
    }

    /// The fewest and the most tokens of a quality over all legal sizes.
    pub fn range(&self, quality: &str) -> Option<(u32, u32)> {
        let at = self.factors.iter().position(|(name, _)| *name == quality)?;
        self.ranges.get(at).copied()
    }
}

impl Formula {
    /// Tokens of `count` images of one size, rounded up once for all of them. `None` for edges of 0 and for more than
    /// four billion tokens.
    #[allow(
        clippy::cast_possible_truncation,
        clippy::cast_lossless,
        reason = "compared first; `From` is not const"
    )]
    pub const fn tokens(&self, factor: u32, width: u32, height: u32, count: u32) -> Option<u32> {
        let (long, short) = if width > height { (width, height) } else { (height, width) };
        if short == 0 || self.divisor == 0 {
            return None;
        }
        let factor = factor as u64;
        let pixels = (width as u64).saturating_mul(height as u64).saturating_add(self.base_pixels as u64);
        let axis = self.rounding.quotient(factor.saturating_mul(short as u64), long as u64);
        // The axis is not longer than the factor, which is a u32.
        let product = factor.wrapping_mul(axis).saturating_mul(pixels).saturating_mul(count as u64);
        // A product that stopped at the largest number is too large for u32 after any division.
        let tokens = product.div_ceil(self.divisor as u64);
        if tokens > u32::MAX as u64 { None } else { Some(tokens as u32) }
    }
}

impl Rounding {
    /// The whole number nearest to a fraction whose denominator is not 0.
    #[allow(
        clippy::arithmetic_side_effects,
        reason = "the denominator is not 0, and the quotient is below the numerator where there is a rest"
    )]
    const fn quotient(self, numerator: u64, denominator: u64) -> u64 {
        let (below, rest) = (numerator / denominator, numerator % denominator);
        let up = match (rest.saturating_mul(2) > denominator, rest.saturating_mul(2) == denominator, self) {
            (true, ..) | (false, true, Self::HalfUp) => true,
            (false, true, Self::HalfEven) => below % 2 == 1,
            (false, false, _) => false,
        };
        if up { below + 1 } else { below }
    }
}

/// The fewest and the most tokens of each factor over every size a rule allows, for [`Grid::ranges`].
///
/// Computed once, by the compiler for the built-in entries: it takes thousands of divisions, and an estimate of `auto` one
/// microsecond. Beside one long edge the tokens grow with the short one, so only the shortest and the longest legal short
/// edge of each long edge can be extreme.
#[allow(
    clippy::arithmetic_side_effects,
    clippy::indexing_slicing,
    reason = "indices are below the length, and a step of 0 is refused first"
)]
pub const fn ranges<const N: usize>(
    factors: &[(&str, u32); N],
    formula: Formula,
    sizes: &FlexibleSize,
) -> [(u32, u32); N] {
    let mut ranges = [(0, 0); N];
    let mut index = 0;
    while index < N {
        ranges[index] = range(factors[index].1, formula, sizes);
        index += 1;
    }
    ranges
}

/// The fewest and the most tokens of one factor; `(0, 0)` where no size is legal.
#[allow(
    clippy::arithmetic_side_effects,
    clippy::indexing_slicing,
    reason = "a step and edges of 0 are refused first; the index is below the length"
)]
pub const fn range(factor: u32, formula: Formula, sizes: &FlexibleSize) -> (u32, u32) {
    let (mut least, mut most) = (u32::MAX, 0);
    let step = sizes.multiple_of;
    if step == 0 || sizes.max_ratio == 0 {
        return (0, 0);
    }
    let mut long = step;
    while long <= sizes.max_edge {
        let by_ratio = long.div_ceil(sizes.max_ratio);
        let by_pixels = sizes.min_pixels.div_ceil(long);
        let shortest = if by_ratio > by_pixels { by_ratio } else { by_pixels };
        let by_pixels = sizes.max_pixels / long;
        let longest = if by_pixels < long { by_pixels } else { long };
        let ends = [shortest.div_ceil(step).saturating_mul(step), longest / step * step];
        let mut end = 0;
        while end < ends.len() {
            if sizes.accepts(long, ends[end])
                && let Some(tokens) = formula.tokens(factor, long, ends[end], 1)
            {
                least = if tokens < least { tokens } else { least };
                most = if tokens > most { tokens } else { most };
            }
            end += 1;
        }
        long = match long.checked_add(step) {
            Some(next) => next,
            None => break,
        };
    }
    if least > most { (0, 0) } else { (least, most) }
}

#[cfg(test)]
mod tests {
    use super::{Formula, Rounding, ranges};
    use crate::catalog::model::FlexibleSize;

    const UP: Formula = Formula { base_pixels: 2_000_000, divisor: 4_000_000, rounding: Rounding::HalfUp };

    /// Width, height, then the tokens for the factors 16, 24, 48, 64 and 96, as OpenAI's calculators give them.
    const PUBLISHED: &[(u32, u32, [u32; 5])] = &[
        (1024, 1024, [196, 439, 1756, 3122, 7024]),
        (1536, 1024, [158, 343, 1372, 2459, 5488]),
        (1024, 1536, [158, 343, 1372, 2459, 5488]),
        (1024, 768, [134, 301, 1204, 2140, 4815]),
        (1024, 640, [107, 239, 956, 1700, 3824]),
        (1920, 1088, [148, 344, 1325, 2356, 5300]),
        (2048, 1152, [157, 367, 1413, 2511, 5650]),
        (2048, 2048, [397, 892, 3568, 6343, 14272]),
        (2560, 1440, [205, 478, 1843, 3276, 7370]),
        (3072, 1024, [103, 247, 988, 1729, 3952]),
        (3840, 1280, [139, 332, 1328, 2324, 5311]),
        (3840, 2160, [371, 865, 3336, 5930, 13342]),
        (2880, 2880, [659, 1483, 5930, 10542, 23719]),
    ];

    #[test]
    fn every_published_count_comes_out() {
        for rounding in [Rounding::HalfUp, Rounding::HalfEven] {
            let formula = Formula { rounding, ..UP };
            for (width, height, tokens) in PUBLISHED {
                for (factor, expected) in [16, 24, 48, 64, 96].into_iter().zip(tokens) {
                    let found = formula.tokens(factor, *width, *height, 1);
                    assert_eq!(found, Some(*expected), "{width}x{height} g{factor}");
                }
            }
        }
        // Read off the calculator by others: community.openai.com/t/1381388 and /t/1379464 (2026).
        for (width, height, factor, tokens) in
            [(960, 720, 16, 130), (976, 704, 16, 129), (1792, 1024, 96, 5063), (3584, 2048, 96, 12329)]
        {
            assert_eq!(UP.tokens(factor, width, height, 1), Some(tokens), "{width}x{height}");
        }
    }

    #[test]
    fn halves_round_as_each_calculator_does() {
        let even = Formula { rounding: Rounding::HalfEven, ..UP };
        // 16 * 672 / 1024 is 10.5, and 96 * 688 / 1024 is 64.5.
        assert_eq!((UP.tokens(16, 1024, 672, 1), even.tokens(16, 1024, 672, 1)), (Some(119), Some(108)));
        assert_eq!((UP.tokens(96, 688, 1024, 1), even.tokens(96, 688, 1024, 1)), (Some(4220), Some(4155)));
        // 16 * 736 / 1024 is 11.5: the even neighbour is the upper one.
        assert_eq!(UP.tokens(16, 1024, 736, 1), even.tokens(16, 1024, 736, 1));
    }

    #[test]
    fn several_images_are_rounded_up_once() {
        // 16 * 10 * 2,983,040 / 4,000,000 is 119.3216 and a bit.
        assert_eq!(UP.tokens(16, 960, 720, 1), Some(130));
        assert!(UP.tokens(16, 960, 720, 10).unwrap() <= 1300);
        assert!(UP.tokens(16, 960, 720, 10).unwrap() > 1290);
    }

    #[test]
    fn impossible_edges_have_no_tokens() {
        assert_eq!(UP.tokens(16, 0, 1024, 1), None);
        assert_eq!(UP.tokens(96, u32::MAX, u32::MAX, 10), None);
        assert_eq!(Formula { divisor: 0, ..UP }.tokens(16, 1024, 1024, 1), None);
    }

    #[test]
    fn a_rule_without_a_legal_size_has_an_empty_range() {
        let rule = FlexibleSize {
            multiple_of: 16,
            max_edge: 3840,
            min_pixels: 10,
            max_pixels: 9,
            max_ratio: 3,
            experimental_above_pixels: 0,
            popular: &[],
        };
        assert_eq!(ranges(&[("low", 16)], UP, &rule), [(0, 0)]);
        assert_eq!(ranges(&[("low", 16)], UP, &FlexibleSize { multiple_of: 0, ..rule }), [(0, 0)]);
    }
}
