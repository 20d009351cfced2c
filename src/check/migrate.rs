//! Moves a request to another model, and explains each change.

use core::fmt;

use super::message::{Part, fill};
use super::report::{Applicability, Change, PathItem, Report, Severity};
use super::{Code, Context, check, normalize};
use crate::catalog::model::OutputTokens;
use crate::catalog::{Catalog, Fact, Model, Status};
use crate::request::{Field, Operation, Text, Value};

/// A request that was moved.
#[derive(Clone, Debug, PartialEq)]
pub struct Migrated {
    /// The request for the other model.
    pub request: Value,
    /// What was changed, and why, in order.
    pub changes: Vec<Change>,
    /// What is left to say about it; its errors need a decision.
    pub report: Report,
}

/// Why a request cannot be moved.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum MigrateError {
    /// Only generations and edits move.
    Operation,
    /// The request names no model, or one that the catalogue does not know.
    UnknownSource,
    /// No replacement is named for the model, so the target must be given.
    NoReplacement,
    /// The target is not in the catalogue, or is no longer served.
    UnknownTarget,
}

impl MigrateError {
    /// What it says.
    pub(crate) const fn text(self) -> &'static str {
        match self {
            Self::Operation => {
                "operation: only \"generate\" and \"edit\" requests can be moved to another model"
            }
            Self::UnknownSource => "model: not in the catalogue, so its meaning is not known",
            Self::NoReplacement => "model: no replacement is named for it; say which model to move to",
            Self::UnknownTarget => "target: not in the catalogue, or no longer served",
        }
    }
}

impl fmt::Display for MigrateError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.text())
    }
}

impl core::error::Error for MigrateError {}

/// More rounds than any request needs.
const MAX_ROUNDS: u32 = 8;

/// Words of older models and what comes closest on newer ones.
const QUALITY_WORDS: &[(&str, &str)] = &[("standard", "medium"), ("hd", "high")];

/// Moves a generation or an edit to `target`, or to the replacement that OpenAI names for its model.
///
/// Everything that the target refuses is changed to what comes nearest or left out; unlike [`normalize`] this may change
/// the picture and its price, which is why each change says so.
///
/// # Errors
/// When there is nothing to move, or nowhere to move to.
pub fn migrate(
    operation: Operation,
    mut request: Value,
    target: Option<&str>,
    context: &Context,
    catalog: &Catalog,
) -> Result<Migrated, MigrateError> {
    if !matches!(operation, Operation::Generate | Operation::Edit) {
        return Err(MigrateError::Operation);
    }
    let named = request.get(Field::Model.name()).and_then(Value::as_str);
    let source = named.and_then(|id| catalog.find(id)).ok_or(MigrateError::UnknownSource)?;
    let served = |model: &&Model| model.lifecycle.status(context.today) != Status::Retired;
    let target = if let Some(id) = target {
        catalog.find(id).filter(served).ok_or(MigrateError::UnknownTarget)?
    } else {
        let mut replacements = source.lifecycle.replacements.iter().filter_map(|id| catalog.find(id));
        replacements.find(served).ok_or(MigrateError::NoReplacement)?
    };
    let model = Some(target.id.into());
    let mut changes =
        vec![set(&mut request, Field::Model.name().into(), Code::ModelRetired, model, why(source, context))];
    changes.extend(quality(&mut request, source, target));
    changes.extend(format(&mut request, source, target));
    for _ in 0..MAX_ROUNDS {
        let report = check(operation, &request, context, catalog);
        let before = changes.len();
        for issue in report.issues.iter().filter(|issue| issue.severity() == Severity::Error) {
            let Some(fix) = &issue.fix else { continue };
            let [PathItem::Key(name)] = issue.path.as_slice() else { continue };
            // The target stays what it is: to move on from there is not what was asked for.
            if fix.applicability == Applicability::DisplayOnly
                || issue.code == Code::UnrecognizedKey
                || name == Field::Model.name()
                || request.get(name) == fix.value.as_ref()
            {
                continue;
            }
            let reason = issue.message.clone();
            changes.push(set(&mut request, name.clone(), issue.code, fix.value.clone(), reason));
        }
        if changes.len() == before {
            break;
        }
    }
    let normalized = normalize(operation, request, context, catalog);
    changes.extend(normalized.changes);
    Ok(Migrated { request: normalized.request, changes, report: normalized.report })
}

fn why(source: &Model, context: &Context) -> String {
    let name = Part::Quoted(source.id);
    let Some(end) = source.lifecycle.shutdown else {
        return said("model: moved from {} as asked", &[name]);
    };
    let template =
        if end <= context.today { "model: {} was shut down on {}" } else { "model: {} ends on {}" };
    said(template, &[name, Part::Text(&end.spelled())])
}

