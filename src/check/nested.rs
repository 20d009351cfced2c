//! Objects inside a request: what is said of their fields, which are named by the keys that lead to them.

use super::checker::{Checker, Draft};
use super::code::Code;
use super::message::Part;
use super::report::{Applicability, PathItem};
use crate::request::Value;

/// The path of what stands behind these keys.
pub(super) fn path(keys: &[&'static str]) -> Vec<PathItem> {
    keys.iter().map(|key| PathItem::Key((*key).into())).collect()
}

/// Lists an issue about what stands behind these keys. It repeats the value where there is one.
pub(super) fn issue<'c>(
    checker: &'c mut Checker<'_>,
    code: Code,
    keys: &[&'static str],
    value: Option<&Value>,
    message: &str,
) -> Draft<'c> {
    issue_with(checker, code, keys, value, message, &[])
}

/// The same with a message that has holes.
pub(super) fn issue_with<'c>(
    checker: &'c mut Checker<'_>,
    code: Code,
    keys: &[&'static str],
    value: Option<&Value>,
    template: &str,
    parts: &[Part<'_>],
) -> Draft<'c> {
    checker.issue_at_with(code, &path(keys), value, template, parts)
}

/// Says that a value is of another type than `expected`, which has its article.
pub(super) fn wrong_type(checker: &mut Checker<'_>, keys: &[&'static str], value: &Value, expected: &str) {
    wrong_type_at(checker, &path(keys), value, expected);
}

/// The same of what stands at a path.
pub(super) fn wrong_type_at(checker: &mut Checker<'_>, path: &[PathItem], value: &Value, expected: &str) {
    let parts = [Part::Text(expected), Part::Text(value.type_name())];
    checker.issue_at_with(Code::InvalidType, path, Some(value), "must be {}, not {}", &parts);
}

/// Says which fields an object has that are not among the known ones.
pub(super) fn only(checker: &mut Checker<'_>, keys: &[&'static str], object: &Value, known: &[&str]) {
    for (name, value) in object.as_object().unwrap_or_default() {
        if known.contains(&name.as_ref()) || checker.is_full() {
            continue;
        }
        let mut path = path(keys);
        path.push(PathItem::Key(name.clone()));
        let template = "there is no such field here; there are {}";
        checker
            .issue_at_with(Code::UnrecognizedKey, &path, Some(value), template, &[Part::Words(known)])
            .fix_by_removal(Applicability::Unsafe);
    }
}
