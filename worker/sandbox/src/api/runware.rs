//! Runware's `imageInference` task, as the image call it means.

use gpt_image_edge::catalog::Catalog;
use gpt_image_edge::check::{self, Code, Context, Issue, Severity};
use gpt_image_edge::cost::{self, NanoUsd};
use gpt_image_edge::date::Date;
use gpt_image_edge::request::runware::from_runware;
use gpt_image_edge::request::{Operation, Value};

/// A task that Runware would accept.
#[derive(Clone, Debug)]
pub struct Task {
    /// Whether it has input pictures.
    pub edit: bool,
    /// The body of the image call, for one picture.
    pub request: Value,
    /// US dollars for a single picture.
    pub usd: Option<f64>,
}

/// What is wrong with a task.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Problem {
    /// Runware's word for it.
    pub code: &'static str,
    /// For a person.
    pub message: String,
    /// The field.
    pub parameter: String,
}

/// Reads and checks a task as of a day.
///
/// # Errors
/// Everything that is wrong with it.
pub fn runware(mut task: Value, today: Date, catalog: &Catalog) -> Result<Task, Vec<Problem>> {
    let context = Context { json_body: true, ..Context::new(today) };
    let report = check::check(Operation::Runware, &task, &context, catalog);
    let problems: Vec<Problem> =
        report.issues.iter().filter(|issue| issue.severity() == Severity::Error).map(problem).collect();
    if !problems.is_empty() {
        return Err(problems);
    }
    let (operation, mut translated) = from_runware(&task, catalog).map_err(|error| {
        vec![Problem { code: "invalidModel", message: error.to_string(), parameter: "model".to_owned() }]
    })?;
    // Each picture is one call: Runware draws up to twenty, OpenAI ten.
    translated.request.set("n", Value::from(1));
    task.set("numberResults", Value::from(1));
    let estimate = cost::estimate(Operation::Runware, &task, &context, catalog);
    let usd = estimate.usd.expected.map(NanoUsd::as_usd);
    Ok(Task { edit: operation == Operation::Edit, request: translated.request, usd })
}

fn problem(issue: &Issue) -> Problem {
    let code = match issue.code {
        Code::Required | Code::EmptyPrompt => "missingParameter",
        Code::UnrecognizedKey | Code::UnsupportedParameter => "unsupportedParameter",
        Code::UnknownModel | Code::ModelRetired => "invalidModel",
        _ => "invalidParameter",
    };
    Problem { code, message: issue.message.clone(), parameter: issue.param.to_string() }
}
