//! What every rule works with: the request read once, the model, and the list of issues.

use super::code::Code;
use super::context::Context;
use super::message::{Part, fill, given as short};
use super::report::{Applicability, Fix, Issue, PathItem, joined};
use crate::catalog::{Catalog, Model};
use crate::digits::push_integer;
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

    /// The format of the reply: as given, or what the model takes otherwise.
    pub(crate) fn output_format(&self) -> Option<&'a str> {
        let default = || self.model.and_then(|model| model.output_formats.known()?.default);
        self.fields.text(Field::OutputFormat).or_else(default)
    }

    /// Whether an output format is given that is among these.
    pub(crate) fn has_format(&self, formats: &[&str]) -> bool {
        self.fields.text(Field::OutputFormat).is_some_and(|format| formats.contains(&format))
    }

    /// Whether nothing more is listed: what only adds to the list may be left undone.
    pub(crate) const fn is_full(&self) -> bool {
        self.issues.len() > MAX_ISSUES
    }

    /// Lists an issue about a field of the request. The message may have holes for what is known here, see
    /// [`Checker::draft`].
    pub(crate) fn issue(&mut self, code: Code, field: Field, template: &str) -> Draft<'_> {
        self.issue_with(code, field, template, &[])
    }

    /// The same with a message that has holes for other parts too, see [`fill`].
    pub(crate) fn issue_with(
        &mut self,
        code: Code,
        field: Field,
        template: &str,
        parts: &[Part<'_>],
    ) -> Draft<'_> {
        let path = [PathItem::Key(field.name().into())];
        self.issue_at_with(code, &path, self.fields.raw(field), template, parts)
    }

    /// Lists an issue about anything in the checked object.
    pub(crate) fn issue_at(&mut self, code: Code, path: &[PathItem], template: &str) -> Draft<'_> {
        self.issue_at_with(code, path, None, template, &[])
    }

    /// The same with a message that has holes, and with the value that was given there, which it repeats.
    pub(crate) fn issue_at_with(
        &mut self,
        code: Code,
        path: &[PathItem],
        given: Option<&Value>,
        template: &str,
        parts: &[Part<'_>],
    ) -> Draft<'_> {
        match self.issues.len() {
            0..MAX_ISSUES => {
                let path = joined(&self.prefix, path);
                self.draft(code, path, given, template, parts)
            }
            MAX_ISSUES => {
                let message = "there are more problems than are listed";
                self.draft(Code::TooManyIssues, Vec::new(), None, message, &[]);
                Draft(None)
            }
            _ => Draft(None),
        }
    }

    /// Puts an issue together. What it is about is named before its message, in which `{given}` is the value, `{model}` the
    /// model's id, and `{format}` the output format, also where none is given.
    fn draft(
        &mut self,
        code: Code,
        path: Vec<PathItem>,
        given: Option<&Value>,
        template: &str,
        parts: &[Part<'_>],
    ) -> Draft<'_> {
        let names = [
            ("given", given.map_or(Part::Text(""), Part::Value)),
            ("model", Part::Quoted(self.model_id())),
            ("format", Part::Quoted(self.output_format().unwrap_or_default())),
        ];
        let param = param_of(&path);
        let mut message = String::with_capacity(USUAL_LENGTH);
        if !param.is_empty() {
            message.push_str(&param);
            message.push_str(": ");
        }
        fill(&mut message, template, parts, &names);
        let given = given.map(short);
        self.issues.push(Issue { code, param, path, message, given, allowed: None, fix: None });
        Draft(self.issues.last_mut())
    }
}

/// An issue in the list, of which more can be told; nothing where the list is full.
pub(crate) struct Draft<'c>(Option<&'c mut Issue>);

impl Draft<'_> {
    /// Goes on with the message.
    pub(crate) fn and(self, template: &str, parts: &[Part<'_>]) -> Self {
        self.with(|issue| fill(&mut issue.message, template, parts, &[]))
    }

    /// Goes on with what was probably meant.
    pub(crate) fn did_you_mean(self, meant: &str) -> Self {
        self.and("; did you mean {}?", &[Part::Quoted(meant)])
    }

    /// Repeats text that was given and is no value of its own.
    pub(crate) fn given_text(self, text: &str) -> Self {
        self.with(|issue| issue.given = Some(short(&Value::from(text.to_owned()))))
    }

    /// Names the texts that would be accepted, also at the end of the message.
    pub(crate) fn one_of(self, texts: Vec<Value>) -> Self {
        let mut words = Vec::new();
        for text in &texts {
            words.extend(text.as_str());
        }
        self.and("{}", &[Part::Words(&words)]).allowed(Value::Array(texts))
    }

    /// Names the words that would be accepted.
    pub(crate) fn allowed_words(self, words: &[&'static str]) -> Self {
        self.allowed(Value::Array(Value::words(words)))
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

    /// Offers a word that mends the issue.
    pub(crate) fn fix_word(self, word: &'static str, applicability: Applicability) -> Self {
        self.fix(Value::from(word), applicability)
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
            PathItem::Index(index) => {
                param.push('[');
                push_integer(&mut param, i64::from(*index));
                param.push(']');
            }
        }
    }
    param.into()
}
