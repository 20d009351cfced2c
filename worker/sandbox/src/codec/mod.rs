//! Picture files: real PNG, JPEG and WebP in both directions.

mod decode;
mod encode;
mod orient;

pub use decode::{Unreadable, decode};
pub use encode::{Format, encode};
