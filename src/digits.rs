//! Whole numbers in digits. The formatting machinery of the standard library does that too, at ten times the code.

/// A whole number in digits.
pub(crate) fn integer(number: i64) -> String {
    let mut out = String::with_capacity(20);
    push_integer(&mut out, number);
    out
}

/// The same at the end of a text.
pub(crate) fn push_integer(out: &mut String, number: i64) {
    if number < 0 {
        out.push('-');
    }
    push_natural(out, number.unsigned_abs(), 1);
}

/// The digits of the largest number.
const LONGEST: usize = 20;

/// A whole number that is not negative, with zeros before it up to so many digits.
pub(crate) fn push_natural(out: &mut String, number: u64, digits: usize) {
    // They go out as one: a text would make room for each anew.
    let mut buffer = [b'0'; LONGEST];
    let (mut rest, mut start) = (number, LONGEST);
    for (place, digit) in buffer.iter_mut().enumerate().rev() {
        *digit |= u8::try_from(rest % 10).unwrap_or_default();
        rest /= 10;
        start = place;
        if rest == 0 && LONGEST.saturating_sub(place) >= digits {
            break;
        }
    }
    let written = buffer.get(start..).unwrap_or_default();
    out.push_str(core::str::from_utf8(written).unwrap_or_default());
}

#[cfg(test)]
mod tests {
    use super::{integer, push_natural};

    #[test]
    fn numbers_are_printed_as_usual() {
        for number in [0, 7, 10, -1, 1_234_567_890, i64::MAX, i64::MIN] {
            assert_eq!(integer(number), number.to_string());
        }
    }

    #[test]
    fn short_numbers_have_zeros_before_them() {
        for number in [0, 7, 10, 123, 1234, u64::MAX] {
            let mut out = String::new();
            push_natural(&mut out, number, 3);
            assert_eq!(out, format!("{number:03}"));
        }
    }
}
