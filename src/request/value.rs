//! A JavaScript or JSON value, as it was given.

use core::fmt;
use std::borrow::Cow;

/// The text of a value or the name of a field. What the crate's own tables spell is borrowed from them: most of a request
/// is such words, and reserving memory for each would cost more than every check together.
pub type Text = Cow<'static, str>;

/// Any value a request can hold. Objects keep the order of their keys, and a key that is given twice stays twice.
#[derive(Clone, Debug, PartialEq)]
pub enum Value {
    /// `null`. A field that is `undefined` in JavaScript is absent instead.
    Null,
    /// `true` or `false`.
    Bool(bool),
    /// Any number JavaScript has, so also NaN and the infinities.
    Number(f64),
    /// Text.
    String(Text),
    /// A list.
    Array(Vec<Value>),
    /// Named fields in their order.
    Object(Vec<(Text, Value)>),
    /// A file whose bytes stay with the caller: a `Blob`, `File` or byte array in JavaScript, a part in a form.
    File(File),
}

/// What is known of a file without its bytes. What its header says is in [`crate::picture::ImageInfo`].
#[derive(Clone, Debug, Default, PartialEq, Eq, serde::Serialize)]
pub struct File {
    /// Its length in bytes, where the caller knows it.
    #[serde(rename = "size", skip_serializing_if = "Option::is_none")]
    pub bytes: Option<u64>,
    /// The media type it was declared with; empty when none was.
    #[serde(rename = "type")]
    pub media_type: String,
    /// The file name; empty when it has none.
    pub name: String,
    /// Which of the caller's files it is. Nothing here reads it; it comes back unchanged, so that the caller finds the
    /// bytes again.
    pub number: u32,
}

impl Value {
    /// A list of words.
    pub(crate) fn words(words: &[&'static str]) -> Vec<Self> {
        let mut list = Vec::with_capacity(words.len());
        for word in words {
            list.push(Self::from(*word));
        }
        list
    }

    /// The value of the last field of that name, as JavaScript would have it; `None` when absent or no object.
    pub fn get(&self, name: &str) -> Option<&Self> {
        let Self::Object(fields) = self else { return None };
        fields.iter().rev().find(|(key, _)| *key == name).map(|(_, value)| value)
    }

    /// Sets a field: in place where it stands (once: further ones of that name are removed), else at the end.
    /// Does nothing to a value that is no object.
    pub fn set(&mut self, name: &str, value: Self) {
        self.put(name, Some(value));
    }

    /// Removes every field of that name; tells whether there was one.
    pub fn remove(&mut self, name: &str) -> bool {
        self.put(name, None)
    }

    /// Leaves one field of that name with that value, or none without; tells whether there was one.
    pub(crate) fn put(&mut self, name: &str, mut value: Option<Self>) -> bool {
        let Self::Object(fields) = self else { return false };
        let mut found = false;
        fields.retain_mut(|(key, old)| {
            if *key != name {
                return true;
            }
            found = true;
            value.take().map(|value| *old = value).is_some()
        });
        if let Some(value) = value {
            fields.push((name.to_owned().into(), value));
        }
        found
    }

    /// The text, if it is one.
    pub fn as_str(&self) -> Option<&str> {
        if let Self::String(text) = self { Some(text) } else { None }
    }

    /// The number, if it is one.
    pub const fn as_number(&self) -> Option<f64> {
        if let Self::Number(number) = self { Some(*number) } else { None }
    }

    /// The number as a whole one, if it is whole and within ±2^53.
    #[allow(clippy::cast_possible_truncation, reason = "the range is tested first")]
    pub fn as_integer(&self) -> Option<i64> {
        let number = self.as_number()?;
        (number.fract() == 0.0 && number.abs() <= 9_007_199_254_740_992.0).then_some(number as i64)
    }

    /// `true` or `false`, if it is one.
    pub const fn as_bool(&self) -> Option<bool> {
        if let Self::Bool(flag) = self { Some(*flag) } else { None }
    }

    /// The items, if it is a list.
    pub fn as_array(&self) -> Option<&[Self]> {
        if let Self::Array(items) = self { Some(items) } else { None }
    }

    /// The fields in their order, if it is an object.
    pub fn as_object(&self) -> Option<&[(Text, Self)]> {
        if let Self::Object(fields) = self { Some(fields) } else { None }
    }

    /// What an error message calls a value of this kind.
    pub const fn type_name(&self) -> &'static str {
        match self {
            Self::Null => "null",
            Self::Bool(_) => "boolean",
            Self::Number(_) => "number",
            Self::String(_) => "string",
            Self::Array(_) => "array",
            Self::Object(_) => "object",
            Self::File(_) => "file",
        }
    }
}

impl From<&'static str> for Value {
    fn from(word: &'static str) -> Self {
        Self::String(Cow::Borrowed(word))
    }
}

impl From<String> for Value {
    fn from(text: String) -> Self {
        Self::String(Cow::Owned(text))
    }
}

impl From<bool> for Value {
    fn from(flag: bool) -> Self {
        Self::Bool(flag)
    }
}

impl From<f64> for Value {
    fn from(number: f64) -> Self {
        Self::Number(number)
    }
}

