//! `POST /responses` with the `image_generation` tool.

use super::checker::Checker;
use super::code::Code;
use super::message::{alternatives, given, join, quoted};
use super::report::{Applicability, PathItem};
use super::{lifecycle, parameters, references, shape};
use crate::catalog::RESPONSES_TOOL_DEFAULT;
use crate::request::{Field, Operation, Value};

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

pub(super) fn check(checker: &mut Checker<'_>) {
    shape::names(checker, FIELDS, "a response", &outside);
    main_model(checker);
    input(checker);
    let tools = checker.request.get("tools").and_then(Value::as_array).unwrap_or_default();
    let image_tools = tools.iter().enumerate().filter(|(_, tool)| kind(tool) == Some(TOOL));
    let mut count = 0_usize;
    for (index, tool) in image_tools {
        count = count.saturating_add(1);
        let path = vec![
            PathItem::Key("tools".to_owned()),
            PathItem::Index(u32::try_from(index).unwrap_or(u32::MAX)),
        ];
        let mut inner = checker.inside(Operation::Respond, tool, path);
        image_tool(&mut inner);
        checker.issues = inner.issues;
    }
    if count == 0 {
        let message = "has no {type: \"image_generation\"}, so nothing is drawn";
        checker.at(Code::NoImageTool, key("tools"), checker.request.get("tools").map(given), message);
    }
    tool_choice(checker, count > 0);
}

fn key(name: &str) -> Vec<PathItem> {
    vec![PathItem::Key(name.to_owned())]
}

fn kind(tool: &Value) -> Option<&str> {
    tool.get("type").and_then(Value::as_str)
}

/// A parameter of the tool that was given outside of it.
fn outside(checker: &mut Checker<'_>, name: &str, value: &Value) -> bool {
    let of_tool = Field::from_name(name).is_some_and(|field| field.is_of(Operation::Respond, true));
    if !of_tool && !TOOL_FIELDS.contains(&name) {
        return false;
    }
    let message = "belongs into the tool: tools: [{type: \"image_generation\", …}]";
    checker.at(Code::ToolParameterOutside, key(name), Some(given(value)), message);
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
            checker.at(Code::ImageModelAsMain, key("model"), Some(Value::from(id.as_str())), &message);
        }
        Some(Value::String(_)) => {}
        Some(other) => {
            let message = join(&["must be a string, not ", other.type_name()]);
            checker.at(Code::InvalidType, key("model"), Some(given(other)), &message);
        }
    }
}

fn input(checker: &mut Checker<'_>) {
    match checker.request.get("input") {
        // A stored prompt can stand for the input.
        None | Some(Value::Null) if checker.request.get("prompt").is_some() => {}
        None | Some(Value::Null) => {
            checker.at(Code::Required, key("input"), None, "is needed: what to draw, or the turns so far");
        }
        Some(Value::String(text)) if text.trim().is_empty() => {
            checker.at(
                Code::EmptyPrompt,
                key("input"),
                Some(Value::from(text.as_str())),
                "is empty; say what to draw",
            );
        }
        Some(Value::String(_) | Value::Array(_)) => {}
        Some(other) => {
            let message = join(&["must be a string or an array, not ", other.type_name()]);
            checker.at(Code::InvalidType, key("input"), Some(given(other)), &message);
        }
    }
}

fn image_tool(checker: &mut Checker<'_>) {
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
        Some(Value::String(action)) if ACTIONS.contains(&action.as_str()) => {}
        Some(other) => {
            let message = join(&["must be ", &alternatives(ACTIONS)]);
            checker
                .at(Code::InvalidValue, key("action"), Some(given(other)), &message)
                .allowed_words(ACTIONS);
        }
    }
    if let Some(mask) = checker.request.get("input_image_mask").filter(|mask| **mask != Value::Null) {
        references::reference(checker, &key("input_image_mask"), mask, None);
    }
    parameters(checker);
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
            let forced = Value::Object(vec![("type".to_owned(), Value::from(TOOL))]);
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
