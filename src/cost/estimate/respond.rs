//! A response with the `image_generation` tool. Only the tool's part can be told: the language model around it is billed
//! at its own prices, decides how often it draws, and writes the prompt itself.

use super::images::{input_notes, size_of};
use super::output::{self, Asked};
use super::{Estimate, Note, rates_on};
use crate::catalog::{Catalog, Model, RESPONSES_TOOL_DEFAULT};
use crate::check::Context;
use crate::cost::interval::Bounds;
use crate::cost::kind::Kind;
use crate::cost::money::NanoUsd;
use crate::cost::tokens;
use crate::request::{Field, Fields, Value};

const TOOL: &str = "image_generation";

pub(super) fn estimate(
    estimate: &mut Estimate,
    request: &Value,
    context: &Context,
    batch: bool,
    catalog: &Catalog,
) {
    let tools = request.get("tools").and_then(Value::as_array).unwrap_or_default();
    let Some(tool) = tools.iter().find(|tool| is(tool, TOOL)) else {
        return estimate.unpriced(Note::NoImageTool);
    };
    let fields = Fields::of(tool);
    let id = fields.get(Field::Model).map_or(Some(RESPONSES_TOOL_DEFAULT), Value::as_str);
    let Some(model) = id.and_then(|id| catalog.find(id)) else {
        return estimate.unpriced(Note::UnknownModel);
    };
    estimate.by(model, context.today);
    estimate.note(Note::LanguageModel);
    let Some(rates) = rates_on(model, context.today) else {
        estimate.note(Note::NotOffered);
        return estimate.push_unknown(Kind::ImageOutput);
    };
    let price = estimate.prices(rates, batch);
    let turns = Turns::of(request);
    let forced = request.get("tool_choice").is_some_and(|choice| is(choice, TOOL));

    // The prompt is rewritten: what was said is all there is to go by, and nothing bounds it.
    let text = tokens::text(model, turns.text_bytes, context.text_tokens, core::iter::empty());
    let text = Bounds { min: 0, max: None, ..text.times(1) };
    estimate.push_tokens(Kind::TextInput, text, price.text_input);
    image_input(estimate, model, context, turns, price.image_input);

    // One call of the tool makes one picture; `n` is none of its fields.
    let asked = Asked { count: Some(1), ..Asked::of(model, &fields) };
    output::finished(estimate, model, asked, batch, Some(price));
    if request.get("stream").and_then(Value::as_bool) == Some(true) {
        output::partial(estimate, model, &fields, asked.count, price);
    }
    output::text(estimate, model, asked.count, price);
    output::author(estimate, &fields);

    let once = request.get("max_tool_calls").and_then(Value::as_integer) == Some(1);
    if !(forced && once) {
        estimate.note(Note::Draws);
    }
    for item in estimate.items.iter_mut() {
        if !forced {
            item.usd.min = NanoUsd::ZERO;
            item.tokens = item.tokens.map(|tokens| Bounds { min: 0, ..tokens });
        }
        if !once {
            item.usd.max = None;
            item.tokens = item.tokens.map(|tokens| Bounds { max: None, ..tokens });
        }
    }
    estimate.usd.min = if forced { estimate.usd.min } else { NanoUsd::ZERO };
    estimate.usd.max = None;
}

fn is(value: &Value, kind: &str) -> bool {
    value.get("type").and_then(Value::as_str) == Some(kind)
}

/// What the input brings.
#[derive(Clone, Copy, Default)]
struct Turns {
    text_bytes: usize,
    images: usize,
    /// Whether earlier turns, or pictures drawn before, come with it.
    earlier: bool,
}

impl Turns {
    fn of(request: &Value) -> Self {
        let mut turns = Self::default();
        let names = ["previous_response_id", "conversation"];
        turns.earlier = names.iter().any(|name| request.get(name).is_some_and(|value| *value != Value::Null));
        match request.get("input") {
            Some(Value::String(text)) => turns.text_bytes = text.len(),
            Some(Value::Array(items)) => items.iter().for_each(|item| turns.item(item)),
            _ => {}
        }
        turns
    }

    fn item(&mut self, item: &Value) {
        if is(item, "image_generation_call") {
            self.earlier = true;
        }
        match item.get("content") {
            Some(Value::String(text)) => self.text(text),
            Some(Value::Array(parts)) => {
                for part in parts {
                    if is(part, "input_image") {
                        self.images = self.images.saturating_add(1);
                    } else if let Some(text) = part.get("text").and_then(Value::as_str) {
                        self.text(text);
                    }
                }
            }
            _ => {}
        }
    }

    fn text(&mut self, text: &str) {
        self.text_bytes = self.text_bytes.saturating_add(text.len());
    }
}

fn image_input(estimate: &mut Estimate, model: &Model, context: &Context, turns: Turns, rate: u32) {
    let mut expected = Some(0_u64);
    for index in 0..turns.images {
        let size = context.images.get(index).and_then(size_of);
        let one = tokens::input_bounds(model, size, false).map(|count| u64::from(count.expected));
        expected = expected.and_then(|sum| Some(sum.saturating_add(one?)));
    }
    if turns.images > 0 {
        input_notes(estimate, model);
    }
    if turns.earlier {
        estimate.note(Note::EarlierTurns);
    }
    if turns.images > 0 || turns.earlier {
        let tokens = Bounds { min: 0, expected, max: None };
        estimate.push_tokens(Kind::ImageInput, tokens, rate);
    }
}
