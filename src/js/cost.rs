//! `estimateCost`, `costFromUsage`, `cheapestSize` and `imagesPerMinute`.

use wasm_bindgen::prelude::wasm_bindgen;

use super::bridge::{answer, answer_compact, operation, with_request};
use super::failure::Failure;
use crate::cost::{self, ActualOptions, Wanted};
use crate::request::Value;

/// What a request will cost. `now` is in milliseconds since 1970.
#[wasm_bindgen]
pub fn estimate(number: u32, length: usize, now: f64) -> usize {
    with_request(length, now, &|request, context, catalog| {
        Ok(answer_compact(&cost::estimate(operation(number)?, request, context, catalog)))
    })
}

/// What a reply has cost; the input is `{ model, usage }`, then a context of which `today` and `batch` count.
#[wasm_bindgen]
pub fn actual(length: usize, now: f64) -> usize {
    with_request(length, now, &|reply, context, catalog| {
        let model = reply.get("model").and_then(|model| model.as_str());
        let model = model.ok_or_else(|| Failure::user("model", "model: expected a string"))?;
        let usage = reply.get("usage").ok_or_else(|| Failure::user("usage", "usage: expected an object"))?;
        let options = ActualOptions { on: context.today, batch: context.batch };
        Ok(answer(&cost::actual(model, usage, &options, catalog)?))
    })
}

/// The cheapest size; the input is `{ model, quality, ratio, tolerance, min_pixels }`, then a context.
#[wasm_bindgen]
pub fn cheapest(length: usize, now: f64) -> usize {
    with_request(length, now, &|wanted, context, catalog| {
        let text = |name| wanted.get(name).and_then(Value::as_str).unwrap_or_default();
        let number = |name| wanted.get(name).and_then(Value::as_number);
        let pixels = wanted.get("min_pixels").and_then(Value::as_integer).unwrap_or_default();
        let size = Wanted {
            ratio: number("ratio"),
            tolerance: number("tolerance").unwrap_or_default(),
            quality: text("quality"),
            min_pixels: u32::try_from(pixels).unwrap_or(u32::MAX),
        };
        Ok(answer(&cost::cheapest_size(text("model"), &size, context.today, catalog)?))
    })
}

/// How many images a tier allows in a minute, or null where nothing is published.
#[wasm_bindgen]
pub fn images_per_minute(number: u32, length: usize, now: f64, tier: u32) -> usize {
    with_request(length, now, &|request, context, catalog| {
        let count = request.get("n").and_then(Value::as_integer).and_then(|count| u32::try_from(count).ok());
        let estimate = cost::estimate(operation(number)?, request, context, catalog);
        Ok(answer(&cost::rate(&estimate, count.unwrap_or(1), tier, catalog)))
    })
}
