//! `inspectImage`.

use wasm_bindgen::prelude::wasm_bindgen;

use super::bridge::{answer_or_failure, with_bytes};
use super::failure::Failure;
use crate::picture;

/// Reads the header at the beginning of the input.
#[wasm_bindgen]
pub fn inspect(length: usize) -> usize {
    answer_or_failure(with_bytes(length, picture::inspect).map_err(Failure::from))
}
