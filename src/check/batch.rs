//! One line of a Batch API input file. The file as a whole is checked by [`crate::request::batch`].

use super::checker::Checker;
use super::code::Code;
use super::nested::{issue, path, wrong_type};
use super::report::Applicability;
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
        let given = checker.request.get("method");
        issue(checker, Code::InvalidValue, &["method"], given, "must be \"POST\"")
            .allowed_words(&["POST"])
            .fix(Value::from("POST"), Applicability::Safe);
    }
    let Some(url) = text(checker, "url", "is needed: the endpoint, such as \"/v1/images/generations\"")
    else {
        return;
    };
    let Some((_, operation)) = URLS.iter().find(|(known, _)| *known == url) else {
        let words: Vec<&'static str> = URLS.iter().map(|(url, _)| *url).collect();
        let template = "{given} is no endpoint for batches of images; allowed are ";
        let given = checker.request.get("url");
        issue(checker, Code::BatchUrl, &["url"], given, template).one_of(Value::words(&words));
        return;
    };
    let Some(body) = checker.request.get("body") else {
        issue(checker, Code::Required, &["body"], None, "is needed: the request itself");
        return;
    };
    let mut inner = checker.inside(*operation, body, path(&["body"]));
    line_body(&mut inner);
    checker.issues = inner.issues;
}

/// A text that must be there; says what is wrong with it otherwise.
fn text<'a>(checker: &mut Checker<'a>, name: &'static str, needed: &str) -> Option<&'a str> {
    match checker.request.get(name) {
        Some(Value::String(text)) if !text.is_empty() => return Some(text),
        None | Some(Value::Null) => {
            issue(checker, Code::Required, &[name], None, needed);
        }
        empty @ Some(Value::String(_)) => {
            issue(checker, Code::Required, &[name], empty, needed);
        }
        Some(other) => wrong_type(checker, &[name], other, "a string"),
    }
    None
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
        let unsure = "sources disagree on whether {model} is served in batches";
        let fault = match checker.model.map(|model| model.endpoints.batch) {
            Some(Fact::NotSupported) => Some((Code::BatchUnsupported, "{model} is not served in batches")),
            Some(Fact::NotPublished) => Some((Code::BatchUnpublished, unsure)),
            Some(Fact::Known(())) | None => None,
        };
        if let Some((code, template)) = fault {
            checker.issue(code, Field::Model, template);
        }
    }
    if checker.fields.is_true(Field::Stream) {
        checker
            .issue(Code::BatchStream, Field::Stream, "a batch cannot stream; leave it out")
            .fix_by_removal(Applicability::Safe);
    }
}
