//! Tokens of finished images.

use crate::catalog::Model;
use crate::catalog::model::{OutputTokens, SizeRule};

/// Image output tokens of one finished image; `None` where no rule is published for that quality and size.
///
/// `quality` must be resolved (`auto` has no tokens of its own). Whether the size is legal is not asked; see [`draws`].
pub fn output(model: &Model, quality: &str, width: u32, height: u32) -> Option<u32> {
    match &model.output_tokens {
        OutputTokens::Table(rows) => rows
            .iter()
            .find(|row| (row.width, row.height) == (width, height) && row.quality == quality)
            .map(|row| row.tokens),
        OutputTokens::Grid(grid) => grid.tokens(quality, width, height, 1),
        OutputTokens::PerImage | OutputTokens::NotPublished => None,
    }
}

/// Whether the model draws that size.
pub fn draws(model: &Model, width: u32, height: u32) -> bool {
    match model.sizes {
        SizeRule::Presets { sizes, .. } => sizes.contains(&(width, height)),
        SizeRule::Flexible(rule) => rule.accepts(width, height),
    }
}

/// The fewest and the most tokens of `count` finished images over every quality and size the request leaves open.
///
/// A given quality or size is kept; `None` for either means that the model chooses. Where the tokens are computed, several
/// images of one call are sometimes billed one token less: seen on gpt-image-2
/// (<https://community.openai.com/t/1382940>, 2026-06-12), and explained by one rounding up for all of them.
pub fn output_range(
    model: &Model,
    quality: Option<&str>,
    size: Option<(u32, u32)>,
    count: u32,
) -> Option<(u32, u32)> {
    let mut range: Option<(u32, u32)> = None;
    for word in model.qualities.values {
        if *word == "auto" || quality.is_some_and(|given| given != *word) {
            continue;
        }
        let mut take = |found: Option<(u32, u32)>| {
            if let Some((least, most)) = found {
                let (min, max) = range.unwrap_or((least, most));
                range = Some((min.min(least), max.max(most)));
            }
        };
        match (size, &model.sizes, &model.output_tokens) {
            (Some(size), ..) => take(range_of(model, word, size, count)),
            (None, SizeRule::Presets { sizes, .. }, _) => {
                for (width, height) in *sizes {
                    take(output(model, word, *width, *height).map(|tokens| exactly(tokens, count)));
                }
            }
            (None, SizeRule::Flexible(_), OutputTokens::Grid(grid)) => {
                let range = grid.range(word);
                take(range.map(|(least, most)| (together(least, count), most.saturating_mul(count))));
            }
            (None, SizeRule::Flexible(_), _) => {}
        }
    }
    range
}

/// The fewest and the most tokens of several images of one quality and size.
fn range_of(model: &Model, quality: &str, (width, height): (u32, u32), count: u32) -> Option<(u32, u32)> {
    let (least, most) = exactly(output(model, quality, width, height)?, count);
    match &model.output_tokens {
        OutputTokens::Grid(grid) => Some((grid.tokens(quality, width, height, count)?, most)),
        _ => Some((least, most)),
    }
}

const fn exactly(one: u32, count: u32) -> (u32, u32) {
    let tokens = one.saturating_mul(count);
    (tokens, tokens)
}

/// The fewest tokens of several images that are rounded up once: each is less than one token below its own count.
const fn together(one: u32, count: u32) -> u32 {
    one.saturating_mul(count).saturating_sub(count.saturating_sub(1))
}

#[cfg(test)]
mod tests {
    use super::{output, output_range};
    use crate::catalog::Catalog;

    #[test]
    fn tables_have_the_published_counts() {
        let catalog = Catalog::default();
        for id in ["gpt-image-1-mini", "gpt-image-1", "gpt-image-1.5", "chatgpt-image-latest"] {
            let model = catalog.find(id).unwrap();
            for (quality, tokens) in
                [("low", [272, 408, 400]), ("medium", [1056, 1584, 1568]), ("high", [4160, 6240, 6208])]
            {
                let sizes = [(1024, 1024), (1024, 1536), (1536, 1024)];
                for ((width, height), expected) in sizes.into_iter().zip(tokens) {
                    assert_eq!(output(model, quality, width, height), Some(expected), "{id} {quality}");
                }
            }
            assert_eq!(output(model, "auto", 1024, 1024), None);
            assert_eq!(output(model, "low", 1024, 1008), None);
            assert_eq!(output_range(model, None, None, 1), Some((272, 6240)), "{id}");
            assert_eq!(output_range(model, Some("low"), None, 3), Some((816, 1224)), "{id}");
        }
    }

    #[test]
    fn several_computed_images_may_be_billed_a_token_less() {
        let model = Catalog::default().find("gpt-image-2").unwrap();
        let (least, most) = output_range(model, Some("low"), Some((960, 720)), 10).unwrap();
        assert_eq!(most, 1300);
        assert!((1291..1300).contains(&least), "{least}");
        let (least, most) = output_range(model, Some("high"), None, 2).unwrap();
        assert!(least < most && most == 2 * 23_719);
    }

    #[test]
    fn what_is_not_published_has_no_range() {
        let catalog = Catalog::default();
        for id in ["gpt-image-2.6-flare", "dall-e-3"] {
            assert_eq!(output_range(catalog.find(id).unwrap(), None, None, 1), None, "{id}");
        }
        assert_eq!(output_range(catalog.find("gpt-image-2").unwrap(), Some("max"), None, 1), None);
    }
}
