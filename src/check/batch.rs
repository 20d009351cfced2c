//! One line of a Batch API input file. The file as a whole is checked by [`crate::request::batch`].

use super::checker::Checker;
use super::code::Code;
use super::message::{alternatives, given, join, quoted};
use super::report::{Applicability, PathItem};
use crate::catalog::Fact;
use crate::request::{Field, Operation, Value};

const FIELDS: &[&str] = &["custom_id", "method", "url", "body"];

/// Where batches of images go. Source: openai 7.55.0, `batches.ts` (2026-11-10).
const URLS: &[(&str, Operation)] = &[
    ("/v1/images/generations", Operation::Generate),
    ("/v1/images/edits", Operation::Edit),
    ("/v1/responses", Operation::Respond),
];

pub(super) fn check(checker: &mut Checker<'_>) {
    super::shape::names(checker, FIELDS, "a batch line", &|_, _, _| false);
    text(checker, "custom_id", "is needed: the name by which the answer is found");
    if let Some(method) = text(checker, "method", "is needed: \"POST\"")
        && method != "POST"
    {
        checker
            .at(Code::InvalidValue, key("method"), Some(Value::from(method.to_owned())), "must be \"POST\"")
            .allowed_words(&["POST"])
            .fix(Value::from("POST"), Applicability::Safe);
    }
    let Some(url) = text(checker, "url", "is needed: the endpoint, such as \"/v1/images/generations\"")
    else {
        return;
    };
    let Some((_, operation)) = URLS.iter().find(|(known, _)| *known == url) else {
        let words: Vec<&str> = URLS.iter().map(|(url, _)| *url).collect();
        let message = join(&[
            &quoted(url),
            " is no endpoint for batches of images; allowed are ",
            &alternatives(&words),
        ]);
        checker
            .at(Code::BatchUrl, key("url"), Some(Value::from(url.to_owned())), &message)
            .allowed_words(&words);
        return;
    };
    let Some(body) = checker.request.get("body") else {
        checker.at(Code::Required, key("body"), None, "is needed: the request itself");
        return;
    };
    let mut inner = checker.inside(*operation, body, key("body"));
    line_body(&mut inner);
    checker.issues = inner.issues;
}

fn key(name: &'static str) -> Vec<PathItem> {
    vec![PathItem::Key(name.into())]
}

/// A text that must be there; says what is wrong with it otherwise.
fn text<'a>(checker: &mut Checker<'a>, name: &'static str, needed: &str) -> Option<&'a str> {
    match checker.request.get(name) {
        None | Some(Value::Null) => {
            checker.at(Code::Required, key(name), None, needed);
            None
        }
        Some(Value::String(text)) if text.is_empty() => {
            checker.at(Code::Required, key(name), Some(Value::from("")), needed);
            None
        }
        Some(Value::String(text)) => Some(text),
        Some(other) => {
            let message = join(&["must be a string, not ", other.type_name()]);
            checker.at(Code::InvalidType, key(name), Some(given(other)), &message);
            None
        }
    }
}

fn line_body(checker: &mut Checker<'_>) {
    if !super::shape::is_object(checker) {
        return;
    }
    // A line of JSON cannot carry a form, so images come by reference.
    checker.json_body = true;
    if checker.operation == Operation::Respond {
        super::respond::check(checker);
    } else {
        super::images_api(checker);
        match checker.model.map(|model| (model.id, model.endpoints.batch)) {
            Some((id, Fact::NotSupported)) => {
                let message = join(&[&quoted(id), " is not served in batches"]);
                checker.issue(Code::BatchUnsupported, Field::Model, &message);
            }
            Some((id, Fact::NotPublished)) => {
                let message = join(&["sources disagree on whether ", &quoted(id), " is served in batches"]);
                checker.issue(Code::BatchUnpublished, Field::Model, &message);
            }
            Some((_, Fact::Known(()))) | None => {}
        }
    }
    if checker.fields.is_true(Field::Stream) {
        checker
            .issue(Code::BatchStream, Field::Stream, "a batch cannot stream; leave it out")
            .fix_by_removal(Applicability::Safe);
    }
}
