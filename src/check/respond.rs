//! `POST /responses` with the `image_generation` tool.

use super::checker::Checker;
use super::code::Code;
use super::images::{Picture, SHARED, image, rule, tool_mask};
use super::nested::{issue, path, wrong_type};
use super::report::{Applicability, PathItem};
use super::{lifecycle, parameters, references, shape};
use crate::catalog::RESPONSES_TOOL_DEFAULT;
use crate::catalog::model::EditRule;
use crate::request::{DataUrl, Field, Operation, Text, Value};

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

/// Pictures of the input. GIFs that do not move are read there too. Source of the longest address: the published
/// description, `InputImageContentParamAutoParam` (2026-08-21).
const INPUT: EditRule = EditRule {
    max_image_bytes: u64::MAX,
    formats: &["png", "jpeg", "webp", "gif"],
    max_image_url_chars: 20_971_520,
    ..SHARED
};

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
        Some(other) => wrong_type(checker, &["tools"], other, "an array"),
    }
    if count == 0 {
        let message = "has no {type: \"image_generation\"}, so nothing is drawn";
        issue(checker, Code::NoImageTool, &["tools"], checker.request.get("tools"), message);
    }
    tool_choice(checker, count > 0);
}

fn kind(item: &Value) -> Option<&str> {
    item.get("type").and_then(Value::as_str)
}

/// A parameter of the tool that was given outside of it.
fn outside(checker: &mut Checker<'_>, name: &Text, value: &Value) -> bool {
    let of_tool = Field::from_name(name).is_some_and(|field| field.is_of(Operation::Respond, true));
    if !of_tool && !TOOL_FIELDS.contains(&name.as_ref()) {
        return false;
    }
    let message = "belongs into the tool: tools: [{type: \"image_generation\", …}]";
    let path = [PathItem::Key(name.clone())];
    checker.issue_at_with(Code::ToolParameterOutside, &path, Some(value), message, &[]);
    true
}

fn main_model(checker: &mut Checker<'_>) {
    match checker.request.get("model") {
        None | Some(Value::Null) => {
            let message = "is needed: a language model that can use the image tool";
            issue(checker, Code::Required, &["model"], None, message);
        }
        Some(id @ Value::String(text)) if checker.catalog.find(text).is_some() => {
            let template = "{given} is an image model; name it in the tool, and a language model here";
            issue(checker, Code::ImageModelAsMain, &["model"], Some(id), template);
        }
        Some(Value::String(_)) => {}
        Some(other) => wrong_type(checker, &["model"], other, "a string"),
    }
}

/// What was said so far. Answers whether there may be a picture in it: `Some(false)` where there surely is none.
fn input(checker: &mut Checker<'_>) -> Option<bool> {
    let mut found = Some(false);
    match checker.request.get("input") {
        // A stored prompt can stand for the input.
        None | Some(Value::Null) if checker.request.get("prompt").is_some() => return None,
        None | Some(Value::Null) => {
            issue(checker, Code::Required, &["input"], None, "is needed: what to draw, or the turns so far");
            return None;
        }
        Some(blank @ Value::String(text)) if text.trim().is_empty() => {
            issue(checker, Code::EmptyPrompt, &["input"], Some(blank), "is empty; say what to draw");
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
        Some(other) => wrong_type(checker, &["input"], other, "a string or an array"),
    }
    let mut earlier = ["previous_response_id", "conversation", "prompt"].into_iter();
    let goes_on = earlier.any(|name| present(checker.request, name).is_some());
    found.filter(|found| *found || !goes_on)
}

/// A field of an object that has one, `null` counting as absent.
fn present<'v>(object: &'v Value, name: &str) -> Option<&'v Value> {
    object.get(name).filter(|value| !matches!(value, Value::Null))
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
        let path = [
            PathItem::Key("input".into()),
            PathItem::at(index),
            PathItem::Key("content".into()),
            PathItem::at(part_index),
        ];
        let text = |name| part.get(name).and_then(Value::as_str);
        if let Some(url) = text("image_url") {
            let mut picture = Picture::new(&path, None);
            if references::address(checker, &mut picture, url, INPUT.max_image_url_chars) {
                image(checker, &picture, &INPUT);
            }
        } else if text("file_id").is_none() {
            let message = "needs an image_url or a file_id, as text";
            checker.issue_at_with(Code::InvalidReference, &path, Some(part), message, &[]);
        }
    }
    Some(found)
}

