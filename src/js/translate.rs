//! `migrate`, `toRunware`, `fromRunware` and `batchFile`: the same request, elsewhere.

use wasm_bindgen::prelude::wasm_bindgen;

use super::bridge::{NO_OPERATION, respond};
use super::context;
use super::failure::Failure;
use super::packed::{END, LIST, OBJECT, Pack, Writer};
use crate::check::{self, Context};
use crate::date::Date;
use crate::request::runware::{self, Translated};
use crate::request::{Operation, Value, batch};

/// Moves a request to another model; the input is `{ request, target }`, then a context.
#[wasm_bindgen]
pub fn migrate(number: u32, length: usize, now: f64) -> usize {
    respond(number, length, now, &|asked, out| {
        let target = asked.request.get("target").and_then(Value::as_str);
        let request = asked.request.get("request").cloned().unwrap_or(Value::Null);
        let mut context = Context::new(Date::from_unix_ms(now));
        context::read(&request, asked.beside, &mut context)?;
        Ok(out.write(&check::migrate(asked.operation, request, target, &context, asked.catalog)?))
    })
}

/// An OpenAI request as a Runware task; the input is `{ request, uuid }`.
#[wasm_bindgen]
pub fn to_runware(number: u32, length: usize) -> usize {
    respond(number, length, 0.0, &|asked, out| {
        let request = asked.request.get("request").unwrap_or(&Value::Null);
        let uuid = asked.request.get("uuid").and_then(Value::as_str).unwrap_or_default();
        Ok(out.write(&runware::to_runware(asked.operation, request, uuid, asked.catalog)?))
    })
}

/// A Runware task as an OpenAI request, with the operation it became.
#[wasm_bindgen]
pub fn from_runware(length: usize) -> usize {
    respond(NO_OPERATION, length, 0.0, &|asked, out| {
        let (operation, translated) = runware::from_runware(&asked.request, asked.catalog)?;
        Ok(out.write(&Became { operation, translated }))
    })
}

/// What a task became.
struct Became {
    operation: Operation,
    translated: Translated,
}

impl Pack for Became {
    fn pack(&self, out: &mut Writer) {
        out.tag(OBJECT);
        out.text("operation");
        out.text(self.operation.name());
        fields(&self.translated, out);
        out.tag(END);
    }
}

impl Pack for Translated {
    fn pack(&self, out: &mut Writer) {
        out.tag(OBJECT);
        fields(self, out);
        out.tag(END);
    }
}

fn fields(translated: &Translated, out: &mut Writer) {
    out.text("request");
    translated.request.pack(out);
    out.text("losses");
    out.tag(LIST);
    for loss in &translated.losses {
        out.tag(OBJECT);
        out.text("param");
        out.text(&loss.param);
        out.text("given");
        loss.given.pack(out);
        out.text("reason");
        out.text(loss.reason);
        out.tag(END);
    }
    out.tag(END);
}

/// The text of a Batch API input file; the input is the list of lines.
#[wasm_bindgen]
pub fn batch_file(length: usize) -> usize {
    respond(NO_OPERATION, length, 0.0, &|asked, out| {
        let lines = asked.request.as_array();
        let lines = lines.ok_or_else(|| Failure::user("lines", "lines: expected an array"))?;
        Ok(out.write(&batch::write(lines)?))
    })
}
