//! `migrate`, `toRunware`, `fromRunware` and `batchFile`: the same request, elsewhere.

use wasm_bindgen::prelude::wasm_bindgen;

use super::bridge::{answer, answer_compact, answer_or_failure, operation, values, with_catalog};
use super::context;
use super::failure::Failure;
use crate::check;
use crate::request::{Operation, Value, batch, runware};

/// Moves a request to another model; the input is `{ request, target }`, then a context.
#[wasm_bindgen]
pub fn migrate(number: u32, length: usize, now: f64) -> usize {
    let migrated = || -> Result<_, Failure> {
        let (asked, beside) = values(length)?;
        let request = asked.get("request").cloned().unwrap_or(Value::Null);
        let context = context::read(&request, &beside, now)?;
        let operation = operation(number)?;
        let target = asked.get("target").and_then(Value::as_str);
        Ok(with_catalog(|catalog| check::migrate(operation, request, target, &context, catalog))?)
    };
    match migrated() {
        Ok(migrated) => answer_compact(&migrated),
        Err(failure) => answer(&failure),
    }
}

/// An OpenAI request as a Runware task; the input is `{ request, uuid }`.
#[wasm_bindgen]
pub fn to_runware(number: u32, length: usize) -> usize {
    let translated = || -> Result<_, Failure> {
        let (asked, _) = values(length)?;
        let operation = operation(number)?;
        let request = asked.get("request").unwrap_or(&Value::Null);
        let uuid = asked.get("uuid").and_then(Value::as_str).unwrap_or_default();
        Ok(with_catalog(|catalog| runware::to_runware(operation, request, uuid, catalog))?)
    };
    answer_or_failure(translated())
}

/// A Runware task as an OpenAI request, with the operation it became.
#[wasm_bindgen]
pub fn from_runware(length: usize) -> usize {
    let translated = || -> Result<_, Failure> {
        let (task, _) = values(length)?;
        let (operation, translated) = with_catalog(|catalog| runware::from_runware(&task, catalog))?;
        Ok((operation == Operation::Edit, translated))
    };
    answer_or_failure(translated())
}

/// The text of a Batch API input file; the input is the list of lines.
#[wasm_bindgen]
pub fn batch_file(length: usize) -> usize {
    let file = || -> Result<_, Failure> {
        let (lines, _) = values(length)?;
        let lines = lines.as_array().ok_or_else(|| Failure::user("lines", "lines: expected an array"))?;
        Ok(batch::write(lines)?)
    };
    answer_or_failure(file())
}
