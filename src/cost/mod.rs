//! What a request costs: tokens first, then money, before the call as an interval and after it from the usage.

pub mod actual;
pub mod cheapest;
pub mod estimate;
pub mod money;
pub mod rate;
mod serialize;
pub mod tokens;

pub use actual::{ActualOptions, Cost, CostError, actual};
pub use cheapest::{Cheapest, CheapestError, Wanted, cheapest_size};
pub use estimate::{Basis, Estimate, Interval, Kind, estimate};
pub use money::NanoUsd;
pub use rate::{Rate, rate};
