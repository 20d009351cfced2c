//! Runware's `imageInference` task: billed by the image.

use super::output::{self, Asked};
use super::{Basis, Estimate, Note};
use crate::catalog::model::IntRule;
use crate::catalog::{Catalog, Model};
use crate::cost::kind::Kind;
use crate::cost::tokens;
use crate::request::Value;

/// `numberResults`. Source: <https://runware.ai/docs/models/openai-gpt-image-1-mini> (checked 2026-11-20).
const COUNT: IntRule = IntRule { min: 1, max: 20, default: 1 };

/// The answers of that page cost what OpenAI's own table says an image costs, input images included.
pub(super) fn estimate(estimate: &mut Estimate, request: &Value, catalog: &Catalog) {
    let given = |name: &str| request.get(name).filter(|value| **value != Value::Null);
    let air = given("model").and_then(Value::as_str);
    let found = catalog.iter().find_map(|model| {
        model.runware.known().filter(|rule| Some(rule.air) == air).map(|rule| (model, rule))
    });
    let Some((model, rule)) = found else { return estimate.unpriced(Note::UnknownModel) };
    estimate.model = Some(model.id);
    estimate.prices_as_of = Some(rule.source.checked);
    estimate.note(Note::Runware);
    let settings = given("providerSettings").and_then(|settings| settings.get("openai"));
    let quality =
        settings.and_then(|settings| settings.get("quality")).filter(|value| **value != Value::Null);
    let (quality, known_quality) = output::quality(model, quality);
    let edges = (given("width"), given("height"));
    let (size, known_size) = size(model, edges);
    let count = output::whole(given("numberResults"), COUNT);
    let asked = Asked { count, quality, size, offered: known_quality && known_size };
    match (asked.offered, count, output::table(model, asked, false)) {
        (true, Some(count), Some(price)) => {
            estimate.basis = Basis::Table;
            let usd = price.map(|usd| usd.times(u64::from(count)));
            estimate.push(Kind::ImageOutput, None, usd.into());
        }
        (offered, count, _) => {
            let invalid = offered && count.is_none();
            estimate.note(if invalid { Note::InvalidCount } else { Note::NotOffered });
            estimate.push_unknown(Kind::ImageOutput);
        }
    }
}

/// Width and height, and whether the model draws them. Without them the task is refused, so there is no price.
fn size(model: &Model, edges: (Option<&Value>, Option<&Value>)) -> (Option<(u32, u32)>, bool) {
    let edge = |value: Option<&Value>| u32::try_from(value?.as_integer()?).ok();
    match (edge(edges.0), edge(edges.1)) {
        (Some(width), Some(height)) => (Some((width, height)), tokens::draws(model, width, height)),
        _ => (None, false),
    }
}
