//! `validate` and `normalize`.

use wasm_bindgen::prelude::wasm_bindgen;

use super::bridge::{
    answer, answer_compact, answer_or_failure, operation, values, with_catalog, with_request,
};
use super::context;
use super::failure::Failure;
use crate::check;

/// What [`validate`] answers when it must see the prompt itself.
const NEEDS_TEXT: usize = usize::MAX;

/// Checks a request against the rules; 0 when there is nothing to say about it. `now` is in milliseconds since 1970.
/// `stand_in` tells that something of the same length may stand for the prompt: about that nothing may be said.
#[wasm_bindgen]
pub fn validate(number: u32, length: usize, now: f64, stand_in: bool) -> usize {
    with_request(length, now, &|request, context, catalog| {
        let report = check::check(operation(number)?, request, context, catalog);
        Ok(match report.issues.as_slice() {
            [] => 0,
            issues if stand_in && issues.iter().any(|issue| issue.param == "prompt") => NEEDS_TEXT,
            _ => answer_compact(&report),
        })
    })
}

/// Repairs what has one safe answer.
#[wasm_bindgen]
pub fn normalize(number: u32, length: usize, now: f64) -> usize {
    let normalized = || -> Result<_, Failure> {
        let (request, beside) = values(length)?;
        let context = context::read(&request, &beside, now)?;
        let operation = operation(number)?;
        Ok(with_catalog(|catalog| check::normalize(operation, request, &context, catalog)))
    };
    answer_or_failure(normalized())
}

/// What a model accepts whatever else is asked of it, or null; the input is its id or null.
#[wasm_bindgen]
pub fn accepted(length: usize, now: f64) -> usize {
    with_request(length, now, &|id, context, catalog| {
        Ok(answer(&check::accepted(id.as_str(), context, catalog)))
    })
}
