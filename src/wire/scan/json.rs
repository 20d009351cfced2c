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
use super::text::{Escape, Run, is_line_end, is_plain, read_escape};
use super::{Field, Limits, ScanErrorKind};
use crate::wire::number::write_integer;

#[derive(Clone, Debug)]
pub(super) struct Json {
    state: State,
    stack: Vec<Frame>,
    /// The text, with an index in place of each image.
    rest: Vec<u8>,
    /// The key or `type` that is being read, unescaped, no longer than it matters.
    word: Vec<u8>,
    /// The escaped unit just before, of which a second half may make a character.
    high_surrogate: u16,
    kind: Vec<u8>,
    error: bool,
    /// Bytes of `rest` that may yet turn out to be images.
    held_bytes: usize,
    first_image: u32,
    next_image: u32,
    payload: Payload,
    rest_bytes: usize,
    image_bytes: usize,
    depth: usize,
}

/// A key or type longer than this is none we know.
const WORD_BYTES: usize = 128;

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
    Text(Role, Escape),
    Payload(Escape),
    /// The image in `rest` at this place is decoded; then the `type` is done.
    Release {
        start: usize,
        at: usize,
        end: usize,
        escape: Escape,
    },
    Number(Number),
    /// The bytes that must still come.
    Word(&'static [u8]),
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

/// Why [`Json::scan`] came back.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Stop {
    /// The input is used up.
    Input,
    /// The next byte is CR or LF, and lines were asked for.
    Line,
    /// A piece of an image is ready.
    Piece { last: bool },
}

