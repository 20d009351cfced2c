//! Strict base64 (RFC 4648, section 4), decoded as it arrives.
//!
//! Strict means: the standard alphabet only, no white space, padding where it belongs and nowhere else, and no bits
//! behind the last byte. What a lenient decoder would repair is a damaged picture here, and an error says where.

mod scalar;
#[cfg(all(target_arch = "wasm32", target_feature = "simd128"))]
mod simd;

#[cfg(not(all(target_arch = "wasm32", target_feature = "simd128")))]
use scalar as fast;
pub(crate) use scalar::value;
#[cfg(all(target_arch = "wasm32", target_feature = "simd128"))]
use simd as fast;

/// What is wrong with the text.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Base64Error {
    /// A character outside the alphabet.
    BadCharacter,
    /// `=` where none belongs, one too few, or text after it.
    BadPadding,
    /// The last character carries bits that belong to no byte.
    TrailingBits,
    /// The text ends inside a group of four, without padding.
    Unpadded,
}

/// Decodes one text, given in any number of pieces.
#[derive(Clone, Debug, Default)]
pub struct Decoder {
    /// The bits of the unfinished group of four characters.
    bits: u32,
    /// How many characters that group has.
    have: u8,
    /// How many `=` must still come; `None` as long as none came.
    padding: Option<u8>,
}

/// Room that [`Decoder::decode`] may use behind the bytes it writes: vector stores are wider than their result.
pub const SLACK: usize = 4;

impl Decoder {
    /// Decodes as many characters of the alphabet as `input` begins with and `out` has room for (less [`SLACK`] bytes).
    /// Answers how many characters were read and how many bytes written; what follows is for [`Self::push`].
    pub fn decode(&mut self, input: &[u8], out: &mut [u8]) -> (usize, usize) {
        if self.padding.is_some() {
            return (0, 0);
        }
        let (mut read, mut written) = (0_usize, 0_usize);
        let room = out.len().saturating_sub(SLACK);
        let mut whole_groups_tried = false;
        loop {
            if self.have == 0 {
                if written.wrapping_add(3) > room {
                    break;
                }
                if !core::mem::replace(&mut whole_groups_tried, true) {
                    let source = input.get(read..).unwrap_or(&[]);
                    let done = fast::groups(source, out.get_mut(written..).unwrap_or(&mut []));
                    read = read.wrapping_add(done.wrapping_mul(4));
                    written = written.wrapping_add(done.wrapping_mul(3));
                    continue;
                }
            }
            let Some(value) = input.get(read).and_then(|byte| scalar::value(*byte)) else { break };
            read = read.wrapping_add(1);
            written = written.wrapping_add(self.take(value, out.get_mut(written..).unwrap_or(&mut [])));
        }
        (read, written)
    }

    /// Adds a value of six bits. The fourth of a group completes three bytes; answers how many were written.
    fn take(&mut self, value: u8, out: &mut [u8]) -> usize {
        self.bits = self.bits << 6 | u32::from(value);
        self.have = self.have.wrapping_add(1);
        if self.have < 4 {
            return 0;
        }
        self.write(out);
        3
    }

    /// Writes the three bytes of the group, and begins another.
    fn write(&mut self, out: &mut [u8]) {
        let [_, bytes @ ..] = self.bits.to_be_bytes();
        if let Some(target) = out.first_chunk_mut() {
            *target = bytes;
        }
        (self.bits, self.have) = (0, 0);
    }

    /// Reads one character. Answers how many bytes it completes: they are then the first of `out`, which has room for three.
    ///
    /// # Errors
    /// [`Base64Error`] when the character cannot stand here.
    pub fn push(&mut self, byte: u8, out: &mut [u8]) -> Result<usize, Base64Error> {
        match (scalar::value(byte), self.padding) {
            (Some(value), None) => Ok(self.take(value, out)),
            (None, _) if byte != b'=' => Err(Base64Error::BadCharacter),
            (None, None) => self.pad(out),
            (None, Some(1)) => {
                self.padding = Some(0);
                Ok(0)
            }
            (_, Some(_)) => Err(Base64Error::BadPadding),
        }
    }

