//! Names and types: what is true of a field whatever the model.

use super::checker::Checker;
use super::code::Code;
use super::message::{Part, join, same_letters, similar};
use super::report::{Applicability, PathItem};
use crate::repeats::last_places;
use crate::request::field::Kind;
use crate::request::{Field, Operation, Value};

/// Whether the request is an object at all; every other rule needs one.
pub(super) fn is_object(checker: &mut Checker<'_>) -> bool {
    if checker.request.as_object().is_some() {
        return true;
    }
    let request = checker.request;
    let template = "the request must be an object, not {}";
    let parts = [Part::Text(request.type_name())];
    checker.issue_at_with(Code::InvalidRequest, &[], template, &parts).given(request);
    false
}

/// Fields that no such object has, and fields that are given twice. `more` are names it has beside the usual ones.
pub(super) fn keys(checker: &mut Checker<'_>, more: &[&str]) {
    if checker.fields.are_all_of(checker.operation, checker.json_body) {
        return;
    }
    let Some(entries) = checker.request.as_object() else { return };
    for ((name, value), last) in entries.iter().zip(last_places(entries)) {
        let known = Field::from_name(name).is_some_and(|field| belongs(field, checker));
        if !known && !more.contains(&name.as_ref()) {
            unrecognized(checker, name, value, more);
        }
        if last.is_none() {
            duplicate(checker, name, value);
        }
    }
}

/// Whether the rules that follow look at the field. One that another operation has is unrecognized here; one that only
/// another model has is not: the rules of the model know more to say.
fn belongs(field: Field, checker: &Checker<'_>) -> bool {
    field.is_of(checker.operation, checker.json_body)
}

fn duplicate(checker: &mut Checker<'_>, name: &str, value: &Value) {
    let path = [PathItem::Key(name.to_owned().into())];
    checker.issue_at(Code::DuplicateKey, &path, "given more than once; keep one").given(value);
}

/// A field that images requests of this kind do not have.
fn unrecognized(checker: &mut Checker<'_>, name: &str, value: &Value, more: &[&str]) {
    let json = checker.json_body;
    let operation = checker.operation;
    let place = match operation {
        Operation::Edit => "an edit",
        Operation::Generate => "a generation",
        #[cfg(feature = "extras")]
        Operation::Respond => "the image_generation tool",
        #[cfg(feature = "extras")]
        Operation::Runware | Operation::Batch => "such a request",
    };
    let elsewhere = match (operation, Field::from_name(name)) {
        (Operation::Edit, Some(Field::Images)) => "; it is for bodies in JSON, files go into image",
        (Operation::Edit, Some(Field::Image)) => "; in JSON pictures are given in images, by reference",
        (Operation::Edit, Some(Field::Markup)) => "; only forms have it",
        (Operation::Generate, Some(Field::Images | Field::Image | Field::Mask | Field::Markup)) => {
            "; it belongs to an edit"
        }
        _ => "",
    };
    let usual = Field::ALL.iter().filter(|field| field.is_of(operation, json)).map(|field| field.name());
    let known: Vec<&str> = usual.chain(more.iter().copied()).collect();
    stranger(checker, name, value, &join(&[place, elsewhere]), &known);
}

/// A field that an object does not have, and what it was probably meant to be among those it has.
pub(super) fn stranger(checker: &mut Checker<'_>, name: &str, value: &Value, place: &str, known: &[&str]) {
    if checker.is_full() {
        return;
    }
    let path = [PathItem::Key(name.to_owned().into())];
    let template = "there is no such field in {}";
    let draft =
        checker.issue_at_with(Code::UnrecognizedKey, &path, template, &[Part::Text(place)]).given(value);
    if let Some(meant) = similar(name, known.iter().copied()) {
        // The same letters in another spelling leave no doubt; `normalize` moves the value there.
        let certain = same_letters(meant, name);
        let applicability = if certain { Applicability::Safe } else { Applicability::DisplayOnly };
        draft.did_you_mean(meant).fix(Value::from(meant.to_owned()), applicability);
    } else {
        draft.fix_by_removal(Applicability::Unsafe);
    }
}

/// The names of an object with a closed list of fields: `place` says in messages what it is. `elsewhere` may answer for a
/// name that is not in the list, and tells whether it did.
pub(super) fn names(
    checker: &mut Checker<'_>,
    known: &[&str],
    place: &str,
    elsewhere: &dyn Fn(&mut Checker<'_>, &str, &Value) -> bool,
) {
    let entries = checker.request.as_object().unwrap_or_default();
    for ((name, value), last) in entries.iter().zip(last_places(entries)) {
        if !known.contains(&name.as_ref()) && !elsewhere(checker, name, value) {
            stranger(checker, name, value, place, known);
        }
        if last.is_none() {
            duplicate(checker, name, value);
        }
    }
}

/// The type of one field. Tells whether later rules can read it.
pub(super) fn typed(checker: &mut Checker<'_>, field: Field) -> bool {
    let Some(value) = checker.fields.raw(field) else { return false };
    match (field.kind(), value) {
        (_, Value::Null) => {
            if !is_nullable(field) {
                checker
                    .issue(Code::NotNullable, field, "null is not accepted; leave the field out")
                    .fix_by_removal(Applicability::Safe);
            }
            false
        }
        (Kind::Text, Value::String(_))
        | (Kind::Boolean, Value::Bool(_))
        | (Kind::Object, Value::Object(_))
        | (Kind::References, Value::Array(_))
        | (Kind::Files, Value::File(_) | Value::Array(_))
        | (Kind::File, Value::File(_)) => true,
        (Kind::File, Value::Object(_)) if checker.json_body => true,
        (Kind::Integer, Value::Number(_)) => {
            if value.as_integer().is_some() {
                return true;
            }
            checker.issue(Code::NotAnInteger, field, "must be a whole number");
            false
        }
        (kind, _) => {
            let parts = [Part::Text(article(kind)), Part::Text(kind.name()), Part::Value(value)];
            let draft = checker.issue_with(Code::InvalidType, field, "must be {}{}, not {}", &parts);
            if let Some(repaired) = respelled(kind, value) {
                draft.fix(repaired, Applicability::Safe);
            }
            false
        }
    }
}

const fn article(kind: Kind) -> &'static str {
    match kind {
        Kind::Integer | Kind::Object | Kind::References => "an ",
        Kind::Text | Kind::Boolean | Kind::Files | Kind::File => "a ",
    }
}

/// Text that spells a number or a boolean, as forms and addresses carry them.
fn respelled(kind: Kind, value: &Value) -> Option<Value> {
    let text = value.as_str()?;
    match (kind, text) {
        (Kind::Boolean, "true") => Some(Value::Bool(true)),
        (Kind::Boolean, "false") => Some(Value::Bool(false)),
        (Kind::Integer, _) => {
            let digits = text.strip_prefix('-').unwrap_or(text);
            let plain = (1..=9).contains(&digits.len()) && digits.bytes().all(|byte| byte.is_ascii_digit());
            plain.then(|| text.parse::<i32>().ok()).flatten().map(Value::from)
        }
        _ => None,
    }
}

/// The reference types these as "or null" (openai 7.55.0, `ImageGenerateParams` and `ImageEditParams`).
const fn is_nullable(field: Field) -> bool {
    matches!(
        field,
        Field::Model
            | Field::N
            | Field::Size
            | Field::Quality
            | Field::Background
            | Field::OutputFormat
            | Field::OutputCompression
            | Field::Moderation
            | Field::Stream
            | Field::PartialImages
            | Field::InputFidelity
            | Field::SafetyIdentifier
            | Field::ResponseFormat
            | Field::Style
    )
}
