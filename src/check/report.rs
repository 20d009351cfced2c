//! What a check answers. The serialized form is the JavaScript API's.

use serde::Serialize;

use super::code::Code;
use crate::request::{Text, Value};

/// Every problem of one request, in a stable order: by the request's place in the documentation, errors and warnings mixed.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Report {
    /// The problems; empty when there is nothing to say.
    pub issues: Vec<Issue>,
}

impl Report {
    /// Whether the API would accept the request as far as is known: no issue is an error.
    pub fn ok(&self) -> bool {
        self.issues.iter().all(|issue| issue.severity() != Severity::Error)
    }
}

/// How bad an issue is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Severity {
    /// The API refuses such a request, or does something else than was asked.
    Error,
    /// Allowed, but probably not what was meant, or soon to be refused.
    Warning,
}

/// One problem.
#[derive(Clone, Debug, PartialEq)]
pub struct Issue {
    /// Which rule was broken; its severity, summary and source hang on it.
    pub code: Code,
    /// The field as OpenAI spells it in `error.param`: `size`, `image[2]`, `tools[0].size`.
    pub param: Text,
    /// The same as a list of keys and indices, for form libraries and Standard Schema.
    pub path: Vec<PathItem>,
    /// What is wrong, for a person: the field, what was given, what is allowed.
    pub message: String,
    /// The value that was given, long text cut; `None` when the field is absent.
    pub given: Option<Value>,
    /// What would be accepted: a list of values, or an object such as `{min, max}`; `None` where it cannot be listed.
    pub allowed: Option<Value>,
    /// How to mend it, where there is a way.
    pub fix: Option<Fix>,
}

impl Issue {
    /// How bad it is.
    pub const fn severity(&self) -> Severity {
        self.code.severity()
    }
}

/// One step of a path.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(untagged)]
pub enum PathItem {
    /// A field of an object.
    Key(Text),
    /// An item of a list, from 0.
    Index(u32),
}

impl PathItem {
    /// The item at that place of a list.
    pub(crate) fn at(index: usize) -> Self {
        Self::Index(u32::try_from(index).unwrap_or(u32::MAX))
    }
}

/// A path and what leads on from there.
pub(crate) fn joined(path: &[PathItem], further: &[PathItem]) -> Vec<PathItem> {
    let mut whole = path.to_vec();
    whole.extend_from_slice(further);
    whole
}

/// A way to mend an issue.
#[derive(Clone, Debug, PartialEq)]
pub struct Fix {
    /// The value to put where `path` points; `None` removes the field.
    pub value: Option<Value>,
    /// How far the fix may be trusted.
    pub applicability: Applicability,
}

/// How far a fix may be trusted, in Ruff's words.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Applicability {
    /// One answer, and the picture and the price stay what was asked: `normalize` applies it.
    Safe,
    /// Probably what was meant, but it changes the picture or the price: shown, applied on demand.
    Unsafe,
    /// Advice that no value expresses.
    DisplayOnly,
}

impl Applicability {
    /// Safe where nothing is lost.
    pub(crate) const fn safe_if(safe: bool) -> Self {
        if safe { Self::Safe } else { Self::Unsafe }
    }
}

/// A repair that `normalize` made.
#[derive(Clone, Debug, PartialEq)]
pub struct Change {
    /// The issue it answered.
    pub code: Code,
    /// The field, as in [`Issue::param`].
    pub param: Text,
    /// Where it is, as in [`Issue::path`].
    pub path: Vec<PathItem>,
    /// The value before; `None` when the field was absent.
    pub from: Option<Value>,
    /// The value after; `None` when the field was removed.
    pub to: Option<Value>,
    /// Why, for a person.
    pub reason: String,
}
