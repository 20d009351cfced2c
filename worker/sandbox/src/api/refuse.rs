//! What the API refuses, in the words and shape it refuses it.

use gpt_image_edge::catalog::{Catalog, Model, Status};
use gpt_image_edge::check::{Code, Issue, Report, Severity};
use gpt_image_edge::date::Date;
use gpt_image_edge::request::{Field, Value};

/// An error body: `{"error": {message, type, param, code}}` under a status.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Refusal {
    /// The HTTP status.
    pub status: u16,
    /// `error.message`.
    pub message: String,
    /// `error.type`.
    pub kind: &'static str,
    /// `error.param`.
    pub param: Option<String>,
    /// `error.code`.
    pub code: Option<&'static str>,
}

/// Most refusals.
pub(super) const REQUEST: &str = "invalid_request_error";
/// Those of the image endpoints themselves.
pub(super) const USER: &str = "image_generation_user_error";

impl Refusal {
    /// A 400 about a field.
    pub fn new(kind: &'static str, code: &'static str, param: &str, message: String) -> Self {
        Self { status: 400, message, kind, param: Some(param.to_owned()), code: Some(code) }
    }

    /// A body that is no JSON.
    pub fn unparsable() -> Self {
        Self {
            status: 400,
            message: "We could not parse the JSON body of your request. (HINT: This likely means you aren't using your HTTP library correctly. The OpenAI API expects a JSON payload, but what was sent was not valid JSON.)".to_owned(),
            kind: REQUEST,
            param: None,
            code: None,
        }
    }

    /// The body as a value.
    pub fn body(&self) -> Value {
        let text = |text: &str| Value::from(text.to_owned());
        let fields = vec![
            ("message".into(), text(&self.message)),
            ("type".into(), text(self.kind)),
            ("param".into(), self.param.as_deref().map_or(Value::Null, text)),
            ("code".into(), self.code.map_or(Value::Null, text)),
        ];
        Value::Object(vec![("error".into(), Value::Object(fields))])
    }
}

/// The model of a request, or the 404 of one that does not exist or exists no more.
///
/// The core warns about ids it does not know, for new ones appear every few weeks; an upstream cannot draw with them.
pub(super) fn model(request: &Value, today: Date, catalog: &Catalog) -> Result<&'static Model, Refusal> {
    let asked = request.get("model").and_then(Value::as_str);
    let not_found = |message| Refusal {
        status: 404,
        message,
        kind: REQUEST,
        param: Some("model".to_owned()),
        code: Some("model_not_found"),
    };
    let found = match asked {
        Some(id) => catalog.find(id),
        None => catalog.default_model(today),
    };
    let id = asked.unwrap_or_default();
    match found {
        None => Err(not_found(format!("The model '{id}' does not exist."))),
        Some(model) if model.lifecycle.status(today) == Status::Retired => Err(not_found(format!(
            "The model `{}` has been deprecated, learn more here: https://platform.openai.com/docs/deprecations",
            model.id
        ))),
        Some(model) => Ok(model),
    }
}

/// The first error of a report as the API would put it. It names one problem at a time.
pub(super) fn first(report: &Report, request: &Value) -> Option<Refusal> {
    report.issues.iter().find(|issue| issue.severity() == Severity::Error).map(|issue| of(issue, request))
}

