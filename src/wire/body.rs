//! JSON text of a request.
//!
//! The order of the fields is kept, numbers print as `JSON.stringify` prints them, and nothing is added: the body is
//! byte for byte what JavaScript would send for the same object.

use super::number;
use crate::repeats::last_places;
use crate::request::Value;

/// Why a value has no JSON text.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum BodyError {
    /// A file stands where JSON cannot carry one; `param` as the API spells it (`image[1]`).
    FileInJson {
        /// Where the file stands.
        param: String,
    },
    /// A number is NaN or infinite, which JSON cannot say.
    NotFinite {
        /// Where the number stands.
        param: String,
    },
}

impl BodyError {
    /// What it says, in two pieces: where the value stands, and what is wrong with it.
    pub(crate) fn pieces(&self) -> [&str; 2] {
        match self {
            Self::FileInJson { param } => [
                param,
                ": a file cannot be sent in a JSON body; send a form, or a data URL or file_id in its place",
            ],
            Self::NotFinite { param } => [param, ": NaN and Infinity cannot be sent; give a number"],
        }
    }
}

impl core::fmt::Display for BodyError {
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        f.write_str(&self.pieces().concat())
    }
}

impl core::error::Error for BodyError {}

/// The JSON text of `value`.
///
/// A field that is given twice is written once, where it first stood and with its last value, as a JavaScript object
/// would have it: two parsers must not be able to read two requests out of one body.
///
/// # Errors
/// [`BodyError`] when it holds a file or a number that is not finite.
pub fn to_json(value: &Value) -> Result<String, BodyError> {
    let mut out = String::new();
    write(value, &mut out, &Way::Start)?;
    Ok(out)
}

/// How a value was reached. Only errors spell it out.
enum Way<'a> {
    Start,
    Field(&'a Self, &'a str),
    Item(&'a Self, usize),
}

#[cold]
fn param(way: &Way<'_>) -> String {
    match way {
        Way::Start => String::new(),
        Way::Field(before, key) => {
            let mut param = param(before);
            if !param.is_empty() {
                param.push('.');
            }
            param.push_str(key);
            param
        }
        Way::Item(before, index) => {
            let mut param = param(before);
            param.push('[');
            number::write_integer(*index as u64, &mut param);
            param.push(']');
            param
        }
    }
}

/// Appends the text of what is no string and holds nothing; answers whether it has one.
pub(super) fn write_word(value: &Value, out: &mut String) -> bool {
    let word = match value {
        Value::Null => "null",
        Value::Bool(true) => "true",
        Value::Bool(false) => "false",
        Value::Number(number) if number.is_finite() => {
            number::write(*number, out);
            return true;
        }
        _ => return false,
    };
    out.push_str(word);
    true
}

fn write(value: &Value, out: &mut String, way: &Way<'_>) -> Result<(), BodyError> {
    match value {
        Value::Null | Value::Bool(_) | Value::Number(_) => {
            if !write_word(value, out) {
                return Err(BodyError::NotFinite { param: param(way) });
            }
        }
        Value::String(text) => write_string(text, out),
        Value::File(_) => return Err(BodyError::FileInJson { param: param(way) }),
        Value::Array(items) => {
            out.push('[');
            let mut separator = "";
            for (index, item) in items.iter().enumerate() {
                out.push_str(separator);
                separator = ",";
                write(item, out, &Way::Item(way, index))?;
            }
            out.push(']');
        }
        Value::Object(fields) => {
            out.push('{');
            let mut separator = "";
            for place in last_places(fields).into_iter().flatten() {
                let Some((key, value)) = fields.get(place) else { continue };
                out.push_str(separator);
                separator = ",";
                write_string(key, out);
                out.push(':');
                write(value, out, &Way::Field(way, key))?;
            }
            out.push('}');
        }
    }
    Ok(())
}

/// Appends `text` as a JSON string, escaping what `JSON.stringify` escapes and nothing else.
pub fn write_string(text: &str, out: &mut String) {
    out.reserve(text.len().saturating_add(2));
    out.push('"');
    let mut rest = text;
    while let Some(at) = rest.bytes().position(|byte| byte < 0x20 || byte == b'"' || byte == b'\\') {
        // The byte is ASCII, so both cuts are at character boundaries.
        let (plain, tail) = rest.split_at_checked(at).unwrap_or((rest, ""));
        out.push_str(plain);
        let mut tail = tail.chars();
        let special = tail.next().unwrap_or_default();
        out.push('\\');
        let escape = match special {
            '\u{8}' => 'b',
            '\u{c}' => 'f',
            '\n' => 'n',
            '\r' => 'r',
            '\t' => 't',
            '"' | '\\' => special,
            _ => {
                out.push_str(if special < '\u{10}' { "u000" } else { "u001" });
                char::from_digit(u32::from(special) % 16, 16).unwrap_or_default()
            }
        };
        out.push(escape);
        rest = tail.as_str();
    }
    out.push_str(rest);
    out.push('"');
}

#[cfg(test)]
mod tests {
    use super::{BodyError, to_json};
    use crate::request::{File, Value};

    fn parse(json: &str) -> Value {
        serde_json::from_str(json).unwrap()
    }

    #[test]
    fn writes_what_json_stringify_writes() {
        for json in [
            r#"{"model":"gpt-image-1-mini","prompt":"a cat","n":2,"stream":true,"user":null}"#,
            r#"{"b":[1,2.5,-3,1e+21,1e-7],"a":{}}"#,
            "[]",
            r#""\"\\\b\f\n\r\t\u0000\u001f/ü€🦀""#,
            r#"{"svg":{"model":"x","reasoning":{"effort":"low"}}}"#,
        ] {
            assert_eq!(to_json(&parse(json)).unwrap(), json);
        }
    }

    #[test]
    fn a_repeated_field_is_written_once() {
        assert_eq!(to_json(&parse(r#"{"n":1,"x":0,"n":10}"#)).unwrap(), r#"{"n":10,"x":0}"#);
    }

    #[test]
    fn what_json_cannot_say_is_named() {
        let file = || Value::File(File::default());
        let request = Value::Object(vec![("image".into(), Value::Array(vec![Value::Null, file()]))]);
        assert_eq!(to_json(&request), Err(BodyError::FileInJson { param: "image[1]".into() }));
        let request = Value::Object(vec![(
            "tools".into(),
            Value::Array(vec![Value::Object(vec![("n".into(), Value::Number(f64::NAN))])]),
        )]);
        assert_eq!(to_json(&request), Err(BodyError::NotFinite { param: "tools[0].n".into() }));
    }

    #[cfg(not(target_arch = "wasm32"))]
    proptest::proptest! {
        #[test]
        fn every_text_reads_back(text: String) {
            let mut out = String::new();
            super::write_string(&text, &mut out);
            proptest::prop_assert_eq!(&serde_json::from_str::<String>(&out).unwrap(), &text);
            proptest::prop_assert_eq!(&out, &serde_json::to_string(&text).unwrap());
        }
    }
}
