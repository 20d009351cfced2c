//! What every rule works with: the request read once, the model, and the list of issues.

use super::code::Code;
use super::context::Context;
use super::message::{Part, fill, given};
use super::report::{Applicability, Fix, Issue, PathItem};
use crate::catalog::{Catalog, Model};
use crate::request::{Field, Fields, Operation, Text, Value};

/// As long as most messages.
const USUAL_LENGTH: usize = 160;

/// One run over one request.
pub(crate) struct Checker<'a> {
    pub(crate) operation: Operation,
    pub(crate) request: &'a Value,
    pub(crate) fields: Fields<'a>,
    pub(crate) context: &'a Context,
    pub(crate) catalog: &'a Catalog,
    /// The model the request means; `None` when the catalogue does not know it, and only shared rules apply.
    pub(crate) model: Option<&'static Model>,
    /// Whether images come by reference in JSON rather than as files in a form.
    pub(crate) json_body: bool,
    /// Where the checked object stands in the whole request: `tools[0]` of a response, `body` of a batch line.
    pub(crate) prefix: Vec<PathItem>,
    pub(crate) issues: Vec<Issue>,
}

/// So many issues are listed. A request with more is no mistake, and to search what was meant by each of a hundred thousand
/// fields would cost whoever checks it seconds.
pub(crate) const MAX_ISSUES: usize = 100;

impl<'a> Checker<'a> {
    /// Reads the request and finds its model.
    pub(crate) fn new(
        operation: Operation,
        request: &'a Value,
        context: &'a Context,
        catalog: &'a Catalog,
    ) -> Self {
        let fields = Fields::of(request);
        let model = match fields.get(Field::Model) {
            Some(id) => id.as_str().and_then(|id| catalog.find(id)),
            None => catalog.default_model(context.today),
        };
        let json_body = context.json_body;
        Self {
            operation,
            request,
            fields,
            context,
            catalog,
            model,
            json_body,
            prefix: Vec::new(),
            issues: Vec::new(),
        }
    }

    /// A run over an object inside the request, which goes on with the issues of this one.
    pub(crate) fn inside(
        &mut self,
        operation: Operation,
        object: &'a Value,
        path: Vec<PathItem>,
    ) -> Checker<'a> {
        let mut inner = Checker::new(operation, object, self.context, self.catalog);
        inner.prefix = self.prefix.iter().cloned().chain(path).collect();
        inner.issues = core::mem::take(&mut self.issues);
        inner
    }

    /// The id of the model the request means; empty when the catalogue does not know it.
    pub(crate) fn model_id(&self) -> &'static str {
        self.model.map_or("", |model| model.id)
    }

    /// Whether nothing more is listed: what only adds to the list may be left undone.
    pub(crate) const fn is_full(&self) -> bool {
        self.issues.len() > MAX_ISSUES
    }

    /// Lists an issue about a field of the request.
    pub(crate) fn issue(&mut self, code: Code, field: Field, message: &str) -> Draft<'_> {
        self.issue_with(code, field, message, &[])
    }

    /// The same with a message that has holes, see [`fill`].
    pub(crate) fn issue_with(
        &mut self,
        code: Code,
        field: Field,
        template: &str,
        parts: &[Part<'_>],
    ) -> Draft<'_> {
        let given = self.fields.raw(field);
        let draft = self.issue_at_with(code, &[PathItem::Key(field.name().into())], template, parts);
        match given {
            Some(value) => draft.given(value),
            None => draft,
        }
    }

    /// Lists an issue about anything in the checked object.
    pub(crate) fn issue_at(&mut self, code: Code, path: &[PathItem], message: &str) -> Draft<'_> {
        self.issue_at_with(code, path, message, &[])
    }

    /// The same with a message that has holes, see [`fill`]. What it is about is named before it.
    pub(crate) fn issue_at_with(
        &mut self,
        code: Code,
        path: &[PathItem],
        template: &str,
        parts: &[Part<'_>],
    ) -> Draft<'_> {
        match self.issues.len() {
            0..MAX_ISSUES => {
                let path = [&self.prefix, path].concat();
                self.draft(code, path, template, parts)
            }
            MAX_ISSUES => {
                self.draft(Code::TooManyIssues, Vec::new(), "there are more problems than are listed", &[]);
                Draft(None)
            }
            _ => Draft(None),
        }
    }

    fn draft(&mut self, code: Code, path: Vec<PathItem>, template: &str, parts: &[Part<'_>]) -> Draft<'_> {
        let param = param_of(&path);
        let mut message = String::with_capacity(USUAL_LENGTH);
        if !param.is_empty() {
            message.push_str(&param);
            message.push_str(": ");
        }
        fill(&mut message, template, parts);
        self.issues.push(Issue { code, param, path, message, given: None, allowed: None, fix: None });
        Draft(self.issues.last_mut())
    }
}

/// An issue in the list, of which more can be told; nothing where the list is full.
pub(crate) struct Draft<'c>(Option<&'c mut Issue>);

