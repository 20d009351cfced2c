//! `POST /responses` with the `image_generation` tool.

use super::checker::Checker;
use super::code::Code;
use super::message::{alternatives, given, join, quoted};
use super::report::{Applicability, PathItem};
use super::{images, lifecycle, parameters, references, shape};
use crate::catalog::RESPONSES_TOOL_DEFAULT;
use crate::request::{DataUrl, Field, Operation, Value};

/// The body's own fields. Source: openai 7.55.0, `ResponseCreateParams` (2026-11-10).
const FIELDS: &[&str] = &[
    "background",
    "context_management",
    "conversation",
    "include",
    "input",
    "instructions",
    "max_output_tokens",
    "max_tool_calls",
    "metadata",
    "model",
    "moderation",
    "parallel_tool_calls",
    "previous_response_id",
    "prompt",
    "prompt_cache_key",
    "prompt_cache_retention",
    "reasoning",
    "safety_identifier",
    "service_tier",
    "store",
    "stream",
    "stream_options",
    "temperature",
    "text",
    "tool_choice",
    "tools",
    "top_logprobs",
    "top_p",
    "truncation",
    "user",
];

const TOOL: &str = "image_generation";
const TOOL_FIELDS: &[&str] = &["type", "action", "input_image_mask"];
const ACTIONS: &[&str] = &["auto", "generate", "edit"];
/// The longest `image_url` of an input image. Source: the published description, `InputImageContentParamAutoParam`
/// (2026-08-21).
const MAX_URL_CHARS: u32 = 20_971_520;

pub(super) fn check(checker: &mut Checker<'_>) {
    shape::names(checker, FIELDS, "a response", &outside);
    main_model(checker);
    let has_images = input(checker);
    history(checker);
    let streams = checker.request.get("stream").and_then(Value::as_bool) == Some(true);
    let mut count = 0_usize;
    match checker.request.get("tools") {
        Some(Value::Array(tools)) => {
            for (index, tool) in tools.iter().enumerate().filter(|(_, tool)| kind(tool) == Some(TOOL)) {
                count = count.saturating_add(1);
                if checker.is_full() {
                    break;
                }
                let path = vec![PathItem::Key("tools".into()), PathItem::at(index)];
                let mut inner = checker.inside(Operation::Respond, tool, path);
                image_tool(&mut inner, has_images);
                partial_images(&mut inner, streams);
                checker.issues = inner.issues;
            }
        }
        None | Some(Value::Null) => {}
        Some(other) => wrong_type(checker, "tools", "an array", other),
    }
    if count == 0 {
        let message = "has no {type: \"image_generation\"}, so nothing is drawn";
        checker.at(Code::NoImageTool, key("tools"), checker.request.get("tools").map(given), message);
    }
    tool_choice(checker, count > 0);
}

fn key(name: &'static str) -> Vec<PathItem> {
    vec![PathItem::Key(name.into())]
}

fn kind(item: &Value) -> Option<&str> {
    item.get("type").and_then(Value::as_str)
}

fn wrong_type(checker: &mut Checker<'_>, name: &'static str, expected: &str, value: &Value) {
    let message = join(&["must be ", expected, ", not ", value.type_name()]);
    checker.at(Code::InvalidType, key(name), Some(given(value)), &message);
}

/// A parameter of the tool that was given outside of it.
fn outside(checker: &mut Checker<'_>, name: &str, value: &Value) -> bool {
    let of_tool = Field::from_name(name).is_some_and(|field| field.is_of(Operation::Respond, true));
    if !of_tool && !TOOL_FIELDS.contains(&name) {
        return false;
    }
    let message = "belongs into the tool: tools: [{type: \"image_generation\", …}]";
    checker.at(
        Code::ToolParameterOutside,
        vec![PathItem::Key(name.to_owned().into())],
        Some(given(value)),
        message,
    );
    true
}

