//! Runware's `imageInference` task for OpenAI's models.
//!
//! Source of every rule: <https://runware.ai/docs/models/openai-gpt-image-1-mini> (checked 2026-11-20).

use super::checker::Checker;
use super::code::Code;
use super::images::{Picture, SHARED, image};
use super::message::Part;
use super::nested::{issue, issue_with, only, path, wrong_type, wrong_type_at};
use super::prompt::characters;
use super::references::told;
use super::report::{Applicability, PathItem, joined};
use super::{lifecycle, shape};
use crate::catalog::Model;
use crate::catalog::model::SizeRule;
use crate::request::Value;

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
            issue(checker, Code::Required, &[needed], None, "is needed");
        }
    }
    for (place, rule) in RULES {
        if let Some(value) = value_at(checker.request, place) {
            by_rule(checker, place, value, rule);
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
        (None, Some(_)) => {
            let template = "{given} is not in the catalogue; only the rules all models share are checked";
            issue(checker, Code::UnknownModel, &["model"], checker.request.get("model"), template);
        }
        (None, None) => {}
    }
    reference_images(checker);
    transparency(checker);
    for name in ["webhookURL", "uploadEndpoint"] {
        if let Some(value) = checker.request.get(name) {
            let message =
                "makes the provider call this address; never take it from a caller you do not trust";
            issue(checker, Code::CallsAddress, &[name], Some(value), message)
                .fix_by_removal(Applicability::Unsafe);
        }
    }
}

fn value_at<'v>(value: &'v Value, place: &[&str]) -> Option<&'v Value> {
    place.iter().try_fold(value, |value, key| value.get(key))
}

fn by_rule(checker: &mut Checker<'_>, keys: &[&'static str], value: &Value, rule: &Rule) {
    let expected = match (rule, value) {
        (Rule::Text, Value::String(_)) | (Rule::Flag, Value::Bool(_)) => return,
        (Rule::Word(words), Value::String(text)) => return word(checker, keys, value, text, words),
        (Rule::Number(min, max), Value::Number(_)) => return number(checker, keys, value, *min, *max),
        (Rule::Object(known), Value::Object(_)) => return only(checker, keys, value, known),
        (Rule::Text | Rule::Word(_), _) => "a string",
        (Rule::Flag, _) => "a boolean",
        (Rule::Number(..), _) => "a whole number",
        (Rule::Object(_), _) => "an object",
    };
    wrong_type(checker, keys, value, expected);
}

fn word(checker: &mut Checker<'_>, keys: &[&'static str], value: &Value, text: &str, words: &[&'static str]) {
    if words.contains(&text) {
        return;
    }
    let template = "{given} is not accepted; allowed are ";
    let draft = issue(checker, Code::InvalidValue, keys, Some(value), template).one_of(Value::words(words));
    if let Some(same) = words.iter().find(|word| word.eq_ignore_ascii_case(text)) {
        draft.fix_word(same, Applicability::Safe);
    }
}

fn number(checker: &mut Checker<'_>, keys: &[&'static str], value: &Value, min: i64, max: i64) {
    let code = match value.as_integer() {
        Some(number) if number < min => Code::TooSmall,
        Some(number) if number > max => Code::TooBig,
        Some(_) => return,
        None => Code::NotAnInteger,
    };
    let draft =
        issue_with(checker, code, keys, Some(value), "must be a whole number, {}", &[Part::Number(min)]);
    if max == i64::MAX {
        draft.and(" or more", &[]);
    } else {
        draft.and(" to {}", &[Part::Number(max)]);
    }
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
        issue(checker, Code::InvalidUuid, &["taskUUID"], Some(value), "must be a UUID of version 4");
    }
}

fn prompt(checker: &mut Checker<'_>) {
    let Some(Value::String(text)) = checker.request.get("positivePrompt") else { return };
    let keys = ["positivePrompt"];
    if text.trim().is_empty() {
        issue(checker, Code::EmptyPrompt, &keys, Some(&Value::from("")), "is empty; say what to draw");
    } else if text.len() > MAX_PROMPT_CHARS && characters(text) > MAX_PROMPT_CHARS {
        issue(checker, Code::PromptTooLong, &keys, None, "has more than 32000 characters");
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
    let message = "width and height go together; allowed are ";
    issue(checker, Code::SizeNotOffered, &["width"], checker.request.get("width"), message)
        .one_of(sizes.iter().map(|size| super::size::spelled(*size)).collect());
}

/// Reference images are identifiers, addresses, data URLs, or bare base64: only data URLs can be looked into.
fn reference_images(checker: &mut Checker<'_>) {
    let keys = ["inputs", "referenceImages"];
    let Some(value) = value_at(checker.request, &keys) else { return };
    let path = path(&keys);
    let Some(items) = value.as_array() else {
        return wrong_type(checker, &keys, value, "an array of strings");
    };
    let rule = checker.model.and_then(|model| model.edit.known());
    if let Some(max) = rule.map(|rule| rule.max_images).filter(|max| items.len() > *max as usize) {
        let parts = [Part::Number(i64::from(max))];
        checker.issue_at_with(Code::TooManyImages, &path, None, "at most {} images are accepted", &parts);
    }
    for (index, item) in items.iter().enumerate() {
        if checker.is_full() {
            break;
        }
        let path = joined(&path, &[PathItem::at(index)]);
        if let Some(text) = item.as_str() {
            let mut picture = Picture::new(&path, None);
            told(&mut picture, text);
            image(checker, &picture, &rule.unwrap_or(SHARED));
        } else {
            wrong_type_at(checker, &path, item, "a string");
        }
    }
}

fn transparency(checker: &mut Checker<'_>) {
    let background = value_at(checker.request, &["providerSettings", "openai", "background"]);
    // Left out, the format is JPG, which drops the transparency.
    let format = checker.request.get("outputFormat").and_then(Value::as_str).unwrap_or("JPG");
    if background.and_then(Value::as_str) == Some("transparent") && format == "JPG" {
        let message = "\"JPG\", the default, has no transparency; set \"PNG\" or \"WEBP\"";
        issue(checker, Code::TransparentFormat, &["outputFormat"], Some(&Value::from("JPG")), message)
            .allowed_words(&["PNG", "WEBP"])
            .fix(Value::from("PNG"), Applicability::Unsafe);
    }
}
