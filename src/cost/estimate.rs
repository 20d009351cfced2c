//! What a call will cost, before it is made: an interval that holds the truth, and the expected value in it.

use super::money::NanoUsd;
use super::tokens;
use crate::catalog::model::{InputTokens, OutputTokens, PerImage};
use crate::catalog::rates::{Rates, TokenRates};
use crate::catalog::{Catalog, Fact, Model};
use crate::check::Context;
use crate::date::Date;
use crate::request::{Field, Fields, Operation, Size, Value};

/// What part of a bill an amount belongs to.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Kind {
    /// The prompt.
    TextInput,
    /// The input images and the mask.
    ImageInput,
    /// The finished images.
    ImageOutput,
    /// The partial images of a stream.
    PartialImages,
    /// Text the model writes.
    TextOutput,
    /// The part of the prompt that was read from the cache.
    CachedTextInput,
    /// The part of the input images that was read from the cache.
    CachedImageInput,
}

impl Kind {
    /// The word the JavaScript API uses.
    pub const fn name(self) -> &'static str {
        match self {
            Self::TextInput => "text_input",
            Self::ImageInput => "image_input",
            Self::ImageOutput => "image_output",
            Self::PartialImages => "partial_images",
            Self::TextOutput => "text_output",
            Self::CachedTextInput => "cached_text_input",
            Self::CachedImageInput => "cached_image_input",
        }
    }
}

/// How the price of the finished images was found.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Basis {
    /// Tokens by the published rule, times the price of a token.
    Tokens,
    /// The published price of an image. Where it differs from tokens times price, both are told.
    Table,
    /// OpenAI publishes no rule: the finished images are not in the sums.
    Unknown,
}

impl Basis {
    /// The word the JavaScript API uses.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Tokens => "tokens",
            Self::Table => "table",
            Self::Unknown => "unknown",
        }
    }
}

/// The least, the expected and the most. `max` is absent where nothing bounds it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Interval<T> {
    /// The least it can be.
    pub min: T,
    /// What to expect.
    pub expected: T,
    /// The most it can be.
    pub max: T,
}

impl<T: Copy> Interval<T> {
    /// A number that is known.
    pub const fn exact(value: T) -> Self {
        Self { min: value, expected: value, max: value }
    }

    fn map<U>(self, f: impl Fn(T) -> U) -> Interval<U> {
        Interval { min: f(self.min), expected: f(self.expected), max: f(self.max) }
    }
}

impl Interval<NanoUsd> {
    fn plus(self, other: Self) -> Self {
        Self {
            min: self.min.plus(other.min),
            expected: self.expected.plus(other.expected),
            max: self.max.plus(other.max),
        }
    }
}

/// One line of an estimate.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct EstimateItem {
    /// What it is for.
    pub kind: Kind,
    /// How many tokens.
    pub tokens: Interval<u64>,
    /// What they cost.
    pub usd: Interval<NanoUsd>,
}

/// What a call will cost.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Estimate {
    /// The model whose prices were taken; `None` when the catalogue does not know it.
    pub model: Option<&'static str>,
    /// The sum of the items.
    pub usd: Interval<NanoUsd>,
    /// How the finished images were priced.
    pub basis: Basis,
    /// The finished images by tokens times price, where the sum follows the published table.
    pub by_tokens: Option<Interval<NanoUsd>>,
    /// The finished images by the published table, where the sum follows the tokens.
    pub by_table: Option<Interval<NanoUsd>>,
    /// The day the prices were last compared with their source.
    pub prices_as_of: Option<Date>,
    /// What is not in the sums because nothing is published, or that an assumption is in them. Plain sentences.
    pub notes: Vec<&'static str>,
    /// What makes up the sum.
    pub items: Vec<EstimateItem>,
}

const NO_MODEL: &str = "the catalogue does not know the model, so there are no prices";
const NO_OUTPUT_RULE: &str =
    "no rule is published for the output tokens of this model: the finished images are not in the sums";
const NO_INPUT_RULE: &str =
    "no rule is published for the input images of this model: they are not in the sums";
const ASSUMED_INPUT: &str =
    "the tokens of input images follow a rule that is documented for a sibling only, or was measured";
const TEXT_OUTPUT: &str =
    "the model may write text, which is billed and not bounded: max holds what was seen at most";
