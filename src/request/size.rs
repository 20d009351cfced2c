//! `size`: `auto` or `WIDTHxHEIGHT` in pixels.

use core::fmt;

use crate::digits::push_integer;

/// The size of a picture as requests spell it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Size {
    /// The model chooses.
    Auto,
    /// Exactly so many pixels.
    Pixels {
        /// Pixels from left to right.
        width: u32,
        /// Pixels from top to bottom.
        height: u32,
    },
}

impl Size {
    /// Reads `auto` or `WIDTHxHEIGHT`. Digits only, no signs, no spaces, no leading zeros, at most nine digits an edge.
    pub fn parse(text: &str) -> Option<Self> {
        if text == "auto" {
            return Some(Self::Auto);
        }
        let (width, rest) = edge(text.as_bytes())?;
        let (height, rest) = edge(rest.strip_prefix(b"x")?)?;
        rest.is_empty().then_some(Self::Pixels { width, height })
    }

    /// Writes what [`Size::parse`] reads at the end of a text.
    pub(crate) fn push_to(self, out: &mut String) {
        match self {
            Self::Auto => out.push_str("auto"),
            Self::Pixels { width, height } => {
                push_integer(out, i64::from(width));
                out.push('x');
                push_integer(out, i64::from(height));
            }
        }
    }

    /// The same as a text of its own. `to_string` would bring the formatting machinery along.
    pub(crate) fn spelled(self) -> String {
        let mut out = String::with_capacity(9);
        self.push_to(&mut out);
        out
    }
}

/// The number that begins the text, and what follows it.
pub(crate) fn edge(text: &[u8]) -> Option<(u32, &[u8])> {
    let mut number = 0_u32;
    let mut rest = text;
    while let [digit @ b'0'..=b'9', tail @ ..] = rest {
        // Nine digits fit, and a zero first would be a second spelling.
        if text.len().saturating_sub(rest.len()) == 9 || (number == 0 && *digit == b'0') {
            return None;
        }
        number = number.saturating_mul(10).saturating_add(u32::from(digit.saturating_sub(b'0')));
        rest = tail;
    }
    (rest.len() < text.len()).then_some((number, rest))
}

impl fmt::Display for Size {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.spelled())
    }
}

#[cfg(test)]
mod tests {
    use super::Size;

    #[test]
    fn what_prints_parses() {
        for text in ["auto", "1024x1024", "1x1", "3840x2160", "999999999x1"] {
            assert_eq!(Size::parse(text).unwrap().to_string(), text);
        }
    }

    #[test]
    fn nothing_else_parses() {
        for text in [
            "",
            "x",
            "1024",
            "1024x",
            "x1024",
            "1024X1024",
            "0x1024",
            "01x2",
            "+1x2",
            " 1x2",
            "1x2x3",
            "1234567890x1",
            "１x２",
        ] {
            assert_eq!(Size::parse(text), None, "{text}");
        }
    }
}
