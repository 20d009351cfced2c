//! Whatever serializes, to bytes.

use core::fmt::{self, Display};

use serde::ser::{self, Serialize};

use super::constant;
use super::{ABSENT, DAY, FALSE, FILE, FIRST_SHAPE, LIST, NULL, NUMBER, OBJECT, SHAPES, STATIC, TEXT, TRUE};
use crate::date::DAY_NEWTYPE;
use crate::request::value::FILE_NEWTYPE;

/// Where answers are written; kept from call to call, since most are short.
#[derive(Default)]
pub(in crate::js) struct Answer {
    /// As long as the longest answer yet: what is written replaces bytes and need not reserve any.
    tags: Vec<u8>,
    /// How many bytes of `tags` are of this answer.
    at: usize,
    texts: Vec<u8>,
}

impl Answer {
    pub(in crate::js) const fn new() -> Self {
        Self { tags: Vec::new(), at: 0, texts: Vec::new() }
    }

    /// Writes `value`, replacing what was there, and gives its length in bytes.
    pub(in crate::js) fn write(&mut self, value: &(impl Serialize + ?Sized)) -> usize {
        self.write_by(|writer| writer.value(value))
    }

    /// Writes a value of those that have a form of their own.
    pub(in crate::js) fn write_compact(&mut self, value: &impl Compact) -> usize {
        self.write_by(|writer| value.compact(writer))
    }

    fn write_by(&mut self, work: impl FnOnce(&mut Writer<'_>)) -> usize {
        self.at = HEADER;
        self.texts.clear();
        work(&mut Writer { answer: self });
        let end = self.at;
        self.at = 0;
        self.put(length(self.texts.len()));
        self.put(length(self.texts.as_ptr().addr()));
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
            self.tags.resize(end.saturating_mul(2).max(4096), 0);
        }
        if let Some(slot) = self.tags.get_mut(self.at..).and_then(<[u8]>::first_chunk_mut) {
            *slot = bytes;
            self.at = end;
        }
    }
}

/// What crosses so often that it has a form of its own, of which `packed.js` knows each byte.
pub(in crate::js) trait Compact {
    fn compact(&self, out: &mut Writer<'_>);
}

/// The lengths of the texts in bytes and where they are.
const HEADER: usize = 8;

fn length(length: usize) -> [u8; 4] {
    u32::try_from(length).unwrap_or(u32::MAX).to_le_bytes()
}

pub(in crate::js) struct Writer<'a> {
    answer: &'a mut Answer,
}

impl Writer<'_> {
    pub(super) fn tag(&mut self, tag: u8) {
        self.answer.put([tag]);
    }

    /// A number without its tag.
    pub(super) fn bare_number(&mut self, number: f64) {
        self.answer.put(number.to_le_bytes());
    }

    pub(super) fn text(&mut self, text: &str) {
        if let Some(address) = constant::address(text) {
            self.tag(STATIC);
            self.answer.put(address.to_le_bytes());
            self.answer.put(length(text.len()));
            return;
        }
        self.tag(TEXT);
        let units = if text.is_ascii() { text.len() } else { text.encode_utf16().count() };
        self.answer.put(length(units));
        self.answer.texts.extend_from_slice(text.as_bytes());
    }

    /// Whatever serializes. The types of this crate never fail to; were one to, JavaScript reads null.
    pub(super) fn value(&mut self, value: &(impl Serialize + ?Sized)) {
        let begin = self.answer.at;
        if value.serialize(&mut *self).is_err() {
            self.answer.at = begin;
            self.tag(NULL);
        }
    }

    /// Begins a list or an object; its count is written when it ends.
    pub(super) fn open(&mut self, tag: u8) -> usize {
        self.tag(tag);
        let at = self.answer.at;
        self.answer.put([0; 4]);
        at
    }

    pub(super) fn close(&mut self, at: usize, count: usize) {
        let end = core::mem::replace(&mut self.answer.at, at);
        self.answer.put(length(count));
        self.answer.at = end;
    }
}

/// A list, an object or a shape that is being written.
pub(in crate::js) struct Open<'w, 'a> {
    writer: &'w mut Writer<'a>,
    at: usize,
    count: usize,
    /// Whether the reader knows the names of the fields and how many there are.
    shape: bool,
}

