//! Bytes to values: one incremental scanner for JSON bodies and event streams.
//!
//! A reply of the image endpoints is a few hundred bytes of JSON around megabytes of base64. Everybody else turns the
//! chunks into a string, the string into objects, and a string of the object into bytes: three copies of every image.
//! [`Scanner`] is given the chunks as they arrive. It finds the images in place, decodes them as they pass, and gives
//! back the rest as small JSON text in which the index of the image stands for its base64:
//!
//! ```text
//! {"created":1,"data":[{"b64_json":"iVBORw0K…"}],"usage":{…}}      what arrives
//! {"created":1,"data":[{"b64_json":"0"}],"usage":{…}}              the rest, and the bytes of image 0
//! ```
//!
//! An image is a string under the key `b64_json`, `partial_image_b64` or `imageBase64Data`, at any depth, or under
//! `result` in an object whose `type` is `image_generation_call`, whichever of the two comes first. Since *every* such
//! string is taken out, one that is found in the rest is always an index.
//!
//! ```text
//! chunk -> [events: lines and fields] -> [json: tokens, strictly] -> [base64] -> piece of an image
//!                    |                            |
//!              comment, retry, id             rest of the text
//! ```
//!
//! What it promises:
//! - the same items for every way to cut the bytes into chunks, and an error at the same byte;
//! - time and memory linear in the input: nothing is searched twice, and what is kept is the rest, one piece of an
//!   image, and a frame for each level of nesting; all of it has limits ([`Limits`]);
//! - strict JSON (RFC 8259) and strict base64; what is not is an error with its offset. The data of an event that is no
//!   JSON at all is handed over as the text it is.
//!
//! What it does not do: decide what an event means (that is [`crate::exchange`]), or build objects from the rest
//! (JavaScript's `JSON.parse` does it there, `serde_json` natively).

mod events;
mod json;
pub(super) mod number;
mod payload;
pub(super) mod text;

use core::fmt;
use core::ops::Range;

use super::base64::Base64Error;
use super::utf8::repair;
use crate::digits::push_integer;
use events::Events;
use json::Json;

/// How much of anything a scanner takes. Reaching a limit is an error; what was complete before was handed out.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Limits {
    /// Bytes of one image; rounded down to a multiple of three.
    pub image_bytes: usize,
    /// Bytes of the text around the images, of a body or of one event.
    pub rest_bytes: usize,
    /// Bytes of one event as it arrives, base64 included, or of a whole JSON body.
    pub event_bytes: u64,
    /// Bytes of the value of one `event`, `id`, `retry` or comment line.
    pub line_bytes: usize,
    /// Arrays and objects within each other.
    pub depth: usize,
    /// Bytes of an image that are handed out at a time, the last piece excepted; rounded down to a multiple of three.
    /// `usize::MAX` gives each image in one piece.
    pub piece_bytes: usize,
}

impl Default for Limits {
    /// Images of 64 MiB (the largest picture, 3840 x 2160, is 33 MB without any compression), 8 MiB of text, 512 MiB
    /// an event, 64 KiB a line, 128 levels, and pieces of 2 MiB, which most pictures fit into.
    fn default() -> Self {
        Self {
            image_bytes: 64 << 20,
            rest_bytes: 8 << 20,
            event_bytes: 512 << 20,
            line_bytes: 64 << 10,
            depth: 128,
            piece_bytes: 2 << 20,
        }
    }
}

/// Where an image was found.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Field {
    /// `b64_json`: the Images API.
    B64Json,
    /// `partial_image_b64`: a partial image of the Responses API.
    PartialImageB64,
    /// `result` of an `image_generation_call`: a finished image of the Responses API.
    Result,
    /// `imageBase64Data`: Runware.
    ImageBase64Data,
}

impl Field {
    /// The key.
    pub const fn name(self) -> &'static str {
        match self {
            Self::B64Json => "b64_json",
            Self::PartialImageB64 => "partial_image_b64",
            Self::Result => "result",
            Self::ImageBase64Data => "imageBase64Data",
        }
    }
}

