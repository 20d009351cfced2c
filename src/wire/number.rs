//! Numbers as JavaScript prints them: the fewest digits that read back as the same number.
//!
//! The standard library's float formatting would do natively, but weighs 7 KB of compressed WebAssembly; this is
//! Steele and White's free-format algorithm over a small big integer, slow (microseconds) and small.
//! Layout of the digits: ECMA-262, `Number::toString`, <https://tc39.es/ecma262/#sec-numeric-types-number-tostring>.

use core::cmp::Ordering;

/// Appends `number` as `JSON.stringify` prints it; NaN and the infinities become `null`, as there.
pub fn write(number: f64, out: &mut String) {
    if !number.is_finite() {
        out.push_str("null");
        return;
    }
    if number < 0.0 {
        out.push('-');
    }
    let positive = number.abs();
    // 2^53: up to here each whole number is itself, and needs no search for its digits.
    if positive <= 9_007_199_254_740_992.0 && positive.fract() == 0.0 {
        #[allow(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "whole and within range")]
        write_integer(positive as u64, out);
        return;
    }
    let (digits, point) = shortest(positive);
    lay_out(&digits, point, out);
}

/// Appends a whole number in decimal.
pub fn write_integer(mut number: u64, out: &mut String) {
    let mut digits = [b'0'; 20];
    let mut first = digits.len();
    for (at, digit) in digits.iter_mut().enumerate().rev() {
        *digit = decimal((number % 10) as u32);
        number /= 10;
        first = at;
        if number == 0 {
            break;
        }
    }
    out.extend(digits.iter().skip(first).map(|digit| char::from(*digit)));
}

/// The character of a digit from 0 to 9.
fn decimal(digit: u32) -> u8 {
    char::from_digit(digit, 10).map_or(b'0', |digit| digit as u8)
}

/// Prints `0.DIGITS x 10^point`.
fn lay_out(digits: &[u8], point: i32, out: &mut String) {
    let count = i32::try_from(digits.len()).unwrap_or(i32::MAX);
    let text = || digits.iter().map(|digit| char::from(*digit));
    let whole = usize::try_from(point).unwrap_or(0);
    if (-5..=0).contains(&point) {
        out.push_str("0.");
        (point..0).for_each(|_| out.push('0'));
        out.extend(text());
    } else if (1..=21).contains(&point) {
        out.extend(text().take(whole));
        (count..point).for_each(|_| out.push('0'));
        if count > point {
            out.push('.');
            out.extend(text().skip(whole));
        }
    } else {
        out.extend(text().take(1));
        if count > 1 {
            out.push('.');
            out.extend(text().skip(1));
        }
        let exponent = point.saturating_sub(1);
        out.push_str(if exponent < 0 { "e-" } else { "e+" });
        write_integer(u64::from(exponent.unsigned_abs()), out);
    }
}