fn of(issue: &Issue, request: &Value) -> Refusal {
    let param = issue.param.as_ref();
    let make = |kind, code, message| Refusal::new(kind, code, param, message);
    let given = issue.given.as_ref().map(shown).unwrap_or_default();
    let type_name = issue.given.as_ref().map_or("null", Value::type_name);
    match issue.code {
        Code::Required => {
            make(REQUEST, "missing_required_parameter", format!("Missing required parameter: '{param}'."))
        }
        Code::UnrecognizedKey | Code::UnsupportedParameter if param == Field::InputFidelity.name() => {
            fidelity(issue, request)
        }
        Code::InvalidValue if param == Field::InputFidelity.name() => fidelity(issue, request),
        Code::UnrecognizedKey | Code::UnsupportedParameter => {
            make(REQUEST, "unknown_parameter", format!("Unknown parameter: '{param}'."))
        }
        Code::InvalidType | Code::NotNullable | Code::NotAnInteger | Code::InvalidRequest => {
            let expected = expected(param);
            let got = if issue.code == Code::NotAnInteger { "decimal number" } else { type_name };
            let message =
                format!("Invalid type for '{param}': expected {expected}, but got {} instead.", article(got));
            make(REQUEST, "invalid_type", message)
        }
        Code::TooBig => make(REQUEST, "integer_above_max_value", bound(issue, "above maximum", "<=", "max")),
        Code::TooSmall => {
            make(REQUEST, "integer_below_min_value", bound(issue, "below minimum", ">=", "min"))
        }
        Code::InvalidValue | Code::MalformedSize | Code::SizeNotOffered => {
            make(REQUEST, "invalid_value", value(issue, &given))
        }
        Code::EmptyPrompt => make(
            REQUEST,
            "empty_string",
            format!(
                "Invalid '{param}': empty string. Expected a string with minimum length 1, but got an empty string instead."
            ),
        ),
        Code::PromptTooLong => {
            let length = request.get(param).and_then(Value::as_str).map_or(0, |text| text.chars().count());
            let most = issue.allowed.as_ref().and_then(|allowed| allowed.get("max")).map(shown);
            let most = most.unwrap_or_else(|| "32000".to_owned());
            make(
                REQUEST,
                "string_above_max_length",
                format!(
                    "Invalid '{param}': string too long. Expected a string with maximum length {most}, but got a string with length {length} instead."
                ),
            )
        }
        Code::NoImages => make(
            REQUEST,
            "empty_array",
            format!(
                "Invalid '{param}': empty array. Expected an array with minimum length 1, but got an empty array instead."
            ),
        ),
        Code::TooManyImages => {
            let length = request.get(param).and_then(Value::as_array).map_or(0, <[Value]>::len);
            let most = issue.allowed.as_ref().and_then(|allowed| allowed.get("max")).map(shown);
            make(
                REQUEST,
                "array_above_max_length",
                format!(
                    "Invalid '{param}': array too long. Expected an array with maximum length {}, but got an array with length {length} instead.",
                    most.unwrap_or_else(|| "16".to_owned())
                ),
            )
        }
        Code::StreamCount => {
            make(REQUEST, "invalid_value", "Streaming is only supported with n=1.".to_owned())
        }
        Code::EmptyFile | Code::CorruptImage | Code::ImageColorMode | Code::ImageNotSquare => {
            let number = issue
                .path
                .iter()
                .find_map(|item| match item {
                    gpt_image_edge::check::PathItem::Index(index) => Some(index.saturating_add(1)),
                    gpt_image_edge::check::PathItem::Key(_) => None,
                })
                .unwrap_or(1);
            let message =
                format!("Invalid image file or mode for image {number}, please check your image file.");
            make(USER, "invalid_image_file", message)
        }
        Code::NotAnImage | Code::UnsupportedImageFormat => {
            make(REQUEST, "unsupported_file_mimetype", mimetype(param, declared(issue, request)))
        }
        Code::MaskNoAlpha | Code::MaskSize | Code::MaskOpaque => make(
            USER,
            "invalid_mask_image_format",
            match issue.code {
                Code::MaskNoAlpha => "Invalid mask image format - mask must have an alpha channel".to_owned(),
                Code::MaskOpaque => "Invalid mask image format - mask has no transparent pixels".to_owned(),
                _ => "Invalid mask image format - mask size does not match image size".to_owned(),
            },
        ),
        Code::InvalidUrl | Code::UrlTooLong | Code::InvalidReference => {
            make(REQUEST, "invalid_image_url", format!("Invalid '{param}': {}.", issue.message_text()))
        }
        Code::FileTooLarge => {
            make(REQUEST, "image_file_too_large", format!("Invalid '{param}': {}.", issue.message_text()))
        }
        Code::DuplicateKey => {
            make(REQUEST, "duplicate_parameter", format!("Duplicate parameter: '{param}'."))
        }
        _ => make(REQUEST, "invalid_value", format!("Invalid '{param}': {}.", issue.message_text())),
    }
}

