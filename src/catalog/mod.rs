//! What each model is: one table, data only. No other module names a model.

pub mod grid;
pub mod model;
pub mod rates;

mod dall_e;
#[cfg(feature = "extras")]
mod extend;
mod gpt_image_1;
mod gpt_image_1_5;
mod gpt_image_1_mini;
mod gpt_image_2;
mod gpt_image_2_5;
mod gpt_image_2_6;
mod serialize;
mod shared;

#[cfg(feature = "extras")]
pub use extend::ExtendError;
pub use model::{Fact, Model, Source, Status};
pub use serialize::ModelInfo;

use crate::date::Date;

/// What the `image_generation` tool of the Responses API draws with where no model is named. Source: openai 7.57.0
/// (2026-11-13); 7.55.0, three days before, still said gpt-image-2.
pub const RESPONSES_TOOL_DEFAULT: &str = "gpt-image-2.6-sunburst";

/// The built-in entries, in the order they are shown.
const BUILT_IN: &[&Model] = &[
    &gpt_image_1_mini::MODEL,
    &gpt_image_2_6::SUNBURST,
    &gpt_image_2_6::FLARE,
    &gpt_image_2_5::SUNBURST,
    &gpt_image_2_5::FLARE,
    &gpt_image_2::MODEL,
    &gpt_image_1_5::MODEL,
    &gpt_image_1_5::CHATGPT,
    &gpt_image_1::MODEL,
    &dall_e::DALL_E_3,
    &dall_e::DALL_E_2,
];

/// The models a program knows: the built-in ones and whatever was added at run time.
#[derive(Clone, Debug)]
pub struct Catalog {
    models: Vec<&'static Model>,
}

impl Default for Catalog {
    fn default() -> Self {
        Self { models: BUILT_IN.to_vec() }
    }
}

impl Catalog {
    /// The model of exactly that id, or one of whose snapshots has exactly that id.
    pub fn find(&self, id: &str) -> Option<&'static Model> {
        self.models.iter().copied().find(|model| model.id == id || model.snapshots.contains(&id))
    }

    /// Every model, in the order they are shown.
    pub fn iter(&self) -> impl Iterator<Item = &'static Model> + '_ {
        self.models.iter().copied()
    }

    /// The model that a request without `model` means on that day: the first of the table while it is served,
    /// then the first of its replacements that is.
    pub fn default_model(&self, today: Date) -> Option<&'static Model> {
        let first = self.models.first().copied()?;
        let served = |model: &&'static Model| model.lifecycle.status(today) != Status::Retired;
        if served(&first) {
            return Some(first);
        }
        let replacement = first.lifecycle.replacements.iter().filter_map(|id| self.find(id)).find(served);
        replacement.or_else(|| self.iter().find(served))
    }
}

#[cfg(test)]
mod tests {
    use std::collections::HashSet;

    use super::model::{InputTokens, OutputTokens, SizeRule};
    use super::{Catalog, Fact, Status};
    use crate::date::Date;

    #[test]
    fn ids_are_unique_and_found_exactly() {
        let catalog = Catalog::default();
        let ids: Vec<_> = catalog.iter().flat_map(|model| [&[model.id], model.snapshots].concat()).collect();
        assert_eq!(ids.iter().collect::<HashSet<_>>().len(), ids.len());
        for id in ids {
            assert!(catalog.find(id).is_some());
            assert_eq!(catalog.find(&format!("{id}-2027-01-01")), None);
        }
        assert_eq!(catalog.find("gpt-image"), None);
    }

    #[test]
    fn lives_are_in_order_and_replacements_exist_and_outlive() {
        let catalog = Catalog::default();
        for model in catalog.iter() {
            let life = model.lifecycle;
            assert!(life.released <= life.deprecated || life.deprecated.is_none(), "{}", model.id);
            assert!(life.deprecated.is_none() || life.deprecated < life.shutdown, "{}", model.id);
            assert_eq!(life.shutdown.is_some(), !life.replacements.is_empty(), "{}", model.id);
            for id in life.replacements {
                let other = catalog.find(id).unwrap_or_else(|| panic!("{}: {id} is not there", model.id));
                assert_eq!(other.lifecycle.status(life.shutdown.unwrap()), Status::Current, "{id}");
            }
        }
    }

    #[test]
    fn the_default_is_mini_while_it_lives_and_then_its_named_replacement() {
        let catalog = Catalog::default();
        let default = |day| catalog.default_model(day).unwrap().id;
        assert_eq!(default(Date::new(2026, 11, 30)), "gpt-image-1-mini");
        assert_eq!(default(Date::new(2026, 12, 1)), "gpt-image-2.5-flare");
    }

    #[test]
    fn every_price_has_a_batch_half_or_says_that_none_is_known() {
        for model in Catalog::default().iter() {
            for row in model.rates {
                assert!(row.source.url.starts_with("https://"));
                let Fact::Known(batch) = row.batch else { continue };
                let standard = row.standard;
                for (half, whole) in [
                    (batch.text_input, standard.text_input),
                    (batch.cached_text_input, standard.cached_text_input),
                    (batch.image_input, standard.image_input),
                    (batch.cached_image_input, standard.cached_image_input),
                    (batch.image_output, standard.image_output),
                ] {
                    assert_eq!(half * 2, whole, "{}", model.id);
                }
                assert_eq!(batch.text_output.known().map(|rate| rate * 2), standard.text_output.known());
            }
            assert!(model.rates.windows(2).all(|pair| pair[0].from < pair[1].from), "{}", model.id);
            let priced = !model.rates.is_empty() || matches!(model.output_tokens, OutputTokens::PerImage);
            assert!(priced, "{}", model.id);
        }
    }

    #[test]
    fn every_preset_has_its_tokens_and_every_word_its_default() {
        for model in Catalog::default().iter() {
            assert!(model.qualities.default.is_none_or(|word| model.qualities.accepts(word)));
            if let (SizeRule::Presets { sizes, .. }, OutputTokens::Table(rows)) =
                (model.sizes, model.output_tokens)
            {
                let qualities = model.qualities.values.len() - 1;
                assert_eq!(rows.len(), sizes.len() * qualities, "{}", model.id);
            }
            if let SizeRule::Flexible(rule) = model.sizes {
                for (width, height) in rule.popular {
                    assert!(rule.accepts(*width, *height), "{}: {width}x{height}", model.id);
                }
            }
            assert_eq!(
                matches!(model.input_tokens, InputTokens::None),
                matches!(model.output_tokens, OutputTokens::PerImage)
            );
        }
    }
}
