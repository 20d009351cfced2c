//! Calls of the Images API.

use super::output::{self, Asked};
use super::{Estimate, Note, rates_on};
use crate::catalog::model::{InputTokens, Patches, Tiles};
use crate::catalog::{Catalog, Model};
use crate::check::{Context, ImageFacts};
use crate::cost::interval::{Bounds, Interval};
use crate::cost::kind::Kind;
use crate::cost::tokens;
use crate::request::{Field, Fields, Operation, Value};

pub(super) fn estimate(
    estimate: &mut Estimate,
    operation: Operation,
    request: &Value,
    context: &Context,
    batch: bool,
    catalog: &Catalog,
) {
    let fields = Fields::of(request);
    let model = match fields.get(Field::Model) {
        Some(id) => id.as_str().and_then(|id| catalog.find(id)),
        None => catalog.default_model(context.today),
    };
    let Some(model) = model else { return estimate.unpriced(Note::UnknownModel) };
    estimate.by(model, context.today);
    let asked = Asked::of(model, &fields);
    let Some(rates) = rates_on(model, context.today) else {
        // Billed by the image: no prices per token.
        estimate.prices_as_of = Some(model.cost_source.checked);
        return output::finished(estimate, model, asked, batch, None);
    };
    let price = estimate.prices(rates, batch);
    let edit = operation == Operation::Edit;
    let images = if edit { images(&fields, context) } else { 0 };
    // Several images are billed like as many calls, the input too (community.openai.com/t/1382940, 2026-06-12).
    let count = asked.count.unwrap_or(1);
    let bytes = fields.text(Field::Prompt).map_or(0, str::len);
    let text = tokens::text(model, bytes, context.text_tokens, sizes(context, images));
    estimate.push_tokens(Kind::TextInput, text.times(count), price.text_input);
    if edit {
        let tokens = image_tokens(estimate, model, &fields, context, images, count);
        estimate.push_tokens(Kind::ImageInput, tokens, price.image_input);
    }
    output::finished(estimate, model, asked, batch, Some(price));
    if fields.is_true(Field::Stream) {
        output::partial(estimate, model, &fields, asked.count, price);
    }
    output::text(estimate, model, asked.count, price);
    output::author(estimate, &fields);
}

/// How many input images an edit has.
fn images(fields: &Fields<'_>, context: &Context) -> usize {
    let given = match fields.get(Field::Image).or_else(|| fields.get(Field::Images)) {
        Some(Value::Array(items)) => items.len(),
        Some(_) => 1,
        None => 0,
    };
    given.max(context.images.len())
}

/// The size of each input image, where it is known.
fn sizes(context: &Context, images: usize) -> impl Iterator<Item = Option<(u32, u32)>> {
    (0..images).map(|index| context.images.get(index).and_then(size_of))
}

pub(super) fn size_of(facts: &ImageFacts) -> Option<(u32, u32)> {
    Some(facts.info?.ok()?.upright_size())
}

/// The tokens of the pictures that come with an edit, in so many calls.
fn image_tokens(
    estimate: &mut Estimate,
    model: &Model,
    fields: &Fields<'_>,
    context: &Context,
    images: usize,
    count: u32,
) -> Bounds<u64> {
    let high = fields.text(Field::InputFidelity) == Some("high")
        && model.input_fidelity.known().is_some_and(|rule| rule.accepts("high"));
    let mut close = if high { model.edit.known().map_or(0, |edit| edit.high_fidelity_images) } else { 0 };
    let mut sum = Bounds::from(Interval::exact(0));
    for size in sizes(context, images) {
        let tokens = tokens::input_bounds(model, size, close > 0);
        sum = sum.plus(tokens.map_or(Bounds::unknown(0), |tokens| tokens.times(count)));
        close = close.saturating_sub(1);
    }
    for (field, facts) in [(Field::Mask, &context.mask), (Field::Markup, &context.markup)] {
        if fields.get(field).is_some() {
            let size = facts.as_ref().and_then(size_of);
            let tokens = tokens::input_bounds(model, size, false);
            let max = tokens.and_then(|tokens| tokens.times(count).max);
            sum = sum.plus(Bounds { min: 0, expected: Some(0), max });
            estimate.note(Note::MaskMayBeBilled);
        }
    }
    if images > 0 {
        input_notes(estimate, model);
    }
    sum
}

/// Says what the tokens of input images rest on.
pub(super) fn input_notes(estimate: &mut Estimate, model: &Model) {
    match model.input_tokens {
        InputTokens::Tiles(Tiles { assumed: true, .. })
        | InputTokens::Patches(Patches { assumed: true, .. }) => estimate.note(Note::AssumedInput),
        InputTokens::Likely(_) => estimate.note(Note::LikelyInput),
        InputTokens::NotPublished => estimate.note(Note::NoInputRule),
        InputTokens::Tiles(_) | InputTokens::Patches(_) | InputTokens::None => {}
    }
}
