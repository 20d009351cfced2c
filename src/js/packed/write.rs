//! Values to bytes.

use core::fmt::Display;

use serde::ser::{self, Serialize};

use super::constant;
use super::{END, FALSE, LIST, NULL, NUMBER, OBJECT, STATIC, TEXT, TRUE};

/// Where answers are written; kept from call to call, since most are short.
#[derive(Default)]
pub(in crate::js) struct Writer {
    /// As long as the longest answer yet: what is written replaces bytes and need not reserve any.
    tags: Vec<u8>,
    /// How many bytes of `tags` are of this answer.
    at: usize,
    texts: Vec<u8>,
}

/// What has a form among these bytes.
pub(in crate::js) trait Pack {
    fn pack(&self, out: &mut Writer);
}

/// The lengths of the texts in bytes and where they are.
const HEADER: usize = 8;

/// What the buffer of an answer begins with.
const FIRST_BYTES: usize = 4096;

impl Writer {
    pub(in crate::js) const fn new() -> Self {
        Self { tags: Vec::new(), at: 0, texts: Vec::new() }
    }

    /// Writes `value`, replacing what was there, and gives its length in bytes.
    pub(in crate::js) fn write(&mut self, value: &dyn Pack) -> usize {
        self.at = HEADER;
        self.texts.clear();
        value.pack(self);
        let end = self.at;
        self.at = 0;
        self.length(self.texts.len());
        self.length(self.texts.as_ptr().addr());
        self.at = end;
        end.saturating_add(self.texts.len())
    }

    /// The address of the first byte.
    pub(in crate::js) fn address(&self) -> *const u8 {
        self.tags.as_ptr()
    }

    /// Lets go of what one long answer took, if that is more than `length` bytes.
    pub(in crate::js) fn shrink(&mut self, length: usize) {
        if self.tags.capacity().max(self.texts.capacity()) > length {
            *self = Self::new();
        }
    }

    /// Few bytes, one store: copying a slice would call a function for each.
    fn put<const N: usize>(&mut self, bytes: [u8; N]) {
        let end = self.at.saturating_add(N);
        if end > self.tags.len() {
            self.grow();
        }
        if let Some(slot) = self.tags.get_mut(self.at..).and_then(<[u8]>::first_chunk_mut) {
            *slot = bytes;
            self.at = end;
        }
    }

    #[cold]
    #[inline(never)]
    fn grow(&mut self) {
        self.tags.resize(self.tags.len().saturating_mul(2).max(FIRST_BYTES), 0);
    }

    pub(in crate::js) fn tag(&mut self, tag: u8) {
        self.put([tag]);
    }

    pub(super) fn flag(&mut self, flag: bool) {
        self.tag(if flag { TRUE } else { FALSE });
    }

    pub(in crate::js) fn number(&mut self, number: f64) {
        self.tagged(NUMBER, number.to_bits());
    }

    /// A number without its tag.
    pub(super) fn bare_number(&mut self, number: f64) {
        self.put(number.to_le_bytes());
    }

    /// A tag and the 8 bytes that follow it, at once.
    fn tagged(&mut self, tag: u8, bits: u64) {
        let mut bytes = [tag; 9];
        if let Some(last) = bytes.last_chunk_mut() {
            *last = bits.to_le_bytes();
        }
        self.put(bytes);
    }

    /// A length or an address.
    pub(super) fn length(&mut self, length: usize) {
        self.put(u32::try_from(length).unwrap_or(u32::MAX).to_le_bytes());
    }

    pub(in crate::js) fn text(&mut self, text: &str) {
        if constant::is_constant(text) {
            // The address, and the length after it.
            let length = (text.len() as u64).wrapping_shl(32);
            self.tagged(STATIC, text.as_ptr().addr() as u64 | length);
            return;
        }
        self.tag(TEXT);
        self.length(if text.is_ascii() { text.len() } else { text.encode_utf16().count() });
        self.texts.extend_from_slice(text.as_bytes());
    }
}

/// Whatever serializes; the types of this crate never fail to.
pub(in crate::js) struct Plain<'a, T: ?Sized>(pub(in crate::js) &'a T);

impl<T: Serialize + ?Sized> Pack for Plain<'_, T> {
    fn pack(&self, out: &mut Writer) {
        match self.0.serialize(out) {
            Ok(()) => {}
            Err(never) => match never {},
        }
    }
}

/// A type refused to serialize: none of this crate's does.
#[derive(Debug)]
pub(in crate::js) enum Never {}

impl Display for Never {
    fn fmt(&self, _: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        match *self {}
    }
}

impl core::error::Error for Never {}

impl ser::Error for Never {
    fn custom<T: Display>(_: T) -> Self {
        no_form()
    }
}

/// For what none of the types of this crate is.
fn no_form() -> ! {
    std::process::abort()
}

#[allow(clippy::cast_precision_loss, reason = "JavaScript has the same numbers with the same loss")]
impl ser::Serializer for &mut Writer {
    type Ok = ();
    type Error = Never;
    type SerializeSeq = Self;
    type SerializeTuple = Self;
    type SerializeTupleStruct = Self;
    type SerializeTupleVariant = ser::Impossible<(), Never>;
    type SerializeMap = Self;
    type SerializeStruct = Self;
    type SerializeStructVariant = ser::Impossible<(), Never>;

    fn serialize_bool(self, flag: bool) -> Result<(), Never> {
        self.flag(flag);
        Ok(())
    }

    fn serialize_i8(self, number: i8) -> Result<(), Never> {
        self.serialize_f64(f64::from(number))
    }

    fn serialize_i16(self, number: i16) -> Result<(), Never> {
        self.serialize_f64(f64::from(number))
    }