const TABLE_DIFFERS: &str = "the published price of an image differs from its tokens times their price";
const NO_BATCH_PRICE: &str = "no price is published for batches of this model: the standard price was taken";
const NOT_OFFERED: &str =
    "the size or the quality is not one the model offers: the finished images are not in the sums";

/// Tokens that every prompt carries beside its own, at the most seen (an edit with one image: 27 for a prompt of about
/// 8), and those of each further image. Recorded replies of gpt-image-1.5 and gpt-image-2, 2025 and 2026.
const PROMPT_OVERHEAD_MAX: u64 = 32;
const IMAGE_OVERHEAD_MAX: u64 = 24;

/// Estimates a call. Never fails: what cannot be priced is said in `notes` and left out of the sums.
pub fn estimate(operation: Operation, request: &Value, context: &Context, catalog: &Catalog) -> Estimate {
    let fields = Fields::of(request);
    let model = match fields.get(Field::Model) {
        Some(id) => id.as_str().and_then(|id| catalog.find(id)),
        None => catalog.default_model(context.today),
    };
    let mut estimate = Estimate {
        model: model.map(|model| model.id),
        usd: Interval::exact(NanoUsd::ZERO),
        basis: Basis::Unknown,
        by_tokens: None,
        by_table: None,
        prices_as_of: None,
        notes: Vec::new(),
        items: Vec::with_capacity(5),
    };
    let Some(model) = model else {
        estimate.notes.push(NO_MODEL);
        return estimate;
    };
    let Some(rates) = rates_on(model, context.today) else {
        // Billed by the image: no prices per token.
        per_image_only(&mut estimate, model, &fields);
        return estimate;
    };
    estimate.prices_as_of = Some(rates.source.checked);
    let price = match (context.batch, rates.batch) {
        (true, Fact::Known(batch)) => batch,
        (true, _) => {
            estimate.notes.push(NO_BATCH_PRICE);
            rates.standard
        }
        (false, _) => rates.standard,
    };
    let count = fields.integer(Field::N).and_then(|n| u64::try_from(n).ok()).unwrap_or(1).max(1);
    text_input(&mut estimate, &fields, context, operation, count, &price);
    if operation == Operation::Edit {
        image_input(&mut estimate, model, &fields, context, count, &price);
    }
    image_output(&mut estimate, model, &fields, context, count, &price);
    partial_images(&mut estimate, model, &fields, count, &price);
    text_output(&mut estimate, model, count, &price);
    estimate
}

/// The rates that hold on a day: the last row that has begun.
pub fn rates_on(model: &Model, today: Date) -> Option<&'static Rates> {
    model.rates.iter().rev().find(|rates| rates.from.is_none_or(|from| from <= today)).or(model.rates.first())
}

impl Estimate {
    fn push(&mut self, kind: Kind, tokens: Interval<u64>, usd: Interval<NanoUsd>) {
        self.usd = self.usd.plus(usd);
        self.items.push(EstimateItem { kind, tokens, usd });
    }

    fn push_at(&mut self, kind: Kind, tokens: Interval<u64>, rate: u32) {
        self.push(kind, tokens, tokens.map(|tokens| NanoUsd::of_tokens(tokens, rate)));
    }
}

/// A token is at least one byte of UTF-8, so the bytes bound it from above. Ordinary text has about four bytes a token.
fn text_input(
    estimate: &mut Estimate,
    fields: &Fields<'_>,
    context: &Context,
    operation: Operation,
    count: u64,
    price: &TokenRates,
) {
    let images = if operation == Operation::Edit { image_count(fields, context) as u64 } else { 0 };
    let tokens = if let Some(exact) = context.text_tokens {
        Interval::exact(u64::from(exact))
    } else {
        let bytes = fields.text(Field::Prompt).map_or(0, str::len) as u64;
        let overhead = PROMPT_OVERHEAD_MAX.saturating_add(images.saturating_mul(IMAGE_OVERHEAD_MAX));
        Interval {
            min: u64::from(bytes > 0),
            expected: bytes.div_ceil(4).saturating_add(if images > 0 {
                images.saturating_mul(16)
            } else {
                4
            }),
            max: bytes.saturating_add(overhead),
        }
    };
    // Several images are billed like as many calls.
    estimate.push_at(Kind::TextInput, tokens.map(|tokens| tokens.saturating_mul(count)), price.text_input);
}

