//! What the finished and the partial images of a call cost.

use super::{Basis, Estimate, Note};
use crate::catalog::Model;
use crate::catalog::model::{IntRule, OutputTokens, PerImage, SizeRule};
use crate::catalog::rates::TokenRates;
use crate::cost::interval::{Bounds, Interval};
use crate::cost::kind::Kind;
use crate::cost::money::NanoUsd;
use crate::cost::tokens;
use crate::request::{Field, Fields, Size, Value};

/// What the request says of the finished images.
#[derive(Clone, Copy, Debug)]
pub(super) struct Asked {
    /// How many; `None` when it is no number the model accepts.
    pub(super) count: Option<u32>,
    /// `None` where the model chooses.
    pub(super) quality: Option<&'static str>,
    /// `None` where the model chooses.
    pub(super) size: Option<(u32, u32)>,
    /// Whether the model offers that quality and that size.
    pub(super) offered: bool,
}

impl Asked {
    pub(super) fn of(model: &Model, fields: &Fields<'_>) -> Self {
        let (quality, known_quality) = quality(model, fields.get(Field::Quality));
        let (size, known_size) = size(model, fields.get(Field::Size));
        Self {
            count: whole(fields.get(Field::N), model.n),
            quality,
            size,
            offered: known_quality && known_size,
        }
    }
}

/// The quality, `None` where the model chooses, and whether the model has it.
pub(super) fn quality(model: &Model, given: Option<&Value>) -> (Option<&'static str>, bool) {
    let word = match given {
        None => model.qualities.default.unwrap_or("auto"),
        Some(Value::String(word)) => word,
        Some(_) => return (None, false),
    };
    let known = model.qualities.values.iter().copied().find(|value| *value == word);
    (known.filter(|word| *word != "auto"), known.is_some())
}

fn size(model: &Model, given: Option<&Value>) -> (Option<(u32, u32)>, bool) {
    let auto = match model.sizes {
        SizeRule::Presets { auto, .. } => auto,
        SizeRule::Flexible(_) => true,
    };
    match given {
        None => (None, true),
        Some(value) => match value.as_str().and_then(Size::parse) {
            Some(Size::Auto) => (None, auto),
            Some(Size::Pixels { width, height }) => {
                (Some((width, height)), tokens::draws(model, width, height))
            }
            None => (None, false),
        },
    }
}

/// A whole number within its rule; the default where it is left out, `None` for anything else.
pub(super) fn whole(given: Option<&Value>, rule: IntRule) -> Option<u32> {
    let Some(value) = given else { return Some(rule.default) };
    let number = value.as_integer().and_then(|number| u32::try_from(number).ok())?;
    (rule.min..=rule.max).contains(&number).then_some(number)
}

/// Adds the finished images. `price` is `None` for models that are billed by the image.
pub(super) fn finished(
    estimate: &mut Estimate,
    model: &Model,
    asked: Asked,
    batch: bool,
    price: Option<&TokenRates>,
) {
    let unknown = match (model.output_tokens, asked) {
        (OutputTokens::NotPublished, _) => Some(Note::NoOutputRule),
        (_, Asked { offered: false, .. }) => Some(Note::NotOffered),
        (_, Asked { count: None, .. }) => Some(Note::InvalidCount),
        _ => None,
    };
    if let Some(note) = unknown {
        estimate.note(note);
        return estimate.push_unknown(Kind::ImageOutput);
    }
    let count = asked.count.unwrap_or(1);
    let by_table = table(model, asked, batch).map(|table| table.map(|usd| usd.times(u64::from(count))));
    let tokens = price.and_then(|price| {
        let (least, most) = tokens::output_range(model, asked.quality, asked.size, count)?;
        let expected = expected_tokens(model, asked).map(|tokens| tokens.saturating_mul(count));
        let expected = expected.unwrap_or_else(|| least.midpoint(most)).clamp(least, most);
        let tokens = Interval { min: least, expected, max: most }.map(u64::from);
        Some((tokens, tokens.map(|tokens| NanoUsd::of_tokens(tokens, price.image_output))))
    });
    match (tokens, by_table) {
        (Some((tokens, by_tokens)), Some(by_table)) if model.per_image_decides => {
            estimate.basis = Basis::Table;
            estimate.by_tokens = Some(by_tokens);
            if by_table != by_tokens {
                estimate.note(Note::TableDiffers);
            }
            // The bill may follow either, so the interval holds both; what to expect is what OpenAI prints.
            let usd = Interval {
                min: by_table.min.min(by_tokens.min),
                expected: by_table.expected,
                max: by_table.max.max(by_tokens.max),
            };
            estimate.push(Kind::ImageOutput, Some(tokens.into()), usd.into());
        }
        (Some((tokens, by_tokens)), by_table) => {
            estimate.basis = Basis::Tokens;
            estimate.by_table = by_table;
            estimate.push(Kind::ImageOutput, Some(tokens.into()), by_tokens.into());
        }
        (None, Some(by_table)) => {
            estimate.basis = Basis::Table;
            estimate.push(Kind::ImageOutput, None, by_table.into());
        }
        (None, None) => {
            estimate.note(Note::NotOffered);
            estimate.push_unknown(Kind::ImageOutput);
        }
    }
}

