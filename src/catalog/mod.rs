//! What each model is: one table, data only. No other module names a model.

pub mod model;
pub mod rates;

mod gpt_image_1_mini;

pub use model::{Fact, Model, Source, Status};

use crate::date::Date;

/// The built-in entries, in the order they are shown.
const BUILT_IN: &[&Model] = &[&gpt_image_1_mini::MODEL];

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
