//! `models` and `extendCatalog`.

use wasm_bindgen::prelude::wasm_bindgen;

use super::bridge::{answer, with_request};
#[cfg(feature = "extras")]
use super::bridge::{answer_or_failure, values, with_catalog_mut};
#[cfg(feature = "extras")]
use super::failure::Failure;

/// Every model of the catalogue as it stands on the day of the context, or of `now` (milliseconds since 1970).
#[wasm_bindgen]
pub fn models(length: usize, now: f64) -> usize {
    with_request(length, now, &|_, context, catalog| Ok(answer(&catalog.info(context.today))))
}

#[cfg(feature = "extras")]
/// Adds entries to the catalogue, or changes those of the same id.
#[wasm_bindgen]
pub fn extend_catalog(length: usize) -> usize {
    let extended = || -> Result<(), Failure> {
        let (entries, _) = values(length)?;
        Ok(with_catalog_mut(|catalog| catalog.extend(&entries))?)
    };
    answer_or_failure(extended())
}
