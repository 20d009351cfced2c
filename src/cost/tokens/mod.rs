//! How many tokens a call has: the finished images, the input images, and the text around the prompt.
//!
//! The numbers stand in the catalogue; here is the counting. All of it is in whole numbers, so nothing depends on how floats
//! round.

mod input;
mod output;
mod text;

pub use input::{input, input_bounds};
pub use output::{draws, output, output_range};
pub use text::{CALL_OVERHEAD, text};

/// A count that is known only within bounds.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Count {
    /// The least it can be.
    pub min: u32,
    /// What to expect.
    pub expected: u32,
    /// The most it can be; `None` where nothing bounds it.
    pub max: Option<u32>,
}

impl Count {
    /// A count that is known.
    pub const fn exact(count: u32) -> Self {
        Self { min: count, expected: count, max: Some(count) }
    }
}

/// A sum of counts, at most the largest count there is.
fn cut(sum: u64) -> u32 {
    u32::try_from(sum).unwrap_or(u32::MAX)
}