fn image_count(fields: &Fields<'_>, context: &Context) -> usize {
    let given = match fields.get(Field::Image).or_else(|| fields.get(Field::Images)) {
        Some(Value::Array(items)) => items.len(),
        Some(_) => 1,
        None => 0,
    };
    given.max(context.images.len())
}

fn image_input(
    estimate: &mut Estimate,
    model: &Model,
    fields: &Fields<'_>,
    context: &Context,
    count: u64,
    price: &TokenRates,
) {
    let images = image_count(fields, context);
    let high = fields.text(Field::InputFidelity) == Some("high");
    let close = model.edit.known().map_or(0, |edit| edit.high_fidelity_images) as usize;
    let mut tokens = Interval::exact(0_u64);
    let sizes = (0..images)
        .map(|index| context.images.get(index))
        .chain(fields.get(Field::Mask).map(|_| context.mask.as_ref()));
    for (index, facts) in sizes.enumerate() {
        let is_mask = index >= images;
        let info = facts.and_then(|facts| facts.info).and_then(Result::ok);
        let looked_at = high && !is_mask && index < close;
        let one = match info {
            Some(info) => {
                let (width, height) = info.upright_size();
                tokens::input(model, width, height, looked_at).map(|tokens| (tokens, tokens))
            }
            None => tokens::input_range(model, looked_at),
        };
        let Some((least, most)) = one else {
            estimate.notes.push(NO_INPUT_RULE);
            return;
        };
        // Whether a mask is billed as an image is not published: it may be.
        let (least, expected) = if is_mask { (0, 0) } else { (least, least.midpoint(most)) };
        tokens = Interval {
            min: tokens.min.saturating_add(u64::from(least)),
            expected: tokens.expected.saturating_add(u64::from(expected)),
            max: tokens.max.saturating_add(u64::from(most)),
        };
    }
    let assumed = match model.input_tokens {
        InputTokens::Tiles(rule) => rule.assumed,
        InputTokens::Patches(rule) => rule.assumed,
        InputTokens::NotPublished | InputTokens::None => false,
    };
    if assumed && images > 0 {
        estimate.notes.push(ASSUMED_INPUT);
    }
    estimate.push_at(Kind::ImageInput, tokens.map(|tokens| tokens.saturating_mul(count)), price.image_input);
}

/// What the request says of the finished images: `None` where the model chooses.
fn asked(model: &Model, fields: &Fields<'_>) -> (Option<&'static str>, Option<(u32, u32)>, bool) {
    let word = fields.text(Field::Quality).filter(|word| *word != "auto");
    let quality = word.and_then(|word| model.qualities.values.iter().copied().find(|value| *value == word));
    let text = fields.text(Field::Size);
    let size = match text.map(Size::parse) {
        Some(Some(Size::Pixels { width, height })) => Some((width, height)),
        Some(Some(Size::Auto) | None) | None => None,
    };
    let readable =
        (word.is_none() || quality.is_some()) && text.is_none_or(|text| Size::parse(text).is_some());
    (quality, size, readable)
}

fn image_output(
    estimate: &mut Estimate,
    model: &Model,
    fields: &Fields<'_>,
    context: &Context,
    count: u64,
    price: &TokenRates,
) {
    if matches!(model.output_tokens, OutputTokens::NotPublished) {
        estimate.notes.push(NO_OUTPUT_RULE);
        return;
    }
    let (quality, size, readable) = asked(model, fields);
    let Some((least, most)) = tokens::output_range(model, quality, size).filter(|_| readable) else {
        estimate.notes.push(NOT_OFFERED);
        return;
    };
    // Left to itself the model mostly takes a middle quality; the middle of the interval is as good a guess as any.
    let expected = expected_tokens(model, quality, size).unwrap_or_else(|| least.midpoint(most));
    let one = Interval { min: u64::from(least), expected: u64::from(expected), max: u64::from(most) };
    let tokens = one.map(|tokens| tokens.saturating_mul(count));
    let by_tokens = tokens.map(|tokens| NanoUsd::of_tokens(tokens, price.image_output));
    let by_table =
        table_price(model, quality, size, context.batch).map(|table| table.map(|usd| usd.times(count)));
    let Some(by_table) = by_table.filter(|_| model.per_image_decides) else {
        estimate.basis = Basis::Tokens;
        estimate.by_table = by_table;
        estimate.push(Kind::ImageOutput, tokens, by_tokens);
        return;
    };
    estimate.basis = Basis::Table;
    estimate.by_tokens = Some(by_tokens);
    if by_table != by_tokens {
        estimate.notes.push(TABLE_DIFFERS);
    }
    // The bill may follow either, so the interval holds both; what to expect is what OpenAI prints.
    let usd = Interval {
        min: by_table.min.min(by_tokens.min),
        expected: by_table.expected,
        max: by_table.max.max(by_tokens.max),
    };
    estimate.push(Kind::ImageOutput, tokens, usd);
}

