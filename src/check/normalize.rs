//! Repairs what has one safe answer, and says what it did.

use core::mem::take;

use super::report::{Applicability, Change, Issue, PathItem, Report};
use super::{Code, Context, check};
use crate::catalog::Catalog;
use crate::request::{Operation, Text, Value};

/// More rounds than any request needs: each safe fix ends its issue for good.
const MAX_ROUNDS: u32 = 8;

/// A repaired request.
#[derive(Clone, Debug, PartialEq)]
pub struct Normalized {
    /// The request after all safe fixes.
    pub request: Value,
    /// What was changed, in order.
    pub changes: Vec<Change>,
    /// What is still to say about it.
    pub report: Report,
}

/// Applies every safe fix until none is left. Never what costs more or changes the picture; what needs a decision stays in
/// the report. Normalizing the result again changes nothing.
pub fn normalize(
    operation: Operation,
    mut request: Value,
    context: &Context,
    catalog: &Catalog,
) -> Normalized {
    let mut changes = Vec::new();
    let mut rounds = 0..MAX_ROUNDS;
    loop {
        let mut report = check(operation, &request, context, catalog);
        let before = changes.len();
        // Mended piece by piece such a request could take as long as it has problems, each time to be checked anew.
        let endless = report.issues.last().is_some_and(|issue| issue.code == Code::TooManyIssues);
        if !endless && rounds.next().is_some() {
            for issue in &mut report.issues {
                apply(&mut request, issue, &mut changes);
            }
        }
        if changes.len() == before {
            return Normalized { request, changes, report };
        }
    }
}

/// Mends an issue where that is safe, and tells of it in its words, which the issue then has no more.
fn apply(request: &mut Value, issue: &mut Issue, changes: &mut Vec<Change>) -> Option<()> {
    let fix = issue.fix.as_ref().filter(|fix| fix.applicability == Applicability::Safe)?;
    let (PathItem::Key(name), way) = issue.path.split_last()? else { return None };
    let object = way.iter().try_fold(request, step)?;
    let from = object.get(name).cloned();
    let to = match &fix.value {
        // The fix is the right name: the value moves there, unless somebody sits there already.
        Some(Value::String(right)) if issue.code == Code::UnrecognizedKey => {
            rename(object, name, right)?;
            from.clone()
        }
        // Another issue had the same fix.
        None if from.is_none() => return None,
        value => {
            object.put(name, value.clone());
            value.clone()
        }
    };
    let (param, path) = (take(&mut issue.param), take(&mut issue.path));
    changes.push(Change { code: issue.code, param, path, from, to, reason: take(&mut issue.message) });
    Some(())
}

/// One step into a value.
fn step<'a>(value: &'a mut Value, item: &PathItem) -> Option<&'a mut Value> {
    match (value, item) {
        (Value::Object(fields), PathItem::Key(key)) => {
            fields.iter_mut().rev().find(|(name, _)| name == key).map(|(_, value)| value)
        }
        (Value::Array(items), PathItem::Index(index)) => items.get_mut(usize::try_from(*index).ok()?),
        _ => None,
    }
}

/// Gives a field its right name, unless there is one of that name.
fn rename(object: &mut Value, wrong: &Text, right: &Text) -> Option<()> {
    if object.get(right).is_some() {
        return None;
    }
    let Value::Object(fields) = object else { return None };
    for (name, _) in fields {
        if name == wrong {
            name.clone_from(right);
        }
    }
    Some(())
}