/// What the turn goes on from.
fn history(checker: &mut Checker<'_>) {
    let Some(previous) = present(checker.request, "previous_response_id") else { return };
    if !matches!(previous, Value::String(_)) {
        wrong_type(checker, &["previous_response_id"], previous, "a string");
    } else if present(checker.request, "conversation").is_some() {
        let message = "cannot be given together with conversation; keep one of them";
        issue(checker, Code::PreviousAndConversation, &["previous_response_id"], Some(previous), message)
            .fix_by_removal(Applicability::Unsafe);
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
        Some(edit @ Value::String(action)) if action == "edit" && has_images == Some(false) => {
            let message = "\"edit\" needs a picture: in the input, or from the response before";
            issue(checker, Code::NothingToEdit, &["action"], Some(edit), message)
                .fix(Value::from("auto"), Applicability::Unsafe);
        }
        Some(Value::String(action)) if ACTIONS.contains(&action.as_ref()) => {}
        Some(other) => {
            issue(checker, Code::InvalidValue, &["action"], Some(other), "must be ")
                .one_of(Value::words(ACTIONS));
        }
    }
    if let Some(mask) = present(checker.request, "input_image_mask") {
        input_mask(checker, mask);
    }
    parameters(checker);
}

/// The mask of the tool, whose `image_url` may also be bare base64.
fn input_mask(checker: &mut Checker<'_>, mask: &Value) {
    let path = path(&["input_image_mask"]);
    let bare = mask
        .get("image_url")
        .and_then(Value::as_str)
        .filter(|url| !url.is_empty() && !url.contains(':') && mask.get("file_id").is_none());
    let mut picture = Picture::new(&path, None);
    if let Some(base64) = bare {
        picture.facts = references::within(DataUrl { media_type: "", base64 });
    } else if !references::reference(checker, &mut picture, mask, SHARED.max_image_url_chars) {
        return;
    }
    // What the address declares is not looked at.
    picture.declared = "";
    tool_mask(checker, &picture);
    let rule = rule(checker.model).and_then(|rule| rule.mask.known());
    if rule.is_some_and(|rule| checker.has_format(rule.excluded_formats)) {
        checker
            .issue_at(Code::MaskFormat, &path, "cannot be combined with output_format {format}")
            .fix_by_removal(Applicability::Unsafe);
    }
}

fn partial_images(checker: &mut Checker<'_>, streams: bool) {
    let partial = checker.fields.integer(Field::PartialImages);
    if let Some(partial) = partial.filter(|_| !streams) {
        let message =
            "partial images come in a stream only; set stream of the response to true, or leave this out";
        checker
            .issue(Code::PartialImagesWithoutStream, Field::PartialImages, message)
            .fix_by_removal(Applicability::safe_if(partial == 0));
    }
}

fn tool_choice(checker: &mut Checker<'_>, has_tool: bool) {
    match checker.request.get("tool_choice") {
        Some(choice @ Value::String(word)) if word == "none" => {
            let message = "\"none\" forbids the image tool";
            issue(checker, Code::ToolForbidden, &["tool_choice"], Some(choice), message);
        }
        Some(choice) if kind(choice) == Some(TOOL) => {}
        Some(Value::String(word)) if word == "required" => {}
        choice if has_tool => {
            let forced = Value::Object(vec![("type".into(), Value::from(TOOL))]);
            let message = "the model may answer with text alone; {type: \"image_generation\"} makes it draw";
            issue(checker, Code::ToolNotForced, &["tool_choice"], choice, message)
                .fix(forced, Applicability::Unsafe);
        }
        _ => {}
    }
}
