//! The inside of a JSON string: plain bytes, escapes, and the end.

use super::ScanErrorKind;

/// Where in an escape sequence.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Escape {
    No,
    /// After the backslash.
    Begun,
    /// In `\u`, after so many digits that make this number.
    Unicode(u8, u16),
}

/// What reading a string came to.
pub(super) enum Run {
    Input,
    Line,
    Closed,
    /// An escape stands for this character.
    Unit(u16),
}

pub(super) const fn is_line_end(byte: u8) -> bool {
    matches!(byte, b'\n' | b'\r')
}

/// Whether a byte stands for itself in a string.
pub(super) const fn is_plain(byte: u8) -> bool {
    byte >= 0x20 && byte != b'"' && byte != b'\\'
}

/// Reads what is not plain in a string: an escape, or its end, which is not consumed.
pub(super) fn read_escape(input: &mut &[u8], escape: &mut Escape, lines: bool) -> Result<Run, ScanErrorKind> {
    loop {
        let Some((&byte, tail)) = input.split_first() else { return Ok(Run::Input) };
        if lines && is_line_end(byte) {
            return Ok(Run::Line);
        }
        let unit = match (*escape, byte) {
            (Escape::No, b'"') => return Ok(Run::Closed),
            (Escape::No, b'\\') => {
                *escape = Escape::Begun;
                *input = tail;
                continue;
            }
            (Escape::No, _) if is_plain(byte) => return Ok(Run::Input),
            (Escape::Begun, b'u') => {
                *escape = Escape::Unicode(0, 0);
                *input = tail;
                continue;
            }
            (Escape::Begun, b'"' | b'\\' | b'/') => u16::from(byte),
            (Escape::Begun, b'b') => 8,
            (Escape::Begun, b'f') => 12,
            (Escape::Begun, b'n') => 10,
            (Escape::Begun, b'r') => 13,
            (Escape::Begun, b't') => 9,
            (Escape::Unicode(count, unit), _) => {
                let digit = char::from(byte).to_digit(16).and_then(|digit| u16::try_from(digit).ok());
                let unit = unit << 4 | digit.ok_or(ScanErrorKind::Json)?;
                if count < 3 {
                    *escape = Escape::Unicode(count.saturating_add(1), unit);
                    *input = tail;
                    continue;
                }
                unit
            }
            _ => return Err(ScanErrorKind::Json),
        };
        *escape = Escape::No;
        *input = tail;
        return Ok(Run::Unit(unit));
    }
}
