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
    /// What one image costs by its tokens.
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

impl fmt::Display for CheapestError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::UnknownModel => "model: not in the catalogue",
            Self::NoRule => "quality: no rule for the tokens of this model and quality is published; name a quality other than \"auto\"",
            Self::NoSize => "ratio: no size that the model draws has this ratio and so many pixels",
        })
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
    let rates = rates_on(model, today).ok_or(CheapestError::NoRule)?;
    let mut best: Option<Cheapest> = None;
    let mut priced = false;
    each_size(model, &mut |width, height| {
        let Some(tokens) = tokens::output(model, wanted.quality, width, height) else { return };
        priced = true;
        let pixels = u64::from(width).saturating_mul(u64::from(height));
        if pixels < u64::from(wanted.min_pixels) || !fits(wanted, width, height) {
            return;
        }
        let cheaper = best.is_none_or(|best| {
            let its_pixels = u64::from(best.width).saturating_mul(u64::from(best.height));
            tokens < best.tokens || (tokens == best.tokens && pixels > its_pixels)
        });
        if cheaper {
            let usd = NanoUsd::of_tokens(u64::from(tokens), rates.standard.image_output);
            best = Some(Cheapest { width, height, tokens, usd });
        }
    });
    match best {
        Some(best) => Ok(best),
        None if priced => Err(CheapestError::NoSize),
        None => Err(CheapestError::NoRule),
    }
}

fn fits(wanted: &Wanted<'_>, width: u32, height: u32) -> bool {
    let Some(ratio) = wanted.ratio else { return true };
    let off = f64::from(width) / f64::from(height) / ratio - 1.0;
    off.abs() <= wanted.tolerance
}

/// Calls `visit` with every size that a model draws.
pub(crate) fn each_size(model: &Model, visit: &mut dyn FnMut(u32, u32)) {
    match model.sizes {
        SizeRule::Presets { sizes, .. } => sizes.iter().for_each(|(width, height)| visit(*width, *height)),
        SizeRule::Flexible(rule) => {
            let step = rule.multiple_of.max(1);
            let edges =
                || (1..=rule.max_edge.checked_div(step).unwrap_or(0)).map(move |at| at.saturating_mul(step));
            for width in edges() {
                for height in edges().filter(|height| rule.accepts(width, *height)) {
                    visit(width, height);
                }
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::{CheapestError, Wanted, cheapest_size, each_size};
    use crate::catalog::Catalog;
    use crate::date::Date;

    const TODAY: Date = Date::new(2026, 11, 20);

    #[test]
    fn there_are_29146_legal_sizes() {
        let mut count = 0;
        each_size(Catalog::default().find("gpt-image-2").unwrap(), &mut |_, _| count += 1);
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
        assert_eq!(find("gpt-image-1-mini", "low").unwrap().tokens, 272);
    }
}
