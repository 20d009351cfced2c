//! `size`: `auto` or `WIDTHxHEIGHT` in pixels.

use core::fmt;

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
        let (width, height) = text.split_once('x')?;
        Some(Self::Pixels { width: edge(width)?, height: edge(height)? })
    }
}

fn edge(digits: &str) -> Option<u32> {
    let plain = (1..=9).contains(&digits.len()) && digits.bytes().all(|b| b.is_ascii_digit());
    if plain && !digits.starts_with('0') { digits.parse().ok() } else { None }
}

impl fmt::Display for Size {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Auto => f.write_str("auto"),
            Self::Pixels { width, height } => write!(f, "{width}x{height}"),
        }
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
