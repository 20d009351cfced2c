//! `inspectImage`.

use wasm_bindgen::prelude::wasm_bindgen;

use super::bridge::respond_to_bytes;
use super::failure::Failure;
use crate::picture;

/// Reads the header at the beginning of the input.
#[wasm_bindgen]
pub fn inspect(length: usize) -> usize {
    respond_to_bytes(length, &|bytes, out| match picture::inspect(bytes) {
        Ok(info) => out.write(&info),
        Err(problem) => out.write(&Failure::from(problem)),
    })
}
