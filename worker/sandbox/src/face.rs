//! What JavaScript calls. Conversions only.

use gpt_image_edge::catalog::Catalog;
use gpt_image_edge::date::Date;
use gpt_image_edge::request::{Operation, Value};
use wasm_bindgen::prelude::wasm_bindgen;

use crate::api::{Body, Call, Refusal, Upload};
use crate::base64;
use crate::draw::Pixels;
use crate::partial::partial;

/// A call while its body is being handed over.
#[wasm_bindgen]
pub struct Draft {
    operation: Operation,
    fields: Vec<(String, String)>,
    files: Vec<Upload>,
    json: Option<String>,
}

#[wasm_bindgen]
impl Draft {
    /// Starts a call to `/images/generations`, or to `/images/edits`.
    #[wasm_bindgen(constructor)]
    pub fn new(edit: bool) -> Self {
        let operation = if edit { Operation::Edit } else { Operation::Generate };
        Self { operation, fields: Vec::new(), files: Vec::new(), json: None }
    }

    /// Gives the whole body of a JSON call.
    pub fn json(&mut self, text: String) {
        self.json = Some(text);
    }

    /// Adds a text field of a form.
    pub fn field(&mut self, name: String, text: String) {
        self.fields.push((name, text));
    }

    /// Adds a file of a form.
    pub fn file(&mut self, field: String, name: String, media_type: String, bytes: Vec<u8>) {
        self.files.push(Upload { field, name, media_type, bytes });
    }

    /// Checks the call as of a time in milliseconds since 1970.
    pub fn open(self, now_ms: f64) -> Opened {
        let body = match self.json {
            Some(text) => Body::Json(text),
            None => Body::Form(self.fields, self.files),
        };
        Opened(Call::open(self.operation, body, Date::from_unix_ms(now_ms), &Catalog::default()))
    }
}

/// A call that was accepted or refused.
#[wasm_bindgen]
pub struct Opened(Result<Call, Refusal>);

#[wasm_bindgen]
impl Opened {
    /// 200, or the status of the refusal.
    #[wasm_bindgen(getter)]
    pub fn status(&self) -> u16 {
        self.0.as_ref().map_or_else(|refusal| refusal.status, |_| 200)
    }

    /// The error body, or what the reply needs beside the pictures, as JSON.
    pub fn summary(&self) -> String {
        match &self.0 {
            Ok(call) => call.summary(),
            Err(refusal) => gpt_image_edge::wire::body::to_json(&refusal.body()).unwrap_or_default(),
        }
    }

    /// Draws the picture of that number, from 0; nothing after a refusal.
    pub fn draw(&self, index: u32) -> Option<Picture> {
        let call = self.0.as_ref().ok()?;
        Some(Picture { pixels: call.draw(index) })
    }

    /// Writes a picture in the format that was asked for, as the ASCII bytes of its base64 text.
    pub fn base64(&self, picture: &Picture) -> Vec<u8> {
        self.0.as_ref().map(|call| base64::encode(&call.write(&picture.pixels))).unwrap_or_default()
    }

    /// The same of a stage on the way to the picture: `index` of `count`, from 0.
    pub fn partial_base64(&self, picture: &Picture, index: u32, count: u32) -> Vec<u8> {
        let Ok(call) = &self.0 else { return Vec::new() };
        base64::encode(&call.write(&partial(&picture.pixels, index, count)))
    }
}

/// A drawn picture.
#[wasm_bindgen]
pub struct Picture {
    pixels: Pixels,
}

/// The models that are served at a time in milliseconds since 1970, as JSON: `[{id, created, shutdown_date}]`.
#[wasm_bindgen]
pub fn models(now_ms: f64) -> String {
    crate::api::models(Date::from_unix_ms(now_ms), &Catalog::default())
}

/// Checks the body of `POST /responses` as of a time in milliseconds since 1970. Answers `{"model"}`, what its image tool
/// draws with, or `{"error", "status"}`, as JSON.
#[wasm_bindgen]
pub fn respond(text: &str, now_ms: f64) -> String {
    let answer = match crate::api::respond(text, Date::from_unix_ms(now_ms), &Catalog::default()) {
        Ok(model) => Value::Object(vec![("model".into(), Value::from(model.clone()))]),
        Err(refusal) => {
            let mut body = refusal.body();
            body.set("status", Value::from(i32::from(refusal.status)));
            body
        }
    };
    gpt_image_edge::wire::body::to_json(&answer).unwrap_or_default()
}

/// Reads an `imageInference` task of Runware as of a time in milliseconds since 1970. Answers `{"edit", "request", "usd"}`,
/// the image call it means and what a picture costs, or `{"problems": [{"code", "message", "parameter"}]}`, as JSON.
#[wasm_bindgen]
pub fn runware(task: &str, now_ms: f64) -> String {
    let task = serde_json::from_str(task).unwrap_or(Value::Null);
    let field = |name: &'static str, value: Value| (name.into(), value);
    let answer = match crate::api::runware(task, Date::from_unix_ms(now_ms), &Catalog::default()) {
        Ok(task) => vec![
            field("edit", Value::Bool(task.edit)),
            field("request", task.request),
            field("usd", task.usd.map_or(Value::Null, Value::Number)),
        ],
        Err(problems) => {
            let problems = problems.into_iter().map(|problem| {
                Value::Object(vec![
                    field("code", problem.code.into()),
                    field("message", problem.message.into()),
                    field("parameter", problem.parameter.into()),
                ])
            });
            vec![field("problems", Value::Array(problems.collect()))]
        }
    };
    gpt_image_edge::wire::body::to_json(&Value::Object(answer)).unwrap_or_default()
}
