//! Which model is meant, and whether it is still there.

use super::checker::Checker;
use super::code::Code;
use super::message::{Part, similar};
use super::report::Applicability;
use crate::catalog::{Model, Status};
use crate::request::{Field, Operation};

/// From so many days before its end on, a model is warned about.
const WARN_DAYS: i32 = 60;

pub(super) fn check(checker: &mut Checker<'_>) {
    let Some(model) = checker.model else { return unknown(checker) };
    if checker.fields.get(Field::Model).is_none() {
        checker
            .issue(Code::ModelMissing, Field::Model, "not given; {model} is taken")
            .fix_word(model.id, Applicability::Safe);
    }
    life(checker, model, true);
    if !serves(model, checker.operation) {
        let other = checker.catalog.default_model(checker.context.today);
        let other = other.filter(|other| serves(other, checker.operation));
        let draft =
            checker.issue(Code::ModelNotForOperation, Field::Model, "{model} does not serve this endpoint");
        if let Some(other) = other {
            // Another model draws another picture at another price: never without being asked.
            draft.fix_word(other.id, Applicability::Unsafe);
        }
    }
}

/// Whether the model's endpoints have that of the operation.
const fn serves(model: &Model, operation: Operation) -> bool {
    match operation {
        Operation::Generate => model.endpoints.generations,
        Operation::Edit => model.endpoints.edits,
        #[cfg(feature = "extras")]
        Operation::Respond => model.endpoints.responses_tool,
        #[cfg(feature = "extras")]
        Operation::Runware | Operation::Batch => true,
    }
}

fn unknown(checker: &mut Checker<'_>) {
    let Some(id) = checker.fields.text(Field::Model) else { return };
    let mut known = Vec::new();
    for model in checker.catalog.iter() {
        known.push(model.id);
    }
    let meant = similar(id, &known);
    let template = "{given} is not in the catalogue; only the rules all models share are checked";
    let draft = checker.issue(Code::UnknownModel, Field::Model, template);
    if let Some(meant) = meant {
        draft.did_you_mean(meant).fix_word(meant, Applicability::Unsafe);
    }
}

/// Models that have ended or soon will. The replacement is offered as a fix where the field holds OpenAI's ids.
pub(super) fn life(checker: &mut Checker<'_>, model: &Model, by_id: bool) {
    let today = checker.context.today;
    let Some(end) = model.lifecycle.shutdown else { return };
    let days = today.days_until(end);
    let retired = model.lifecycle.status(today) == Status::Retired;
    if !retired && days > WARN_DAYS {
        return;
    }
    let served = |id: &&&str| {
        checker.catalog.find(id).is_none_or(|model| model.lifecycle.status(today) != Status::Retired)
    };
    let replacement = model.lifecycle.replacements.iter().find(served).copied();
    let (code, template) = match days {
        _ if retired => (Code::ModelRetired, "{model} was shut down on {}"),
        1 => (Code::ModelEnding, "{model} ends on {}, in {} day"),
        _ => (Code::ModelEnding, "{model} ends on {}, in {} days"),
    };
    let end = end.spelled();
    let parts = [Part::Text(&end), Part::Number(days.into())];
    let draft = checker.issue_with(code, Field::Model, template, &parts);
    let Some(id) = replacement else { return };
    let draft = draft.and("; OpenAI names {} as its replacement", &[Part::Quoted(id)]);
    if by_id {
        // Another model draws another picture at another price: never without being asked.
        draft.fix_word(id, Applicability::Unsafe);
    }
}
