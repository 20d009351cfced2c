//! `validate` and `normalize`.

use wasm_bindgen::prelude::wasm_bindgen;

use super::bridge::{NO_OPERATION, respond};
use crate::check;

/// What [`validate`] answers when it must see the prompt itself.
const NEEDS_TEXT: usize = usize::MAX;

/// Checks a request against the rules; 0 when there is nothing to say about it. `now` is in milliseconds since 1970.
/// `stand_in` tells that something of the same length may stand for the prompt: about that nothing may be said.
#[wasm_bindgen]
pub fn validate(number: u32, length: usize, now: f64, stand_in: bool) -> usize {
    respond(number, length, now, &|asked, out| {
        let report = check::check(asked.operation, &asked.request, asked.context, asked.catalog);
        Ok(if report.issues.is_empty() {
            0
        } else if stand_in && report.issues.iter().any(|issue| issue.param == "prompt") {
            NEEDS_TEXT
        } else {
            out.write(&report)
        })
    })
}

/// Repairs what has one safe answer.
#[wasm_bindgen]
pub fn normalize(number: u32, length: usize, now: f64) -> usize {
    respond(number, length, now, &|asked, out| {
        Ok(out.write(&check::normalize(asked.operation, asked.request, asked.context, asked.catalog)))
    })
}

/// What a model accepts whatever else is asked of it, or null; the input is its id or null.
#[wasm_bindgen]
pub fn accepted(length: usize, now: f64) -> usize {
    respond(NO_OPERATION, length, now, &|asked, out| {
        Ok(out.write(&check::accepted(asked.request.as_str(), asked.context, asked.catalog)))
    })
}