/// What was found, lent until the next call.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Item<'a> {
    /// Bytes of an image. They belong to a document or message that is still to come, and count only if it comes.
    Piece(Piece<'a>),
    /// An event of an event stream.
    Message(Message<'a>),
    /// A comment line: no event, but a sign of life.
    Comment(&'a str),
    /// The server asks to wait so many milliseconds before reconnecting.
    Retry(u64),
    /// `[DONE]`: nothing after it counts.
    Done,
    /// The whole JSON body.
    Document(Document<'a>),
}

/// The next bytes of an image.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Piece<'a> {
    /// Which image: from 0, counted over the whole reply.
    pub image: u32,
    /// Where it was found.
    pub field: Field,
    /// The bytes. Empty only for an image of no bytes.
    pub bytes: &'a [u8],
    /// Whether the image is complete with them.
    pub last: bool,
}

/// An event.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Message<'a> {
    /// The `event` field; empty when there was none, which the standard calls `message`.
    pub event: &'a str,
    /// The data, with an index in place of each image.
    pub data: &'a str,
    /// The last event id of the stream so far.
    pub last_event_id: &'a str,
    /// Which images are in it.
    pub images: Range<u32>,
    /// Why the data is no JSON, where it is none: it is then the text as it came.
    pub no_json: Option<ScanError>,
    /// The string under `type` at the top of the JSON; empty when there is none.
    pub kind: &'a str,
    /// Whether the top of the JSON has a truthy `error`.
    pub error: bool,
}

/// A JSON body.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Document<'a> {
    /// The text, with an index in place of each image.
    pub data: &'a str,
    /// Which images are in it.
    pub images: Range<u32>,
}

/// Why the scanner stopped.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct ScanError {
    /// What is wrong.
    pub kind: ScanErrorKind,
    /// The byte at which it shows, from the start of the reply; the length of the reply for what is missing at its end.
    pub offset: u64,
}

/// What can be wrong.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum ScanErrorKind {
    /// A byte that cannot stand here in JSON.
    Json,
    /// The base64 of an image is wrong.
    Base64(Base64Error),
    /// An image is larger than [`Limits::image_bytes`].
    ImageTooLarge,
    /// The text around the images is longer than [`Limits::rest_bytes`].
    RestTooLarge,
    /// An event or body is longer than [`Limits::event_bytes`].
    EventTooLarge,
    /// A line is longer than [`Limits::line_bytes`].
    LineTooLong,
    /// More levels than [`Limits::depth`].
    TooDeep,
    /// The reply ends before its JSON does.
    Truncated,
}

impl ScanErrorKind {
    /// A stable word for it.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Json => "invalid_json",
            Self::Base64(Base64Error::BadCharacter) => "base64_bad_character",
            Self::Base64(Base64Error::BadPadding) => "base64_bad_padding",
            Self::Base64(Base64Error::TrailingBits) => "base64_trailing_bits",
            Self::Base64(Base64Error::Unpadded) => "base64_unpadded",
            Self::ImageTooLarge => "image_too_large",
            Self::RestTooLarge => "rest_too_large",
            Self::EventTooLarge => "event_too_large",
            Self::LineTooLong => "line_too_long",
            Self::TooDeep => "too_deep",
            Self::Truncated => "truncated",
        }
    }

    /// For a person.
    const fn text(self) -> &'static str {
        match self {
            Self::Json => "the reply is not valid JSON",
            Self::Base64(Base64Error::BadCharacter) => "an image holds a character that is not base64",
            Self::Base64(Base64Error::BadPadding) => "the base64 of an image has wrong padding",
            Self::Base64(Base64Error::TrailingBits) => "the base64 of an image has stray bits at its end",
            Self::Base64(Base64Error::Unpadded) => "the base64 of an image lacks its padding",
            Self::ImageTooLarge => "an image is larger than the limit image_bytes",
            Self::RestTooLarge => "the text of the reply is longer than the limit rest_bytes",
            Self::EventTooLarge => "the reply is longer than the limit event_bytes",
            Self::LineTooLong => "a line of the reply is longer than the limit line_bytes",
            Self::TooDeep => "the reply is nested deeper than the limit depth",
            Self::Truncated => "the reply ends early",
        }
    }
}

