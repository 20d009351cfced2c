//! Tokens of input images.
//!
//! How the service rounds the edges of a picture it has scaled is not published. A scaled picture has whole edges, so the
//! truth lies between rounding down and rounding up: the bounds count both, and are nearly always equal.

use super::{Count, cut};
use crate::catalog::Model;
use crate::catalog::model::{InputTokens, Patches, Tiles};

/// What to expect of one picture of that size. `high_fidelity` adds the closer look where the model bills one. `None` where
/// no rule is known.
pub fn input(model: &Model, width: u32, height: u32, high_fidelity: bool) -> Option<u32> {
    input_bounds(model, Some((width, height)), high_fidelity).map(|count| count.expected)
}

/// Image input tokens of one picture, of that size or of any. `None` where no rule is known.
pub fn input_bounds(model: &Model, size: Option<(u32, u32)>, high_fidelity: bool) -> Option<Count> {
    match &model.input_tokens {
        InputTokens::Tiles(tiles) => Some(match size {
            Some((width, height)) => tile_tokens(tiles, width, height, high_fidelity),
            None => any_tiles(tiles, high_fidelity),
        }),
        InputTokens::Patches(patches) => Some(patch_bounds(patches, size)),
        InputTokens::Likely(patches) => Some(Count { min: 0, max: None, ..patch_bounds(patches, size) }),
        InputTokens::NotPublished => None,
        InputTokens::None => Some(Count::exact(0)),
    }
}

/// Text tokens that a picture is seen to add to those of the prompt, of that size or of any: what to expect, and the most.
pub(super) fn text_beside(model: &Model, size: Option<(u32, u32)>) -> (u64, u64) {
    match &model.input_tokens {
        InputTokens::Tiles(tiles) => {
            let (expected, most) = match size {
                Some((width, height)) => {
                    let (_, expected, _) = tile_counts(tiles, width, height);
                    (expected, expected)
                }
                None => (1, most_tiles(tiles)),
            };
            let text = |count| of_tiles(count, tiles.text_base, tiles.text_per_tile);
            (text(expected), text(most))
        }
        InputTokens::Patches(patches) | InputTokens::Likely(patches) => {
            (patches.text_per_image.into(), patches.text_per_image.into())
        }
        InputTokens::NotPublished | InputTokens::None => (0, 0),
    }
}

/// What so many tiles have. Sums of products of 32 bits fit.
fn of_tiles(count: u32, base: u32, per_tile: u32) -> u64 {
    u64::from(base).wrapping_add(u64::from(per_tile).wrapping_mul(u64::from(count)))
}

impl Tiles {
    /// Tokens of so many tiles, and further ones of a closer look.
    fn tokens(&self, count: u32, closer: u32) -> u32 {
        cut(of_tiles(count, self.base, self.per_tile).wrapping_add(u64::from(closer)))
    }
}

/// The most tiles of any picture: after the short side is scaled down, the long one is at most `fit_edge`.
const fn most_tiles(tiles: &Tiles) -> u32 {
    let tile = if tiles.tile == 0 { 1 } else { tiles.tile };
    tiles.fit_edge.div_ceil(tile).saturating_mul(tiles.short_side.div_ceil(tile))
}

fn any_tiles(tiles: &Tiles, high_fidelity: bool) -> Count {
    let closer = if high_fidelity { (tiles.high_square, tiles.high_other) } else { (0, 0) };
    let (least, most) = (tiles.tokens(1, closer.0), tiles.tokens(most_tiles(tiles), closer.1));
    Count { min: least, expected: least.midpoint(most), max: Some(most) }
}

fn tile_tokens(tiles: &Tiles, width: u32, height: u32, high_fidelity: bool) -> Count {
    let closer = match (high_fidelity, width == height) {
        (false, _) => 0,
        (true, true) => tiles.high_square,
        (true, false) => tiles.high_other,
    };
    let (least, expected, most) = tile_counts(tiles, width, height);
    Count {
        min: tiles.tokens(least, closer),
        expected: tiles.tokens(expected, closer),
        max: Some(tiles.tokens(most, closer)),
    }
}

