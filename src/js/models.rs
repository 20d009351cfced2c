//! `models`.

use wasm_bindgen::prelude::wasm_bindgen;

use super::bridge::{answer_or_failure, values, with_catalog};
use super::context;

/// Every model of the catalogue as it stands on the day of the context, or of `now` (milliseconds since 1970).
#[wasm_bindgen]
pub fn models(length: usize, now: f64) -> usize {
    answer_or_failure(values(length).and_then(|(request, beside)| {
        let context = context::read(&request, &beside, now)?;
        Ok(with_catalog(|catalog| catalog.info(context.today)))
    }))
}
