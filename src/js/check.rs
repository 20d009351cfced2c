//! `validate` and `normalize`.

use wasm_bindgen::prelude::wasm_bindgen;

use super::bridge::{answer, answer_compact, operation, values, with_catalog};
use super::context;
use super::failure::Failure;
use crate::check;

/// What [`validate`] answers when it must see the prompt itself.
const NEEDS_TEXT: usize = usize::MAX;

/// Checks a request against the rules; 0 when there is nothing to say about it. `now` is in milliseconds since 1970.
/// `stand_in` tells that something of the same length may stand for the prompt: about that nothing may be said.
#[wasm_bindgen]
pub fn validate(number: u32, length: usize, now: f64, stand_in: bool) -> usize {
    let report = || -> Result<_, Failure> {
        let (request, beside) = values(length)?;
        let context = context::read(&request, &beside, now)?;
        let operation = operation(number)?;
        Ok(with_catalog(|catalog| check::check(operation, &request, &context, catalog)))
    };
    match report() {
        Ok(report) if report.issues.is_empty() => 0,
        Ok(report) if stand_in && report.issues.iter().any(|issue| issue.param == "prompt") => NEEDS_TEXT,
        Ok(report) => answer_compact(&report),
        Err(failure) => answer(&failure),
    }
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
    match normalized() {
        Ok(normalized) => answer_compact(&normalized),
        Err(failure) => answer(&failure),
    }
}

/// What a model accepts whatever else is asked of it, or null; the input is its id or null.
#[wasm_bindgen]
pub fn accepted(length: usize, now: f64) -> usize {
    let accepted = || -> Result<_, Failure> {
        let (id, beside) = values(length)?;
        let context = context::read(&id, &beside, now)?;
        Ok(with_catalog(|catalog| check::accepted(id.as_str(), &context, catalog)))
    };
    match accepted() {
        Ok(accepted) => answer_compact(&accepted),
        Err(failure) => answer(&failure),
    }
}
