//! A strict JSON reader (RFC 8259) that can stop at any byte, and takes the images out.
//!
//! ```text
//!              ┌─────────── Value ───────────┐            strings under an image key
//!  FirstItem ──┤  Text  Number  Word         ├── Payload ─────────────────────────┐
//!  FirstKey ───┼─ Text (key) ─ Colon ─ Value │                                     │
//!              └── After ── `,` ── Value/Key ┘<────────────────────────────────────┘
//!  End: the top value is complete.    Foreign: no JSON, text of an event.
//! ```
//!
//! `result` is an image only in an `image_generation_call`. When it comes before the `type` that tells, it is kept as
//! text in the rest, and decoded from there once the `type` is known ([`State::Release`]).

use core::ops::Range;

use super::number::Number;
use super::payload::{Payload, PayloadRun, read_payload};
use super::text::{Escape, Run, Unescaped, is_line_end, plain_bytes, read_escape};
use super::{Field, Found, Limits, ScanErrorKind, repair};
use crate::digits::push_natural;

#[derive(Clone, Debug)]
pub(super) struct Json {
    state: State,
    /// Where in a string, and what it is for.
    escape: Escape,
    role: Role,
    /// The bytes of `true`, `false` or `null` that must still come.
    word: &'static [u8],
    stack: Vec<Frame>,
    /// The text, with an index in place of each image.
    rest: Vec<u8>,
    /// The key or `type` that is being read, no longer than it matters.
    name: Unescaped,
    kind: Vec<u8>,
    error: bool,
    /// Bytes of `rest` that may yet turn out to be images.
    held_bytes: usize,
    /// The image in `rest` that is decoded in [`State::Release`], and from where on.
    released: Range<usize>,
    release_at: usize,
    first_image: u32,
    next_image: u32,
    payload: Payload,
    rest_bytes: usize,
    image_bytes: usize,
    depth: usize,
}

/// A key or type longer than this is none we know.
const NAME_BYTES: usize = 128;

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum State {
    /// A value must come.
    Value,
    /// A value or the end of the array.
    FirstItem,
    /// A key or the end of the object.
    FirstKey,
    /// A key.
    Key,
    Colon,
    /// A comma or the end of what is open.
    After,
    Text,
    Payload,
    /// An image in `rest` is decoded; then the `type` is done.
    Release,
    Number(Number),
    Word,
    End,
    Foreign,
}

/// What a string is for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Role {
    Key,
    /// A value of no interest.
    Plain,
    /// The value of `type`.
    Type,
    /// A `result` of which it is not known yet whether it is an image.
    Held,
}

/// An array or object that is open.
#[derive(Clone, Debug)]
struct Frame {
    array: bool,
    /// The key whose value is being read.
    key: Key,
    /// Whether its `type` is `image_generation_call`; `None` before a `type` came.
    is_call: Option<bool>,
    /// Where in `rest` its undecided `result` stands, without the quotes.
    held: Option<Range<usize>>,
}

/// The keys that matter.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Key {
    Other,
    Image(Field),
    Type,
    Error,
}

impl Key {
    /// No two of them are of one length, so that one comparison tells; mostly it is that of the first letter.
    fn of(name: &[u8]) -> Self {
        let (key, known) = match name.len() {
            4 => ("type", Self::Type),
            5 => ("error", Self::Error),
            6 => ("result", Self::Image(Field::Result)),
            8 => ("b64_json", Self::Image(Field::B64Json)),
            15 => ("imageBase64Data", Self::Image(Field::ImageBase64Data)),
            17 => ("partial_image_b64", Self::Image(Field::PartialImageB64)),
            _ => return Self::Other,
        };
        let key = key.as_bytes();
        if key.first() == name.first() && key == name { known } else { Self::Other }
    }
}

impl Json {
    pub(super) fn new(limits: &Limits) -> Self {
        Self {
            state: State::Value,
            escape: Escape::No,
            role: Role::Plain,
            word: &[],
            stack: Vec::new(),
            rest: Vec::new(),
            name: Unescaped::default(),
            kind: Vec::new(),
            error: false,
            held_bytes: 0,
            released: 0..0,
            release_at: 0,
            first_image: 0,
            next_image: 0,
            payload: Payload::new(limits),
            rest_bytes: limits.rest_bytes,
            image_bytes: limits.image_bytes,
            depth: limits.depth,
        }
    }

    /// Prepares for the next text. Images are counted on.
    pub(super) fn restart(&mut self) {
        self.forget(State::Value);
        self.rest.clear();
        self.first_image = self.next_image;
        // One event with much text must not hold its memory for the rest of the stream.
        self.rest.shrink_to(64 << 10);
    }

    /// Takes what comes as text that is no JSON.
    pub(super) fn set_foreign(&mut self) {
        self.forget(State::Foreign);
    }

