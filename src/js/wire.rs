//! `buildRequest`.

use serde::ser::{Serialize, SerializeStruct, Serializer};
use wasm_bindgen::prelude::wasm_bindgen;

use super::bridge::{answer_or_failure, operation, values};
use super::failure::Failure;
use crate::picture::Format;
use crate::request::Value;
use crate::wire::multipart::Segment;
use crate::wire::outgoing::{self, Body, Outgoing};

/// Writes the body of a request. The second value of the input is `{ formats, random }`: the format of each file by its
/// first bytes (or null), and 16 random numbers below 256.
#[wasm_bindgen]
pub fn build(number: u32, length: usize) -> usize {
    let built = || -> Result<_, Failure> {
        let (request, beside) = values(length)?;
        let items = |name| beside.get(name).and_then(Value::as_array).unwrap_or_default();
        let formats: Vec<Option<Format>> =
            items("formats").iter().map(|format| format.as_str().and_then(Format::from_name)).collect();
        let mut random = [0; 16];
        for (slot, number) in random.iter_mut().zip(items("random")) {
            *slot = number.as_integer().and_then(|number| u8::try_from(number).ok()).unwrap_or_default();
        }
        Ok(outgoing::build(operation(number)?, &request, &formats, random)?)
    };
    answer_or_failure(built().map(Parts))
}

/// `{ path, content_type, body }`; the body is a list of texts and of numbers of files.
struct Parts(Outgoing);

impl Serialize for Parts {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let Self(outgoing) = self;
        let mut out = serializer.serialize_struct("Parts", 3)?;
        out.serialize_field("path", outgoing.path)?;
        match &outgoing.body {
            Body::Json(json) => {
                out.serialize_field("content_type", "application/json")?;
                out.serialize_field("body", &[json])?;
            }
            Body::Form(form) => {
                out.serialize_field("content_type", &form.content_type)?;
                let pieces: Vec<Piece<'_>> = form.segments.iter().map(Piece).collect();
                out.serialize_field("body", &pieces)?;
            }
        }
        out.end()
    }
}

struct Piece<'a>(&'a Segment);

impl Serialize for Piece<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match self {
            // The text of a form is made of strings only.
            Self(Segment::Text(bytes)) => serializer.serialize_str(&String::from_utf8_lossy(bytes)),
            Self(Segment::File(number)) => serializer.serialize_u64(*number as u64),
        }
    }
}
