//! Reports and estimates, which cross most often of all: numbers for what JavaScript has tables of, and no tags where there
//! is no choice.

use super::write::{Compact, Writer};
use super::{ABSENT, ESTIMATE, FALSE, LIST, NULL, NUMBER, REPORT, TRUE};
use crate::check::{Applicability, Code, Issue, PathItem, Report, Severity};
use crate::cost::{Basis, Bounds, Estimate, Kind, NanoUsd, Note};
use crate::request::{Field, Operation, Value};

/// The tables of `packed.js`, each a text of lines: codes (with severity and source), fields, kinds, notes, bases and operations.
pub(in crate::js) fn tables() -> [String; 6] {
    let code = |code: &Code| [code.name(), severity(*code), code.source()].join(" ");
    [
        lines(Code::ALL.iter().map(code)),
        lines(Field::ALL.iter().map(|field| field.name().to_owned())),
        lines(Kind::ALL.iter().map(|kind| kind.name().to_owned())),
        lines(Note::ALL.iter().map(|note| note.text().to_owned())),
        lines(Basis::ALL.iter().map(|basis| basis.name().to_owned())),
        lines(Operation::ALL.iter().map(|operation| operation.name().to_owned())),
    ]
}

fn lines(words: impl Iterator<Item = String>) -> String {
    words.collect::<Vec<_>>().join("\n")
}

const fn severity(code: Code) -> &'static str {
    match code.severity() {
        Severity::Error => "error",
        Severity::Warning => "warning",
    }
}

/// In place of a field's number: it is none, or a path.
const PATH: u8 = 255;

impl Compact for Report {
    fn compact(&self, out: &mut Writer<'_>) {
        out.tag(REPORT);
        out.tag(if self.ok() { TRUE } else { FALSE });
        let at = out.open(LIST);
        for issue in &self.issues {
            issue.compact(out);
        }
        out.close(at, self.issues.len());
    }
}

impl Compact for Issue {
    fn compact(&self, out: &mut Writer<'_>) {
        out.tag(self.code as u8);
        let field = match self.path.as_slice() {
            [PathItem::Key(name)] => Field::from_name(name),
            _ => None,
        };
        if let Some(field) = field {
            out.tag(field as u8);
        } else {
            out.tag(PATH);
            out.text(&self.param);
            out.value(&self.path);
        }
        out.text(&self.message);
        optional(self.given.as_ref(), out);
        optional(self.allowed.as_ref(), out);
        out.tag(self.fix.as_ref().map_or(0, |fix| match fix.applicability {
            Applicability::Safe => 1,
            Applicability::Unsafe => 2,
            Applicability::DisplayOnly => 3,
        }));
        if let Some(fix) = &self.fix {
            optional(fix.value.as_ref(), out);
        }
    }
}

fn optional(value: Option<&Value>, out: &mut Writer<'_>) {
    match value {
        None => out.tag(ABSENT),
        Some(Value::Null) => out.tag(NULL),
        Some(Value::Bool(flag)) => out.tag(if *flag { TRUE } else { FALSE }),
        Some(Value::Number(number)) => {
            out.tag(NUMBER);
            out.bare_number(*number);
        }
        Some(Value::String(text)) => out.text(text),
        Some(Value::Array(items)) => {
            let at = out.open(LIST);
            for item in items {
                optional(Some(item), out);
            }
            out.close(at, items.len());
        }
        Some(value) => out.value(value),
    }
}

impl Compact for Estimate {
    fn compact(&self, out: &mut Writer<'_>) {
        out.tag(ESTIMATE);
        match self.model {
            Some(id) => out.text(id),
            None => out.tag(ABSENT),
        }
        usd(self.usd, out);
        out.tag(self.basis as u8);
        for interval in [self.by_tokens, self.by_table] {
            out.tag(if interval.is_some() { TRUE } else { FALSE });
            if let Some(interval) = interval {
                usd(interval.into(), out);
            }
        }
        // In days since 1970.
        out.bare_number(self.prices_as_of.map_or(f64::NAN, |day| f64::from(day.days())));
        count(self.notes.len(), out);
        for note in self.notes.iter() {
            out.tag(*note as u8);
        }
        count(self.items.len(), out);
        for item in self.items.iter() {
            out.tag(item.kind as u8);
            out.tag(if item.tokens.is_some() { TRUE } else { FALSE });
            if let Some(tokens) = item.tokens {
                range(tokens.map(exact), out);
            }
            usd(item.usd, out);
        }
    }
}

/// A list of `Few` things.
fn count(length: usize, out: &mut Writer<'_>) {
    out.tag(u8::try_from(length).unwrap_or(u8::MAX));
}

#[allow(clippy::cast_precision_loss, reason = "JavaScript has the same numbers with the same loss")]
const fn exact(tokens: u64) -> f64 {
    tokens as f64
}

fn usd(bounds: Bounds<NanoUsd>, out: &mut Writer<'_>) {
    range(bounds.map(NanoUsd::as_usd), out);
}

/// Three numbers; what is unknown is NaN.
fn range(bounds: Bounds<f64>, out: &mut Writer<'_>) {
    out.bare_number(bounds.min);
    out.bare_number(bounds.expected.unwrap_or(f64::NAN));
    out.bare_number(bounds.max.unwrap_or(f64::NAN));
}
