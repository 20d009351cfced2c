//! Numbers as JavaScript prints them: the fewest digits that read back as the same number.
//!
//! The standard library's float formatting would do natively, but weighs 7 KB of compressed WebAssembly; this is
//! Steele and White's free-format algorithm over a small big integer, slow (microseconds) and small.
//! Layout of the digits: ECMA-262, `Number::toString`, <https://tc39.es/ecma262/#sec-numeric-types-number-tostring>.

use crate::digits::{push_integer, push_natural};

/// Appends `number` as `JSON.stringify` prints it; NaN and the infinities become `null`, as there.
pub fn write(number: f64, out: &mut String) {
    if !number.is_finite() {
        out.push_str("null");
        return;
    }
    #[allow(
        clippy::cast_possible_truncation,
        reason = "the cast saturates; what it changes is no whole number here"
    )]
    let whole = number as i64;
    #[allow(
        clippy::cast_precision_loss,
        clippy::float_cmp,
        reason = "exact within the range, and exactness is asked"
    )]
    // 2^53: up to here each whole number is itself, and needs no search for its digits.
    if number.abs() <= 9_007_199_254_740_992.0 && whole as f64 == number {
        push_integer(out, whole);
        return;
    }
    if number < 0.0 {
        out.push('-');
    }
    let (digits, point) = shortest(number.abs());
    lay_out(&digits, point, out);
}

/// Appends a whole number in decimal.
pub fn write_integer(number: u64, out: &mut String) {
    push_natural(out, number, 1);
}

/// Prints `0.DIGITS x 10^point`.
fn lay_out(digits: &str, point: i32, out: &mut String) {
    let count = i32::try_from(digits.len()).unwrap_or(i32::MAX);
    let is_plain = (-5..=21).contains(&point);
    // How many digits stand before the point.
    let before = if is_plain { point.clamp(0, count) } else { 1 };
    let (whole, fraction) =
        usize::try_from(before).ok().and_then(|before| digits.split_at_checked(before)).unwrap_or_default();
    out.push_str(if before == 0 { "0" } else { whole });
    if is_plain {
        (count..point).for_each(|_| out.push('0'));
    }
    if !fraction.is_empty() {
        out.push('.');
        if is_plain {
            (point..0).for_each(|_| out.push('0'));
        }
        out.push_str(fraction);
    }
    if !is_plain {
        let exponent = point.wrapping_sub(1);
        out.push_str(if exponent < 0 { "e-" } else { "e+" });
        push_natural(out, exponent.unsigned_abs().into(), 1);
    }
}

/// The shortest digits of a positive finite number, and where the point stands before them: `0.DIGITS x 10^point`.
fn shortest(number: f64) -> (String, i32) {
    let bits = number.to_bits();
    let fraction = bits & 0x000f_ffff_ffff_ffff;
    #[allow(clippy::cast_possible_truncation, reason = "eleven bits")]
    let biased = ((bits >> 52) & 0x7ff) as i32;
    let (mantissa, exponent) =
        if biased == 0 { (fraction, -1074) } else { (fraction | 1 << 52, biased.wrapping_sub(1075)) };
    // Below a power of two the neighbour is twice as near as above it.
    let uneven = u32::from(fraction == 0 && biased > 1);
    let even = mantissa % 2 == 0;
    let up = u32::try_from(exponent).unwrap_or(0);
    let down = u32::try_from(exponent.wrapping_neg()).unwrap_or(0);
    // The number is rest/scale; the half-distances to its neighbours are above/scale and below/scale.
    let mut rest = Natural::new(mantissa, up.wrapping_add(1).wrapping_add(uneven));
    let mut scale = Natural::new(1, down.wrapping_add(1).wrapping_add(uneven));
    let mut above = Natural::new(1, up.wrapping_add(uneven));
    let mut below = Natural::new(1, up);
    // How far the point moves: log10 of the number, too small by one at most, which the next test mends.
    let magnitude = 64_i32.wrapping_sub(mantissa.leading_zeros().cast_signed()).wrapping_add(exponent);
    let mut point = magnitude.wrapping_sub(1).wrapping_mul(30_103).div_euclid(100_000);
    for _ in 0..point {
        scale.times_ten();
    }
    for _ in point..0 {
        rest.times_ten();
        above.times_ten();
        below.times_ten();
    }
    while rest.plus(&above).reaches(&scale, even) {
        scale.times_ten();
        point = point.wrapping_add(1);
    }
    let mut digits = String::new();
    loop {
        rest.times_ten();
        above.times_ten();
        below.times_ten();
        let mut digit = 0_u8;
        while !rest.is_less(&scale) {
            rest.add(&scale, -1);
            digit = digit.wrapping_add(1);
        }
        let low = below.reaches(&rest, even);
        let high = rest.plus(&above).reaches(&scale, even);
        let is_last = low || high || digits.len() >= 17;
        if high && !(low && rest.plus(&rest).is_less(&scale)) {
            digit = digit.wrapping_add(1);
        }
        digits.push(char::from(b'0'.wrapping_add(digit)));
        if is_last {
            return (digits, point);
        }
    }
}

