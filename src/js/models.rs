//! `models` and `extendCatalog`.

use wasm_bindgen::prelude::wasm_bindgen;

use super::bridge::{NO_OPERATION, respond};
use super::packed::Plain;

/// Every model of the catalogue as it stands on the day of the context, or of `now` (milliseconds since 1970).
#[wasm_bindgen]
pub fn models(length: usize, now: f64) -> usize {
    respond(NO_OPERATION, length, now, &|asked, out| {
        Ok(out.write(&Plain(&asked.catalog.info(asked.context.today))))
    })
}

#[cfg(feature = "extras")]
/// Adds entries to the catalogue, or changes those of the same id.
#[wasm_bindgen]
pub fn extend_catalog(length: usize) -> usize {
    respond(NO_OPERATION, length, 0.0, &|asked, out| {
        asked.catalog.extend(&asked.request)?;
        Ok(out.write(&Plain(&())))
    })
}
