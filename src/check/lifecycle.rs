//! Which model is meant, and whether it is still there.

use super::checker::Checker;
use super::code::Code;
use super::message::{join, quoted, similar};
use super::report::Applicability;
use crate::catalog::{Model, Status};
use crate::request::{Field, Operation, Value};

/// From so many days before its end on, a model is warned about.
const WARN_DAYS: i32 = 60;

pub(super) fn check(checker: &mut Checker<'_>) {
    let Some(model) = checker.model else { return unknown(checker) };
    if checker.fields.get(Field::Model).is_none() {
        let message = join(&["not given; ", &quoted(model.id), " is taken"]);
        checker
            .issue(Code::ModelMissing, Field::Model, &message)
            .fix(Value::from(model.id), Applicability::Safe);
    }
    life(checker, model, true);
    let served = match checker.operation {
        Operation::Generate => model.endpoints.generations,
        Operation::Edit => model.endpoints.edits,
        #[cfg(feature = "extras")]
        Operation::Respond => model.endpoints.responses_tool,
        #[cfg(feature = "extras")]
        Operation::Runware | Operation::Batch => true,
    };
    if !served {
        let message = join(&[&quoted(model.id), " does not serve this endpoint"]);
        checker.issue(Code::ModelNotForOperation, Field::Model, &message);
    }
}

fn unknown(checker: &mut Checker<'_>) {
    let Some(id) = checker.fields.text(Field::Model) else { return };
    let meant = similar(id, checker.catalog.iter().map(|model| model.id));
    let mut message =
        join(&[&quoted(id), " is not in the catalogue; only the rules all models share are checked"]);
    if let Some(meant) = meant {
        message = join(&[&message, "; did you mean ", &quoted(meant), "?"]);
    }
    let draft = checker.issue(Code::UnknownModel, Field::Model, &message);
    if let Some(meant) = meant {
        draft.fix(Value::from(meant), Applicability::Unsafe);
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
    let mut message = checker.about(Field::Model).quoted(model.id);
    message = message.text(if retired { " was shut down on " } else { " ends on " }).text(&end.spelled());
    if !retired {
        message = message.text(", in ").integer(days).text(if days == 1 { " day" } else { " days" });
    }
    if let Some(id) = replacement {
        message = message.text("; OpenAI names ").quoted(id).text(" as its replacement");
    }
    let code = if retired { Code::ModelRetired } else { Code::ModelEnding };
    let draft = checker.say(code, Field::Model, message);
    if let Some(id) = replacement.filter(|_| by_id) {
        // Another model draws another picture at another price: never without being asked.
        draft.fix(Value::from(id), Applicability::Unsafe);
    }
}