impl ScanError {
    /// What it says, as it is displayed.
    pub(crate) fn message(&self) -> String {
        let mut message = self.kind.text().to_owned();
        message.push_str(" (byte ");
        // Nobody sends so many bytes that they have no such number.
        push_integer(&mut message, i64::try_from(self.offset).unwrap_or(i64::MAX));
        message.push(')');
        message
    }
}

impl fmt::Display for ScanError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.message())
    }
}

impl core::error::Error for ScanError {}

/// Scans one reply. See the [module](self) for what it does.
///
/// ```
/// use gpt_image_edge::wire::scan::{Item, Limits, Scanner};
///
/// let mut scanner = Scanner::json(&Limits::default());
/// let mut image = Vec::new();
/// for mut chunk in [&br#"{"data":[{"b64_js"#[..], br#"on":"aGVsb"#, br#"G8="}]}"#] {
///     while let Some(item) = scanner.feed(&mut chunk)? {
///         if let Item::Piece(piece) = item {
///             image.extend_from_slice(piece.bytes);
///         }
///     }
/// }
/// assert_eq!(image, b"hello");
/// let Some(Item::Document(document)) = scanner.finish()? else { panic!() };
/// assert_eq!(document.data, r#"{"data":[{"b64_json":"0"}]}"#);
/// # Ok::<(), gpt_image_edge::wire::scan::ScanError>(())
/// ```
#[derive(Clone, Debug)]
pub struct Scanner {
    json: Json,
    /// Whether it is an event stream, or else a JSON body.
    is_stream: bool,
    events: Events,
    event_bytes: u64,
    /// Bytes of the current event or body.
    seen: u64,
    /// Bytes of the whole reply.
    offset: u64,
    /// Bytes of the byte order mark that may open the reply, as far as they were read; all when it is past.
    bom: usize,
    /// What the last item lent, to be cleared when the next is asked for.
    lent: Found,
    failed: Option<ScanError>,
    ended: bool,
}

const BOM: [u8; 3] = [0xef, 0xbb, 0xbf];

/// What a step came to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Found {
    /// The input is used up.
    Nothing,
    /// The next byte is CR or LF, and lines were asked for.
    Line,
    /// A blank line that dispatches nothing.
    Blank,
    Piece {
        last: bool,
    },
    Comment,
    Retry,
    Message,
    Done,
    Document,
}

impl Scanner {
    /// A scanner of a JSON body.
    pub fn json(limits: &Limits) -> Self {
        Self::new(limits, false)
    }

    /// A scanner of an event stream (`text/event-stream`).
    pub fn event_stream(limits: &Limits) -> Self {
        Self::new(limits, true)
    }

    /// A scanner of either.
    pub(crate) fn new(limits: &Limits, is_stream: bool) -> Self {
        Self {
            json: Json::new(limits),
            is_stream,
            events: Events::new(limits),
            event_bytes: limits.event_bytes,
            seen: 0,
            offset: 0,
            bom: 0,
            lent: Found::Nothing,
            failed: None,
            ended: false,
        }
    }

    /// Decodes into memory that an earlier scanner has used ([`Self::into_buffer`]): it need neither grow nor be cleared again.
    pub fn reuse(&mut self, buffer: Vec<u8>) {
        self.json.reuse(buffer);
    }

    /// The memory into which it has decoded, for the next.
    pub fn into_buffer(self) -> Vec<u8> {
        self.json.into_buffer()
    }

