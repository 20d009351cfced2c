//! Bytes to values.

use core::cell::Cell;

use super::{FALSE, FILE, FIRST_WORD, LIST, MAX_DEPTH, NULL, NUMBER, OBJECT, STAND_IN, TEXT, TRUE, WORDS};
use crate::request::{File, Text, Value};

/// The bytes are not what `pack.js` writes: the two sides are of different versions.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in crate::js) struct Malformed;

/// Reads the values of a buffer, one after the other. Once the bytes are not what they should be it reads them as used up,
/// and the values that follow are null, empty or 0.
pub(in crate::js) struct Reader<'a> {
    rest: &'a [u8],
    files: u32,
    malformed: bool,
}

impl<'a> Reader<'a> {
    /// Starts at the first byte.
    pub(in crate::js) const fn new(bytes: &'a [u8]) -> Self {
        Self { rest: bytes, files: 0, malformed: false }
    }

    /// The next two values.
    ///
    /// # Errors
    /// [`Malformed`], also at the end of the bytes.
    pub(in crate::js) fn two_values(mut self) -> Result<(Value, Value), Malformed> {
        let values = (self.value(0), self.value(0));
        if self.malformed { Err(Malformed) } else { Ok(values) }
    }

    fn value(&mut self, depth: u32) -> Value {
        if depth > MAX_DEPTH {
            self.give_up();
        }
        let inner = depth.saturating_add(1);
        match self.byte() {
            NULL => Value::Null,
            FALSE => Value::Bool(false),
            TRUE => Value::Bool(true),
            NUMBER => Value::Number(self.number()),
            LIST => {
                let count = self.count();
                let mut items = Vec::with_capacity(count);
                for _ in 0..count {
                    items.push(self.value(inner));
                }
                Value::Array(items)
            }
            OBJECT => {
                let count = self.count();
                let mut fields = Vec::with_capacity(count);
                for _ in 0..count {
                    fields.push((self.text(), self.value(inner)));
                }
                Value::Object(fields)
            }
            FILE => {
                let bytes = whole(self.number());
                let number = self.files;
                self.files = self.files.saturating_add(1);
                let media_type = self.text().into_owned();
                let name = self.text().into_owned();
                Value::File(File { bytes, media_type, name, number })
            }
            STAND_IN => {
                let length = self.length();
                Value::String(Text::Borrowed(self.expect(stand_in(length))))
            }
            tag => Value::String(self.text_of(tag)),
        }
    }

    fn text(&mut self) -> Text {
        let tag = self.byte();
        self.text_of(tag)
    }

    /// The text or the word that a tag begins.
    fn text_of(&mut self, tag: u8) -> Text {
        if tag == TEXT {
            let length = self.length();
            let bytes = self.take(length);
            return Text::Owned(self.expect(core::str::from_utf8(bytes).ok()).to_owned());
        }
        let word = tag.checked_sub(FIRST_WORD).and_then(|number| WORDS.get(usize::from(number)));
        Text::Borrowed(self.expect(word.copied()))
    }

    /// How many things follow, each at least a byte long: what cannot be there is not reserved for either.
    fn count(&mut self) -> usize {
        let count = self.length();
        if count > self.rest.len() {
            self.give_up();
            return 0;
        }
        count
    }

    fn length(&mut self) -> usize {
        let bytes = self.first_bytes().map(u32::from_le_bytes);
        usize::try_from(bytes.unwrap_or_default()).unwrap_or_default()
    }

    fn number(&mut self) -> f64 {
        self.first_bytes().map(f64::from_le_bytes).unwrap_or_default()
    }

    fn byte(&mut self) -> u8 {
        let [byte] = self.first_bytes().unwrap_or_default();
        byte
    }

    fn first_bytes<const N: usize>(&mut self) -> Option<[u8; N]> {
        let Some((bytes, rest)) = self.rest.split_first_chunk() else {
            self.give_up();
            return None;
        };
        self.rest = rest;
        Some(*bytes)
    }

    fn take(&mut self, length: usize) -> &'a [u8] {
        let (taken, rest) = self.expect(self.rest.split_at_checked(length));
        self.rest = rest;
        taken
    }

    fn expect<T: Default>(&mut self, read: Option<T>) -> T {
        if read.is_none() {
            self.give_up();
        }
        read.unwrap_or_default()
    }

    #[cold]
    fn give_up(&mut self) {
        self.malformed = true;
        self.rest = &[];
    }
}

/// A length in bytes, unless it is none.
#[allow(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "the range is tested first")]
fn whole(size: f64) -> Option<u64> {
    (0.0..=9_007_199_254_740_992.0).contains(&size).then_some(size as u64)
}

/// The longest text that anything stands in for: `pack.js` does so up to 10,000 UTF-16 units, of three bytes at most.
const LONGEST_STAND_IN: usize = 30_000;

/// Stands for a text of that length of which nothing but the length matters.
fn stand_in(length: usize) -> Option<&'static str> {
    thread_local! {
        static FILLER: Cell<&'static str> = const { Cell::new("") };
    }
    if FILLER.get().is_empty() {
        FILLER.set("x".repeat(LONGEST_STAND_IN).leak());
    }
    FILLER.get().get(..length)
}
