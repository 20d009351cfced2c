//! The cheapest size of a shape: cost does not grow with the pixels alone.

use core::fmt;

use super::estimate::rates_on;
use super::money::NanoUsd;
use super::tokens;
use crate::catalog::model::SizeRule;
use crate::catalog::{Catalog, Model};
use crate::date::Date;

/// What a size must be.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Wanted<'a> {
    /// Width by height; `None` for any.
    pub ratio: Option<f64>,
    /// How far the ratio may be off, as a share: 0.02 is two in a hundred.
    pub tolerance: f64,
    /// The quality that is paid for; not `auto`.
    pub quality: &'a str,
    /// The fewest pixels.
    pub min_pixels: u32,
}

/// The answer.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Cheapest {
    /// Pixels from left to right.
    pub width: u32,
    /// Pixels from top to bottom.
    pub height: u32,
    /// Image output tokens.
    pub tokens: u32,
    /// What one image is expected to cost: by its tokens, or by the published table where that decides.
    pub usd: NanoUsd,
}

/// Why there is no answer.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum CheapestError {
    /// The catalogue does not know the model.
    UnknownModel,
    /// No rule for output tokens is published, or the quality has none.
    NoRule,
    /// No size the model draws is wanted.
    NoSize,
}

impl CheapestError {
    /// What it says.
    pub(crate) const fn text(self) -> &'static str {
        match self {
            Self::UnknownModel => "model: not in the catalogue",
            Self::NoRule => {
                "quality: no rule for the tokens of this model and quality is published; name a quality other than \"auto\""
            }
            Self::NoSize => "ratio: no size that the model draws has this ratio and so many pixels",
        }
    }
}

impl fmt::Display for CheapestError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.text())
    }
}

impl core::error::Error for CheapestError {}

/// Searches every legal size (29,146 at the most, in well under a millisecond). Of equally cheap ones the one with the
/// most pixels is taken.
///
/// # Errors
/// When the model, the quality or the size is not there.
pub fn cheapest_size(
    model: &str,
    wanted: &Wanted<'_>,
    today: Date,
    catalog: &Catalog,
) -> Result<Cheapest, CheapestError> {
    let model = catalog.find(model).ok_or(CheapestError::UnknownModel)?;
    let rate = rates_on(model, today).ok_or(CheapestError::NoRule)?.standard.image_output;
    tokens::output_range(model, Some(wanted.quality), None, 1).ok_or(CheapestError::NoRule)?;
    let mut best: Option<Cheapest> = None;
    each_size(model, wanted.min_pixels, &mut |width, height| {
        if !fits(wanted, width, height) {
            return;
        }
        let Some(tokens) = tokens::output(model, wanted.quality, width, height) else { return };
        let usd = table_price(model, wanted.quality, width, height)
            .unwrap_or_else(|| NanoUsd::of_tokens(u64::from(tokens), rate));
        let found = Cheapest { width, height, tokens, usd };
        if best.is_none_or(|best| usd < best.usd || (usd == best.usd && found.pixels() > best.pixels())) {
            best = Some(found);
        }
    });
    best.ok_or(CheapestError::NoSize)
}

/// The published price of an image, where that is what to expect.
fn table_price(model: &Model, quality: &str, width: u32, height: u32) -> Option<NanoUsd> {
    let mut rows = model.per_image.iter().filter(|_| model.per_image_decides);
    let row = rows.find(|row| (row.quality, row.width, row.height) == (quality, width, height))?;
    Some(NanoUsd::new(row.nano_usd))
}

impl Cheapest {
    const fn pixels(&self) -> u64 {
        (self.width as u64).saturating_mul(self.height as u64)
    }
}

fn fits(wanted: &Wanted<'_>, width: u32, height: u32) -> bool {
    let Some(ratio) = wanted.ratio else { return true };
    let off = f64::from(width) / f64::from(height) / ratio - 1.0;
    off.abs() <= wanted.tolerance
}

