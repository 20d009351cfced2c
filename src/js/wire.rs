//! `buildRequest`.

use wasm_bindgen::prelude::wasm_bindgen;

use super::bridge::{answer_or_failure, operation, values};
use super::failure::Failure;
use crate::picture::Format;
use crate::request::{Text, Value};
use crate::wire::multipart::Segment;
use crate::wire::outgoing::{self, Body, Outgoing};

/// Writes the body of a request. The second value of the input is `{ formats, random }`: the format of each file by its
/// first bytes (or null), and 16 random numbers below 256.
#[wasm_bindgen]
pub fn build(number: u32, length: usize) -> usize {
    let built = || -> Result<_, Failure> {
        let (request, beside) = values(length)?;
        let items = |name| beside.get(name).and_then(Value::as_array).unwrap_or_default();
        let mut formats = Vec::new();
        for format in items("formats") {
            formats.push(format.as_str().and_then(Format::from_name));
        }
        let mut random = [0; 16];
        for (slot, number) in random.iter_mut().zip(items("random")) {
            *slot = number.as_integer().and_then(|number| u8::try_from(number).ok()).unwrap_or_default();
        }
        Ok(parts(outgoing::build(operation(number)?, &request, &formats, random)?))
    };
    answer_or_failure(built())
}

/// `{ path, content_type, body }`; the body is a list of texts and of numbers of files.
#[allow(clippy::cast_precision_loss, reason = "no list has so many files")]
fn parts(Outgoing { path, body }: Outgoing) -> Value {
    let (content_type, segments) = match body {
        Body::Json(json) => (Text::Borrowed("application/json"), vec![Segment::Text(json)]),
        Body::Form(form) => (Text::Owned(form.content_type), form.segments),
    };
    let pieces = segments.into_iter().map(|segment| match segment {
        Segment::Text(text) => Value::from(text),
        Segment::File(number) => Value::Number(number as f64),
    });
    Value::Object(vec![
        ("path".into(), path.into()),
        ("content_type".into(), Value::String(content_type)),
        ("body".into(), Value::Array(pieces.collect())),
    ])
}
