//! A small strict JSON parser, for the short bodies that say what went wrong.
//!
//! Not for replies with images (that is [`super::scan`]), nor for requests (JavaScript or serde make those). It is here
//! because `serde_json` would double the size of the module for a few hundred bytes of text.

use super::scan::number::Number;
use super::scan::text::{Escape, Run, Unescaped, plain_bytes, read_escape};
use crate::request::Value;

/// Levels of nesting that are followed; an error body has three.
const DEPTH: u32 = 64;

/// Parses one JSON text; `None` when it is none or nested too deep.
///
/// Whole numbers are exact up to 2^53, and so are decimals of up to 15 digits with exponents up to 22; others are
/// within a few units in the last place.
pub(crate) fn parse(text: &str) -> Option<Value> {
    let mut reader = Reader { rest: text.as_bytes() };
    let value = reader.value(0)?;
    reader.peek().is_none().then_some(value)
}

struct Reader<'a> {
    rest: &'a [u8],
}

impl Reader<'_> {
    /// The byte behind white space.
    fn peek(&mut self) -> Option<u8> {
        while let [b' ' | b'\t' | b'\n' | b'\r', tail @ ..] = self.rest {
            self.rest = tail;
        }
        self.rest.first().copied()
    }

    /// Reads these bytes, which must come next.
    fn take(&mut self, expected: &[u8]) -> Option<()> {
        self.rest = self.rest.strip_prefix(expected)?;
        Some(())
    }

    fn value(&mut self, depth: u32) -> Option<Value> {
        if depth > DEPTH {
            return None;
        }
        match self.peek()? {
            b'n' => self.take(b"null").map(|()| Value::Null),
            b't' => self.take(b"true").map(|()| Value::Bool(true)),
            b'f' => self.take(b"false").map(|()| Value::Bool(false)),
            b'"' => self.string().map(Value::from),
            b'[' => {
                self.take(b"[")?;
                let mut items = Vec::new();
                while self.has_item(b']', items.is_empty())? {
                    items.push(self.value(depth.wrapping_add(1))?);
                }
                Some(Value::Array(items))
            }
            b'{' => {
                self.take(b"{")?;
                let mut fields = Vec::new();
                while self.has_item(b'}', fields.is_empty())? {
                    self.peek()?;
                    let key = self.string()?;
                    self.peek()?;
                    self.take(b":")?;
                    fields.push((key.into(), self.value(depth.wrapping_add(1))?));
                }
                Some(Value::Object(fields))
            }
            _ => self.number().map(Value::Number),
        }
    }

    /// Reads what stands before the next item, or the closing bracket; answers whether there is one.
    fn has_item(&mut self, end: u8, first: bool) -> Option<bool> {
        let byte = self.peek()?;
        if byte != end && first {
            return Some(true);
        }
        self.take(&[byte])?;
        (byte == b',' || byte == end).then_some(byte != end)
    }

    fn string(&mut self) -> Option<String> {
        self.take(b"\"")?;
        let mut text = Unescaped::default();
        let mut escape = Escape::No;
        loop {
            let (plain, tail) = self.rest.split_at_checked(plain_bytes(self.rest))?;
            text.push_plain(plain, usize::MAX);
            self.rest = tail;
            if self.take(b"\"").is_some() {
                // The text was valid UTF-8 and is cut at ASCII only.
                return String::from_utf8(text.into_bytes()).ok();
            }
            let Ok(Run::Unit(unit)) = read_escape(&mut self.rest, &mut escape, false) else { return None };
            text.push_unit(unit, usize::MAX);
        }
    }

    fn number(&mut self) -> Option<f64> {
        let mut digits = Digits::default();
        let (mut exponent, mut divides) = (0_i32, false);
        let mut place = Number::Minus;
        let negative = self.take(b"-").is_some();
        while let [byte, tail @ ..] = self.rest
            && let Some(next) = place.next(*byte)
        {
            let digit = byte.wrapping_sub(b'0');
            match next {
                Number::Integer | Number::Fraction => digits.push(digit, next == Number::Fraction),
                Number::Sign => divides = *byte == b'-',
                Number::Power => exponent = exponent.saturating_mul(10).saturating_add(digit.into()),
                _ => {}
            }
            (place, self.rest) = (next, tail);
        }
        if !place.may_end() {
            return None;
        }
        let number = digits.times_ten_to(if divides { exponent.wrapping_neg() } else { exponent });
        Some(if negative { -number } else { number })
    }
}

