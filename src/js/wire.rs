//! `buildRequest`.

use wasm_bindgen::prelude::wasm_bindgen;

use super::bridge::{operation, pack, values};
use super::failure::Failure;
use super::packed::{END, LIST, OBJECT, Pack, Writer};
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
        let mut formats = Vec::new();
        for format in items("formats") {
            formats.push(format.as_str().and_then(Format::from_name));
        }
        let mut random = [0; 16];
        for (slot, number) in random.iter_mut().zip(items("random")) {
            *slot = number.as_integer().and_then(|number| u8::try_from(number).ok()).unwrap_or_default();
        }
        Ok(outgoing::build(operation(number)?, &request, &formats, random)?)
    };
    pack(match &built() {
        Ok(outgoing) => outgoing,
        Err(failure) => failure,
    })
}

/// `{ path, content_type, body }`; the body is a list of texts and of numbers of files.
impl Pack for Outgoing {
    fn pack(&self, out: &mut Writer) {
        out.tag(OBJECT);
        out.text("path");
        out.text(self.path);
        out.text("content_type");
        out.text(match &self.body {
            Body::Json(_) => "application/json",
            Body::Form(form) => &form.content_type,
        });
        out.text("body");
        out.tag(LIST);
        match &self.body {
            Body::Json(json) => out.text(json),
            Body::Form(form) => form.segments.iter().for_each(|segment| segment.pack(out)),
        }
        out.tag(END);
        out.tag(END);
    }
}

impl Pack for Segment {
    #[allow(clippy::cast_precision_loss, reason = "no list has so many files")]
    fn pack(&self, out: &mut Writer) {
        match self {
            Self::Text(text) => out.text(text),
            Self::File(number) => out.number(*number as f64),
        }
    }
}