impl<'w, 'a> Open<'w, 'a> {
    fn new(writer: &'w mut Writer<'a>, tag: u8) -> Self {
        let at = writer.open(tag);
        Self { writer, at, count: 0, shape: false }
    }

    /// A struct: as a shape if it is one of those.
    fn of_struct(writer: &'w mut Writer<'a>, name: &str) -> Self {
        let Some(number) = SHAPES.iter().position(|shape| *shape == name) else {
            return Self::new(writer, OBJECT);
        };
        writer.tag(FIRST_SHAPE.saturating_add(u8::try_from(number).unwrap_or_default()));
        Self { writer, at: 0, count: 0, shape: true }
    }

    fn add(&mut self, value: &(impl Serialize + ?Sized)) -> Result<(), Failed> {
        self.count = self.count.saturating_add(1);
        value.serialize(&mut *self.writer)
    }

    fn field(&mut self, name: &str, value: &(impl Serialize + ?Sized)) -> Result<(), Failed> {
        if !self.shape {
            self.writer.text(name);
        }
        self.add(value)
    }

    #[allow(clippy::unnecessary_wraps, reason = "every caller ends with it, and has to answer a result")]
    fn finish(self) -> Result<(), Failed> {
        if !self.shape {
            self.writer.close(self.at, self.count);
        }
        Ok(())
    }
}

/// A type refused to serialize.
#[derive(Debug)]
pub(in crate::js) struct Failed;

impl Display for Failed {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a value refused to serialize")
    }
}

impl core::error::Error for Failed {}

impl ser::Error for Failed {
    fn custom<T: Display>(_: T) -> Self {
        Self
    }
}

#[allow(clippy::cast_precision_loss, reason = "JavaScript has the same numbers with the same loss")]
impl<'w, 'a> ser::Serializer for &'w mut Writer<'a> {
    type Ok = ();
    type Error = Failed;
    type SerializeSeq = Open<'w, 'a>;
    type SerializeTuple = Open<'w, 'a>;
    type SerializeTupleStruct = Open<'w, 'a>;
    type SerializeTupleVariant = ser::Impossible<(), Failed>;
    type SerializeMap = Open<'w, 'a>;
    type SerializeStruct = Open<'w, 'a>;
    type SerializeStructVariant = ser::Impossible<(), Failed>;

    fn is_human_readable(&self) -> bool {
        false
    }

    fn serialize_bool(self, flag: bool) -> Result<(), Failed> {
        self.tag(if flag { TRUE } else { FALSE });
        Ok(())
    }

    fn serialize_i8(self, number: i8) -> Result<(), Failed> {
        self.serialize_f64(f64::from(number))
    }

    fn serialize_i16(self, number: i16) -> Result<(), Failed> {
        self.serialize_f64(f64::from(number))
    }

    fn serialize_i32(self, number: i32) -> Result<(), Failed> {
        self.serialize_f64(f64::from(number))
    }

    fn serialize_i64(self, number: i64) -> Result<(), Failed> {
        self.serialize_f64(number as f64)
    }

    fn serialize_u8(self, number: u8) -> Result<(), Failed> {
        self.serialize_f64(f64::from(number))
    }

    fn serialize_u16(self, number: u16) -> Result<(), Failed> {
        self.serialize_f64(f64::from(number))
    }

    fn serialize_u32(self, number: u32) -> Result<(), Failed> {
        self.serialize_f64(f64::from(number))
    }

    fn serialize_u64(self, number: u64) -> Result<(), Failed> {
        self.serialize_f64(number as f64)
    }

    fn serialize_f32(self, number: f32) -> Result<(), Failed> {
        self.serialize_f64(f64::from(number))
    }

    fn serialize_f64(self, number: f64) -> Result<(), Failed> {
        self.tag(NUMBER);
        self.bare_number(number);
        Ok(())
    }

    fn serialize_char(self, character: char) -> Result<(), Failed> {
        self.serialize_str(character.encode_utf8(&mut [0; 4]))
    }

    fn serialize_str(self, text: &str) -> Result<(), Failed> {
        self.text(text);
        Ok(())
    }

    fn serialize_bytes(self, bytes: &[u8]) -> Result<(), Failed> {
        self.collect_seq(bytes)
    }

    fn serialize_none(self) -> Result<(), Failed> {
        self.serialize_unit()
    }

    fn serialize_some<T: Serialize + ?Sized>(self, value: &T) -> Result<(), Failed> {
        value.serialize(self)
    }