/// Tiles that a picture touches: the fewest, the expected number and the most, by how scaled edges are rounded.
///
/// Fit inside the square, then scale the short side down. <https://developers.openai.com/api/docs/guides/images-vision>
/// (checked 2026-11-20).
fn tile_counts(tiles: &Tiles, width: u32, height: u32) -> (u32, u32, u32) {
    let (long, short) = (u64::from(width.max(height)).max(1), u64::from(width.min(height)).max(1));
    let (fit, side, tile) = (u64::from(tiles.fit_edge), u64::from(tiles.short_side), u64::from(tiles.tile));
    // The short edge inside the square, rounded down and up.
    let fitted = if long <= fit { (short, short) } else { scaled(short, fit, long) };
    let inside = long.min(fit);
    let count = |short: u64, long: u64| {
        u32::try_from(times(across(short, tile), across(long, tile))).unwrap_or(u32::MAX)
    };
    // The longer the short edge, the shorter the long one after scaling.
    let least = match fitted.1 {
        short if short <= side => count(fitted.0, inside),
        short => count(side, scaled(inside, side, short).0),
    };
    let most = match fitted.0 {
        short if short <= side => count(fitted.1.min(side), inside),
        short => count(side, scaled(inside, side, short).1),
    };
    // Without rounding between: the long edge keeps its ratio to the short side.
    let shrinks = times(short, inside) > times(side, long);
    let expected = if shrinks { count(side, nearest(times(long, side), short)) } else { most };
    (least.min(expected), expected, most.max(expected))
}

/// An edge is below 2^32, and each product has at most two numbers of a rule beside it, which are far below 2^16. What does
/// not fit is worth no care: the multiplications that look at 128 bits are slow in WebAssembly, and large.
const fn times(a: u64, b: u64) -> u64 {
    a.wrapping_mul(b)
}

/// Tiles that an edge touches.
#[inline(never)]
fn across(edge: u64, tile: u64) -> u64 {
    edge.div_ceil(tile.max(1)).max(1)
}

/// `edge * by / of`, rounded down and up.
fn scaled(edge: u64, by: u64, of: u64) -> (u64, u64) {
    let (product, of) = (times(edge, by), of.max(1));
    (product.checked_div(of).unwrap_or(0), product.div_ceil(of))
}

fn nearest(numerator: u64, denominator: u64) -> u64 {
    let twice = times(numerator, 2).wrapping_add(denominator);
    twice.checked_div(times(denominator, 2)).unwrap_or(0)
}

fn patch_bounds(rule: &Patches, size: Option<(u32, u32)>) -> Count {
    match size {
        Some((width, height)) => patch_tokens(rule, width, height),
        None => Count { min: 1, expected: rule.budget.midpoint(1), max: Some(rule.budget) },
    }
}

