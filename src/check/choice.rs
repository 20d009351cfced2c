//! Fields that take one of a few words, and fields that take a number: by what the catalogue says of them.

use super::checker::Checker;
use super::code::Code;
use super::message::{Part, similar};
use super::report::Applicability;
use super::shape::typed;
use crate::catalog::Fact;
use crate::catalog::model::{Choice, IntRule};
use crate::request::{Field, Value};

/// Spellings people use that leave no doubt about what is meant.
const ALIASES: &[(Field, &str, &str)] = &[
    (Field::OutputFormat, "jpg", "jpeg"),
    (Field::OutputFormat, "image/png", "png"),
    (Field::OutputFormat, "image/jpeg", "jpeg"),
    (Field::OutputFormat, "image/webp", "webp"),
];

/// A field that takes a word. `rule` is the model's; `None` when the model is not known.
pub(super) fn word(checker: &mut Checker<'_>, field: Field, rule: Option<Fact<Choice>>) {
    if checker.fields.raw(field).is_none() {
        return;
    }
    let Some(rule) = supported(checker, field, rule) else { return };
    if !typed(checker, field) {
        return;
    }
    let (Some(choice), Some(word)) = (rule, checker.fields.text(field)) else { return };
    if choice.accepts(word) {
        return;
    }
    let alias =
        ALIASES.iter().find(|(of, alias, _)| *of == field && *alias == word).map(|(_, _, means)| *means);
    let same_letters = choice.values.iter().copied().find(|value| value.eq_ignore_ascii_case(word.trim()));
    let certain = alias.or(same_letters).filter(|value| choice.accepts(value));
    let likely = similar(word, choice.values);
    let parts = [Part::Quoted(word), Part::Text(checker.model_id()), Part::Words(choice.values)];
    let template = "{} is not accepted by {}; allowed are {}";
    let draft = checker.issue_with(Code::InvalidValue, field, template, &parts).allowed_words(choice.values);
    if let Some(value) = certain {
        draft.fix(Value::from(value), Applicability::Safe);
    } else if let Some(value) = likely.or(choice.default) {
        draft.fix(Value::from(value), Applicability::Unsafe);
    } else {
        draft.fix_by_removal(Applicability::Unsafe);
    }
}

/// A field that takes a whole number.
pub(super) fn number(checker: &mut Checker<'_>, field: Field, rule: Option<Fact<IntRule>>) {
    if checker.fields.raw(field).is_none() {
        return;
    }
    let Some(rule) = supported(checker, field, rule) else { return };
    if !typed(checker, field) {
        return;
    }
    let (Some(rule), Some(given)) = (rule, checker.fields.integer(field)) else { return };
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
    let Some((rule, model)) = rule.zip(checker.model) else { return Some(None) };
    match rule {
        Fact::Known(rule) => Some(Some(rule)),
        Fact::NotPublished => {
            let template = "it is not published whether {} has this field; it may be refused";
            checker
                .issue_with(Code::UnpublishedParameter, field, template, &[Part::Quoted(model.id)])
                .fix_by_removal(Applicability::Unsafe);
            Some(None)
        }
        Fact::NotSupported => {
            unsupported(checker, field, model.id);
            None
        }
    }
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
