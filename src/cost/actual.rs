//! What a call has cost, from the `usage` of its reply. Exact to the nano-dollar: what cannot be read is refused by name,
//! what is not understood is told, nothing is rounded or clamped.

use core::fmt;

use super::estimate::rates_on;
use super::interval::Few;
use super::kind::Kind;
use super::money::NanoUsd;
use crate::catalog::Catalog;
use crate::date::Date;
use crate::request::Value;
use crate::text::{add, concat};

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

impl CostError {
    /// What it says, in three pieces.
    pub(crate) const fn pieces(&self) -> [&'static str; 3] {
        match self {
            Self::UnknownModel => ["model: not in the catalogue, so there are no prices", "", ""],
            Self::NoTokenPrices => ["model: billed by the image, not by tokens", "", ""],
            Self::NotAnObject => ["usage: must be an object", "", ""],
            Self::TooLarge => ["usage: more tokens than any call can have", "", ""],
            Self::InvalidDetails(name) => ["usage.", name, ": must be an object"],
            Self::InvalidCount(name) => ["usage.", name, ": must be a whole number of tokens, 0 or more"],
            Self::Inconsistent(name) => ["usage.", name, ": is not the sum of its parts"],
        }
    }
}

impl fmt::Display for CostError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&concat(&self.pieces()))
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
    let price = rates.of(options.batch).unwrap_or_else(|| {
        cost.notes.push(CostNote::NoBatchPrice);
        &rates.standard
    });

    let mut counts = Counts { usage, problem: None };
    let input = counts.needed(INPUT.name);
    let output = counts.needed(OUTPUT.name);
    if counts.count(TOTAL).is_some_and(|total| total != input.saturating_add(output)) {
        counts.refuse(CostError::Inconsistent(TOTAL));
    }
    let incoming = counts.split(&INPUT, Some(input));
    let outgoing = counts.split(&OUTPUT, Some(output));
    if incoming.is_none() && input > 0 {
        cost.notes.push(CostNote::InputNotSplit);
    }
    // Models that do not bill text have image output only.
    let text_rate = price.text_output.known();
    if outgoing.is_none() && output > 0 && text_rate.is_some() {
        cost.notes.push(CostNote::OutputNotSplit);
    }
    let (text_in, image_in) = incoming.unwrap_or((input, 0));
    let (text_out, image_out) = outgoing.unwrap_or((0, output));
    let (cached_text, cached_image) = counts.cached(text_in, image_in, &mut cost.notes);
    if cached_text > text_in || cached_image > image_in {
        counts.refuse(CostError::Inconsistent(CACHED.details));
    }
    if text_out > 0 && text_rate.is_none() {
        cost.notes.push(CostNote::TextOutputNotBilled);
    }
    let mut bill = |kind, tokens, rate| {
        if tokens > 0 && cost.add(kind, tokens, rate).is_none() {
            counts.refuse(CostError::TooLarge);
        }
    };
    bill(Kind::TextInput, text_in.saturating_sub(cached_text), price.text_input);
    bill(Kind::CachedTextInput, cached_text, price.cached_text_input);
    bill(Kind::ImageInput, image_in.saturating_sub(cached_image), price.image_input);
    bill(Kind::CachedImageInput, cached_image, price.cached_image_input);
    bill(Kind::ImageOutput, image_out, price.image_output);
    bill(Kind::TextOutput, text_out, text_rate.unwrap_or(0));
    if let Some(problem) = counts.problem {
        return Err(problem);
    }
    unknown_fields(usage, &mut cost.unknown_fields);
    Ok(cost)
}

impl Cost {
    /// Adds what so many tokens cost; `None` when that is more than can be told.
    fn add(&mut self, kind: Kind, tokens: u64, rate: u32) -> Option<()> {
        let usd = NanoUsd::checked_of_tokens(tokens, rate)?;
        self.usd = self.usd.checked_plus(usd)?;
        self.items.push(CostItem { kind, tokens, usd });
        Some(())
    }
}

/// A count that is split into text and images.
struct Whole {
    name: &'static str,
    details: &'static str,
    /// The names of the parts, and where they stand.
    text: (&'static str, &'static str),
    image: (&'static str, &'static str),
}

const INPUT: Whole = Whole {
    name: "input_tokens",
    details: "input_tokens_details",
    text: ("text_tokens", "input_tokens_details.text_tokens"),
    image: ("image_tokens", "input_tokens_details.image_tokens"),
};

