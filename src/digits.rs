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

/// A whole number that is not negative, with zeros before it up to so many digits.
pub(crate) fn push_natural(out: &mut String, number: u64, digits: u32) {
    if number >= 10 || digits > 1 {
        push_natural(out, number / 10, digits.saturating_sub(1));
    }
    if let Ok(last) = u8::try_from(number % 10) {
        out.push(char::from(b'0'.saturating_add(last)));
    }
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
