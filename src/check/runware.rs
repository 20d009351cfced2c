//! Runware's `imageInference` task for OpenAI's models.
//!
//! Source of every rule: <https://runware.ai/docs/models/openai-gpt-image-1-mini> (checked 2026-11-20).

use super::checker::Checker;
use super::code::Code;
use super::message::{alternatives, given, integer, join, quoted};
use super::report::{Applicability, PathItem};
use super::shape;
use crate::catalog::Status;
use crate::catalog::model::SizeRule;
use crate::request::{Size, Value};

const FIELDS: &[&str] = &[
    "taskType",
    "taskUUID",
    "model",
    "positivePrompt",
    "width",
    "height",
    "outputType",
    "outputFormat",
    "outputQuality",
    "numberResults",
    "deliveryMethod",
    "webhookURL",
    "uploadEndpoint",
    "safety",
    "ttl",
    "includeCost",
    "inputs",
    "providerSettings",
];

const WORDS: &[(&str, &[&str])] = &[
    ("taskType", &["imageInference"]),
    ("outputType", &["URL", "base64Data", "dataURI"]),
    ("outputFormat", &["JPG", "PNG", "WEBP"]),
    ("deliveryMethod", &["sync", "async"]),
];

const NUMBERS: &[(&str, i64, i64)] = &[
    ("outputQuality", 20, 99),
    ("numberResults", 1, 20),
    ("ttl", 60, i64::MAX),
    ("width", 1, 99_999),
    ("height", 1, 99_999),
];

const PROVIDER_WORDS: &[(&str, &[&str])] =
    &[("background", &["auto", "opaque", "transparent"]), ("quality", &["auto", "high", "medium", "low"])];

const MAX_PROMPT_CHARS: usize = 32_000;

pub(super) fn check(checker: &mut Checker<'_>) {
    shape::names(checker, FIELDS, "an imageInference task for this model", &|_, _, _| false);
    for needed in ["taskType", "taskUUID", "model", "positivePrompt"] {
        if checker.request.get(needed).is_none() {
            checker.at(Code::Required, key(needed), None, "is needed");
        }
    }
    for (name, words) in WORDS {
        word(checker, key(name), checker.request.get(name), words);
    }
    for (name, min, max) in NUMBERS {
        number(checker, name, *min, *max);
    }
    uuid(checker);
    prompt(checker);
    model_and_size(checker);
    let settings = checker.request.get("providerSettings").and_then(|settings| settings.get("openai"));
    for (name, words) in PROVIDER_WORDS {
        let path = ["providerSettings", "openai", name].map(|name| PathItem::Key(name.to_owned())).to_vec();
        word(checker, path, settings.and_then(|settings| settings.get(name)), words);
    }
    let transparent = settings.and_then(|settings| settings.get("background")).and_then(Value::as_str)
        == Some("transparent");
    // Left out, the format is JPG, which drops the transparency.
    let format = checker.request.get("outputFormat").and_then(Value::as_str).unwrap_or("JPG");
    if transparent && format == "JPG" {
        checker
            .at(
                Code::TransparentFormat,
                key("outputFormat"),
                Some(Value::from(format)),
                "\"JPG\", the default, has no transparency; set \"PNG\" or \"WEBP\"",
            )
            .allowed_words(&["PNG", "WEBP"])
            .fix(Value::from("PNG"), Applicability::Unsafe);
    }
    for name in ["webhookURL", "uploadEndpoint"] {
        if let Some(value) = checker.request.get(name) {
            let message =
                "makes the provider call this address; never take it from a caller you do not trust";
            checker
                .at(Code::CallsAddress, key(name), Some(given(value)), message)
                .fix_by_removal(Applicability::Unsafe);
        }
    }
}

fn key(name: &str) -> Vec<PathItem> {
    vec![PathItem::Key(name.to_owned())]
}

fn word(checker: &mut Checker<'_>, path: Vec<PathItem>, value: Option<&Value>, words: &[&str]) {
    let Some(value) = value else { return };
    let Some(text) = value.as_str() else {
        let message = join(&["must be a string, not ", value.type_name()]);
        checker.at(Code::InvalidType, path, Some(given(value)), &message);
        return;
    };
    if words.contains(&text) {
        return;
    }
    let message = join(&[&quoted(text), " is not accepted; allowed are ", &alternatives(words)]);
    let same = words.iter().copied().find(|word| word.eq_ignore_ascii_case(text));
    let top = path.len() == 1;
    let draft = checker.at(Code::InvalidValue, path, Some(given(value)), &message).allowed_words(words);
    if let Some(same) = same.filter(|_| top) {
        draft.fix(Value::from(same), Applicability::Safe);
    }
}

