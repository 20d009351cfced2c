//! One call: read, checked, resolved, counted, drawn.

mod refuse;
mod resolve;
mod respond;
mod runware;
mod usage;

pub use refuse::Refusal;
pub use resolve::Resolved;
pub use respond::respond;
pub use runware::{Problem, Task, runware};
pub use usage::Usage;

use gpt_image_edge::catalog::{Catalog, Model, Status};
use gpt_image_edge::check::{self, Context, ImageFacts};
use gpt_image_edge::date::Date;
use gpt_image_edge::picture;
use gpt_image_edge::request::field::Kind;
use gpt_image_edge::request::{Field, Fields, File, Operation, Text, Value};

use crate::codec::{self, Format};
use crate::draw::{Pixels, digest};
use crate::edit::Inputs;
use crate::scene::{self, Detail};
use crate::words::{Brief, flat_ground};

/// A file that came with a call.
#[derive(Clone, Debug, Default)]
pub struct Upload {
    /// The name of its part.
    pub field: String,
    /// The file name, as it was sent.
    pub name: String,
    /// The declared media type; empty when there was none.
    pub media_type: String,
    /// Its content.
    pub bytes: Vec<u8>,
}

/// How a call came in.
#[derive(Clone, Debug)]
pub enum Body {
    /// The text of a JSON body.
    Json(String),
    /// The text fields of a form in their order, and its files.
    Form(Vec<(String, String)>, Vec<Upload>),
}

/// A call that the API would accept.
#[derive(Debug)]
pub struct Call {
    model: &'static Model,
    prompt: String,
    resolved: Resolved,
    n: u32,
    stream: bool,
    partials: u32,
    usage: Usage,
    inputs: Option<Inputs>,
}

impl Call {
    /// Reads and checks a call as of a day.
    ///
    /// # Errors
    /// What the API answers instead of a picture.
    pub fn open(operation: Operation, body: Body, today: Date, catalog: &Catalog) -> Result<Self, Refusal> {
        let (mut request, mut files, form) = match body {
            Body::Json(text) => {
                (serde_json::from_str(&text).map_err(|_| Refusal::unparsable())?, Vec::new(), false)
            }
            Body::Form(fields, files) => (form_value(fields, &files), files, true),
        };
        if !form {
            files = inline_files(&request)?;
        }
        let model = refuse::model(&request, today, catalog)?;
        if request.as_object().is_some() && request.get("model").is_none() {
            request.set("model", Value::from(model.id));
        }
        let context = context(&files, today, !form);
        let report = check::check(operation, &request, &context, catalog);
        if let Some(refusal) = refuse::first(&report, &request) {
            return Err(refusal);
        }
        let fields = Fields::of(&request);
        let sizes: Vec<(u32, u32)> = context
            .images
            .iter()
            .filter_map(|facts| facts.info.and_then(Result::ok))
            .map(|info| info.upright_size())
            .collect();
        let ratio = sizes.first().map(|(width, height)| *width as f32 / (*height).max(1) as f32);
        let resolved = Resolved::of(model, &fields, ratio);
        if Format::of(resolved.output_format).is_none() {
            return Err(Refusal::new(
                refuse::REQUEST,
                "invalid_value",
                "output_format",
                format!("Your project does not have access to output_format '{}'.", resolved.output_format),
            ));
        }
        let number = |field| fields.integer(field).and_then(|number| u32::try_from(number).ok());
        let n = number(Field::N).unwrap_or(1).max(1);
        let stream = fields.is_true(Field::Stream);
        let partials = if stream { number(Field::PartialImages).unwrap_or(0) } else { 0 };
        let prompt = fields.text(Field::Prompt).unwrap_or_default().to_owned();
        let high = fields.text(Field::InputFidelity) == Some("high");
        let usage = usage::count(model, &resolved, &prompt, &sizes, high, n, partials);
        let inputs = inputs(&files, &resolved)?;
        Ok(Self { model, prompt, resolved, n, stream, partials, usage, inputs })
    }