/// The core's own sentence without the field it begins with, for refusals whose wording nobody has recorded.
trait MessageText {
    fn message_text(&self) -> &str;
}

impl MessageText for Issue {
    fn message_text(&self) -> &str {
        let rest = self.message.strip_prefix(self.param.as_ref()).unwrap_or(&self.message);
        rest.trim_start_matches([':', ' ']).trim_end_matches('.')
    }
}

fn fidelity(issue: &Issue, request: &Value) -> Refusal {
    let model = request.get("model").and_then(Value::as_str).unwrap_or("the default model");
    let message = if issue.code == Code::InvalidValue {
        format!(
            "The model '{model}' does not support input_fidelity='{}'.",
            issue.given.as_ref().map(shown).unwrap_or_default()
        )
    } else {
        format!("The model '{model}' does not support the 'input_fidelity' parameter.")
    };
    Refusal::new(USER, "invalid_input_fidelity_model", Field::InputFidelity.name(), message)
}

/// A file of a type that is not accepted.
pub(super) fn mimetype(param: &str, media_type: &str) -> String {
    format!(
        "Invalid file '{param}': unsupported mimetype ('{media_type}'). Supported file formats are 'image/jpeg', 'image/png', and 'image/webp'."
    )
}

fn declared<'a>(issue: &Issue, request: &'a Value) -> &'a str {
    let mut value = Some(request);
    for item in &issue.path {
        value = value.and_then(|value| match item {
            gpt_image_edge::check::PathItem::Key(key) => value.get(key),
            gpt_image_edge::check::PathItem::Index(index) => value.as_array()?.get(*index as usize),
        });
    }
    match value {
        Some(Value::File(file)) if !file.media_type.is_empty() => &file.media_type,
        _ => "application/octet-stream",
    }
}

fn value(issue: &Issue, given: &str) -> String {
    let words: Vec<String> = issue
        .allowed
        .as_ref()
        .and_then(Value::as_array)
        .unwrap_or_default()
        .iter()
        .map(|word| format!("'{}'", shown(word)))
        .collect();
    match words.split_last() {
        Some((last, [])) => format!("Invalid value: '{given}'. Value must be {last}."),
        Some((last, [one])) => format!("Invalid value: '{given}'. Supported values are: {one} and {last}."),
        Some((last, rest)) => {
            format!("Invalid value: '{given}'. Supported values are: {}, and {last}.", rest.join(", "))
        }
        None => format!("Invalid value: '{given}'. {}.", sentence(issue.message_text())),
    }
}

fn sentence(text: &str) -> String {
    let mut chars = text.chars();
    chars.next().map_or_else(String::new, |first| first.to_uppercase().chain(chars).collect())
}

fn bound(issue: &Issue, what: &str, sign: &str, key: &str) -> String {
    let given = issue.given.as_ref().map(shown).unwrap_or_default();
    let limit = issue.allowed.as_ref().and_then(|allowed| allowed.get(key)).map(shown).unwrap_or_default();
    format!(
        "Invalid '{}': integer {what} value. Expected a value {sign} {limit}, but got {given} instead.",
        issue.param
    )
}

fn shown(value: &Value) -> String {
    match value {
        Value::String(text) => text.to_string(),
        other => gpt_image_edge::wire::body::to_json(other).unwrap_or_default(),
    }
}

fn expected(param: &str) -> &'static str {
    use gpt_image_edge::request::field::Kind;
    match Field::from_name(param).map(Field::kind) {
        Some(Kind::Integer) => "an integer",
        Some(Kind::Boolean) => "a boolean",
        Some(Kind::Files | Kind::File) => "a file",
        Some(Kind::References) => "an array of objects",
        Some(Kind::Object) => "an object",
        Some(Kind::Text) => "a string",
        None => "another type",
    }
}

fn article(type_name: &str) -> String {
    let vowel = type_name.starts_with(['a', 'e', 'i', 'o', 'u']);
    match type_name {
        "null" => "null".to_owned(),
        other if vowel => format!("an {other}"),
        other => format!("a {other}"),
    }
}
