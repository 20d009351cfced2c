//! Whole numbers in digits. The formatting machinery of the standard library does that too, at ten times the code.

/// A whole number in digits.
pub(crate) fn integer(number: i64) -> String {
    let mut digits = [0; 20];
    let mut at = digits.len();
    let mut rest = number.unsigned_abs();
    while rest > 0 || at == digits.len() {
        at = at.saturating_sub(1);
        if let (Some(digit), Ok(value)) = (digits.get_mut(at), u8::try_from(rest % 10)) {
            *digit = b'0'.saturating_add(value);
        }
        rest /= 10;
    }
    let digits = digits.get(at..).and_then(|digits| core::str::from_utf8(digits).ok()).unwrap_or_default();
    if number < 0 { ["-", digits].concat() } else { digits.to_owned() }
}

#[cfg(test)]
mod tests {
    use super::integer;

    #[test]
    fn numbers_are_printed_as_usual() {
        for number in [0, 7, 10, -1, 1_234_567_890, i64::MAX, i64::MIN] {
            assert_eq!(integer(number), number.to_string());
        }
    }
}
