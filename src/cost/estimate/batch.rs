//! One line of a Batch API file: what its body costs, at half the price.

use super::{Estimate, Note, images, respond};
use crate::catalog::Catalog;
use crate::check::Context;
use crate::request::{Operation, Value};

pub(super) fn estimate(estimate: &mut Estimate, line: &Value, context: &Context, catalog: &Catalog) {
    let url = line.get("url").and_then(Value::as_str);
    match (url, line.get("body")) {
        (Some("/v1/images/generations"), Some(body)) => {
            images::estimate(estimate, Operation::Generate, body, context, true, catalog);
        }
        (Some("/v1/images/edits"), Some(body)) => {
            images::estimate(estimate, Operation::Edit, body, context, true, catalog);
        }
        (Some("/v1/responses"), Some(body)) => respond::estimate(estimate, body, context, true, catalog),
        _ => estimate.unpriced(Note::NotABatchLine),
    }
}
