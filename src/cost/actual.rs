//! What a call has cost, from the `usage` of its reply. Exact to the nano-dollar: what cannot be read is refused by name,
//! what is not understood is told, nothing is rounded or clamped.

use core::fmt;

use super::estimate::rates_on;
use super::interval::Few;
use super::kind::Kind;
use super::money::NanoUsd;
use crate::catalog::{Catalog, Fact};
use crate::date::Date;
use crate::request::Value;

/// How a call was made, beside its usage.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ActualOptions {
    /// The day of the call: prices are dated.
    pub on: Date,
    /// Whether it went through the Batch API.
    pub batch: bool,
}

/// One line of a bill.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct CostItem {
    /// What it is for.
    pub kind: Kind,
    /// How many tokens.
    pub tokens: u64,
    /// What they cost.
    pub usd: NanoUsd,
}

/// What a call has cost.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Cost {
    /// The sum of the items.
    pub usd: NanoUsd,
    /// What makes up the sum; parts without tokens are left out.
    pub items: Few<CostItem, 6>,
    /// What was assumed, because the usage or the prices do not say.
    pub notes: Few<CostNote, 5>,
    /// Fields of the usage that are not understood, such as `input_tokens_details.audio_tokens`: they are not in the sum.
    pub unknown_fields: Vec<String>,
}

/// What a bill assumes.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum CostNote {
    /// `input_tokens_details` is missing.
    InputNotSplit,
    /// `output_tokens_details` is missing, on a model that writes text too.
    OutputNotSplit,
    /// `cached_tokens` without details, where both text and images could have been cached.
    CachedNotSplit,
    /// Text output of a model that has no price for it.
    TextOutputNotBilled,
    /// No price is published for batches.
    NoBatchPrice,
}

impl CostNote {
    /// The note as a plain sentence, lower case and without its full stop.
    pub const fn text(self) -> &'static str {
        match self {
            Self::InputNotSplit => "the usage does not split its input: all of it was priced as text",
            Self::OutputNotSplit => "the usage does not split its output: all of it was priced as images",
            Self::CachedNotSplit => {
                "the usage does not say what was read from the cache: all input was priced in full"
            }
            Self::TextOutputNotBilled => "the model has no price for text output: it was not priced",
            Self::NoBatchPrice => {
                "no price is published for batches of this model: the standard price was taken"
            }
        }
    }
}

/// Why a usage has no price.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum CostError {
    /// The catalogue does not know the model.
    UnknownModel,
    /// The model is billed by the image, not by tokens.
    NoTokenPrices,
    /// The usage is no object.
    NotAnObject,
    /// A part of the usage that must be an object is none; its name.
    InvalidDetails(&'static str),
    /// A count is missing, negative, fractional or larger than 2^53; the name of the field.
    InvalidCount(&'static str),
    /// The parts of a count do not add up to it; the name of the whole.
    Inconsistent(&'static str),
    /// The sum is above 18 billion dollars.
    TooLarge,
}

impl fmt::Display for CostError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (name, text) = match self {
            Self::UnknownModel => return f.write_str("model: not in the catalogue, so there are no prices"),
            Self::NoTokenPrices => return f.write_str("model: billed by the image, not by tokens"),
            Self::NotAnObject => return f.write_str("usage: must be an object"),
            Self::TooLarge => return f.write_str("usage: more tokens than any call can have"),
            Self::InvalidDetails(name) => (name, ": must be an object"),
            Self::InvalidCount(name) => (name, ": must be a whole number of tokens, 0 or more"),
            Self::Inconsistent(name) => (name, ": is not the sum of its parts"),
        };
        f.write_str("usage.")?;
        f.write_str(name)?;
        f.write_str(text)
    }
}

impl core::error::Error for CostError {}

