//! Whatever serializes, to bytes.

use core::fmt::{self, Display};

use serde::ser::{self, Serialize};

use super::constant;
use super::{ABSENT, DAY, FALSE, FILE, FIRST_SHAPE, LIST, NULL, NUMBER, OBJECT, SHAPES, STATIC, TEXT, TRUE};
use crate::date::DAY_NEWTYPE;
use crate::request::value::FILE_NEWTYPE;

/// Packs `value` into `out`, replacing what was there.
pub(in crate::js) fn pack(value: &(impl Serialize + ?Sized), out: &mut Vec<u8>) {
    out.clear();
    out.extend_from_slice(&[0; HEADER]);
    let mut writer = Writer { tags: out, texts: String::with_capacity(USUAL_TEXTS) };
    // The types of this crate never fail to serialize; were one to, JavaScript reads what stands there as null.
    let failed = value.serialize(&mut writer).is_err();
    let texts = core::mem::take(&mut writer.texts);
    if failed {
        out.truncate(HEADER);
        out.push(NULL);
    }
    let tags_length = length(out.len().saturating_sub(HEADER));
    let texts_length = length(texts.len());
    for (slot, byte) in out.iter_mut().zip(tags_length.into_iter().chain(texts_length)) {
        *slot = byte;
    }
    out.extend_from_slice(texts.as_bytes());
}

const HEADER: usize = 8;
/// Three problems with all that is said about them.
const USUAL_TEXTS: usize = 1024;

fn length(length: usize) -> [u8; 4] {
    u32::try_from(length).unwrap_or(u32::MAX).to_le_bytes()
}

struct Writer<'a> {
    tags: &'a mut Vec<u8>,
    texts: String,
}

impl Writer<'_> {
    fn tag(&mut self, tag: u8) {
        self.tags.push(tag);
    }

    fn text(&mut self, text: &str) {
        if let Some(address) = constant::address(text) {
            self.tag(STATIC);
            self.tags.extend_from_slice(&address.to_le_bytes());
            self.tags.extend_from_slice(&length(text.len()));
            return;
        }
        self.tag(TEXT);
        let units = if text.is_ascii() { text.len() } else { text.encode_utf16().count() };
        self.tags.extend_from_slice(&length(units));
        self.texts.push_str(text);
    }

    /// Begins a list or an object; its count is written when it ends.
    fn open(&mut self, tag: u8) -> usize {
        self.tag(tag);
        let at = self.tags.len();
        self.tags.extend_from_slice(&[0; 4]);
        at
    }

    fn close(&mut self, at: usize, count: usize) {
        for (slot, byte) in self.tags.iter_mut().skip(at).zip(length(count)) {
            *slot = byte;
        }
    }
}

/// A list, an object or a shape that is being written.
struct Open<'w, 'a> {
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
struct Failed;

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
        self.tags.extend_from_slice(&number.to_le_bytes());
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