    fn serialize_i32(self, number: i32) -> Result<(), Never> {
        self.serialize_f64(f64::from(number))
    }

    fn serialize_i64(self, number: i64) -> Result<(), Never> {
        self.serialize_f64(number as f64)
    }

    fn serialize_u8(self, number: u8) -> Result<(), Never> {
        self.serialize_f64(f64::from(number))
    }

    fn serialize_u16(self, number: u16) -> Result<(), Never> {
        self.serialize_f64(f64::from(number))
    }

    fn serialize_u32(self, number: u32) -> Result<(), Never> {
        self.serialize_f64(f64::from(number))
    }

    fn serialize_u64(self, number: u64) -> Result<(), Never> {
        self.serialize_f64(number as f64)
    }

    fn serialize_f32(self, number: f32) -> Result<(), Never> {
        self.serialize_f64(f64::from(number))
    }

    fn serialize_f64(self, number: f64) -> Result<(), Never> {
        self.number(number);
        Ok(())
    }

    fn serialize_char(self, character: char) -> Result<(), Never> {
        self.serialize_str(character.encode_utf8(&mut [0; 4]))
    }

    fn serialize_str(self, text: &str) -> Result<(), Never> {
        self.text(text);
        Ok(())
    }

    fn serialize_bytes(self, bytes: &[u8]) -> Result<(), Never> {
        self.collect_seq(bytes)
    }

    fn serialize_none(self) -> Result<(), Never> {
        self.serialize_unit()
    }

    fn serialize_some<T: Serialize + ?Sized>(self, value: &T) -> Result<(), Never> {
        value.serialize(self)
    }

    fn serialize_unit(self) -> Result<(), Never> {
        self.tag(NULL);
        Ok(())
    }

    fn serialize_unit_struct(self, _: &'static str) -> Result<(), Never> {
        self.serialize_unit()
    }

    fn serialize_unit_variant(self, _: &'static str, _: u32, name: &'static str) -> Result<(), Never> {
        self.serialize_str(name)
    }

    fn serialize_newtype_struct<T: Serialize + ?Sized>(
        self,
        _: &'static str,
        value: &T,
    ) -> Result<(), Never> {
        value.serialize(self)
    }

    fn serialize_newtype_variant<T: Serialize + ?Sized>(
        self,
        _: &'static str,
        _: u32,
        name: &'static str,
        value: &T,
    ) -> Result<(), Never> {
        self.tag(OBJECT);
        self.text(name);
        value.serialize(&mut *self)?;
        self.tag(END);
        Ok(())
    }

    fn serialize_seq(self, _: Option<usize>) -> Result<Self, Never> {
        self.tag(LIST);
        Ok(self)
    }

    fn serialize_tuple(self, _: usize) -> Result<Self, Never> {
        self.serialize_seq(None)
    }

    fn serialize_tuple_struct(self, _: &'static str, _: usize) -> Result<Self, Never> {
        self.serialize_seq(None)
    }

    fn serialize_tuple_variant(
        self,
        _: &'static str,
        _: u32,
        _: &'static str,
        _: usize,
    ) -> Result<Self::SerializeTupleVariant, Never> {
        no_form()
    }

    fn serialize_map(self, _: Option<usize>) -> Result<Self, Never> {
        self.tag(OBJECT);
        Ok(self)
    }

    fn serialize_struct(self, _: &'static str, _: usize) -> Result<Self, Never> {
        self.serialize_map(None)
    }

    fn serialize_struct_variant(
        self,
        _: &'static str,
        _: u32,
        _: &'static str,
        _: usize,
    ) -> Result<Self::SerializeStructVariant, Never> {
        no_form()
    }
}

impl ser::SerializeSeq for &mut Writer {
    type Ok = ();
    type Error = Never;

    fn serialize_element<T: Serialize + ?Sized>(&mut self, value: &T) -> Result<(), Never> {
        value.serialize(&mut **self)
    }

    fn end(self) -> Result<(), Never> {
        self.tag(END);
        Ok(())
    }
}

impl ser::SerializeTuple for &mut Writer {
    type Ok = ();
    type Error = Never;

    fn serialize_element<T: Serialize + ?Sized>(&mut self, value: &T) -> Result<(), Never> {
        ser::SerializeSeq::serialize_element(self, value)
    }

    fn end(self) -> Result<(), Never> {
        ser::SerializeSeq::end(self)
    }
}

impl ser::SerializeTupleStruct for &mut Writer {
    type Ok = ();
    type Error = Never;

    fn serialize_field<T: Serialize + ?Sized>(&mut self, value: &T) -> Result<(), Never> {
        ser::SerializeSeq::serialize_element(self, value)
    }

    fn end(self) -> Result<(), Never> {
        ser::SerializeSeq::end(self)
    }
}

impl ser::SerializeMap for &mut Writer {
    type Ok = ();
    type Error = Never;

    fn serialize_key<T: Serialize + ?Sized>(&mut self, name: &T) -> Result<(), Never> {
        name.serialize(&mut **self)
    }

    fn serialize_value<T: Serialize + ?Sized>(&mut self, value: &T) -> Result<(), Never> {
        value.serialize(&mut **self)
    }

    fn end(self) -> Result<(), Never> {
        ser::SerializeSeq::end(self)
    }
}

impl ser::SerializeStruct for &mut Writer {
    type Ok = ();
    type Error = Never;

    fn serialize_field<T: Serialize + ?Sized>(&mut self, name: &'static str, value: &T) -> Result<(), Never> {
        self.text(name);
        value.serialize(&mut **self)
    }

    fn end(self) -> Result<(), Never> {
        ser::SerializeSeq::end(self)
    }
}
