//! The JavaScript face: converts, calls the core, converts back. No logic.
//!
//! Everything but the client crosses as packed bytes ([`packed`]): JavaScript writes a request into the input buffer and
//! calls one of the functions below with numbers only; the answer stands in the output buffer. Each function returns
//! the length of its answer in bytes, and 0 for the one answer that needs no bytes. `src/npm/` is the only caller.
//!
//! Each function replaces the output buffer, and may move both buffers: JavaScript asks for their addresses again and
//! never keeps a view.

#![allow(
    unreachable_pub,
    reason = "what wasm-bindgen exports must be pub, though nothing in the crate imports it"
)]

mod bridge;
mod check;
mod client;
mod context;
mod cost;
mod failure;
mod models;
mod packed;
mod picture;
#[cfg(feature = "extras")]
mod translate;
mod wire;

#[global_allocator]
static ALLOCATOR: talc::wasm::WasmDynamicTalc = talc::wasm::new_wasm_dynamic_allocator();
