//! How many tokens an image has, going out and coming in.

use crate::catalog::Model;
use crate::catalog::model::{Grid, InputTokens, OutputTokens, Patches, Rounding, SizeRule, Tiles};

/// Image output tokens of one finished image; `None` where no rule is published for that quality and size.
///
/// `quality` must be resolved (`auto` has no tokens of its own).
pub fn output(model: &Model, quality: &str, width: u32, height: u32) -> Option<u32> {
    match model.output_tokens {
        OutputTokens::Table(rows) => rows
            .iter()
            .find(|row| row.quality == quality && (row.width, row.height) == (width, height))
            .map(|row| row.tokens),
        OutputTokens::Grid(grid) => {
            let (_, factor) = grid.factors.iter().find(|(name, _)| *name == quality)?;
            grid_tokens(&grid, *factor, width, height)
        }
        OutputTokens::PerImage | OutputTokens::NotPublished => None,
    }
}

/// The flexible formula; see [`Grid`]. All steps in whole numbers, so nothing depends on how floats round.
fn grid_tokens(grid: &Grid, factor: u32, width: u32, height: u32) -> Option<u32> {
    let (long, short) = (u64::from(width.max(height)), u64::from(width.min(height)));
    let factor = u64::from(factor);
    let scaled = factor.checked_mul(short)?;
    let below = scaled.checked_div(long)?;
    let twice_rest = scaled.checked_rem(long)?.checked_mul(2)?;
    let up = match twice_rest.cmp(&long) {
        core::cmp::Ordering::Less => false,
        core::cmp::Ordering::Greater => true,
        core::cmp::Ordering::Equal => match grid.rounding {
            Rounding::HalfUp => true,
            Rounding::HalfEven => !below.is_multiple_of(2),
        },
    };
    let axis = below.checked_add(u64::from(up))?;
    let pixels = u64::from(width).checked_mul(u64::from(height))?;
    let product = factor.checked_mul(axis)?.checked_mul(pixels.checked_add(u64::from(grid.base_pixels))?)?;
    let divisor = u64::from(grid.divisor);
    if divisor == 0 {
        return None;
    }
    u32::try_from(product.div_ceil(divisor)).ok()
}

/// The least and the most tokens of one finished image over every quality and size the request leaves open.
///
/// A given quality or size is kept; `None` for either means that the model chooses.
pub fn output_range(model: &Model, quality: Option<&str>, size: Option<(u32, u32)>) -> Option<(u32, u32)> {
    let mut range: Option<(u32, u32)> = None;
    let mut take = |tokens: u32| {
        range = Some(range.map_or((tokens, tokens), |(min, max)| (min.min(tokens), max.max(tokens))));
    };
    let open = model.qualities.values.iter().copied().filter(|word| *word != "auto");
    for quality in open.filter(|word| quality.is_none_or(|given| given == *word)) {
        match (size, model.sizes) {
            (Some((width, height)), _) => output(model, quality, width, height).map(&mut take),
            (None, SizeRule::Presets { sizes, .. }) => {
                for (width, height) in sizes {
                    output(model, quality, *width, *height).map(&mut take);
                }
                None
            }
            (None, SizeRule::Flexible(_)) => {
                let OutputTokens::Grid(grid) = model.output_tokens else { continue };
                let at = grid.factors.iter().position(|(name, _)| *name == quality)?;
                let (least, most) = match grid.extremes.get(at) {
                    Some(known) => *known,
                    None => grid_extremes(&grid, grid.factors.get(at)?.1, model)?,
                };
                take(least);
                take(most);
                None
            }
        };
    }
    range
}

