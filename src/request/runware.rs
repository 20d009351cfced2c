//! The same request for Runware's `imageInference` and back, with a report of what has no counterpart.
//!
//! Source: <https://runware.ai/docs/models/openai-gpt-image-1-mini> (checked 2026-11-20).

use core::fmt;

use super::{Field, Fields, Operation, Size, Text, Value};
use crate::catalog::Catalog;

/// A request for the other side, and what was lost on the way.
#[derive(Clone, Debug, PartialEq)]
pub struct Translated {
    /// The request.
    pub request: Value,
    /// What has no counterpart, in the order of the fields.
    pub losses: Vec<Loss>,
}

/// A field that could not be said on the other side.
#[derive(Clone, Debug, PartialEq)]
pub struct Loss {
    /// The field as the given request spells it.
    pub param: String,
    /// Its value.
    pub given: Value,
    /// What becomes of it.
    pub reason: &'static str,
}

impl serde::Serialize for Loss {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        use serde::ser::SerializeStruct;
        let mut out = serializer.serialize_struct("Loss", 3)?;
        out.serialize_field("param", &self.param)?;
        out.serialize_field("given", &self.given)?;
        out.serialize_field("reason", &self.reason)?;
        out.end()
    }
}

impl serde::Serialize for Translated {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        use serde::ser::SerializeStruct;
        let mut out = serializer.serialize_struct("Translated", 2)?;
        out.serialize_field("request", &self.request)?;
        out.serialize_field("losses", &self.losses)?;
        out.end()
    }
}

/// Why a request has no counterpart at all.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum TranslateError {
    /// Only generations and edits have one.
    Operation,
    /// The model is not offered on the other side.
    Model,
    /// A picture is given as a file: Runware takes identifiers, addresses and data URLs.
    Files,
}

impl TranslateError {
    /// What it says.
    pub(crate) const fn text(self) -> &'static str {
        match self {
            Self::Operation => "operation: only \"generate\" and \"edit\" requests can be translated",
            Self::Model => "model: not offered on the other side",
            Self::Files => "image: files must be given as data URLs or addresses in `images` first",
        }
    }
}

impl fmt::Display for TranslateError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.text())
    }
}

impl core::error::Error for TranslateError {}

const NO_COUNTERPART: &str = "has no counterpart and is left out";
/// Runware's quality goes from 20 to 99.
const QUALITY: (i64, i64) = (20, 99);
const FORMATS: &[(&str, &str)] = &[("png", "PNG"), ("jpeg", "JPG"), ("webp", "WEBP")];

