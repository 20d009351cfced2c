//! Prices per token, dated.

use super::model::{Fact, Source};
use crate::date::Date;

/// What one token of each kind costs, in nano-dollars: a price of $2.50 per million tokens is 2,500.
/// Every published price per million, and its batch half, is a whole number in this unit, so that sums are exact.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Rates {
    /// The first day they hold; `None` where the first is not known.
    pub from: Option<Date>,
    /// Calls answered at once.
    pub standard: TokenRates,
    /// Calls through the Batch API. `NotPublished` where no price was found.
    pub batch: Fact<TokenRates>,
    /// Where the prices come from.
    pub source: Source,
}

impl Rates {
    /// The prices of calls that are made at once or in batches; `None` where none is published for batches.
    pub const fn of(&self, batch: bool) -> Option<&TokenRates> {
        match &self.batch {
            _ if !batch => Some(&self.standard),
            Fact::Known(rates) => Some(rates),
            Fact::NotSupported | Fact::NotPublished => None,
        }
    }
}

/// Nano-dollars per token of each kind.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct TokenRates {
    /// Text of the prompt.
    pub text_input: u32,
    /// Text read from the cache.
    pub cached_text_input: u32,
    /// Input images.
    pub image_input: u32,
    /// Input images read from the cache.
    pub cached_image_input: u32,
    /// Images, partial ones included.
    pub image_output: u32,
    /// Text the model writes. `NotSupported` where it is not billed.
    pub text_output: Fact<u32>,
}
