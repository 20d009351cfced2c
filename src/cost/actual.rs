//! What a call has cost, from the `usage` of its reply. Exact to the nano-dollar.

use core::fmt;

use super::estimate::{Kind, rates_on};
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
    /// What makes up the sum.
    pub items: Vec<CostItem>,
    /// Fields of the usage that are not understood, so that nothing is dropped in silence.
    pub unknown_fields: Vec<String>,
}

/// Why a usage has no price.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum CostError {
    /// The catalogue does not know the model.
    UnknownModel,
    /// The model is billed by the image, not by tokens.
    NoTokenPrices,
    /// The usage is no object.
    NotAnObject,
    /// A count is missing, negative, fractional or larger than 2^53; the name of the field.
    InvalidCount(&'static str),
    /// The parts of a count add up to more than the whole; the name of the whole.
    Inconsistent(&'static str),
}

impl fmt::Display for CostError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::UnknownModel => f.write_str("model: not in the catalogue, so there are no prices"),
            Self::NoTokenPrices => f.write_str("model: billed by the image, not by tokens"),
            Self::NotAnObject => f.write_str("usage: must be an object"),
            Self::InvalidCount(name) => {
                f.write_str("usage.")?;
                f.write_str(name)?;
                f.write_str(": must be a whole number of tokens, 0 or more")
            }
            Self::Inconsistent(name) => {
                f.write_str("usage.")?;
                f.write_str(name)?;
                f.write_str(": is less than the sum of its details")
            }
        }
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
    let price = match (options.batch, rates.batch) {
        (true, Fact::Known(batch)) => batch,
        _ => rates.standard,
    };
    let fields = usage.as_object().ok_or(CostError::NotAnObject)?;

    let input = count(usage, "input_tokens")?.ok_or(CostError::InvalidCount("input_tokens"))?;
    let output = count(usage, "output_tokens")?.ok_or(CostError::InvalidCount("output_tokens"))?;
    let (text_in, image_in) = split(usage, "input_tokens_details", "input_tokens", input, Rest::Text)?;
    let (text_out, image_out) = split(usage, "output_tokens_details", "output_tokens", output, Rest::Image)?;
    let cached = usage.get("cached_tokens_details").filter(|value| **value != Value::Null);
    let cached_text = cached.map_or(Ok(None), |details| count(details, "cached_text_tokens"))?.unwrap_or(0);
    let cached_image = cached.map_or(Ok(None), |details| count(details, "cached_image_tokens"))?.unwrap_or(0);
    let fresh_text = text_in.checked_sub(cached_text).ok_or(CostError::Inconsistent("input_tokens"))?;
    let fresh_image = image_in.checked_sub(cached_image).ok_or(CostError::Inconsistent("input_tokens"))?;

    let mut cost = Cost { usd: NanoUsd::ZERO, items: Vec::with_capacity(4), unknown_fields: Vec::new() };
    let mut bill = |kind, tokens, rate| {
        if tokens > 0 {
            let usd = NanoUsd::of_tokens(tokens, rate);
            cost.usd = cost.usd.plus(usd);
            cost.items.push(CostItem { kind, tokens, usd });
        }
    };
    bill(Kind::TextInput, fresh_text, price.text_input);
    bill(Kind::CachedTextInput, cached_text, price.cached_text_input);
    bill(Kind::ImageInput, fresh_image, price.image_input);
    bill(Kind::CachedImageInput, cached_image, price.cached_image_input);
    bill(Kind::ImageOutput, image_out, price.image_output);
    // Where text output has no price it is not billed, but it is still told.
    bill(Kind::TextOutput, text_out, price.text_output.known().unwrap_or(0));
    cost.unknown_fields = fields
        .iter()
        .filter(|(name, _)| !KNOWN.contains(&name.as_str()))
        .map(|(name, _)| name.clone())
        .collect();
    Ok(cost)
}

const KNOWN: &[&str] = &[
    "input_tokens",
    "output_tokens",
    "total_tokens",
    "input_tokens_details",
    "output_tokens_details",
    "cached_tokens",
    "cached_tokens_details",
];

fn count(object: &Value, name: &'static str) -> Result<Option<u64>, CostError> {
    match object.get(name) {
        None | Some(Value::Null) => Ok(None),
        Some(value) => {
            let tokens = value.as_integer().and_then(|tokens| u64::try_from(tokens).ok());
            tokens.map(Some).ok_or(CostError::InvalidCount(name))
        }
    }
}

/// What tokens are that the details do not name.
#[derive(Clone, Copy)]
enum Rest {
    Text,
    Image,
}

/// Text and image tokens of a whole, by its details where they are given.
fn split(
    usage: &Value,
    details: &str,
    name: &'static str,
    whole: u64,
    rest: Rest,
) -> Result<(u64, u64), CostError> {
    let details = usage.get(details).filter(|value| **value != Value::Null);
    let text = details.map_or(Ok(None), |details| count(details, "text_tokens"))?;
    let image = details.map_or(Ok(None), |details| count(details, "image_tokens"))?;
    let named = text.unwrap_or(0).checked_add(image.unwrap_or(0)).ok_or(CostError::Inconsistent(name))?;
    let unnamed = whole.checked_sub(named).ok_or(CostError::Inconsistent(name))?;
    let (text, image) = (text.unwrap_or(0), image.unwrap_or(0));
    // No overflow: named plus unnamed is the whole.
    Ok(match rest {
        Rest::Text => (text.saturating_add(unnamed), image),
        Rest::Image => (text, image.saturating_add(unnamed)),
    })
}