/// The cheapest and the dearest legal size of a factor.
///
/// For one long edge the tokens grow with the short one, so only the ends of each column can be extreme: 240 columns
/// instead of 29,146 sizes.
fn grid_extremes(grid: &Grid, factor: u32, model: &Model) -> Option<(u32, u32)> {
    let SizeRule::Flexible(rule) = model.sizes else { return None };
    let step = rule.multiple_of.max(1);
    let mut range: Option<(u32, u32)> = None;
    for column in 1..=rule.max_edge.checked_div(step)? {
        let long = column.saturating_mul(step);
        let down = |edge: u32| edge.checked_div(step).unwrap_or(0).saturating_mul(step);
        let up = |edge: u32| edge.div_ceil(step).saturating_mul(step);
        let least = up(long.div_ceil(rule.max_ratio.max(1))).max(up(rule.min_pixels.div_ceil(long.max(1))));
        let most = down(rule.max_pixels.checked_div(long).unwrap_or(0)).min(long);
        for short in [least, most] {
            if rule.accepts(long, short) {
                let tokens = grid_tokens(grid, factor, long, short)?;
                range = Some(range.map_or((tokens, tokens), |(min, max)| (min.min(tokens), max.max(tokens))));
            }
        }
    }
    range
}

/// Image input tokens of one picture of that size. `high_fidelity` adds the closer look where the model bills one.
/// `None` where no rule is known.
pub fn input(model: &Model, width: u32, height: u32, high_fidelity: bool) -> Option<u32> {
    match model.input_tokens {
        InputTokens::Tiles(tiles) => tile_tokens(&tiles, width, height, high_fidelity),
        InputTokens::Patches(patches) => Some(patch_tokens(&patches, width, height)),
        InputTokens::NotPublished => None,
        InputTokens::None => Some(0),
    }
}

/// The least and the most tokens of a picture whose size is not known.
pub fn input_range(model: &Model, high_fidelity: bool) -> Option<(u32, u32)> {
    match model.input_tokens {
        InputTokens::Tiles(tiles) => {
            let least = tiles.base.checked_add(tiles.per_tile)?;
            // After the short side is scaled down, the long one is at most fit_edge: so many tiles and no more.
            let across = tiles.fit_edge.checked_div(tiles.tile)?;
            let down = tiles.short_side.div_ceil(tiles.tile.max(1));
            let most = tiles.base.checked_add(tiles.per_tile.checked_mul(across.checked_mul(down)?)?)?;
            let closer = if high_fidelity { (tiles.high_square, tiles.high_other) } else { (0, 0) };
            Some((least.checked_add(closer.0)?, most.checked_add(closer.1)?))
        }
        InputTokens::Patches(patches) => Some((1, patches.budget)),
        InputTokens::NotPublished => None,
        InputTokens::None => Some((0, 0)),
    }
}

/// Fit inside the square, scale the short side down, count the tiles that are touched.
fn tile_tokens(tiles: &Tiles, width: u32, height: u32, high_fidelity: bool) -> Option<u32> {
    let (long, short) = (f64::from(width.max(height)), f64::from(width.min(height)).max(1.0));
    let fit = (f64::from(tiles.fit_edge) / long).min(1.0);
    let (long, short) = (long * fit, short * fit);
    let scale = (f64::from(tiles.short_side) / short).min(1.0);
    let across = tiles_along(long * scale, tiles.tile);
    let down = tiles_along(short * scale, tiles.tile);
    let tokens = tiles.base.checked_add(tiles.per_tile.checked_mul(across.checked_mul(down)?)?)?;
    let closer = match (high_fidelity, width == height) {
        (false, _) => 0,
        (true, true) => tiles.high_square,
        (true, false) => tiles.high_other,
    };
    tokens.checked_add(closer)
}

/// Tiles that a length touches. A hair over a whole number of tiles is floating-point dust, not another tile.
#[allow(
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    reason = "lengths are at most the fit edge and positive"
)]
fn tiles_along(length: f64, tile: u32) -> u32 {
    ((length / f64::from(tile.max(1)) - 1e-9).ceil() as u32).max(1)
}