/// An OpenAI request as an `imageInference` task. `uuid` names the task (a UUID of version 4).
///
/// # Errors
/// When there is no counterpart.
pub fn to_runware(
    operation: Operation,
    request: &Value,
    uuid: &str,
    catalog: &Catalog,
) -> Result<Translated, TranslateError> {
    if !matches!(operation, Operation::Generate | Operation::Edit) {
        return Err(TranslateError::Operation);
    }
    let fields = Fields::of(request);
    if fields.get(Field::Image).is_some() {
        return Err(TranslateError::Files);
    }
    let model = fields.text(Field::Model).and_then(|id| catalog.find(id)).ok_or(TranslateError::Model)?;
    let air = model.runware.known().ok_or(TranslateError::Model)?.air;
    let mut losses = Vec::new();
    let mut task: Vec<(Text, Value)> = Vec::new();
    let mut put = |name: &'static str, value: Value| task.push((name.into(), value));
    put("taskType", "imageInference".into());
    put("taskUUID", uuid.to_owned().into());
    put("model", air.into());
    put("positivePrompt", fields.get(Field::Prompt).cloned().unwrap_or_else(|| "".into()));
    put("outputType", "base64Data".into());
    put("includeCost", true.into());
    let mut settings: Vec<(Text, Value)> = Vec::new();
    let mut format = fields.text(Field::OutputFormat).unwrap_or("png");
    if !FORMATS.iter().any(|(name, _)| *name == format) {
        format = "png";
    }
    // Runware's own default is JPG, OpenAI's is png: it is always said.
    let spelled = FORMATS.iter().find(|(name, _)| *name == format).map_or("PNG", |(_, name)| name);
    put("outputFormat", spelled.into());
    for (name, value) in request.as_object().unwrap_or_default() {
        let field = Field::from_name(name);
        let reason = match (field, value) {
            (_, Value::Null)
            | (Some(Field::Model | Field::Prompt), _)
            | (Some(Field::Stream), Value::Bool(false)) => None,
            (Some(Field::Size), value) => match value.as_str().and_then(Size::parse) {
                Some(Size::Pixels { width, height }) => {
                    put("width", width.into());
                    put("height", height.into());
                    None
                }
                Some(Size::Auto) => None,
                None => Some(NO_COUNTERPART),
            },
            (Some(Field::N), value) => {
                put("numberResults", value.clone());
                None
            }
            (Some(Field::OutputFormat), value) => {
                (value.as_str() != Some(format)).then_some("is not offered; png is taken")
            }
            (Some(Field::OutputCompression), value) => match value.as_integer() {
                Some(percent) => {
                    let nearest = percent.clamp(QUALITY.0, QUALITY.1);
                    put("outputQuality", Value::from(i32::try_from(nearest).unwrap_or(99)));
                    (nearest != percent).then_some("goes from 20 to 99 there; the nearest is taken")
                }
                None => Some(NO_COUNTERPART),
            },
            (Some(Field::Quality | Field::Background), value) => {
                settings.push((name.clone(), value.clone()));
                None
            }
            (Some(Field::Images), Value::Array(items)) => {
                let urls: Vec<Value> =
                    items.iter().filter_map(|item| item.get("image_url").cloned()).collect();
                let lost = urls.len() < items.len();
                put("inputs", Value::Object(vec![("referenceImages".into(), Value::Array(urls))]));
                lost.then_some("file_id references mean nothing there and are left out")
            }
            (Some(Field::Moderation), Value::String(word)) if word == "auto" => None,
            (Some(Field::InputFidelity), Value::String(word)) if word == "low" => None,
            _ => Some(NO_COUNTERPART),
        };
        if let Some(reason) = reason {
            losses.push(Loss { param: name.as_ref().to_owned(), given: value.clone(), reason });
        }
    }
    if !settings.is_empty() {
        put("providerSettings", Value::Object(vec![("openai".into(), Value::Object(settings))]));
    }
    Ok(Translated { request: Value::Object(task), losses })
}

/// An `imageInference` task as an OpenAI request: an edit where it has reference images, else a generation.
///
/// # Errors
/// When the model is not in the catalogue.
pub fn from_runware(task: &Value, catalog: &Catalog) -> Result<(Operation, Translated), TranslateError> {
    let air = task.get("model").and_then(Value::as_str);
    let model = catalog
        .iter()
        .find(|model| model.runware.known().is_some_and(|rule| Some(rule.air) == air))
        .ok_or(TranslateError::Model)?;
    let mut request: Vec<(Text, Value)> = vec![("model".into(), model.id.into())];
    let mut losses = Vec::new();
    let mut operation = Operation::Generate;
    let edge = |name| task.get(name).and_then(Value::as_integer).and_then(|edge| u32::try_from(edge).ok());
    if let (Some(width), Some(height)) = (edge("width"), edge("height")) {
        request.push(("size".into(), Size::Pixels { width, height }.spelled().into()));
    }
    // What is left out means JPG there and png here.
    let format = task.get("outputFormat").and_then(Value::as_str).unwrap_or("JPG");
    let spelled = FORMATS.iter().find(|(_, name)| *name == format).map_or("png", |(name, _)| name);
    request.push(("output_format".into(), spelled.into()));
    for (name, value) in task.as_object().unwrap_or_default() {
        let mut put = |name: &'static str, value: Value| request.push((name.into(), value));
        let lost = match name.as_ref() {
            "taskType" | "model" | "width" | "height" | "outputFormat" | "includeCost" => None,
            "taskUUID" => Some("names a task there; requests here have no name"),
            "positivePrompt" => {
                put("prompt", value.clone());
                None
            }
            "numberResults" => {
                put("n", value.clone());
                None
            }
            "outputQuality" if spelled != "png" => {
                put("output_compression", value.clone());
                None
            }
            "outputQuality" => Some("says nothing about png"),
            "outputType" => {
                (value.as_str() != Some("base64Data")).then_some("pictures always come as base64 here")
            }
            "deliveryMethod" => {
                (value.as_str() != Some("sync")).then_some("calls here wait for their answer")
            }
            "inputs" => {
                operation = Operation::Edit;
                let items = value.get("referenceImages").and_then(Value::as_array).unwrap_or_default();
                let url = |item: &Value| {
                    let text = item
                        .as_str()
                        .filter(|text| text.starts_with("https://") || text.starts_with("data:"))?;
                    Some(Value::Object(vec![("image_url".into(), text.to_owned().into())]))
                };
                let urls: Vec<Value> = items.iter().filter_map(url).collect();
                let lost = urls.len() < items.len();
                put("images", Value::Array(urls));
                lost.then_some("identifiers of uploaded images mean nothing here and are left out")
            }
            "providerSettings" => {
                let settings = value.get("openai").and_then(Value::as_object).unwrap_or_default();
                request.extend(settings.iter().cloned());
                None
            }
            _ => Some(NO_COUNTERPART),
        };
        if let Some(reason) = lost {
            losses.push(Loss { param: name.as_ref().to_owned(), given: value.clone(), reason });
        }
    }
    Ok((operation, Translated { request: Value::Object(request), losses }))
}