/// What a model that is left to choose most probably takes: `medium`, or the only quality it has.
fn likely_quality(model: &Model) -> Option<&'static str> {
    let words = model.qualities.values;
    words.iter().copied().find(|word| *word == "medium").or(words.first().copied())
}

/// The first size it offers.
fn likely_size(model: &Model) -> Option<(u32, u32)> {
    match model.sizes {
        SizeRule::Presets { sizes, .. } => sizes.first().copied(),
        SizeRule::Flexible(rule) => rule.popular.first().copied(),
    }
}

fn expected_tokens(model: &Model, asked: Asked) -> Option<u32> {
    let (width, height) = asked.size.or_else(|| likely_size(model))?;
    tokens::output(model, asked.quality.or_else(|| likely_quality(model))?, width, height)
}

/// The published prices of one image over what the request leaves open; `None` where no row fits.
pub(super) fn table(model: &Model, asked: Asked, batch: bool) -> Option<Interval<NanoUsd>> {
    // With free sizes the table holds examples only: it prices what is named in it and nothing that is left open.
    if asked.size.is_none() && matches!(model.sizes, SizeRule::Flexible(_)) {
        return None;
    }
    let fits = |row: &&PerImage| {
        asked.quality.is_none_or(|word| word == row.quality)
            && asked.size.is_none_or(|size| size == (row.width, row.height))
    };
    let rows = || model.per_image.iter().filter(fits);
    let prices = || rows().map(|row| NanoUsd::new(row.nano_usd));
    let (min, max) = (prices().min()?, prices().max()?);
    let quality = asked.quality.or_else(|| likely_quality(model));
    let size = asked.size.or_else(|| likely_size(model));
    let likely = rows().find(|row| Some(row.quality) == quality && Some((row.width, row.height)) == size);
    let interval = Interval { min, expected: likely.map_or(max, |row| NanoUsd::new(row.nano_usd)), max };
    Some(if batch { interval.map(NanoUsd::half) } else { interval })
}

/// Adds the partial images of a stream.
pub(super) fn partial(
    estimate: &mut Estimate,
    model: &Model,
    fields: &Fields<'_>,
    count: Option<u32>,
    price: &TokenRates,
) {
    let (Some(each), Some(rule)) = (model.partial_image_tokens.known(), model.streaming.known()) else {
        return;
    };
    let asked = whole(fields.get(Field::PartialImages), rule.partial_images);
    if asked == Some(0) {
        return;
    }
    let (Some(asked), Some(count)) = (asked, count) else {
        estimate.note(Note::InvalidCount);
        return estimate.push_unknown(Kind::PartialImages);
    };
    let most = u64::from(asked).saturating_mul(u64::from(each)).saturating_mul(u64::from(count));
    // Fewer may come than were asked for.
    let tokens = Bounds { min: 0, expected: Some(most), max: Some(most) };
    estimate.push_tokens(Kind::PartialImages, tokens, price.image_output);
}

/// Adds the text a model may write.
pub(super) fn text(estimate: &mut Estimate, model: &Model, count: Option<u32>, price: &TokenRates) {
    let (Some(rule), Some(rate)) = (model.text_output.known(), price.text_output.known()) else { return };
    let Some(count) = count else { return estimate.push_unknown(Kind::TextOutput) };
    let most = u64::from(rule.expected_max).saturating_mul(u64::from(count));
    estimate.note(Note::TextOutput);
    let tokens = Bounds { min: 0, expected: Some(most.div_ceil(2)), max: Some(most) };
    estimate.push_tokens(Kind::TextOutput, tokens, rate);
}
