//! What a request costs: tokens first, then money, before the call as an interval and after it from the usage.

pub mod actual;
pub mod cheapest;
pub mod estimate;
pub mod interval;
pub mod kind;
pub mod money;
pub mod rate;
mod serialize;
pub mod tokens;

pub use actual::{ActualOptions, Cost, CostError, CostNote, actual};
pub use cheapest::{Cheapest, CheapestError, Wanted, cheapest_size};
pub use estimate::{Basis, Estimate, Note, estimate};
pub use interval::{Bounds, Interval};
pub use kind::Kind;
pub use money::NanoUsd;
pub use rate::{Rate, rate};