/// The tokens of what the model most probably chooses: `medium`, and the first size it offers.
fn expected_tokens(model: &Model, quality: Option<&str>, size: Option<(u32, u32)>) -> Option<u32> {
    let (width, height) = size.or_else(|| first_size(model))?;
    tokens::output(model, quality.unwrap_or("medium"), width, height)
}

fn first_size(model: &Model) -> Option<(u32, u32)> {
    match model.sizes {
        crate::catalog::model::SizeRule::Presets { sizes, .. } => sizes.first().copied(),
        crate::catalog::model::SizeRule::Flexible(rule) => rule.popular.first().copied(),
    }
}

/// The published prices of one image over what the request leaves open; `None` where no row fits.
fn table_price(
    model: &Model,
    quality: Option<&str>,
    size: Option<(u32, u32)>,
    batch: bool,
) -> Option<Interval<NanoUsd>> {
    let fits = |row: &&PerImage| {
        quality.is_none_or(|word| word == row.quality)
            && size.is_none_or(|pair| pair == (row.width, row.height))
    };
    // With free sizes the table holds examples only: it prices what is named in it and nothing that is left open.
    if size.is_none() && !matches!(model.sizes, crate::catalog::model::SizeRule::Presets { .. }) {
        return None;
    }
    let rows = || model.per_image.iter().filter(fits).map(|row| NanoUsd::new(row.nano_usd));
    let chosen = quality.unwrap_or("medium");
    let expected = model.per_image.iter().filter(fits).find(|row| {
        row.quality == chosen && size.or_else(|| first_size(model)) == Some((row.width, row.height))
    });
    let (min, max) = (rows().min()?, rows().max()?);
    let expected = expected.map_or(max, |row| NanoUsd::new(row.nano_usd));
    let interval = Interval { min, expected, max };
    Some(if batch { interval.map(NanoUsd::half) } else { interval })
}

fn partial_images(
    estimate: &mut Estimate,
    model: &Model,
    fields: &Fields<'_>,
    count: u64,
    price: &TokenRates,
) {
    if !fields.is_true(Field::Stream) {
        return;
    }
    let asked = fields.integer(Field::PartialImages).and_then(|n| u64::try_from(n).ok()).unwrap_or(0);
    let (Some(each), true) = (model.partial_image_tokens.known(), asked > 0) else { return };
    let most = asked.saturating_mul(u64::from(each)).saturating_mul(count);
    // Fewer may come than were asked for.
    estimate.push_at(Kind::PartialImages, Interval { min: 0, expected: most, max: most }, price.image_output);
}

fn text_output(estimate: &mut Estimate, model: &Model, count: u64, price: &TokenRates) {
    let (Some(rule), Some(rate)) = (model.text_output.known(), price.text_output.known()) else { return };
    let most = u64::from(rule.expected_max).saturating_mul(count);
    estimate.notes.push(TEXT_OUTPUT);
    estimate.push_at(Kind::TextOutput, Interval { min: 0, expected: most.div_ceil(2), max: most }, rate);
}

fn per_image_only(estimate: &mut Estimate, model: &Model, fields: &Fields<'_>) {
    let (quality, size, readable) = asked(model, fields);
    let count = fields.integer(Field::N).and_then(|n| u64::try_from(n).ok()).unwrap_or(1).max(1);
    let Some(table) = table_price(model, quality, size, false).filter(|_| readable) else {
        estimate.notes.push(NOT_OFFERED);
        return;
    };
    estimate.basis = Basis::Table;
    estimate.prices_as_of = Some(model.cost_source.checked);
    estimate.push(Kind::ImageOutput, Interval::exact(0), table.map(|usd| usd.times(count)));
}
