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
    push_digits(out, number.unsigned_abs());
}

/// The same of a number without a sign.
pub(crate) fn push_digits(out: &mut String, number: u64) {
    let mut digits = [0; 20];
    let mut at = digits.len();
    let mut rest = number;
    while rest > 0 || at == digits.len() {
        at = at.saturating_sub(1);
        if let (Some(digit), Ok(value)) = (digits.get_mut(at), u8::try_from(rest % 10)) {
            *digit = b'0'.saturating_add(value);
        }
        rest /= 10;
    }
    for digit in digits.get(at..).unwrap_or_default() {
        out.push(char::from(*digit));
    }
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
