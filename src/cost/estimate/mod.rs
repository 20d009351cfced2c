//! What a call will cost, before it is made: an interval that holds the truth, and the expected value in it.

#[cfg(feature = "extras")]
mod batch;
mod images;
mod note;
mod output;
#[cfg(feature = "extras")]
mod respond;
#[cfg(feature = "extras")]
mod runware;

pub use note::Note;

use super::interval::{Bounds, Few, Interval};
use super::kind::Kind;
use super::money::NanoUsd;
use super::tokens::Count;
use crate::catalog::rates::{Rates, TokenRates};
use crate::catalog::{Catalog, Model, Status};
use crate::check::Context;
use crate::date::Date;
use crate::request::{Operation, Value};

/// How the price of the finished images was found.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Basis {
    /// Tokens by the published rule, times the price of a token.
    Tokens,
    /// The published price of an image. Where it differs from tokens times price, both are told.
    Table,
    /// OpenAI publishes no rule, or the request has no price: what the finished images cost is not known.
    Unknown,
}

impl Basis {
    /// Every basis, in the order of their numbers: `src/js/packed/compact.rs` sends those.
    pub const ALL: [Self; 3] = [Self::Tokens, Self::Table, Self::Unknown];

    /// The word the JavaScript API uses.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Tokens => "tokens",
            Self::Table => "table",
            Self::Unknown => "unknown",
        }
    }
}

/// One line of an estimate.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct EstimateItem {
    /// What it is for.
    pub kind: Kind,
    /// How many tokens; `None` where the price does not go by tokens.
    pub tokens: Option<Bounds<u64>>,
    /// What they cost.
    pub usd: Bounds<NanoUsd>,
}

/// What a call will cost.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Estimate {
    /// The model whose prices were taken; `None` when the catalogue does not know it.
    pub model: Option<&'static str>,
    /// The sum of the items. `expected` and `max` are `None` where an item has none: then nobody can tell.
    pub usd: Bounds<NanoUsd>,
    /// How the finished images were priced.
    pub basis: Basis,
    /// The finished images by tokens times price, where the sum follows the published table.
    pub by_tokens: Option<Interval<NanoUsd>>,
    /// The finished images by the published table, where the sum follows the tokens.
    pub by_table: Option<Interval<NanoUsd>>,
    /// The day the prices were last compared with their source.
    pub prices_as_of: Option<Date>,
    /// What is unknown, and what was assumed.
    pub notes: Few<Note, 10>,
    /// What makes up the sum.
    pub items: Few<EstimateItem, 5>,
}

/// Estimates a call. Never fails: what cannot be priced has no number, and `notes` say why.
pub fn estimate(operation: Operation, request: &Value, context: &Context, catalog: &Catalog) -> Estimate {
    let mut estimate = Estimate::NOTHING;
    match operation {
        Operation::Generate | Operation::Edit => {
            images::estimate(&mut estimate, operation, request, context, context.batch, catalog);
        }
        #[cfg(feature = "extras")]
        Operation::Respond => respond::estimate(&mut estimate, request, context, context.batch, catalog),
        #[cfg(feature = "extras")]
        Operation::Runware => runware::estimate(&mut estimate, request, catalog),
        #[cfg(feature = "extras")]
        Operation::Batch => batch::estimate(&mut estimate, request, context, catalog),
    }
    estimate
}

/// The rates that hold on a day: the last row that has begun.
pub fn rates_on(model: &Model, today: Date) -> Option<&'static Rates> {
    model.rates.iter().rev().find(|rates| rates.from.is_none_or(|from| from <= today)).or(model.rates.first())
}

impl Estimate {
    /// What each begins with.
    const NOTHING: Self = Self {
        model: None,
        usd: Bounds { min: NanoUsd::ZERO, expected: Some(NanoUsd::ZERO), max: Some(NanoUsd::ZERO) },
        basis: Basis::Unknown,
        by_tokens: None,
        by_table: None,
        prices_as_of: None,
        notes: Few::new(),
        items: Few::new(),
    };

    /// Goes by a model as it stands on a day.
    fn by(&mut self, model: &Model, today: Date) {
        self.model = Some(model.id);
        if model.lifecycle.status(today) == Status::Retired {
            self.note(Note::Ended);
        }
    }

    /// Cannot be priced at all, and why.
    fn unpriced(&mut self, note: Note) {
        self.usd = Bounds::unknown(NanoUsd::ZERO);
        self.note(note);
    }

    fn note(&mut self, note: Note) {
        if self.notes.iter().all(|known| *known != note) {
            self.notes.push(note);
        }
    }

    fn push(&mut self, kind: Kind, tokens: Option<Bounds<u64>>, usd: Bounds<NanoUsd>) {
        self.usd = self.usd.plus(usd);
        self.items.push(EstimateItem { kind, tokens, usd });
    }

    fn push_tokens(&mut self, kind: Kind, tokens: Bounds<u64>, rate: u32) {
        self.push(kind, Some(tokens), tokens.map(|tokens| NanoUsd::of_tokens(tokens, rate)));
    }

    /// A part of the bill of which nothing is known.
    fn push_unknown(&mut self, kind: Kind) {
        self.push(kind, Some(Bounds::unknown(0)), Bounds::unknown(NanoUsd::ZERO));
    }

    /// The prices of a day, for batches half of them. Remembers where they come from.
    fn prices(&mut self, rates: &'static Rates, batch: bool) -> &'static TokenRates {
        self.prices_as_of = Some(rates.source.checked);
        rates.of(batch).unwrap_or_else(|| {
            self.note(Note::NoBatchPrice);
            &rates.standard
        })
    }
}

impl Count {
    /// So many times the count.
    fn times(self, count: u32) -> Bounds<u64> {
        let times = |tokens: u32| u64::from(tokens).saturating_mul(u64::from(count));
        Bounds { min: times(self.min), expected: Some(times(self.expected)), max: self.max.map(times) }
    }
}

#[cfg(test)]
mod tests {
    use super::Basis;

    #[test]
    fn each_basis_stands_at_its_number() {
        assert!(Basis::ALL.iter().enumerate().all(|(at, basis)| *basis as usize == at));
    }
}
