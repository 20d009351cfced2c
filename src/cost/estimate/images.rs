//! Calls of the Images API.

use super::output::{self, Asked};
use super::{Estimate, Note, rates_on};
use crate::catalog::model::InputTokens;
use crate::catalog::rates::TokenRates;
use crate::catalog::{Catalog, Model};
use crate::check::{Context, ImageFacts};
use crate::cost::interval::Bounds;
use crate::cost::kind::Kind;
use crate::cost::tokens;
use crate::request::{Field, Fields, Operation, Value};

pub(super) fn estimate(
    operation: Operation,
    request: &Value,
    context: &Context,
    batch: bool,
    catalog: &Catalog,
) -> Estimate {
    let fields = Fields::of(request);
    let model = match fields.get(Field::Model) {
        Some(id) => id.as_str().and_then(|id| catalog.find(id)),
        None => catalog.default_model(context.today),
    };
    let Some(model) = model else { return Estimate::unpriced(Note::UnknownModel) };
    let mut estimate = Estimate::of(model, context.today);
    let asked = Asked::of(model, &fields);
    let Some(rates) = rates_on(model, context.today) else {
        // Billed by the image: no prices per token.
        estimate.prices_as_of = Some(model.cost_source.checked);
        output::finished(&mut estimate, model, asked, batch, None);
        return estimate;
    };
    let price = estimate.prices(rates, batch);
    let inputs = Inputs::of(operation, &fields, context);
    // Several images are billed like as many calls, the input too (community.openai.com/t/1382940, 2026-06-12).
    let count = u64::from(asked.count.unwrap_or(1));
    let bytes = fields.text(Field::Prompt).map_or(0, str::len);
    let text = tokens::text(model, bytes, context.text_tokens, inputs.sizes());
    estimate.push_tokens(Kind::TextInput, text.times(count), price.text_input);
    if operation == Operation::Edit {
        image_input(&mut estimate, model, &fields, &inputs, count, &price);
    }
    output::finished(&mut estimate, model, asked, batch, Some(&price));
    if fields.is_true(Field::Stream) {
        output::partial(&mut estimate, model, &fields, asked.count, &price);
    }
    output::text(&mut estimate, model, asked.count, &price);
    if fields.text(Field::OutputFormat) == Some("svg") {
        estimate.note(Note::SvgAuthor);
        estimate.usd.max = None;
    }
    estimate
}

/// The pictures that come with an edit.
struct Inputs<'a> {
    images: usize,
    context: &'a Context,
    overlays: [Option<&'a ImageFacts>; 2],
    overlay_count: usize,
}

impl<'a> Inputs<'a> {
    fn of(operation: Operation, fields: &Fields<'_>, context: &'a Context) -> Self {
        let mut inputs = Self { images: 0, context, overlays: [None; 2], overlay_count: 0 };
        if operation != Operation::Edit {
            return inputs;
        }
        let given = match fields.get(Field::Image).or_else(|| fields.get(Field::Images)) {
            Some(Value::Array(items)) => items.len(),
            Some(_) => 1,
            None => 0,
        };
        inputs.images = given.max(context.images.len());
        for (field, facts) in [(Field::Mask, &context.mask), (Field::Markup, &context.markup)] {
            if fields.get(field).is_some()
                && let Some(slot) = inputs.overlays.get_mut(inputs.overlay_count)
            {
                *slot = facts.as_ref();
                inputs.overlay_count = inputs.overlay_count.saturating_add(1);
            }
        }
        inputs
    }

    /// The size of each input image, where it is known.
    fn sizes(&self) -> impl Iterator<Item = Option<(u32, u32)>> {
        (0..self.images).map(|index| self.context.images.get(index).and_then(size_of))
    }
}

pub(super) fn size_of(facts: &ImageFacts) -> Option<(u32, u32)> {
    Some(facts.info?.ok()?.upright_size())
}

fn image_input(
    estimate: &mut Estimate,
    model: &Model,
    fields: &Fields<'_>,
    inputs: &Inputs<'_>,
    count: u64,
    price: &TokenRates,
) {
    let high = fields.text(Field::InputFidelity) == Some("high")
        && model.input_fidelity.known().is_some_and(|rule| rule.accepts("high"));
    let close = if high { model.edit.known().map_or(0, |edit| edit.high_fidelity_images) } else { 0 };
    let mut sum = Bounds { min: 0, expected: Some(0), max: Some(0) };
    let add = |sum: &mut Bounds<u64>, more: Bounds<u64>| {
        let plus = |a: Option<u64>, b: Option<u64>| Some(a?.saturating_add(b?));
        *sum = Bounds {
            min: sum.min.saturating_add(more.min),
            expected: plus(sum.expected, more.expected),
            max: plus(sum.max, more.max),
        };
    };
    for (index, size) in inputs.sizes().enumerate() {
        let looked_at = u32::try_from(index).is_ok_and(|index| index < close);
        match tokens::input_bounds(model, size, looked_at) {
            Some(tokens) => add(&mut sum, tokens.times(1)),
            None => sum = Bounds::unknown(sum.min),
        }
    }
    for facts in inputs.overlays.iter().take(inputs.overlay_count) {
        let size = facts.and_then(size_of);
        let max = tokens::input_bounds(model, size, false).and_then(|tokens| tokens.max);
        add(&mut sum, Bounds { min: 0, expected: Some(0), max: max.map(u64::from) });
        estimate.note(Note::MaskMayBeBilled);
    }
    if inputs.images > 0 {
        input_notes(estimate, model);
    }
    let tokens = sum.map(|tokens| tokens.saturating_mul(count));
    estimate.push_tokens(Kind::ImageInput, tokens, price.image_input);
}

/// Says what the tokens of input images rest on.
pub(super) fn input_notes(estimate: &mut Estimate, model: &Model) {
    match model.input_tokens {
        InputTokens::Tiles(rule) if rule.assumed => estimate.note(Note::AssumedInput),
        InputTokens::Patches(rule) if rule.assumed => estimate.note(Note::AssumedInput),
        InputTokens::Likely(_) => estimate.note(Note::LikelyInput),
        InputTokens::NotPublished => estimate.note(Note::NoInputRule),
        InputTokens::Tiles(_) | InputTokens::Patches(_) | InputTokens::None => {}
    }
}
