//! Fields that only make sense, or make none, together with others.

use super::checker::Checker;
use super::code::Code;
use super::message::Part;
use super::report::Applicability;
use crate::catalog::Model;
use crate::request::{Field, Operation, Value};

pub(super) fn transparency(checker: &mut Checker<'_>, model: &Model) {
    if checker.fields.text(Field::Background) != Some("transparent") {
        return;
    }
    if model.transparent_is_preview {
        let message = "transparent backgrounds are a preview on this model";
        checker.issue(Code::TransparentPreview, Field::Background, message);
    }
    if checker.fields.text(Field::OutputFormat).is_none() || !is_other(checker, model.transparent_formats) {
        return;
    }
    let template =
        "\"transparent\" needs a format with an alpha channel, not {format}; set output_format to ";
    // The fix stands at the format: the background is what was asked for.
    let draft = checker
        .issue(Code::TransparentFormat, Field::OutputFormat, template)
        .one_of(Value::words(model.transparent_formats));
    if let Some(format) = model.transparent_formats.first() {
        draft.fix_word(format, Applicability::Unsafe);
    }
}

/// Whether the output format is one that the model has, but none of these.
fn is_other(checker: &Checker<'_>, formats: &[&str]) -> bool {
    let offered = checker.model.and_then(|model| model.output_formats.known());
    checker.output_format().is_some_and(|format| {
        !formats.contains(&format) && offered.is_some_and(|offered| offered.accepts(format))
    })
}

pub(super) fn preview_format(checker: &mut Checker<'_>, model: &Model) {
    if checker.has_format(model.preview_formats) {
        let template = "{format} is a preview that only some projects have";
        checker.issue(Code::FormatPreview, Field::OutputFormat, template);
    }
}

pub(super) fn compression(checker: &mut Checker<'_>, model: &Model) {
    let Some(percent) = checker.fields.integer(Field::OutputCompression) else { return };
    if is_other(checker, model.compressible_formats) {
        let template = "goes with {}, not with {format}; leave it out or choose another output_format";
        let parts = [Part::Words(model.compressible_formats)];
        checker
            .issue_with(Code::CompressionFormat, Field::OutputCompression, template, &parts)
            .fix_by_removal(Applicability::safe_if(percent == 100));
    }
}

pub(super) fn streaming(checker: &mut Checker<'_>, model: Option<&Model>) {
    if !checker.fields.is_true(Field::Stream) {
        if let Some(partial) = checker.fields.integer(Field::PartialImages) {
            let message = "partial images come in a stream only; set stream to true or leave this out";
            checker
                .issue(Code::PartialImagesWithoutStream, Field::PartialImages, message)
                .fix_by_removal(Applicability::safe_if(partial == 0));
        }
        return;
    }
    let Some(rule) = model.and_then(|model| model.streaming.known()) else { return };
    let template = "a streamed call draws at most {}; ask several times, or do not stream";
    at_most(checker, rule.max_n, Code::StreamCount, template);
    if checker.has_format(rule.excluded_formats) {
        checker
            .issue(Code::StreamFormat, Field::Stream, "{format} cannot be streamed; set stream to false")
            .fix(Value::Bool(false), Applicability::Unsafe);
    }
}

/// So many images come of one call, where it asks for more.
fn at_most(checker: &mut Checker<'_>, count: u32, code: Code, template: &str) {
    if checker.fields.integer(Field::N).is_some_and(|n| n > i64::from(count)) {
        checker
            .issue_with(code, Field::N, template, &[Part::Number(count.into())])
            .fix(Value::from(count), Applicability::Unsafe);
    }
}

pub(super) fn formats(checker: &mut Checker<'_>, model: &Model) {
    if model.animation.known().is_some() {
        for field in [Field::FrameCount, Field::FrameDurationMs] {
            let given = checker.fields.integer(field).is_some();
            only_with(checker, "gif", field, given);
        }
    }
    let Some(svg) = model.svg.known() else { return };
    let given = checker.fields.get(Field::Svg).is_some();
    only_with(checker, "svg", Field::Svg, given);
    if checker.has_format(&["svg"]) && Field::N.is_of(checker.operation, checker.json_body) {
        at_most(checker, svg.max_n, Code::SvgCount, "a vector image comes alone; set n to 1");
    }
}

/// A field of one output format, where another is asked for.
fn only_with(checker: &mut Checker<'_>, format: &str, field: Field, given: bool) {
    if given && !checker.has_format(&[format]) {
        let template = "goes with output_format {} only; leave it out";
        checker
            .issue_with(Code::FieldNeedsFormat, field, template, &[Part::Quoted(format)])
            .fix_by_removal(Applicability::Unsafe);
    }
}

pub(super) fn mask_and_markup(checker: &mut Checker<'_>, model: &Model) {
    if checker.operation != Operation::Edit || checker.fields.get(Field::Mask).is_none() {
        return;
    }
    if checker.fields.get(Field::Markup).is_some() {
        checker
            .issue(Code::MaskAndMarkup, Field::Markup, "cannot be sent together with mask; keep one of them")
            .fix_by_removal(Applicability::Unsafe);
    }
    let rule = model.edit.known().and_then(|edit| edit.mask.known());
    if rule.is_some_and(|rule| checker.has_format(rule.excluded_formats)) {
        checker
            .issue(Code::MaskFormat, Field::Mask, "cannot be combined with output_format {format}")
            .fix_by_removal(Applicability::Unsafe);
    }
}

pub(super) fn user(checker: &mut Checker<'_>) {
    let Some(user @ Value::String(_)) = checker.fields.get(Field::User) else { return };
    let replaced = checker.fields.get(Field::SafetyIdentifier).is_some();
    let draft = checker.issue(Code::UserDeprecated, Field::User, "is deprecated; name it safety_identifier");
    if replaced {
        draft.fix_by_removal(Applicability::DisplayOnly);
    } else {
        draft.fix(user.clone(), Applicability::DisplayOnly);
    }
}