    /// Reads the first `=`, which completes the last bytes.
    fn pad(&mut self, out: &mut [u8]) -> Result<usize, Base64Error> {
        let missing = 4_u8.wrapping_sub(self.have);
        if !matches!(missing, 1 | 2) {
            return Err(Base64Error::BadPadding);
        }
        self.bits <<= missing.wrapping_mul(6);
        // Of the bits that are there, those that fill no byte must be zero.
        if self.bits & (1_u32 << missing.wrapping_mul(8)).wrapping_sub(1) != 0 {
            return Err(Base64Error::TrailingBits);
        }
        self.write(out);
        self.padding = Some(missing.wrapping_sub(1));
        Ok(usize::from(3_u8.wrapping_sub(missing)))
    }

    /// Ends the text.
    ///
    /// # Errors
    /// [`Base64Error`] when it ends inside a group.
    pub const fn finish(&self) -> Result<(), Base64Error> {
        match self.padding {
            Some(0) => Ok(()),
            Some(_) => Err(Base64Error::BadPadding),
            None if self.have == 0 => Ok(()),
            None => Err(Base64Error::Unpadded),
        }
    }

    /// Whether this is a character of the alphabet.
    pub(crate) fn has(byte: u8) -> bool {
        scalar::value(byte).is_some()
    }

    /// Whether the next character begins a group of four.
    pub(crate) const fn at_group_start(&self) -> bool {
        self.have == 0
    }
}

/// Decodes a whole text.
///
/// # Errors
/// The error and the index of the byte at which it shows; the length of the text when it shows at its end.
pub fn decode(text: &[u8]) -> Result<Vec<u8>, (Base64Error, usize)> {
    let mut decoder = Decoder::default();
    let mut out = vec![0; (text.len() / 4).saturating_mul(3).saturating_add(3 + SLACK)];
    let (read, mut written) = decoder.decode(text, &mut out);
    for (at, byte) in text.iter().enumerate().skip(read) {
        let rest = out.get_mut(written..).unwrap_or(&mut []);
        written = written.wrapping_add(decoder.push(*byte, rest).map_err(|error| (error, at))?);
    }
    decoder.finish().map_err(|error| (error, text.len()))?;
    out.truncate(written);
    Ok(out)
}

#[cfg(test)]
#[allow(clippy::arithmetic_side_effects, reason = "indices of short texts")]
mod tests {
    #[cfg(target_arch = "wasm32")]
    use wasm_bindgen_test::{wasm_bindgen_test, wasm_bindgen_test_configure};

    use super::{Base64Error, Decoder, SLACK, decode, fast, scalar};

    // In a browser the decoder is the one of vectors; natively the tests hold the scalar one.
    #[cfg(target_arch = "wasm32")]
    wasm_bindgen_test_configure!(run_in_browser);

    /// The definition, character by character, kept as the reference of everything faster.
    fn slow(text: &[u8]) -> Option<Vec<u8>> {
        const ALPHABET: &[u8] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
        if !text.len().is_multiple_of(4) {
            return None;
        }
        let mut out = Vec::new();
        let groups: Vec<&[u8]> = text.chunks(4).collect();
        for (index, group) in groups.iter().enumerate() {
            let padding = group.iter().rev().take_while(|byte| **byte == b'=').count();
            if padding > 2 || (padding > 0 && index != groups.len() - 1) {
                return None;
            }
            let mut bits = 0_u32;
            for byte in &group[..4 - padding] {
                bits = bits << 6 | u32::try_from(ALPHABET.iter().position(|letter| letter == byte)?).unwrap();
            }
            bits <<= 6 * padding;
            let bytes = bits.to_be_bytes();
            if bytes[4 - padding..].iter().any(|byte| *byte != 0) {
                return None;
            }
            out.extend(&bytes[1..4 - padding]);
        }
        Some(out)
    }