/// Magnify, cap the ratio, shrink to the budget, count patches.
///
/// Found by measuring: <https://community.openai.com/t/openai-must-document-the-input-image-pricing-of-gpt-image-2/1382940>
/// (2026-06-12). The shrink is the one OpenAI documents for patches in its vision guide (checked 2026-11-20).
#[allow(
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    reason = "edges are positive and bounded by the budget"
)]
fn patch_tokens(rule: &Patches, width: u32, height: u32) -> u32 {
    let patch = f64::from(rule.patch.max(1));
    let (mut w, mut h) = (f64::from(width.max(1)), f64::from(height.max(1)));
    let long = w.max(h);
    let target = f64::from(rule.magnify_to);
    if long < target {
        let factor = (target / long).min(f64::from(rule.magnify_max));
        (w, h) = (w * factor, h * factor);
    }
    let ratio = f64::from(rule.max_ratio);
    // The canvas that is billed is no longer than the ratio allows: the short side is padded.
    (w, h) = (w.max(h / ratio), h.max(w / ratio));
    let count = |w: f64, h: f64| (w / patch - 1e-9).ceil().max(1.0) * (h / patch - 1e-9).ceil().max(1.0);
    let budget = f64::from(rule.budget);
    if count(w, h) > budget {
        let shrink = (patch * patch * budget / (w * h)).sqrt();
        let (across, down) = (w * shrink / patch, h * shrink / patch);
        // The shrink is tightened until the patches of each axis are whole.
        let tightened = shrink * (across.floor().max(1.0) / across).min(down.floor().max(1.0) / down);
        (w, h) = (w * tightened, h * tightened);
    }
    (count(w, h) as u32).min(rule.budget)
}

#[cfg(test)]
mod tests {
    use super::{Grid, Patches, Tiles, grid_tokens, patch_tokens, tile_tokens};
    use crate::catalog::model::Rounding;

    const GRID: Grid = Grid {
        factors: &[],
        extremes: &[],
        base_pixels: 2_000_000,
        divisor: 4_000_000,
        rounding: Rounding::HalfUp,
    };
    const TILES: Tiles = Tiles {
        fit_edge: 2048,
        short_side: 512,
        tile: 512,
        base: 65,
        per_tile: 129,
        high_square: 4160,
        high_other: 6240,
        assumed: false,
    };
    const PATCHES: Patches =
        Patches { patch: 32, budget: 1536, magnify_to: 1024, magnify_max: 2, max_ratio: 3, assumed: true };

    #[test]
    fn the_grid_gives_the_published_counts() {
        // Width, height, then the tokens for the factors 16, 24, 48, 64 and 96.
        for (width, height, tokens) in [
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
        ] {
            for (factor, expected) in [16, 24, 48, 64, 96].into_iter().zip(tokens) {
                assert_eq!(
                    grid_tokens(&GRID, factor, width, height),
                    Some(expected),
                    "{width}x{height} g{factor}"
                );
            }
        }
    }

    #[test]
    fn halves_round_as_each_calculator_does() {
        let even = Grid { rounding: Rounding::HalfEven, ..GRID };
        // 16 * 672 / 1024 is 10.5.
        assert_eq!(grid_tokens(&GRID, 16, 1024, 672), Some(119));
        assert_eq!(grid_tokens(&even, 16, 1024, 672), Some(108));
    }

    #[test]
    fn tiles_are_counted_as_documented() {
        for (width, height, tokens) in [
            (512, 512, 194),
            (1024, 1024, 194),
            (1024, 1536, 323),
            (2048, 4096, 323),
            (3000, 1000, 452),
            (128, 128, 194),
        ] {
            assert_eq!(tile_tokens(&TILES, width, height, false), Some(tokens), "{width}x{height}");
        }
        assert_eq!(tile_tokens(&TILES, 1024, 1024, true), Some(194 + 4160));
        assert_eq!(tile_tokens(&TILES, 1024, 1536, true), Some(323 + 6240));
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
        ] {
            assert_eq!(patch_tokens(&PATCHES, width, height), tokens, "{width}x{height}");
        }
        for (width, height) in [(4000, 4000), (8000, 100), (u32::MAX, 1), (u32::MAX, u32::MAX), (3840, 2160)]
        {
            assert!((1..=1536).contains(&patch_tokens(&PATCHES, width, height)), "{width}x{height}");
        }
    }
}