    fn serialize_unit(self) -> Result<(), Failed> {
        self.tag(NULL);
        Ok(())
    }

    fn serialize_unit_struct(self, _: &'static str) -> Result<(), Failed> {
        self.serialize_unit()
    }

    fn serialize_unit_variant(self, _: &'static str, _: u32, name: &'static str) -> Result<(), Failed> {
        self.serialize_str(name)
    }

    fn serialize_newtype_struct<T: Serialize + ?Sized>(
        self,
        name: &'static str,
        value: &T,
    ) -> Result<(), Failed> {
        if name == FILE_NEWTYPE {
            self.tag(FILE);
        } else if name == DAY_NEWTYPE {
            self.tag(DAY);
        }
        value.serialize(self)
    }

    fn serialize_newtype_variant<T: Serialize + ?Sized>(
        self,
        _: &'static str,
        _: u32,
        name: &'static str,
        value: &T,
    ) -> Result<(), Failed> {
        let mut open = Open::new(self, OBJECT);
        open.field(name, value)?;
        open.finish()
    }

    fn serialize_seq(self, _: Option<usize>) -> Result<Open<'w, 'a>, Failed> {
        Ok(Open::new(self, LIST))
    }

    fn serialize_tuple(self, _: usize) -> Result<Open<'w, 'a>, Failed> {
        Ok(Open::new(self, LIST))
    }

    fn serialize_tuple_struct(self, _: &'static str, _: usize) -> Result<Open<'w, 'a>, Failed> {
        Ok(Open::new(self, LIST))
    }

    fn serialize_tuple_variant(
        self,
        _: &'static str,
        _: u32,
        _: &'static str,
        _: usize,
    ) -> Result<Self::SerializeTupleVariant, Failed> {
        Err(Failed)
    }

    fn serialize_map(self, _: Option<usize>) -> Result<Open<'w, 'a>, Failed> {
        Ok(Open::new(self, OBJECT))
    }

    fn serialize_struct(self, name: &'static str, _: usize) -> Result<Open<'w, 'a>, Failed> {
        Ok(Open::of_struct(self, name))
    }

    fn serialize_struct_variant(
        self,
        _: &'static str,
        _: u32,
        _: &'static str,
        _: usize,
    ) -> Result<Self::SerializeStructVariant, Failed> {
        Err(Failed)
    }
}

impl ser::SerializeSeq for Open<'_, '_> {
    type Ok = ();
    type Error = Failed;

    fn serialize_element<T: Serialize + ?Sized>(&mut self, value: &T) -> Result<(), Failed> {
        self.add(value)
    }

    fn end(self) -> Result<(), Failed> {
        self.finish()
    }
}

impl ser::SerializeTuple for Open<'_, '_> {
    type Ok = ();
    type Error = Failed;

    fn serialize_element<T: Serialize + ?Sized>(&mut self, value: &T) -> Result<(), Failed> {
        self.add(value)
    }

    fn end(self) -> Result<(), Failed> {
        self.finish()
    }
}

impl ser::SerializeTupleStruct for Open<'_, '_> {
    type Ok = ();
    type Error = Failed;

    fn serialize_field<T: Serialize + ?Sized>(&mut self, value: &T) -> Result<(), Failed> {
        self.add(value)
    }

    fn end(self) -> Result<(), Failed> {
        self.finish()
    }
}

impl ser::SerializeMap for Open<'_, '_> {
    type Ok = ();
    type Error = Failed;

    fn serialize_key<T: Serialize + ?Sized>(&mut self, name: &T) -> Result<(), Failed> {
        name.serialize(&mut *self.writer)
    }

    fn serialize_value<T: Serialize + ?Sized>(&mut self, value: &T) -> Result<(), Failed> {
        self.add(value)
    }

    fn end(self) -> Result<(), Failed> {
        self.finish()
    }
}

impl ser::SerializeStruct for Open<'_, '_> {
    type Ok = ();
    type Error = Failed;

    fn serialize_field<T: Serialize + ?Sized>(
        &mut self,
        name: &'static str,
        value: &T,
    ) -> Result<(), Failed> {
        self.field(name, value)
    }

    fn skip_field(&mut self, _: &'static str) -> Result<(), Failed> {
        if self.shape {
            self.writer.tag(ABSENT);
        }
        Ok(())
    }

    fn end(self) -> Result<(), Failed> {
        self.finish()
    }
}