fn said(template: &str, parts: &[Part<'_>]) -> String {
    let mut reason = String::new();
    fill(&mut reason, template, parts, &[]);
    reason
}

/// Sets a field, or removes it.
fn set(request: &mut Value, name: Text, code: Code, to: Option<Value>, reason: String) -> Change {
    let from = request.get(&name).cloned();
    request.put(&name, to.clone());
    Change { code, param: name.clone(), path: vec![PathItem::Key(name)], from, to, reason }
}

/// The same word may mean another amount of work. Where both models count by the grid, the word with the same factor keeps
/// the picture and its price; words that the target does not have go to what comes closest.
fn quality(request: &mut Value, source: &Model, target: &Model) -> Option<Change> {
    let name = Field::Quality.name();
    let word = request.get(name).and_then(Value::as_str)?;
    let (template, other) = if let (OutputTokens::Grid(before), OutputTokens::Grid(after)) =
        (source.output_tokens, target.output_tokens)
    {
        let (_, factor) = before.factors.iter().find(|(name, _)| *name == word)?;
        let (same, _) = after.factors.iter().find(|(_, other)| other == factor)?;
        ("quality: what is called {} there is {} here, with the same tokens", *same)
    } else if target.qualities.accepts(word) {
        return None;
    } else {
        let (_, nearest) = QUALITY_WORDS.iter().find(|(old, _)| *old == word)?;
        ("quality: {} is a word of older models; {} comes closest, at another price", *nearest)
    };
    if other == word {
        return None;
    }
    let reason = said(template, &[Part::Quoted(word), Part::Quoted(other)]);
    Some(set(request, name.into(), Code::InvalidValue, Some(other.into()), reason))
}

/// dall-e models could answer an address; GPT Image models always answer the bytes.
fn format(request: &mut Value, source: &Model, target: &Model) -> Option<Change> {
    if !matches!((source.response_format, target.response_format), (Fact::Known(_), Fact::NotSupported)) {
        return None;
    }
    let name = Field::ResponseFormat.name();
    let reason = if request.get(name)?.as_str() == Some("url") {
        "response_format: there are no addresses any more; the picture comes as base64 in b64_json"
    } else {
        "response_format: the picture always comes as base64, so there is nothing to choose"
    };
    Some(set(request, name.into(), Code::UnsupportedParameter, None, reason.to_owned()))
}

#[cfg(test)]
mod tests {
    use super::{MigrateError, migrate};
    use crate::catalog::Catalog;
    use crate::check::Context;
    use crate::date::Date;
    use crate::request::{Operation, Value};

    fn moved(before: &str, target: Option<&str>) -> (Value, Vec<String>, bool) {
        let catalog = Catalog::default();
        let context = Context::new(Date::new(2026, 11, 20));
        let request = serde_json::from_str(before).unwrap();
        let found = migrate(Operation::Generate, request, target, &context, &catalog).unwrap();
        (
            found.request,
            found.changes.into_iter().map(|change| change.param.into_owned()).collect(),
            found.report.ok(),
        )
    }

    #[test]
    fn the_target_stays_even_where_it_does_not_serve_the_endpoint() {
        let request = r#"{"model":"gpt-image-1.5","prompt":"x","images":[{"file_id":"f"}],"quality":"low"}"#;
        let context = Context::new(Date::new(2026, 1, 1));
        let request = serde_json::from_str(request).unwrap();
        let found =
            migrate(Operation::Edit, request, Some("dall-e-3"), &context, &Catalog::default()).unwrap();
        assert_eq!(found.request.get("model"), Some(&Value::from("dall-e-3")));
        assert!(!found.report.ok());
    }

    #[test]
    fn old_requests_become_legal_ones_and_every_change_is_told() {
        for (before, target, after, changed) in [
            (
                r#"{"model":"dall-e-3","prompt":"x","size":"1792x1024","quality":"hd","style":"vivid","response_format":"url","n":1}"#,
                None,
                r#"{"model":"gpt-image-2.5-flare","prompt":"x","size":"1792x1024","quality":"high","n":1}"#,
                &["model", "quality", "response_format", "style"][..],
            ),
            (
                r#"{"model":"dall-e-2","prompt":"x","size":"256x256","n":4,"response_format":"b64_json"}"#,
                None,
                r#"{"model":"gpt-image-2.5-flare","prompt":"x","size":"816x816","n":4}"#,
                &["model", "response_format", "size"],
            ),
            (
                r#"{"model":"gpt-image-1","prompt":"x","size":"1024x1024","quality":"high","background":"transparent"}"#,
                None,
                r#"{"model":"gpt-image-2.5-sunburst","prompt":"x","size":"1024x1024","quality":"high","background":"transparent"}"#,
                &["model"],
            ),
            (
                r#"{"model":"gpt-image-2","prompt":"x","quality":"high"}"#,
                Some("gpt-image-2.5-flare"),
                r#"{"model":"gpt-image-2.5-flare","prompt":"x","quality":"max"}"#,
                &["model", "quality"],
            ),
            (
                r#"{"model":"gpt-image-2","prompt":"x","quality":"low"}"#,
                Some("gpt-image-2.5-flare"),
                r#"{"model":"gpt-image-2.5-flare","prompt":"x","quality":"low"}"#,
                &["model"],
            ),
        ] {
            let (request, changes, ok) = moved(before, target);
            assert_eq!(request, serde_json::from_str::<Value>(after).unwrap(), "{before}");
            assert_eq!(changes, changed, "{before}");
            assert!(ok, "{before}");
        }
    }

    #[test]
    fn what_cannot_move_says_why() {
        let catalog = Catalog::default();
        let context = Context::new(Date::new(2026, 11, 20));
        let error = |operation, json: &str, target| {
            migrate(operation, serde_json::from_str(json).unwrap(), target, &context, &catalog).unwrap_err()
        };
        let generate = Operation::Generate;
        assert_eq!(error(generate, r#"{"prompt":"x"}"#, None), MigrateError::UnknownSource);
        assert_eq!(error(generate, r#"{"model":"gpt-image-2"}"#, None), MigrateError::NoReplacement);
        assert_eq!(
            error(generate, r#"{"model":"dall-e-3"}"#, Some("gpt-image-1")),
            MigrateError::UnknownTarget
        );
        assert_eq!(error(Operation::Batch, "{}", None), MigrateError::Operation);
    }
}