/// Magnify, cap the ratio, shrink to the budget, count patches.
///
/// Found by measuring: <https://community.openai.com/t/1382940> (2026-06-12). The shrink is the one OpenAI documents for
/// patches: by the square root of budget and area, then tightened until the patches of one axis are whole
/// (<https://developers.openai.com/api/docs/guides/images-vision>, checked 2026-11-20).
fn patch_tokens(rule: &Patches, width: u32, height: u32) -> Count {
    let patch = u64::from(rule.patch).max(1);
    let budget = u64::from(rule.budget).max(1);
    // The edges as fractions of one denominator.
    let (mut w, mut h, mut of) = (u64::from(width.max(1)), u64::from(height.max(1)), 1_u64);
    let long = w.max(h);
    let target = u64::from(rule.magnify_to);
    if long < target {
        let most = u64::from(rule.magnify_max).max(1);
        let by = if times(long, most) <= target {
            most
        } else {
            of = long;
            target
        };
        (w, h) = (times(w, by), times(h, by));
    }
    // The canvas that is billed is no longer than the ratio allows: the short side is padded.
    let ratio = u64::from(rule.max_ratio).max(1);
    (w, h, of) = (times(w, ratio).max(h), times(h, ratio).max(w), times(of, ratio).max(1));

    let count = |a: u64, b: u64| u32::try_from(times(a, b).min(budget)).unwrap_or(u32::MAX);
    let across = |edge: u64| edge.div_ceil(times(patch, of).max(1));
    let (columns, rows) = (across(w), across(h));
    if times(columns, rows) <= budget {
        let floored = |edge: u64| edge.checked_div(of).unwrap_or(0).div_ceil(patch);
        let (least, most) = (count(floored(w), floored(h)), count(columns, rows));
        return Count { min: least, expected: most, max: Some(most) };
    }
    // Shrunk to the budget exactly there are sqrt(budget * w / h) patches across and sqrt(budget * h / w) down.
    let whole = |edge: u64, other: u64| root(times(budget, edge).checked_div(other).unwrap_or(0)).max(1);
    let (columns, rows) = (whole(w, h), whole(h, w));
    // The axis that loses more to the next whole patch decides, and the other keeps its ratio to it.
    let (decided, other, edge) =
        if times(columns, h) < times(rows, w) { (columns, h, w) } else { (rows, w, h) };
    let (kept, edge) = (times(decided, other), edge.max(1));
    let pixels = times(kept, patch).checked_div(edge).unwrap_or(0);
    let (least, most) =
        (count(decided, pixels.div_ceil(patch).max(1)), count(decided, kept.div_ceil(edge).max(1)));
    Count { min: least, expected: most, max: Some(most) }
}

/// The square root, rounded down. Exact below 2^52, and what is asked for is a budget times a ratio.
#[allow(
    clippy::cast_possible_truncation,
    clippy::cast_precision_loss,
    clippy::cast_sign_loss,
    reason = "the root of a whole number is not negative and below 2^32"
)]
fn root(number: u64) -> u64 {
    (number as f64).sqrt() as u64
}

// Properties need an operating system's randomness, which the browser run does not have.
#[cfg(test)]
#[cfg(not(target_arch = "wasm32"))]
mod tests {
    use proptest::prelude::*;

    use super::{Count, input_bounds, patch_tokens, text_beside, tile_counts, tile_tokens};
    use crate::catalog::Catalog;
    use crate::catalog::model::{InputTokens, Patches, Tiles};

    fn tiles() -> Tiles {
        match Catalog::default().find("gpt-image-1").unwrap().input_tokens {
            InputTokens::Tiles(tiles) => tiles,
            other => panic!("{other:?}"),
        }
    }

    fn patches() -> Patches {
        match Catalog::default().find("gpt-image-2").unwrap().input_tokens {
            InputTokens::Patches(patches) => patches,
            other => panic!("{other:?}"),
        }
    }

    #[test]
    fn tiles_are_counted_as_documented() {
        for (width, height, tokens) in [
            (512, 512, 194),
            (1024, 1024, 194),
            (1024, 1536, 323),
            (2048, 4096, 323),
            (128, 128, 194),
            (480, 1408, 452),
            (1, 1, 194),
            (65535, 1, 581),
        ] {
            let found = tile_tokens(&tiles(), width, height, false);
            assert_eq!(found, Count::exact(tokens), "{width}x{height}");
        }
        assert_eq!(tile_tokens(&tiles(), 1024, 1024, true), Count::exact(194 + 4160));
        assert_eq!(tile_tokens(&tiles(), 1024, 1536, true), Count::exact(323 + 6240));
        assert_eq!(tile_tokens(&tiles(), 1536, 1024, true), Count::exact(323 + 6240));
    }

    #[test]
    fn a_hair_beside_a_whole_tile_is_told_as_an_interval() {
        // The long side comes to 512.5 pixels.
        assert_eq!(tile_counts(&tiles(), 1024, 1023), (1, 2, 2));
        assert_eq!(tile_counts(&tiles(), 3000, 2999), (1, 1, 2));
        // 682.67 pixels high inside the square: 1536 long after scaling, or a pixel and a half more.
        assert_eq!(tile_counts(&tiles(), 3000, 1000), (3, 3, 4));
        assert_eq!(tile_tokens(&tiles(), 3000, 1000, false).expected, 452);
        // 512.0001 pixels high inside the square: never two rows of tiles.
        assert_eq!(tile_counts(&tiles(), 1_760_220_398, 440_055_100), (4, 4, 4));
    }

