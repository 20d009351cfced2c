//! JSON text of a request.
//!
//! The order of the fields is kept, numbers print as `JSON.stringify` prints them, and nothing is added: the body is
//! byte for byte what JavaScript would send for the same object.

use super::number;
use crate::repeats::last_places;
use crate::request::{Text, Value};

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

impl core::fmt::Display for BodyError {
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        match self {
            Self::FileInJson { param } => write!(
                f,
                "{param}: a file cannot be sent in a JSON body; send a form, or a data URL or file_id in its place"
            ),
            Self::NotFinite { param } => write!(f, "{param}: NaN and Infinity cannot be sent; give a number"),
        }
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
    write(value, &mut out, &mut String::new())?;
    Ok(out)
}

fn write(value: &Value, out: &mut String, param: &mut String) -> Result<(), BodyError> {
    match value {
        Value::Null => out.push_str("null"),
        Value::Bool(true) => out.push_str("true"),
        Value::Bool(false) => out.push_str("false"),
        Value::Number(number) if number.is_finite() => number::write(*number, out),
        Value::Number(_) => return Err(BodyError::NotFinite { param: param.clone() }),
        Value::String(text) => write_string(text, out),
        Value::File(_) => return Err(BodyError::FileInJson { param: param.clone() }),
        Value::Array(items) => {
            out.push('[');
            for (index, item) in items.iter().enumerate() {
                if index > 0 {
                    out.push(',');
                }
                let length = param.len();
                param.push('[');
                number::write_integer(index as u64, param);
                param.push(']');
                write(item, out, param)?;
                param.truncate(length);
            }
            out.push(']');
        }
        Value::Object(fields) => {
            out.push('{');
            for (index, (key, value)) in once(fields).enumerate() {
                if index > 0 {
                    out.push(',');
                }
                write_string(key, out);
                out.push(':');
                let length = param.len();
                if length > 0 {
                    param.push('.');
                }
                param.push_str(key);
                write(value, out, param)?;
                param.truncate(length);
            }
            out.push('}');
        }
    }
    Ok(())
}

/// The fields with each key once: at its first place, with its last value.
pub(crate) fn once(fields: &[(Text, Value)]) -> impl Iterator<Item = (&str, &Value)> {
    let places = last_places(&fields.iter().map(|(key, _)| key.as_ref()).collect::<Vec<_>>());
    fields.iter().zip(places).filter_map(|((key, _), last)| Some((key.as_ref(), &fields.get(last?)?.1)))
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
        match tail.next() {
            Some('"') => out.push_str("\\\""),
            Some('\\') => out.push_str("\\\\"),
            Some('\u{8}') => out.push_str("\\b"),
            Some('\u{c}') => out.push_str("\\f"),
            Some('\n') => out.push_str("\\n"),
            Some('\r') => out.push_str("\\r"),
            Some('\t') => out.push_str("\\t"),
            Some(control) => {
                out.push_str(if control < '\u{10}' { "\\u000" } else { "\\u001" });
                out.extend(char::from_digit(u32::from(control) % 16, 16));
            }
            None => {}
        }
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