    /// Forgets what was understood of the text.
    fn forget(&mut self, state: State) {
        self.state = state;
        self.stack.clear();
        self.kind.clear();
        self.error = false;
        self.held_bytes = 0;
    }

    pub(super) fn reuse(&mut self, buffer: Vec<u8>) {
        self.payload.reuse(buffer);
    }

    pub(super) fn into_buffer(self) -> Vec<u8> {
        self.payload.into_buffer()
    }

    /// Gives back what the text took. The pictures' buffer goes to the next scanner, or with this one.
    pub(super) fn free(&mut self) {
        self.rest = Vec::new();
        self.stack = Vec::new();
    }

    pub(super) fn repair(&mut self) {
        repair(&mut self.rest);
        repair(&mut self.kind);
    }

    pub(super) fn text(&self) -> &str {
        super::as_text(&self.rest)
    }

    pub(super) fn kind(&self) -> &str {
        super::as_text(&self.kind)
    }

    pub(super) const fn has_error(&self) -> bool {
        self.error
    }

    pub(super) const fn images(&self) -> Range<u32> {
        self.first_image..self.next_image
    }

    pub(super) fn piece(&self) -> (u32, Field, &[u8]) {
        self.payload.piece()
    }

    /// Gives the piece's place to the next.
    pub(super) const fn clear_piece(&mut self) {
        self.payload.clear_piece();
    }

    /// Whether the text is one JSON value. A number at the top is complete as soon as it could be.
    pub(super) fn is_complete(&self) -> bool {
        match self.state {
            State::End => true,
            State::Number(number) => self.stack.is_empty() && number.may_end(),
            _ => false,
        }
    }

    /// Whether the text is one JSON value that no further byte could lengthen.
    pub(super) fn is_closed(&self) -> bool {
        self.state == State::End
    }

    /// Whether [`Self::scan`] has work to do without any input.
    pub(super) const fn is_releasing(&self) -> bool {
        matches!(self.state, State::Release)
    }

    /// Whether an image was taken out of this text.
    pub(super) const fn has_images(&self) -> bool {
        self.next_image != self.first_image
    }

    pub(super) const fn is_foreign(&self) -> bool {
        matches!(self.state, State::Foreign)
    }

    /// Reads from the front of `input`. With `lines`, CR and LF are not read: the caller knows what they mean.
    pub(super) fn scan(&mut self, input: &mut &[u8], lines: bool) -> Result<Found, ScanErrorKind> {
        loop {
            let found = match self.state {
                State::Payload => self.payload(input, lines)?,
                State::Release => Some(self.release()?),
                State::Text => self.string(input, lines)?,
                State::Foreign => {
                    let line = input.iter().position(|byte| lines && is_line_end(*byte));
                    self.keep_run(input, line.unwrap_or(input.len()), false)?;
                    Some(if input.is_empty() { Found::Nothing } else { Found::Line })
                }
                _ => {
                    let Some((&byte, tail)) = input.split_first() else { return Ok(Found::Nothing) };
                    if lines && is_line_end(byte) {
                        return Ok(Found::Line);
                    }
                    if self.token(byte)? {
                        *input = tail;
                    }
                    None
                }
            };
            if let Some(found) = found {
                return Ok(found);
            }
        }
    }

    /// One byte outside strings. Answers whether it was read: what ends a number is looked at again.
    fn token(&mut self, byte: u8) -> Result<bool, ScanErrorKind> {
        match self.state {
            State::Number(number) => {
                if !self.number(number, byte) {
                    if !number.may_end() {
                        return Err(ScanErrorKind::Json);
                    }
                    self.value_done();
                    return Ok(false);
                }
            }
            State::Word => match self.word.split_first() {
                Some((first, tail)) if *first == byte => {
                    self.word = tail;
                    if tail.is_empty() {
                        self.value_done();
                    }
                }
                _ => return Err(ScanErrorKind::Json),
            },
            _ if matches!(byte, b' ' | b'\t' | b'\n' | b'\r') => {}
            State::Value => return self.value(byte).map(|()| true),
            State::FirstItem if byte != b']' => return self.value(byte).map(|()| true),
            State::FirstKey | State::Key if byte == b'"' => self.begin_text(Role::Key),
            State::Colon if byte == b':' => self.state = State::Value,
            State::After if byte == b',' => {
                self.state = if self.is_in_array() { State::Value } else { State::Key };
            }
            State::After | State::FirstItem | State::FirstKey => {
                if byte != if self.is_in_array() { b']' } else { b'}' } {
                    return Err(ScanErrorKind::Json);
                }
                let held = self.stack.pop().and_then(|frame| frame.held);
                self.drop_held(held)?;
                self.value_done();
            }
            _ => return Err(ScanErrorKind::Json),
        }
        self.keep(byte).map(|()| true)
    }