    #[test]
    fn patches_are_counted_as_measured() {
        for (width, height, tokens) in [
            (128, 128, 64),
            (1024, 1024, 1024),
            (1024, 768, 768),
            (1024, 1536, 1536),
            (512, 512, 1024),
            (1, 1, 1),
            // The example of OpenAI's guide: 1056 x 1408 pixels, 33 x 44 patches.
            (1800, 2400, 1452),
            // A strip is billed as if it were three to one: 32 x 11 patches.
            (1024, 16, 352),
            (3840, 2160, 1508),
        ] {
            let found = patch_tokens(&patches(), width, height);
            assert_eq!((found.expected, found.max), (tokens, Some(tokens)), "{width}x{height}");
        }
    }

    /// The same rules by floats, step by step as the sources tell them.
    fn slow_patches(width: u32, height: u32) -> f64 {
        let (mut w, mut h) = (f64::from(width), f64::from(height));
        let long = w.max(h);
        if long < 1024.0 {
            let factor = (1024.0 / long).min(2.0);
            (w, h) = (w * factor, h * factor);
        }
        (w, h) = (w.max(h / 3.0), h.max(w / 3.0));
        let count = |w: f64, h: f64| (w / 32.0 - 1e-9).ceil() * (h / 32.0 - 1e-9).ceil();
        if count(w, h) > 1536.0 {
            let shrink = (32.0 * 32.0 * 1536.0 / (w * h)).sqrt();
            let (across, down) = (w * shrink / 32.0, h * shrink / 32.0);
            let floor = |x: f64| (x + 1e-9).floor();
            let tight = shrink * (floor(across) / across).min(floor(down) / down);
            (w, h) = (w * tight, h * tight);
        }
        count(w, h)
    }

    fn slow_tiles(width: u32, height: u32) -> f64 {
        let (mut long, mut short) = (f64::from(width.max(height)), f64::from(width.min(height)));
        if long > 2048.0 {
            (long, short) = (2048.0, short * 2048.0 / long);
        }
        if short > 512.0 {
            (long, short) = (long * 512.0 / short, 512.0);
        }
        (long / 512.0 - 1e-9).ceil() * (short / 512.0 - 1e-9).ceil()
    }

    proptest! {
        #[test]
        fn whole_numbers_count_as_floats_do(width in 1_u32..5000, height in 1_u32..5000) {
            let found = patch_tokens(&patches(), width, height);
            prop_assert!((f64::from(found.expected) - slow_patches(width, height)).abs() < 0.5, "{:?}", found);
            prop_assert!(found.min <= found.expected && Some(found.expected) == found.max);
            let (least, expected, most) = tile_counts(&tiles(), width, height);
            let slow = slow_tiles(width, height);
            prop_assert!(f64::from(least) <= slow && slow <= f64::from(most), "{} {} {}", least, slow, most);
            prop_assert!(least <= expected && expected <= most);
        }

        #[test]
        fn every_size_lies_within_the_bounds_of_any_size(width: u32, height: u32, high: bool) {
            for model in Catalog::default().iter() {
                let any = input_bounds(model, None, high);
                let one = input_bounds(model, Some((width, height)), high);
                prop_assert_eq!(any.is_some(), one.is_some());
                let (Some(any), Some(one)) = (any, one) else { continue };
                prop_assert!(any.min <= one.min && one.min <= one.expected, "{} {:?} {:?}", model.id, any, one);
                prop_assert!(one.max.is_none_or(|max| one.expected <= max && any.max.is_some_and(|most| max <= most)), "{} {any:?} {one:?}", model.id);
                prop_assert!(text_beside(model, Some((width, height))).1 <= text_beside(model, None).1);
            }
        }
    }
}
