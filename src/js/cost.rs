//! `estimateCost` and `costFromUsage`.

use wasm_bindgen::prelude::wasm_bindgen;

use super::bridge::{answer_or_failure, operation, values, with_catalog};
use super::context;
use super::failure::Failure;
use crate::cost::{self, ActualOptions};

/// What a request will cost. `now` is in milliseconds since 1970.
#[wasm_bindgen]
pub fn estimate(number: u32, length: usize, now: f64) -> usize {
    let estimate = || -> Result<_, Failure> {
        let (request, beside) = values(length)?;
        let context = context::read(&request, &beside, now)?;
        let operation = operation(number)?;
        Ok(with_catalog(|catalog| cost::estimate(operation, &request, &context, catalog)))
    };
    answer_or_failure(estimate())
}

/// What a reply has cost; the input is `{ model, usage }`, then a context of which `today` and `batch` count.
#[wasm_bindgen]
pub fn actual(length: usize, now: f64) -> usize {
    let cost = || -> Result<_, Failure> {
        let (reply, beside) = values(length)?;
        let context = context::read(&reply, &beside, now)?;
        let model = reply.get("model").and_then(|model| model.as_str());
        let model = model.ok_or_else(|| Failure::user("model", "model: expected a string"))?;
        let usage = reply.get("usage").ok_or_else(|| Failure::user("usage", "usage: expected an object"))?;
        let options = ActualOptions { on: context.today, batch: context.batch };
        Ok(with_catalog(|catalog| cost::actual(model, usage, &options, catalog))?)
    };
    answer_or_failure(cost())
}