/// The digits of a number: `mantissa x 10^exponent`, as many as fit.
#[derive(Default)]
struct Digits {
    mantissa: u64,
    exponent: i32,
}

impl Digits {
    fn push(&mut self, digit: u8, is_fraction: bool) {
        let next = self.mantissa.checked_mul(10).and_then(|next| next.checked_add(digit.into()));
        if let Some(next) = next {
            self.mantissa = next;
        }
        // Each digit behind the point divides; each one that does not fit before it multiplies.
        let step = i32::from(next.is_none()).wrapping_sub(is_fraction.into());
        self.exponent = self.exponent.wrapping_add(step);
    }

    #[allow(clippy::cast_precision_loss, reason = "said in the documentation of the parser")]
    fn times_ten_to(&self, exponent: i32) -> f64 {
        let exponent = self.exponent.saturating_add(exponent).clamp(-400, 400);
        let mut number = self.mantissa as f64;
        // Powers up to 10^22 are exact; a larger one goes in steps, so that nothing overflows on the way.
        let mut left = exponent.unsigned_abs();
        while left > 0 {
            let step = left.min(22);
            let power = (0..step).fold(1.0, |power: f64, _| power * 10.0);
            number = if exponent < 0 { number / power } else { number * power };
            left = left.wrapping_sub(step);
        }
        number
    }
}

#[cfg(test)]
#[allow(clippy::float_cmp, reason = "what is said to be exact is")]
mod tests {
    use super::parse;
    use crate::request::Value;

    #[test]
    fn agrees_with_serde_json() {
        for text in [
            "null",
            " [ ] ",
            "{}",
            r#"{"a":[1,-2,0.5,1e3,1E-2,12345678901],"b":{"c":"d"},"a":true}"#,
            r#""\"\\\/\b\f\n\r\t\u00e9\ud83e\udd80é🦀""#,
            "-0.0",
            "1023.25",
            "",
            "[",
            "[1,]",
            "{\"a\"}",
            "{\"a\":1,}",
            "{a:1}",
            "01",
            "1.",
            ".5",
            "+1",
            "1e",
            "nul",
            "\"\n\"",
            "\"\\x\"",
            "\"\\u12\"",
            "1 2",
        ] {
            assert_eq!(parse(text), serde_json::from_str(text).ok(), "{text}");
        }
    }

    #[test]
    fn depth_and_odd_text_are_no_trouble() {
        assert_eq!(parse(&"[".repeat(100_000)), None);
        assert!(parse(&("[".repeat(60) + &"]".repeat(60))).is_some());
        assert_eq!(parse(r#""\ud83ex\udd80""#), Some(Value::from("\u{fffd}x\u{fffd}")));
        assert_eq!(parse("1e999").and_then(|number| number.as_number()), Some(f64::INFINITY));
        assert_eq!(parse("1e-999").and_then(|number| number.as_number()), Some(0.0));
    }

    #[cfg(not(target_arch = "wasm32"))]
    proptest::proptest! {
        #[test]
        fn any_text_is_judged_as_serde_json_does(text in "[\\[\\]{}:,\"\\\\a0-9.eE+\\- un]{0,12}") {
            let ours = parse(&text);
            let theirs: Option<Value> = serde_json::from_str(&text).ok();
            // It refuses numbers beyond the doubles, which are infinite here and in JavaScript.
            let infinite = text.contains(['e', 'E']);
            proptest::prop_assert!(ours.is_some() == theirs.is_some() || infinite, "{text}");
        }
    }
}