    /// Reads from the front of `chunk` until something is found; `None` when the chunk is used up. Call it again with
    /// what is left, and with the next chunk after `None`.
    ///
    /// # Errors
    /// [`ScanError`], from then on always the same one.
    pub fn feed(&mut self, chunk: &mut &[u8]) -> Result<Option<Item<'_>>, ScanError> {
        if self.begin()? {
            *chunk = &[];
            return Ok(None);
        }
        let found = self.next(chunk);
        self.ended = found == Ok(Found::Done);
        self.answer(found)
    }

    fn next(&mut self, chunk: &mut &[u8]) -> Result<Found, ScanErrorKind> {
        loop {
            let budget = usize::try_from(self.event_bytes.saturating_sub(self.seen)).unwrap_or(usize::MAX);
            let (mut window, beyond) = chunk.split_at_checked(budget).unwrap_or((*chunk, &[]));
            let before = window.len();
            let result = self.step(&mut window);
            let read = before.wrapping_sub(window.len());
            *chunk = chunk.get(read..).unwrap_or(&[]);
            self.offset = self.offset.wrapping_add(read as u64);
            self.seen = self.seen.wrapping_add(read as u64);
            let found = result?;
            match found {
                Found::Nothing | Found::Line if !window.is_empty() => continue,
                Found::Nothing | Found::Line if !beyond.is_empty() => {
                    return Err(ScanErrorKind::EventTooLarge);
                }
                Found::Blank | Found::Message | Found::Done => self.seen = 0,
                _ => {}
            }
            if found != Found::Blank {
                return Ok(found);
            }
        }
    }

    /// Ends the reply. Call it until it answers `None`: at the end of a JSON body there is the [`Document`], at the end
    /// of an event stream an event that lacks only its blank line, if its JSON is complete.
    ///
    /// # Errors
    /// [`ScanError`] when the reply ends within its JSON or within an event.
    pub fn finish(&mut self) -> Result<Option<Item<'_>>, ScanError> {
        if self.begin()? {
            return Ok(None);
        }
        self.ended = true;
        let found = if self.is_stream {
            self.events.finish(&mut self.json)
        } else if self.json.is_complete() {
            Ok(Found::Document)
        } else {
            Err(ScanErrorKind::Truncated)
        };
        self.answer(found)
    }

    /// The last event id of the stream: what a reconnecting client sends as `Last-Event-ID`.
    pub fn last_event_id(&self) -> &str {
        self.events.last_event_id()
    }

    /// How many bytes were read.
    pub const fn offset(&self) -> u64 {
        self.offset
    }

    /// Takes back what was lent, and answers whether the reply has ended.
    fn begin(&mut self) -> Result<bool, ScanError> {
        if let Some(error) = self.failed {
            return Err(error);
        }
        self.take_back();
        Ok(self.ended)
    }

    /// Lends what was found, or fails for good.
    fn answer(&mut self, found: Result<Found, ScanErrorKind>) -> Result<Option<Item<'_>>, ScanError> {
        match found {
            Ok(found) => {
                self.lent = found;
                Ok(self.lend())
            }
            Err(kind) => {
                let error = ScanError { kind, offset: self.offset };
                self.failed = Some(error);
                // Nothing more will be asked of them: give the memory back now rather than with the scanner.
                self.json.free();
                Err(error)
            }
        }
    }

    fn step(&mut self, window: &mut &[u8]) -> Result<Found, ScanErrorKind> {
        let length = window.len();
        while let Some(expected) = BOM.get(self.bom) {
            let Some((byte, tail)) = window.split_first() else { return Ok(Found::Nothing) };
            if byte == expected {
                *window = tail;
                self.bom = self.bom.wrapping_add(1);
            } else if core::mem::replace(&mut self.bom, BOM.len()) > 0 {
                // A part of a mark is no mark, but text that was already read.
                if !self.is_stream {
                    return Err(ScanErrorKind::Json);
                }
                self.events.unknown_field();
            }
        }
        let offset = self.offset.wrapping_add(length.wrapping_sub(window.len()) as u64);
        if self.is_stream {
            self.events.step(&mut self.json, window, offset)
        } else {
            self.json.scan(window, false)
        }
    }

    /// Clears what the last item lent.
    fn take_back(&mut self) {
        match core::mem::replace(&mut self.lent, Found::Nothing) {
            Found::Nothing | Found::Line | Found::Blank | Found::Retry => {}
            Found::Piece { .. } => self.json.clear_piece(),
            Found::Comment => self.events.clear_line(),
            Found::Message => {
                self.json.restart();
                self.events.restart();
            }
            Found::Done | Found::Document => self.json.free(),
        }
    }

    fn lend(&mut self) -> Option<Item<'_>> {
        match self.lent {
            Found::Nothing | Found::Line | Found::Blank => None,
            Found::Piece { last } => {
                let (image, field, bytes) = self.json.piece();
                Some(Item::Piece(Piece { image, field, bytes, last }))
            }
            Found::Comment => Some(Item::Comment(self.events.comment())),
            Found::Retry => Some(Item::Retry(self.events.retry_ms())),
            Found::Done => Some(Item::Done),
            Found::Message => {
                self.json.repair();
                let events = &mut self.events;
                events.repair();
                Some(Item::Message(Message {
                    event: events.event(),
                    data: self.json.text(),
                    last_event_id: events.last_event_id(),
                    images: self.json.images(),
                    no_json: events.no_json(),
                    kind: self.json.kind(),
                    error: self.json.has_error(),
                }))
            }
            Found::Document => {
                self.json.repair();
                Some(Item::Document(Document { data: self.json.text(), images: self.json.images() }))
            }
        }
    }
}

