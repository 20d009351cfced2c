//! Runware's `imageInference` task for OpenAI's models.
//!
//! Source of every rule: <https://runware.ai/docs/models/openai-gpt-image-1-mini> (checked 2026-11-20).

use super::checker::Checker;
use super::code::Code;
use super::message::{alternatives, given, integer, join, quoted};
use super::references::facts;
use super::report::{Applicability, PathItem};
use super::{images, lifecycle, shape};
use crate::catalog::Model;
use crate::catalog::model::SizeRule;
use crate::request::{DataUrl, Size, Value};

/// What a value must be.
enum Rule {
    Text,
    Flag,
    Word(&'static [&'static str]),
    /// A whole number between two bounds, both allowed.
    Number(i64, i64),
    /// An object of no other fields than these.
    Object(&'static [&'static str]),
}

/// The fields with their place, in the order of the documentation.
const RULES: &[(&[&str], Rule)] = &[
    (&["taskType"], Rule::Word(&["imageInference"])),
    (&["outputType"], Rule::Word(&["URL", "base64Data", "dataURI"])),
    (&["outputFormat"], Rule::Word(&["JPG", "PNG", "WEBP"])),
    (&["outputQuality"], Rule::Number(20, 99)),
    (&["webhookURL"], Rule::Text),
    (&["deliveryMethod"], Rule::Word(&["sync", "async"])),
    (&["uploadEndpoint"], Rule::Text),
    (&["safety"], Rule::Object(&["checkContent", "mode"])),
    (&["safety", "checkContent"], Rule::Flag),
    (&["safety", "mode"], Rule::Word(&["none", "fast"])),
    (&["ttl"], Rule::Number(60, i64::MAX)),
    (&["includeCost"], Rule::Flag),
    (&["numberResults"], Rule::Number(1, 20)),
    (&["inputs"], Rule::Object(&["referenceImages"])),
    (&["model"], Rule::Text),
    (&["positivePrompt"], Rule::Text),
    (&["width"], Rule::Number(1, 99_999)),
    (&["height"], Rule::Number(1, 99_999)),
    (&["providerSettings"], Rule::Object(&["openai"])),
    (&["providerSettings", "openai"], Rule::Object(&["background", "quality", "style"])),
    (&["providerSettings", "openai", "background"], Rule::Word(&["auto", "opaque", "transparent"])),
    (&["providerSettings", "openai", "quality"], Rule::Word(&["auto", "high", "medium", "low"])),
];

const FIELDS: &[&str] = &[
    "taskType",
    "taskUUID",
    "outputType",
    "outputFormat",
    "outputQuality",
    "webhookURL",
    "deliveryMethod",
    "uploadEndpoint",
    "safety",
    "ttl",
    "includeCost",
    "numberResults",
    "inputs",
    "model",
    "positivePrompt",
    "width",
    "height",
    "providerSettings",
];

const REQUIRED: &[&str] = &["taskType", "taskUUID", "model", "positivePrompt", "width", "height"];

const MAX_PROMPT_CHARS: usize = 32_000;

pub(super) fn check(checker: &mut Checker<'_>) {
    shape::names(checker, FIELDS, "an imageInference task for this model", &|_, _, _| false);
    for needed in REQUIRED {
        if checker.request.get(needed).is_none() {
            checker.at(Code::Required, key(needed), None, "is needed");
        }
    }
    for (place, rule) in RULES {
        if let Some(value) = value_at(checker.request, place) {
            let path = place.iter().map(|key| PathItem::Key((*key).to_owned().into())).collect();
            by_rule(checker, path, value, rule);
        }
    }
    uuid(checker);
    prompt(checker);
    // What follows knows OpenAI's models, by their names at Runware.
    let id = checker.request.get("model").and_then(Value::as_str);
    let offered = |model: &&Model| model.runware.known().is_some_and(|rule| Some(rule.air) == id);
    checker.model = checker.catalog.iter().find(offered);
    match (checker.model, id) {
        (Some(model), _) => {
            lifecycle::life(checker, model, false);
            size(checker, model);
        }
        (None, Some(id)) => {
            let message =
                join(&[&quoted(id), " is not in the catalogue; only the rules all models share are checked"]);
            checker.at(Code::UnknownModel, key("model"), Some(Value::from(id.to_owned())), &message);
        }
        (None, None) => {}
    }
    reference_images(checker);
    transparency(checker);
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

fn key(name: &'static str) -> Vec<PathItem> {
    vec![PathItem::Key(name.into())]
}

fn value_at<'v>(value: &'v Value, place: &[&str]) -> Option<&'v Value> {
    place.iter().try_fold(value, |value, key| value.get(key))
}

fn by_rule(checker: &mut Checker<'_>, path: Vec<PathItem>, value: &Value, rule: &Rule) {
    let expected = match (rule, value) {
        (Rule::Text, Value::String(_)) | (Rule::Flag, Value::Bool(_)) => return,
        (Rule::Word(words), Value::String(text)) => return word(checker, path, text, words),
        (Rule::Number(min, max), Value::Number(_)) => return number(checker, path, value, *min, *max),
        (Rule::Object(known), Value::Object(fields)) => {
            for (name, value) in fields.iter().filter(|(name, _)| !known.contains(&name.as_ref())) {
                let mut path = path.clone();
                path.push(PathItem::Key(name.clone()));
                let message = join(&["there is no such field here; there are ", &alternatives(known)]);
                checker
                    .at(Code::UnrecognizedKey, path, Some(given(value)), &message)
                    .fix_by_removal(Applicability::Unsafe);
                if checker.is_full() {
                    break;
                }
            }
            return;
        }
        (Rule::Text | Rule::Word(_), _) => "a string",
        (Rule::Flag, _) => "a boolean",
        (Rule::Number(..), _) => "a whole number",
        (Rule::Object(_), _) => "an object",
    };
    let message = join(&["must be ", expected, ", not ", value.type_name()]);
    checker.at(Code::InvalidType, path, Some(given(value)), &message);
}

