//! Requests, and what is said of them most often: reports, estimates and costs are numbers for what JavaScript has tables of,
//! without tags where there is no choice.

use super::write::{Pack, Writer};
use super::{ABSENT, CODE, COST, END, ESTIMATE, FILE, LIST, NULL, OBJECT, REPORT};
use crate::check::{Accepted, Applicability, Change, Fix, Issue, Normalized, PathItem, Report};
use crate::cost::{Bounds, Cost, Estimate, NanoUsd};
use crate::request::{Field, Value};

impl Pack for str {
    fn pack(&self, out: &mut Writer) {
        out.text(self);
    }
}

impl Pack for String {
    fn pack(&self, out: &mut Writer) {
        out.text(self);
    }
}

impl Pack for Value {
    fn pack(&self, out: &mut Writer) {
        match self {
            Self::Null => out.tag(NULL),
            Self::Bool(flag) => out.flag(*flag),
            Self::Number(number) => out.number(*number),
            Self::String(text) => out.text(text),
            Self::Array(items) => list(items, out),
            Self::Object(fields) => {
                out.tag(OBJECT);
                for (name, value) in fields {
                    out.text(name);
                    value.pack(out);
                }
                out.tag(END);
            }
            Self::File(file) => {
                out.tag(FILE);
                out.length(file.number as usize);
            }
        }
    }
}

pub(super) fn list(items: &[impl Pack], out: &mut Writer) {
    out.tag(LIST);
    for item in items {
        item.pack(out);
    }
    out.tag(END);
}

fn optional(value: Option<&Value>, out: &mut Writer) {
    match value {
        Some(value) => value.pack(out),
        None => out.tag(ABSENT),
    }
}

/// In place of a field's number: it is none, or a path.
const PATH: u8 = 255;

impl Pack for Report {
    fn pack(&self, out: &mut Writer) {
        out.tag(REPORT);
        out.flag(self.ok());
        out.length(self.issues.len());
        for issue in &self.issues {
            issue.pack(out);
        }
    }
}

impl Pack for Issue {
    fn pack(&self, out: &mut Writer) {
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
            list(&self.path, out);
        }
        out.text(&self.message);
        optional(self.given.as_ref(), out);
        optional(self.allowed.as_ref(), out);
        match &self.fix {
            None => out.tag(0),
            Some(Fix { value, applicability }) => {
                out.tag(match applicability {
                    Applicability::Safe => 1,
                    Applicability::Unsafe => 2,
                    Applicability::DisplayOnly => 3,
                });
                optional(value.as_ref(), out);
            }
        }
    }
}

impl Pack for PathItem {
    fn pack(&self, out: &mut Writer) {
        match self {
            Self::Key(name) => out.text(name),
            Self::Index(index) => out.number(f64::from(*index)),
        }
    }
}

impl Pack for Normalized {
    fn pack(&self, out: &mut Writer) {
        normalized(&self.request, &self.changes, &self.report, out);
    }
}

#[cfg(feature = "extras")]
impl Pack for crate::check::Migrated {
    fn pack(&self, out: &mut Writer) {
        normalized(&self.request, &self.changes, &self.report, out);
    }
}

fn normalized(request: &Value, changes: &[Change], report: &Report, out: &mut Writer) {
    out.tag(OBJECT);
    out.text("request");
    request.pack(out);
    out.text("changes");
    list(changes, out);
    out.text("report");
    report.pack(out);
    out.tag(END);
}

impl Pack for Change {
    fn pack(&self, out: &mut Writer) {
        out.tag(OBJECT);
        out.text("code");
        out.tag(CODE);
        out.tag(self.code as u8);
        out.text("param");
        out.text(&self.param);
        out.text("path");
        list(&self.path, out);
        if let Some(value) = &self.from {
            out.text("from");
            value.pack(out);
        }
        if let Some(value) = &self.to {
            out.text("to");
            value.pack(out);
        }
        out.text("reason");
        out.text(&self.reason);
        out.tag(END);
    }
}

impl Pack for Accepted {
    fn pack(&self, out: &mut Writer) {
        out.tag(OBJECT);
        out.text("report");
        self.report.pack(out);
        out.text("longest_prompt");
        out.number(f64::from(self.longest_prompt));
        out.text("fields");
        out.tag(LIST);
        for (field, values) in &self.fields {
            out.tag(LIST);
            out.text(field.name());
            list(values, out);
            out.tag(END);
        }
        out.tag(END);
        out.tag(END);
    }
}

impl<T: Pack> Pack for Option<T> {
    fn pack(&self, out: &mut Writer) {
        match self {
            Some(value) => value.pack(out),
            None => out.tag(NULL),
        }
    }
}

impl Pack for Estimate {
    fn pack(&self, out: &mut Writer) {
        out.tag(ESTIMATE);
        match self.model {
            Some(id) => out.text(id),
            None => out.tag(ABSENT),
        }
        usd(&self.usd, out);
        out.tag(self.basis as u8);
        for interval in [&self.by_tokens, &self.by_table] {
            out.flag(interval.is_some());
            if let Some(interval) = interval {
                usd(&(*interval).into(), out);
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
            out.flag(item.tokens.is_some());
            if let Some(tokens) = &item.tokens {
                range(tokens, exact, out);
            }
            usd(&item.usd, out);
        }
    }
}

impl Pack for Cost {
    fn pack(&self, out: &mut Writer) {
        out.tag(COST);
        out.bare_number(self.usd.as_usd());
        out.text(&self.usd.decimal());
        count(self.items.len(), out);
        for item in self.items.iter() {
            out.tag(item.kind as u8);
            out.bare_number(exact(item.tokens));
            out.bare_number(item.usd.as_usd());
        }
        count(self.notes.len(), out);
        for note in self.notes.iter() {
            out.text(note.text());
        }
        out.length(self.unknown_fields.len());
        for name in &self.unknown_fields {
            out.text(name);
        }
    }
}

/// A list of `Few` things.
fn count(length: usize, out: &mut Writer) {
    out.tag(u8::try_from(length).unwrap_or(u8::MAX));
}

#[allow(clippy::cast_precision_loss, reason = "JavaScript has the same numbers with the same loss")]
const fn exact(tokens: u64) -> f64 {
    tokens as f64
}

fn usd(bounds: &Bounds<NanoUsd>, out: &mut Writer) {
    range(bounds, NanoUsd::as_usd, out);
}

/// Three numbers; what is unknown is NaN.
fn range<T: Copy>(bounds: &Bounds<T>, number: fn(T) -> f64, out: &mut Writer) {
    out.bare_number(number(bounds.min));
    for bound in [bounds.expected, bounds.max] {
        out.bare_number(bound.map_or(f64::NAN, number));
    }
}