/// The shortest digits of a positive finite number, and where the point stands before them: `0.DIGITS x 10^point`.
fn shortest(number: f64) -> (Vec<u8>, i32) {
    let bits = number.to_bits();
    let fraction = bits & 0x000f_ffff_ffff_ffff;
    #[allow(clippy::cast_possible_truncation, reason = "eleven bits")]
    let biased = ((bits >> 52) & 0x7ff) as i32;
    let (mantissa, exponent) =
        if biased == 0 { (fraction, -1074) } else { (fraction | 1 << 52, biased.saturating_sub(1075)) };
    // Below a power of two the neighbour is twice as near as above it.
    let uneven = u32::from(fraction == 0 && biased > 1);
    let even = mantissa % 2 == 0;
    let up = u32::try_from(exponent).unwrap_or(0);
    let down = u32::try_from(exponent.saturating_neg()).unwrap_or(0);
    // The number is rest/scale; the half-distances to its neighbours are above/scale and below/scale.
    let mut rest = Natural::new(mantissa).shifted(up.saturating_add(1).saturating_add(uneven));
    let mut scale = Natural::new(1).shifted(down.saturating_add(1).saturating_add(uneven));
    let mut above = Natural::new(1).shifted(up.saturating_add(uneven));
    let mut below = Natural::new(1).shifted(up);
    // How far the point moves: log10 of the number, too small by one at most, which the next test mends.
    let magnitude = 64_i32.saturating_sub(mantissa.leading_zeros().cast_signed()).saturating_add(exponent);
    let mut point = magnitude.saturating_sub(1).saturating_mul(30_103).div_euclid(100_000);
    for _ in 0..point {
        scale.multiply(10);
    }
    for _ in point..0 {
        rest.multiply(10);
        above.multiply(10);
        below.multiply(10);
    }
    let reaches = |rest: &Natural, above: &Natural, scale: &Natural| match rest.plus(above).compare(scale) {
        Ordering::Greater => true,
        Ordering::Equal => even,
        Ordering::Less => false,
    };
    while reaches(&rest, &above, &scale) {
        scale.multiply(10);
        point = point.saturating_add(1);
    }
    let mut digits = Vec::with_capacity(17);
    loop {
        rest.multiply(10);
        above.multiply(10);
        below.multiply(10);
        let mut digit = 0_u32;
        while rest.compare(&scale) != Ordering::Less {
            rest.subtract(&scale);
            digit = digit.saturating_add(1);
        }
        let low = match rest.compare(&below) {
            Ordering::Less => true,
            Ordering::Equal => even,
            Ordering::Greater => false,
        };
        let high = reaches(&rest, &above, &scale);
        if low || high || digits.len() >= 17 {
            let round_up = high && (!low || rest.plus(&rest).compare(&scale) != Ordering::Less);
            digits.push(decimal(digit.saturating_add(u32::from(round_up))));
            return (digits, point);
        }
        digits.push(decimal(digit));
    }
}

/// A natural number below 2^1280: enough for every double in either direction.
#[derive(Clone)]
struct Natural([u32; 40]);

impl Natural {
    #[allow(clippy::cast_possible_truncation, reason = "the two halves")]
    fn new(value: u64) -> Self {
        let mut limbs = [0; 40];
        for (limb, half) in limbs.iter_mut().zip([value as u32, (value >> 32) as u32]) {
            *limb = half;
        }
        Self(limbs)
    }

    fn shifted(mut self, bits: u32) -> Self {
        self.0.rotate_right((bits / 32) as usize % 40);
        for _ in 0..bits % 32 {
            self.multiply(2);
        }
        self
    }

    #[allow(clippy::cast_possible_truncation, reason = "the low half; the high half is carried")]
    fn multiply(&mut self, factor: u32) {
        let mut carry = 0_u64;
        for limb in &mut self.0 {
            carry = u64::from(*limb).wrapping_mul(u64::from(factor)).wrapping_add(carry);
            *limb = carry as u32;
            carry >>= 32;
        }
    }

    fn plus(&self, other: &Self) -> Self {
        let mut sum = self.clone();
        let mut carry = false;
        for (limb, addend) in sum.0.iter_mut().zip(other.0) {
            let (once, first) = limb.overflowing_add(addend);
            let (twice, second) = once.overflowing_add(u32::from(carry));
            (*limb, carry) = (twice, first || second);
        }
        sum
    }

    /// Takes away what is not more than itself.
    fn subtract(&mut self, other: &Self) {
        let mut borrow = false;
        for (limb, subtrahend) in self.0.iter_mut().zip(other.0) {
            let (once, first) = limb.overflowing_sub(subtrahend);
            let (twice, second) = once.overflowing_sub(u32::from(borrow));
            (*limb, borrow) = (twice, first || second);
        }
    }

    fn compare(&self, other: &Self) -> Ordering {
        self.0.iter().rev().cmp(other.0.iter().rev())
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
        super::lay_out(digits.as_bytes(), exponent.parse::<i32>().unwrap() + 1, &mut out);
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