#[cfg(test)]
mod tests {
    use super::{TranslateError, from_runware, to_runware};
    use crate::catalog::Catalog;
    use crate::check::{Context, check};
    use crate::date::Date;
    use crate::request::{Operation, Value};

    const UUID: &str = "11111111-2222-4333-8444-555555555555";

    fn value(json: &str) -> Value {
        serde_json::from_str(json).unwrap()
    }

    #[test]
    fn a_request_goes_there_legally_and_comes_back_the_same() {
        let catalog = Catalog::default();
        let context = Context::new(Date::new(2026, 9, 1));
        for (operation, json) in [
            (
                Operation::Generate,
                r#"{"model":"gpt-image-1-mini","size":"1024x1536","output_format":"webp","prompt":"x","n":2,"output_compression":80,"quality":"low","background":"transparent"}"#,
            ),
            (
                Operation::Edit,
                r#"{"model":"gpt-image-1-mini","size":"1024x1024","output_format":"png","prompt":"x","images":[{"image_url":"https://example.com/a.png"}]}"#,
            ),
        ] {
            let there = to_runware(operation, &value(json), UUID, &catalog).unwrap();
            assert_eq!(there.losses, []);
            assert_eq!(check(Operation::Runware, &there.request, &context, &catalog).issues, [], "{json}");
            let (back_operation, back) = from_runware(&there.request, &catalog).unwrap();
            assert_eq!(back_operation, operation);
            let lost: Vec<_> = back.losses.iter().map(|loss| loss.param.as_str()).collect();
            assert_eq!(lost, ["taskUUID"]);
            for (name, given) in value(json).as_object().unwrap() {
                assert_eq!(back.request.get(name), Some(given), "{name}");
            }
        }
    }

    #[test]
    fn every_loss_is_told() {
        let json = r#"{"model":"gpt-image-1-mini","prompt":"x","stream":true,"partial_images":2,"moderation":"low","user":"u","output_format":"jpeg","output_compression":5,"input_fidelity":"low"}"#;
        let there = to_runware(Operation::Generate, &value(json), UUID, &Catalog::default()).unwrap();
        let lost: Vec<_> = there.losses.iter().map(|loss| loss.param.as_str()).collect();
        assert_eq!(lost, ["stream", "partial_images", "moderation", "user", "output_compression"]);
        assert_eq!(there.request.get("outputQuality"), Some(&Value::from(20)));
        let task = r#"{"taskType":"imageInference","taskUUID":"u","model":"openai:1@2","positivePrompt":"x","ttl":60,"deliveryMethod":"async","outputType":"URL","inputs":{"referenceImages":["an-uploaded-uuid"]}}"#;
        let (operation, back) = from_runware(&value(task), &Catalog::default()).unwrap();
        let lost: Vec<_> = back.losses.iter().map(|loss| loss.param.as_str()).collect();
        assert_eq!(
            (operation, lost),
            (Operation::Edit, vec!["taskUUID", "ttl", "deliveryMethod", "outputType", "inputs"])
        );
        assert_eq!(back.request.get("output_format"), Some(&Value::from("jpeg")));
    }

    #[test]
    fn what_is_not_offered_there_is_refused() {
        let to = |operation, json: &str| {
            to_runware(operation, &value(json), UUID, &Catalog::default()).unwrap_err()
        };
        assert_eq!(to(Operation::Generate, r#"{"model":"gpt-image-2","prompt":"x"}"#), TranslateError::Model);
        assert_eq!(to(Operation::Batch, r#"{"model":"gpt-image-1-mini"}"#), TranslateError::Operation);
        assert_eq!(
            from_runware(&value(r#"{"model":"x:1@1"}"#), &Catalog::default()),
            Err(TranslateError::Model)
        );
    }
}
