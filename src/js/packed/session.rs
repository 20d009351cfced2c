//! What a session answers, field by field: it is the only one that writes these, and needs no names of structs.

use super::compact::list;
use super::fields::Fields;
use super::write::{Pack, Writer};
use crate::client::{Found, Picture};
use crate::exchange::{Attempt, Failure, Step};
use crate::wire::headers::{Allowance, RateLimit};

#[allow(clippy::cast_precision_loss, reason = "JavaScript has the same numbers with the same loss")]
const fn exact(number: u64) -> f64 {
    number as f64
}

/// What the head of a reply says.
pub(in crate::js) struct Head<'a> {
    /// Whether the body is what was asked for.
    pub(in crate::js) read: bool,
    pub(in crate::js) request_id: Option<&'a str>,
    pub(in crate::js) rate_limit: Option<RateLimit>,
}

impl Pack for Head<'_> {
    fn pack(&self, out: &mut Writer) {
        let mut fields = Fields::begin(out);
        fields.flag("read", self.read);
        fields.text("requestId", self.request_id);
        if let Some(limits) = &self.rate_limit {
            let mut units = Fields::begin(fields.name("rateLimit"));
            allowance("requests", limits.requests.as_ref(), &mut units);
            allowance("tokens", limits.tokens.as_ref(), &mut units);
            allowance("images", limits.images.as_ref(), &mut units);
            units.end();
        }
        fields.end();
    }
}

fn allowance(unit: &str, allowance: Option<&Allowance>, units: &mut Fields<'_>) {
    let Some(allowance) = allowance else { return };
    let mut fields = Fields::begin(units.name(unit));
    fields.number("limit", allowance.limit.map(exact));
    fields.number("remaining", allowance.remaining.map(exact));
    fields.number("reset_ms", allowance.reset_ms.map(exact));
    fields.end();
}

/// What was found, and the id of the last event for when the call is sent again.
pub(in crate::js) struct Next<'a> {
    pub(in crate::js) found: Found<'a>,
    pub(in crate::js) last_event_id: &'a str,
}

/// An object with one field, or the word `complete`.
impl Pack for Next<'_> {
    fn pack(&self, out: &mut Writer) {
        let (name, data) = match &self.found {
            Found::Complete => return out.text("complete"),
            Found::Picture(_) => ("picture", ""),
            Found::Step(Step::Send(_)) => ("send", ""),
            Found::Step(Step::Wait { .. }) => ("wait", ""),
            Found::Step(Step::Fail(_)) => ("fail", ""),
            Found::Partial(data) => ("partial", *data),
            Found::Image(data) => ("image", *data),
            Found::Completed(data) => ("completed", *data),
            Found::Event(data) => ("event", *data),
            Found::Document(data) => ("document", *data),
            Found::Unexplained(data) => ("unexplained", *data),
        };
        let mut field = Fields::begin(out);
        let value = field.name(name);
        match &self.found {
            Found::Picture(found) => picture(found, value),
            Found::Step(Step::Send(Attempt { number, resume })) => {
                let mut fields = Fields::begin(value);
                fields.number("number", Some(f64::from(*number)));
                fields.flag("resume", *resume);
                fields.text("lastEventId", Some(self.last_event_id));
                fields.end();
            }
            Found::Step(Step::Wait { until_ms }) => value.number(exact(*until_ms)),
            Found::Step(Step::Fail(why)) => failure(why, value),
            _ => value.text(data),
        }
        field.end();
    }
}

/// The bytes are read by their address before the next call.
fn picture(Picture { piece, info }: &Picture<'_>, out: &mut Writer) {
    let mut fields = Fields::begin(out);
    fields.number("image", Some(f64::from(piece.image)));
    fields.number("address", Some(exact(piece.bytes.as_ptr().addr() as u64)));
    fields.number("length", Some(exact(piece.bytes.len() as u64)));
    fields.flag("last", piece.last);
    info.pack(fields.name("info"));
    fields.end();
}

/// As it serializes.
fn failure(failure: &Failure, out: &mut Writer) {
    let problem = &failure.problem;
    let mut fields = Fields::begin(out);
    fields.text("kind", Some(failure.kind.name()));
    fields.number("status", failure.status.map(f64::from));
    fields.text("message", Some(&problem.message));
    fields.text("type", problem.kind.as_deref());
    fields.text("param", problem.param.as_deref());
    fields.text("code", problem.code.as_deref());
    if let Some(moderation) = &problem.moderation {
        let mut why = Fields::begin(fields.name("moderation"));
        why.text("stage", moderation.stage.as_deref());
        list(&moderation.categories, why.name("categories"));
        why.end();
    }
    fields.flag("retryable", failure.retryable);
    fields.number("retryAfterMs", failure.retry_after_ms.map(exact));
    fields.text("billed", Some(failure.billed.name()));
    fields.number("attempts", Some(f64::from(failure.attempts)));
    fields.end();
}