const OUTPUT: Whole = Whole {
    name: "output_tokens",
    details: "output_tokens_details",
    text: ("text_tokens", "output_tokens_details.text_tokens"),
    image: ("image_tokens", "output_tokens_details.image_tokens"),
};

const CACHED: Whole = Whole {
    name: "cached_tokens",
    details: "cached_tokens_details",
    text: ("cached_text_tokens", "cached_tokens_details.cached_text_tokens"),
    image: ("cached_image_tokens", "cached_tokens_details.cached_image_tokens"),
};

const TOTAL: &str = "total_tokens";

/// Every field that is understood, by the object it stands in.
const KNOWN: &[(&str, &[&str])] = &[
    ("", &[INPUT.name, OUTPUT.name, TOTAL, INPUT.details, OUTPUT.details, CACHED.name, CACHED.details]),
    (INPUT.details, &[INPUT.text.0, INPUT.image.0]),
    (OUTPUT.details, &[OUTPUT.text.0, OUTPUT.image.0]),
    (CACHED.details, &[CACHED.text.0, CACHED.image.0]),
];

fn unknown_fields(usage: &Value, unknown: &mut Vec<String>) {
    for (object, known) in KNOWN {
        let (value, dot) = if object.is_empty() { (Some(usage), "") } else { (usage.get(object), ".") };
        for (name, _) in value.and_then(Value::as_object).unwrap_or_default() {
            if !known.contains(&name.as_ref()) {
                add(unknown, concat(&[object, dot, name]));
            }
        }
    }
}

/// Reads the counts of a usage. What cannot be read counts as nothing, and the first such problem is kept.
struct Counts<'a> {
    usage: &'a Value,
    problem: Option<CostError>,
}

impl Counts<'_> {
    fn refuse(&mut self, problem: CostError) {
        self.problem.get_or_insert(problem);
    }

    fn count(&mut self, name: &'static str) -> Option<u64> {
        self.part(Some(self.usage), (name, name))
    }

    fn needed(&mut self, name: &'static str) -> u64 {
        self.count(name).unwrap_or_else(|| {
            self.refuse(CostError::InvalidCount(name));
            0
        })
    }

    /// The count of that name in an object, with the path that an error names.
    fn part(&mut self, object: Option<&Value>, (name, path): (&str, &'static str)) -> Option<u64> {
        let value = object?.get(name).filter(|value| **value != Value::Null)?;
        let tokens = value.as_integer().and_then(|tokens| u64::try_from(tokens).ok());
        if tokens.is_none() {
            self.refuse(CostError::InvalidCount(path));
        }
        tokens
    }

    /// Text and image tokens of a whole; `None` where the usage does not split it. One part alone leaves the rest to the
    /// other, if the whole is known.
    fn split(&mut self, whole: &Whole, all: Option<u64>) -> Option<(u64, u64)> {
        let details = self.usage.get(whole.details).filter(|value| **value != Value::Null);
        if details.is_some_and(|details| details.as_object().is_none()) {
            self.refuse(CostError::InvalidDetails(whole.details));
        }
        let text = self.part(details, whole.text);
        let image = self.part(details, whole.image);
        if text.is_none() && image.is_none() {
            return None;
        }
        let rest = |part: Option<u64>| all.unwrap_or(0).saturating_sub(part.unwrap_or(0));
        let (text, image) = (text.unwrap_or_else(|| rest(image)), image.unwrap_or_else(|| rest(text)));
        if all.is_some_and(|all| text.saturating_add(image) != all) {
            self.refuse(CostError::Inconsistent(whole.name));
        }
        Some((text, image))
    }

    /// Cached text and image tokens.
    fn cached(&mut self, text: u64, image: u64, notes: &mut Few<CostNote, 5>) -> (u64, u64) {
        let all = self.count(CACHED.name);
        if let Some(parts) = self.split(&CACHED, all) {
            return parts;
        }
        let all = all.unwrap_or(0);
        if all > text.saturating_add(image) {
            self.refuse(CostError::Inconsistent(CACHED.name));
        }
        match (text, image) {
            _ if all == 0 => (0, 0),
            (_, 0) => (all, 0),
            (0, _) => (0, all),
            _ => {
                notes.push(CostNote::CachedNotSplit);
                (0, 0)
            }
        }
    }
}