impl Json {
    pub(super) fn new(limits: &Limits) -> Self {
        Self {
            state: State::Value,
            stack: Vec::new(),
            rest: Vec::new(),
            word: Vec::new(),
            high_surrogate: 0,
            kind: Vec::new(),
            error: false,
            held_bytes: 0,
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
        self.state = State::Value;
        self.stack.clear();
        self.rest.clear();
        self.kind.clear();
        self.error = false;
        self.held_bytes = 0;
        self.first_image = self.next_image;
        // One event with much text must not hold its memory for the rest of the stream.
        self.rest.shrink_to(64 << 10);
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
        super::repair(&mut self.rest);
        super::repair(&mut self.kind);
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
        matches!(self.state, State::Release { .. })
    }

    /// Whether an image was taken out of this text.
    pub(super) const fn has_images(&self) -> bool {
        self.next_image != self.first_image
    }

    pub(super) const fn is_foreign(&self) -> bool {
        matches!(self.state, State::Foreign)
    }

    /// Takes what comes as text that is no JSON.
    pub(super) fn set_foreign(&mut self) {
        self.state = State::Foreign;
        self.stack.clear();
        self.kind.clear();
        self.error = false;
        self.held_bytes = 0;
    }

    /// Reads from the front of `input`. With `lines`, CR and LF are not read: the caller knows what they mean.
    pub(super) fn scan(&mut self, input: &mut &[u8], lines: bool) -> Result<Stop, ScanErrorKind> {
        loop {
            match self.state {
                State::Payload(escape) => {
                    if let Some(stop) = self.payload(input, escape, lines)? {
                        return Ok(stop);
                    }
                }
                State::Release { start, at, end, escape } => {
                    if let Some(stop) = self.release(start, at, end, escape)? {
                        return Ok(stop);
                    }
                }
                State::Text(role, escape) => {
                    if let Some(stop) = self.string(input, role, escape, lines)? {
                        return Ok(stop);
                    }
                }
                State::Foreign => {
                    let line = input.iter().position(|byte| lines && is_line_end(*byte));
                    self.keep_run(input, line.unwrap_or(input.len()))?;
                    return Ok(if input.is_empty() { Stop::Input } else { Stop::Line });
                }
                _ => {
                    let Some((&byte, tail)) = input.split_first() else { return Ok(Stop::Input) };
                    if lines && is_line_end(byte) {
                        return Ok(Stop::Line);
                    }
                    if self.token(byte)? {
                        *input = tail;
                    }
                }
            }
        }
    }

    /// One byte outside strings. Answers whether it was read: what ends a number is looked at again.
    fn token(&mut self, byte: u8) -> Result<bool, ScanErrorKind> {
        const SPACE: [u8; 4] = *b" \t\n\r";
        match self.state {
            State::Number(number) => {
                let Some(next) = number.next(byte) else {
                    if !number.may_end() {
                        return Err(ScanErrorKind::Json);
                    }
                    self.value_done();
                    return Ok(false);
                };
                // `0`, `-0.0` and `0e9` are not truthy: some digit before the exponent must be another.
                let in_mantissa = matches!(next, Number::Integer | Number::Fraction);
                if in_mantissa && byte != b'0' && self.is_top_error() {
                    self.error = true;
                }
                self.state = State::Number(next);
            }
            State::Word(expected) => match expected.split_first() {
                Some((first, tail)) if *first == byte => {
                    self.state = State::Word(tail);
                    self.keep(byte)?;
                    if tail.is_empty() {
                        self.value_done();
                    }
                    return Ok(true);
                }
                _ => return Err(ScanErrorKind::Json),
            },
            _ if SPACE.contains(&byte) => {}
            State::Value => return self.value(byte).map(|()| true),
            State::FirstItem if byte != b']' => return self.value(byte).map(|()| true),
            State::FirstKey | State::Key if byte == b'"' => {
                self.word.clear();
                self.high_surrogate = 0;
                self.state = State::Text(Role::Key, Escape::No);
            }
            State::Colon if byte == b':' => self.state = State::Value,
            State::After if byte == b',' => {
                let array = self.stack.last().is_some_and(|frame| frame.array);
                self.state = if array { State::Value } else { State::Key };
            }
            State::After | State::FirstItem | State::FirstKey => {
                let array = self.stack.last().is_some_and(|frame| frame.array);
                if byte != if array { b']' } else { b'}' } {
                    return Err(ScanErrorKind::Json);
                }
                self.keep(byte)?;
                if let Some(frame) = self.stack.pop() {
                    self.drop_held(frame.held)?;
                }
                self.value_done();
                return Ok(true);
            }
            _ => return Err(ScanErrorKind::Json),
        }
        self.keep(byte).map(|()| true)
    }

    /// The first byte of a value.
    fn value(&mut self, byte: u8) -> Result<(), ScanErrorKind> {
        let key = self.stack.last().map_or(Key::Other, |frame| frame.key);
        let next = match byte {
            b'"' => return self.begin_string(key),
            b'{' | b'[' => {
                if self.stack.len() >= self.depth {
                    return Err(ScanErrorKind::TooDeep);
                }
                self.note_error(true);
                self.stack.push(Frame { array: byte == b'[', key: Key::Other, is_call: None, held: None });
                if byte == b'[' { State::FirstItem } else { State::FirstKey }
            }
            b't' => {
                self.note_error(true);
                State::Word(b"rue")
            }
            b'f' => State::Word(b"alse"),
            b'n' => State::Word(b"ull"),
            b'-' => State::Number(Number::Minus),
            b'0' => State::Number(Number::Zero),
            b'1'..=b'9' => {
                self.note_error(true);
                State::Number(Number::Integer)
            }
            _ => return Err(ScanErrorKind::Json),
        };
        self.state = next;
        self.keep(byte)
    }

    fn is_top_error(&self) -> bool {
        matches!(self.stack.as_slice(), [Frame { key: Key::Error, .. }])
    }

    fn note_error(&mut self, truthy: bool) {
        if self.is_top_error() {
            self.error = truthy;
        }
    }

    fn begin_string(&mut self, key: Key) -> Result<(), ScanErrorKind> {
        let is_call = self.stack.last().and_then(|frame| frame.is_call);
        let role = match (key, is_call) {
            (Key::Image(Field::Result), None) => Role::Held,
            (Key::Image(Field::Result), Some(false)) | (Key::Other | Key::Error, _) => Role::Plain,
            (Key::Image(field), _) => {
                self.keep(b'"')?;
                return self.begin_payload(field);
            }
            (Key::Type, _) => Role::Type,
        };
        self.keep(b'"')?;
        self.word.clear();
        self.high_surrogate = 0;
        if role == Role::Held {
            let start = self.rest.len();
            let frame = self.stack.last_mut();
            let before = frame.and_then(|frame| frame.held.replace(start..start));
            self.drop_held(before)?;
        }
        self.state = State::Text(role, Escape::No);
        Ok(())
    }

    /// Begins an image after its opening quote.
    fn begin_payload(&mut self, field: Field) -> Result<(), ScanErrorKind> {
        let mut index = String::new();
        write_integer(u64::from(self.next_image), &mut index);
        for byte in index.into_bytes() {
            self.keep(byte)?;
        }
        self.payload.begin(self.next_image, field);
        self.next_image = self.next_image.saturating_add(1);
        self.state = State::Payload(Escape::No);
        Ok(())
    }

    /// The value that was being read is complete.
    fn value_done(&mut self) {
        self.state = if self.stack.is_empty() { State::End } else { State::After };
    }

    /// What had been held as a possible image is text after all.
    fn drop_held(&mut self, held: Option<Range<usize>>) -> Result<(), ScanErrorKind> {
        if let Some(held) = held {
            self.held_bytes = self.held_bytes.saturating_sub(held.len());
        }
        if self.text_bytes() > self.rest_bytes { Err(ScanErrorKind::RestTooLarge) } else { Ok(()) }
    }

    /// Bytes of the rest that count as text.
    fn text_bytes(&self) -> usize {
        self.rest.len().saturating_sub(self.held_bytes)
    }

    fn keep(&mut self, byte: u8) -> Result<(), ScanErrorKind> {
        if self.text_bytes() >= self.rest_bytes {
            return Err(ScanErrorKind::RestTooLarge);
        }
        self.rest.push(byte);
        Ok(())
    }

    /// Keeps so many bytes of the input; at the limit, the input stands at the first byte too many.
    fn keep_run(&mut self, input: &mut &[u8], count: usize) -> Result<(), ScanErrorKind> {
        let room = self.rest_bytes.saturating_sub(self.text_bytes());
        self.copy_run(input, count, room).ok_or(ScanErrorKind::RestTooLarge)
    }

    /// Keeps bytes of a string that may be an image.
    fn hold_run(&mut self, input: &mut &[u8], count: usize) -> Result<(), ScanErrorKind> {
        // Escapes make base64 longer, in the worst case six times; twice leaves room for every `\/`.
        let room = self.image_bytes.saturating_mul(2).saturating_sub(self.held_bytes);
        let before = self.rest.len();
        let result = self.copy_run(input, count, room);
        self.held_bytes = self.held_bytes.saturating_add(self.rest.len().saturating_sub(before));
        if let Some(held) = self.stack.last_mut().and_then(|frame| frame.held.as_mut()) {
            held.end = self.rest.len();
        }
        result.ok_or(ScanErrorKind::ImageTooLarge)
    }

    fn copy_run(&mut self, input: &mut &[u8], count: usize, room: usize) -> Option<()> {
        let (run, _) = input.split_at_checked(count.min(room))?;
        self.rest.extend_from_slice(run);
        *input = input.get(run.len()..).unwrap_or(&[]);
        (count <= room).then_some(())
    }

    /// Reads a string that is kept.
    fn string(
        &mut self,
        input: &mut &[u8],
        role: Role,
        escape: Escape,
        lines: bool,
    ) -> Result<Option<Stop>, ScanErrorKind> {
        let keep = |json: &mut Self, input: &mut &[u8], count: usize| {
            if role == Role::Held { json.hold_run(input, count) } else { json.keep_run(input, count) }
        };
        let mut escape = escape;
        if escape == Escape::No {
            let plain = input.iter().position(|byte| !is_plain(*byte)).unwrap_or(input.len());
            if plain > 0 {
                if matches!(role, Role::Key | Role::Type) {
                    let room = WORD_BYTES.saturating_sub(self.word.len());
                    // One byte more than matters tells a long word from a known one.
                    self.word.extend_from_slice(input.get(..plain.min(room)).unwrap_or(&[]));
                    self.high_surrogate = 0;
                }
                if role == Role::Plain || role == Role::Type {
                    self.note_error(true);
                }
                keep(self, input, plain)?;
            }
        }
        let mut peek = *input;
        let run = read_escape(&mut peek, &mut escape, lines);
        keep(self, input, input.len().saturating_sub(peek.len()))?;
        self.state = State::Text(role, escape);
        match run? {
            Run::Input => return Ok(input.is_empty().then_some(Stop::Input)),
            Run::Line => return Ok(Some(Stop::Line)),
            Run::Unit(unit) => {
                if matches!(role, Role::Key | Role::Type) {
                    self.word_unit(unit);
                }
                if role == Role::Plain || role == Role::Type {
                    self.note_error(true);
                }
            }
            Run::Closed => {
                // The quote is text even where the string may be an image.
                self.keep_run(input, 1)?;
                self.close(role)?;
            }
        }
        Ok(None)
    }

    /// Adds a UTF-16 unit that was escaped to the word.
    fn word_unit(&mut self, unit: u16) {
        let high = core::mem::replace(&mut self.high_surrogate, unit);
        let pair = char::decode_utf16([high, unit]).next().and_then(Result::ok);
        let mut character = char::from_u32(u32::from(unit)).unwrap_or(char::REPLACEMENT_CHARACTER);
        if let Some(pair) = pair.filter(|pair| pair.len_utf16() == 2) {
            // The replacement character that stands for the first half gives way to both.
            self.word.truncate(self.word.len().saturating_sub(character.len_utf8()));
            character = pair;
        }
        if self.word.len() < WORD_BYTES {
            self.word.extend_from_slice(character.encode_utf8(&mut [0; 4]).as_bytes());
        }
    }

    /// A string is complete.
    fn close(&mut self, role: Role) -> Result<(), ScanErrorKind> {
        match role {
            Role::Key => {
                let key = match self.word.as_slice() {
                    b"b64_json" => Key::Image(Field::B64Json),
                    b"partial_image_b64" => Key::Image(Field::PartialImageB64),
                    b"imageBase64Data" => Key::Image(Field::ImageBase64Data),
                    b"result" => Key::Image(Field::Result),
                    b"type" => Key::Type,
                    b"error" => Key::Error,
                    _ => Key::Other,
                };
                if let Some(frame) = self.stack.last_mut() {
                    frame.key = key;
                }
                self.note_error(false);
                self.state = State::Colon;
            }
            Role::Plain | Role::Held => self.value_done(),
            Role::Type => {
                self.value_done();
                let is_call = self.word == b"image_generation_call";
                if self.stack.len() == 1 {
                    self.kind.clone_from(&self.word);
                }
                let Some(frame) = self.stack.last_mut() else { return Ok(()) };
                frame.is_call = Some(is_call);
                let held = frame.held.take();
                match held {
                    Some(Range { start, end }) if is_call => {
                        self.payload.begin(self.next_image, Field::Result);
                        self.next_image = self.next_image.saturating_add(1);
                        self.state = State::Release { start, at: start, end, escape: Escape::No };
                    }
                    held => self.drop_held(held)?,
                }
            }
        }
        Ok(())
    }

    /// Decodes an image as it arrives.
    fn payload(
        &mut self,
        input: &mut &[u8],
        escape: Escape,
        lines: bool,
    ) -> Result<Option<Stop>, ScanErrorKind> {
        let mut escape = escape;
        let run = read_payload(&mut self.payload, input, &mut escape, lines)?;
        self.state = State::Payload(escape);
        Ok(match run {
            PayloadRun::Input => Some(Stop::Input),
            PayloadRun::Line => Some(Stop::Line),
            PayloadRun::Full => Some(Stop::Piece { last: false }),
            PayloadRun::Closed => {
                self.payload.finish()?;
                *input = input.get(1..).unwrap_or(&[]);
                self.keep(b'"')?;
                self.value_done();
                Some(Stop::Piece { last: true })
            }
        })
    }

    /// Decodes an image that stands in the rest.
    fn release(
        &mut self,
        start: usize,
        at: usize,
        end: usize,
        escape: Escape,
    ) -> Result<Option<Stop>, ScanErrorKind> {
        let mut escape = escape;
        let whole = self.rest.get(at..end).unwrap_or(&[]);
        let mut text = whole;
        let run = read_payload(&mut self.payload, &mut text, &mut escape, false)?;
        let at = at.saturating_add(whole.len().saturating_sub(text.len()));
        self.state = State::Release { start, at, end, escape };
        if matches!(run, PayloadRun::Full) {
            return Ok(Some(Stop::Piece { last: false }));
        }
        // The string was valid when it was read, so it was read to its end.
        self.payload.finish()?;
        let (index, ..) = self.payload.piece();
        let mut digits = String::new();
        write_integer(u64::from(index), &mut digits);
        self.held_bytes = self.held_bytes.saturating_sub(end.saturating_sub(start));
        if start <= end && end <= self.rest.len() {
            self.rest.splice(start..end, digits.into_bytes());
        }
        self.value_done();
        Ok(Some(Stop::Piece { last: true }))
    }
}