impl From<u32> for Value {
    fn from(number: u32) -> Self {
        Self::Number(f64::from(number))
    }
}

impl From<i32> for Value {
    fn from(number: i32) -> Self {
        Self::Number(f64::from(number))
    }
}

/// Writes a field of a struct that may be absent. Skipping must be told: some formats count the fields.
pub(crate) fn some<S: serde::ser::SerializeStruct>(
    out: &mut S,
    name: &'static str,
    value: Option<&impl serde::Serialize>,
) -> Result<(), S::Error> {
    match value {
        Some(value) => out.serialize_field(name, value),
        None => out.skip_field(name),
    }
}

impl<'de> serde::Deserialize<'de> for Value {
    fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(ValueVisitor)
    }
}

/// What [`File`] serializes as: a newtype of this name around its description, so that a format of our own can
/// recognise a file among objects while all others write the description.
pub const FILE_NEWTYPE: &str = "gpt-image-edge.File";

impl serde::Serialize for Value {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match self {
            Self::Null => serializer.serialize_unit(),
            Self::Bool(flag) => serializer.serialize_bool(*flag),
            // Whole numbers as such: JSON writers would print 1.0 for the float.
            Self::Number(number) => match self.as_integer() {
                Some(integer) => serializer.serialize_i64(integer),
                None => serializer.serialize_f64(*number),
            },
            Self::String(text) => serializer.serialize_str(text),
            Self::Array(items) => serializer.collect_seq(items),
            Self::Object(fields) => serializer.collect_map(fields.iter().map(|(key, value)| (key, value))),
            Self::File(file) => serializer.serialize_newtype_struct(FILE_NEWTYPE, file),
        }
    }
}

struct ValueVisitor;

impl<'de> serde::de::Visitor<'de> for ValueVisitor {
    type Value = Value;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("any value")
    }

    fn visit_unit<E>(self) -> Result<Value, E> {
        Ok(Value::Null)
    }

    fn visit_none<E>(self) -> Result<Value, E> {
        Ok(Value::Null)
    }

    fn visit_some<D: serde::Deserializer<'de>>(self, deserializer: D) -> Result<Value, D::Error> {
        deserializer.deserialize_any(self)
    }

    fn visit_bool<E>(self, flag: bool) -> Result<Value, E> {
        Ok(Value::Bool(flag))
    }

    #[allow(clippy::cast_precision_loss, reason = "JavaScript reads the same digits with the same loss")]
    fn visit_i64<E>(self, number: i64) -> Result<Value, E> {
        Ok(Value::Number(number as f64))
    }

    #[allow(clippy::cast_precision_loss, reason = "JavaScript reads the same digits with the same loss")]
    fn visit_u64<E>(self, number: u64) -> Result<Value, E> {
        Ok(Value::Number(number as f64))
    }

    fn visit_f64<E>(self, number: f64) -> Result<Value, E> {
        Ok(Value::Number(number))
    }

    fn visit_str<E>(self, text: &str) -> Result<Value, E> {
        Ok(Value::from(text.to_owned()))
    }

    fn visit_string<E>(self, text: String) -> Result<Value, E> {
        Ok(Value::from(text))
    }

    fn visit_bytes<E>(self, bytes: &[u8]) -> Result<Value, E> {
        Ok(Value::File(File { bytes: Some(bytes.len() as u64), ..File::default() }))
    }

    fn visit_seq<A: serde::de::SeqAccess<'de>>(self, mut seq: A) -> Result<Value, A::Error> {
        let mut items = Vec::new();
        while let Some(item) = seq.next_element()? {
            items.push(item);
        }
        Ok(Value::Array(items))
    }

    fn visit_map<A: serde::de::MapAccess<'de>>(self, mut map: A) -> Result<Value, A::Error> {
        let mut fields = Vec::new();
        while let Some(field) = map.next_entry()? {
            fields.push(field);
        }
        Ok(Value::Object(fields))
    }
}

#[cfg(test)]
mod tests {
    use super::Value;

    fn parse(json: &str) -> Value {
        serde_json::from_str(json).unwrap()
    }

    #[test]
    fn json_keeps_order_and_repeated_keys_and_reads_the_last() {
        let value = parse(r#"{"b":1,"a":[null,true,"x"],"b":2.5}"#);
        let keys: Vec<_> = value.as_object().unwrap().iter().map(|(key, _)| key.as_ref()).collect();
        assert_eq!(keys, ["b", "a", "b"]);
        assert_eq!(value.get("b"), Some(&Value::Number(2.5)));
    }

    #[test]
    fn setting_a_repeated_field_leaves_one_where_the_first_stood() {
        let mut value = parse(r#"{"n":1,"x":0,"n":2}"#);
        value.set("n", Value::from(3));
        assert_eq!(value, parse(r#"{"n":3,"x":0}"#));
    }

    #[test]
    fn only_whole_numbers_are_integers() {
        assert_eq!(parse("1e1").as_integer(), Some(10));
        assert_eq!(parse("1.5").as_integer(), None);
        assert_eq!(Value::Number(f64::NAN).as_integer(), None);
        assert_eq!(parse("1e300").as_integer(), None);
    }
}
