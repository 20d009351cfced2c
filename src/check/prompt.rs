//! The prompt.

use super::checker::Checker;
use super::code::Code;
use super::message::Part;
use super::shape::typed;
use crate::request::Field;

/// What all GPT Image models read, in code points. Source: the published description, 2026-08-21.
const SHARED_MAX_CHARS: u32 = 32_000;

/// How many code points a text has: every byte begins one but those that go on with it.
pub(super) fn characters(text: &str) -> usize {
    text.bytes().filter(|byte| byte & 0b1100_0000 != 0b1000_0000).count()
}

pub(super) fn check(checker: &mut Checker<'_>) {
    if checker.fields.get(Field::Prompt).is_none() {
        checker.issue(Code::Required, Field::Prompt, "is needed; say what to draw");
        return;
    }
    if !typed(checker, Field::Prompt) {
        return;
    }
    let Some(prompt) = checker.fields.text(Field::Prompt) else { return };
    if prompt.trim().is_empty() {
        let message = if prompt.is_empty() {
            "is empty; say what to draw"
        } else {
            "is only white space; say what to draw"
        };
        checker.issue(Code::EmptyPrompt, Field::Prompt, message);
        return;
    }
    let max = checker.model.map_or(SHARED_MAX_CHARS, |model| model.prompt_max_chars);
    // Bytes are never fewer than characters, so short prompts need no counting.
    if prompt.len() <= max as usize {
        return;
    }
    let chars = characters(prompt);
    if chars > max as usize {
        let parts = [Part::Number(i64::try_from(chars).unwrap_or(i64::MAX)), Part::Number(i64::from(max))];
        let template = "has {} characters; at most {} are accepted";
        checker
            .issue_with(Code::PromptTooLong, Field::Prompt, template, &parts)
            .allowed_numbers(&[("max_characters", max)]);
    }
}
