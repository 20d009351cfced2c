//! The `svg` object: who writes a vector image, and how.
//!
//! Source: openai 7.57.0, `ImageGenerateParams.Svg`, `ImageEditParams.Svg` and `Tool.ImageGeneration.Svg` (2026-11-13).

use super::checker::Checker;
use super::code::Code;
use super::message::{alternatives, given, join, quoted, similar};
use super::report::{Applicability, PathItem};
use super::{choice, shape};
use crate::catalog::model::SvgRule;
use crate::request::{Field, Operation, Value};

pub(super) fn check(checker: &mut Checker<'_>) {
    if checker.fields.raw(Field::Svg).is_none() {
        return;
    }
    let Some(rule) = choice::supported(checker, Field::Svg, checker.model.map(|model| model.svg)) else {
        return;
    };
    if !shape::typed(checker, Field::Svg) {
        return;
    }
    let Some(svg) = checker.fields.get(Field::Svg) else { return };
    only(checker, &["svg"], svg, &["model", "reasoning"]);
    match svg.get("model") {
        Some(Value::String(_)) => {}
        // In a response the main model writes it where no other is named; edits are typed as if they could do without, too.
        None | Some(Value::Null) if checker.operation != Operation::Generate => {}
        None | Some(Value::Null) => {
            checker.at(
                Code::Required,
                path(&["svg", "model"]),
                None,
                "is needed: the model that writes the image",
            );
        }
        Some(other) => wrong_type(checker, &["svg", "model"], other, "a string"),
    }
    match svg.get("reasoning") {
        None | Some(Value::Null) => {}
        Some(reasoning @ Value::Object(_)) => {
            only(checker, &["svg", "reasoning"], reasoning, &["effort"]);
            effort(checker, reasoning.get("effort"), rule);
        }
        Some(other) => wrong_type(checker, &["svg", "reasoning"], other, "an object"),
    }
}

fn effort(checker: &mut Checker<'_>, effort: Option<&Value>, rule: Option<SvgRule>) {
    let at = ["svg", "reasoning", "effort"];
    match (effort, rule) {
        (None | Some(Value::Null), _) | (Some(Value::String(_)), None) => {}
        (Some(Value::String(word)), Some(rule)) if rule.efforts.contains(&word.as_ref()) => {}
        (Some(Value::String(word)), Some(rule)) => {
            let message =
                join(&[&quoted(word), " is not accepted; allowed are ", &alternatives(rule.efforts)]);
            let draft = checker
                .at(Code::InvalidValue, path(&at), Some(Value::String(word.clone())), &message)
                .allowed_words(rule.efforts);
            if let Some(meant) = similar(word, rule.efforts) {
                draft.fix(Value::from(meant), Applicability::Unsafe);
            }
        }
        (Some(other), _) => wrong_type(checker, &at, other, "a string"),
    }
}

fn path(keys: &[&'static str]) -> Vec<PathItem> {
    keys.iter().map(|key| PathItem::Key((*key).into())).collect()
}

/// Fields that the object does not have.
fn only(checker: &mut Checker<'_>, at: &[&'static str], object: &Value, known: &[&str]) {
    for (name, value) in object.as_object().unwrap_or_default() {
        if known.contains(&name.as_ref()) || checker.is_full() {
            continue;
        }
        let message = join(&["there is no such field here; there are ", &alternatives(known)]);
        let mut path = path(at);
        path.push(PathItem::Key(name.clone()));
        checker
            .at(Code::UnrecognizedKey, path, Some(given(value)), &message)
            .fix_by_removal(Applicability::Unsafe);
    }
}

fn wrong_type(checker: &mut Checker<'_>, at: &[&'static str], value: &Value, expected: &str) {
    let message = join(&["must be ", expected, ", not ", value.type_name()]);
    checker.at(Code::InvalidType, path(at), Some(given(value)), &message);
}