/// Prices a `usage` object of the Images API, or `tool_usage.image_gen` of the Responses API.
///
/// Output without details counts as image output, as it is billed. Cached tokens are part of the input tokens and billed
/// at their own rate.
///
/// # Errors
/// When the model has no token prices or the usage cannot be read; nothing is guessed.
pub fn actual(
    model: &str,
    usage: &Value,
    options: &ActualOptions,
    catalog: &Catalog,
) -> Result<Cost, CostError> {
    let model = catalog.find(model).ok_or(CostError::UnknownModel)?;
    let rates = rates_on(model, options.on).ok_or(CostError::NoTokenPrices)?;
    usage.as_object().ok_or(CostError::NotAnObject)?;
    let mut cost =
        Cost { usd: NanoUsd::ZERO, items: Few::new(), notes: Few::new(), unknown_fields: Vec::new() };
    let price = match (options.batch, rates.batch) {
        (true, Fact::Known(batch)) => batch,
        (true, Fact::NotSupported | Fact::NotPublished) => {
            cost.notes.push(CostNote::NoBatchPrice);
            rates.standard
        }
        (false, _) => rates.standard,
    };

    let input = needed(usage, "input_tokens")?;
    let output = needed(usage, "output_tokens")?;
    if count(usage, "total_tokens", "total_tokens")?
        .is_some_and(|total| Some(total) != input.checked_add(output))
    {
        return Err(CostError::Inconsistent("total_tokens"));
    }
    let incoming = split(usage, &INPUT, input)?;
    let outgoing = split(usage, &OUTPUT, output)?;
    if incoming.is_none() && input > 0 {
        cost.notes.push(CostNote::InputNotSplit);
    }
    // Models that do not bill text have image output only.
    if outgoing.is_none() && output > 0 && price.text_output.known().is_some() {
        cost.notes.push(CostNote::OutputNotSplit);
    }
    let (text_in, image_in) = incoming.unwrap_or((input, 0));
    let (text_out, image_out) = outgoing.unwrap_or((0, output));
    let (cached_text, cached_image) = cached(usage, text_in, image_in, &mut cost)?;
    let rest = |all: u64, cached: u64| {
        all.checked_sub(cached).ok_or(CostError::Inconsistent("cached_tokens_details"))
    };
    let text_rate = price.text_output.known();
    if text_out > 0 && text_rate.is_none() {
        cost.notes.push(CostNote::TextOutputNotBilled);
    }
    for (kind, tokens, rate) in [
        (Kind::TextInput, rest(text_in, cached_text)?, price.text_input),
        (Kind::CachedTextInput, cached_text, price.cached_text_input),
        (Kind::ImageInput, rest(image_in, cached_image)?, price.image_input),
        (Kind::CachedImageInput, cached_image, price.cached_image_input),
        (Kind::ImageOutput, image_out, price.image_output),
        (Kind::TextOutput, text_out, text_rate.unwrap_or(0)),
    ] {
        if tokens > 0 {
            let usd = NanoUsd::checked_of_tokens(tokens, rate).ok_or(CostError::TooLarge)?;
            cost.usd = cost.usd.checked_plus(usd).ok_or(CostError::TooLarge)?;
            cost.items.push(CostItem { kind, tokens, usd });
        }
    }
    unknown_fields(usage, &mut cost.unknown_fields);
    Ok(cost)
}

/// A count that is split into text and images.
struct Whole {
    name: &'static str,
    details: &'static str,
    text: &'static str,
    image: &'static str,
}

const INPUT: Whole = Whole {
    name: "input_tokens",
    details: "input_tokens_details",
    text: "input_tokens_details.text_tokens",
    image: "input_tokens_details.image_tokens",
};

const OUTPUT: Whole = Whole {
    name: "output_tokens",
    details: "output_tokens_details",
    text: "output_tokens_details.text_tokens",
    image: "output_tokens_details.image_tokens",
};

const CACHED: &str = "cached_tokens_details";

/// Every field that is understood, by the object it stands in.
const KNOWN: &[(&str, &[&str])] = &[
    (
        "",
        &[
            "input_tokens",
            "output_tokens",
            "total_tokens",
            INPUT.details,
            OUTPUT.details,
            "cached_tokens",
            CACHED,
        ],
    ),
    (INPUT.details, &["text_tokens", "image_tokens"]),
    (OUTPUT.details, &["text_tokens", "image_tokens"]),
    (CACHED, &["cached_text_tokens", "cached_image_tokens"]),
];

