//! What a request costs: tokens first, then money, before the call as an interval and after it from the usage.

pub mod actual;
#[cfg(feature = "extras")]
pub mod cheapest;
pub mod estimate;
pub mod interval;
pub mod kind;
pub mod money;
#[cfg(feature = "extras")]
pub mod rate;
mod serialize;
pub mod tokens;

pub use actual::{ActualOptions, Cost, CostError, CostNote, actual};
#[cfg(feature = "extras")]
pub use cheapest::{Cheapest, CheapestError, Wanted, cheapest_size};
pub use estimate::{Basis, Estimate, Note, estimate};
pub use interval::{Bounds, Interval};
pub use kind::Kind;
pub use money::NanoUsd;
#[cfg(feature = "extras")]
pub use rate::{Rate, rate};
