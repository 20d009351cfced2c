//! What a check knows beside the request.

use crate::date::Date;
use crate::picture::ImageInfo;

/// What is known beside the request. Everything is optional but the day: rules that lack their fact stay silent.
#[derive(Clone, Debug, PartialEq)]
pub struct Context {
    /// The day of the call: models end.
    pub today: Date,
    /// What is known of each input image, in the request's order; shorter than the request where it is not known.
    pub images: Vec<ImageFacts>,
    /// What is known of the mask.
    pub mask: Option<ImageFacts>,
    /// What is known of the markup.
    pub markup: Option<ImageFacts>,
    /// Whether the call goes through the Batch API (half the price, no streams).
    pub batch: bool,
    /// The text tokens of the prompt, where a tokenizer counted them.
    pub text_tokens: Option<u32>,
    /// The body of edits: files in a form, or references in JSON.
    pub json_body: bool,
}

impl Context {
    /// Nothing known but the day.
    pub const fn new(today: Date) -> Self {
        Self {
            today,
            images: Vec::new(),
            mask: None,
            markup: None,
            batch: false,
            text_tokens: None,
            json_body: false,
        }
    }
}

/// What is known of one file.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct ImageFacts {
    /// Its length in bytes, where known.
    pub bytes: Option<u64>,
    /// What its header says: `None` when it was not read, an error when it is no image or a broken one.
    pub info: Option<Result<ImageInfo, crate::picture::Problem>>,
    /// Which pixels are transparent, where the pixels were read (masks).
    pub transparency: Option<Transparency>,
}

/// How much of an image is transparent.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Transparency {
    /// No pixel.
    None,
    /// Some pixels.
    Some,
    /// Every pixel.
    All,
}