fn unknown_fields(usage: &Value, unknown: &mut Vec<String>) {
    for (object, known) in KNOWN {
        let value = if object.is_empty() { Some(usage) } else { usage.get(object) };
        for (name, _) in value.and_then(Value::as_object).unwrap_or_default() {
            if !known.contains(&name.as_ref()) {
                let dot = if object.is_empty() { "" } else { "." };
                unknown.push([object, dot, name].concat());
            }
        }
    }
}

fn count(object: &Value, name: &str, path: &'static str) -> Result<Option<u64>, CostError> {
    match object.get(name) {
        None | Some(Value::Null) => Ok(None),
        Some(value) => {
            let tokens = value.as_integer().and_then(|tokens| u64::try_from(tokens).ok());
            tokens.map(Some).ok_or(CostError::InvalidCount(path))
        }
    }
}

fn needed(usage: &Value, name: &'static str) -> Result<u64, CostError> {
    count(usage, name, name)?.ok_or(CostError::InvalidCount(name))
}

fn object<'a>(usage: &'a Value, name: &'static str) -> Result<Option<&'a Value>, CostError> {
    match usage.get(name) {
        None | Some(Value::Null) => Ok(None),
        Some(value @ Value::Object(_)) => Ok(Some(value)),
        Some(_) => Err(CostError::InvalidDetails(name)),
    }
}

/// Text and image tokens of a whole; `None` where the usage does not split it. One part alone leaves the rest to the other.
fn split(usage: &Value, whole: &Whole, tokens: u64) -> Result<Option<(u64, u64)>, CostError> {
    let Some(details) = object(usage, whole.details)? else { return Ok(None) };
    let text = count(details, "text_tokens", whole.text)?;
    let image = count(details, "image_tokens", whole.image)?;
    let rest = |part: u64| tokens.checked_sub(part).ok_or(CostError::Inconsistent(whole.name));
    match (text, image) {
        (Some(text), Some(image)) if text.checked_add(image) == Some(tokens) => Ok(Some((text, image))),
        (Some(_), Some(_)) => Err(CostError::Inconsistent(whole.name)),
        (Some(text), None) => Ok(Some((text, rest(text)?))),
        (None, Some(image)) => Ok(Some((rest(image)?, image))),
        (None, None) => Ok(None),
    }
}

/// Cached text and image tokens.
fn cached(usage: &Value, text: u64, image: u64, cost: &mut Cost) -> Result<(u64, u64), CostError> {
    let all = count(usage, "cached_tokens", "cached_tokens")?;
    let details = object(usage, CACHED)?;
    let part = |name, path| details.map_or(Ok(None), |details| count(details, name, path));
    let cached_text = part("cached_text_tokens", "cached_tokens_details.cached_text_tokens")?;
    let cached_image = part("cached_image_tokens", "cached_tokens_details.cached_image_tokens")?;
    let inconsistent = CostError::Inconsistent("cached_tokens");
    match (all, cached_text, cached_image) {
        (None, None, None) => Ok((0, 0)),
        (None, cached_text, cached_image) => Ok((cached_text.unwrap_or(0), cached_image.unwrap_or(0))),
        (Some(all), Some(cached_text), Some(cached_image)) => {
            if cached_text.checked_add(cached_image) == Some(all) {
                Ok((cached_text, cached_image))
            } else {
                Err(inconsistent)
            }
        }
        (Some(all), Some(cached_text), None) => {
            Ok((cached_text, all.checked_sub(cached_text).ok_or(inconsistent)?))
        }
        (Some(all), None, Some(cached_image)) => {
            Ok((all.checked_sub(cached_image).ok_or(inconsistent)?, cached_image))
        }
        (Some(all), None, None) if text.checked_add(image).is_none_or(|input| all > input) => {
            Err(inconsistent)
        }
        (Some(0), None, None) => Ok((0, 0)),
        (Some(all), None, None) if image == 0 => Ok((all, 0)),
        (Some(all), None, None) if text == 0 => Ok((0, all)),
        (Some(_), None, None) => {
            cost.notes.push(CostNote::CachedNotSplit);
            Ok((0, 0))
        }
    }
}
