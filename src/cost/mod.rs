//! What a request costs: tokens first, then money, before the call as an interval and after it from the usage.

pub mod money;
pub mod tokens;

pub use money::NanoUsd;