/// The text of bytes that were repaired.
fn as_text(bytes: &[u8]) -> &str {
    core::str::from_utf8(bytes).unwrap_or("")
}

#[cfg(test)]
mod tests {
    #[cfg(target_arch = "wasm32")]
    use wasm_bindgen_test::wasm_bindgen_test;

    use super::{Item, Limits, Scanner};
    use crate::wire::base64::decode;

    // What the scanner is compared with in full stands in `tests/chunking.rs`, natively; this runs in browsers too,
    // where vectors decode.
    #[cfg_attr(not(target_arch = "wasm32"), test)]
    #[cfg_attr(target_arch = "wasm32", wasm_bindgen_test)]
    fn images_of_any_length_at_any_cut() {
        let letters = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/".repeat(8);
        // What a scanner decodes into is of any length, and holds what the one before has left.
        let mut used = vec![0xaa; 5];
        for length in (0..400).step_by(4) {
            let image = letters.get(..length).unwrap();
            let expected = decode(image).unwrap();
            let body = [&b"{\"b64_json\":\""[..], image, b"\"}"].concat();
            for (chunk_bytes, piece_bytes) in
                [(1, 3), (3, 48), (17, 60), (64, 9), (65, 300), (100, 99), (500, 299)]
            {
                let mut scanner = Scanner::json(&Limits { piece_bytes, ..Limits::default() });
                scanner.reuse(core::mem::take(&mut used));
                let mut bytes = Vec::new();
                for mut chunk in body.chunks(chunk_bytes) {
                    while let Some(item) = scanner.feed(&mut chunk).unwrap() {
                        let Item::Piece(piece) = item else { panic!("{item:?}") };
                        assert!(piece.last || piece.bytes.len() == piece_bytes / 3 * 3);
                        bytes.extend_from_slice(piece.bytes);
                    }
                }
                assert_eq!(bytes, expected, "{length} characters in chunks of {chunk_bytes}");
                used = scanner.clone().into_buffer();
                assert!(matches!(scanner.finish(), Ok(Some(Item::Document(_)))));
            }
        }
    }
}
