//! Fields that only make sense, or make none, together with others.

use super::checker::Checker;
use super::code::Code;
use super::message::Part;
use super::report::Applicability;
use crate::catalog::{Fact, Model};
use crate::request::{Field, Operation, Value};

pub(super) fn transparency(checker: &mut Checker<'_>, model: &Model) {
    if checker.fields.text(Field::Background) != Some("transparent") {
        return;
    }
    if model.transparent_is_preview {
        checker.issue(
            Code::TransparentPreview,
            Field::Background,
            "transparent backgrounds are a preview on this model",
        );
    }
    let Some(format) = checker.fields.text(Field::OutputFormat) else { return };
    let offered = model.output_formats.known().is_some_and(|choice| choice.accepts(format));
    if !offered || model.transparent_formats.contains(&format) {
        return;
    }
    let template = "\"transparent\" needs a format with an alpha channel, not {}; set output_format to {}";
    let parts = [Part::Quoted(format), Part::Words(model.transparent_formats)];
    // The fix stands at the format: the background is what was asked for.
    let draft = checker
        .issue_with(Code::TransparentFormat, Field::OutputFormat, template, &parts)
        .allowed_words(model.transparent_formats);
    if let Some(format) = model.transparent_formats.first() {
        draft.fix(Value::from(*format), Applicability::Unsafe);
    }
}

pub(super) fn preview_format(checker: &mut Checker<'_>, model: &Model) {
    let Some(format) = checker.fields.text(Field::OutputFormat) else { return };
    if model.preview_formats.contains(&format) {
        let template = "{} is a preview that only some projects have";
        checker.issue_with(Code::FormatPreview, Field::OutputFormat, template, &[Part::Quoted(format)]);
    }
}

pub(super) fn compression(checker: &mut Checker<'_>, model: &Model) {
    let Some(percent) = checker.fields.integer(Field::OutputCompression) else { return };
    let default = model.output_formats.known().and_then(|choice| choice.default);
    let Some(format) = checker.fields.text(Field::OutputFormat).or(default) else { return };
    let known = model.output_formats.known().is_some_and(|choice| choice.accepts(format));
    if !known || model.compressible_formats.contains(&format) {
        return;
    }
    let template = "goes with {}, not with {}; leave it out or choose another output_format";
    let parts = [Part::Words(model.compressible_formats), Part::Quoted(format)];
    checker
        .issue_with(Code::CompressionFormat, Field::OutputCompression, template, &parts)
        .fix_by_removal(Applicability::safe_if(percent == 100));
}

pub(super) fn streaming(checker: &mut Checker<'_>, model: Option<&Model>) {
    let stream = checker.fields.is_true(Field::Stream);
    if !stream {
        if let Some(partial) = checker.fields.integer(Field::PartialImages) {
            let message = "partial images come in a stream only; set stream to true or leave this out";
            checker
                .issue(Code::PartialImagesWithoutStream, Field::PartialImages, message)
                .fix_by_removal(Applicability::safe_if(partial == 0));
        }
        return;
    }
    let rule = match model.map(|model| model.streaming) {
        Some(Fact::Known(rule)) => rule,
        Some(Fact::NotSupported | Fact::NotPublished) | None => return,
    };
    if checker.fields.integer(Field::N).is_some_and(|n| n > i64::from(rule.max_n)) {
        let template = "a streamed call draws at most {}; ask several times, or do not stream";
        checker
            .issue_with(Code::StreamCount, Field::N, template, &[Part::Number(rule.max_n.into())])
            .fix(Value::from(rule.max_n), Applicability::Unsafe);
    }
    if let Some(format) = checker.fields.text(Field::OutputFormat)
        && rule.excluded_formats.contains(&format)
    {
        let template = "{} cannot be streamed; set stream to false";
        checker
            .issue_with(Code::StreamFormat, Field::Stream, template, &[Part::Quoted(format)])
            .fix(Value::Bool(false), Applicability::Unsafe);
    }
}

pub(super) fn formats(checker: &mut Checker<'_>, model: &Model) {
    let format = checker.fields.text(Field::OutputFormat);
    if model.animation.known().is_some() && format != Some("gif") {
        for field in [Field::FrameCount, Field::FrameDurationMs] {
            if checker.fields.integer(field).is_some() {
                checker
                    .issue(
                        Code::FieldNeedsFormat,
                        field,
                        "goes with output_format \"gif\" only; leave it out",
                    )
                    .fix_by_removal(Applicability::Unsafe);
            }
        }
    }
    let Some(svg) = model.svg.known() else { return };
    if format == Some("svg") {
        if Field::N.is_of(checker.operation, checker.json_body)
            && checker.fields.integer(Field::N).is_some_and(|n| n > i64::from(svg.max_n))
        {
            checker
                .issue(Code::SvgCount, Field::N, "a vector image comes alone; set n to 1")
                .fix(Value::from(svg.max_n), Applicability::Unsafe);
        }
    } else if checker.fields.get(Field::Svg).is_some() {
        checker
            .issue(Code::FieldNeedsFormat, Field::Svg, "goes with output_format \"svg\" only; leave it out")
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
    if let (Some(rule), Some(format)) = (rule, checker.fields.text(Field::OutputFormat))
        && rule.excluded_formats.contains(&format)
    {
        let template = "cannot be combined with output_format {}";
        checker
            .issue_with(Code::MaskFormat, Field::Mask, template, &[Part::Quoted(format)])
            .fix_by_removal(Applicability::Unsafe);
    }
}

pub(super) fn user(checker: &mut Checker<'_>) {
    let Some(user) = checker.fields.text(Field::User) else { return };
    let user = Value::from(user.to_owned());
    let replaced = checker.fields.get(Field::SafetyIdentifier).is_some();
    let draft = checker.issue(Code::UserDeprecated, Field::User, "is deprecated; name it safety_identifier");
    if replaced {
        draft.fix_by_removal(Applicability::DisplayOnly);
    } else {
        draft.fix(user, Applicability::DisplayOnly);
    }
}
