//! What every rule works with: the request read once, the model, and the list of issues.

use super::code::Code;
use super::context::Context;
use super::message::{Message, given, join};
use super::report::{Applicability, Fix, Issue, PathItem};
use crate::catalog::{Catalog, Model};
use crate::request::{Field, Fields, Operation, Text, Value};

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

    /// Whether nothing more is listed: what only adds to the list may be left undone.
    pub(crate) const fn is_full(&self) -> bool {
        self.issues.len() > MAX_ISSUES
    }

    /// Starts an issue about a field of the request.
    pub(crate) fn issue(&mut self, code: Code, field: Field, message: &str) -> Draft<'_> {
        let message = self.about(field).text(message);
        self.say(code, field, message)
    }

    /// Begins a message about a field of the request.
    pub(crate) fn about(&self, field: Field) -> Message {
        if self.prefix.is_empty() {
            return Message::about(field.name());
        }
        let key = PathItem::Key(field.name().into());
        Message::about(&param_of(&self.prefix.iter().cloned().chain([key]).collect::<Vec<_>>()))
    }

    /// Starts an issue about a field of the request, with a message from [`Checker::about`] it.
    pub(crate) fn say(&mut self, code: Code, field: Field, message: Message) -> Draft<'_> {
        let given = self.fields.raw(field).map(given);
        let key = PathItem::Key(field.name().into());
        let path = self.prefix.iter().cloned().chain([key]).collect();
        self.draft(code, path, given, message)
    }

    /// Starts an issue about anything in the checked object.
    pub(crate) fn at(
        &mut self,
        code: Code,
        path: Vec<PathItem>,
        given: Option<Value>,
        message: &str,
    ) -> Draft<'_> {
        let path =
            if self.prefix.is_empty() { path } else { self.prefix.iter().cloned().chain(path).collect() };
        let message = Message::about(&param_of(&path)).text(message);
        self.draft(code, path, given, message)
    }

    fn draft(
        &mut self,
        code: Code,
        path: Vec<PathItem>,
        given: Option<Value>,
        message: Message,
    ) -> Draft<'_> {
        let issue = Issue {
            code,
            param: param_of(&path),
            path,
            message: message.finish(),
            given,
            allowed: None,
            fix: None,
        };
        Draft { issues: &mut self.issues, issue: Some(issue) }
    }
}

/// An issue that is being written; it joins the others when this goes out of scope.
pub(crate) struct Draft<'c> {
    issues: &'c mut Vec<Issue>,
    issue: Option<Issue>,
}

impl Draft<'_> {
    /// Names the words that would be accepted.
    pub(crate) fn allowed_words(self, words: &[&'static str]) -> Self {
        self.allowed(Value::Array(words.iter().copied().map(Value::from).collect()))
    }

    /// Names the texts that would be accepted.
    pub(crate) fn allowed_texts(self, texts: Vec<String>) -> Self {
        self.allowed(Value::Array(texts.into_iter().map(Value::from).collect()))
    }

    /// Says what would be accepted.
    pub(crate) fn allowed(mut self, allowed: Value) -> Self {
        if let Some(issue) = &mut self.issue {
            issue.allowed = Some(allowed);
        }
        self
    }

    /// Offers a value that mends the issue.
    pub(crate) fn fix(self, value: Value, applicability: Applicability) -> Self {
        self.set_fix(Some(value), applicability)
    }

    /// Offers to remove the field.
    pub(crate) fn fix_by_removal(self, applicability: Applicability) -> Self {
        self.set_fix(None, applicability)
    }

    fn set_fix(mut self, value: Option<Value>, applicability: Applicability) -> Self {
        if let Some(issue) = &mut self.issue {
            issue.fix = Some(Fix { value, applicability });
        }
        self
    }
}

impl Drop for Draft<'_> {
    fn drop(&mut self) {
        match self.issues.len() {
            0..MAX_ISSUES => self.issues.extend(self.issue.take()),
            MAX_ISSUES => self.issues.push(Issue {
                code: Code::TooManyIssues,
                param: Text::default(),
                path: Vec::new(),
                message: "there are more problems than are listed".to_owned(),
                given: None,
                allowed: None,
                fix: None,
            }),
            _ => {}
        }
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
            PathItem::Index(index) => param.push_str(&join(&["[", &index.to_string(), "]"])),
        }
    }
    param.into()
}
