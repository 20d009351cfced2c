//! `POST /responses`: what the API would say to its body before anything is drawn.

use gpt_image_edge::catalog::{Catalog, RESPONSES_TOOL_DEFAULT};
use gpt_image_edge::check::{self, Context};
use gpt_image_edge::date::Date;
use gpt_image_edge::request::{Operation, Value};

use super::refuse::{self, Refusal};

/// Checks a body. Answers the model that its image tool draws with.
///
/// # Errors
/// What the API answers instead of a response.
pub fn respond(text: &str, today: Date, catalog: &Catalog) -> Result<String, Refusal> {
    let request: Value = serde_json::from_str(text).map_err(|_| Refusal::unparsable())?;
    let context = Context { json_body: true, ..Context::new(today) };
    let report = check::check(Operation::Respond, &request, &context, catalog);
    if let Some(refusal) = refuse::first(&report, &request) {
        return Err(refusal);
    }
    let tools = request.get("tools").and_then(Value::as_array).unwrap_or_default();
    let tool = tools.iter().find(|tool| tool.get("type").and_then(Value::as_str) == Some("image_generation"));
    let model = tool.and_then(|tool| tool.get("model")).and_then(Value::as_str);
    Ok(model.unwrap_or(RESPONSES_TOOL_DEFAULT).to_owned())
}
