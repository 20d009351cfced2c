//! Money as whole nano-dollars.

use core::fmt;

use crate::digits::push_natural;

/// An amount of US dollars in billionths. Every published price per token is a whole number of them, so sums are exact.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct NanoUsd(u64);

impl NanoUsd {
    /// Nothing.
    pub const ZERO: Self = Self(0);

    /// So many billionths of a dollar.
    pub const fn new(nano: u64) -> Self {
        Self(nano)
    }

    /// In billionths of a dollar.
    pub const fn get(self) -> u64 {
        self.0
    }

    /// So many tokens at a rate in nano-dollars per token. Stops at the largest amount (18 billion dollars).
    pub const fn of_tokens(tokens: u64, rate: u32) -> Self {
        Self(tokens).times(rate as u64)
    }

    /// So many tokens at a rate in nano-dollars per token; `None` above the largest amount.
    pub fn checked_of_tokens(tokens: u64, rate: u32) -> Option<Self> {
        product(tokens, u64::from(rate)).map(Self)
    }

    /// The sum; `None` above the largest amount.
    pub fn checked_plus(self, other: Self) -> Option<Self> {
        self.0.checked_add(other.0).map(Self)
    }

    /// The sum, stopping at the largest amount.
    #[must_use]
    pub const fn plus(self, other: Self) -> Self {
        Self(self.0.saturating_add(other.0))
    }

    /// So many times the amount, stopping at the largest.
    #[must_use]
    pub const fn times(self, count: u64) -> Self {
        match product(self.0, count) {
            Some(nano) => Self(nano),
            None => Self(u64::MAX),
        }
    }

    /// Half the amount, rounded up to a whole nano-dollar.
    #[must_use]
    pub const fn half(self) -> Self {
        Self(self.0.div_ceil(2))
    }

    /// Dollars as a decimal: `0.011`, `0.00054`, `3`. Exact, without trailing zeros. `to_string` would bring the formatting
    /// machinery along.
    pub(crate) fn decimal(self) -> String {
        const NANO: u64 = 1_000_000_000;
        let mut out = String::new();
        push_natural(&mut out, self.0 / NANO, 1);
        let (mut fraction, mut digits) = (self.0 % NANO, 9_usize);
        if fraction > 0 {
            while fraction % 10 == 0 {
                (fraction, digits) = (fraction / 10, digits.saturating_sub(1));
            }
            out.push('.');
            push_natural(&mut out, fraction, digits);
        }
        out
    }

    /// As a number of dollars, the nearest there is: exact in every digit that is printed up to nine million dollars.
    #[allow(clippy::cast_precision_loss, reason = "the loss is documented")]
    pub fn as_usd(self) -> f64 {
        self.0 as f64 / 1e9
    }
}

/// The product, if it fits. In one place, for a multiplication that looks at 128 bits is long and slow in WebAssembly.
#[inline(never)]
const fn product(a: u64, b: u64) -> Option<u64> {
    if a <= u32::MAX as u64 && b <= u32::MAX as u64 { Some(a.wrapping_mul(b)) } else { a.checked_mul(b) }
}

impl fmt::Display for NanoUsd {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.decimal())
    }
}

#[cfg(test)]
mod tests {
    use super::NanoUsd;

    #[test]
    fn amounts_print_exactly() {
        for (nano, text) in [
            (0, "0"),
            (1, "0.000000001"),
            (11_000_000, "0.011"),
            (3_000_000_000, "3"),
            (1_000_000_001, "1.000000001"),
            (u64::MAX, "18446744073.709551615"),
        ] {
            assert_eq!(NanoUsd::new(nano).to_string(), text);
        }
    }

    #[test]
    fn sums_stop_at_the_end_instead_of_wrapping() {
        assert_eq!(NanoUsd::new(u64::MAX).plus(NanoUsd::new(1)).get(), u64::MAX);
        assert_eq!(NanoUsd::of_tokens(u64::MAX, 8_000).get(), u64::MAX);
        assert_eq!(NanoUsd::new(3).half().get(), 2);
        assert_eq!(NanoUsd::new(u64::MAX).checked_plus(NanoUsd::new(1)), None);
        assert_eq!(NanoUsd::checked_of_tokens(u64::MAX, 2), None);
        assert_eq!(NanoUsd::checked_of_tokens(4160, 40_000), Some(NanoUsd::new(166_400_000)));
    }
}