fn word(checker: &mut Checker<'_>, path: Vec<PathItem>, text: &str, words: &[&'static str]) {
    if words.contains(&text) {
        return;
    }
    let message = join(&[&quoted(text), " is not accepted; allowed are ", &alternatives(words)]);
    let same = words.iter().copied().find(|word| word.eq_ignore_ascii_case(text));
    let draft = checker
        .at(Code::InvalidValue, path, Some(given(&Value::from(text.to_owned()))), &message)
        .allowed_words(words);
    if let Some(same) = same {
        draft.fix(Value::from(same), Applicability::Safe);
    }
}

fn number(checker: &mut Checker<'_>, path: Vec<PathItem>, value: &Value, min: i64, max: i64) {
    let code = match value.as_integer() {
        Some(number) if number < min => Code::TooSmall,
        Some(number) if number > max => Code::TooBig,
        Some(_) => return,
        None => Code::NotAnInteger,
    };
    let upper = if max == i64::MAX { " or more".to_owned() } else { join(&[" to ", &integer(max)]) };
    let message = join(&["must be a whole number, ", &integer(min), &upper]);
    checker.at(code, path, Some(given(value)), &message);
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
    let Some(Value::String(text)) = checker.request.get("positivePrompt") else { return };
    let path = key("positivePrompt");
    if text.trim().is_empty() {
        checker.at(Code::EmptyPrompt, path, Some(Value::from("")), "is empty; say what to draw");
    } else if text.len() > MAX_PROMPT_CHARS && text.chars().count() > MAX_PROMPT_CHARS {
        checker.at(Code::PromptTooLong, path, None, "has more than 32000 characters");
    }
}

fn size(checker: &mut Checker<'_>, model: &Model) {
    let edge = |name| {
        checker.request.get(name).and_then(Value::as_integer).and_then(|edge| u32::try_from(edge).ok())
    };
    let (Some(width), Some(height)) = (edge("width"), edge("height")) else { return };
    let SizeRule::Presets { sizes, .. } = model.sizes else { return };
    if sizes.contains(&(width, height)) {
        return;
    }
    let words: Vec<String> = sizes
        .iter()
        .map(|(width, height)| Size::Pixels { width: *width, height: *height }.to_string())
        .collect();
    let spelled: Vec<&str> = words.iter().map(String::as_str).collect();
    let message = join(&["width and height go together; allowed are ", &alternatives(&spelled)]);
    checker
        .at(Code::SizeNotOffered, key("width"), checker.request.get("width").map(given), &message)
        .allowed_texts(words);
}

/// Reference images are identifiers, addresses, data URLs, or bare base64: only data URLs can be looked into.
fn reference_images(checker: &mut Checker<'_>) {
    let Some(value) = value_at(checker.request, &["inputs", "referenceImages"]) else { return };
    let path = ["inputs", "referenceImages"].map(|key| PathItem::Key(key.to_owned().into())).to_vec();
    let Some(items) = value.as_array() else {
        let message = join(&["must be an array of strings, not ", value.type_name()]);
        checker.at(Code::InvalidType, path, Some(given(value)), &message);
        return;
    };
    let rule = checker.model.and_then(|model| model.edit.known());
    if let Some(max) = rule.map(|rule| rule.max_images).filter(|max| items.len() > *max as usize) {
        let message = join(&["at most ", &integer(i64::from(max)), " images are accepted"]);
        checker.at(Code::TooManyImages, path.clone(), None, &message);
    }
    for (index, item) in items.iter().enumerate() {
        if checker.is_full() {
            break;
        }
        let mut path = path.clone();
        path.push(PathItem::at(index));
        if let Some(text) = item.as_str() {
            let declared = DataUrl::parse(text).map_or("", |url| url.media_type);
            images::image(checker, &path, declared, facts(text), rule);
        } else {
            let message = join(&["must be a string, not ", item.type_name()]);
            checker.at(Code::InvalidType, path, Some(given(item)), &message);
        }
    }
}

fn transparency(checker: &mut Checker<'_>) {
    let background = value_at(checker.request, &["providerSettings", "openai", "background"]);
    // Left out, the format is JPG, which drops the transparency.
    let format = checker.request.get("outputFormat").and_then(Value::as_str).unwrap_or("JPG");
    if background.and_then(Value::as_str) == Some("transparent") && format == "JPG" {
        checker
            .at(
                Code::TransparentFormat,
                key("outputFormat"),
                Some(Value::from(format.to_owned())),
                "\"JPG\", the default, has no transparency; set \"PNG\" or \"WEBP\"",
            )
            .allowed_words(&["PNG", "WEBP"])
            .fix(Value::from("PNG"), Applicability::Unsafe);
    }
}
