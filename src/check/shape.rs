//! Names and types: what is true of a field whatever the model.

use super::checker::Checker;
use super::code::Code;
use super::message::{Part, meant};
use super::report::{Applicability, PathItem};
use crate::request::field::Kind;
use crate::request::{Field, Operation, Text, Value};

/// Whether the request is an object at all; every other rule needs one.
pub(super) fn is_object(checker: &mut Checker<'_>) -> bool {
    if checker.request.as_object().is_some() {
        return true;
    }
    let request = checker.request;
    let template = "the request must be an object, not {}";
    let parts = [Part::Text(request.type_name())];
    checker.issue_at_with(Code::InvalidRequest, &[], Some(request), template, &parts);
    false
}

/// Fields that no such object has, and fields that are given twice. `more` are names it has beside the usual ones.
///
/// A field that another operation has is unrecognized here; one that only another model has is not: the rules of the model
/// know more to say.
pub(super) fn keys(checker: &mut Checker<'_>, more: &[&'static str]) {
    let (operation, json) = (checker.operation, checker.json_body);
    if checker.fields.are_all_of(operation, json) {
        return;
    }
    let place = match operation {
        Operation::Edit => "an edit",
        Operation::Generate => "a generation",
        #[cfg(feature = "extras")]
        Operation::Respond => "the image_generation tool",
        #[cfg(feature = "extras")]
        Operation::Runware | Operation::Batch => "such a request",
    };
    let mut known = more.to_vec();
    for field in Field::ALL {
        if field.is_of(operation, json) {
            known.push(field.name());
        }
    }
    names(checker, &known, place, &|checker, name, value| {
        stranger(checker, name, value, [place, elsewhere(operation, name)], &known);
        true
    });
}

/// Where a field belongs that requests of this kind do not have.
fn elsewhere(operation: Operation, name: &str) -> &'static str {
    match (operation, Field::from_name(name)) {
        (Operation::Edit, Some(Field::Images)) => "; it is for bodies in JSON, files go into image",
        (Operation::Edit, Some(Field::Image)) => "; in JSON pictures are given in images, by reference",
        (Operation::Edit, Some(Field::Markup)) => "; only forms have it",
        (Operation::Generate, Some(Field::Images | Field::Image | Field::Mask | Field::Markup)) => {
            "; it belongs to an edit"
        }
        _ => "",
    }
}

/// A field that an object does not have, and what it was probably meant to be among those it has.
fn stranger(checker: &mut Checker<'_>, name: &Text, value: &Value, place: [&str; 2], known: &[&'static str]) {
    let path = [PathItem::Key(name.clone())];
    let template = "there is no such field in {}{}";
    let parts = place.map(Part::Text);
    let draft = checker.issue_at_with(Code::UnrecognizedKey, &path, Some(value), template, &parts);
    let Some((meant, errors)) = meant(name, known) else {
        draft.fix_by_removal(Applicability::Unsafe);
        return;
    };
    // The same letters in another spelling leave no doubt; `normalize` moves the value there.
    let applicability = if errors == 0 { Applicability::Safe } else { Applicability::DisplayOnly };
    draft.did_you_mean(meant).fix_word(meant, applicability);
}

/// The names of an object with a closed list of fields: `place` says in messages what it is. `elsewhere` may answer for a
/// name that is not in the list, with an issue, and tells whether it did.
///
/// A name that is not in the list is an issue, and so is one that comes again: the list of issues is full before there
/// are many names to compare with.
pub(super) fn names(
    checker: &mut Checker<'_>,
    known: &[&'static str],
    place: &str,
    elsewhere: &dyn Fn(&mut Checker<'_>, &Text, &Value) -> bool,
) {
    let entries = checker.request.as_object().unwrap_or_default();
    for (index, (name, value)) in entries.iter().enumerate() {
        if checker.is_full() {
            break;
        }
        if !known.contains(&name.as_ref()) && !elsewhere(checker, name, value) {
            stranger(checker, name, value, [place, ""], known);
        }
        if entries.iter().take(index).any(|(earlier, _)| earlier == name) {
            let path = [PathItem::Key(name.clone())];
            let message = "given more than once; keep one";
            checker.issue_at_with(Code::DuplicateKey, &path, Some(value), message, &[]);
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
            let parts = [Part::Text(article(kind)), Part::Text(kind.name())];
            let draft = checker.issue_with(Code::InvalidType, field, "must be {}{}, not {given}", &parts);
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
            if !(1..=9).contains(&digits.len()) || !digits.bytes().all(|byte| byte.is_ascii_digit()) {
                return None;
            }
            let append = |number: i32, digit: u8| {
                number.saturating_mul(10).saturating_add(i32::from(digit.saturating_sub(b'0')))
            };
            let number = digits.bytes().fold(0, append);
            Some(Value::from(if digits.len() < text.len() { number.saturating_neg() } else { number }))
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