fn main_model(checker: &mut Checker<'_>) {
    match checker.request.get("model") {
        None | Some(Value::Null) => {
            checker.at(
                Code::Required,
                key("model"),
                None,
                "is needed: a language model that can use the image tool",
            );
        }
        Some(Value::String(id)) if checker.catalog.find(id).is_some() => {
            let message =
                join(&[&quoted(id), " is an image model; name it in the tool, and a language model here"]);
            checker.at(Code::ImageModelAsMain, key("model"), Some(Value::String(id.clone())), &message);
        }
        Some(Value::String(_)) => {}
        Some(other) => wrong_type(checker, "model", "a string", other),
    }
}

/// What was said so far. Answers whether there may be a picture in it: `Some(false)` where there surely is none.
fn input(checker: &mut Checker<'_>) -> Option<bool> {
    let mut found = Some(false);
    match checker.request.get("input") {
        // A stored prompt can stand for the input.
        None | Some(Value::Null) if checker.request.get("prompt").is_some() => return None,
        None | Some(Value::Null) => {
            checker.at(Code::Required, key("input"), None, "is needed: what to draw, or the turns so far");
            return None;
        }
        Some(Value::String(text)) if text.trim().is_empty() => {
            let given = Some(Value::String(text.clone()));
            checker.at(Code::EmptyPrompt, key("input"), given, "is empty; say what to draw");
        }
        Some(Value::String(_)) => {}
        Some(Value::Array(items)) => {
            for (index, item) in items.iter().enumerate() {
                // One picture is enough; one item that cannot be told makes the rest uncertain.
                found = match (found, turn(checker, index, item)) {
                    (Some(true), _) | (_, Some(true)) => Some(true),
                    (Some(false), Some(false)) => Some(false),
                    _ => None,
                };
            }
        }
        Some(other) => wrong_type(checker, "input", "a string or an array", other),
    }
    let refers = |name| checker.request.get(name).is_some_and(|value| *value != Value::Null);
    let goes_on = refers("previous_response_id") || refers("conversation") || refers("prompt");
    found.filter(|found| *found || !goes_on)
}

/// One item of the input. Answers whether it holds a picture; `None` where that cannot be told.
fn turn(checker: &mut Checker<'_>, index: usize, item: &Value) -> Option<bool> {
    match kind(item) {
        Some("image_generation_call") => return Some(true),
        None | Some("message") => {}
        // References to earlier items, results of other tools: anything may be in them.
        Some(_) => return None,
    }
    let mut found = false;
    let parts = item.get("content").and_then(Value::as_array).unwrap_or_default();
    for (part_index, part) in parts.iter().enumerate().filter(|(_, part)| kind(part) == Some("input_image")) {
        if checker.is_full() {
            break;
        }
        found = true;
        let path = vec![
            PathItem::Key("input".into()),
            PathItem::at(index),
            PathItem::Key("content".into()),
            PathItem::at(part_index),
        ];
        let text = |name| part.get(name).and_then(Value::as_str);
        match (text("image_url"), text("file_id")) {
            (Some(url), _) => {
                if references::address(checker, &path, url, MAX_URL_CHARS) {
                    let declared = DataUrl::parse(url).map_or("", |url| url.media_type);
                    images::input_image(checker, &path, declared, references::facts(url));
                }
            }
            (None, Some(_)) => {}
            (None, None) => {
                let message = "needs an image_url or a file_id, as text";
                checker.at(Code::InvalidReference, path, Some(given(part)), message);
            }
        }
    }
    Some(found)
}

/// What the turn goes on from.
fn history(checker: &mut Checker<'_>) {
    let previous = checker.request.get("previous_response_id").filter(|value| **value != Value::Null);
    let Some(previous) = previous else { return };
    let conversation = checker.request.get("conversation").is_some_and(|value| *value != Value::Null);
    match previous {
        Value::String(_) if conversation => {
            let message = "cannot be given together with conversation; keep one of them";
            checker
                .at(
                    Code::PreviousAndConversation,
                    key("previous_response_id"),
                    Some(given(previous)),
                    message,
                )
                .fix_by_removal(Applicability::Unsafe);
        }
        Value::String(_) => {}
        other => wrong_type(checker, "previous_response_id", "a string", other),
    }
}

