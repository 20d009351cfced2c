//! Validate, price, build, send and decode requests to OpenAI's image models.
//!
//! The crate is a pure core with a thin JavaScript face. Data flows down this list, and nothing below calls upward:
//!
//! 1. [`request`]: what a caller asks for, as values that keep every field they were given.
//! 2. [`catalog`]: what each model accepts, what it costs, and when it ends. The only place that names a model.
//! 3. [`check`]: every problem of a request, with its fix; and the repair of what has one safe answer.
//! 4. [`cost`]: tokens and money, before the call as an interval and after it from the reported usage.
//! 5. [`picture`]: what the header of an image file says, without decoding it.
//! 6. [`wire`]: values to bytes (JSON, multipart) and bytes to values (the incremental scanner of replies).
//! 7. [`exchange`]: the decisions of a call: send, wait, give up. The clock and the dice are arguments.
//!
//! 8. [`client`]: one call as its host sees it, which has `fetch` and the timers and tells what came of them.
//!
//! A further module exists on wasm only: `js` is the face that the npm package shows. Everything above it builds
//! natively, does no I/O, and panics on no input.

// What only the extras use stands beside its likes.
#![cfg_attr(not(feature = "extras"), allow(dead_code, unused_imports))]

pub mod catalog;
pub mod check;
pub mod client;
pub mod cost;
pub mod date;
mod digits;
pub mod exchange;
pub mod picture;
mod repeats;
pub mod request;
mod text;
pub mod wire;

#[cfg(all(target_arch = "wasm32", feature = "js"))]
mod js;
