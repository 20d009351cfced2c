//! Objects inside a request: where their fields stand, and what is said of them whatever they are.

use super::checker::{Checker, Draft};
use super::code::Code;
use super::message::Part;
use super::report::{Applicability, PathItem};
use crate::request::Value;

/// The path of a field that stands behind these names.
pub(super) fn path(keys: &[&'static str]) -> Vec<PathItem> {
    keys.iter().map(|key| PathItem::Key((*key).into())).collect()
}

/// Lists an issue about what stands behind these names, and repeats its value.
pub(super) fn issue<'c>(
    checker: &'c mut Checker<'_>,
    code: Code,
    keys: &[&'static str],
    value: Option<&Value>,
    message: &str,
) -> Draft<'c> {
    let draft = checker.issue_at(code, &path(keys), message);
    match value {
        Some(value) => draft.given(value),
        None => draft,
    }
}

/// Says that a value is of another type than `expected`, which has its article.
pub(super) fn wrong_type(checker: &mut Checker<'_>, path: &[PathItem], value: &Value, expected: &str) {
    let parts = [Part::Text(expected), Part::Text(value.type_name())];
    checker.issue_at_with(Code::InvalidType, path, "must be {}, not {}", &parts).given(value);
}

/// Says which fields an object has that are not among the known ones.
pub(super) fn only(checker: &mut Checker<'_>, path: &[PathItem], object: &Value, known: &[&str]) {
    for (name, value) in object.as_object().unwrap_or_default() {
        if known.contains(&name.as_ref()) || checker.is_full() {
            continue;
        }
        let path = [path, &[PathItem::Key(name.clone())]].concat();
        let template = "there is no such field here; there are {}";
        checker
            .issue_at_with(Code::UnrecognizedKey, &path, template, &[Part::Words(known)])
            .given(value)
            .fix_by_removal(Applicability::Unsafe);
    }
}
