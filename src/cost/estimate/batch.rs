//! One line of a Batch API file: what its body costs, at half the price.

use super::{Estimate, Note, images, respond};
use crate::catalog::Catalog;
use crate::check::Context;
use crate::request::{Operation, Value};

pub(super) fn estimate(line: &Value, context: &Context, catalog: &Catalog) -> Estimate {
    let url = line.get("url").and_then(Value::as_str);
    match (url, line.get("body")) {
        (Some("/v1/images/generations"), Some(body)) => {
            images::estimate(Operation::Generate, body, context, true, catalog)
        }
        (Some("/v1/images/edits"), Some(body)) => {
            images::estimate(Operation::Edit, body, context, true, catalog)
        }
        (Some("/v1/responses"), Some(body)) => respond::estimate(body, context, true, catalog),
        _ => Estimate::unpriced(Note::NotABatchLine),
    }
}
