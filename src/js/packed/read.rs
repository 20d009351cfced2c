//! Bytes to values.

use core::cell::Cell;

use super::{FALSE, FILE, FIRST_WORD, LIST, MAX_DEPTH, NULL, NUMBER, OBJECT, STAND_IN, TEXT, TRUE, WORDS};
use crate::request::{File, Text, Value};

/// The bytes are not what `packed.js` writes: the two sides are of different versions.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in crate::js) struct Malformed;

/// Reads the values of a buffer, one after the other.
pub(in crate::js) struct Reader<'a> {
    rest: &'a [u8],
    files: u32,
}

impl<'a> Reader<'a> {
    /// Starts at the first byte.
    pub(in crate::js) const fn new(bytes: &'a [u8]) -> Self {
        Self { rest: bytes, files: 0 }
    }

    /// The next value.
    ///
    /// # Errors
    /// [`Malformed`], also at the end of the bytes.
    pub(in crate::js) fn value(&mut self) -> Result<Value, Malformed> {
        self.nested(0)
    }

    fn nested(&mut self, depth: u32) -> Result<Value, Malformed> {
        if depth > MAX_DEPTH {
            return Err(Malformed);
        }
        let inner = depth.saturating_add(1);
        let tag = self.byte()?;
        Ok(match tag {
            NULL => Value::Null,
            FALSE => Value::Bool(false),
            TRUE => Value::Bool(true),
            NUMBER => Value::Number(self.number()?),
            LIST => {
                let count = self.count()?;
                let mut items = Vec::with_capacity(count);
                for _ in 0..count {
                    items.push(self.nested(inner)?);
                }
                Value::Array(items)
            }
            OBJECT => {
                let count = self.count()?;
                let mut fields = Vec::with_capacity(count);
                for _ in 0..count {
                    let name = self.byte()?;
                    fields.push((self.text(name)?, self.nested(inner)?));
                }
                Value::Object(fields)
            }
            FILE => {
                let size = self.number()?;
                let number = self.files;
                self.files = self.files.saturating_add(1);
                let media_type = self.byte()?;
                let media_type = self.text(media_type)?.into_owned();
                let name = self.byte()?;
                let name = self.text(name)?.into_owned();
                Value::File(File { bytes: whole(size), media_type, name, number })
            }
            STAND_IN => Value::String(Text::Borrowed(stand_in(self.length()?)?)),
            text => Value::String(self.text(text)?),
        })
    }

    /// The text or the word that a tag begins.
    fn text(&mut self, tag: u8) -> Result<Text, Malformed> {
        if tag == TEXT {
            let length = self.length()?;
            let text = core::str::from_utf8(self.take(length)?).map_err(|_| Malformed)?;
            return Ok(Text::Owned(text.to_owned()));
        }
        let number = tag.checked_sub(FIRST_WORD).ok_or(Malformed)?;
        WORDS.get(usize::from(number)).copied().map(Text::Borrowed).ok_or(Malformed)
    }

    /// How many things follow, each at least a byte long: what cannot be there is not reserved for either.
    fn count(&mut self) -> Result<usize, Malformed> {
        let count = self.length()?;
        if count > self.rest.len() { Err(Malformed) } else { Ok(count) }
    }

    fn length(&mut self) -> Result<usize, Malformed> {
        let (bytes, rest) = self.rest.split_first_chunk().ok_or(Malformed)?;
        self.rest = rest;
        usize::try_from(u32::from_le_bytes(*bytes)).map_err(|_| Malformed)
    }

    fn number(&mut self) -> Result<f64, Malformed> {
        let (bytes, rest) = self.rest.split_first_chunk().ok_or(Malformed)?;
        self.rest = rest;
        Ok(f64::from_le_bytes(*bytes))
    }

    fn byte(&mut self) -> Result<u8, Malformed> {
        let (byte, rest) = self.rest.split_first().ok_or(Malformed)?;
        self.rest = rest;
        Ok(*byte)
    }

    fn take(&mut self, length: usize) -> Result<&'a [u8], Malformed> {
        let (taken, rest) = self.rest.split_at_checked(length).ok_or(Malformed)?;
        self.rest = rest;
        Ok(taken)
    }
}

/// A length in bytes, unless it is none.
#[allow(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "the range is tested first")]
fn whole(size: f64) -> Option<u64> {
    (0.0..=9_007_199_254_740_992.0).contains(&size).then_some(size as u64)
}

/// The longest text that anything stands in for: `packed.js` does so up to 10,000 UTF-16 units, of three bytes at most.
const LONGEST_STAND_IN: usize = 30_000;

/// Stands for a text of that length of which nothing but the length matters.
fn stand_in(length: usize) -> Result<&'static str, Malformed> {
    thread_local! {
        static FILLER: Cell<&'static str> = const { Cell::new("") };
    }
    if FILLER.get().is_empty() {
        FILLER.set("x".repeat(LONGEST_STAND_IN).leak());
    }
    FILLER.get().get(..length).ok_or(Malformed)
}
