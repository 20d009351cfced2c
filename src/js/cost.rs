//! `estimateCost`, `costFromUsage`, `cheapestSize` and `imagesPerMinute`.

use wasm_bindgen::prelude::wasm_bindgen;

use super::bridge::{NO_OPERATION, respond};
use super::failure::Failure;
#[cfg(feature = "extras")]
use super::packed::Plain;
use crate::cost::{self, ActualOptions};
#[cfg(feature = "extras")]
use crate::request::Value;

/// What a request will cost. `now` is in milliseconds since 1970.
#[wasm_bindgen]
pub fn estimate(number: u32, length: usize, now: f64) -> usize {
    respond(number, length, now, &|asked, out| {
        Ok(out.write(&cost::estimate(asked.operation, &asked.request, asked.context, asked.catalog)))
    })
}

/// What a reply has cost; the input is `{ model, usage }`, then a context of which `today` and `batch` count.
#[wasm_bindgen]
pub fn actual(length: usize, now: f64) -> usize {
    respond(NO_OPERATION, length, now, &|asked, out| {
        let reply = &asked.request;
        let model = reply.get("model").and_then(|model| model.as_str());
        let model = model.ok_or_else(|| Failure::user("model", "model: expected a string"))?;
        let usage = reply.get("usage").ok_or_else(|| Failure::user("usage", "usage: expected an object"))?;
        let options = ActualOptions { on: asked.context.today, batch: asked.context.batch };
        Ok(out.write(&cost::actual(model, usage, &options, asked.catalog)?))
    })
}

#[cfg(feature = "extras")]
/// The cheapest size; the input is `{ model, quality, ratio, tolerance, min_pixels }`, then a context.
#[wasm_bindgen]
pub fn cheapest(length: usize, now: f64) -> usize {
    respond(NO_OPERATION, length, now, &|asked, out| {
        let wanted = &asked.request;
        let text = |name| wanted.get(name).and_then(Value::as_str).unwrap_or_default();
        let number = |name| wanted.get(name).and_then(Value::as_number);
        let pixels = wanted.get("min_pixels").and_then(Value::as_integer).unwrap_or_default();
        let size = cost::Wanted {
            ratio: number("ratio"),
            tolerance: number("tolerance").unwrap_or_default(),
            quality: text("quality"),
            min_pixels: u32::try_from(pixels).unwrap_or(u32::MAX),
        };
        let found = cost::cheapest_size(text("model"), &size, asked.context.today, asked.catalog)?;
        Ok(out.write(&Plain(&found)))
    })
}

#[cfg(feature = "extras")]
/// How many images a tier allows in a minute, or null where nothing is published.
#[wasm_bindgen]
pub fn images_per_minute(number: u32, length: usize, now: f64, tier: u32) -> usize {
    respond(number, length, now, &|asked, out| {
        let count = asked.request.get("n").and_then(Value::as_integer);
        let count = count.and_then(|count| u32::try_from(count).ok()).unwrap_or(1);
        let estimate = cost::estimate(asked.operation, &asked.request, asked.context, asked.catalog);
        Ok(out.write(&Plain(&cost::rate(&estimate, count, tier, asked.catalog))))
    })
}