    /// How many pictures.
    pub const fn n(&self) -> u32 {
        self.n
    }

    /// What was resolved.
    pub const fn resolved(&self) -> &Resolved {
        &self.resolved
    }

    /// What is counted.
    pub const fn usage(&self) -> Usage {
        self.usage
    }

    /// Draws the picture of that number, from 0.
    pub fn draw(&self, index: u32) -> Pixels {
        let Resolved { width, height, quality, transparent, .. } = self.resolved;
        let seed = digest(&[self.model.id, &self.prompt, &index.to_string()]);
        let brief = Brief::read(&self.prompt);
        let detail = Detail::of(quality);
        match &self.inputs {
            Some(inputs) => inputs.draw(&brief, detail, seed, transparent),
            None => match flat_ground(&self.prompt) {
                Some(ground) if !transparent => {
                    scene::draw(&brief, width, height, detail, seed, true).on(ground)
                }
                _ => scene::draw(&brief, width, height, detail, seed, transparent),
            },
        }
    }

    /// Writes a picture in the format that was asked for.
    pub fn write(&self, pixels: &Pixels) -> Vec<u8> {
        let format = Format::of(self.resolved.output_format).unwrap_or(Format::Png);
        codec::encode(pixels, format, self.resolved.compression).unwrap_or_default()
    }

    /// What a reply needs beside the pictures, as JSON.
    pub fn summary(&self) -> String {
        let text = |text: &str| Value::from(text.to_owned());
        let summary = Value::Object(vec![
            ("model".into(), text(self.model.id)),
            ("n".into(), Value::from(self.n)),
            ("stream".into(), Value::Bool(self.stream)),
            ("partial_images".into(), Value::from(self.partials)),
            ("prompt".into(), text(&self.prompt)),
            ("background".into(), text(if self.resolved.transparent { "transparent" } else { "opaque" })),
            ("output_format".into(), text(self.resolved.output_format)),
            ("quality".into(), text(self.resolved.quality)),
            ("size".into(), text(&self.resolved.size())),
            ("usage".into(), self.usage.value(!self.stream)),
        ]);
        gpt_image_edge::wire::body::to_json(&summary).unwrap_or_default()
    }
}

/// The request that a form means. Text becomes numbers and booleans where the field is one.
fn form_value(fields: Vec<(String, String)>, files: &[Upload]) -> Value {
    let mut request: Vec<(Text, Value)> = Vec::new();
    for (name, text) in fields {
        let number = || text.trim().parse::<i32>().ok().map(Value::from);
        let value = match (Field::from_name(&name).map(Field::kind), text.as_str()) {
            (Some(Kind::Boolean), "true" | "True" | "1") => Value::Bool(true),
            (Some(Kind::Boolean), "false" | "False" | "0") => Value::Bool(false),
            (Some(Kind::Integer), _) => number().unwrap_or_else(|| Value::from(text.clone())),
            _ => Value::from(text.clone()),
        };
        request.push((name.into(), value));
    }
    let part = |(number, file): (usize, &Upload)| {
        Value::File(File {
            bytes: Some(file.bytes.len() as u64),
            media_type: file.media_type.clone(),
            name: file.name.clone(),
            number: u32::try_from(number).unwrap_or(u32::MAX),
        })
    };
    let of = |name: &'static str| files.iter().enumerate().filter(move |(_, file)| file.field == name);
    let mut images: Vec<Value> = of("image").map(part).collect();
    if images.len() > 1 {
        request.push(("image".into(), Value::Array(images)));
    } else if let Some(image) = images.pop() {
        request.push(("image".into(), image));
    }
    for (number, file) in files.iter().enumerate().filter(|(_, file)| file.field != "image") {
        request.push((file.field.clone().into(), part((number, file))));
    }
    Value::Object(request)
}

