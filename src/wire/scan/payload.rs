//! The image that is being decoded, and the string it is read from.

use super::super::base64::{Decoder, SLACK};
use super::text::{Escape, Run, is_line_end, is_plain, read_escape};
use super::{Field, Limits, ScanErrorKind};

/// A base64 decoder with the piece it is filling. One buffer serves all images of a reply.
#[derive(Clone, Debug)]
pub(super) struct Payload {
    decoder: Decoder,
    /// Always of its full length, so that no byte is cleared twice; `filled` says what counts.
    buffer: Vec<u8>,
    filled: usize,
    /// Bytes of this image that may still come.
    allowance: usize,
    image_bytes: usize,
    piece_bytes: usize,
    index: u32,
    field: Field,
}

/// What a read of characters ended at.
enum Decoded {
    /// A character that is not of the alphabet, or the end of the input.
    Other,
    /// The piece is full.
    Full,
}

impl Payload {
    pub(super) fn new(limits: &Limits) -> Self {
        Self {
            decoder: Decoder::default(),
            buffer: Vec::new(),
            filled: 0,
            allowance: 0,
            image_bytes: whole_groups(limits.image_bytes),
            piece_bytes: whole_groups(limits.piece_bytes),
            index: 0,
            field: Field::B64Json,
        }
    }

    /// Begins an image.
    pub(super) fn begin(&mut self, index: u32, field: Field) {
        self.decoder = Decoder::default();
        self.filled = 0;
        self.allowance = self.image_bytes;
        (self.index, self.field) = (index, field);
    }

    /// Decodes the characters that `input` begins with.
    fn decode(&mut self, input: &mut &[u8]) -> Result<Decoded, ScanErrorKind> {
        loop {
            let room = self.piece_bytes.saturating_sub(self.filled).min(self.allowance);
            self.grow(room.min((input.len() / 4).wrapping_add(1).wrapping_mul(3)));
            let end = self.filled.saturating_add(room).saturating_add(SLACK).min(self.buffer.len());
            let target = self.buffer.get_mut(self.filled..end).unwrap_or(&mut []);
            let (read, written) = self.decoder.decode(input, target);
            *input = input.get(read..).unwrap_or(&[]);
            self.count(written);
            let Some(&next) = input.first() else { return Ok(Decoded::Other) };
            // A full buffer shows only at the next character: it may be the end of the image.
            if !self.decoder.at_group_start() || !Decoder::has(next) {
                return Ok(Decoded::Other);
            }
            if self.allowance < 3 {
                return Err(ScanErrorKind::ImageTooLarge);
            }
            if self.filled >= self.piece_bytes {
                return Ok(Decoded::Full);
            }
            if read == 0 {
                // Padding was read and a character follows: let `push` say what is wrong.
                return Ok(Decoded::Other);
            }
        }
    }

    /// Decodes one character, such as an escape stands for.
    fn push(&mut self, byte: u8) -> Result<(), ScanErrorKind> {
        if self.decoder.at_group_start() && self.allowance < 3 && Decoder::has(byte) {
            return Err(ScanErrorKind::ImageTooLarge);
        }
        self.grow(3);
        let target = self.buffer.get_mut(self.filled..).unwrap_or(&mut []);
        let written = self.decoder.push(byte, target).map_err(ScanErrorKind::Base64)?;
        self.count(written);
        Ok(())
    }

    /// So many bytes more are in the buffer.
    fn count(&mut self, bytes: usize) {
        self.filled = self.filled.wrapping_add(bytes);
        self.allowance = self.allowance.saturating_sub(bytes);
    }

    /// Whether the piece must be handed out before another character is pushed.
    const fn is_full(&self) -> bool {
        self.filled >= self.piece_bytes
    }

    /// Ends the image.
    pub(super) fn finish(&self) -> Result<(), ScanErrorKind> {
        self.decoder.finish().map_err(ScanErrorKind::Base64)
    }

    pub(super) fn piece(&self) -> (u32, Field, &[u8]) {
        (self.index, self.field, self.buffer.get(..self.filled).unwrap_or(&[]))
    }

    pub(super) const fn clear_piece(&mut self) {
        self.filled = 0;
    }

    /// Takes memory that another one has used.
    pub(super) fn reuse(&mut self, buffer: Vec<u8>) {
        self.buffer = buffer;
    }

    pub(super) fn into_buffer(self) -> Vec<u8> {
        self.buffer
    }

    /// Makes room for `bytes` more bytes and the slack, doubling so that growing stays linear.
    fn grow(&mut self, bytes: usize) {
        let needed = self.filled.wrapping_add(bytes).wrapping_add(SLACK);
        if self.buffer.len() < needed {
            let most = self.piece_bytes.saturating_add(SLACK);
            let length = needed.max(self.buffer.len().saturating_mul(2)).max(16 << 10).min(most.max(needed));
            self.buffer.reserve_exact(length.saturating_sub(self.buffer.len()));
            self.buffer.resize(length, 0);
        }
    }
}

/// A length in whole groups of three bytes, at least one.
const fn whole_groups(bytes: usize) -> usize {
    let rest = bytes % 3;
    if bytes < 3 { 3 } else { bytes.wrapping_sub(rest) }
}

/// What reading an image came to.
pub(super) enum PayloadRun {
    Input,
    Line,
    /// The piece is full; call again when it is cleared.
    Full,
    /// The closing quote is next.
    Closed,
}

/// Reads an image's string up to its end.
pub(super) fn read_payload(
    payload: &mut Payload,
    input: &mut &[u8],
    escape: &mut Escape,
    lines: bool,
) -> Result<PayloadRun, ScanErrorKind> {
    loop {
        if *escape == Escape::No {
            if let Decoded::Full = payload.decode(input)? {
                return Ok(PayloadRun::Full);
            }
            match input.split_first() {
                None => return Ok(PayloadRun::Input),
                Some((b'"', _)) => return Ok(PayloadRun::Closed),
                Some((b'\\', _)) => {}
                Some((byte, _)) if lines && is_line_end(*byte) => return Ok(PayloadRun::Line),
                Some((byte, _)) if !is_plain(*byte) => return Err(ScanErrorKind::Json),
                Some((byte, tail)) => {
                    payload.push(*byte)?;
                    *input = tail;
                    continue;
                }
            }
        }
        // An escape may complete a group of four: room for it is made before it is read.
        if payload.is_full() {
            return Ok(PayloadRun::Full);
        }
        match read_escape(input, escape, lines)? {
            Run::Unit(unit) => payload.push(u8::try_from(unit).unwrap_or(0))?,
            Run::Line => return Ok(PayloadRun::Line),
            Run::Input | Run::Closed if input.is_empty() => return Ok(PayloadRun::Input),
            Run::Input | Run::Closed => {}
        }
    }
}
