//! What is wrong with a request: every problem at once, in the order of the documentation, each with its fix.

mod accepted;
#[cfg(feature = "extras")]
mod batch;
mod checker;
mod choice;
pub mod code;
mod combination;
pub mod context;
mod images;
mod lifecycle;
mod message;
#[cfg(feature = "extras")]
mod migrate;
mod nested;
mod normalize;
mod prompt;
mod references;
pub mod report;
#[cfg(feature = "extras")]
mod respond;
#[cfg(feature = "extras")]
mod runware;
mod serialize;
mod shape;
mod size;
mod svg;

pub use accepted::{Accepted, accepted};
pub use code::Code;
pub use context::{Context, ImageFacts, Transparency};
#[cfg(feature = "extras")]
pub use migrate::{MigrateError, Migrated, migrate};
pub use normalize::{Normalized, normalize};
pub use report::{Applicability, Change, Fix, Issue, PathItem, Report, Severity};

use crate::catalog::{Catalog, Fact};
use crate::request::{Field, Operation, Value};
use checker::Checker;

/// Checks a request by every rule.
///
/// Linear in the size of the request, and allocates only for what it finds.
pub fn check(operation: Operation, request: &Value, context: &Context, catalog: &Catalog) -> Report {
    let mut checker = Checker::new(operation, request, context, catalog);
    if shape::is_object(&mut checker) {
        match operation {
            Operation::Generate | Operation::Edit => images_api(&mut checker),
            #[cfg(feature = "extras")]
            Operation::Respond => respond::check(&mut checker),
            #[cfg(feature = "extras")]
            Operation::Runware => runware::check(&mut checker),
            #[cfg(feature = "extras")]
            Operation::Batch => batch::check(&mut checker),
        }
    }
    Report { issues: checker.issues }
}

/// The rules of `/images/generations` and `/images/edits`, in the order of the fields.
pub(crate) fn images_api(checker: &mut Checker<'_>) {
    shape::keys(checker, &[]);
    prompt::check(checker);
    if checker.operation == Operation::Edit {
        images::check(checker);
    }
    if checker.fields.raw(Field::Model).is_none() || shape::typed(checker, Field::Model) {
        lifecycle::check(checker);
    }
    choice::number(checker, Field::N, checker.model.map(|model| Fact::Known(model.n)));
    parameters(checker);
    for field in [Field::Stream, Field::SafetyIdentifier, Field::User] {
        shape::typed(checker, field);
    }
    let model = checker.model;
    choice::word(checker, Field::ResponseFormat, model.map(|model| model.response_format));
    if checker.operation == Operation::Generate {
        choice::word(checker, Field::Style, model.map(|model| model.style));
    }
    if let Some(model) = model {
        if model.streaming.is_refused() && checker.fields.raw(Field::Stream).is_some() {
            choice::unsupported(checker, Field::Stream, model.id);
        }
        combination::mask_and_markup(checker, model);
    }
    combination::streaming(checker, model);
    combination::user(checker);
}

/// The rules of what the Images API and the Responses tool have in common.
fn parameters(checker: &mut Checker<'_>) {
    let model = checker.model;
    size::check(checker);
    choice::word(checker, Field::Quality, model.map(|model| Fact::Known(model.qualities)));
    choice::word(checker, Field::Background, model.map(|model| model.backgrounds));
    choice::word(checker, Field::OutputFormat, model.map(|model| model.output_formats));
    choice::number(checker, Field::OutputCompression, model.map(|model| model.output_compression));
    if checker.operation != Operation::Generate {
        choice::word(checker, Field::InputFidelity, model.map(|model| model.input_fidelity));
    }
    choice::word(checker, Field::Moderation, model.map(|model| model.moderation));
    let partial = model.map(|model| map(model.streaming, |rule| rule.partial_images));
    choice::number(checker, Field::PartialImages, partial);
    choice::word(checker, Field::Complexity, model.map(|model| model.complexity));
    let animation = model.map(|model| model.animation);
    choice::number(checker, Field::FrameCount, animation.map(|fact| map(fact, |rule| rule.frame_count)));
    let duration = animation.map(|fact| map(fact, |rule| rule.frame_duration_ms));
    choice::number(checker, Field::FrameDurationMs, duration);
    svg::check(checker);
    if let Some(model) = model {
        combination::transparency(checker, model);
        combination::preview_format(checker, model);
        combination::compression(checker, model);
        combination::formats(checker, model);
    }
}

/// The part of a rule that concerns one field.
fn map<T: Copy, U>(fact: Fact<T>, part: impl Fn(T) -> U) -> Fact<U> {
    match fact {
        Fact::Known(rule) => Fact::Known(part(rule)),
        Fact::NotSupported => Fact::NotSupported,
        Fact::NotPublished => Fact::NotPublished,
    }
}