/// A natural number below 2^1280: enough for every double in either direction.
#[derive(Clone)]
struct Natural([u32; 40]);

impl Natural {
    /// `value x 2^shift`.
    #[allow(clippy::cast_possible_truncation, reason = "the two halves")]
    fn new(value: u64, shift: u32) -> Self {
        let mut limbs = [0; 40];
        let (mut low, mut high) = (u64::from(value as u32) << (shift % 32), (value >> 32) << (shift % 32));
        for limb in limbs.iter_mut().skip((shift / 32) as usize) {
            *limb = low as u32;
            low = (low >> 32).wrapping_add(core::mem::take(&mut high));
        }
        Self(limbs)
    }

    /// Adds so many times another number, and answers whether that has come below zero.
    #[allow(
        clippy::cast_possible_truncation,
        clippy::cast_sign_loss,
        reason = "the low half; the high half is carried, with the sign"
    )]
    fn add(&mut self, other: &Self, times: i64) -> bool {
        let mut carry = 0_i64;
        for (limb, addend) in self.0.iter_mut().zip(other.0) {
            carry = i64::from(addend).wrapping_mul(times).wrapping_add(carry).wrapping_add(i64::from(*limb));
            *limb = carry as u32;
            carry >>= 32;
        }
        carry < 0
    }

    fn plus(&self, other: &Self) -> Self {
        let mut sum = self.clone();
        sum.add(other, 1);
        sum
    }

    fn times_ten(&mut self) {
        self.add(&self.clone(), 9);
    }

    /// Whether the way to the neighbour comes as far as `end`, which itself belongs to an even number.
    fn reaches(&self, end: &Self, even: bool) -> bool {
        if even { !self.is_less(end) } else { end.is_less(self) }
    }

    fn is_less(&self, other: &Self) -> bool {
        self.clone().add(other, -1)
    }
}

#[cfg(test)]
#[allow(
    clippy::arithmetic_side_effects,
    clippy::float_cmp,
    reason = "small numbers, exact equality is the point"
)]
mod tests {
    use super::write;

    fn text(number: f64) -> String {
        let mut out = String::new();
        write(number, &mut out);
        out
    }

    #[test]
    fn prints_as_javascript_does() {
        // Each right side is what `String(n)` gives in Node 22.
        for (number, expected) in [
            (0.0, "0"),
            (-0.0, "0"),
            (1.0, "1"),
            (-1.0, "-1"),
            (0.7, "0.7"),
            (0.1 + 0.2, "0.30000000000000004"),
            (1536.0, "1536"),
            (9_007_199_254_740_991.0, "9007199254740991"),
            (9_007_199_254_740_994.0, "9007199254740994"),
            (1e20, "100000000000000000000"),
            (123_456_789_012_345_680_000.0, "123456789012345680000"),
            (1e21, "1e+21"),
            (1.5e21, "1.5e+21"),
            (1e-6, "0.000001"),
            (1.5e-6, "0.0000015"),
            (1e-7, "1e-7"),
            (1.25e-7, "1.25e-7"),
            (5e-324, "5e-324"),
            (f64::MAX, "1.7976931348623157e+308"),
            (f64::MIN_POSITIVE, "2.2250738585072014e-308"),
            (4.35, "4.35"),
            (9.5, "9.5"),
            (100.25, "100.25"),
            (f64::NAN, "null"),
            (f64::INFINITY, "null"),
        ] {
            assert_eq!(text(number), expected, "{number:e}");
        }
    }

    /// The digits and exponent the standard library finds, laid out by the rules of ECMA-262.
    fn reference(number: f64) -> String {
        let scientific = format!("{:e}", number.abs());
        let (digits, exponent) = scientific.split_once('e').unwrap();
        let digits = digits.replace('.', "");
        let mut out = String::new();
        if number < 0.0 {
            out.push('-');
        }
        super::lay_out(&digits, exponent.parse::<i32>().unwrap() + 1, &mut out);
        out
    }

    #[test]
    fn powers_of_two_and_ten_have_the_shortest_digits() {
        for exponent in -1074..1024 {
            let number = if exponent < -1022 {
                f64::from_bits(1_u64 << (exponent + 1074))
            } else {
                f64::from_bits(u64::try_from(exponent + 1023).unwrap() << 52)
            };
            for number in [number, f64::from_bits(number.to_bits() + 1), f64::from_bits(number.to_bits() - 1)]
            {
                if number != 0.0 {
                    assert_eq!(text(number), reference(number), "{number:e}");
                }
            }
        }
        for exponent in -323..309 {
            let number: f64 = format!("1e{exponent}").parse().unwrap();
            assert_eq!(text(number), reference(number), "{number:e}");
        }
    }

    #[cfg(not(target_arch = "wasm32"))]
    proptest::proptest! {
        #[test]
        fn every_number_has_the_shortest_digits_and_reads_back(bits: u64) {
            let number = f64::from_bits(bits);
            if number.is_finite() && number != 0.0 {
                proptest::prop_assert_eq!(text(number), reference(number));
                proptest::prop_assert_eq!(text(number).parse::<f64>().unwrap(), number);
            }
        }
    }
}
