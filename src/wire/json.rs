//! A small strict JSON parser, for the short bodies that say what went wrong.
//!
//! Not for replies with images (that is [`super::scan`]), nor for requests (JavaScript or serde make those). It is here
//! because `serde_json` would double the size of the module for a few hundred bytes of text.

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
    reader.space();
    reader.rest.is_empty().then_some(value)
}

struct Reader<'a> {
    rest: &'a [u8],
}

impl Reader<'_> {
    fn space(&mut self) {
        while let [b' ' | b'\t' | b'\n' | b'\r', tail @ ..] = self.rest {
            self.rest = tail;
        }
    }

    /// Reads these bytes, if they are next.
    fn take(&mut self, expected: &[u8]) -> Option<()> {
        self.rest = self.rest.strip_prefix(expected)?;
        Some(())
    }

    fn next(&mut self) -> Option<u8> {
        let (&byte, tail) = self.rest.split_first()?;
        self.rest = tail;
        Some(byte)
    }

    fn value(&mut self, depth: u32) -> Option<Value> {
        self.space();
        if depth > DEPTH {
            return None;
        }
        match self.rest.first()? {
            b'n' => self.take(b"null").map(|()| Value::Null),
            b't' => self.take(b"true").map(|()| Value::Bool(true)),
            b'f' => self.take(b"false").map(|()| Value::Bool(false)),
            b'"' => self.string().map(Value::from),
            b'[' => {
                let mut items = Vec::new();
                self.items(b']', |reader| {
                    items.push(reader.value(depth.saturating_add(1))?);
                    Some(())
                })?;
                Some(Value::Array(items))
            }
            b'{' => {
                let mut fields = Vec::new();
                self.items(b'}', |reader| {
                    reader.space();
                    let key = reader.string()?;
                    reader.space();
                    reader.take(b":")?;
                    fields.push((key.into(), reader.value(depth.saturating_add(1))?));
                    Some(())
                })?;
                Some(Value::Object(fields))
            }
            _ => self.number().map(Value::Number),
        }
    }

    /// Reads what stands between brackets.
    fn items(&mut self, end: u8, mut item: impl FnMut(&mut Self) -> Option<()>) -> Option<()> {
        self.next()?;
        self.space();
        if self.take(&[end]).is_some() {
            return Some(());
        }
        loop {
            item(self)?;
            self.space();
            match self.next()? {
                b',' => {}
                byte => return (byte == end).then_some(()),
            }
        }
    }

    fn string(&mut self) -> Option<String> {
        self.take(b"\"")?;
        let mut bytes = Vec::new();
        loop {
            let plain = self.rest.iter().position(|byte| matches!(byte, b'"' | b'\\' | 0..0x20))?;
            let (run, tail) = self.rest.split_at_checked(plain)?;
            bytes.extend_from_slice(run);
            self.rest = tail;
            let character = match self.next()? {
                // The text was valid UTF-8 and is cut at ASCII only.
                b'"' => return String::from_utf8(bytes).ok(),
                b'\\' => match self.next()? {
                    byte @ (b'"' | b'\\' | b'/') => char::from(byte),
                    b'b' => '\u{8}',
                    b'f' => '\u{c}',
                    b'n' => '\n',
                    b'r' => '\r',
                    b't' => '\t',
                    b'u' => self.escaped()?,
                    _ => return None,
                },
                _ => return None,
            };
            bytes.extend_from_slice(character.encode_utf8(&mut [0; 4]).as_bytes());
        }
    }

    /// The character of `\uXXXX`, or of two of them; U+FFFD for half a character.
    fn escaped(&mut self) -> Option<char> {
        let unit = self.unit()?;
        if (0xd800..0xdc00).contains(&unit) {
            let after = self.rest;
            if self.take(b"\\u").is_some()
                && let Some(low) = self.unit()
                && let Some(Ok(character)) = char::decode_utf16([unit, low]).next()
            {
                return Some(character);
            }
            self.rest = after;
        }
        Some(char::from_u32(u32::from(unit)).unwrap_or(char::REPLACEMENT_CHARACTER))
    }

    fn unit(&mut self) -> Option<u16> {
        let mut unit = 0;
        for _ in 0..4 {
            let digit = char::from(self.next()?).to_digit(16)?;
            unit = unit << 4 | u16::try_from(digit).ok()?;
        }
        Some(unit)
    }

    fn number(&mut self) -> Option<f64> {
        let negative = self.take(b"-").is_some();
        let mut digits = Digits::default();
        if self.take(b"0").is_none() {
            self.digits(|digit| digits.whole(digit))?;
        }
        if self.take(b".").is_some() {
            self.digits(|digit| digits.fraction(digit))?;
        }
        let mut exponent = 0_i32;
        if matches!(self.rest, [b'e' | b'E', ..]) {
            self.next()?;
            let minus = self.take(b"-").is_some();
            if !minus {
                let _ = self.take(b"+");
            }
            self.digits(|digit| exponent = exponent.saturating_mul(10).saturating_add(i32::from(digit)))?;
            if minus {
                exponent = exponent.saturating_neg();
            }
        }
        let number = digits.times_ten_to(exponent);
        Some(if negative { -number } else { number })
    }

    /// Reads one or more digits.
    fn digits(&mut self, mut each: impl FnMut(u8)) -> Option<()> {
        let count = self.rest.iter().take_while(|byte| byte.is_ascii_digit()).count();
        let (run, tail) = self.rest.split_at_checked(count).filter(|(run, _)| !run.is_empty())?;
        for byte in run {
            each(byte.wrapping_sub(b'0'));
        }
        self.rest = tail;
        Some(())
    }
}

/// The digits of a number: `mantissa x 10^exponent`, as many as fit.
#[derive(Default)]
struct Digits {
    mantissa: u64,
    exponent: i32,
}

impl Digits {
    fn push(&mut self, digit: u8) -> bool {
        let next = self.mantissa.checked_mul(10).and_then(|next| next.checked_add(u64::from(digit)));
        if let Some(next) = next {
            self.mantissa = next;
        }
        next.is_some()
    }

    fn whole(&mut self, digit: u8) {
        if !self.push(digit) {
            self.exponent = self.exponent.saturating_add(1);
        }
    }

    fn fraction(&mut self, digit: u8) {
        if self.push(digit) {
            self.exponent = self.exponent.saturating_sub(1);
        }
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
            left = left.saturating_sub(step);
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