fn image_tool(checker: &mut Checker<'_>, has_images: Option<bool>) {
    if checker.fields.raw(Field::Model).is_none() {
        checker.model = checker.catalog.find(RESPONSES_TOOL_DEFAULT);
    }
    checker.json_body = true;
    shape::keys(checker, TOOL_FIELDS);
    if checker.fields.raw(Field::Model).is_some() && shape::typed(checker, Field::Model) {
        lifecycle::check(checker);
    }
    match checker.request.get("action") {
        None | Some(Value::Null) => {}
        Some(Value::String(action)) if action == "edit" && has_images == Some(false) => {
            let message = "\"edit\" needs a picture: in the input, or from the response before";
            checker
                .at(Code::NothingToEdit, key("action"), Some(Value::from("edit")), message)
                .fix(Value::from("auto"), Applicability::Unsafe);
        }
        Some(Value::String(action)) if ACTIONS.contains(&action.as_ref()) => {}
        Some(other) => {
            let message = join(&["must be ", &alternatives(ACTIONS)]);
            checker
                .at(Code::InvalidValue, key("action"), Some(given(other)), &message)
                .allowed_words(ACTIONS);
        }
    }
    if let Some(mask) = checker.request.get("input_image_mask").filter(|mask| **mask != Value::Null) {
        input_mask(checker, mask);
    }
    parameters(checker);
}

/// The mask of the tool, whose `image_url` may also be bare base64.
fn input_mask(checker: &mut Checker<'_>, mask: &Value) {
    let path = key("input_image_mask");
    let bare = mask
        .get("image_url")
        .and_then(Value::as_str)
        .filter(|url| !url.is_empty() && !url.contains(':') && mask.get("file_id").is_none());
    let facts = match bare {
        Some(base64) => references::within(DataUrl { media_type: "", base64 }),
        None => match references::reference(checker, &path, mask, None) {
            Some((facts, _)) => facts,
            None => return,
        },
    };
    images::tool_mask(checker, &path, facts);
    let rule = checker.model.and_then(|model| model.edit.known()).and_then(|rule| rule.mask.known());
    if let (Some(rule), Some(format)) = (rule, checker.fields.text(Field::OutputFormat))
        && rule.excluded_formats.contains(&format)
    {
        let message = join(&["cannot be combined with output_format ", &quoted(format)]);
        checker.at(Code::MaskFormat, path, None, &message).fix_by_removal(Applicability::Unsafe);
    }
}

fn partial_images(checker: &mut Checker<'_>, streams: bool) {
    let partial = checker.fields.integer(Field::PartialImages);
    if let Some(partial) = partial.filter(|_| !streams) {
        let message =
            "partial images come in a stream only; set stream of the response to true, or leave this out";
        let applicability = if partial == 0 { Applicability::Safe } else { Applicability::Unsafe };
        checker
            .issue(Code::PartialImagesWithoutStream, Field::PartialImages, message)
            .fix_by_removal(applicability);
    }
}

fn tool_choice(checker: &mut Checker<'_>, has_tool: bool) {
    match checker.request.get("tool_choice") {
        Some(Value::String(word)) if word == "none" => {
            checker.at(
                Code::ToolForbidden,
                key("tool_choice"),
                Some(Value::from("none")),
                "\"none\" forbids the image tool",
            );
        }
        Some(choice) if kind(choice) == Some(TOOL) => {}
        Some(Value::String(word)) if word == "required" => {}
        _ if has_tool => {
            let forced = Value::Object(vec![("type".into(), Value::from(TOOL))]);
            let message = "the model may answer with text alone; {type: \"image_generation\"} makes it draw";
            checker
                .at(
                    Code::ToolNotForced,
                    key("tool_choice"),
                    checker.request.get("tool_choice").map(given),
                    message,
                )
                .fix(forced, Applicability::Unsafe);
        }
        _ => {}
    }
}