    fn is_in_array(&self) -> bool {
        self.stack.last().is_some_and(|frame| frame.array)
    }

    /// The first byte of a value.
    fn value(&mut self, byte: u8) -> Result<(), ScanErrorKind> {
        match byte {
            b'"' => {
                self.keep(byte)?;
                return self.begin_string();
            }
            b'{' | b'[' => {
                if self.stack.len() >= self.depth {
                    return Err(ScanErrorKind::TooDeep);
                }
                self.note_error(true);
                let array = byte == b'[';
                self.stack.push(Frame { array, key: Key::Other, is_call: None, held: None });
                self.state = if array { State::FirstItem } else { State::FirstKey };
            }
            b't' => {
                self.note_error(true);
                self.begin_word(b"rue");
            }
            b'f' => self.begin_word(b"alse"),
            b'n' => self.begin_word(b"ull"),
            b'-' => self.state = State::Number(Number::Minus),
            _ if self.number(Number::Minus, byte) => {}
            _ => return Err(ScanErrorKind::Json),
        }
        self.keep(byte)
    }

    fn begin_word(&mut self, rest: &'static [u8]) {
        self.word = rest;
        self.state = State::Word;
    }

    /// Reads a byte of a number, if it is one.
    fn number(&mut self, number: Number, byte: u8) -> bool {
        let Some(next) = number.next(byte) else { return false };
        // `0`, `-0.0` and `0e9` are not truthy: some digit before the exponent must be another.
        if matches!(next, Number::Integer | Number::Fraction) && byte != b'0' {
            self.note_error(true);
        }
        self.state = State::Number(next);
        true
    }

    /// What is known by now of the `error` at the top.
    fn note_error(&mut self, truthy: bool) {
        if matches!(self.stack.as_slice(), [Frame { key: Key::Error, .. }]) {
            self.error = truthy;
        }
    }

    fn begin_text(&mut self, role: Role) {
        self.name.clear();
        self.escape = Escape::No;
        self.role = role;
        self.state = State::Text;
    }

    /// Begins a value that is a string, after its opening quote.
    fn begin_string(&mut self) -> Result<(), ScanErrorKind> {
        let start = self.rest.len();
        let Some(frame) = self.stack.last_mut() else {
            self.begin_text(Role::Plain);
            return Ok(());
        };
        let role = match (frame.key, frame.is_call) {
            (Key::Type, _) => Role::Type,
            (Key::Image(Field::Result), None) => {
                let before = frame.held.replace(start..start);
                self.drop_held(before)?;
                Role::Held
            }
            (Key::Image(Field::Result), Some(false)) | (Key::Other | Key::Error, _) => Role::Plain,
            (Key::Image(field), _) => {
                self.begin_image(field);
                self.state = State::Payload;
                let index = self.index();
                return self.keep_run(&mut index.as_bytes(), index.len(), false);
            }
        };
        self.begin_text(role);
        Ok(())
    }

    fn begin_image(&mut self, field: Field) {
        self.payload.begin(self.next_image, field);
        self.next_image = self.next_image.wrapping_add(1);
        self.escape = Escape::No;
    }

    /// What stands for the image in the rest.
    fn index(&self) -> String {
        let (index, ..) = self.payload.piece();
        let mut digits = String::new();
        push_natural(&mut digits, index.into(), 1);
        digits
    }

    /// The value that was being read is complete.
    fn value_done(&mut self) {
        self.state = if self.stack.is_empty() { State::End } else { State::After };
    }

    /// What had been held as a possible image is text after all.
    fn drop_held(&mut self, held: Option<Range<usize>>) -> Result<(), ScanErrorKind> {
        self.held_bytes = self.held_bytes.wrapping_sub(held.unwrap_or_default().len());
        if self.text_bytes() > self.rest_bytes { Err(ScanErrorKind::RestTooLarge) } else { Ok(()) }
    }

    /// Bytes of the rest that count as text.
    fn text_bytes(&self) -> usize {
        self.rest.len().wrapping_sub(self.held_bytes)
    }

    fn keep(&mut self, byte: u8) -> Result<(), ScanErrorKind> {
        if self.text_bytes() >= self.rest_bytes {
            return Err(ScanErrorKind::RestTooLarge);
        }
        self.rest.push(byte);
        Ok(())
    }

