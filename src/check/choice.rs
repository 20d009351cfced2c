//! Fields that take one of a few words, and fields that take a number: by what the catalogue says of them.

use super::checker::Checker;
use super::code::Code;
use super::message::{Part, similar};
use super::report::Applicability;
use super::shape::typed;
use crate::catalog::model::{Choice, IntRule};
use crate::catalog::{Fact, Model};
use crate::request::{Field, Value};

/// Spellings people use that leave no doubt about what is meant.
const ALIASES: &[(Field, &str, &str)] = &[
    (Field::OutputFormat, "jpg", "jpeg"),
    (Field::OutputFormat, "image/png", "png"),
    (Field::OutputFormat, "image/jpeg", "jpeg"),
    (Field::OutputFormat, "image/webp", "webp"),
];

/// What a field takes.
#[derive(Clone, Copy)]
pub(super) enum Rule {
    Words(&'static Choice),
    Numbers(&'static IntRule),
}

/// What the catalogue says of a field; `None` where it says nothing, and only the type matters.
pub(super) fn rule(model: &'static Model, field: Field) -> Option<Fact<Rule>> {
    let words = match field {
        Field::N => return Some(Fact::Known(Rule::Numbers(&model.n))),
        Field::Quality => return Some(Fact::Known(Rule::Words(&model.qualities))),
        Field::OutputCompression => return Some(part(&model.output_compression, Rule::Numbers)),
        Field::PartialImages => {
            return Some(part(&model.streaming, |rule| Rule::Numbers(&rule.partial_images)));
        }
        Field::FrameCount => return Some(part(&model.animation, |rule| Rule::Numbers(&rule.frame_count))),
        Field::FrameDurationMs => {
            return Some(part(&model.animation, |rule| Rule::Numbers(&rule.frame_duration_ms)));
        }
        Field::Background => &model.backgrounds,
        Field::OutputFormat => &model.output_formats,
        Field::InputFidelity => &model.input_fidelity,
        Field::Moderation => &model.moderation,
        Field::Complexity => &model.complexity,
        Field::ResponseFormat => &model.response_format,
        Field::Style => &model.style,
        _ => return None,
    };
    Some(part(words, Rule::Words))
}

/// The part of a rule that concerns one field.
fn part<T>(fact: &'static Fact<T>, part: impl Fn(&'static T) -> Rule) -> Fact<Rule> {
    match fact {
        Fact::Known(rule) => Fact::Known(part(rule)),
        Fact::NotSupported => Fact::NotSupported,
        Fact::NotPublished => Fact::NotPublished,
    }
}

/// A field that takes one of a few words or a number, or anything of its type.
pub(super) fn check(checker: &mut Checker<'_>, field: Field) {
    if checker.fields.raw(field).is_none() || !field.is_of(checker.operation, checker.json_body) {
        return;
    }
    let rule = checker.model.and_then(|model| rule(model, field));
    let Some(rule) = supported(checker, field, rule) else { return };
    if !typed(checker, field) {
        return;
    }
    match rule {
        Some(Rule::Words(choice)) => word(checker, field, choice),
        Some(Rule::Numbers(range)) => number(checker, field, range),
        None => {}
    }
}

fn word(checker: &mut Checker<'_>, field: Field, choice: &Choice) {
    let Some(word) = checker.fields.text(field).filter(|word| !choice.accepts(word)) else { return };
    let parts = [Part::Quoted(word), Part::Text(checker.model_id()), Part::Words(choice.values)];
    let template = "{} is not accepted by {}; allowed are {}";
    let draft = checker.issue_with(Code::InvalidValue, field, template, &parts).allowed_words(choice.values);
    let alias =
        ALIASES.iter().find(|(of, alias, _)| *of == field && *alias == word).map(|(_, _, means)| *means);
    let same_letters = choice.values.iter().copied().find(|value| value.eq_ignore_ascii_case(word.trim()));
    let certain = alias.or(same_letters).filter(|value| choice.accepts(value));
    if let Some(value) = certain.or_else(|| similar(word, choice.values)).or(choice.default) {
        draft.fix(Value::from(value), Applicability::safe_if(certain.is_some()));
    } else {
        draft.fix_by_removal(Applicability::Unsafe);
    }
}

fn number(checker: &mut Checker<'_>, field: Field, rule: &IntRule) {
    let Some(given) = checker.fields.integer(field) else { return };
    let (code, nearest) = if given < i64::from(rule.min) {
        (Code::TooSmall, rule.min)
    } else if given > i64::from(rule.max) {
        (Code::TooBig, rule.max)
    } else {
        return;
    };
    let parts = [Part::Number(given), Part::Number(rule.min.into()), Part::Number(rule.max.into())];
    checker
        .issue_with(code, field, "{} is out of range; allowed are {} to {}", &parts)
        .allowed_numbers(&[("min", rule.min), ("max", rule.max)])
        .fix(Value::from(nearest), Applicability::Unsafe);
}

/// Says when the model has no such field. `Some(rule)` when its value is to be checked, by the rule if there is one.
#[allow(
    clippy::option_option,
    reason = "no check at all, a check of the type alone, and a check by the rule differ"
)]
pub(super) fn supported<T: Copy>(
    checker: &mut Checker<'_>,
    field: Field,
    rule: Option<Fact<T>>,
) -> Option<Option<T>> {
    let model = checker.model_id();
    match rule {
        Some(Fact::Known(rule)) => Some(Some(rule)),
        Some(Fact::NotSupported) => {
            unsupported(checker, field, model);
            None
        }
        Some(Fact::NotPublished) => {
            unpublished(checker, field, model);
            Some(None)
        }
        None => Some(None),
    }
}

fn unpublished(checker: &mut Checker<'_>, field: Field, model: &str) {
    let template = "it is not published whether {} has this field; it may be refused";
    checker
        .issue_with(Code::UnpublishedParameter, field, template, &[Part::Quoted(model)])
        .fix_by_removal(Applicability::Unsafe);
}

/// Says that the model has no such field. Where the value asks for nothing but what happens anyway, leaving it out is safe.
pub(super) fn unsupported(checker: &mut Checker<'_>, field: Field, model: &str) {
    let value = checker.fields.raw(field);
    let idle = match value {
        None | Some(Value::Null | Value::Bool(false)) => true,
        // No partial images, or nothing compressed, is what happens without the field too.
        Some(Value::Number(_)) => matches!(
            (field, checker.fields.integer(field)),
            (Field::PartialImages, Some(0)) | (Field::OutputCompression, Some(100))
        ),
        // GPT Image models always answer base64 and always look closely where they have no choice.
        Some(Value::String(word)) => {
            word == "auto"
                || matches!(
                    (field, word.as_ref()),
                    (Field::ResponseFormat, "b64_json") | (Field::InputFidelity, "high")
                )
        }
        Some(_) => false,
    };
    let template = "{} has no such field and refuses it, whatever its value; leave it out";
    checker
        .issue_with(Code::UnsupportedParameter, field, template, &[Part::Quoted(model)])
        .fix_by_removal(Applicability::safe_if(idle));
}