impl Draft<'_> {
    /// Goes on with the message.
    pub(crate) fn and(self, template: &str, parts: &[Part<'_>]) -> Self {
        self.with(|issue| fill(&mut issue.message, template, parts))
    }

    /// Goes on with what was probably meant.
    pub(crate) fn did_you_mean(self, meant: &str) -> Self {
        self.and("; did you mean {}?", &[Part::Quoted(meant)])
    }

    /// Repeats the value that was given, long text cut.
    pub(crate) fn given(self, value: &Value) -> Self {
        self.with(|issue| issue.given = Some(given(value)))
    }

    /// The same for text that is no value of its own.
    pub(crate) fn given_text(self, text: &str) -> Self {
        self.given(&Value::from(text.to_owned()))
    }

    /// Names the texts that would be accepted, also at the end of the message.
    pub(crate) fn one_of(self, texts: Vec<Value>) -> Self {
        let words: Vec<&str> = texts.iter().filter_map(Value::as_str).collect();
        self.and("{}", &[Part::Words(&words)]).allowed(Value::Array(texts))
    }

    /// Names the words that would be accepted.
    pub(crate) fn allowed_words(self, words: &[&'static str]) -> Self {
        self.allowed(Value::Array(words.iter().copied().map(Value::from).collect()))
    }

    /// Names the bounds of what would be accepted.
    pub(crate) fn allowed_numbers(self, bounds: &[(&'static str, u32)]) -> Self {
        let bound = |&(name, number): &(&'static str, u32)| (name.into(), Value::from(number));
        self.allowed(Value::Object(bounds.iter().map(bound).collect()))
    }

    /// Says what would be accepted.
    pub(crate) fn allowed(self, allowed: Value) -> Self {
        self.with(|issue| issue.allowed = Some(allowed))
    }

    /// Offers a value that mends the issue.
    pub(crate) fn fix(self, value: Value, applicability: Applicability) -> Self {
        self.with(|issue| issue.fix = Some(Fix { value: Some(value), applicability }))
    }

    /// Offers to remove the field.
    pub(crate) fn fix_by_removal(self, applicability: Applicability) -> Self {
        self.with(|issue| issue.fix = Some(Fix { value: None, applicability }))
    }

    fn with(mut self, tell: impl FnOnce(&mut Issue)) -> Self {
        if let Some(issue) = &mut self.0 {
            tell(issue);
        }
        self
    }
}

/// A path as OpenAI prints it in `error.param`: `image[2]`, `tools[0].size`.
pub(crate) fn param_of(path: &[PathItem]) -> Text {
    if let [PathItem::Key(key)] = path {
        return key.clone();
    }
    let mut param = String::new();
    for item in path {
        match item {
            PathItem::Key(key) => {
                if !param.is_empty() {
                    param.push('.');
                }
                param.push_str(key);
            }
            PathItem::Index(index) => fill(&mut param, "[{}]", &[Part::Number(i64::from(*index))]),
        }
    }
    param.into()
}
