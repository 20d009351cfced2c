//! The inside of a JSON string: plain bytes, escapes, and the end.

use super::ScanErrorKind;

/// Where in an escape sequence.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in crate::wire) enum Escape {
    No,
    /// After the backslash.
    Begun,
    /// In `\u`: the digits so far, behind a leading 1.
    Unicode(u32),
}

/// What reading a string came to.
pub(in crate::wire) enum Run {
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

/// How many bytes at the front stand for themselves.
pub(in crate::wire) fn plain_bytes(input: &[u8]) -> usize {
    input.iter().position(|byte| !is_plain(*byte)).unwrap_or(input.len())
}

/// Reads what is not plain in a string: an escape, or its end, which is not consumed.
pub(in crate::wire) fn read_escape(
    input: &mut &[u8],
    escape: &mut Escape,
    lines: bool,
) -> Result<Run, ScanErrorKind> {
    loop {
        let Some((&byte, tail)) = input.split_first() else { return Ok(Run::Input) };
        if lines && is_line_end(byte) {
            return Ok(Run::Line);
        }
        let next = match (*escape, byte) {
            (Escape::No, b'"') => return Ok(Run::Closed),
            (Escape::No, b'\\') => Escape::Begun,
            (Escape::No, _) if is_plain(byte) => return Ok(Run::Input),
            (Escape::Begun, b'u') => Escape::Unicode(1),
            (Escape::Begun, _) => {
                let meant = match byte {
                    b'"' | b'\\' | b'/' => byte,
                    b'b' => 8,
                    b'f' => 12,
                    b'n' => b'\n',
                    b'r' => b'\r',
                    b't' => b'\t',
                    _ => return Err(ScanErrorKind::Json),
                };
                Escape::Unicode(1 << 16 | u32::from(meant))
            }
            (Escape::Unicode(digits), _) => {
                Escape::Unicode(digits << 4 | char::from(byte).to_digit(16).ok_or(ScanErrorKind::Json)?)
            }
            _ => return Err(ScanErrorKind::Json),
        };
        *input = tail;
        *escape = next;
        if let Escape::Unicode(digits @ 0x1_0000..) = next {
            *escape = Escape::No;
            #[allow(clippy::cast_possible_truncation, reason = "the leading 1 goes")]
            return Ok(Run::Unit(digits as u16));
        }
    }
}

/// The text of a string, unescaped.
#[derive(Clone, Debug, Default)]
pub(in crate::wire) struct Unescaped {
    bytes: Vec<u8>,
    /// The escaped unit just before, of which a second half may make a character.
    high_surrogate: u16,
}

impl Unescaped {
    pub(super) fn clear(&mut self) {
        self.bytes.clear();
        self.high_surrogate = 0;
    }

    pub(in crate::wire) fn bytes(&self) -> &[u8] {
        &self.bytes
    }

    pub(in crate::wire) fn into_bytes(self) -> Vec<u8> {
        self.bytes
    }

    /// Adds plain bytes, up to so many in all.
    pub(in crate::wire) fn push_plain(&mut self, plain: &[u8], limit: usize) {
        if plain.is_empty() {
            return;
        }
        let room = limit.saturating_sub(self.bytes.len());
        self.bytes.extend_from_slice(plain.get(..room).unwrap_or(plain));
        self.high_surrogate = 0;
    }

    /// Adds a UTF-16 unit that was escaped, unless there are so many bytes already.
    pub(in crate::wire) fn push_unit(&mut self, unit: u16, limit: usize) {
        let high = core::mem::replace(&mut self.high_surrogate, unit);
        let mut point = u32::from(unit);
        if (0xd800..0xdc00).contains(&high) && (0xdc00..0xe000).contains(&unit) {
            // The replacement character that stands for the first half gives way to both.
            self.bytes.truncate(self.bytes.len().saturating_sub(char::REPLACEMENT_CHARACTER.len_utf8()));
            point = (u32::from(high & 0x3ff) << 10 | u32::from(unit & 0x3ff)).wrapping_add(0x1_0000);
        }
        if self.bytes.len() < limit {
            let character = char::from_u32(point).unwrap_or(char::REPLACEMENT_CHARACTER);
            self.bytes.extend_from_slice(character.encode_utf8(&mut [0; 4]).as_bytes());
        }
    }
}