fn number(checker: &mut Checker<'_>, name: &str, min: i64, max: i64) {
    let Some(value) = checker.request.get(name) else { return };
    let code = match (value, value.as_integer()) {
        (Value::Number(_), Some(number)) if number < min => Code::TooSmall,
        (Value::Number(_), Some(number)) if number > max => Code::TooBig,
        (Value::Number(_), Some(_)) => return,
        (Value::Number(_), None) => Code::NotAnInteger,
        _ => Code::InvalidType,
    };
    let upper = if max == i64::MAX { String::new() } else { join(&[" to ", &integer(max)]) };
    let message = join(&["must be a whole number from ", &integer(min), &upper]);
    checker.at(code, key(name), Some(given(value)), &message);
}

fn uuid(checker: &mut Checker<'_>) {
    let Some(value) = checker.request.get("taskUUID") else { return };
    let sound = value.as_str().is_some_and(|text| {
        text.len() == 36
            && text.bytes().enumerate().all(|(at, byte)| match at {
                8 | 13 | 18 | 23 => byte == b'-',
                14 => byte == b'4',
                19 => matches!(byte.to_ascii_lowercase(), b'8' | b'9' | b'a' | b'b'),
                _ => byte.is_ascii_hexdigit(),
            })
    });
    if !sound {
        checker.at(Code::InvalidUuid, key("taskUUID"), Some(given(value)), "must be a UUID of version 4");
    }
}

fn prompt(checker: &mut Checker<'_>) {
    match checker.request.get("positivePrompt") {
        Some(Value::String(text)) if text.trim().is_empty() => {
            checker.at(
                Code::EmptyPrompt,
                key("positivePrompt"),
                Some(Value::from("")),
                "is empty; say what to draw",
            );
        }
        Some(Value::String(text))
            if text.len() > MAX_PROMPT_CHARS && text.chars().count() > MAX_PROMPT_CHARS =>
        {
            checker.at(Code::PromptTooLong, key("positivePrompt"), None, "has more than 32000 characters");
        }
        Some(Value::String(_)) | None => {}
        Some(other) => {
            let message = join(&["must be a string, not ", other.type_name()]);
            checker.at(Code::InvalidType, key("positivePrompt"), Some(given(other)), &message);
        }
    }
}

fn model_and_size(checker: &mut Checker<'_>) {
    let Some(id) = checker.request.get("model").and_then(Value::as_str) else { return };
    let found = checker.catalog.iter().find(|model| model.runware.known().is_some_and(|rule| rule.air == id));
    let Some(model) = found else {
        let message =
            join(&[&quoted(id), " is not in the catalogue; only the rules all models share are checked"]);
        checker.at(Code::UnknownModel, key("model"), Some(Value::from(id)), &message);
        return;
    };
    if model.lifecycle.status(checker.context.today) == Status::Retired {
        let message = join(&[&quoted(id), " is ", model.name, ", which OpenAI has shut down"]);
        checker.at(Code::ModelRetired, key("model"), Some(Value::from(id)), &message);
    }
    let edge = |name| {
        checker.request.get(name).and_then(Value::as_integer).and_then(|edge| u32::try_from(edge).ok())
    };
    let (width, height) = (edge("width"), edge("height"));
    let SizeRule::Presets { sizes, .. } = model.sizes else { return };
    let fits = match (width, height) {
        (Some(width), Some(height)) => sizes.contains(&(width, height)),
        (None, None) => checker.request.get("width").is_none() && checker.request.get("height").is_none(),
        _ => false,
    };
    if !fits {
        let words: Vec<String> = sizes
            .iter()
            .map(|(width, height)| Size::Pixels { width: *width, height: *height }.to_string())
            .collect();
        let words: Vec<&str> = words.iter().map(String::as_str).collect();
        let message = join(&["width and height go together; allowed are ", &alternatives(&words)]);
        checker
            .at(Code::SizeNotOffered, key("width"), checker.request.get("width").map(given), &message)
            .allowed_words(&words);
    }
}