/// The pictures that a JSON body carries as data URLs. References of another kind cannot be followed offline.
fn inline_files(request: &Value) -> Result<Vec<Upload>, Refusal> {
    let images = request.get("images").and_then(Value::as_array).unwrap_or_default();
    let images = images.iter().enumerate().map(|(index, value)| ("image", format!("images[{index}]"), value));
    let mask = request.get("mask").into_iter().map(|value| ("mask", "mask".to_owned(), value));
    let mut files = Vec::new();
    for (field, param, reference) in images.chain(mask) {
        if let Some(id) = reference.get("file_id").and_then(Value::as_str) {
            let message = format!("File '{id}' not found.");
            return Err(Refusal::new(refuse::REQUEST, "image_file_not_found", &param, message));
        }
        let Some(url) = reference.get("image_url").and_then(Value::as_str) else { continue };
        if let Some((media_type, data)) =
            url.strip_prefix("data:").and_then(|rest| rest.split_once(";base64,"))
        {
            let Ok(bytes) = gpt_image_edge::wire::base64::decode(data.as_bytes()) else {
                let message = "Invalid base64 image_url.".to_owned();
                return Err(Refusal::new(refuse::REQUEST, "invalid_base64_image", &param, message));
            };
            files.push(Upload {
                field: field.to_owned(),
                name: String::new(),
                media_type: media_type.to_owned(),
                bytes,
            });
        } else if url.starts_with("https://") {
            let message = format!("Failed to download image from {url}.");
            return Err(Refusal::new(refuse::REQUEST, "failed_to_download_image", &param, message));
        }
    }
    Ok(files)
}

fn context(files: &[Upload], today: Date, json_body: bool) -> Context {
    let facts = |file: &Upload| ImageFacts {
        bytes: Some(file.bytes.len() as u64),
        info: Some(picture::inspect(&file.bytes)),
        transparency: None,
    };
    let of = |name: &'static str| files.iter().filter(move |file| file.field == name).map(facts);
    Context {
        images: of("image").collect(),
        mask: of("mask").next(),
        markup: of("markup").next(),
        json_body,
        ..Context::new(today)
    }
}

/// The pictures of an edit, decoded one after the other: only what the output shows of each is kept.
fn inputs(files: &[Upload], resolved: &Resolved) -> Result<Option<Inputs>, Refusal> {
    let mut inputs: Option<Inputs> = None;
    for (index, file) in files.iter().filter(|file| file.field == "image").enumerate() {
        let pixels = readable(file, index)?;
        match &mut inputs {
            None => inputs = Some(Inputs::new(&pixels, resolved.width, resolved.height)),
            Some(inputs) => inputs.print(pixels),
        }
    }
    if let Some(inputs) = &mut inputs {
        for file in files {
            match file.field.as_str() {
                "mask" => inputs.mask(&readable(file, 0)?),
                "markup" => inputs.markup(&readable(file, 0)?),
                _ => {}
            }
        }
    }
    Ok(inputs)
}

fn readable(file: &Upload, index: usize) -> Result<Pixels, Refusal> {
    codec::decode(&file.bytes).map_err(|_| {
        let number = index.saturating_add(1);
        Refusal::new(
            refuse::USER,
            "invalid_image_file",
            &file.field,
            format!("Invalid image file or mode for image {number}, please check your image file."),
        )
    })
}

/// The models that are served on a day, as JSON: `[{id, created, shutdown_date}]`, `created` in Unix seconds.
pub fn models(today: Date, catalog: &Catalog) -> String {
    let seconds = |date: Date| f64::from(date.days()) * 86_400.0;
    let served = catalog.iter().filter(|model| model.lifecycle.status(today) != Status::Retired);
    let entries = served.flat_map(|model| {
        let ids = core::iter::once(model.id).chain(model.snapshots.iter().copied());
        ids.map(|id| {
            let shutdown = model.lifecycle.shutdown.map_or(Value::Null, |date| Value::from(date.to_string()));
            Value::Object(vec![
                ("id".into(), Value::from(id)),
                ("created".into(), Value::Number(model.lifecycle.released.map_or(0.0, seconds))),
                ("shutdown_date".into(), shutdown),
            ])
        })
    });
    gpt_image_edge::wire::body::to_json(&Value::Array(entries.collect())).unwrap_or_default()
}
