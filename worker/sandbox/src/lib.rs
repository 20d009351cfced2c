//! The pictures of the offline upstream: drawn from the words of a prompt, in any size, the same every time.
#![cfg_attr(test, allow(clippy::arithmetic_side_effects, clippy::float_cmp))]
#![allow(
    clippy::cast_possible_truncation,
    clippy::cast_possible_wrap,
    clippy::cast_precision_loss,
    clippy::cast_sign_loss,
    clippy::many_single_char_names,
    clippy::unreadable_literal,
    reason = "drawing moves between pixels and fractions all the time; `as` saturates and pictures are small; colours are written as CSS writes them"
)]

pub mod api;
pub mod base64;
pub mod codec;
pub mod draw;
pub mod edit;
pub mod partial;
pub mod scene;
pub mod words;

#[cfg(target_arch = "wasm32")]
pub mod face;