    /// Keeps so many bytes of the input, as text or as what may be an image; at the limit, the input stands at the first
    /// byte too many.
    fn keep_run(&mut self, input: &mut &[u8], count: usize, held: bool) -> Result<(), ScanErrorKind> {
        let (room, error) = if held {
            // Escapes make base64 longer, in the worst case six times; twice leaves room for every `\/`.
            let most = self.image_bytes.saturating_mul(2);
            (most.saturating_sub(self.held_bytes), ScanErrorKind::ImageTooLarge)
        } else {
            (self.rest_bytes.saturating_sub(self.text_bytes()), ScanErrorKind::RestTooLarge)
        };
        let (run, tail) = input.split_at_checked(count.min(room)).unwrap_or_default();
        self.rest.extend_from_slice(run);
        *input = tail;
        if held {
            self.held_bytes = self.held_bytes.wrapping_add(run.len());
            if let Some(held) = self.stack.last_mut().and_then(|frame| frame.held.as_mut()) {
                held.end = self.rest.len();
            }
        }
        if count > room { Err(error) } else { Ok(()) }
    }

    /// Reads a string that is kept.
    fn string(&mut self, input: &mut &[u8], lines: bool) -> Result<Option<Found>, ScanErrorKind> {
        let held = self.role == Role::Held;
        let is_name = matches!(self.role, Role::Key | Role::Type);
        if self.escape == Escape::No {
            let plain = plain_bytes(input);
            if plain > 0 {
                if is_name {
                    self.name.push_plain(input.get(..plain).unwrap_or_default(), NAME_BYTES);
                }
                self.note_text();
                self.keep_run(input, plain, held)?;
            }
        }
        let mut peek = *input;
        let run = read_escape(&mut peek, &mut self.escape, lines);
        self.keep_run(input, input.len().wrapping_sub(peek.len()), held)?;
        match run? {
            Run::Input => return Ok(input.is_empty().then_some(Found::Nothing)),
            Run::Line => return Ok(Some(Found::Line)),
            Run::Unit(unit) => {
                if is_name {
                    self.name.push_unit(unit, NAME_BYTES);
                }
                self.note_text();
            }
            Run::Closed => {
                // The quote is text even where the string may be an image.
                self.keep_run(input, 1, false)?;
                self.close()?;
            }
        }
        Ok(None)
    }

    /// A string that is not empty is truthy.
    fn note_text(&mut self) {
        if self.role == Role::Plain {
            self.note_error(true);
        }
    }

    /// A string is complete.
    fn close(&mut self) -> Result<(), ScanErrorKind> {
        if self.role != Role::Key {
            self.value_done();
        }
        let is_top = self.stack.len() == 1;
        let Some(frame) = self.stack.last_mut() else { return Ok(()) };
        match self.role {
            Role::Plain | Role::Held => {}
            Role::Key => {
                frame.key = Key::of(self.name.bytes());
                self.note_error(false);
                self.state = State::Colon;
            }
            Role::Type => {
                let name = self.name.bytes();
                if is_top {
                    name.clone_into(&mut self.kind);
                }
                let is_call = name == b"image_generation_call";
                frame.is_call = Some(is_call);
                match frame.held.take() {
                    Some(held) if is_call => {
                        self.begin_image(Field::Result);
                        self.release_at = held.start;
                        self.released = held;
                        self.state = State::Release;
                    }
                    held => self.drop_held(held)?,
                }
            }
        }
        Ok(())
    }

    /// Decodes an image as it arrives.
    fn payload(&mut self, input: &mut &[u8], lines: bool) -> Result<Option<Found>, ScanErrorKind> {
        Ok(Some(match read_payload(&mut self.payload, input, &mut self.escape, lines)? {
            PayloadRun::Input => Found::Nothing,
            PayloadRun::Line => Found::Line,
            PayloadRun::Full => Found::Piece { last: false },
            PayloadRun::Closed => {
                self.payload.finish()?;
                *input = input.get(1..).unwrap_or(&[]);
                self.keep(b'"')?;
                self.value_done();
                Found::Piece { last: true }
            }
        }))
    }

    /// Decodes an image that stands in the rest.
    fn release(&mut self) -> Result<Found, ScanErrorKind> {
        let Range { start, end } = self.released;
        let whole = self.rest.get(self.release_at..end).unwrap_or(&[]);
        let mut text = whole;
        let run = read_payload(&mut self.payload, &mut text, &mut self.escape, false)?;
        self.release_at = end.wrapping_sub(text.len());
        if matches!(run, PayloadRun::Full) {
            return Ok(Found::Piece { last: false });
        }
        // The string was valid when it was read, so it was read to its end.
        self.payload.finish()?;
        self.held_bytes = self.held_bytes.wrapping_sub(end.wrapping_sub(start));
        let tail = self.rest.get(end..).unwrap_or_default().to_vec();
        self.rest.truncate(start);
        self.rest.extend_from_slice(self.index().as_bytes());
        self.rest.extend_from_slice(&tail);
        self.value_done();
        Ok(Found::Piece { last: true })
    }
}