    #[cfg_attr(not(target_arch = "wasm32"), test)]
    #[cfg_attr(target_arch = "wasm32", wasm_bindgen_test)]
    fn errors_are_typed_and_placed() {
        for (text, expected) in [
            ("", Ok(&b""[..])),
            ("Zg==", Ok(b"f")),
            ("Zm8=", Ok(b"fo")),
            ("Zm9v", Ok(b"foo")),
            ("Zm9vYmFy", Ok(b"foobar")),
            ("+/+/", Ok(&[0xfb, 0xff, 0xbf])),
            ("Zg", Err((Base64Error::Unpadded, 2))),
            ("Zm9vY", Err((Base64Error::Unpadded, 5))),
            ("Zg=", Err((Base64Error::BadPadding, 3))),
            ("Zg===", Err((Base64Error::BadPadding, 4))),
            ("Z===", Err((Base64Error::BadPadding, 1))),
            ("=", Err((Base64Error::BadPadding, 0))),
            ("Zg==Zg==", Err((Base64Error::BadPadding, 4))),
            ("Zg=A", Err((Base64Error::BadPadding, 3))),
            ("Zh==", Err((Base64Error::TrailingBits, 2))),
            ("Zm9=", Err((Base64Error::TrailingBits, 3))),
            ("Z g==", Err((Base64Error::BadCharacter, 1))),
            ("Zm9v\n", Err((Base64Error::BadCharacter, 4))),
            ("Zm9vZm9vZm9vZm9vZm9vZm-v", Err((Base64Error::BadCharacter, 22))),
            ("Zg==&", Err((Base64Error::BadCharacter, 4))),
        ] {
            assert_eq!(decode(text.as_bytes()), expected.map(<[u8]>::to_vec), "{text:?}");
        }
    }

    #[cfg_attr(not(target_arch = "wasm32"), test)]
    #[cfg_attr(target_arch = "wasm32", wasm_bindgen_test)]
    fn each_byte_at_each_place_is_judged_as_the_definition_does() {
        for length in [4, 16, 20, 32, 64, 68] {
            for at in 0..length {
                for byte in 0..=255 {
                    let mut text = vec![b'Q'; length];
                    text[at] = byte;
                    assert_eq!(decode(&text).ok(), slow(&text), "{byte} at {at} of {length}");
                }
            }
        }
    }

    #[cfg_attr(not(target_arch = "wasm32"), test)]
    #[cfg_attr(target_arch = "wasm32", wasm_bindgen_test)]
    fn fast_groups_equal_scalar_groups() {
        let text: Vec<u8> = (0..4096_u32).map(|n| scalar::ALPHABET[(n * 37 % 64) as usize]).collect();
        for length in (0..400_usize).chain([4096]) {
            let length = length / 4 * 4;
            for bad in [None, Some(length / 2), Some(length.saturating_sub(1))] {
                let mut text = text[..length].to_vec();
                if let Some(byte) = bad.and_then(|at| text.get_mut(at)) {
                    *byte = b'"';
                }
                let mut one = vec![0; length + SLACK];
                let mut two = vec![0; length + SLACK];
                let (first, second) = (fast::groups(&text, &mut one), scalar::groups(&text, &mut two));
                assert_eq!(first, second);
                assert_eq!(one[..first * 3], two[..second * 3]);
            }
        }
    }

    #[cfg_attr(not(target_arch = "wasm32"), test)]
    #[cfg_attr(target_arch = "wasm32", wasm_bindgen_test)]
    fn every_cut_gives_the_same() {
        for text in ["Zm9vYmFyZm9vYmFyZm9vYmFyZm9vYmFyZm8=", "Zm9vYmFyZm9vYmFyZm9vYmFyZm9vYmFyZm8"] {
            let whole = decode(text.as_bytes());
            for first in 0..text.len() {
                for second in first..text.len() {
                    let mut decoder = Decoder::default();
                    let mut bytes = Vec::new();
                    for part in [&text[..first], &text[first..second], &text[second..]] {
                        let mut out = [0; 64];
                        let (read, written) = decoder.decode(part.as_bytes(), &mut out);
                        bytes.extend_from_slice(&out[..written]);
                        for byte in &part.as_bytes()[read..] {
                            let mut pushed = [0; 3];
                            let count = decoder.push(*byte, &mut pushed).unwrap();
                            bytes.extend_from_slice(&pushed[..count]);
                        }
                    }
                    assert_eq!(decoder.finish().map(|()| bytes).map_err(|error| (error, text.len())), whole);
                }
            }
        }
    }

    #[cfg_attr(not(target_arch = "wasm32"), test)]
    #[cfg_attr(target_arch = "wasm32", wasm_bindgen_test)]
    fn a_full_buffer_stops_at_a_group() {
        let mut decoder = Decoder::default();
        let mut out = [0; 7 + SLACK];
        assert_eq!(decoder.decode(b"AAAABBBBCCCC", &mut out), (8, 6));
        assert_eq!(decoder.decode(b"CCCC", &mut [0; 2 + SLACK]), (0, 0));
        assert_eq!(decoder.decode(b"CCCC", &mut [0; 3 + SLACK]), (4, 3));
    }
}