/// Calls `visit` with every size that a model draws and that has so many pixels.
fn each_size(model: &Model, min_pixels: u32, visit: &mut dyn FnMut(u32, u32)) {
    match model.sizes {
        SizeRule::Presets { sizes, .. } => {
            for (width, height) in sizes {
                if u64::from(*width).saturating_mul(u64::from(*height)) >= u64::from(min_pixels) {
                    visit(*width, *height);
                }
            }
        }
        SizeRule::Flexible(rule) => {
            let step = rule.multiple_of.max(1);
            let fewest = rule.min_pixels.max(min_pixels);
            for column in 1..=rule.max_edge.checked_div(step).unwrap_or(0) {
                let width = column.saturating_mul(step);
                // The heights beside a width lie between two bounds, so what is visited is nearly all legal.
                let least = width.div_ceil(rule.max_ratio.max(1)).max(fewest.div_ceil(width.max(1)));
                let by_pixels = rule.max_pixels.checked_div(width).unwrap_or(0);
                let most = by_pixels.min(width.saturating_mul(rule.max_ratio)).min(rule.max_edge);
                let mut height = least.div_ceil(step).saturating_mul(step);
                while height <= most {
                    if rule.accepts(width, height) {
                        visit(width, height);
                    }
                    height = height.saturating_add(step);
                }
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::{CheapestError, Wanted, cheapest_size, each_size};
    use crate::catalog::Catalog;
    use crate::catalog::model::SizeRule;
    use crate::date::Date;

    const TODAY: Date = Date::new(2026, 11, 20);

    #[test]
    fn there_are_29146_legal_sizes() {
        let mut count = 0;
        each_size(Catalog::default().find("gpt-image-2").unwrap(), 0, &mut |_, _| count += 1);
        assert_eq!(count, 29_146);
    }

    #[test]
    fn a_long_picture_may_be_cheaper_than_a_square_one() {
        let catalog = Catalog::default();
        let find = |ratio, min_pixels| {
            let wanted = Wanted { ratio, tolerance: 0.0, quality: "high", min_pixels };
            cheapest_size("gpt-image-2", &wanted, TODAY, &catalog)
        };
        let square = find(Some(1.0), 1_048_576).unwrap();
        assert_eq!((square.width, square.height, square.tokens), (1024, 1024, 7024));
        assert_eq!(square.usd.to_string(), "0.21072");
        assert!(find(None, 1_048_576).unwrap().tokens < square.tokens);
        assert_eq!(find(Some(9.0), 0), Err(CheapestError::NoSize));
    }

    #[test]
    fn what_has_no_rule_has_no_answer() {
        let catalog = Catalog::default();
        let wanted = |quality| Wanted { ratio: None, tolerance: 0.0, quality, min_pixels: 0 };
        let find = |model, quality| cheapest_size(model, &wanted(quality), TODAY, &catalog);
        assert_eq!(find("gpt-image-2.6-flare", "low"), Err(CheapestError::NoRule));
        assert_eq!(find("gpt-image-2", "auto"), Err(CheapestError::NoRule));
        assert_eq!(find("gpt-image-9", "low"), Err(CheapestError::UnknownModel));
        assert_eq!(find("dall-e-3", "hd"), Err(CheapestError::NoRule));
    }

    #[test]
    fn mini_is_priced_by_its_table() {
        let wanted = Wanted { ratio: None, tolerance: 0.0, quality: "low", min_pixels: 0 };
        let found = cheapest_size("gpt-image-1-mini", &wanted, TODAY, &Catalog::default()).unwrap();
        assert_eq!((found.width, found.height, found.tokens), (1024, 1024, 272));
        assert_eq!(found.usd.to_string(), "0.005");
        let wanted = Wanted { min_pixels: 1_100_000, ..wanted };
        let found = cheapest_size("gpt-image-1-mini", &wanted, TODAY, &Catalog::default()).unwrap();
        assert_eq!((found.width * found.height, found.usd.to_string().as_str()), (1_572_864, "0.006"));
        let wanted = Wanted { min_pixels: 2_000_000, ..wanted };
        let found = cheapest_size("gpt-image-1-mini", &wanted, TODAY, &Catalog::default());
        assert_eq!(found, Err(CheapestError::NoSize));
    }

    /// Every legal size tried, and nothing clever.
    fn slow(quality: &str, wanted: &Wanted<'_>) -> Option<u32> {
        let model = Catalog::default().find("gpt-image-2.5-flare").unwrap();
        let SizeRule::Flexible(rule) = model.sizes else { panic!() };
        let mut least = None;
        for width in 1..=3840_u32 {
            for height in (16..=3840_u32).step_by(16).filter(|height| rule.accepts(width, *height)) {
                if width.saturating_mul(height) >= wanted.min_pixels && super::fits(wanted, width, height) {
                    let tokens = crate::cost::tokens::output(model, quality, width, height).unwrap();
                    least = Some(least.map_or(tokens, |least: u32| least.min(tokens)));
                }
            }
        }
        least
    }

    #[test]
    fn no_legal_size_is_cheaper() {
        for quality in ["low", "high", "max"] {
            for (ratio, tolerance, min_pixels) in [
                (None, 0.0, 0),
                (Some(1.0), 0.0, 0),
                (Some(1.778), 0.02, 2_000_000),
                (Some(0.7), 0.1, 5_000_000),
            ] {
                let wanted = Wanted { ratio, tolerance, quality, min_pixels };
                let found =
                    cheapest_size("gpt-image-2.5-flare", &wanted, TODAY, &Catalog::default()).unwrap();
                assert_eq!(Some(found.tokens), slow(quality, &wanted), "{wanted:?}");
                assert!(found.width * found.height >= min_pixels);
            }
        }
    }

    #[test]
    fn nonsense_finds_nothing() {
        for (ratio, tolerance) in
            [(f64::NAN, 0.1), (0.0, 0.1), (-1.0, 0.1), (1.0, f64::NAN), (f64::INFINITY, 0.1)]
        {
            let wanted = Wanted { ratio: Some(ratio), tolerance, quality: "low", min_pixels: 0 };
            let found = cheapest_size("gpt-image-2", &wanted, TODAY, &Catalog::default());
            assert_eq!(found, Err(CheapestError::NoSize), "{ratio} {tolerance}");
        }
    }
}
