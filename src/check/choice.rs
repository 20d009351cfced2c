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
    /// Anything of its type.
    Any,
    /// Nothing: the model does not have it.
    Refused,
    /// No source says whether the model has it.
    NotPublished,
}

/// What the catalogue says of a field.
pub(super) fn rule(model: &'static Model, field: Field) -> Rule {
    let words = match field {
        Field::N => return Rule::Numbers(&model.n),
        Field::Quality => return Rule::Words(&model.qualities),
        Field::OutputCompression => return part(&model.output_compression, Rule::Numbers),
        Field::PartialImages => return part(&model.streaming, |rule| Rule::Numbers(&rule.partial_images)),
        Field::FrameCount => return part(&model.animation, |rule| Rule::Numbers(&rule.frame_count)),
        Field::FrameDurationMs => {
            return part(&model.animation, |rule| Rule::Numbers(&rule.frame_duration_ms));
        }
        Field::Svg => return part(&model.svg, |_| Rule::Any),
        Field::Markup => {
            let rule = super::images::rule(Some(model));
            return rule.map_or(Rule::Any, |rule| part(&rule.markup, |()| Rule::Any));
        }
        Field::Background => &model.backgrounds,
        Field::OutputFormat => &model.output_formats,
        Field::InputFidelity => &model.input_fidelity,
        Field::Moderation => &model.moderation,
        Field::Complexity => &model.complexity,
        Field::ResponseFormat => &model.response_format,
        Field::Style => &model.style,
        _ => return Rule::Any,
    };
    part(words, Rule::Words)
}

/// The part of a rule that concerns one field.
fn part<T>(fact: &'static Fact<T>, part: impl Fn(&'static T) -> Rule) -> Rule {
    match fact {
        Fact::Known(rule) => part(rule),
        Fact::NotSupported => Rule::Refused,
        Fact::NotPublished => Rule::NotPublished,
    }
}

/// A field that takes one of a few words or a number, or anything of its type.
pub(super) fn check(checker: &mut Checker<'_>, field: Field) {
    if !field.is_of(checker.operation, checker.json_body) {
        return;
    }
    match readable(checker, field) {
        Some(Rule::Words(choice)) => word(checker, field, choice),
        Some(Rule::Numbers(range)) => number(checker, field, range),
        _ => {}
    }
}

fn word(checker: &mut Checker<'_>, field: Field, choice: &Choice) {
    let Some(word) = checker.fields.text(field).filter(|word| !choice.accepts(word)) else { return };
    let template = "{given} is not accepted by {}; allowed are ";
    let draft = checker
        .issue_with(Code::InvalidValue, field, template, &[Part::Text(checker.model_id())])
        .one_of(Value::words(choice.values));
    let alias =
        ALIASES.iter().find(|(of, alias, _)| *of == field && *alias == word).map(|(_, _, means)| *means);
    let same_letters = choice.values.iter().copied().find(|value| value.eq_ignore_ascii_case(word.trim()));
    let certain = alias.or(same_letters).filter(|value| choice.accepts(value));
    if let Some(value) = certain.or_else(|| similar(word, choice.values)).or(choice.default) {
        draft.fix_word(value, Applicability::safe_if(certain.is_some()));
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
    let parts = [Part::Number(rule.min.into()), Part::Number(rule.max.into())];
    checker
        .issue_with(code, field, "{given} is out of range; allowed are {} to {}", &parts)
        .allowed_numbers(&[("min", rule.min), ("max", rule.max)])
        .fix(Value::from(nearest), Applicability::Unsafe);
}

/// What a field takes whose value is to be checked by that: it is there, the model may have it, and it is of its type.
/// Otherwise there is an issue already, or nothing to say.
pub(super) fn readable(checker: &mut Checker<'_>, field: Field) -> Option<Rule> {
    checker.fields.raw(field)?;
    let rule = checker.model.map_or(Rule::Any, |model| rule(model, field));
    match rule {
        Rule::Refused => {
            unsupported(checker, field);
            return None;
        }
        Rule::NotPublished => {
            let template = "it is not published whether {model} has this field; it may be refused";
            checker.issue(Code::UnpublishedParameter, field, template).fix_by_removal(Applicability::Unsafe);
        }
        Rule::Words(_) | Rule::Numbers(_) | Rule::Any => {}
    }
    typed(checker, field).then_some(rule)
}

/// Says that the model has no such field. Where the value asks for nothing but what happens anyway, leaving it out is safe.
pub(super) fn unsupported(checker: &mut Checker<'_>, field: Field) {
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
    let template = "{model} has no such field and refuses it, whatever its value; leave it out";
    checker.issue(Code::UnsupportedParameter, field, template).fix_by_removal(Applicability::safe_if(idle));
}
