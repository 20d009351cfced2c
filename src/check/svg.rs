//! The `svg` object: who writes a vector image, and how.
//!
//! Source: openai 7.57.0, `ImageGenerateParams.Svg`, `ImageEditParams.Svg` and `Tool.ImageGeneration.Svg` (2026-11-13).

use super::checker::Checker;
use super::choice;
use super::code::Code;
use super::message::similar;
use super::nested::{issue, only, wrong_type};
use super::report::Applicability;
use crate::request::{Field, Operation, Value};

pub(super) fn check(checker: &mut Checker<'_>) {
    if choice::readable(checker, Field::Svg).is_none() {
        return;
    }
    let Some(svg) = checker.fields.get(Field::Svg) else { return };
    only(checker, &["svg"], svg, &["model", "reasoning"]);
    let at = ["svg", "model"];
    match svg.get("model") {
        Some(Value::String(_)) => {}
        // In a response the main model writes it where no other is named; edits are typed as if they could do without, too.
        None | Some(Value::Null) if checker.operation != Operation::Generate => {}
        None | Some(Value::Null) => {
            issue(checker, Code::Required, &at, None, "is needed: the model that writes the image");
        }
        Some(other) => wrong_type(checker, &at, other, "a string"),
    }
    let at = ["svg", "reasoning"];
    match svg.get("reasoning") {
        None | Some(Value::Null) => {}
        Some(reasoning @ Value::Object(_)) => {
            only(checker, &at, reasoning, &["effort"]);
            effort(checker, reasoning.get("effort"));
        }
        Some(other) => wrong_type(checker, &at, other, "an object"),
    }
}

fn effort(checker: &mut Checker<'_>, effort: Option<&Value>) {
    let at = ["svg", "reasoning", "effort"];
    let rule = checker.model.and_then(|model| model.svg.known());
    let (given, word, efforts) = match (effort, rule) {
        (Some(given @ Value::String(word)), Some(rule)) => (given, word, rule.efforts),
        (None | Some(Value::Null | Value::String(_)), _) => return,
        (Some(other), _) => return wrong_type(checker, &at, other, "a string"),
    };
    if efforts.contains(&word.as_ref()) {
        return;
    }
    let template = "{given} is not accepted; allowed are ";
    let draft = issue(checker, Code::InvalidValue, &at, Some(given), template).one_of(Value::words(efforts));
    if let Some(meant) = similar(word, efforts) {
        draft.fix_word(meant, Applicability::Unsafe);
    }
}
