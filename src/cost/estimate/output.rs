//! What the finished and the partial images of a call cost.

use super::{Basis, Estimate, Note};
use crate::catalog::Model;
use crate::catalog::model::{IntRule, OutputTokens, SizeRule};
use crate::catalog::rates::TokenRates;
use crate::cost::interval::{Bounds, Interval};
use crate::cost::kind::Kind;
use crate::cost::money::NanoUsd;
use crate::cost::tokens::{self, Count};
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
    let unknown = match asked.count {
        _ if matches!(model.output_tokens, OutputTokens::NotPublished) => Note::NoOutputRule,
        _ if !asked.offered => Note::NotOffered,
        None => Note::InvalidCount,
        Some(count) => match images(estimate, model, asked, count, batch, price) {
            Some((tokens, usd)) => {
                return estimate.push(Kind::ImageOutput, tokens.map(Bounds::from), usd.into());
            }
            None => Note::NotOffered,
        },
    };
    estimate.note(unknown);
    estimate.push_unknown(Kind::ImageOutput);
}

/// The tokens of so many finished images where they have any, and what the images cost. Tells what that rests on. `None`
/// where neither rule nor table has such an image.
fn images(
    estimate: &mut Estimate,
    model: &Model,
    asked: Asked,
    count: u32,
    batch: bool,
    price: Option<&TokenRates>,
) -> Option<(Option<Interval<u64>>, Interval<NanoUsd>)> {
    let by_table = table(model, asked, batch).map(|table| table.map(|usd| usd.times(u64::from(count))));
    let range = price.and_then(|_| tokens::output_range(model, asked.quality, asked.size, count));
    let (Some(price), Some((least, most))) = (price, range) else {
        let by_table = by_table?;
        estimate.basis = Basis::Table;
        return Some((None, by_table));
    };
    let expected = expected_tokens(model, asked).map(|tokens| tokens.saturating_mul(count));
    let expected = expected.unwrap_or_else(|| least.midpoint(most)).max(least).min(most);
    let tokens = Interval { min: least, expected, max: most }.map(u64::from);
    let by_tokens = tokens.map(|tokens| NanoUsd::of_tokens(tokens, price.image_output));
    let decides = by_table.filter(|_| model.per_image_decides);
    let Some(by_table) = decides else {
        estimate.basis = Basis::Tokens;
        estimate.by_table = by_table;
        return Some((Some(tokens), by_tokens));
    };
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
    Some((Some(tokens), usd))
}

/// What a model that is left to choose most probably takes: `medium`, or the only quality it has.
fn likely_quality(model: &Model) -> Option<&'static str> {
    if model.qualities.accepts("medium") { Some("medium") } else { model.qualities.values.first().copied() }
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
    let quality = asked.quality.or_else(|| likely_quality(model));
    let size = asked.size.or_else(|| likely_size(model));
    let (mut range, mut likely) = (None, None);
    for row in model.per_image {
        let row_size = (row.width, row.height);
        if asked.quality.is_some_and(|word| word != row.quality)
            || asked.size.is_some_and(|size| size != row_size)
        {
            continue;
        }
        let usd = NanoUsd::new(row.nano_usd);
        let (min, max) = range.unwrap_or((usd, usd));
        range = Some((usd.min(min), usd.max(max)));
        if quality == Some(row.quality) && size == Some(row_size) {
            likely = Some(usd);
        }
    }
    let (min, max) = range?;
    let interval = Interval { min, expected: likely.unwrap_or(max), max };
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
    // Fewer may come than were asked for.
    let most = Count::exact(asked.saturating_mul(each)).times(count);
    let tokens = Bounds { min: 0, ..most };
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

/// Tells of the model that writes a vector image: it is billed beside the tool, at prices that are not the catalogue's.
pub(super) fn author(estimate: &mut Estimate, fields: &Fields<'_>) {
    if fields.text(Field::OutputFormat) == Some("svg") {
        estimate.note(Note::SvgAuthor);
        estimate.usd.max = None;
    }
}
